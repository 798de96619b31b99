"""What leaves for an account that reads English is in English: every letter that a family gets, every PDF. The office's own texts
and names stay as they were written."""

import asyncio
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader
from sqlalchemy import update
from sqlmodel import select

from data.accounts import forgotten_identifier, lost_password
from data.accounts import models as accounts
from data.accounts.models import Account
from data.billing import pdf_archive
from data.billing.pdf_archive import Draft
from data.core import database as database_module
from data.core import formats
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.directory import edit_families, edit_pupils
from data.families.models import Guardian
from data.mail import rendering
from data.mail.outbox import Letter
from data.mail.templates import LetterKind
from data.office import absence_review
from data.pdf.page import Letterhead
from data.reenrolment import letters as reenrolment_letters
from data.reenrolment import participation, review
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.models import Reenrolment
from data.schooling import lesson_changes, lesson_letters
from tests.conftest import move_to
from tests.data import test_absences as absences
from tests.data import test_access_grants as grants
from tests.data import test_change_review as changes
from tests.data import test_messages as messages
from tests.data import test_reenrolment_letters as reenrolments
from tests.data import test_reenrolment_review as reenrolment_review
from tests.data.payment_helpers import answer, receive, start
from tests.data.test_calendar_feed import add_course, add_lessons
from tests.data.test_schooling import known
from tests.demo_users import CLAIRE, MARC, PAUL, SAMIR, account, as_, every, found, last, pupil, site
from tests.web.test_english import NAMES, only_french, words

OWN = {  # what the office wrote itself
    **NAMES,
    "required_document": ("label",),
    "invoice": ("payer_address", "label"),
    "invoice_line": ("label",),
    "payment": ("label",),
    "campaign": ("title", "confirmation"),
    "lesson": ("note",),
    "enrolment": (*NAMES["enrolment"], "comment"),
}
STAFFS = {  # letters that no family gets, and what has a test of its own (a letter to a group)
    *(LetterKind.STAFF_SIGNED_IN, LetterKind.DAILY_DIGEST, LetterKind.WEEKLY_REPORT, LetterKind.STAFF_WELCOME),
    *(LetterKind.STAFF_EMAIL_CHANGED, LetterKind.SECOND_FACTOR_ON, LetterKind.SECOND_FACTOR_OFF, LetterKind.MAIL_TRIAL),
    *(LetterKind.GROUP, LetterKind.TRIAL),
}
MONDAY = datetime(2027, 3, 22, 8, tzinfo=UTC)


def own_words() -> set[str]:
    with database_module.engine().connect() as connection:
        rows = [
            connection.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {table}").all()
            for table, columns in OWN.items()
        ]
    legal = " ".join(site().legal.values())
    return words(legal, *(str(value) for each in rows for row in each for value in row if value))


def of_records() -> None:
    """What families ask to change, and what becomes of it."""
    number = changes.ask({"town": "Metz", "birth_date": "04/03/1982", "profession": "Doctor", "image_right": "non"})
    changes.decide(number, {"town": changes.YES})
    changes.decide(changes.ask({"postcode": "57000"}), {"postcode": changes.NO}, reason="No.")
    changes.ask({"email": "claire@example.org"})


def of_school() -> None:
    absences.decide(announced := absences.announce())
    absences.decide(absences.justify(absences.missed()), accept=False, answer="No.")
    they_left()
    with as_(PAUL, now=absences.NOW) as uow:
        absence_review.undo(uow, announced)
    course, _ = add_course(number="Z1", name="Lute", starts=time(17), room="Room 9")
    one, other = add_lessons(course, ("2027-03-23", "planned", time(17)), ("2027-03-30", "planned", time(17)))
    with as_(PAUL, now=MONDAY) as uow:
        lesson_changes.cancel(uow, one, "", tells=True)
        lesson_changes.move(uow, other, date(2027, 3, 31), "18:30", "Bring your stand.", tells=True)
    lesson_letters.go_round(now=MONDAY)
    messages.answer(messages.ask("Why?"), "Because.")
    receive(answer(start()))


def of_reenrolment() -> None:
    reenrolments.send("Nino", "courses", message="On Wednesdays, please.")
    nino = last(Reenrolment)
    reenrolments.send("Irina", "leaving", reason="Autre", precision="We move.")
    irina = last(Reenrolment)
    bad = reenrolment_review.received(nino)[0]
    with as_(PAUL) as uow:
        review.refuse_document(uow, bad.id, "No.")
        reenrolment_queue.decide(uow, irina.id, irina.version, "validated")
    they_left()
    with as_(PAUL) as uow:
        review.undo_document(uow, bad.id)
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, nino.id, every(Reenrolment, Reenrolment.id == nino.id)[0].version, "validated")
    others = [each for each in every(Reenrolment, Reenrolment.state == "submitted") if each.household_id]
    with as_(PAUL) as uow:
        reenrolment_queue.decide(uow, others[0].id, others[0].version, "refused", (), "No.")
        reenrolment_queue.decide(uow, others[1].id, others[1].version, "to_correct", (), "No.")
    they_left()
    with as_(PAUL) as uow:
        reenrolment_queue.undo(uow, others[0].id)
        campaign = reenrolment_review.campaign_of(uow)
        silent = participation.to_remind(uow, campaign)
        participation.remind(uow, campaign.id, [each.account.family_id for each in silent if each.account.family_id])
        claire = uow.get(Account, account(CLAIRE).id)
        reenrolment_letters.reminder(uow, claire, [known("Nino")], campaign, LetterKind.REENROLMENT_CORRECTION)


def of_accounts() -> None:
    grants.send(SAMIR)
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Account, account(MARC).id)
        row.password_hash, address = "", "marc.aubry@example.org"
        uow.add(row)
    grants.send(MARC)
    asyncio.run(lost_password.mail_new_password(SAMIR, "samir.belkacem@example.org"))
    forgotten_identifier.send(address)
    with as_(CLAIRE) as uow:
        accounts.set_password(uow, uow.get(Account, uow.account_id), "x")
    with as_(PAUL) as uow:
        marc = found(uow.one(select(Guardian).where(Guardian.first_name == "Marc")))
        edit_families.correct(uow, marc, {"email": "other@example.org"})
        first, _second = edit_pupils.households(uow, [pupil(uow, "Irina").id])[pupil(uow, "Irina").id]
        edit_pupils.unlink(uow, first.link.id, "all")


def they_left() -> None:
    """What is taken back from now on is told by another letter."""
    with system_unit_of_work(writes=True) as uow:
        uow.change(update(Letter).values(state="sent", attempts=1))


def papers(uow: UnitOfWork) -> Iterator[bytes]:
    """Every PDF that the family opens itself."""
    year, who = formats.school_year(uow.today), known("Samir")
    for paper in (
        pdf_archive.invoice(uow, "07000004"),
        pdf_archive.receipt(uow, "07000002"),
        pdf_archive.certificate(uow, pdf_archive.enrolment_certificate(uow, who)),
        pdf_archive.certificate(uow, pdf_archive.payment_certificate(uow, who, year)),
        pdf_archive.report(uow, who),
    ):
        yield paper.write() if isinstance(paper, Draft) else paper


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def stayed(texts: Iterable[tuple[str, str]]) -> list[str]:
    """The French words that none of our English sentences has."""
    french = only_french() - own_words()
    return sorted(f"{what}: {sorted(left)}" for what, text in texts if (left := words(text) & french))


def test_what_leaves_for_a_reader_of_english_is_in_english(database: str, caplog: pytest.LogCaptureFixture) -> None:
    move_to(DATABASE_URL=database, DEMO="1")  # for the simulator of a bank
    with system_unit_of_work(writes=True) as uow:
        uow.change(update(Account).values(language="en"))
    before = last(Letter).id
    for act in (of_records, of_school, of_reenrolment, of_accounts):
        act()
    letters = every(Letter, Letter.id > before)
    letterhead, paris = Letterhead("Valmont", "", "", ""), ZoneInfo("Europe/Paris")
    texts = [(each.kind, f"{each.subject}\n{rendering.text_of(each)}") for each in letters]
    texts += [
        (f"PDF of {each.kind}", text_of(pdf))
        for each in letters
        for _, pdf in rendering.papers_of(each, letterhead, paris)
    ]
    with as_(SAMIR) as uow:
        texts += [("PDF", text_of(pdf)) for pdf in papers(uow)]
    assert {each.language for each in letters} == {"en"}
    assert stayed(texts) == []
    assert not [each.getMessage() for each in caplog.records if "no English twin" in each.getMessage()]
    untold = {*LetterKind} - STAFFS - {LetterKind(each.kind) for each in letters}
    assert untold == set()

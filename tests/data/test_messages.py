"""A word with the office: asked about one thing, answered once, told to who asked, met by nobody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from data.accounts.models import Account
from data.billing.models import Invoice
from data.core import clock
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work
from data.directory import records as directory_records
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from data.messages import models as messages
from data.messages import review, subjects, submission
from data.messages.models import MAX_LENGTH, MAX_TURNS, About, Inquiry, InquiryState, InquiryTurn
from data.messages.subjects import Subject
from data.office import daily_digest, dashboard_counts
from data.privacy import data_export, retention
from data.schooling.models import Enrolment
from tests.data.login_helpers import change
from tests.demo_users import (
    CLAIRE,
    HELENE,
    MARC,
    PAUL,
    SAMIR,
    account,
    as_,
    both,
    counts,
    every,
    found,
    last,
    later,
    pupil,
)

ROWS = (Inquiry, InquiryTurn, Letter, AuditEntry)
WORDS = "Le solfège est-il compris ?"


def bill(login: str = CLAIRE) -> int:
    with as_(login, writes=False) as uow:
        return found(uow.one(select(Invoice.id).order_by(Invoice.id)))


def course(login: str = CLAIRE, who: str = "Irina") -> int:
    """A course of that pupil about which nothing was asked."""
    with as_(login, writes=False) as uow:
        asked = select(Inquiry.about_id).where(Inquiry.about == About.COURSE)
        ours = select(Enrolment.id).where(Enrolment.pupil_id == pupil(uow, who).id, Enrolment.id.not_in(asked))  # type: ignore[attr-defined]
        return found(uow.one(ours.order_by(Enrolment.id)))


def ask(text: str = WORDS, login: str = CLAIRE, about: About = About.INVOICE, key: int = 0, **when: float) -> int:
    with as_(login, now=later(**when)) as uow:
        return submission.ask(uow, subjects.find(uow, about, key or bill(login)), text).id


def answer(
    number: int, text: str = "Oui.", login: str = PAUL, *, seen: int | None = None, closes: bool = False
) -> None:
    with as_(login) as uow:
        known = messages.turns(uow, number)[-1].id if seen is None else seen
        review.answer(uow, number, text, seen=known, closes=closes)


def reply(number: int, text: str = "Et l’orchestre ?", login: str = CLAIRE, **when: float) -> None:
    with as_(login, now=later(**when)) as uow:
        submission.reply(uow, number, text)


def row(number: int) -> Inquiry:
    return last(Inquiry, Inquiry.id == number)


def texts(number: int) -> list[tuple[str, str, str]]:
    return [(each.side, each.written_by, each.text) for each in every(InquiryTurn, InquiryTurn.inquiry_id == number)]


@both
def test_a_question_its_answer_the_letter_and_the_end(database: str) -> None:
    """R-76: the letter goes to who asked; the journal holds no text."""
    number, before = ask(), counts(Letter)
    with as_(PAUL, writes=False) as uow:
        assert [each.inquiry.id for each in review.queue(uow)][-1] == number
        assert dashboard_counts.counts(uow)["messages"] == review.count(uow) == len(review.queue(uow))
        assert ("Messages à lire", str(review.count(uow))) in daily_digest.waiting(uow)
    answer(number, "Oui,\r\nbien sûr.\0\u202e<b>")
    assert texts(number) == [("family", "Claire Aubry", WORDS), ("office", "Paul Renard", "Oui,\nbien sûr.<b>")]
    [letter] = every(Letter)[before[0] :]
    assert (letter.kind, letter.account_id) == ("message_answered", account(CLAIRE).id)
    said = text_of(letter)
    assert "Oui,\nbien sûr.<b>" in said
    assert f"/demandes/messages/{number}" in said
    assert f"Facture n° {row(number).name}" in said.replace("\xa0", " ")
    assert messages.state_of(row(number)) == InquiryState.UNREAD
    for _ in range(2):
        with as_(CLAIRE) as uow:
            submission.mark_read(uow, number)
    assert messages.state_of(row(number)) == InquiryState.ANSWERED
    reply(number)
    assert (row(number).state, len(texts(number))) == ("waiting", 3)
    answer(number, "Aussi.", HELENE, closes=True)
    assert (row(number).state, row(number).closed_by, messages.state_of(row(number))) == ("closed", "office", "unread")
    with as_(CLAIRE, writes=False) as uow:
        assert submission.open_about(uow, subjects.find(uow, About.INVOICE, bill())) is None
    acts = [each.action for each in every(AuditEntry, AuditEntry.subject == "inquiry", AuditEntry.subject_id == number)]
    assert acts == ["message sent", "message answered", "message sent", "message answered"]
    noted = str([each.changes for each in every(AuditEntry)])
    assert WORDS not in noted
    assert "bien sûr" not in noted


@both
def test_sent_twice_it_is_one_and_two_answers_at_once_are_one(database: str) -> None:
    number = ask()
    before = counts(*ROWS)
    assert ask() == number
    assert counts(*ROWS) == before
    with pytest.raises(UserError, match="déjà écrit à ce sujet"):
        ask("Autre chose ?")
    seen = last(InquiryTurn).id

    def attempt(login: str) -> str:
        try:
            answer(number, "Oui.", login, seen=seen)
        except UserError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(2) as pool:
        answered = sorted(pool.map(attempt, (PAUL, HELENE)))
    assert answered[0] == ""
    assert "a déjà répondu le" in answered[1]
    assert len(texts(number)) == 2


def test_it_is_about_each_kind_of_thing_and_leads_to_it(database: str) -> None:
    """Found by the family whose it is; whatever another has is not there."""
    whose = {
        About.CHANGE: ("family_id", "/famille"),
        About.REENROLMENT: ("household_id", "/reinscription"),
        About.DOCUMENT: ("family_id", "/reinscription"),
        About.ABSENCE: ("family_id", "/absences"),
        About.INVOICE: ("family_id", "/lire"),
    }
    for about, (column, end) in whose.items():
        one = every(subjects.TABLES[about])[0]
        [owner, *_] = every(Account, Account.family_id == getattr(one, column))
        with unit_of_work(owner) as uow:
            subject = subjects.find(uow, about, one.id)
            assert (subject.about, subject.path.endswith(end)) == (about, True)
            assert subject.name
        with as_(SAMIR if owner.login != SAMIR else CLAIRE) as uow, pytest.raises(NotFound):
            subjects.find(uow, about, one.id)
    number = ask(about=About.COURSE, key=course())
    assert row(number).name.endswith("Irina Aubry")
    with as_(PAUL, writes=False) as uow:
        assert found(subjects.of(uow, uow.get(Inquiry, number))).path.startswith("/eleves/2042/cours/")
    with system_unit_of_work(writes=True) as uow:
        uow.get(Inquiry, number).about_id = 2**30
    with as_(CLAIRE, writes=False) as uow:
        assert subjects.of(uow, uow.get(Inquiry, number)) is None  # it left since; its name stays


@both
def test_nobody_else_meets_it_not_even_the_pupils_other_household(database: str) -> None:
    """R-76."""
    irinas = course()
    number = ask(about=About.COURSE, key=irinas)
    theirs = ask("À part.", MARC, About.COURSE, irinas)
    assert theirs != number
    for login in (MARC, SAMIR):
        with as_(login) as uow:
            assert number not in {each.id for each in submission.of_the_family(uow, 50)}
            assert messages.turns(uow, number) == []
            for act in (submission.mark_read, submission.close):
                with pytest.raises(NotFound):
                    act(uow, number)
            with pytest.raises(NotFound):
                submission.reply(uow, number, "x")
            with pytest.raises(NotFound):
                review.queue(uow)
            with pytest.raises(NotFound):
                subjects.find(uow, About.INVOICE, bill())
    with as_("petit.jean", "belrive") as uow:
        assert number not in {each.inquiry.id for each in review.queue(uow)}
        with pytest.raises(NotFound):
            review.answer(uow, number, "x", seen=1)
    answer(theirs, "Pour vous seul.")
    assert last(Letter).account_id == account(MARC).id
    with as_(CLAIRE) as uow:
        copy = str(data_export.collect(uow).tables)
    assert WORDS in copy
    assert "Pour vous seul." not in copy
    assert "À part." not in copy
    with as_(PAUL, writes=False) as uow:
        own = account(CLAIRE).family_id or 0
        assert number in {each.id for each in directory_records.messages(uow, own)}
        assert theirs not in {each.id for each in directory_records.messages(uow, own)}


def test_what_is_empty_too_long_or_too_often_is_refused_in_words(database: str) -> None:
    number, before = ask(), counts(*ROWS)
    for text, said in (("", "Écrivez"), (" \n\u200b\0", "Écrivez"), ("é" * (MAX_LENGTH + 1), "1 000 caractères")):
        with pytest.raises(ValidationErrors) as refused:
            ask(text, about=About.COURSE, key=course())
        assert said in str(refused.value.faults["text"])
        with pytest.raises(ValidationErrors):
            answer(number, text)
    assert counts(*ROWS) == before
    with as_(CLAIRE, now=later()) as uow:
        for key in range(1, submission.MAX_AN_HOUR):
            submission.ask(uow, Subject(About.COURSE, 10**6 + key, "x", "/"), f"Question {key}")
    with as_(CLAIRE, now=later(minutes=59)) as uow, pytest.raises(UserError, match="depuis une heure"):
        submission.ask(uow, Subject(About.COURSE, 10**7, "x", "/"), "Encore ?")
    with as_(CLAIRE, now=later(minutes=61)) as uow, pytest.raises(UserError, match="attendent déjà une réponse"):
        submission.ask(uow, Subject(About.COURSE, 10**7, "x", "/"), "Encore ?")


def test_it_is_no_chat(database: str) -> None:
    """A further question once there is an answer, a few of them, none after the end."""
    number = ask()
    with pytest.raises(UserError, match="ne peut pas être poursuivi"):
        reply(number, "Vous êtes là ?")
    with as_(PAUL) as uow, pytest.raises(UserError, match="répondez-y avant"):
        review.close(uow, number)
    for n in range(MAX_TURNS // 2 - 1):
        answer(number, f"Réponse {n}")
        reply(number, f"Question {n}")
    with pytest.raises(UserError, match="La famille a écrit entre-temps"):
        answer(number, seen=1)
    answer(number, "La dernière.")
    with pytest.raises(UserError, match="ne peut pas être poursuivi"):
        reply(number, "Encore ?")
    with as_(CLAIRE) as uow:
        submission.close(uow, number)
    assert (row(number).closed_by, messages.state_of(row(number))) == ("family", "closed")
    with pytest.raises(UserError, match="clos"):
        reply(number, "Encore ?")
    with pytest.raises(UserError, match="clos"):
        answer(number)


def test_a_member_of_staff_does_not_answer_the_message_of_their_own_family(database: str) -> None:
    number = ask()
    change(PAUL, own_family_id=account(CLAIRE).family_id)
    with pytest.raises(UserError, match="un collègue"):
        answer(number)
    answer(number, login=HELENE)


def test_the_search_of_the_queue_is_literal(database: str) -> None:
    number = ask()
    with as_(PAUL, writes=False) as uow:
        for typed in ("Claire", "aubry 1042", row(number).name, str(number)):
            assert number in {each.inquiry.id for each in review.queue(uow, search=typed)}, typed
        for typed in ("%", "_", "\\", "zz"):
            assert review.queue(uow, search=typed) == [], typed


def test_it_leaves_a_year_after_the_last_word_unless_it_still_waits(database: str) -> None:
    waiting, answered = ask(), ask(about=About.COURSE, key=course())
    answer(answered)
    recent = ask(about=About.COURSE, key=course(), days=10)
    answer(recent)
    with system_unit_of_work(writes=True) as uow:
        uow.get(Inquiry, recent).turned_at = later(days=10)
    retention.sweep(clock.now() + timedelta(days=370))
    kept = {each.id for each in every(Inquiry)}
    assert {waiting, recent} <= kept
    assert answered not in kept
    assert texts(answered) == []

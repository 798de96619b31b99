"""The demonstration is alive on every day, and made anew where it is not and nobody acted in it."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from data import demo
from data.accounts import sessions
from data.accounts.models import Account
from data.billing import models as billing
from data.billing.models import Allocation, Invoice, Payment
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import clock, formats, schema
from data.core.audit import AuditEntry
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.demo import renewal
from data.families import models as families
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.families.stored_files import StoredFile
from data.group_letters import following as letter_following
from data.group_letters.following import Only
from data.group_letters.models import GroupLetter, GroupRecipient
from data.mail.outbox import Letter
from data.messages.models import Inquiry
from data.office import family_home
from data.office.news import News
from data.reenrolment import due as reenrolment_due
from data.reenrolment import models as reenrolment
from data.reenrolment import queue_list
from data.reenrolment import submission as reenrolment_submission
from data.reenrolment.campaigns import Campaign
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import Reenrolment, SuppliedDocument, Wish
from data.schooling import absences, at_home, calendar_feed, results
from data.schooling import models as schooling
from data.schooling.absences import Absence, AbsenceNotice
from data.schooling.models import Course, Enrolment, Lesson
from data.schooling.repertoire import Performance
from data.schooling.results import Assessment
from pages.family import billing as billing_page
from pages.family import home
from pages.family.pupil import courses as courses_page
from pages.family.pupil import reenrolment as reenrolment_page
from tests.conftest import FOLDER, move_to, stored_path
from tests.days import THOROUGH
from tests.demo_users import CLAIRE, PAUL, SAMIR, account, as_, both, both_empty, every, found, pupil, set_site

PARIS = ZoneInfo("Europe/Paris")
HARD = (
    "2027-01-01 00:05", "2028-02-29 12:00", "2027-06-30 09:00", "2027-07-14 18:00", "2027-08-31 23:50", "2027-09-01 00:05",
    "2027-09-02 08:00", "2027-09-05 10:00", "2027-09-12 10:00", "2027-10-03 12:00", "2026-12-24 23:59",
)  # fmt: skip
HARD_DAYS = [datetime.fromisoformat(each).replace(tzinfo=PARIS) for each in HARD]
STEPS = [datetime(2026, 11, 24, 13, tzinfo=PARIS) + timedelta(days=67 * n, hours=7 * n) for n in range(7)]
DAYS = [each.astimezone(UTC) for each in (*HARD_DAYS, *STEPS)]
CLOSINGS = {
    "de fin d’année": {11, 12}, "d’hiver": {1, 2}, "de printemps": {3, 4}, "d’été": {5, 6, 7, 8}, "de la Toussaint": {9, 10},
}  # fmt: skip


@pytest.fixture
def clock_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test makes of the clock ends with it."""
    for name in ("_shift", "_stopped"):
        monkeypatch.setattr(clock, name, getattr(clock, name))
    monkeypatch.setenv(clock.SHIFT, str(clock._shift.total_seconds()))


@pytest.fixture(scope="module")
def shape() -> Path:
    """A database with all tables and no row."""
    move_to(DATABASE_URL=f"sqlite:///{FOLDER}/shape.db")
    schema.upgrade()
    move_to(DATABASE_URL=f"sqlite:///{FOLDER}/unused.db")
    return FOLDER / "shape.db"


@pytest.fixture
def made(shape: Path, empty_database: str, clock_back: None) -> Callable[[datetime], None]:
    """Makes the demonstration of that moment."""
    shutil.copy(shape, empty_database.removeprefix("sqlite:///"))

    def make(moment: datetime) -> None:
        clock.stop_at(moment)
        assert demo.fill()

    return make


def following(year: str) -> str:
    return f"{year[5:]}-{int(year[5:]) + 1}"


def offers_the_re_enrolment(uow: UnitOfWork) -> None:
    """The main journey: Irina's is begun, one document is to be given again."""
    irina, year = pupil(uow, "Irina"), formats.school_year(uow.today)
    dues = {each.pupil.id: each for each in reenrolment_due.standing(uow, families.pupils(uow)).due}
    due = dues[irina.id]
    assert (due.state, due.campaign.school_year) == ("draft", following(year))
    assert [each.label for each in due.refused] == ["Photo d’identité"]
    assert [each.label for each in due.lacking] == ["Photo d’identité", "Attestation d’assurance"]
    assert due.campaign.opens_on < uow.today < due.campaign.closes_on
    assert reenrolment.shown_campaigns(uow, [irina.id])[irina.id].id == due.campaign.id
    now = reenrolment.situation(uow, irina, due.campaign)
    assert (now.is_open, now.editable, len(now.chosen)) == (True, True, 2)
    assert {each.course.school_year for each in now.disciplines} == {year}
    assert {(each.enrolment.level, each.course.cycle) for each in now.disciplines} == {("3e année", "2e cycle")}
    assert [each.document.label for each in now.lacking] == ["Photo d’identité", "Attestation d’assurance"]


def has_lessons(uow: UnitOfWork, *, tomorrow: bool) -> None:
    irina = pupil(uow, "Irina")
    coming = schooling.coming(uow, [irina.id])[irina.id]
    lesson, _ = found(schooling.next_lesson(coming))
    assert uow.today <= lesson.day <= uow.today + timedelta(days=1 if tomorrow else 7)
    days = {each.day for one in coming for each in schooling.lessons(uow, one.course.id) if each.state != "cancelled"}
    assert not tomorrow or uow.today + timedelta(days=1) in days


def has_a_past(uow: UnitOfWork) -> None:
    irina, year = pupil(uow, "Irina"), formats.school_year(uow.today)
    here, past = schooling.courses(uow, irina.id), schooling.history(uow, irina.id)
    assert [each.course.school_year for each in here] == [year] * 3
    assert len(past) == 14
    assert {following(past[0].course.school_year), past[-1].course.school_year[:4]} == {year, str(int(year[:4]) - 6)}
    _, assessment = results.last_marks(uow, [irina.id], uow.today - timedelta(days=30))[irina.id]
    assert assessment.day <= uow.today
    missed = [one for each in (*here, *past) for one in absences.of_course(uow, irina.id, each.course.id)]
    assert [each.day for each in missed if not each.excused and uow.today - timedelta(days=75) <= each.day <= uow.today]
    assert next(each.pupil.id for each in at_home.pupils(uow) if each.missed.count) == irina.id


def has_bills(uow: UnitOfWork) -> None:
    tuition = billing.accounts(uow)["tuition"]
    (entry,) = tuition.unpaid
    assert (entry.state, entry.due, entry.next_part) == ("partial", 32_400, 16_200)
    assert found(entry.next_due) > uow.today
    assert entry.row.school_year == formats.school_year(uow.today) == tuition.years[0]
    assert len(tuition.years) == 3


def some_are_late(uow: UnitOfWork) -> None:
    late = [
        entry
        for family in uow.all(select(Family))
        for ledger in billing.of_family(uow, family.id).values()
        for entry in ledger.entries
        if entry.state == "late"
    ]
    assert len(late) >= 2
    assert all(found(entry.next_due) < uow.today for entry in late)


def feeds_the_calendar(uow: UnitOfWork) -> None:
    starts = re.findall(r"DTSTART[^:]*:(\d{8})T", calendar_feed.write(uow).decode())
    ahead = sorted(each for each in starts if each > f"{uow.today:%Y%m%d}")
    assert ahead[0] == f"{uow.today + timedelta(days=1):%Y%m%d}"


def tells_news(uow: UnitOfWork) -> None:
    assert len(family_home.exchange(uow).news) == 1
    closing = found(uow.one(select(News).where(News.rank == 1)))
    assert closing.first_day.month in CLOSINGS[closing.title.removeprefix("Fermeture ")]


def is_shown(uow: UnitOfWork) -> None:
    """The panels, as a browser gets them."""
    shown = str(home._draw(uow))
    for expected in (
        "Réinscription d’Irina",
        "étape 2 sur 3",
        "Les prochains cours",
        "Dernière évaluation",
        "Solde à régler",
    ):
        assert expected in shown
    assert "demain" in shown or "aujourd’hui" in shown
    year = formats.school_year(uow.today)
    listing = courses_page._listing(2042)
    assert f"Année {year}" in courses_page._draw(uow, listing, courses_page.Window(2042))
    campaign = every(Campaign, Campaign.state == "active")[0]
    page = reenrolment_page._draw(uow, reenrolment_page.Page(2042, campaign.id))
    assert "3e année" in page
    assert "Valider" in page
    office_tab = billing_page.PageState("cotisations", "", billing_page._listing(billing_page.Order()))
    assert "324,00" in billing_page._draw(uow, office_tab)


def the_office_follows(uow: UnitOfWork) -> None:
    """A letter that some read and accepted and others not, one being written; a request of each kind that colleagues keep."""
    sent, draft = every(GroupLetter)
    assert (sent.state, sent.asks, draft.state) == ("sent", True, "draft")
    counts = letter_following.followed(uow, sent, Only.ALL).counts
    assert counts[Only.ALL] > counts[Only.READ] > counts[Only.ACCEPTED] > 0 < counts[Only.AWAITED]
    notes = [each.note for each in queue_list.queue(uow) if each.note]
    assert [(bool(each.text), each.revisit, each.assignee) for each in notes] == [
        (True, False, "Hélène Lemoine"),
        (False, True, ""),
    ]


def nothing_is_ahead_of_its_time(uow: UnitOfWork) -> None:
    days: list[tuple[type[Any], Any]] = [
        (Invoice, Invoice.day), (Payment, Payment.day), (Assessment, Assessment.day), (Absence, Absence.day),
        (Family, Family.since), (Performance, Performance.day),
    ]  # fmt: skip
    for table, day in days:
        assert uow.all(select(table).where(day > uow.today)) == [], table
    moments: list[tuple[type[Any], Any]] = [
        (ChangeRequest, ChangeRequest.submitted_at), (ChangeRequest, ChangeRequest.closed_at), (Letter, Letter.created_at),
        (FieldChange, FieldChange.decided_at), (Letter, Letter.sent_at), (AuditEntry, AuditEntry.at),
        (Reenrolment, Reenrolment.submitted_at), (Reenrolment, Reenrolment.decided_at), (Wish, Wish.changed_at),
        (SuppliedDocument, SuppliedDocument.given_at), (SuppliedDocument, SuppliedDocument.decided_at),
        (Inquiry, Inquiry.turned_at), (GroupLetter, GroupLetter.sent_at), (GroupRecipient, GroupRecipient.read_at),
        (GroupRecipient, GroupRecipient.accepted_at), (ReviewNote, ReviewNote.changed_at),
        (AbsenceNotice, AbsenceNotice.submitted_at), (StoredFile, StoredFile.created_at), (Campaign, Campaign.created_at),
    ]  # fmt: skip
    for table, moment in moments:
        assert uow.all(select(table).where(moment > uow.now)) == [], table
    assert uow.all(select(Lesson).where(Lesson.state == "held", Lesson.day >= uow.today)) == []
    assert uow.all(select(Lesson).where(Lesson.state == "planned", Lesson.day < uow.today)) == []
    settled = uow.rows(
        select(Payment, Invoice)
        .join(Allocation, col(Allocation.payment_id) == Payment.id)
        .join(Invoice, col(Invoice.id) == Allocation.invoice_id)
    )
    assert all(payment.day >= invoice.day for payment, invoice in settled)
    billed = uow.rows(select(Invoice, Family).join(Family, col(Family.id) == Invoice.family_id))
    assert all(invoice.day >= family.since for invoice, family in billed)


def ages_fit(uow: UnitOfWork) -> None:
    def age(born: date | None) -> int:
        return (uow.today - found(born)).days // 365

    adults = {each.family_id: each for each in uow.all(select(Guardian).where(Guardian.rank == 1))}
    for one, family_id in uow.rows(select(Pupil, PupilLink.family_id).join(PupilLink)):
        adult = adults[family_id]
        if one.number == 2077:
            assert age(one.birth_date) >= 18
            continue
        assert age(adult.birth_date) - age(one.birth_date) >= 20
        small = one.discipline == "Éveil musical"
        assert age(one.birth_date) in (range(4, 8) if small else range(6, 19)), one
        assert (one.cycle == "Éveil") == small
    for enrolment, course, one in uow.rows(select(Enrolment, Course, Pupil).join(Course).join(Pupil)):
        assert re.fullmatch(r"(1re|[2-9]e) année|", enrolment.level)
        assert (course.cycle == "Éveil") == (one.cycle == "Éveil")
        assert int(course.school_year[:4]) - found(one.birth_date).year >= 5


@pytest.mark.parametrize("moment", DAYS if THOROUGH else DAYS[::4], ids=str)
def test_on_every_day_all_is_there_and_nothing_is_ahead_of_its_time(
    made: Callable[[datetime], None], moment: datetime
) -> None:
    made(moment)
    with as_(CLAIRE, writes=False) as uow:
        offers_the_re_enrolment(uow)
        has_lessons(uow, tomorrow=True)
        has_a_past(uow)
        has_bills(uow)
        feeds_the_calendar(uow)
        tells_news(uow)
        is_shown(uow)
    with as_(PAUL, writes=False) as uow:
        some_are_late(uow)
        the_office_follows(uow)
    with as_(SAMIR, writes=False) as uow:
        assert len(family_home.exchange(uow).awaited) == 1
    with system_unit_of_work() as uow:
        nothing_is_ahead_of_its_time(uow)
        ages_fit(uow)


@pytest.mark.skipif(not THOROUGH, reason="three portals made anew, each day")
@pytest.mark.parametrize("moment", DAYS, ids=str)
def test_opened_later_it_still_offers_the_main_journey(made: Callable[[datetime], None], moment: datetime) -> None:
    made(moment)
    for later in (1, 45, 300):
        sessions.sign_in(account(CLAIRE))  # who only looks does not keep it from being made anew
        stored = [stored_path(each.site_id, each.name) for each in every(StoredFile)]
        clock.stop_at(moment + timedelta(days=later))
        shown = renewal.renew()
        begun = formats.school_year((moment + timedelta(days=later)).astimezone(PARIS).date())
        assert ("made anew" in shown) == (later > 1 or begun != formats.school_year(moment.astimezone(PARIS).date()))
        with as_(CLAIRE, writes=False) as uow:
            offers_the_re_enrolment(uow)
            has_lessons(uow, tomorrow=bool(shown))
        assert not shown or not any(each.exists() for each in stored)
        assert renewal.renew() == ""


def tick() -> None:
    """A draft leaves no line in the journal."""
    with as_(CLAIRE, now=clock.now() + timedelta(minutes=1)) as uow:
        campaign = uow.all(select(Campaign).where(Campaign.state == "active"))[0]
        reenrolment_submission.choose(uow, pupil(uow, "Nino"), campaign.id, "administrative")


def speak_english() -> None:
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Account, account(CLAIRE).id)
        row.language = "en"
        uow.add(row)


def announce() -> None:
    with as_(CLAIRE) as uow:
        absences.announce(
            uow, pupil(uow, "Irina"), first_day=uow.today, last_day=None, reason="Maladie", comment="À part."
        )


@pytest.mark.parametrize("act", [tick, speak_english, announce])
def test_what_somebody_did_stays_and_one_line_says_how_to_make_it_anew(
    database: str, clock_back: None, act: Callable[[], None]
) -> None:
    act()
    rows, start = [each.id for each in every(AuditEntry)], clock.now()
    assert renewal.renew() == ""
    clock.stop_at(start + timedelta(days=45))
    shown = renewal.renew()
    assert shown.endswith("To make it anew, of today: python main.py demo --anew")
    assert "\n" not in shown
    assert [each.id for each in every(AuditEntry)] == rows


@both
def test_made_anew_it_is_whole_and_holds_nothing_of_before(database: str, clock_back: None) -> None:
    announce()
    names = [each.login for each in every(Account)]
    clock.stop_at(clock.now() + timedelta(days=45))
    renewal.make_anew()
    assert every(AbsenceNotice, AbsenceNotice.comment == "À part.") == []
    assert [each.login for each in every(Account)] == names
    assert schema.state()[0] == schema.state()[1]
    with as_(CLAIRE, writes=False) as uow:
        offers_the_re_enrolment(uow)
    assert renewal.renew() == ""


@both
def test_a_real_conservatoire_is_never_made_anew(database: str, clock_back: None) -> None:
    set_site("belrive", demonstration=False)
    before = every(AuditEntry)
    clock.stop_at(clock.now() + timedelta(days=300))
    assert renewal.renew() == ""
    with pytest.raises(demo.NotADemonstration):
        renewal.make_anew()
    assert [each.id for each in every(AuditEntry)] == [each.id for each in before]
    assert len(every(Site)) == 2


@both_empty
def test_an_empty_database_is_left_to_the_first_start(empty_database: str) -> None:
    schema.upgrade()
    assert renewal.renew() == ""
    assert every(Site) == []

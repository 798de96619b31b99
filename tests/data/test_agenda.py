"""« Agenda »: what the family's pupils have on some days, the days off, and the letters of lessons that change."""

import itertools
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import col

from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.families import models as families
from data.mail.outbox import Letter
from data.mail.templates import LetterKind
from data.schooling import absences, agenda, lesson_changes, lesson_letters, school_days
from data.schooling.models import Enrolment, Lesson, LessonState, instead_of
from data.schooling.repertoire import Performance, Piece
from tests.data.test_calendar_feed import add_course, add_lessons, change
from tests.demo_users import CLAIRE, MARC, PAUL, account, as_, both, every, pupil

MONDAY = datetime(2027, 3, 22, 8, tzinfo=UTC)


def letters() -> list[Letter]:
    return every(Letter, Letter.kind == LetterKind.LESSON_CHANGED)


@both
def test_the_week_holds_lessons_events_and_absences_of_all_pupils_and_nobody_elses(database: str) -> None:
    course, enrolment = add_course(number="Z1", name="Luth", starts=time(17), room="Salle 9")
    add_lessons(
        course, ("2027-03-23", "planned", time(17)), ("2027-03-24", "cancelled", None), ("2027-03-30", "planned", None)
    )
    with system_unit_of_work(writes=True) as uow:
        event = uow.add(
            Performance(site_id=1, title="Audition", place="Auditorium", day=date(2027, 3, 24), starts=time(18))
        )
        for work in ("Valse", "Prélude"):
            uow.add(Piece(site_id=1, pupil_id=enrolment.pupil_id, performance_id=event.id, work=work))
    with as_(CLAIRE, now=MONDAY) as uow:
        absences.announce(
            uow,
            pupil(uow, "Nino"),
            first_day=date(2027, 3, 23),
            last_day=None,
            reason="Maladie",
            comment="",
            course_id=course.id,
        )
    with as_(CLAIRE, writes=False, now=MONDAY) as uow:
        pupils = [each for each, _ in families.pupils(uow)]
        found = agenda.between(uow, pupils, date(2027, 3, 22), date(2027, 3, 28))
    assert {"Nino"} <= {each.pupil.first_name for each in found} <= {"Irina", "Nino"}
    ours = [each for each in found if each.performance or (each.meeting and each.meeting.course.name == "Luth")]
    assert [(f"{each.day:%d}", each.starts, each.announced, bool(each.performance)) for each in ours] == [
        ("23", time(17), True, False),
        ("24", time(17), False, False),
        ("24", time(18), False, True),
    ]
    assert ours[1].meeting
    assert ours[1].meeting.state == LessonState.CANCELLED
    with as_(MARC, writes=False, now=MONDAY) as uow:
        pupils = [each for each, _ in families.pupils(uow)]
        found = agenda.between(uow, pupils, date(2027, 3, 22), date(2027, 3, 28))
    assert {each.pupil.first_name for each in found} <= {"Irina"}


@both
def test_a_lesson_that_changes_is_notified_once_to_whoever_wants_it(database: str) -> None:
    course, _ = add_course(number="Z1", name="Luth", starts=time(17), room="Salle 9")
    lesson, _far = add_lessons(course, ("2027-03-23", "planned", time(17)), ("2027-12-01", "cancelled", time(17)))
    lesson_letters.go_round(now=MONDAY)
    assert not letters()

    def changed(minutes: int, **values: object) -> list[str]:
        now = MONDAY + timedelta(minutes=minutes)
        change(Lesson, lesson, now, **values)
        before = len(letters())
        lesson_letters.go_round(now=now)
        lesson_letters.go_round(now=now)
        new = letters()[before:]
        assert {each.account_id for each in new} <= {account(CLAIRE).id}
        return [" ".join(block[2] for block in each.blocks if block[0] == "fact") for each in new]

    assert changed(1, state="cancelled", note="Grippe.") == ["annulé. Grippe."]
    assert changed(2, note="Grippe") == []
    assert changed(3, state="moved", starts=time(18)) == ["déplacé à cette date, Salle 9. Grippe"]
    assert changed(4, starts=time(19)) == ["déplacé à cette date, Salle 9. Grippe"]
    assert changed(5, state="planned", note="") == ["maintenu : il a lieu comme prévu, Salle 9"]
    assert the_lesson(lesson).revision == 5  # to be told is no change of the lesson
    [fact] = [block for block in letters()[2].blocks if block[0] == "fact"]
    assert fact[1].replace("\N{NO-BREAK SPACE}", " ") == "Nino, Luth, mardi 23 mars à 19 h 00"
    [stop] = [block[1] for block in letters()[0].blocks if block[0] == "opt_out"]
    assert lesson_letters.unsubscribe(stop.rpartition("/")[2])
    assert not lesson_letters.unsubscribe("x")
    assert changed(6, state="cancelled") == []
    with as_(CLAIRE) as uow:
        assert not lesson_letters.wanted(uow)
        lesson_letters.choose(uow, True)
    assert changed(7, state="planned") == ["maintenu : il a lieu comme prévu, Salle 9"]


def the_lesson(lesson_id: int) -> Lesson:
    return every(Lesson, Lesson.id == lesson_id)[0]


@pytest.mark.parametrize(
    ("zone", "winter"),
    [("A", "13/02/2027 28/02/2027"), ("B", "20/02/2027 07/03/2027"), ("C", "06/02/2027 21/02/2027"), ("", "")],
)
def test_the_schools_holidays_are_those_of_the_sites_zone(zone: str, winter: str) -> None:
    found = school_days.between(Site(calendar={"zone": zone}), date(2027, 1, 15), date(2027, 3, 15))
    assert " ".join(f"{day:%d/%m/%Y}" for each in found for day in (each.first, each.last)) == winter
    assert all((each.label, each.zone) == ("Vacances d’hiver", zone) for each in found)


def test_every_holiday_has_its_name_in_the_catalogue_and_its_days_in_order() -> None:
    for zone in school_days.SCHOOL_ZONES:
        set_of = school_days.between(Site(calendar={"zone": zone}), date(2025, 9, 1), date(2028, 8, 31))
        assert len(set_of) >= 17
        assert {each.label for each in set_of} == set(school_days.NAMES)
        assert all(before.last < after.first for before, after in itertools.pairwise(set_of))


def test_closures_are_read_as_an_office_writes_them_and_a_line_that_cannot_be_read_is_named() -> None:
    text = school_days.tidy_closures(
        "\nDu 24/12/2026 au 2/1/2027: fin d’année \n14 mai 2027 : pont\n01/05/2027 - 03/05/2027 : 1er mai"
    )
    assert text == "du 24/12/2026 au 02/01/2027 : fin d’année\n14/05/2027 : pont\ndu 01/05/2027 au 03/05/2027 : 1er mai"
    assert school_days.tidy_closures(text) == text
    site = Site(calendar={"zone": "B", "closures": text})
    found = school_days.between(site, date(2026, 12, 30), date(2027, 1, 2))
    assert [(each.label, each.zone) for each in found] == [("fin d’année", ""), ("Vacances de Noël", "B")]
    for wrong in (
        "fin d’année",
        "du 02/01/2027 au 24/12/2026 : fin",
        "du 24/12/2026 au 02/01/2029 : fin",
        "31/02/2027 : fin",
    ):
        with pytest.raises(UserError):
            school_days.tidy_closures(wrong)


@both
def test_the_office_cancels_and_moves_a_lesson_and_families_read_of_it_when_it_wishes(database: str) -> None:
    course, _ = add_course(number="Z1", name="Luth", starts=time(17), room="Salle 9")
    one, other = add_lessons(course, ("2027-03-23", "planned", time(17)), ("2027-03-30", "planned", time(17)))
    before = len(letters())

    def lines() -> list[str]:
        lesson_letters.go_round(now=MONDAY)
        return [" : ".join(block[1:]) for letter in letters()[before:] for block in letter.blocks if block[0] == "fact"]

    with as_(PAUL, now=MONDAY) as uow:
        lesson_changes.cancel(uow, one, "Stage.", tells=True)
        lesson_changes.cancel(uow, other, "", tells=False)
    assert [line for line in lines() if "23 mars" in line and line.endswith("annulé. Stage.")]
    assert not [line for line in lines() if "30 mars" in line]
    with as_(PAUL, now=MONDAY) as uow:
        lesson_changes.restore(uow, other, tells=False)
        with pytest.raises(ValidationErrors) as wrong:
            lesson_changes.move(uow, other, date(2027, 3, 30), "17 h", "", tells=True)
        assert wrong.value.faults.keys() == {"day"}
    with as_(PAUL, now=MONDAY) as uow:
        moved = lesson_changes.move(uow, other, date(2027, 3, 31), "18h30", "Salle 4", tells=True)
        assert (moved.state, moved.starts, moved.revision) == ("moved", time(18, 30), 3)
    [said] = [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines() if "31 mars à 18" in line]
    assert said.endswith("déplacé à cette date, Salle 9, au lieu du mardi 30 mars à 17 h 00. Salle 4")
    assert instead_of(the_lesson(other), "en") == "instead of Tuesday 30 March at 17:00"
    own = instead_of(the_lesson(other), "en", Enrolment(slot=time(17, 15)))  # the pupil's turn
    assert own == "instead of Tuesday 30 March at 17:15"
    with as_(PAUL, now=MONDAY) as uow:
        [each] = lesson_changes.of_day(uow, date(2027, 3, 31), "luth")
        assert each.lesson.id == other
    entries = every(AuditEntry, col(AuditEntry.action).startswith("lesson "))
    assert [each.changes["notified"][1] for each in entries][-4:] == ["yes", "no", "no", "yes"]


def test_a_lesson_that_is_over_is_not_changed(database: str) -> None:
    course, _ = add_course(number="Z1", name="Luth", starts=time(17))
    past, held = add_lessons(course, ("2027-03-20", "planned", time(17)), ("2027-03-22", "held", time(17)))
    with as_(PAUL, now=MONDAY) as uow:
        for lesson, why in ((past, "passé"), (held, "appel")):
            with pytest.raises(UserError, match=why):
                lesson_changes.cancel(uow, lesson, "", tells=True)
    with as_(CLAIRE, now=MONDAY) as uow, pytest.raises(NotFound):
        lesson_changes.cancel(uow, held, "", tells=True)

"""Courses, lessons, marks and events of a pupil: who meets them, in which order, on which day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from sqlmodel import select

from data.core import formats, sites
from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.schooling import absences, at_home, repertoire, results
from data.schooling import models as schooling
from data.schooling.absences import Absence
from data.schooling.models import Course, Enrolment, Lesson
from data.schooling.repertoire import Performance, Piece
from data.schooling.results import Assessment, Mark
from tests.demo_users import CLAIRE, MARC, PAUL, SAMIR, as_, both, every, found, pupil, set_site, site

YEAR = "2059-2060"  # a year of our own, far from the demonstration's
MONDAY = date(2059, 11, 24)
FIVE = time(17)
STRANGERS: list[tuple[str | None, str]] = [(SAMIR, "valmont"), (CLAIRE, "belrive"), (None, "valmont")]
_numbers = count(1)


def known(first_name: str = "Irina") -> Pupil:
    """Irina is of Valmont, whoever asks."""
    with system_unit_of_work() as uow:
        return found(uow.one(select(Pupil).where(Pupil.first_name == first_name)))


def add(*rows: Any) -> list[int]:
    with system_unit_of_work(writes=True) as uow:
        for row in rows:
            uow.add(row)
        return [row.id for row in rows]


def course(*pupils: str, year: str = YEAR, name: str = "Alto 1", **more: Any) -> int:
    """A course of that year with these pupils in it."""
    asked = {name: more.pop(name) for name in ("status", "slot", "average") if name in more}
    given: dict[str, Any] = {"weekday": 1, "starts": FIVE, "minutes": 30, "department": "Alto", **more}
    place = site().id
    (made,) = add(Course(site_id=place, school_year=year, number=f"T {next(_numbers)}", name=name, **given))
    add(*(Enrolment(site_id=place, pupil_id=known(each).id, course_id=made, **asked) for each in pupils))
    return made


def lesson(course_id: int, day: date, starts: time | None = FIVE, state: str = "planned") -> int:
    return add(Lesson(site_id=site().id, course_id=course_id, day=day, starts=starts, state=state, minutes=30))[0]


def mark(course_id: int, day: date | None, value: int | None, first_name: str = "Irina", **more: Any) -> int:
    (test,) = add(Assessment(site_id=site().id, course_id=course_id, day=day, kind="Devoir"))
    owned = {"site_id": site().id, "pupil_id": known(first_name).id, "assessment_id": test}
    return add(Mark(**owned, value=value, **more))[0]


def absence(course_id: int, day: date, first_name: str = "Irina", *, excused: bool = False) -> int:
    owned = {"site_id": site().id, "pupil_id": known(first_name).id, "course_id": course_id}
    return add(Absence(**owned, day=day, excused=excused))[0]


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def upcoming(now: datetime, *first_names: str, login: str = CLAIRE) -> dict[str, int]:
    """First name -> the number of the next lesson, as every screen asks: in the site's own hours."""
    pupils = {known(each).id: each for each in first_names or ("Irina",)}
    with as_(login, now=now, writes=False) as uow:
        sites.here(uow)
        return {pupils[one]: lesson.id for one, (lesson, _) in following(uow, pupils).items()}


def following(uow: UnitOfWork, pupils: Iterable[int]) -> dict[int, Any]:
    found = {one: schooling.next_lesson(coming) for one, coming in schooling.coming(uow, pupils).items()}
    return {one: each for one, each in found.items() if each}


def this_year(uow: UnitOfWork, pupils: Iterable[int]) -> dict[int, list[Any]]:
    now = formats.school_year(uow.today)
    listed = schooling.coming(uow, pupils)
    return {one: [each for each in coming if each.course.school_year == now] for one, coming in listed.items()}


def all_of(uow: UnitOfWork, pupil_id: int) -> dict[str, list[int]]:
    """What lists tell of a pupil, by the numbers of its rows."""
    """Everything that lists tell of a pupil, by the numbers of its rows."""
    here, past = schooling.courses(uow, pupil_id), schooling.history(uow, pupil_id)
    taken = [each.course.id for each in (*here, *past)]
    return {
        "courses": [each.enrolment.id for each in here],
        "history": [each.enrolment.id for each in past],
        "lessons": [each.id for one in taken for each in schooling.lessons(uow, one)],
        "marks": [each.id for one in taken for each, _ in results.marks(uow, pupil_id, one)],
        "last mark": [each.id for each, _ in results.last_marks(uow, [pupil_id], date(2000, 1, 1)).values()],
        "pieces": [each.id for each, _ in repertoire.played(uow, pupil_id)],
        "absences": [each.id for one in taken for each in absences.of_course(uow, pupil_id, one)],
        "this year": [each.enrolment.id for each in this_year(uow, [pupil_id])[pupil_id]],
        "next": [each.id for each, _ in following(uow, [pupil_id]).values()],
    }


@both
def test_irina_has_fourteen_past_courses_over_six_years_and_three_this_year(database: str) -> None:
    with as_(CLAIRE) as uow:
        past, here = schooling.history(uow, pupil(uow, "Irina").id), schooling.courses(uow, pupil(uow, "Irina").id)
        assert len(past) == 14
        first = int(formats.school_year(uow.today)[:4])
    years = [each.course.school_year for each in past]
    assert list(dict.fromkeys(years)) == [f"{first - back}-{first - back + 1}" for back in range(1, 7)]
    assert [years.count(year) for year in dict.fromkeys(years)] == [3, 3, 2, 2, 2, 2]
    assert {each.course.department for each in past} == {"Piano", "Formation musicale", "Pratique collective"}
    assert [each.course.department for each in past[:3]] == ["Formation musicale", "Piano", "Pratique collective"]
    assert all(each.enrolment.average and each.enrolment.comment and each.teacher_name for each in past)
    assert {each.course.department for each in here} == {each.course.department for each in past[:3]}
    assert {each.course.school_year for each in here} == {f"{first}-{first + 1}"}
    week = [(each.course.weekday, each.course.starts) for each in here]
    assert week == sorted(week)
    assert all(each.enrolment.average is None and each.slot and each.slot_minutes for each in here)


def test_nino_begins_and_has_no_past(database: str) -> None:
    with as_(CLAIRE) as uow:
        nino = pupil(uow, "Nino").id
        assert schooling.history(uow, nino) == []
        assert [each.course.department for each in schooling.courses(uow, nino)] == ["Éveil musical"]
        assert repertoire.played(uow, nino) == []


@both
def test_the_second_household_sees_of_irina_what_the_first_sees(database: str) -> None:
    irina = known().id
    with as_(CLAIRE, writes=False) as uow:
        hers = all_of(uow, irina)
    with as_(MARC, writes=False) as uow:
        assert all_of(uow, irina) == hers
        assert all_of(uow, known("Nino").id) == {name: [] for name in hers}
    with as_(PAUL, writes=False) as uow:
        assert all_of(uow, irina) == hers
    assert all(hers[name] for name in ("courses", "history", "lessons", "marks", "last mark", "pieces"))


@both
@pytest.mark.parametrize(("login", "code"), STRANGERS)
def test_another_family_another_site_and_a_stranger_meet_nothing(database: str, login: str | None, code: str) -> None:
    irina = known().id
    with as_(CLAIRE) as uow:
        here = schooling.courses(uow, irina)[0]
    add(Absence(site_id=site().id, pupil_id=irina, course_id=here.course.id, day=MONDAY))
    with as_(login, code, writes=False) as uow:
        assert all(listed == [] for listed in all_of(uow, irina).values())
        assert results.marks(uow, irina, here.course.id) == []
        assert absences.of_course(uow, irina, here.course.id) == []
        assert absences.notices(uow, irina) == []
        assert irina not in {each.pupil.id for each in at_home.pupils(uow)}
        assert (schooling.lessons(uow, here.course.id) == []) == (login is None or code != "valmont")
        with pytest.raises(NotFound):
            schooling.attended(uow, irina, here.enrolment.id)
        for table in (Enrolment, Mark, Piece, Absence):
            with pytest.raises(NotFound):
                uow.get(table, every(table, table.pupil_id == irina)[0].id)  # type: ignore[attr-defined]


@both
def test_an_enrolment_is_opened_under_its_own_pupil_only(database: str) -> None:
    with as_(CLAIRE, writes=False) as uow:
        irina, nino = pupil(uow, "Irina").id, pupil(uow, "Nino").id
        for each in (*schooling.courses(uow, irina), *schooling.history(uow, irina)):
            one = schooling.attended(uow, irina, each.enrolment.id)
            assert (one.course.id, one.teacher_name) == (each.course.id, each.teacher_name)
            with pytest.raises(NotFound):
                schooling.attended(uow, nino, each.enrolment.id)
        for number in (0, -1, 2**31, 2**63, 2**70, -(2**70)):
            with pytest.raises(NotFound):
                schooling.attended(uow, irina, number)


@both
def test_the_weeks_courses_come_in_the_order_of_the_week_and_those_without_a_day_last(database: str) -> None:
    for name, weekday, starts in (
        ("Sans jour", None, None),
        ("Samedi", 6, time(9)),
        ("Lundi soir", 1, time(18)),
        ("Lundi", 1, FIVE),
        ("Lundi aussi", 1, FIVE),
    ):
        course("Irina", name=name, weekday=weekday, starts=starts)
    course("Nino", name="À Nino")
    course("Irina", name="L’an prochain", year="2060-2061")
    with as_(CLAIRE, now=at(MONDAY)) as uow:
        names = [each.course.name for each in schooling.courses(uow, known().id)]
        assert names == ["Lundi", "Lundi aussi", "Lundi soir", "Samedi", "Sans jour"]
        listed = this_year(uow, [known("Nino").id, known().id, known("Samir").id])
    assert [each.course.name for each in listed[known("Nino").id]] == ["À Nino"]
    assert [each.course.name for each in listed[known().id]] == sorted(names)
    assert listed[known("Samir").id] == []
    with as_(CLAIRE) as uow:
        assert schooling.coming(uow, []) == {}


@both
def test_todays_lesson_is_next_until_its_hour_has_passed(database: str) -> None:
    taken = course("Irina")
    today, following = lesson(taken, MONDAY), lesson(taken, MONDAY + timedelta(days=7))
    lesson(taken, MONDAY - timedelta(days=7), state="held")
    assert upcoming(at(MONDAY, 6)) == {"Irina": today}
    assert upcoming(at(MONDAY, 15, 59)) == {"Irina": today}  # Paris is an hour ahead
    assert upcoming(at(MONDAY, 16, 0)) == {"Irina": today}
    assert upcoming(at(MONDAY, 16, 45)) == {"Irina": following}


def test_ones_own_hour_counts_before_the_courses(database: str) -> None:
    taken = course("Irina", slot=time(18, 30))
    today = lesson(taken, MONDAY)
    assert upcoming(at(MONDAY, 17)) == {"Irina": today}
    assert upcoming(at(MONDAY, 18, 15)) == {}
    whole_day = lesson(course("Nino", starts=None), MONDAY, None)
    assert upcoming(at(MONDAY, 22), "Nino") == {"Nino": whole_day}


@both
def test_lessons_that_are_cancelled_or_over_are_passed_over(database: str) -> None:
    taken = course("Irina")
    lesson(taken, MONDAY, state="cancelled")
    lesson(taken, MONDAY + timedelta(days=7), state="held")
    assert upcoming(at(MONDAY)) == {}
    moved = lesson(taken, MONDAY + timedelta(days=14), state="moved")
    lesson(taken, MONDAY + timedelta(days=21))
    assert upcoming(at(MONDAY)) == {"Irina": moved}


@both
def test_a_cancelled_lesson_is_known_beside_the_one_after_it(database: str) -> None:
    taken, other = course("Irina"), course("Irina", starts=time(9))
    first = lesson(taken, MONDAY + timedelta(days=7), state="cancelled")
    lesson(taken, MONDAY + timedelta(days=14), state="cancelled")
    held = lesson(taken, MONDAY + timedelta(days=21))
    lesson(taken, MONDAY + timedelta(days=28), state="cancelled")
    alone = lesson(other, MONDAY + timedelta(days=1), state="cancelled")
    with as_(CLAIRE, now=at(MONDAY), writes=False) as uow:
        sites.here(uow)
        [irina] = schooling.coming(uow, [known("Irina").id]).values()
        found = {
            each.course.id: (each.cancelled and each.cancelled.id, each.lesson and each.lesson.id) for each in irina
        }
    assert (found[taken], found[other]) == ((first, held), (alone, None))


@both
def test_the_next_lesson_is_each_pupils_own_and_the_first_of_all_courses(database: str) -> None:
    late, early = course("Irina", "Samir"), course("Irina", "Nino", starts=time(9))
    in_the_evening = lesson(late, MONDAY + timedelta(days=1), time(20))
    in_the_morning = lesson(early, MONDAY + timedelta(days=1), time(9))
    asked = ("Irina", "Nino", "Samir")
    assert upcoming(at(MONDAY), *asked) == {"Irina": in_the_morning, "Nino": in_the_morning}
    assert upcoming(at(MONDAY), *asked, login=MARC) == {"Irina": in_the_morning}
    assert upcoming(at(MONDAY), *asked, login=SAMIR) == {"Samir": in_the_evening}


def test_who_only_asked_waits_or_has_left_has_no_lesson(database: str) -> None:
    for status in ("asked", "waiting", "left"):
        lesson(course("Irina", status=status), MONDAY)
    assert upcoming(at(MONDAY)) == {}


def test_after_the_last_lesson_none_is_in_sight(database: str) -> None:
    taken = course("Irina")
    lesson(taken, MONDAY)
    far = lesson(taken, MONDAY + timedelta(days=71))
    assert upcoming(at(MONDAY, 20)) == {}
    assert upcoming(at(MONDAY + timedelta(days=1))) == {"Irina": far}
    assert upcoming(at(MONDAY + timedelta(days=400))) == {}


def test_a_sibling_with_many_lessons_hides_nobodys(database: str) -> None:
    many, one = course("Irina"), course("Nino")
    with system_unit_of_work(writes=True) as uow:
        uow.add_all(
            Lesson(site_id=site().id, course_id=many, day=MONDAY + timedelta(days=n // 2), starts=time(9 + n % 2))
            for n in range(130)
        )
    only = lesson(one, MONDAY + timedelta(days=69))
    assert upcoming(at(MONDAY), "Irina", "Nino")["Nino"] == only


@both
def test_today_is_the_sites_own_day(database: str) -> None:
    taken = course("Irina", starts=time(9))
    monday, tuesday = lesson(taken, MONDAY, time(9)), lesson(taken, MONDAY + timedelta(days=1), time(9))
    set_site(timezone="Indian/Reunion")  # four hours before Greenwich: 9 h there is 5 h there
    assert upcoming(at(MONDAY, 4, 59)) == {"Irina": monday}
    assert upcoming(at(MONDAY, 6)) == {"Irina": tuesday}
    assert upcoming(at(MONDAY, 20, 1)) == {"Irina": tuesday}
    set_site(timezone="America/Martinique")  # four hours after: Monday is not over at 3 h in the night
    assert upcoming(at(MONDAY, 12, 59)) == {"Irina": monday}
    assert upcoming(at(MONDAY + timedelta(days=1), 3)) == {"Irina": tuesday}
    lesson(taken, MONDAY, time(23, 30))
    assert upcoming(at(MONDAY + timedelta(days=1), 3))["Irina"] not in {monday, tuesday}


@pytest.mark.parametrize(("sunday", "before", "after"), [
    (date(2059, 10, 26), (8, 45), (9, 45)),  # at 3 h it is 2 h again
    (date(2060, 3, 28), (7, 45), (8, 45)),  # at 2 h it is 3 h
])  # fmt: skip
def test_the_nights_when_the_clock_changes_lose_no_lesson(
    database: str, sunday: date, before: tuple[int, int], after: tuple[int, int]
) -> None:
    taken = course("Irina", starts=time(10))
    saturday, today = lesson(taken, sunday - timedelta(days=1), time(22)), lesson(taken, sunday, time(10))
    following = lesson(taken, sunday + timedelta(days=1), time(10))
    assert upcoming(at(sunday - timedelta(days=1), 19)) == {"Irina": saturday}
    for minutes in range(0, 361, 30):  # from midnight there, through the hour that is twice or never
        now = at(sunday - timedelta(days=1), 23) + timedelta(minutes=minutes)
        assert upcoming(now) == {"Irina": today}, now
    assert upcoming(at(sunday, *before)) == {"Irina": today}
    assert upcoming(at(sunday, *after)) == {"Irina": following}


@both
def test_the_29_february_is_a_day_like_others(database: str) -> None:
    leap = date(2060, 2, 29)
    taken = course("Irina", weekday=7)
    today = lesson(taken, leap)
    assert upcoming(at(leap)) == {"Irina": today}
    assert upcoming(at(leap - timedelta(days=1))) == {"Irina": today}
    assert upcoming(at(date(2060, 3, 1))) == {}
    absence(taken, leap)
    got = mark(taken, leap, 1500)
    with as_(CLAIRE, now=at(leap)) as uow:
        assert at_home.pupils(uow)[0].missed.count == 1
        assert results.last_marks(uow, [known().id], leap)[known().id][0].id == got
        assert [each.course.id for each in schooling.courses(uow, known().id)] == [taken]


@both
def test_the_school_year_changes_on_the_first_of_september_at_midnight_there(database: str) -> None:
    irina, old, new = known().id, course("Irina", year="2058-2059"), course("Irina")
    for now, here, behind in (
        (datetime(2059, 8, 31, 21, 59, 59, tzinfo=UTC), old, []),
        (datetime(2059, 8, 31, 22, 0, tzinfo=UTC), new, [old]),
        (datetime(2060, 8, 31, 21, 59, tzinfo=UTC), new, [old]),
    ):
        with as_(CLAIRE, now=now, writes=False) as uow:
            assert [each.course.id for each in schooling.courses(uow, irina)] == [here]
            assert [each.course.id for each in this_year(uow, [irina])[irina]] == [here]
            past = [each.course.id for each in schooling.history(uow, irina)]
            assert past[: len(behind)] == behind
            assert new not in past


@both
def test_absences_not_excused_are_counted_in_this_school_year_up_to_today(database: str) -> None:
    irina, nino, taken = known().id, known("Nino").id, course("Irina", "Nino")
    for day in (date(2059, 8, 31), date(2059, 9, 1), MONDAY, MONDAY + timedelta(days=1), date(2060, 6, 1)):
        absence(taken, day)
    absence(taken, date(2059, 10, 6), excused=True)
    absence(taken, date(2059, 10, 6), "Nino", excused=True)
    for today, counted in ((MONDAY, 2), (date(2059, 8, 31), 1), (date(2060, 9, 1), 0)):
        with as_(CLAIRE, now=at(today)) as uow:
            assert [(each.pupil.id, each.missed.count) for each in at_home.pupils(uow)] == [
                (irina, counted),
                (nino, 0),
            ]
    with as_(CLAIRE, now=at(MONDAY), writes=True) as uow:
        last = at_home.pupils(uow)[0].missed
        assert (last.day, last.waiting) == (MONDAY, 0)
        absences.justify(uow, known(), last.absence_id or 0, reason="Maladie", comment="")
        left = at_home.pupils(uow)[0].missed
        assert (left.count, left.waiting, left.day) == (1, 1, date(2059, 9, 1))
    with as_(MARC, now=at(MONDAY)) as uow:  # the other household did not say it
        assert next(each.missed.count for each in at_home.pupils(uow) if each.pupil.id == irina) == 2
    with as_(CLAIRE, now=at(MONDAY)) as uow:
        listed = [each.day for each in absences.of_course(uow, irina, taken)]
        assert listed == sorted(listed, reverse=True)
        assert len(listed) == 6


@both
def test_pieces_come_the_latest_event_first_and_those_without_a_day_last(database: str) -> None:
    place, samir = site().id, known("Samir").id
    before = {piece.id for piece in every(Piece, Piece.pupil_id == samir)}
    events = add(
        Performance(site_id=place, title="Un jour"),
        Performance(site_id=place, title="Noël", day=date(2059, 12, 20)),
        Performance(site_id=place, title="Juin", day=date(2060, 6, 21)),
    )
    pieces = add(*(Piece(site_id=place, pupil_id=samir, performance_id=each, work="Aria") for each in events))
    pieces += add(Piece(site_id=place, pupil_id=samir, performance_id=events[2], work="Bis"))
    with as_(SAMIR) as uow:
        listed = [piece.id for piece, _ in repertoire.played(uow, samir)]
    assert listed[:3] == [pieces[2], pieces[3], pieces[1]]
    assert (listed[-1], set(listed)) == (pieces[0], before.union(pieces))

"""The family's lessons as a calendar program reads them: RFC 5545, a private address, nothing of another family."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event, Timezone

from data.core import clock
from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.core.settings import settings
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil, PupilLink
from data.schooling import calendar_feed
from data.schooling.calendar_feed import AgendaKey
from data.schooling.models import Course, Enrolment, Lesson
from data.schooling.repertoire import Performance, Piece
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, last, later, set_site

UNTIL_THEN = datetime(2027, 3, 20, 12, tzinfo=UTC)


def token(login: str = CLAIRE) -> str:
    with as_(login) as uow:
        return calendar_feed.renew(uow).rpartition("/")[2].removesuffix(".ics")


def parsed(content: bytes) -> list[Event]:
    """As a calendar program reads it: short lines of whole letters, each event apart, each zone told."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode()  # never cut inside a letter
    read = Calendar.from_ical(content)
    assert isinstance(read, Calendar)
    assert (read["VERSION"], read["METHOD"]) == ("2.0", "PUBLISH")
    assert read.errors == []
    found = read.events
    assert all(event.errors == [] for event in found)
    assert len({event["UID"] for event in found}) == len(found)
    asked = {event["DTSTART"].params.get("TZID") for event in found} - {None}
    assert asked == {zone["TZID"] for zone in read.walk("VTIMEZONE")}
    return found


def as_utc(event: Event, name: str) -> str:
    return f"{event[name].dt.astimezone(UTC):%Y-%m-%d %H:%M}"


def of(events: list[Event], word: str) -> list[Event]:
    return sorted((each for each in events if word in each["SUMMARY"]), key=lambda each: str(each["UID"]))


def add_course(**more: Any) -> tuple[Course, Enrolment]:
    """A course of Nino's."""
    with system_unit_of_work(writes=True) as uow:
        nino = next(each for each in every(Pupil) if each.number == 2043 and each.site_id == 1)
        course = uow.add(Course(site_id=1, school_year="2026-2027", **more))
        return course, uow.add(Enrolment(site_id=1, pupil_id=nino.id, course_id=course.id))


def add_lessons(course: Course, *given: tuple[str, str, time | None]) -> list[int]:
    with system_unit_of_work(writes=True) as uow:
        return [
            uow.add(
                Lesson(site_id=1, course_id=course.id, day=date.fromisoformat(day), starts=at, minutes=45, state=state)
            ).id
            for day, state, at in given
        ]


def change(table: type[Course | Lesson | Enrolment | Performance], row_id: int, now: datetime, **values: Any) -> None:
    with system_unit_of_work(writes=True, now=now) as uow:
        row = uow.get(table, row_id)
        for name, value in values.items():
            setattr(row, name, value)
        uow.add(row)


@both
def test_the_calendar_holds_the_lessons_of_the_familys_pupils(database: str) -> None:
    events = parsed(calendar_feed.calendar(token()))
    with as_(CLAIRE, writes=False) as uow:
        pupils = [link.pupil_id for link in every(PupilLink, PupilLink.family_id == uow.family_id)]
        first, final = uow.today - calendar_feed.BACK, uow.today + calendar_feed.AHEAD
    courses = [each.course_id for each in every(Enrolment) if each.pupil_id in pupils and each.status == "enrolled"]
    lessons = [each for each in every(Lesson) if each.course_id in courses and first <= each.day <= final]
    off = [event for event in events if str(event["UID"]).startswith("off-")]
    assert len(events) - len(off) >= len(lessons) > 5
    whose = {event["SUMMARY"].split(" – ")[0].removeprefix("Annulé : ") for event in events if event not in off}
    assert whose <= {"Irina", "Nino"}
    assert all(event["STATUS"] in {"CONFIRMED", "CANCELLED"} for event in events)
    assert any("LOCATION" in event for event in events)
    assert any("Enseignant" in event.get("DESCRIPTION", "") for event in events)


def test_hours_are_right_in_summer_and_in_winter_and_cancelled_lessons_say_so(database: str) -> None:
    """Row 109."""
    course, _ = add_course(number="Z1", name="Chœur, \\ voix; " + "é" * 60, room="A;1, \n🎹" + "🎻" * 8)
    add_lessons(
        course,
        ("2027-03-27", "planned", time(17)),
        ("2027-03-28", "cancelled", time(17)),
        ("2027-03-29", "moved", None),
    )
    winter, summer, moved = of(parsed(calendar_feed.calendar(token(), now=UNTIL_THEN)), "Chœur")
    assert (as_utc(winter, "DTSTART"), as_utc(winter, "DTEND")) == ("2027-03-27 16:00", "2027-03-27 16:45")
    assert as_utc(summer, "DTSTART") == "2027-03-28 15:00"
    assert [event["DTSTART"].params["TZID"] for event in (winter, summer)] == ["Europe/Paris"] * 2
    assert (summer["STATUS"], summer["TRANSP"]) == ("CANCELLED", "TRANSPARENT")
    assert summer["SUMMARY"] == f"Annulé : Nino – Chœur, \\ voix; {'é' * 60}"
    assert (moved["DTSTART"].dt, moved["DTEND"].dt) == (date(2027, 3, 29), date(2027, 3, 30))
    assert "déplacé" in moved["DESCRIPTION"]
    assert winter["LOCATION"] == f"A;1, \n🎹{'🎻' * 8}, Conservatoire de Valmont"
    assert winter["DTSTAMP"].dt == UNTIL_THEN


@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "America/Cayenne", "Pacific/Noumea"])
def test_the_zone_that_the_calendar_tells_gives_the_hours_of_the_site(database: str, zone: str) -> None:
    """A program that knows no zone reads it from VTIMEZONE alone."""
    set_site(timezone=zone)
    course, _ = add_course(number="Z1", name="Luth")
    days = ("2027-03-27", "2027-03-29", "2027-10-30", "2027-11-02")
    add_lessons(course, *((day, "planned", time(17)) for day in days))
    content = calendar_feed.calendar(token(), now=UNTIL_THEN)
    read = Calendar.from_ical(content)
    [alone] = [Timezone.to_tz(each, lookup_tzid=False) for each in read.walk("VTIMEZONE")]
    for event in of(parsed(content), "Luth"):
        local = event["DTSTART"].dt
        assert local.hour == 17
        assert local.replace(tzinfo=alone).utcoffset() == local.replace(tzinfo=ZoneInfo(zone)).utcoffset()


@both
def test_a_lesson_moved_twice_then_cancelled_rises_each_time_and_keeps_its_name(database: str) -> None:
    course, _ = add_course(number="Z1", name="Luth", starts=time(10), minutes=30)
    [lesson] = add_lessons(course, ("2027-03-24", "planned", time(17)))
    key, seen = token(), []
    for turn, values in enumerate(
        ({}, {"state": "moved", "day": date(2027, 3, 25)}, {"starts": time(18, 30)}, {"state": "cancelled"}, {"note": "Grippe"})
    ):  # fmt: skip
        now = UNTIL_THEN + timedelta(hours=turn)
        if values:
            change(Lesson, lesson, now, **values)
        [event] = of(parsed(calendar_feed.calendar(key, now=now + timedelta(minutes=5))), "Luth")
        assert event["DTSTAMP"].dt == now + timedelta(minutes=5)
        assert not values or event["LAST-MODIFIED"].dt == now
        seen.append((int(event["SEQUENCE"]), as_utc(event, "DTSTART"), event["STATUS"], str(event["UID"])))
    assert [each[0] for each in seen] == [0, 1, 2, 3, 4]
    assert [each[1] for each in seen[:3]] == ["2027-03-24 16:00", "2027-03-25 16:00", "2027-03-25 17:30"]
    assert [each[2] for each in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"] * 2
    assert len({each[3] for each in seen}) == 1


def test_another_room_hour_or_turn_of_the_pupil_rises_too_and_what_changes_nothing_does_not(database: str) -> None:
    course, enrolment = add_course(number="Z1", name="Luth", starts=time(10))
    add_lessons(course, ("2027-03-24", "planned", None))
    key = token()

    def sequence() -> int:
        return int(of(parsed(calendar_feed.calendar(key, now=UNTIL_THEN)), "Luth")[0]["SEQUENCE"])

    assert sequence() == 0
    change(Course, course.id, UNTIL_THEN, room="Salle 9")
    assert sequence() == 1
    change(Enrolment, enrolment.id, UNTIL_THEN, slot=time(11))
    assert sequence() == 2
    change(Enrolment, enrolment.id, UNTIL_THEN, slot=time(11))
    assert sequence() == 2


def test_many_lessons_changed_at_once_by_an_import_rise_as_well(database: str) -> None:
    course, _ = add_course(number="Z1", name="Luth", starts=time(10))
    lessons = add_lessons(course, ("2027-03-24", "planned", time(17)), ("2027-03-31", "planned", time(17)))
    for state in ("moved", "cancelled"):
        with as_(HELENE, now=UNTIL_THEN) as uow:
            uow.amend(Lesson, [{"id": each, "site_id": 1, "state": state} for each in lessons])
    events = of(parsed(calendar_feed.calendar(token(), now=UNTIL_THEN)), "Luth")
    assert [(int(each["SEQUENCE"]), each["LAST-MODIFIED"].dt) for each in events] == [(2, UNTIL_THEN)] * 2


def test_no_setting_changes_the_name_of_a_lesson(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key, moment = token(), clock.now()  # no midnight comes between
    before = {str(event["UID"]) for event in parsed(calendar_feed.calendar(key, now=moment))}
    for name, value in (("mail_from", "autre@example.net"), ("base_url", "https://autre.example.net")):
        monkeypatch.setattr(settings(), name, value)
    set_site(name="Conservatoire renommé", email="autre@example.net", timezone="Europe/Brussels")
    assert {str(event["UID"]) for event in parsed(calendar_feed.calendar(token(), now=moment))} == before


@both
def test_the_address_is_kept_as_its_print_and_renewing_ends_the_former(database: str) -> None:
    old = token()
    assert old not in str([row.model_dump() for row in every(AgendaKey)])
    assert old not in str([row.model_dump() for row in every(AuditEntry)])
    new = token()
    assert [row.action for row in every(AuditEntry)][-2:] == ["agenda opened", "agenda renewed"]
    assert parsed(calendar_feed.calendar(new))
    assert last(AgendaKey).read_at is not None
    for wrong in (old, "", "x" * 43, "x" * 500, new[:-1], new.swapcase()):
        with pytest.raises(NotFound):
            calendar_feed.calendar(wrong)
    with as_(CLAIRE) as uow:
        calendar_feed.close(uow)
    with pytest.raises(NotFound):
        calendar_feed.calendar(new)


def test_a_blocked_account_gives_no_calendar_and_staff_have_none(database: str) -> None:
    mine = token()
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(type(account(CLAIRE)), account(CLAIRE).id)
        row.disabled = True
        uow.add(row)
    with pytest.raises(NotFound):
        calendar_feed.calendar(mine)
    with as_(PAUL) as uow, pytest.raises(NotFound):
        calendar_feed.renew(uow)


def test_the_second_household_gets_its_own_pupils_only(database: str) -> None:
    events = parsed(calendar_feed.calendar(token("aubry.marc")))
    named = (str(event["SUMMARY"]) for event in events if not str(event["UID"]).startswith("off-"))
    assert {each.split(" – ")[0].removeprefix("Annulé : ") for each in named} == {"Irina"}


def test_far_lessons_stay_out(database: str) -> None:
    mine = token()
    assert parsed(calendar_feed.calendar(mine))
    assert not parsed(calendar_feed.calendar(mine, now=later(days=1500)))


def test_an_event_in_public_and_the_days_off_are_there_too_and_keep_their_names(database: str) -> None:
    """Whole days off make nobody busy; an event that is moved rises."""
    set_site(calendar={"zone": "B", "closures": "du 24/12/2026 au 02/01/2027 : fin d’année"})
    _, enrolment = add_course(number="Z1", name="Luth")
    with system_unit_of_work(writes=True) as uow:
        event = uow.add(
            Performance(site_id=1, title="Audition; d’été", place="Opéra, Metz", day=date(2027, 4, 3), starts=time(18))
        )
        for work in ("Valse", "Prélude"):
            uow.add(Piece(site_id=1, pupil_id=enrolment.pupil_id, performance_id=event.id, work=work))
    key = token()
    [before] = of(parsed(calendar_feed.calendar(key, now=UNTIL_THEN)), "Audition; d’été")
    assert (before["LOCATION"], as_utc(before, "DTSTART"), int(before["SEQUENCE"])) == (
        "Opéra, Metz",
        "2027-04-03 16:00",
        0,
    )
    change(Performance, event.id, UNTIL_THEN, day=date(2027, 4, 4))
    [after] = of(parsed(calendar_feed.calendar(key, now=UNTIL_THEN)), "Audition; d’été")
    assert (after["UID"], as_utc(after, "DTSTART"), int(after["SEQUENCE"])) == (before["UID"], "2027-04-04 16:00", 1)
    found = parsed(calendar_feed.calendar(key, now=datetime(2026, 12, 1, tzinfo=UTC)))
    [closed] = of(found, "Conservatoire fermé : fin d’année")
    assert (closed["DTSTART"].dt, closed["DTEND"].dt, closed["TRANSP"]) == (
        date(2026, 12, 24),
        date(2027, 1, 3),
        "TRANSPARENT",
    )
    [winter] = of(found, "Vacances d’hiver")
    assert (winter["UID"], winter["DTSTART"].dt) == ("off-20270220-B.valmont@anacrouse", date(2027, 2, 20))
    read = Calendar.from_ical(calendar_feed.calendar(key))
    assert isinstance(read, Calendar)
    assert (read["REFRESH-INTERVAL"].dt, read["X-PUBLISHED-TTL"]) == (timedelta(hours=6), "PT6H")

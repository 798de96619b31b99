"""The family's lessons as a calendar program reads them: RFC 5545, a private address, nothing of another family."""

from datetime import UTC, datetime, time

import pytest

from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil, PupilLink
from data.schooling import calendar_feed
from data.schooling.calendar_feed import AgendaKey
from data.schooling.models import Course, Enrolment, Lesson
from tests.demo_users import CLAIRE, PAUL, account, as_, both, every, last, later

Event = dict[str, str]


def token(login: str = CLAIRE) -> str:
    with as_(login) as uow:
        return calendar_feed.renew(uow).rpartition("/")[2].removesuffix(".ics")


def parsed(content: bytes) -> list[Event]:
    """Unfolded and unescaped by the letter of RFC 5545: names with their parameters, each event apart."""
    assert content.endswith(b"END:VCALENDAR\r\n")
    for line in content.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        line.decode()  # never cut inside a letter
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert any(line.startswith("PRODID:") for line in lines)
    found: list[Event] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            found.append({})
        elif found:
            assert name in {"END"} or name not in found[-1], name
            found[-1][name] = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert len({event["UID"] for event in found}) == len(found)
    return found


@both
def test_the_calendar_holds_the_lessons_of_the_familys_pupils(database: str) -> None:
    events = parsed(calendar_feed.calendar(token()))
    with as_(CLAIRE, writes=False) as uow:
        pupils = [link.pupil_id for link in every(PupilLink, PupilLink.family_id == uow.family_id)]
        first, final = uow.today - calendar_feed.BACK, uow.today + calendar_feed.AHEAD
    courses = [each.course_id for each in every(Enrolment) if each.pupil_id in pupils and each.status == "enrolled"]
    lessons = [each for each in every(Lesson) if each.course_id in courses and first <= each.day <= final]
    assert len(events) >= len(lessons) > 5
    assert {event["SUMMARY"].split(" – ")[0].removeprefix("Annulé : ") for event in events} <= {"Irina", "Nino"}
    assert all(event["DTSTAMP"].endswith("Z") and event["STATUS"] in {"CONFIRMED", "CANCELLED"} for event in events)
    assert any("LOCATION" in event for event in events)
    assert any("Enseignant" in event.get("DESCRIPTION", "") for event in events)


def test_hours_are_right_in_summer_and_in_winter_and_cancelled_lessons_say_so(database: str) -> None:
    """Row 109."""
    with system_unit_of_work(writes=True) as uow:
        nino = next(each for each in every(Pupil) if each.number == 2043 and each.site_id == 1)
        course = uow.add(
            Course(site_id=1, school_year="2026-2027", number="Z1", name="Chœur, \\ voix; " + "é" * 60, room="A;1")
        )
        uow.add(Enrolment(site_id=1, pupil_id=nino.id, course_id=course.id))
        for day, state, starts in (
            ("2027-03-27", "planned", time(17)),
            ("2027-03-28", "cancelled", time(17)),
            ("2027-03-29", "moved", None),
        ):
            uow.add(
                Lesson(
                    site_id=1,
                    course_id=course.id,
                    day=datetime.fromisoformat(day).date(),
                    starts=starts,
                    minutes=45,
                    state=state,
                )
            )
    content = calendar_feed.calendar(token(), now=datetime(2027, 3, 20, tzinfo=UTC))
    found = {event["UID"]: event for event in parsed(content) if "Chœur" in event["SUMMARY"]}
    winter, summer, moved = (found[key] for key in sorted(found))
    assert (winter["DTSTART"], winter["DTEND"]) == ("20270327T160000Z", "20270327T164500Z")
    assert (summer["DTSTART"], summer["STATUS"], summer["TRANSP"]) == ("20270328T150000Z", "CANCELLED", "TRANSPARENT")
    assert summer["SUMMARY"].startswith("Annulé : Nino – Chœur, \\ voix; ééé")
    assert (moved["DTSTART;VALUE=DATE"], moved["DTEND;VALUE=DATE"]) == ("20270329", "20270330")
    assert "déplacé" in moved["DESCRIPTION"]
    assert winter["LOCATION"].startswith("A;1")


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
    assert {event["SUMMARY"].split(" – ")[0].removeprefix("Annulé : ") for event in events} == {"Irina"}


@pytest.mark.parametrize("text", ["é" * 200, "a" * 74 + "é" * 3, "🎹" * 40, "", "a" * 75, "a" * 76])
def test_folding_cuts_between_letters_and_unfolds_to_the_same(text: str) -> None:
    lines = list(calendar_feed.fold(text))
    assert all(len(line.encode()) <= 75 for line in lines)
    assert "\r\n".join(lines).replace("\r\n ", "") == text


def test_far_lessons_stay_out(database: str) -> None:
    mine = token()
    assert parsed(calendar_feed.calendar(mine))
    assert not parsed(calendar_feed.calendar(mine, now=later(days=900)))

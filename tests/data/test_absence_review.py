"""What the office answers to absences: once, in order, with what follows from it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time

import pytest
from sqlmodel import select

from data.core.audit import AuditEntry
from data.core.errors import UserError
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from data.office import absence_review
from data.privacy import data_export
from data.schooling import at_home
from data.schooling.absences import Absence
from tests.counting import held_up
from tests.data.login_helpers import change
from tests.data.test_absences import (
    ALL,
    HERS,
    NOW,
    ROWS,
    TODAY,
    announce,
    days,
    decide,
    faults,
    grown,
    hearing,
    justify,
    missed,
    notice,
    refused,
)
from tests.data.test_schooling import absence, course, known, lesson
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, account, as_, both, counts, every, last


@both
def test_the_queue_is_oldest_first_and_the_answered_ones_latest_first(database: str) -> None:
    with as_(PAUL) as uow:
        before = [each.notice.id for each in absence_review.queue(uow)]
    sent = [announce(now=NOW + days(n), first_day=TODAY + days(9), course_id=course("Irina")) for n in (2, 0, 1)]
    in_order = [*before, sent[1], sent[2], sent[0]]
    with as_(PAUL) as uow:
        waiting = absence_review.queue(uow)
        assert [each.notice.id for each in waiting] == in_order
        assert [each.notice.id for each in absence_review.queue(uow, most=2, skip=1)] == in_order[1:3]
        assert (waiting[-1].pupil.id, waiting[-1].family_number, waiting[-1].course) == (known().id, 1042, "Alto 1")
        assert absence_review.count(uow) == len(in_order)
    for n, number in enumerate(sent):
        decide(number, now=NOW + days(3 - n))
    with as_(HELENE) as uow:
        assert [each.notice.id for each in absence_review.queue(uow, closed=True)][:3] == sent
        assert absence_review.count(uow) == len(before)


@both
def test_two_members_of_staff_at_once_answer_once_and_the_second_reads_by_whom(database: str) -> None:
    number, before = announce(), counts(Letter)[0]

    def second() -> str:
        with pytest.raises(UserError) as shown:
            decide(number, HELENE, accept=False, answer="Non")
        return str(shown.value)

    with ThreadPoolExecutor(1) as pool:
        with as_(PAUL, now=NOW) as uow:
            absence_review.decide(uow, number, accept=True)
            shown = held_up(pool, second)
        assert shown.result() == "Paul Renard a déjà répondu le 24 novembre 2059 à 13\xa0h\xa000."
    assert (notice(number).state, notice(number).decided_by) == ("accepted", "Paul Renard")
    assert counts(Letter) == [before + 1]
    refused(lambda: decide(number), "Paul Renard a déjà répondu")


def test_staff_do_not_answer_their_own_family(database: str) -> None:
    number = announce()
    change(PAUL, own_family_id=account(CLAIRE).family_id)
    refused(lambda: decide(number), "un collègue doit la traiter")
    decide(number, HELENE)


@both
def test_accepting_a_justification_excuses_the_absence(database: str) -> None:
    absence_id = missed()
    number, before = justify(absence_id, reason="Transport"), counts(*ROWS)
    with hearing() as heard:
        decide(number, answer="  Merci.  ")
    assert (heard, grown(before)) == (ALL, [0, 0, 1, 1])
    row = last(Absence, Absence.id == absence_id)
    assert (row.excused, row.reason) == (True, "Transport")
    letter, entry = last(Letter), last(AuditEntry)
    assert (letter.kind, letter.recipient) == ("absence_accepted", HERS)
    assert "L’absence d’Irina Aubry le 17 novembre est justifiée." in text_of(letter)
    assert "Message du secrétariat : Merci." in text_of(letter)
    assert (entry.action, entry.actor, entry.subject_id) == ("absence decided", "Paul Renard", number)
    assert (entry.family_id, entry.changes["decision"]) == (account(CLAIRE).family_id, ["", "accepted"])


@both
def test_why_a_pupil_was_absent_is_read_by_the_household_that_said_it(database: str) -> None:
    """Both meet the absence; the conservatoire's own reason too."""
    absence_id, other = missed(), absence(course("Irina"), TODAY - days(3))
    with as_(PAUL) as uow:
        uow.get(Absence, other).reason = "Grève"
    decide(justify(absence_id, reason="Raison familiale"))
    decide(announce(reason="Rendez-vous médical"))
    for login, reason in ((CLAIRE, "Raison familiale"), (PAUL, "Raison familiale"), (MARC, "")):
        with as_(login) as uow:
            assert (uow.get(Absence, absence_id).reason, uow.get(Absence, absence_id).excused) == (reason, True), login
            assert uow.get(Absence, other).reason == "Grève"
    with as_(MARC) as uow:
        assert "médical" not in str([row.reason for row in uow.all(select(Absence))])
        assert "amiliale" not in str(data_export.collect(uow).tables)


@both
def test_accepting_days_to_come_makes_one_excused_absence_for_each_lesson(database: str) -> None:
    theirs, other = course("Irina", slot=time(17, 30), minutes=60), course("Irina", starts=time(9))
    lesson(course("Irina", status="left"), TODAY)
    lesson(course("Nino"), TODAY)
    lesson(theirs, TODAY - days(1))
    wanted = [lesson(theirs, TODAY), lesson(theirs, TODAY, time(20)), lesson(theirs, TODAY + days(7), state="moved")]
    lesson(other, TODAY + days(7))
    lesson(theirs, TODAY + days(3), state="cancelled")
    lesson(theirs, TODAY + days(8))
    known_one = absence(other, TODAY + days(7))
    before = counts(Absence)[0]
    decide(announce(last_day=TODAY + days(7)))
    rows = every(Absence, Absence.pupil_id == known().id, Absence.day >= TODAY)
    found = [(other, 7), (theirs, 0), (theirs, 0), (theirs, 7), (theirs, 8)]
    assert [(row.course_id, (row.day - TODAY).days) for row in rows] == found[:4]
    assert {(row.excused, row.reason) for row in rows} == {(True, "Maladie")}
    assert (rows[0].id, counts(Absence)[0]) == (known_one, before + 3)
    assert [row.lesson_id for row in rows[1:]] == wanted
    assert [(row.starts, row.minutes) for row in rows[1:]] == [(time(17, 30), 30), (time(20), 30), (time(17, 30), 30)]
    decide(announce(first_day=TODAY + days(7), last_day=TODAY + days(8), course_id=theirs, reason="Transport"))
    again = every(Absence, Absence.pupil_id == known().id, Absence.day >= TODAY)
    assert [(row.course_id, (row.day - TODAY).days) for row in again] == found
    assert [row.reason for row in again] == ["Maladie", "Maladie", "Maladie", "Transport", "Transport"]
    with as_(CLAIRE, now=NOW + days(9)) as uow:
        assert [each.missed.count for each in at_home.pupils(uow) if each.pupil.id == known().id] == [0]


@both
def test_declining_needs_a_reason_and_excuses_nothing(database: str) -> None:
    number = justify(absence_id := missed())
    for answer in ("", " \n ", "\u200b\0"):
        text = faults(lambda answer=answer: decide(number, accept=False, answer=answer))
        assert text == {"answer": "Indiquez à la famille la raison du refus."}
    decide(number, HELENE, accept=False, answer="Trop tard.\0")
    assert (notice(number).state, notice(number).answer, notice(number).decided_at) == ("declined", "Trop tard.", NOW)
    assert not last(Absence, Absence.id == absence_id).excused
    assert (last(Letter).kind, last(AuditEntry).changes["decision"]) == ("absence_declined", ["", "declined"])
    assert "Message du secrétariat : Trop tard." in text_of(last(Letter))
    announced = announce()
    decide(announced, accept=False, answer="x" * 2000)
    assert (len(notice(announced).answer), every(Absence, Absence.day == TODAY)) == (500, [])


@both
def test_a_decision_is_taken_back_for_a_day_with_what_it_excused(database: str) -> None:
    theirs = course("Irina")
    lesson(theirs, TODAY)
    known_one = absence(theirs, TODAY - days(7))
    written = justify(known_one, reason="Transport")
    number = announce(last_day=TODAY + days(1))
    for each in (written, number):
        decide(each)
    assert last(Absence, Absence.id == known_one).excused
    with as_(PAUL, now=NOW) as uow:
        for each in (written, number):
            absence_review.undo(uow, each)
    assert not last(Absence, Absence.id == known_one).excused
    assert every(Absence, Absence.day == TODAY) == []
    assert {notice(each).state for each in (written, number)} == {"pending"}
    assert {each.state for each in every(Letter, Letter.kind == "absence_accepted")[-2:]} == {"cancelled"}
    decide(number)
    with as_(PAUL, now=NOW + days(2)) as uow, pytest.raises(UserError, match="24 heures"):
        absence_review.undo(uow, number)

"""What families write of absences, and what the conservatoire answers: once, in words, to who wrote."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from data.core import events
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.families import models as families
from data.families import stored_files
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from data.office import absence_review
from data.schooling import absences
from data.schooling.absences import Absence, AbsenceNotice
from tests.data.login_helpers import change
from tests.data.test_schooling import absence, course, known
from tests.demo_users import CLAIRE, MARC, PAUL, SAMIR, account, as_, both, counts, every, last, pupil, set_rights

ROWS = (AbsenceNotice, Absence, Letter, AuditEntry)
NOW, TODAY = datetime(2059, 11, 24, 12, 0, tzinfo=UTC), date(2059, 11, 24)
NO_REASON, HERS = "Choisissez un motif.", "claire.aubry@example.org"
ALL = {"family", "queue", "pupil"}
days = lambda count: timedelta(days=count)  # noqa: E731


def announce(login: str = CLAIRE, who: str = "Irina", *, now: datetime = NOW, **typed: Any) -> int:
    given: dict[str, Any] = {"first_day": TODAY, "last_day": None, "reason": "Maladie", "comment": "", **typed}
    with as_(login, now=now) as uow:
        return absences.announce(uow, pupil(uow, who), **given).id


def justify(number: int, login: str = CLAIRE, who: str = "Irina", reason: str = "Maladie", comment: str = "") -> int:
    with as_(login, now=NOW) as uow:
        return absences.justify(uow, pupil(uow, who), number, reason=reason, comment=comment).id


def decide(number: int, login: str = PAUL, *, accept: bool = True, answer: str = "", now: datetime = NOW) -> None:
    with as_(login, now=now) as uow:
        absence_review.decide(uow, number, accept=accept, answer=answer)


def notice(number: int) -> AbsenceNotice:
    return last(AbsenceNotice, AbsenceNotice.id == number)


def missed(first_day: date = TODAY - days(7), who: str = "Irina", **more: Any) -> int:
    """A past absence, in a course of its own."""
    return absence(course(who), first_day, who, **more)


def faults(act: Callable[[], Any]) -> dict[str, str]:
    """What is said beside each field; nothing is written."""
    before = counts(*ROWS)
    with pytest.raises(ValidationErrors) as shown:
        act()
    assert counts(*ROWS) == before
    return {field: str(raised) for field, raised in shown.value.faults.items()}


def refused(act: Callable[[], Any], match: str) -> None:
    before = counts(*ROWS)
    with pytest.raises(UserError, match=match):
        act()
    assert counts(*ROWS) == before


def grown(before: list[int]) -> list[int]:
    """How many notices, absences, letters and journal lines more."""
    return [after - old for after, old in zip(counts(*ROWS), before, strict=True)]


@contextmanager
def hearing() -> Iterator[set[str]]:
    """Which of the topics of Irina, of Claire's family and of the queue were told."""
    who, heard = account(CLAIRE), set()
    topics: dict[str, events.Topic] = {
        "family": ("family", who.family_id or 0), "queue": ("queue", who.site_id), "pupil": ("pupil", known().id),
    }  # fmt: skip
    leave = [events.follow(topic, lambda name=name: heard.add(name)) for name, topic in topics.items()]
    yield heard
    for each in leave:
        each()


IMPOSSIBLE: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("first_day", "premier jour", [{"first_day": None}, {"first_day": None, "last_day": TODAY}]),
    ("first_day", "Ce jour est passé", [{"first_day": TODAY - days(1)}, {"first_day": date.min},
                                        {"first_day": TODAY - days(1), "last_day": TODAY + days(3)}]),
    ("first_day", "trop lointaine", [{"first_day": date(2099, 1, 1)}, {"first_day": TODAY + days(367)},
                                     {"first_day": date.max, "last_day": date.max}]),
    ("last_day", "avant le premier", [{"last_day": TODAY - days(1)}, {"last_day": date.min}]),
    ("last_day", "plus de trois mois", [{"last_day": TODAY + days(92)}, {"last_day": date.max}]),
    ("reason", NO_REASON, [{"reason": typed, "comment": "x"} for typed in ("", "maladie", "<b>Maladie</b>", "x" * 9000)]),
    ("comment", "Précisez", [{"reason": "Autre", "comment": typed} for typed in ("", " \n\t ", "\u200b\0")]),
    ("comment", "1 000 caractères", [{"comment": "é" * 1001}, {"reason": "Autre", "comment": "x" * 5000}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field", "expected"),
    [(typed, field, expected) for field, expected, several in IMPOSSIBLE for typed in several],
)
def test_what_cannot_be_announced_is_said_beside_its_field(
    database: str, typed: dict[str, Any], field: str, expected: str
) -> None:
    text = faults(lambda: announce(**typed))
    assert list(text) == [field]
    assert expected in text[field]


def test_every_fault_of_a_form_is_reported_at_once(database: str) -> None:
    typed = {"first_day": date(1999, 1, 1), "reason": "?", "comment": "x" * 1001}
    assert set(faults(lambda: announce(**typed))) == {"first_day", "reason", "comment"}
    number = missed()
    assert set(faults(lambda: justify(number, reason="", comment="x" * 1001))) == {"reason", "comment"}
    assert "Précisez" in faults(lambda: justify(number, reason="Autre"))["comment"]
    assert faults(lambda: justify(number, reason="Grève")) == {"reason": NO_REASON}


@pytest.mark.parametrize("typed", [
    {"last_day": TODAY}, {"last_day": TODAY + days(91)}, {"first_day": TODAY + days(366)}, {"comment": "é" * 1000},
    {"reason": "Autre", "comment": "Un concert."}, *({"reason": reason, "comment": "."} for reason in absences.REASONS),
])  # fmt: skip
def test_what_is_just_possible_is_taken(database: str, typed: dict[str, Any]) -> None:
    row, first = notice(announce(**typed)), typed.get("first_day", TODAY)
    assert (row.first_day, row.last_day) == (first, typed.get("last_day", first))
    assert (row.state, row.comment) == ("pending", typed.get("comment", ""))


def test_today_is_the_conservatoires_day(database: str) -> None:
    night = datetime(2059, 11, 24, 23, 30, tzinfo=UTC)  # half past midnight there, on the 25th
    assert list(faults(lambda: announce(now=night))) == ["first_day"]
    assert notice(announce(now=night, first_day=TODAY + days(1))).first_day == TODAY + days(1)
    assert notice(announce(now=datetime(2060, 2, 29, 8, tzinfo=UTC), first_day=date(2060, 2, 29))).id


@both
def test_an_announcement_is_written_acknowledged_and_reported_at_once(database: str) -> None:
    before = counts(*ROWS)
    with hearing() as heard:
        number = announce(last_day=TODAY + days(2), comment="Elle tousse.\nUn peu.\0\ud800")
    assert (heard, grown(before)) == (ALL, [1, 0, 1, 1])
    row, who = notice(number), account(CLAIRE)
    assert (row.family_id, row.author_id, row.pupil_id, row.site_id) == (who.family_id, who.id, known().id, who.site_id)
    assert (row.submitted_at, row.comment, row.absence_id) == (NOW, "Elle tousse.\nUn peu.", None)
    letter = last(Letter)
    assert (letter.kind, letter.recipient, letter.account_id) == ("absence_received", HERS, who.id)
    assert "absence d’Irina Aubry du 24 au 26 novembre" in text_of(letter)
    assert "/eleves/2042/absences" in text_of(letter)
    entry = last(AuditEntry)
    assert (entry.action, entry.actor, entry.family_id) == ("absence told", "Claire Aubry", who.family_id)
    assert "tousse" not in str(entry.changes)


@both
def test_who_may_only_consult_is_refused(database: str) -> None:
    number = missed()
    with hearing() as heard:
        refused(lambda: announce(MARC), "consulter ce dossier, mais pas le modifier")
        refused(lambda: justify(number, MARC), "consulter ce dossier, mais pas le modifier")
    assert heard == set()
    sent = announce()
    set_rights(CLAIRE, "consult")  # of what was announced before, too
    for act in (lambda uow: absences.withdraw(uow, sent), lambda uow: absences.attach(uow, sent, "0" * 32)):
        with as_(CLAIRE, now=NOW) as uow:
            refused(lambda act=act, uow=uow: act(uow), "consulter ce dossier, mais pas le modifier")
    assert notice(sent).state == "pending"


@both
def test_another_familys_pupil_absence_notice_and_course_are_not_found(database: str) -> None:
    absence_id, number, theirs = missed(), announce(), course("Irina")
    irina, ninos = known(), missed(who="Nino")
    before = counts(*ROWS)
    acts: dict[str, Callable[[Any], Any]] = {
        "pupil": lambda uow: families.pupil_by_number(uow, irina.number + (uow.site_id != irina.site_id)),
        "announce": lambda uow: absences.announce(
            uow, irina, first_day=TODAY, last_day=None, reason="Maladie", comment=""
        ),
        "justify": lambda uow: absences.justify(uow, irina, absence_id, reason="Maladie", comment=""),
        "attach": lambda uow: absences.attach(uow, number, "0" * 32),
        "withdraw": lambda uow: absences.withdraw(uow, number),
        "decide": lambda uow: absence_review.decide(uow, number, accept=True),
        "queue": absence_review.queue,
        "count": absence_review.count,
    }
    for login, code in ((SAMIR, "valmont"), (CLAIRE, "belrive"), (None, "valmont")):
        for act in acts.values():
            with pytest.raises(NotFound), as_(login, code, now=NOW) as uow:
                act(uow)
    for name in ("attach", "withdraw", "decide", "queue"):  # the second household has its own notices
        with pytest.raises(NotFound), as_(MARC, now=NOW) as uow:
            acts[name](uow)
    for each in (ninos, 0, -1, 2**40, 2**70):
        with pytest.raises(NotFound):
            justify(each)
    for each in (theirs, 0, -1, 2**40, 2**70):
        with pytest.raises(NotFound):
            announce(who="Nino", course_id=each)
    with as_("petit.jean", "belrive", now=NOW) as uow:
        assert (absence_review.queue(uow), absence_review.count(uow)) == ([], 0)
        for each in (number, 0, 2**40):
            with pytest.raises(NotFound):
                absence_review.decide(uow, each, accept=True)
    assert counts(*ROWS) == before


@both
def test_the_same_sent_twice_is_one(database: str) -> None:
    absence_id, taken, start = missed(), course("Irina"), Barrier(2)

    def send(act: Callable[[], int]) -> int:
        start.wait(timeout=240)
        return act()

    for act in (announce, lambda: announce(course_id=taken), lambda: justify(absence_id, comment="Au lit")):
        before = counts(*ROWS)
        with ThreadPoolExecutor(2) as pool:
            sent = {each.result() for each in [pool.submit(send, act), pool.submit(send, act)]}
        assert sent == {act()}
        assert grown(before) == [1, 0, 1, 1]
    number = announce(reason="Transport")
    assert number not in {announce(reason="Raison familiale"), announce(), announce(reason="Transport", comment=".")}
    with as_(CLAIRE) as uow:
        absences.withdraw(uow, number)
    assert announce(reason="Transport") != number


@both
def test_justifying_again_replaces_what_still_waits(database: str) -> None:
    first, second = justify(absence_id := missed()), justify(absence_id, reason="Transport", comment="Le train")
    assert (notice(first).state, notice(second).state) == ("withdrawn", "pending")
    assert (notice(second).absence_id, notice(second).first_day) == (absence_id, TODAY - days(7))
    assert notice(second).course_id == last(Absence).course_id
    decide(second, accept=False, answer="Le train circulait.")
    third = justify(absence_id)
    assert [notice(each).state for each in (first, second, third)] == ["withdrawn", "declined", "pending"]
    with as_(CLAIRE) as uow:
        assert [each.id for each in absences.notices(uow, known().id)] == [third, second]
    decide(third)
    refused(lambda: justify(absence_id), "déjà justifiée")


def test_a_notice_withdrawn_is_no_longer_seen_nor_decided(database: str) -> None:
    number = announce()
    with hearing() as heard, as_(CLAIRE, now=NOW) as uow:
        absences.withdraw(uow, number)
    assert heard == ALL
    assert (notice(number).state, last(AuditEntry).action) == ("withdrawn", "absence withdrawn")
    refused(lambda: decide(number), "La famille a retiré cette annonce")
    with as_(CLAIRE) as uow:
        assert absences.notices(uow, known().id) == []
    again, before = announce(), counts(AuditEntry)
    decide(again)
    with as_(CLAIRE) as uow:
        absences.withdraw(uow, again)
        absences.withdraw(uow, number)
    assert (notice(again).state, counts(AuditEntry)) == ("accepted", [before[0] + 1])


def given(who: str = "Irina") -> str:
    with as_(CLAIRE, now=NOW) as uow:
        return stored_files.store(uow, pupil(uow, who).id, "absence", b"%PDF-", "application/pdf").name


def test_a_document_joins_a_notice_that_waits_and_replaces_the_one_before(database: str) -> None:
    number, first, second, ninos = announce(), given(), given(), given("Nino")
    for document in (first, second):
        with hearing() as heard, as_(CLAIRE, now=NOW) as uow:
            absences.attach(uow, number, document)
        assert (notice(number).document, last(AuditEntry).action) == (document, "absence document")
        assert heard == ALL
    for document in (ninos, "f" * 32, "", "../../etc/passwd", second.upper(), second + "\n"):
        with pytest.raises(NotFound), as_(CLAIRE, now=NOW) as uow:
            absences.attach(uow, number, document)
    decide(number)
    with pytest.raises(UserError, match="apportez ce document"), as_(CLAIRE, now=NOW) as uow:
        absences.attach(uow, number, first)
    assert notice(number).document == second
    with pytest.raises(NotFound), as_(MARC) as uow:
        stored_files.content_of(uow, second)


def test_letters_go_to_who_wrote_in_their_language(database: str) -> None:
    change(CLAIRE, language="en")
    number, received = announce(), last(Letter)
    decide(number)
    accepted = last(Letter)
    decide(announce(reason="Transport"), accept=False, answer="Non.")
    for letter in (received, accepted, last(Letter)):
        assert (letter.recipient, letter.language, letter.account_id) == (HERS, "en", account(CLAIRE).id)
        assert "24 November" in text_of(letter)
        assert not any(french in text_of(letter) for french in ("absence d", "novembre", "Bonjour"))
    assert every(Letter, Letter.family_id == account(MARC).family_id) == []

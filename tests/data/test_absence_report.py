"""What a family says in one go of several absences: what becomes of each, the one letter, the document; whose they may be."""

from datetime import timedelta
from typing import Any

import pytest

from data.core.errors import NotFound
from data.families import stored_files
from data.families.stored_files import StoredFile
from data.mail.outbox import Letter
from data.privacy import orphan_files
from data.schooling import absence_report, absences
from data.schooling.absence_report import Days, Report
from tests.data.test_absences import NOW, ROWS, TODAY, days, decide, faults, grown, missed, notice
from tests.data.test_schooling import course, known, lesson
from tests.demo_users import CLAIRE, MARC, as_, counts, every, last, pupil


def send(login: str = CLAIRE, who: str = "Irina", **more: Any) -> list[int]:
    given: dict[str, Any] = {"missed": [], "lessons": [], "days": None, "reason": "Maladie", "comment": "", **more}
    with as_(login, now=NOW) as uow:
        return [each.id for each in absence_report.send(uow, pupil(uow, who), Report(**given))]


def document(login: str = CLAIRE, kind: str = absence_report.KIND) -> str:
    with as_(login) as uow:
        return stored_files.store(uow, known().id, kind, b"%PDF-1.4", "application/pdf", "certificat.pdf").name


def test_several_lessons_and_an_absence_are_said_at_once_with_one_letter_and_one_document(database: str) -> None:
    alto = course("Irina")
    absence, first, second = missed(), lesson(alto, TODAY + days(1)), lesson(alto, TODAY + days(8))
    given = {"missed": [absence], "lessons": [second, first], "document": document()}
    before = counts(*ROWS)
    numbers = send(**given)
    assert grown(before)[:3] == [3, 0, 1]
    rows = [notice(number) for number in numbers]
    assert [(row.absence_id, row.course_id, row.first_day) for row in rows] == [
        (absence, rows[0].course_id, TODAY - days(7)),
        (None, alto, TODAY + days(1)),
        (None, alto, TODAY + days(8)),
    ]
    assert {row.document for row in rows} == {given["document"]}
    assert "le 17 novembre, le 25 novembre et le 2 décembre" in str(
        last(Letter, Letter.kind == "absence_received").blocks
    )
    again = counts(*ROWS)
    assert send(**given) == numbers
    assert grown(again)[:3] == [0, 0, 0]


def test_a_day_of_which_every_lesson_is_ticked_is_one_message(database: str) -> None:
    alto, choir = course("Irina"), course("Irina", name="Chœur")
    ticked = [lesson(each, TODAY + days(2)) for each in (alto, choir)]
    (number,) = send(lessons=ticked)
    assert (notice(number).course_id, notice(number).first_day) == (None, TODAY + days(2))


def test_what_cannot_be_said_is_reported_beside_its_field(database: str) -> None:
    assert set(faults(lambda: send(reason=""))) == {"what", "reason"}
    assert set(faults(lambda: send(days=Days(None, TODAY)))) == {"first_day"}
    nino, gone = lesson(course("Nino"), TODAY + days(1)), lesson(course("Irina"), TODAY - days(1))
    for wrong in ({"lessons": [nino]}, {"lessons": [gone]}, {"missed": [missed(who="Nino")]}):
        with pytest.raises(NotFound):
            send(**wrong)
    free = {"lessons": [lesson(course("Irina"), TODAY + days(1))]}
    for paper in (document(MARC), document(kind="photo"), "0" * 32, "x"):
        with pytest.raises(NotFound):
            send(document=paper, **free)


def test_days_without_a_lesson_are_noticed_where_lessons_are_known(database: str) -> None:
    alto = course("Irina")
    with as_(CLAIRE, now=NOW) as uow:
        asked = lambda first, last=None, one=None: absence_report.no_lesson(uow, known(), Days(first, last, one))  # noqa: E731
        assert not asked(TODAY + days(3))
    lesson(alto, TODAY + days(3))
    with as_(CLAIRE, now=NOW) as uow:
        asked = lambda first, last=None, one=None: absence_report.no_lesson(uow, known(), Days(first, last, one))  # noqa: E731
        assert asked(TODAY + days(4))
        assert not asked(TODAY + days(2), TODAY + days(4))
        assert not asked(TODAY + days(3), None, alto)
        assert [found[0].day for found in absence_report.coming(uow, known().id)] == [TODAY + days(3)]


def test_days_announced_already_are_asked_about_and_the_new_announcement_takes_their_place(database: str) -> None:
    alto, choir = course("Irina"), course("Irina", name="Chœur")
    paper = document()
    (first,) = send(days=Days(TODAY + days(1), TODAY + days(3)), document=paper)
    longer = Days(TODAY + days(2), TODAY + days(5))
    ticked = lesson(alto, TODAY + days(3))
    for again, beside in (({"days": longer}, "first_day"), ({"lessons": [ticked]}, "what")):
        text = faults(lambda given=again: send(**given))[beside]  # type: ignore[misc]
        assert "est déjà annoncée du 25 au 27 novembre" in text
    assert send(days=Days(TODAY + days(1), TODAY + days(3))) == [first]  # the very same
    (second,) = send(days=longer, replaces=frozenset({first}))
    assert (notice(first).state, notice(second).state, notice(second).document) == ("withdrawn", "pending", paper)
    (alone,) = send(days=Days(TODAY + days(9), None, choir))
    assert send(days=Days(TODAY + days(9), None, alto)) != [alone]
    decide(second)
    assert "a déjà pris note" in faults(lambda: send(days=longer, replaces=frozenset({second})))["first_day"]
    assert send(days=Days(TODAY + days(2), TODAY + days(7))) != [second]  # goes on longer than what was accepted


def test_two_days_of_a_month_name_it_once_and_two_messages_are_two(database: str) -> None:
    alto = course("Irina")
    (long,) = send(days=Days(TODAY + days(7), TODAY + days(26)))
    assert absences.days_of(notice(long)) == "du 1er au 20 décembre"
    assert absences.days_of(notice(long), "en") == "from 1 to 20 December"
    (short,) = send(lessons=[lesson(alto, TODAY + days(1))])
    assert absences.days_of(notice(short), noun=True) == "du 25 novembre"


def test_a_document_that_no_message_names_goes_after_a_day(database: str) -> None:
    named, left = document(), document()
    send(days=Days(TODAY, None), document=named)
    orphan_files.sweep()
    assert {named, left} <= {row.name for row in every(StoredFile) if row.removed_at is None}
    with as_(CLAIRE) as uow:
        later = uow.now + timedelta(hours=25)
    assert left in orphan_files.sweep(later).removed
    assert named in {row.name for row in every(StoredFile) if row.removed_at is None}


def test_a_refused_absence_leads_from_its_letter_to_the_form_where_it_is_ticked(database: str) -> None:
    number = missed()
    send(missed=[number])
    with as_(CLAIRE, now=NOW) as uow:
        row = absences.notices(uow, known().id)[0]
        row.state = absences.NoticeState.DECLINED
        absences.write_letter(uow, row, known())
    assert f"/absences?absence={number}" in str(last(Letter, Letter.kind == "absence_declined").blocks)

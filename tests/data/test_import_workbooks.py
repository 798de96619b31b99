"""A workbook with one test a sheet enters sheet after sheet; nothing of one sheet is said of the next one unasked."""

import io
from datetime import date

import openpyxl
import pytest
from sqlmodel import select

from data.core.errors import UserError
from data.core.spreadsheets import Reading
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil
from data.importing import first_reading, jobs, matched
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS
from data.importing.pipeline import Report
from data.importing.runs import ImportFile, ImportRun
from data.schooling.models import Course
from data.schooling.results import Assessment, Mark
from tests.data.import_helpers import HELENES, carry, check, faults, give
from tests.data.sheet_helpers import saved
from tests.demo_users import every, last

HEADS = ["Nom", "Prénom", "Note", "Appréciation"]
YEAR = "2026-2027"


def a_workbook(*sheets: str, title: str = "") -> bytes:
    """A list of pupils with a mark, a sheet: 10 and so on in the first one, 11 and so on in the second."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, name in enumerate(sheets):
        sheet = book.create_sheet(name)
        if title:
            sheet.append([title])
        sheet.append(HEADS)
        for at, pupil in enumerate(pupils()):
            sheet.append([pupil.last_name, pupil.first_name, 10 + number + at / 2, "Bien"])
    return saved(book)


def pupils() -> list[Pupil]:
    return every(Pupil)[:4]


def course() -> Course:
    return next(each for each in every(Course) if each.school_year == YEAR)


def again(run: ImportRun) -> ImportRun:
    return last(ImportRun, ImportRun.id == run.id)


def begin(content: bytes, **fixed: str) -> ImportRun:
    """The first sheet, of that course and year."""
    run = give("", content, file="notes.xlsx", fixed={"course": course().number, "school_year": YEAR, **fixed})
    assert run.kind == "marks"
    return run


def go_on(run: ImportRun, sheet: str) -> ImportRun:
    number = jobs.go_on(HELENES, run.id, sheet)
    return last(ImportRun, ImportRun.id == number)


def sheets_left(run: ImportRun) -> list[str]:
    with HELENES() as uow:
        return import_runs.next_sheets(uow, again(run))


def answered(run: ImportRun, **answers: str) -> ImportRun:
    with HELENES(writes=True) as uow:
        import_runs.answer(uow, run.id, {key.replace("__", ":"): value for key, value in answers.items()})
    return again(run)


def open_questions(report: Report) -> set[str]:
    return {each.key for each in report.questions if each.is_open}


def named_marks() -> dict[str, list[int]]:
    """The name of each test -> the marks of the pupils, in the order of the sheets."""
    order = [each.id for each in pupils()]
    found: dict[str, list[int]] = {}
    with system_unit_of_work() as uow:
        for test, mark in uow.rows(
            select(Assessment, Mark)
            .join(Mark, Mark.assessment_id == Assessment.id)
            .where(Assessment.course_id == course().id, Mark.pupil_id.in_(order), Mark.remark == "Bien")
        ):
            found.setdefault(test.kind, [0] * len(order))[order.index(mark.pupil_id)] = mark.value
    return found


FIRST, SECOND, THIRD = ([1000 + 100 * number + 50 * at for at in range(4)] for number in range(3))


def test_each_sheet_is_a_test_of_its_own(database: str) -> None:
    content = a_workbook("Contrôle 1", "Examen de février", "Contrôle 2")
    run = begin(content)
    assert run.sheets == ["Contrôle 1", "Examen de février", "Contrôle 2"]
    report = carry(run)
    assert (report.written, faults(report)) == (True, [])
    assert sheets_left(run) == ["Examen de février", "Contrôle 2"]

    second = go_on(run, "Examen de février")
    assert (second.kind, second.sheet, second.matched["columns"]) == (
        "marks",
        "Examen de février",
        run.matched["columns"],
    )
    assert open_questions(check(second)) == {"again"}
    assert not carry(second).written
    assert carry(answered(second, again="same")).written

    third = go_on(second, "Contrôle 2")
    assert carry(answered(third, again="same")).written
    assert sheets_left(third) == []
    assert named_marks() == {"Contrôle 1": FIRST, "Examen de février": SECOND, "Contrôle 2": THIRD}
    assert every(ImportFile) == []  # nothing is left to be read


def test_a_second_sheet_was_not_imported_before_and_the_same_one_was(database: str) -> None:
    content = a_workbook("Contrôle 1", "Examen")
    assert carry(begin(content)).written
    other = give("", content, file="notes.xlsx")
    jobs.reread(HELENES, other.id, Reading(sheet="Examen"))
    assert faults(check(again(other))) == []
    with pytest.raises(UserError, match="déjà été importé"):
        check(give("", content, file="autre nom.xlsx"))


def test_what_was_typed_for_one_test_is_not_that_of_the_next(database: str) -> None:
    """Its name, its day and its average, though the titles are the same."""
    content = a_workbook("Piano", "Piano bis")
    run = begin(content, kind="Contrôle 1", day="12/12/2026", class_average="14")
    assert carry(run).written
    second = go_on(run, "Piano bis")
    assert set(second.matched["fixed"]) == {"course", "school_year"}
    report = check(second)
    assert open_questions(report) == {"again", "test:name"}
    assert carry(answered(second, again="same", test__name="=Contrôle 2")).written
    assert named_marks() == {"Contrôle 1": FIRST, "Contrôle 2": SECOND}


def test_a_course_of_the_sheet_before_is_asked_again(database: str) -> None:
    run = begin(a_workbook("Contrôle 1", "Contrôle 2"))
    assert carry(run).written
    others = [each for each in every(Course) if each.school_year == YEAR and each.id != course().id]
    second = answered(go_on(run, "Contrôle 2"), again="split")
    assert open_questions(check(second)) == {"again:course", "again:school_year"}
    second = answered(second, again__course=f"={others[0].number}", again__school_year="same")
    assert carry(second).written
    [test] = every(Assessment, Assessment.kind == "Contrôle 2", Assessment.course_id == others[0].id)
    assert len(every(Mark, Mark.assessment_id == test.id)) == 4
    assert named_marks() == {"Contrôle 1": FIRST}


def test_another_file_of_that_shape_is_asked_too(database: str) -> None:
    """Next month's, or next year's."""
    assert carry(begin(a_workbook("Contrôle 1"))).written
    run = give("", a_workbook("Contrôle 9"), file="plus tard.xlsx")
    assert (run.matched["fixed"], run.matched["carried"]) == (
        {"course": course().number, "school_year": YEAR}, ["course", "school_year"],
    )  # fmt: skip
    assert open_questions(check(run)) == {"again"}
    with HELENES(writes=True) as uow:
        import_runs.match(uow, run.id, {"fixed": {"course": course().number, "school_year": YEAR}})
    assert open_questions(check(again(run))) == set()  # typed for this very file


@pytest.mark.parametrize(
    ("sheet", "title", "named", "day"),
    [
        ("Contrôle 1", "", "Contrôle 1", None),
        ("Feuil1", "Examen du 3 février 2027", "Examen du 3 février 2027", date(2027, 2, 3)),
        ("Contrôle 12-12-2026", "", "Contrôle 12-12-2026", date(2026, 12, 12)),
    ],
)
def test_a_test_is_named_by_its_sheet_or_by_its_title_and_shown(
    database: str, sheet: str, title: str, named: str, day: date | None
) -> None:
    run = begin(a_workbook(sheet, title=title))
    report = carry(run)
    assert (report.written, faults(report)) == (True, [])
    assert any(named in str(each.sentence) for each in report.questions)
    test = last(Assessment, Assessment.kind == named)
    assert (test.kind, test.day) == (named, day)


@pytest.mark.parametrize(
    ("sheet", "title", "asked"),
    [
        ("Feuil1", "", {"test:name"}),
        ("Notes", "", {"test:name"}),
        ("2025-2026", "", {"test:name"}),
        ("Contrôle 1", "Examen du soir", {"test:name"}),
        ("Contrôle 1", "Maj le 12/12/2026", {"test:day"}),
        ("Contrôle 12-12-2026", "Rendu le 19/12/2026", {"test:day"}),
    ],
)
def test_what_a_sheet_does_not_say_for_sure_is_asked(database: str, sheet: str, title: str, asked: set[str]) -> None:
    report = check(begin(a_workbook(sheet, title=title)))
    assert open_questions(report) == asked


def test_a_column_that_says_the_test_is_believed_and_nothing_is_asked(database: str) -> None:
    pupil = pupils()[0]
    text = f"N° élève;Cours;Année;Type;Note\n{pupil.number};{course().number};{YEAR};Contrôle 4;12\n"
    assert check(give("marks", text)).questions == []


def test_marks_by_course_want_its_year_before_they_are_checked(database: str) -> None:
    run = give("", a_workbook("Contrôle 1"), file="notes.xlsx", fixed={"course": course().number})
    with pytest.raises(UserError, match="Année scolaire"):
        check(run)


def test_whom_a_name_stands_for_is_asked_once_a_workbook() -> None:
    given = {"pupil:0123456789ab": "3", "pupil:unknown": "out", "again": "same", "months:day": "first"}
    assert matched.of_the_same_people(given) == {"pupil:0123456789ab": "3"}


def test_a_second_press_finds_the_sheet_that_waits(database: str) -> None:
    run = begin(a_workbook("Contrôle 1", "Contrôle 2"))
    assert carry(run).written
    second = go_on(run, "Contrôle 2")
    assert first_reading.looked_of(second) is not None
    with pytest.raises(UserError, match="attend plus"):  # the file went on with the second sheet
        go_on(run, "Contrôle 2")
    assert carry(answered(second, again="same")).written


def test_a_sheet_of_titles_alone_or_of_a_list_of_choices_is_not_proposed(database: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(a_workbook("Contrôle 1")))
    book.create_sheet("Vide")
    book.create_sheet("Titres").append(HEADS)
    choices = book.create_sheet("Choix")
    for each in ("Mention", "Bien", "Assez bien"):
        choices.append([each])
    hidden = book.create_sheet("Caché")
    hidden.sheet_state = "hidden"
    for each in (HEADS, ["a", "b", 1, ""]):
        hidden.append(each)
    assert begin(saved(book)).sheets == ["Contrôle 1"]


def test_a_sheet_chosen_by_hand_takes_nothing_that_was_typed_for_another(database: str) -> None:
    run = begin(a_workbook("Contrôle 1", "Contrôle 2"), kind="Le premier")
    jobs.reread(HELENES, run.id, Reading(sheet="Contrôle 2"))
    found = again(run)
    assert (found.sheet, found.matched["carried"]) == ("Contrôle 2", ["course", "school_year"])
    jobs.reread(HELENES, run.id, Reading(sheet="Contrôle 2", keep_all=True))
    assert again(run).matched["fixed"] == found.matched["fixed"]


def test_what_names_a_record_is_never_that_of_the_next_file() -> None:
    """Columns of keys: of one file alone, or of those that are asked again."""
    known = {one.name for record in KINDS.values() for one in record.columns}
    assert known >= matched.OF_ITS_RECORD

"""Courses that a list of pupils names: linked where the year has them, offered or asked where it has not, never left out unsaid."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Pupil
from data.importing import jobs, undo
from data.importing import runs as import_runs
from data.importing.jobs import Job
from data.importing.kinds.registry import kind
from data.importing.left_columns import left_columns
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from data.schooling.models import Course, Enrolment, Teacher
from tests.data.import_helpers import HELENES, bring, carry, faults, give
from tests.data.site_helpers import an_empty_site
from tests.demo_users import counts, every, last

pytestmark = pytest.mark.usefixtures("in_the_files_year")

PEOPLE = "Nom élève;Prénom élève;Date naissance;Nom responsable;Prénom responsable;Adresse;CP;Ville"
YEAR = "2026-2027"
ANA, TOM, LOU = (
    "Roy;Ana;01/02/2012;Roy;Eva;3 rue Haute;57220;Boulay",
    "Roy;Tom;03/04/2014;Roy;Eva;3 rue Haute;57220;Boulay",
    "Petit;Lou;05/06/2013;Petit;Luc;1 rue Basse;57220;Boulay",
)
NEW, KNOWN, MORE = f"new-courses:{YEAR}", f"known-courses:{YEAR}", f"more-courses:{YEAR}"


@pytest.fixture(autouse=True)
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


def listed(titles: str, *rows: str, **answers: str) -> Report:
    """A list of which nobody said the kind, with these columns beside the people’s, imported as far as it goes."""
    text = "\n".join([f"{PEOPLE};{titles}", *rows])
    number = jobs.receive(HELENES, "", "eleves.csv", text.encode())
    run = last(ImportRun, ImportRun.id == number)
    assert run.kind == "pupils-and-adults"
    if answers:
        with HELENES(writes=True) as uow:
            import_runs.match(uow, number, {"answers": answers})
    return carry(last(ImportRun, ImportRun.id == number))


def asked(report: Report) -> dict[str, tuple[bool, list[str]]]:
    """Of courses: key -> whether it stops, the values that raise it."""
    return {
        each.key: (each.is_open, each.samples)
        for each in report.questions
        if "course" in each.key or "teacher" in each.key
    }


def learn() -> set[tuple[str, str, str, str]]:
    """Who is enrolled: the pupil, the year, the course’s name, its teacher."""
    with system_unit_of_work() as uow:
        rows = uow.rows(
            select(Pupil.first_name, Course.school_year, Course.name, Teacher.first_name, Teacher.last_name)
            .join(Enrolment, Enrolment.pupil_id == Pupil.id)
            .join(Course, Course.id == Enrolment.course_id)
            .join(Teacher, Teacher.id == Course.teacher_id, isouter=True)
        )
    return {(pupil, year, name, f"{first or ''} {surname or ''}".strip()) for pupil, year, name, first, surname in rows}


def disciplines() -> dict[str, str]:
    return {each.first_name: each.discipline for each in every(Pupil)}


def test_courses_that_a_portal_does_not_have_are_offered_and_made_once_it_is_answered() -> None:
    rows = [f"{ANA};Piano", f"{TOM};Éveil", f"{LOU};Piano"]
    report = listed("Cours", *rows)
    assert (report.written, asked(report)) == (True, {NEW: (False, ["Piano", "Éveil"])})
    assert (learn(), counts(Course)[0]) == (set(), 0)
    assert disciplines() == {"Ana": "Piano", "Tom": "Éveil", "Lou": "Piano"}, "what the file says is kept all the same"
    report = listed("Cours", *rows, "", **{NEW: "make"})
    assert (faults(report), report.written) == ([], True)
    assert list(map(str, report.previews.totals)) == ["3 inscriptions à un cours", "2 cours créés"]
    assert learn() == {("Ana", YEAR, "Piano", ""), ("Tom", YEAR, "Éveil", ""), ("Lou", YEAR, "Piano", "")}
    assert sorted(each.number for each in every(Course)) == ["EVEIL", "PIANO"]


def test_with_their_teachers_it_is_asked_and_each_has_their_own_course() -> None:
    rows = [f"{ANA};Piano;LE GALL Anne", f"{TOM};Piano;Mme ASTAREL", f"{LOU};Piano;Mme Le Gall Anne"]
    report = listed("Instrument;Professeur", *rows)
    samples = ["Piano, LE GALL Anne", "Piano, Mme ASTAREL", "Piano, Mme Le Gall Anne"]
    assert (report.written, asked(report)) == (False, {NEW: (True, samples)})
    report = listed("Instrument;Professeur", *rows, **{NEW: "make", "order:teacher": "last_first"})
    assert (faults(report), report.written) == ([], True)
    assert {(pupil, name, teacher) for pupil, _, name, teacher in learn()} == {
        ("Ana", "Piano", "Anne LE GALL"), ("Tom", "Piano", "ASTAREL"), ("Lou", "Piano", "Anne LE GALL"),
    }  # fmt: skip
    assert sorted((each.number, each.department) for each in every(Course)) == [
        ("PIANO ASTAREL", "Piano"), ("PIANO LE GALL ANNE", "Piano"),
    ]  # fmt: skip
    [shown] = [each for each in report.changes if each.about == "Cours n° PIANO LE GALL ANNE"]
    assert dict(shown.values) == {
        "Année scolaire": YEAR, "Intitulé": "Piano", "Département": "Piano", "Enseignant": "Anne LE GALL",
    }  # fmt: skip
    again = listed("Instrument;Professeur", *rows, "")
    assert (again.written, again.counts["unchanged"], asked(again)) == (True, 3, {})


def test_the_answer_no_leaves_neither_course_nor_teacher() -> None:
    report = listed("Instrument;Professeur", f"{ANA};Piano;LE GALL Anne", **{NEW: "none"})
    assert (report.written, learn(), counts(Course)[0], counts(Teacher)[0]) == (True, set(), 0, 0)
    assert disciplines() == {"Ana": "Piano"}


COURSES = (
    "Année;N° cours;Intitulé;Enseignant",
    f"{YEAR};PI 1;Piano;Anne Le Gall",
    f"{YEAR};PI 2;Piano;Paul Astarel",
    f"{YEAR};EV;Éveil;",
    "2025-2026;CH;Chant;",
)


@pytest.fixture
def courses() -> None:
    bring("teachers", "Nom;Prénom\nLe Gall;Anne\nAstarel;Paul\n")
    bring("courses", "\n".join(COURSES))


def test_a_course_of_the_year_is_found_by_its_name_its_number_or_its_teacher(courses: None) -> None:
    report = listed("Cours;Professeur", f"{ANA};Piano;LE GALL", f"{TOM};éveil;", f"{LOU};PI 2;Astarel Paul")
    assert asked(report) == {KNOWN: (False, ["Piano, LE GALL", "éveil", "PI 2, Astarel Paul"])}
    assert (faults(report), report.written) == ([], True)
    assert learn() == {
        ("Ana", YEAR, "Piano", "Anne Le Gall"), ("Tom", YEAR, "Éveil", ""), ("Lou", YEAR, "Piano", "Paul Astarel"),
    }  # fmt: skip
    assert counts(Course)[0] == 4


def test_who_has_courses_already_is_given_no_other_unsaid(courses: None) -> None:
    listed("Cours;Professeur", f"{ANA};Piano;LE GALL")
    report = listed("Cours", f"{ANA};Éveil")
    assert (report.written, asked(report)) == (True, {MORE: (False, ["Éveil"])})
    assert {name for _, _, name, _ in learn()} == {"Piano"}
    listed("Cours", f"{ANA};Éveil", "", **{MORE: "link"})
    assert {name for _, _, name, _ in learn()} == {"Piano", "Éveil"}


def test_a_name_that_several_courses_have_is_never_one_of_them_unsaid(courses: None) -> None:
    report = listed("Cours", f"{ANA};Piano")
    [(key, (is_open, samples))] = asked(report).items()
    assert (is_open, samples, report.written, learn()) == (False, ["Piano"], True, set())
    [question] = [each for each in report.questions if each.key == key]
    assert [str(each.sentence) for each in question.choices[1:]] == [
        "Piano, n° PI 1, Anne Le Gall", "Piano, n° PI 2, Paul Astarel",
    ]  # fmt: skip
    listed("Cours", f"{ANA};Piano", "", **{key: question.choices[2].value})
    assert learn() == {("Ana", YEAR, "Piano", "Paul Astarel")}


def test_a_course_that_somebody_else_teaches_is_asked_and_another_may_be_made(courses: None) -> None:
    report = listed("Cours;Professeur", f"{ANA};Éveil;NOUVEAU Jean")
    [(key, (is_open, _))] = asked(report).items()
    assert (is_open, report.written) == (True, False)
    report = listed("Cours;Professeur", f"{ANA};Éveil;NOUVEAU Jean", **{key: "make"})
    assert (faults(report), learn()) == ([], {("Ana", YEAR, "Éveil", "Jean NOUVEAU")})


@pytest.mark.parametrize(
    ("teacher", "why"),
    [("Anne Le Gal", "Vouliez-vous écrire « Anne Le Gall »"), ("Roy Max / Petit Ève", "Un enseignant par cours")],
)
def test_a_teacher_nearly_known_or_two_in_a_cell_are_faults(courses: None, teacher: str, why: str) -> None:
    report = listed("Cours;Professeur", f"{ANA};Chant;{teacher}", **{NEW: "make"})
    assert [(line, column, why in text) for line, column, text in faults(report)] == [(2, "Professeur", True)]


def test_a_discipline_is_no_course_of_a_year_that_has_its_own_names(courses: None) -> None:
    report = listed("Discipline", f"{ANA};Violon")
    assert (report.written, asked(report), learn(), disciplines()) == (True, {}, set(), {"Ana": "Violon"})


def test_several_courses_of_a_cell_are_each_one_and_their_teacher_is_reported(courses: None) -> None:
    report = listed("Cours;Professeur", f"{ANA};Éveil, Chorale;LE GALL", **{NEW: "make"})
    assert asked(report) == {
        "whose-teacher": (False, ["LE GALL"]), KNOWN: (False, ["Éveil"]), NEW: (False, ["Chorale"]),
    }  # fmt: skip
    assert learn() == {("Ana", YEAR, "Éveil", ""), ("Ana", YEAR, "Chorale", "")}


def test_a_teacher_beside_no_course_is_reported() -> None:
    run = give("pupils-and-adults", f"{PEOPLE};Professeur\n{ANA};LE GALL\n")
    [found] = left_columns(kind(run.kind), run.heads, run.matched)
    assert (found.title, found.why) == ("Professeur", "Aucune colonne ne dit de quel cours est cet enseignant.")


def test_the_year_of_a_line_is_that_of_its_course(courses: None) -> None:
    report = listed("Cours;Année", f"{ANA};Chant;2025-2026", **{"past-years": "in"})
    assert (faults(report), learn()) == ([], {("Ana", "2025-2026", "Chant", "")})


LINES = [
    f"{ANA};Piano;LE GALL Anne", f"{TOM};Éveil musical et rythmique;ASTAREL Paul", f"{LOU};Piano;LE GALL Paul", f"{ANA};Chorale;",
]  # fmt: skip


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(LINES))
def test_whatever_the_order_of_lines_the_courses_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str]
) -> None:
    an_empty_site(f"sqlite:///{tmp_path_factory.mktemp('order')}/new.db")
    assert faults(listed("Cours;Professeur", *rows, **{NEW: "make"})) == []
    assert {(each.number, each.name) for each in every(Course)} == {
        ("PIANO LE GALL ANNE", "Piano"), ("PIANO LE GALL PAUL", "Piano"), ("CHORALE", "Chorale"),
        ("EVEIL MUSICAL E-6737", "Éveil musical et rythmique"),
    }  # fmt: skip
    assert learn() == {
        ("Ana", YEAR, "Piano", "Anne LE GALL"), ("Ana", YEAR, "Chorale", ""), ("Lou", YEAR, "Piano", "Paul LE GALL"),
        ("Tom", YEAR, "Éveil musical et rythmique", "Paul ASTAREL"),
    }  # fmt: skip


def test_taken_back_nothing_of_it_is_left() -> None:
    listed("Cours;Professeur", f"{ANA};Piano;LE GALL Anne", **{NEW: "make"})
    run = last(ImportRun)
    report = undo.carry_out_undo(HELENES, run.id, Job(run.id, run.site_id, writes=True, total=run.rows), mark=None)
    assert report.done
    assert [counts(table)[0] for table in (Pupil, Teacher, Course, Enrolment)] == [0, 0, 0, 0]

"""Teachers, courses, lessons: their columns, and how a line becomes rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from data.core.errors import UserError
from data.core.fields import DATE, NAME, TEXT, fold
from data.importing.columns import HOUR, MINUTES, WEEKDAY, YEAR, column, pick
from data.importing.kinds.families import PUPIL_KEY
from data.importing.records import Record, Shown, need, teacher_of, terms_of
from data.importing.snapshot import Draft, Entity, Line, Snapshot
from data.schooling.models import Course, Lesson, LessonState, Teacher

LESSON_STATE = pick(
    {
        LessonState.PLANNED: "prévu",
        LessonState.HELD: "assuré",
        LessonState.MOVED: "déplacé",
        LessonState.CANCELLED: "annulé",
    },
    {
        "prevue": LessonState.PLANNED,
        "assuree": LessonState.HELD,
        "fait": LessonState.HELD,
        "effectue": LessonState.HELD,
        "reporte": LessonState.MOVED,
        "annulee": LessonState.CANCELLED,
    },
)
PUPIL = column("pupil", "N° élève", TEXT, *PUPIL_KEY, key=True, required=True, length=80, example="2042")
LOOSE_PUPIL = replace(PUPIL, required=False)  # or the names of the pupil
SCHOOL_YEAR = column(
    "school_year",
    "Année scolaire",
    YEAR,
    "Année",
    "Saison",
    "Exercice",
    key=True,
    required=True,
    length=9,
    example="2026-2027",
)
COURSE_KEY = ("Numéro cours", "Code cours", "Cours", "Id cours", "Réf. cours", "Code classe", "Activité")
COURSE = column("course", "N° cours", TEXT, *COURSE_KEY, key=True, required=True, length=20, example="PI 206")
TEACHER_KEY = ("Professeur", "Prof", "Enseignant(e)", "Intervenant", "Nom du professeur")
TEACHER = column("teacher", "Enseignant", TEXT, *TEACHER_KEY, length=170, example="Carmen Astarel")
TEACHER_FIRST = column(
    "teacher_first_name",
    "Prénom de l’enseignant",
    TEXT,
    "Prénom enseignant",
    "Prénom professeur",
    "Prénom intervenant",
    length=80,
    only_read=True,
)
DEPARTMENT = column("department", "Département", TEXT, "Discipline", "Dépt", length=80, example="Piano")
CYCLE = column("cycle", "Cycle", TEXT, length=40, example="2e cycle")

TEACHERS = (
    column(
        "code",
        "Code enseignant",
        TEXT,
        "Id enseignant",
        "Réf.",
        "Matricule",
        "Code prof",
        "N° enseignant",
        key=True,
        length=80,
        example="AST",
    ),
    column(
        "last_name",
        "Nom",
        NAME,
        "Nom enseignant",
        "Nom professeur",
        key=True,
        required=True,
        length=80,
        example="Astarel",
    ),
    column(
        "first_name", "Prénom", NAME, "Prénom enseignant", "Prénom professeur", key=True, length=80, example="Carmen"
    ),
)
COURSES = (
    SCHOOL_YEAR,
    column("number", "N° cours", TEXT, *COURSE_KEY, key=True, required=True, length=20, example="PI 206"),
    column(
        "name",
        "Intitulé",
        TEXT,
        "Nom du cours",
        "Nom de l'activité",
        "Libellé",
        "Libellé cours",
        "Nom",
        "Classe",
        required=True,
        length=120,
        example="Piano 206",
    ),
    DEPARTMENT,
    replace(CYCLE, also=("Niveau",)),
    replace(TEACHER, also=(*TEACHER.also, "Nom enseignant", "Nom intervenant")),
    TEACHER_FIRST,
    column("weekday", "Jour", WEEKDAY, "Jour de la semaine", "Jour cours", example="mercredi"),
    column("starts", "Heure de début", HOUR, "Heure", "Début", "Horaire", "Heure début", example="17:15"),
    column("minutes", "Durée (minutes)", MINUTES, "Durée", "Durée cours", example="30"),
    column("room", "Salle", TEXT, "Lieu", "Local", length=60, example="Salle Ravel"),
)
LESSONS = (
    SCHOOL_YEAR,
    COURSE,
    column("day", "Date", DATE, "Date du cours", "Date séance", "Jour", key=True, required=True, example="25/11/2026"),
    column("starts", "Heure de début", HOUR, "Heure", "Début", "Horaire", key=True, example="17:15"),
    column("minutes", "Durée (minutes)", MINUTES, "Durée", example="30"),
    column("state", "Statut", LESSON_STATE, "État", "Situation", example="assuré"),
    column("note", "Remarque", TEXT, "Commentaire", "Note", "Observation", length=200),
)


def course_of(line: Line, snapshot: Snapshot) -> Entity | None:
    year, number = line.get("school_year"), line.get("course")
    for name, value in (("school_year", year), ("course", number)):
        if not value:
            line.fault(name, UserError("Ce champ ne peut pas rester vide."))
    if not year or not number:
        return None
    if (found := snapshot.find(Course, (year, fold(number)))) is not None:
        return found
    named = courses_named(snapshot, str(year), str(number))
    if len(named) == 1:
        return named[0]
    unknown = UserError("Cours inconnu cette année-là. Importez d’abord les cours, ou corrigez ce numéro.")
    several = UserError("Plusieurs cours de cette année portent ce nom. Donnez le numéro de celui-ci.")
    line.fault("course", several if named else unknown)
    return None


@dataclass
class CourseNames:
    """Year and name, in plain letters -> the courses of that name, which number nobody knows by heart."""

    of: dict[tuple[str, str], list[Entity]] | None = None


def courses_named(snapshot: Snapshot, year: str, name: str) -> list[Entity]:
    """Of that year, of those that the site had before the file."""
    known = snapshot.context(CourseNames)
    if known.of is None:
        known.of = {}
        for each in snapshot.every(Course):
            known.of.setdefault((each["school_year"], fold(each["name"])), []).append(each)
    return known.of.get((year, fold(name)), [])


def check_day(line: Line, snapshot: Snapshot, course: Entity, row: Entity) -> None:
    """Of a new row: its day is of its course's year."""
    day, year = line.get("day"), str(course["school_year"])
    if row.id is not None or not isinstance(day, date) or not year[:4].isdecimal():
        return
    first = int(year[:4])
    if not date(first, 8, 1) <= day <= date(first + 1, 8, 31):
        sentence = UserError(
            "Le {day} n’est pas de l’année {year} du cours {course}.",
            day=f"{day:%d/%m/%Y}",
            year=year,
            course=course["number"],
        )
        snapshot.add_conflict(line, "day", sentence)


def _teacher(line: Line, snapshot: Snapshot) -> None:
    last, first = line.get("last_name", ""), line.get("first_name", "")
    keys = [("name", fold(last), fold(first)), ("words", terms_of(last, first))]
    code = line.get("code", "")
    known = snapshot.find(Teacher, keys[0])
    if code and snapshot.find(Teacher, ("code", code)) is None and known is not None and snapshot.code_of(known):
        keys = []  # two people of that name, each with a code
    teacher = snapshot.put(line, Draft(Teacher, keys, line.own(TEACHERS, but=("code",)), code=code))
    need(line, teacher, "last_name")


def _teachers_out(snapshot: Snapshot) -> Iterator[Shown]:
    names = [(fold(each["last_name"]), fold(each["first_name"])) for each in snapshot.every(Teacher)]
    for each in snapshot.every(Teacher):
        twin = names.count((fold(each["last_name"]), fold(each["first_name"]))) > 1
        yield {**each.values, "code": snapshot.code_of(each) or (f"T{each.id}" if twin else "")}


def teacher_name(snapshot: Snapshot, id_: int | None) -> str:
    found = snapshot.at(Teacher, id_)
    return f"{found['first_name']} {found['last_name']}".strip() if found else ""


def _course(line: Line, snapshot: Snapshot) -> None:
    teacher = teacher_of(line, snapshot)
    course = snapshot.put(
        line,
        Draft(
            Course,
            [(line.get("school_year"), fold(line.get("number", "")))],
            line.own(COURSES, but=("teacher", "teacher_first_name")),
            refs={"teacher_id": teacher} if teacher else {},
        ),
    )
    need(line, course, "school_year", "number", "name")


def _courses_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Course):
        yield {**each.values, "teacher": teacher_name(snapshot, each["teacher_id"])}


def of_course(snapshot: Snapshot, id_: int) -> Shown:
    course = snapshot.at(Course, id_)
    return {"school_year": course["school_year"], "course": course["number"]} if course else {}


def _lesson(line: Line, snapshot: Snapshot) -> None:
    if course := course_of(line, snapshot):
        own = line.own(LESSONS, but=("school_year", "course"))
        lesson = snapshot.put(
            line, Draft(Lesson, [(course, line.get("day"), line.get("starts"))], own, refs={"course_id": course})
        )
        need(line, lesson, "day")
        check_day(line, snapshot, course, lesson)


def _lessons_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Lesson):
        yield {**each.values, **of_course(snapshot, each["course_id"])}


RECORDS = (
    Record("teachers", "Enseignants", TEACHERS, (Teacher,), _teacher, _teachers_out, Teacher),
    Record("courses", "Cours", COURSES, (Teacher, Course), _course, _courses_out, Course),
    Record("lessons", "Dates des cours", LESSONS, (Course, Lesson), _lesson, _lessons_out, Lesson),
)

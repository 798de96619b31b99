"""Teachers, courses, enrolments with their results, lessons: their columns, and how a line becomes rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from data.core.errors import UserError
from data.core.fields import DATE, NAME, TEXT, fold
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.columns import HOUR, HUNDREDTHS, LINES, MINUTES, NUMBER, WEEKDAY, YEAR, column, pick
from data.importing.kinds import name_checks, named_people
from data.importing.kinds.families import PUPIL_KEY
from data.importing.kinds.name_columns import MARKED
from data.importing.questions import Choice, Question
from data.importing.records import Record, Shown, need, required, shown_number, teacher_of, terms_of
from data.importing.snapshot import Draft, Entity, Line, Snapshot
from data.schooling.models import Course, Cursus, Enrolment, EnrolmentStatus, Lesson, LessonState, Teacher

STATUS = pick(
    {
        EnrolmentStatus.ENROLLED: "inscrit",
        EnrolmentStatus.ASKED: "demandé",
        EnrolmentStatus.WAITING: "liste d’attente",
        EnrolmentStatus.LEFT: "parti",
    },
    {
        "inscrite": EnrolmentStatus.ENROLLED,
        "i": EnrolmentStatus.ENROLLED,
        "actif": EnrolmentStatus.ENROLLED,
        "demande": EnrolmentStatus.ASKED,
        "attente": EnrolmentStatus.WAITING,
        "en attente": EnrolmentStatus.WAITING,
        "partie": EnrolmentStatus.LEFT,
        "demission": EnrolmentStatus.LEFT,
        "demissionnaire": EnrolmentStatus.LEFT,
        "radie": EnrolmentStatus.LEFT,
    },
)
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
RESULTS = (
    column("level", "Niveau", TEXT, "Degré", length=40, example="2e année"),
    column("status", "Statut", STATUS, "État", "Situation", "Statut inscription", example="inscrit"),
    column("slot", "Heure de passage", HOUR, "Passage", example="17:15"),
    column("slot_minutes", "Durée de passage (minutes)", MINUTES, "Durée passage", example="30"),
    column("starts_on", "Du", DATE, "Date début", "Début inscription", "Date d'entrée", example="14/09/2026"),
    column("ends_on", "Au", DATE, "Date fin", "Fin inscription", "Date de sortie", example="30/06/2027"),
    column("hours", "Nb heures", HUNDREDTHS, "Heures", "Nombre d'heures", "Heures prévues", least=0),
    column("hours_done", "Nb heures effectuées", HUNDREDTHS, "Heures effectuées", "Heures faites", least=0),
    column("absences", "Absences", NUMBER, "Nb absences", "Total absences"),
    column("absences_unexcused", "Absences non justifiées", NUMBER, "Abs. non just.", "Nb absences non justifiées"),
    column("adapted_schedule", "Horaires aménagés", TEXT, "CHAM", length=120),
    column("activity", "Situation d’activité", TEXT, "Activité", length=120),
    column("main_instrument", "Premier instrument", TEXT, "Instrument principal", length=80, example="Piano"),
    column(
        "average", "Moyenne /20", HUNDREDTHS, "Moyenne", "Moy.", "Moyenne générale", example="15,75", least=0, most=2000
    ),
    column("average_letter", "Moyenne lettre", TEXT, "Moy. lettre", length=10),
    column("mention", "Mention", TEXT, length=60, example="Bien"),
    column("class_result", "Résultat classe", TEXT, "Résultat", length=80),
    column("cycle_result", "Résultat cycle", TEXT, length=80),
    column("class_admission", "Admission classe", TEXT, "Admission", length=80),
    column("cycle_admission", "Admission cycle", TEXT, length=80),
    column("comment", "Commentaire", LINES, "Observation", "Appréciation", "Appréciation générale", length=2000),
)
NEW_COURSE = (
    column(
        "course_name",
        "Intitulé du cours",
        TEXT,
        "Classe",
        "Intitulé",
        "Libellé cours",
        "Nom du cours",
        length=120,
        example="Piano 206",
    ),
    DEPARTMENT,
    CYCLE,
    TEACHER,
)
CURSUS = column("cursus", "Cursus", TEXT, "Parcours", "Filière", length=120, example="Musique, cursus diplômant")
ENROLMENTS = (LOOSE_PUPIL, *MARKED, SCHOOL_YEAR, COURSE, *NEW_COURSE, CURSUS, *RESULTS)
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
    named = _by_name(snapshot, str(year), str(number))
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


def _by_name(snapshot: Snapshot, year: str, name: str) -> list[Entity]:
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


TERMS = Question(
    "terms",
    UserError("Ces inscriptions commencent ou finissent hors de l’année de leur cours."),
    (Choice("keep", UserError("Ces dates sont bien les leurs")),),
    stops=False,
)


def _check_terms(line: Line, snapshot: Snapshot, course: Entity, enrolment: Entity) -> None:
    """Of what the line gives: told once for all; the end before the beginning is a point to read."""
    starts, ends, first = line.get("starts_on"), line.get("ends_on"), int(course["school_year"][:4])
    for day in filter(None, (starts, ends)):
        if not date(first, 7, 1) <= day <= date(first + 1, 8, 31):
            sample = f"{day:%d/%m/%Y}, {course['school_year']}"
            snapshot.questions.ask(TERMS, line=line.number, sample=sample)
    if enrolment["starts_on"] and enrolment["ends_on"] and enrolment["ends_on"] < enrolment["starts_on"]:
        snapshot.add_conflict(line, "day", UserError("Cette inscription finit avant de commencer."))


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


def _enrolment(line: Line, snapshot: Snapshot) -> None:
    pupil = required(line, snapshot, Pupil, "pupil")
    year, number, name = line.get("school_year"), line.get("course"), line.get("course_name")
    known = year and number and snapshot.find(Course, (year, fold(number)))
    if year and number and name and not known:  # a history in one file: its courses are made on the way
        teacher = teacher_of(line, snapshot)
        values = {
            "school_year": year,
            "number": number,
            "name": name,
            "department": line.get("department", ""),
            "cycle": line.get("cycle", ""),
        }
        known = snapshot.put(
            line,
            Draft(Course, [(year, fold(number))], values, refs={"teacher_id": teacher} if teacher else {}),
            once=False,
        )
    course = known or course_of(line, snapshot)
    if pupil and course:
        name_checks.check_pupil(line, snapshot, pupil)
        refs = {"pupil_id": pupil, "course_id": course}
        if name := line.get("cursus"):
            refs["cursus_id"] = snapshot.put(
                line, Draft(Cursus, [fold(name)], {"name": name}), once=False, updates=False
            )
        enrolment = snapshot.put(line, Draft(Enrolment, [(pupil, course)], line.own(RESULTS), refs=refs))
        _check_terms(line, snapshot, course, enrolment)


def of_course(snapshot: Snapshot, id_: int) -> Shown:
    course = snapshot.at(Course, id_)
    return {"school_year": course["school_year"], "course": course["number"]} if course else {}


def _enrolments_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Enrolment):
        pupil, course = snapshot.at(Pupil, each["pupil_id"]), snapshot.at(Course, each["course_id"])
        cursus = snapshot.at(Cursus, each["cursus_id"])
        if pupil and course:
            yield {
                **each.values,
                "cursus": cursus["name"] if cursus else "",
                **of_course(snapshot, each["course_id"]),
                "pupil": shown_number(snapshot, pupil),
                "course_name": course["name"],
                "department": course["department"],
                "cycle": course["cycle"],
                "teacher": teacher_name(snapshot, course["teacher_id"]),
            }


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
    Record(
        "enrolments",
        "Inscriptions et historique",
        ENROLMENTS,
        (Family, Guardian, Pupil, PupilLink, Teacher, Course, Cursus, Enrolment),
        _enrolment,
        _enrolments_out,
        Enrolment,
        (("pupil", "pupil_last_name"),),
        prepare=named_people.pupils,
    ),
    Record("lessons", "Dates des cours", LESSONS, (Course, Lesson), _lesson, _lessons_out, Lesson),
)

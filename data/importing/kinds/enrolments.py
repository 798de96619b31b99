"""Enrolments with their results: their columns, and how a line becomes rows. A list of a class, or a history with its courses."""

from collections.abc import Iterator
from datetime import date

from data.core.errors import UserError
from data.core.fields import DATE, TEXT, fold
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.columns import HOUR, HUNDREDTHS, LINES, MINUTES, NUMBER, column, pick
from data.importing.kinds import name_checks, named_people
from data.importing.kinds.courses import (
    COURSE,
    CYCLE,
    DEPARTMENT,
    LOOSE_PUPIL,
    SCHOOL_YEAR,
    TEACHER,
    TEACHER_FIRST,
    course_of,
    courses_named,
    of_course,
    teacher_name,
)
from data.importing.kinds.name_columns import MARKED
from data.importing.kinds.pupil_courses import MAKE, NONE, Named, is_made, is_taught_by, make, says_course
from data.importing.questions import Choice, Question
from data.importing.records import Record, Shown, required, shown_number, teacher_of
from data.importing.snapshot import Draft, Entity, Line, Snapshot
from data.schooling.models import Course, Cursus, Enrolment, EnrolmentStatus, Teacher

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
    TEACHER_FIRST,
)
CURSUS = column("cursus", "Cursus", TEXT, "Parcours", "Filière", length=120, example="Musique, cursus diplômant")
ENROLMENTS = (LOOSE_PUPIL, *MARKED, SCHOOL_YEAR, COURSE, *NEW_COURSE, CURSUS, *RESULTS)


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


def _enrolment(line: Line, snapshot: Snapshot) -> None:
    pupil = required(line, snapshot, Pupil, "pupil")
    year, number, name = line.get("school_year"), line.get("course"), line.get("course_name")
    known = snapshot.find(Course, (year, fold(number))) if year and number else None
    if known is not None and is_made(snapshot, known):
        known = None  # by a name, which another teacher's may have too
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
    course = known or _course(line, snapshot)
    if pupil and course:
        name_checks.check_pupil(line, snapshot, pupil)
        refs = {"pupil_id": pupil, "course_id": course}
        if name := line.get("cursus"):
            refs["cursus_id"] = snapshot.put(
                line, Draft(Cursus, [fold(name)], {"name": name}), once=False, updates=False
            )
        enrolment = snapshot.put(line, Draft(Enrolment, [(pupil, course)], line.own(RESULTS), refs=refs))
        _check_terms(line, snapshot, course, enrolment)


def _course(line: Line, snapshot: Snapshot) -> Entity | None:
    """By its number, or by its name and teacher; one that nobody knows is asked about where the column names courses."""
    year, name, teacher = str(line.get("school_year", "")), str(line.get("course", "")), str(line.get("teacher", ""))
    if not year or not name:
        return course_of(line, snapshot)
    if first := line.get("teacher_first_name") if teacher else "":
        teacher = f"{first} {teacher}"
    there = courses_named(snapshot, year, name)
    fits = [each for each in there if not teacher or is_taught_by(snapshot, each, teacher)]
    if len(fits) == 1:
        return fits[0]
    if there and not fits:
        line.fault("course", UserError("Ce cours est celui d’un autre enseignant. Donnez le numéro du cours."))
        return None
    if not there and says_course(snapshot, "course"):
        named = Named(year, name, teacher)
        answer = _ask_new(line, snapshot, named)
        if answer == MAKE:
            return make(line, snapshot, "course", named)
        if not answer:
            return None
    return course_of(line, snapshot)


def _ask_new(line: Line, snapshot: Snapshot, named: Named) -> str:
    sentence = UserError(
        "Le portail n’a pas encore ces cours en {year}. Faut-il les créer, et y inscrire les élèves ?", year=named.year
    )
    choices = (
        Choice(MAKE, UserError("Oui, avec leurs enseignants"))
        if named.teacher
        else Choice(MAKE, UserError("Oui, les créer")),
        Choice(NONE, UserError("Non : ces noms sont à corriger")),
    )
    asked = Question(f"class-courses:{named.year}", sentence, choices, column=snapshot.titles.get("course", ""))
    return snapshot.questions.ask(asked, line=line.number, sample=named.text)


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


RECORDS = (
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
)

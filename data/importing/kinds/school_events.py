"""Assessments, marks, absences, events and pieces: what happens in courses. Their columns, and how a line becomes rows."""

from collections.abc import Hashable, Iterator

from data.core.errors import UserError
from data.core.fields import DATE, TEXT, fold
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.columns import FLAG, HOUR, HUNDREDTHS, LINES, MINUTES, SECONDS, YEAR, column
from data.importing.kinds import name_checks, named_people, which_test
from data.importing.kinds.courses import (
    COURSE,
    COURSE_KEY,
    LOOSE_PUPIL,
    SCHOOL_YEAR,
    TEACHER_KEY,
    check_day,
    course_of,
    of_course,
)
from data.importing.kinds.name_columns import MARKED
from data.importing.records import Record, Shown, need, required, shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot
from data.schooling.absences import Absence
from data.schooling.models import Course, Lesson
from data.schooling.repertoire import Performance, Piece
from data.schooling.results import Assessment, Mark

ASSESSMENT_CODE = ("Code évaluation", "Id évaluation", "Numéro évaluation", "Évaluation n°")
OF_ASSESSMENT = (
    column(
        "kind",
        "Type d’évaluation",
        TEXT,
        "Type",
        "Évaluation",
        "Libellé",
        "Épreuve",
        "Examen",
        key=True,
        length=80,
        example="Contrôle continu",
    ),
    column("day", "Date", DATE, "Date évaluation", "Date examen", key=True, example="12/12/2026"),
    column("class_kind", "Type de classe", TEXT, length=80, example="Individuel"),
    column("scale", "Barème", HUNDREDTHS, "Sur", "Note sur", "Note max", example="20", least=1),
    column("coefficient", "Coef.", HUNDREDTHS, "Coefficient", "Coeff", example="1", least=0),
    column(
        "class_average", "Moyenne de la classe", HUNDREDTHS, "Moy. classe", "Moyenne classe", example="14,20", least=0
    ),
)
ASSESSMENTS = (
    column("code", "N° évaluation", TEXT, *ASSESSMENT_CODE, key=True, length=80, example="E12"),
    SCHOOL_YEAR,
    COURSE,
    *OF_ASSESSMENT,
)
LOOSE_YEAR = column(
    "school_year", "Année scolaire", YEAR, "Année", "Saison", "Exercice", key=True, length=9, example="2026-2027"
)
LOOSE_COURSE = column("course", "N° cours", TEXT, *COURSE_KEY, key=True, length=20, example="PI 206")
MARKS = (
    LOOSE_PUPIL,
    *MARKED,
    column("assessment", "N° évaluation", TEXT, *ASSESSMENT_CODE, key=True, length=80, example="E12"),
    LOOSE_YEAR,
    LOOSE_COURSE,
    *OF_ASSESSMENT,
    column("value", "Note", HUNDREDTHS, "Points", "Résultat", "Note obtenue", "Note /20", example="16,5"),
    column("letter", "Lettre", TEXT, "Note lettre", length=10),
    column("mention", "Mention", TEXT, length=60, example="Bien"),
    column("remark", "Appréciation", LINES, "Observation", "Commentaire", "Remarque", length=1000),
    column("absent", "Absent", FLAG, "Abs", "Absence", example="non"),
)
ABSENCES = (
    LOOSE_PUPIL,
    *MARKED,
    SCHOOL_YEAR,
    COURSE,
    column(
        "day", "Date", DATE, "Date absence", "Jour", "Date de l'absence", key=True, required=True, example="18/11/2026"
    ),
    column("starts", "Heure", HOUR, "Heure de début", "Début", "Heure cours", key=True, example="17:15"),
    column("minutes", "Durée (minutes)", MINUTES, "Durée", example="30"),
    column("reason", "Motif", TEXT, "Raison", "Motif absence", length=120, example="Maladie"),
    column("excused", "Justifiée", FLAG, "Excusée", "Justifié", "Just.", example="oui"),
    column("comment", "Commentaire", LINES, "Observation", "Remarque", length=1000),
)
EVENT_KEY = ("Code événement", "Id événement", "Numéro événement", "N° concert")
PERFORMANCES = (
    column("code", "N° événement", TEXT, *EVENT_KEY, key=True, length=80, example="C7"),
    column(
        "title",
        "Événement",
        TEXT,
        "Titre",
        "Intitulé",
        "Nom",
        "Concert",
        "Libellé",
        key=True,
        required=True,
        length=160,
        example="Audition de Noël",
    ),
    column("day", "Date", DATE, "Date événement", "Jour", key=True, example="18/12/2026"),
    column("starts", "Heure", HOUR, "Heure de début", "Début", example="18:30"),
    column("place", "Lieu", TEXT, "Salle", length=160, example="Auditorium"),
)
PLAYED = (
    column(
        "work", "Œuvre", TEXT, "Morceau", "Titre du morceau", "Pièce", key=True, length=200, example="Marche turque"
    ),
    column("movement", "Mouvement", TEXT, "Mvt", key=True, length=120),
    column("composer", "Compositeur", TEXT, "Auteur", length=120, example="Wolfgang Amadeus Mozart"),
    column("arrangement", "Arrangement", TEXT, "Arrangeur", length=120),
    column("seconds", "Durée (secondes)", SECONDS, "Durée", "Durée morceau", example="210"),
    column("role", "Instrument ou rôle", TEXT, "Instrument", "Rôle", length=80, example="Piano"),
    column("ensemble", "Ensemble", TEXT, "Formation", "Orchestre", length=120),
    column("partners", "Partenaires", TEXT, "Avec", "Musiciens", length=300),
    column("teacher", "Enseignant", TEXT, *TEACHER_KEY, length=120, example="Carmen Astarel"),
    column("comment", "Commentaire", LINES, "Observation", length=1000),
)
PIECES = (
    column("code", "N° morceau", TEXT, "Code morceau", "Id morceau", key=True, length=80, example="M31"),
    LOOSE_PUPIL,
    *MARKED,
    column("performance", "N° événement", TEXT, *EVENT_KEY, key=True, length=80, example="C7"),
    column(
        "title",
        "Événement",
        TEXT,
        "Titre",
        "Concert",
        "Nom événement",
        key=True,
        length=160,
        example="Audition de Noël",
    ),
    column("day", "Date", DATE, "Date événement", key=True, example="18/12/2026"),
    *PLAYED,
)


def _assessment(line: Line, snapshot: Snapshot) -> None:
    if course := course_of(line, snapshot):
        keys = [(course, line.get("day"), fold(line.get("kind", "")))]
        code = line.get("code", "")
        if (
            code
            and snapshot.find(Assessment, ("code", code)) is None
            and (found := snapshot.find(Assessment, *keys))
            and snapshot.code_of(found)
        ):
            keys = []  # the same test twice a day, each with a code
        test = snapshot.put(
            line, Draft(Assessment, keys, line.own(OF_ASSESSMENT), refs={"course_id": course}, code=code)
        )
        check_day(line, snapshot, course, test)
        _check_average(line, test)


def _check_average(line: Line, test: Entity) -> None:
    if (test["class_average"] or 0) > test["scale"]:
        line.fault("class_average", UserError("Cette moyenne dépasse le barème."))


def _assessments_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Assessment):
        yield {**each.values, **of_course(snapshot, each["course_id"]), "code": snapshot.code_of(each) or f"E{each.id}"}


def _prepare_marks(lines: list[Line], snapshot: Snapshot) -> None:
    which_test.ask(lines, snapshot)
    named_people.pupils(lines, snapshot)


def _mark(line: Line, snapshot: Snapshot) -> None:
    pupil, code = required(line, snapshot, Pupil, "pupil"), line.get("assessment", "")
    found = snapshot.find(Assessment, ("code", code)) if code else None
    if found is None and line.get("course"):
        if course := course_of(line, snapshot):
            keys = [(course, line.get("day"), fold(line.get("kind", "")))]
            own = line.own(OF_ASSESSMENT)
            found = snapshot.put(
                line, Draft(Assessment, keys, own, refs={"course_id": course}, code=code), once=False, updates=False
            )
            if found.line_number == line.number:
                check_day(line, snapshot, course, found)
                _check_average(line, found)
    elif found is None:
        line.fault("assessment", UserError("Évaluation inconnue. Importez d’abord les évaluations, ou corrigez."))
    if pupil and found:
        values = line.own(MARKS[-5:])
        if (values.get("value") or 0) > found["scale"]:
            line.fault("value", UserError("Cette note dépasse son barème."))
        if (values.get("value") or 0) < 0:
            line.fault("value", UserError("Une note n’est pas négative."))
        name_checks.check_pupil(line, snapshot, pupil)
        refs = {"pupil_id": pupil, "assessment_id": found}
        snapshot.put(line, Draft(Mark, [(found, pupil)], values, refs=refs))


def _marks_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Mark):
        test, pupil = snapshot.at(Assessment, each["assessment_id"]), snapshot.at(Pupil, each["pupil_id"])
        if test and pupil:
            about = {one.name: test[one.name] for one in OF_ASSESSMENT}
            code = snapshot.code_of(test) or f"E{test.id}"
            yield {
                **each.values,
                **about,
                **of_course(snapshot, test["course_id"]),
                "assessment": code,
                "pupil": shown_number(snapshot, pupil),
            }


def _absence(line: Line, snapshot: Snapshot) -> None:
    pupil, course = required(line, snapshot, Pupil, "pupil"), course_of(line, snapshot)
    if pupil and course:
        day, starts = line.get("day"), line.get("starts")
        lesson = snapshot.find(Lesson, (course, day, starts)) if course.id else None
        refs = {"pupil_id": pupil, "course_id": course, **({"lesson_id": lesson} if lesson else {})}
        name_checks.check_pupil(line, snapshot, pupil)
        own = line.own(ABSENCES, but=("pupil", "school_year", "course", *(each.name for each in MARKED)))
        absence = snapshot.put(line, Draft(Absence, [(pupil, course, day, starts)], own, refs=refs))
        need(line, absence, "day")
        check_day(line, snapshot, course, absence)


def _absences_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Absence):
        pupil = snapshot.at(Pupil, each["pupil_id"])
        yield {**each.values, **of_course(snapshot, each["course_id"]), "pupil": shown_number(snapshot, pupil)}


def _keys(snapshot: Snapshot, table: type[Performance | Piece], code: str, key: Hashable) -> list[Hashable]:
    """By what a row is found beside its code: nothing, when the row found so has another code."""
    found = snapshot.find(table, key) if code and snapshot.find(table, ("code", code)) is None else None
    return [] if found and snapshot.code_of(found) else [key]


def _performance(line: Line, snapshot: Snapshot) -> None:
    code = line.get("code", "")
    keys = _keys(snapshot, Performance, code, (fold(line.get("title", "")), line.get("day")))
    event = snapshot.put(line, Draft(Performance, keys, line.own(PERFORMANCES, but=("code",)), code=code))
    need(line, event, "title")


def _performances_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Performance):
        yield {**each.values, "code": snapshot.code_of(each) or f"C{each.id}"}


def _piece(line: Line, snapshot: Snapshot) -> None:
    pupil, code, title = required(line, snapshot, Pupil, "pupil"), line.get("performance", ""), line.get("title")
    event = snapshot.find(Performance, ("code", code)) if code else None
    if event is None and title:
        values = {"title": title, "day": line.get("day")}
        event = snapshot.put(
            line, Draft(Performance, [(fold(title), line.get("day"))], values, code=code), once=False, updates=False
        )
    elif event is None:
        line.fault("performance", UserError("Événement inconnu. Importez d’abord les événements, ou corrigez."))
    if pupil and event:
        name_checks.check_pupil(line, snapshot, pupil)
        own = line.get("code", "")
        keys = _keys(snapshot, Piece, own, (pupil, event, fold(line.get("work", "")), fold(line.get("movement", ""))))
        snapshot.put(
            line, Draft(Piece, keys, line.own(PLAYED), refs={"pupil_id": pupil, "performance_id": event}, code=own)
        )


def _pieces_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Piece):
        event, pupil = snapshot.at(Performance, each["performance_id"]), snapshot.at(Pupil, each["pupil_id"])
        if event and pupil:
            about = {
                "title": event["title"],
                "day": event["day"],
                "performance": snapshot.code_of(event) or f"C{event.id}",
            }
            yield {
                **each.values,
                **about,
                "pupil": shown_number(snapshot, pupil),
                "code": snapshot.code_of(each) or f"M{each.id}",
            }


PEOPLE = (Family, Guardian, Pupil, PupilLink)
RECORDS = (
    Record("assessments", "Évaluations", ASSESSMENTS, (Course, Assessment), _assessment, _assessments_out, Assessment),
    Record(
        "marks",
        "Notes",
        MARKS,
        (*PEOPLE, Course, Assessment, Mark),
        _mark,
        _marks_out,
        Mark,
        (("pupil", "pupil_last_name"), ("assessment", "course"), ("assessment", "school_year")),
        prepare=_prepare_marks,
    ),
    Record(
        "absences",
        "Absences",
        ABSENCES,
        (*PEOPLE, Course, Lesson, Absence),
        _absence,
        _absences_out,
        Absence,
        (("pupil", "pupil_last_name"),),
        prepare=named_people.pupils,
    ),
    Record("performances", "Événements", PERFORMANCES, (Performance,), _performance, _performances_out, Performance),
    Record(
        "pieces",
        "Morceaux joués",
        PIECES,
        (*PEOPLE, Performance, Piece),
        _piece,
        _pieces_out,
        Piece,
        (("pupil", "pupil_last_name"), ("performance", "title")),
        prepare=named_people.pupils,
    ),
)

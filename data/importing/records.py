"""What a kind of record is for imports and exports, and how files name the rows that others refer to."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlmodel import SQLModel

from data.accounts.models import Account
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.core.errors import ErrorCode, UserError
from data.core.fields import fold
from data.core.i18n import _
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.columns import Field
from data.importing.questions import Choice, Question
from data.importing.snapshot import Entity, Keys, Line, Snapshot
from data.schooling.absences import Absence
from data.schooling.models import Course, Cursus, Enrolment, Lesson, Teacher
from data.schooling.repertoire import Performance, Piece
from data.schooling.results import Assessment, Mark

Shown = dict[str, Any]  # column -> value, as kept


@dataclass(frozen=True)
class Record:
    """A kind of record. `place` puts a line into the snapshot; `lines` gives the snapshot's rows back, as the columns have them."""

    name: str
    label: str
    columns: tuple[Field, ...]
    tables: tuple[type[SQLModel], ...]  # read first, those that others refer to before them
    place: Callable[[Line, Snapshot], None]
    lines: Callable[[Snapshot], Iterator[Shown]]
    table: type[Any]  # the one that counts them
    one_of: tuple[tuple[str, ...], ...] = ()  # of each of these, one column at least must be matched
    prepare: Callable[[list[Line], Snapshot], None] | None = None  # all lines, before the first is placed
    numbers: tuple[tuple[type[SQLModel], str], ...] = ()  # columns that give rows their numbers

    def field(self, name: str) -> Field | None:
        return next((each for each in self.columns if each.name == name), None)


def terms_of(*names: str) -> frozenset[str]:
    """A person's names in whatever order."""
    return frozenset(fold(" ".join(names)).replace("-", " ").replace("’", "'").split())


def _of_teacher(snapshot: Snapshot, row: Mapping[str, Any]) -> Iterable[Hashable]:
    return (
        ("name", fold(row["last_name"]), fold(row["first_name"])),
        ("words", terms_of(row["last_name"], row["first_name"])),
    )


KEYS: dict[type[SQLModel], Keys] = {
    Family: lambda snapshot, row: [("number", row["number"])],
    Guardian: lambda snapshot, row: [(snapshot.at(Family, row["family_id"]), row["rank"])],
    Account: lambda snapshot, row: [("login", row["login"]), ("guardian", snapshot.at(Guardian, row["guardian_id"]))],
    Pupil: lambda snapshot, row: [("number", row["number"])],
    PupilLink: lambda snapshot, row: [(snapshot.at(Pupil, row["pupil_id"]), snapshot.at(Family, row["family_id"]))],
    Teacher: _of_teacher,
    Course: lambda snapshot, row: [(row["school_year"], fold(row["number"]))],
    Cursus: lambda snapshot, row: [fold(row["name"])],
    Enrolment: lambda snapshot, row: [(snapshot.at(Pupil, row["pupil_id"]), snapshot.at(Course, row["course_id"]))],
    Lesson: lambda snapshot, row: [(snapshot.at(Course, row["course_id"]), row["day"], row["starts"])],
    Assessment: lambda snapshot, row: [(snapshot.at(Course, row["course_id"]), row["day"], fold(row["kind"]))],
    Mark: lambda snapshot, row: [(snapshot.at(Assessment, row["assessment_id"]), snapshot.at(Pupil, row["pupil_id"]))],
    Absence: lambda snapshot, row: [
        (snapshot.at(Pupil, row["pupil_id"]), snapshot.at(Course, row["course_id"]), row["day"], row["starts"])
    ],
    Performance: lambda snapshot, row: [(fold(row["title"]), row["day"])],
    Piece: lambda snapshot, row: [
        (
            snapshot.at(Pupil, row["pupil_id"]),
            snapshot.at(Performance, row["performance_id"]),
            fold(row["work"]),
            fold(row["movement"]),
        )
    ],
    Invoice: lambda snapshot, row: [("number", fold(row["number"]))],
    InvoiceLine: lambda snapshot, row: [(snapshot.at(Invoice, row["invoice_id"]), row["rank"])],
    Instalment: lambda snapshot, row: [(snapshot.at(Invoice, row["invoice_id"]), row["due_day"])],
    Payment: lambda snapshot, row: [("number", fold(row["number"]))],
    Allocation: lambda snapshot, row: [
        (
            snapshot.at(Invoice, row["invoice_id"]),
            snapshot.at(Payment, row["payment_id"]) or snapshot.at(Invoice, row["credit_id"]),
        )
    ],
}

UNKNOWN = {
    Family: _("Famille inconnue. Importez d’abord les familles, ou corrigez ce numéro."),
    Pupil: _("Élève inconnu. Importez d’abord les élèves, ou corrigez ce numéro."),
    Course: _("Cours inconnu cette année-là. Importez d’abord les cours, ou corrigez ce numéro."),
    Invoice: _("Facture inconnue. Importez d’abord les factures, ou corrigez ce numéro."),
    Payment: _("Règlement inconnu. Importez d’abord les règlements, ou corrigez ce numéro."),
    Assessment: _("Évaluation inconnue. Importez d’abord les évaluations, ou corrigez."),
    Performance: _("Événement inconnu. Importez d’abord les événements, ou corrigez."),
}
NUMBERED = (Family, Pupil)
NEARLY_FULL = 2**30  # above it no room is left for numbers of ours


def keys_of(table: type[SQLModel], typed: str) -> list[Hashable]:
    """How a file may name a row of that table: by its number here, or by another program's key."""
    return [("number", fold(typed)), ("code", typed)]


def known_as(snapshot: Snapshot, table: type[SQLModel], typed: str) -> Entity | None:
    """The row that has that other program's key, or that number here, to the letter; nothing is asked."""
    return snapshot.find(table, ("code", typed), *([("number", int(typed))] if is_number(typed) else []))


SAME_NUMBER = (
    Choice("same", UserError("C’est la même fiche, écrite de deux façons")),
    Choice("apart", UserError("Ce sont deux fiches différentes")),
)


def _ask_number(line: Line, snapshot: Snapshot, column: str, written: tuple[str, str]) -> str:
    """« 0012 » and « 12 » may be one household, or two: nobody sees another's in silence."""
    sentence = UserError("Ces numéros se ressemblent : est-ce la même fiche ?")
    asked = Question(f"numbers:{column}", sentence, SAME_NUMBER, column=line.fields[column].label)
    return snapshot.questions.ask(asked, line=line.number, sample=" / ".join(written))


def is_number(typed: str) -> bool:
    return typed.isdecimal() and 0 < int(typed) < 2**31


@lru_cache(maxsize=65_536)
def plain_number(typed: str) -> str:
    """What is the same of « 0012 », « 12 » and « 12.0 », of « A12 », « a12 », « A-12 » and « A 012 »."""
    text = re.sub(r"\.0+$", "", re.sub(r"\s", "", fold(typed)))
    joined = re.sub(r"(?<=\d)[^a-z\d]+(?=\d)", "-", text)
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[^a-z\d-]|(?<!\d)-|-(?!\d)", "", joined)) or typed


def same_number(snapshot: Snapshot, line: Line, column: str, typed: str, written: dict[str, str]) -> str:
    """A key as it is compared within a file. `written`: how each number was written first, filled on the way."""
    number = plain_number(typed)
    before = written.setdefault(number, typed)
    if before != typed and _ask_number(line, snapshot, column, (before, typed)) == "apart":
        return f"={typed}"
    return number


@dataclass
class Written:
    """Other programs' keys: (table, plain number) -> as it was first written."""

    keys: dict[tuple[type[SQLModel], str], str] = field(default_factory=dict)
    read: set[type[SQLModel]] = field(default_factory=set)  # tables whose rows' keys are among them


def _written(snapshot: Snapshot, table: type[SQLModel]) -> dict[tuple[type[SQLModel], str], str]:
    known = snapshot.context(Written)
    if table not in known.read:
        known.read.add(table)
        for each in snapshot.every(table):
            if code := snapshot.code_of(each):
                known.keys.setdefault((table, plain_number(code)), code)
    return known.keys


def numbered(line: Line, snapshot: Snapshot, table: type[SQLModel], typed: str, column: str) -> Entity | None:
    """The family or the pupil that a file names: by another program's key, or by its number here."""
    number = plain_number(typed)
    written = _written(snapshot, table).setdefault((table, number), typed)
    if (found := snapshot.find(table, ("code", typed))) is not None:
        return found
    found = snapshot.find(table, ("number", int(number))) if is_number(number) else None
    if found is not None and plain_number(shown_number(snapshot, found)) != number:
        return found if is_number(typed) else None  # another program's key that reads like a number of ours
    found = found or snapshot.find(table, ("code", written))
    known = "" if found is None else shown_number(snapshot, found)
    if found is not None and known != typed and _ask_number(line, snapshot, column, (known, typed)) == "apart":
        return None
    return found


def required(line: Line, snapshot: Snapshot, table: type[SQLModel], name: str) -> Entity | None:
    """The row that a column refers to; None, with the fault told, when there is none."""
    if name in line.found:
        return line.found[name]
    typed = line.get(name)
    if not typed:
        line.fault(name, UserError("Ce champ ne peut pas rester vide.", code=ErrorCode.EMPTY))
        return None
    found = (
        numbered(line, snapshot, table, str(typed), name)
        if table in NUMBERED
        else snapshot.find(table, *keys_of(table, typed))
    )
    if found is None:
        line.fault(name, UserError(UNKNOWN[table]))
    return found


@dataclass
class Numbers:
    """The latest number of each table, given by us."""

    latest: dict[type[SQLModel], int] = field(default_factory=dict)


@dataclass
class TeacherNames:
    """Drawn once, for the names nearly right."""

    names: list[str] = field(default_factory=list)


def reserve(record: Record, lines: Iterable[Line], snapshot: Snapshot) -> None:
    """Numbers that the file gives are not given to others."""
    latest = snapshot.context(Numbers).latest
    for table, column in record.numbers:
        typed = (str(line.values.get(column, "")) for line in lines)
        highest = max((int(each) for each in typed if is_number(each)), default=0)
        there = max((each["number"] for each in snapshot.every(table)), default=0)
        latest[table] = max(there, highest if highest < NEARLY_FULL else 0)


def new_number(snapshot: Snapshot, table: type[SQLModel], typed: str) -> tuple[int, str]:
    """(number here, outside key): a key that is a number is ours too; any other gets the next number, and is remembered."""
    if is_number(typed) and snapshot.find(table, ("number", int(typed))) is None:
        return int(typed), "" if typed == str(int(typed)) else typed
    latest = snapshot.context(Numbers).latest
    latest[table] = latest.get(table, 0) + 1
    while snapshot.find(table, ("number", latest[table])):
        latest[table] += 1
    return latest[table], typed


def teacher_of(line: Line, snapshot: Snapshot, name: str = "teacher") -> Entity | None:
    """By its code, or its names in either order; a name nearly right is proposed."""
    typed = line.get(name)
    if not typed:
        return None
    if first := line.get(f"{name}_first_name"):  # in a column of its own
        typed = f"{first} {typed}"
    found = snapshot.find(Teacher, ("code", typed), ("words", terms_of(typed)))
    if found is None:
        known = snapshot.context(TeacherNames)
        known.names = known.names or [f"{each['first_name']} {each['last_name']}" for each in snapshot.every(Teacher)]
        near = process.extractOne(
            fold(typed), known.names, scorer=fuzz.token_sort_ratio, processor=fold, score_cutoff=75
        )
        if near:
            line.fault(name, UserError("Enseignant inconnu. Vouliez-vous écrire « {name} » ?", name=near[0]))
        else:
            line.fault(name, UserError("Enseignant inconnu. Importez d’abord les enseignants, ou corrigez ce nom."))
    return found


def need(line: Line, entity: Entity, *names: str) -> None:
    """What a new row cannot do without."""
    if entity.id is None:
        for name in names:
            if entity.values.get(name) in ("", None):
                line.fault(name, UserError("Ce champ ne peut pas rester vide.", code=ErrorCode.EMPTY))


def shown_number(snapshot: Snapshot, entity: Entity | None) -> str:
    """What files call a numbered row: another program's key if it has one."""
    return "" if entity is None else snapshot.code_of(entity) or str(entity["number"])


def ordered(record: Record, lines: Iterable[Shown]) -> list[Shown]:
    """By key, then by everything: the same rows make the same file, whatever numbers the database gave them."""

    def rank(line: Shown) -> list[tuple[bool, int, str]]:
        keys = [each for each in record.columns if each.key] + [each for each in record.columns if not each.key]
        shown = ["" if line.get(each.name) is None else str(line[each.name]) for each in keys]
        return [(text == "", len(text) if text.isdecimal() else 0, text) for text in shown]

    return sorted(lines, key=rank)

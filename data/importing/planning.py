"""What a file would do, line by line, before anything is written: every fault, every change, every conflict. No database."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlmodel import SQLModel

from data.accounts.models import Account
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.core import spreadsheets
from data.core.errors import ErrorCode, UserError
from data.core.fields import full_name
from data.core.i18n import _
from data.core.spreadsheets import Cell, Sheet, Tick, no_tick
from data.core.unit_of_work import UnitOfWork
from data.families.models import FOUND_BY, Family, Guardian, Pupil, PupilLink, found_by_values
from data.importing import (
    capitals,
    column_matching,
    conflict_checks,
    guarding,
    line_reading,
    previews,
    records,
    title_groups,
    word_checks,
)
from data.importing.columns import Field
from data.importing.fixed_values import fixed_values
from data.importing.kinds import adult_checks, sums
from data.importing.kinds.families import ADULT, OWN
from data.importing.line_reading import Fault, Understood
from data.importing.matched import Matched
from data.importing.new_values import Labelled, cell_text, values_of
from data.importing.previews import Previews
from data.importing.questions import Question, Questions
from data.importing.records import KEYS, Record, shown_number
from data.importing.snapshot import Entity, Line, Snapshot
from data.schooling.absences import Absence
from data.schooling.models import Course, Cursus, Enrolment, Lesson, Teacher
from data.schooling.results import Mark

MAX_SHOWN = 120  # characters of a faulty cell
OUTCOMES = ("added", "updated", "unchanged")


class Change(NamedTuple):
    """What a line does: adds a record with `values` (`column` empty), or gives a column another value. Values as files show them."""

    line: int
    outcome: str
    about: str
    column: str = ""
    old: str = ""
    new: str = ""
    values: tuple[Labelled, ...] = ()


@dataclass
class Plan:
    """A file as it would be written. `counts` are lines: added, updated, unchanged."""

    record: Record
    snapshot: Snapshot
    faults: list[Fault] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))

    @property
    def conflicts(self) -> list[tuple[int, str, UserError]]:
        return self.snapshot.conflicts

    @property
    def questions(self) -> list[Question]:
        return self.snapshot.questions.every()

    @property
    def previews(self) -> Previews:
        return previews.of(self.snapshot)

    @property
    def mark(self) -> str:
        """The same when the file would do the same: between the check and the import, the site may have changed."""
        conflicts_of = [tuple(each) for each in self.changes]
        more = [(line, sort, str(text)) for line, sort, text in self.conflicts]
        people = [tuple(each) for each in self.snapshot.recognised]
        return hashlib.sha256(repr((conflicts_of, more, people, sorted(self.snapshot.aside))).encode()).hexdigest()


def load(uow: UnitOfWork, record: Record) -> Snapshot:
    """The site as it is, for that kind of record."""
    snapshot = Snapshot(uow.site_id or 0)
    snapshot.load(uow, record.tables, KEYS)
    guarding.hide(uow, snapshot)
    snapshot.today = uow.today
    word_checks.load(uow, snapshot, record)
    if {Guardian, Pupil} & set(record.tables) and record.name in {"families", "pupils", "pupils-and-adults"}:
        conflict_checks.load(uow, snapshot)
    return snapshot


def plan(snapshot: Snapshot, record: Record, sheet: Sheet, matched: Matched, *, tick: Tick = no_tick) -> Plan:
    """Every line, read and placed. UserError when the file as a whole cannot be read that way."""
    column_matching.check(record, matched)
    snapshot.questions = Questions(matched.get("answers", {}))
    made = Plan(record, snapshot)
    columns = {
        one: int(at)
        for at, name in matched.get("columns", {}).items()
        if (one := record.field(name)) and int(at) < len(sheet.heads)
    }
    _note_titles(snapshot, sheet, columns, matched)
    lines = _read_lines(made, sheet, columns, matched, tick)
    capitals.ask(lines, snapshot)
    word_checks.ask(lines, snapshot)
    records.reserve(record, lines, snapshot)
    if record.prepare is not None:
        record.prepare(lines, snapshot)
    places, needed = (
        {one.name: at for one, at in columns.items()},
        {one.name for one in record.columns if one.key and one.required},
    )
    for count, (line, (_rest, cells)) in enumerate(zip(lines, sheet.rows, strict=True)):
        if count % 100 == 0:
            tick()
        _place(made, line, needed)
        made.faults += _faults(line, cells, places, sheet.heads)
    sums.check(snapshot)
    adult_checks.tell_grown(snapshot)
    conflict_checks.look(snapshot, lines)
    guarding.extend(snapshot)
    _update_search_text(snapshot)
    snapshot.conflicts.sort(key=lambda each: each[0])
    made.faults = _with_beginnings(made.faults, sheet)
    made.changes = _changes(made)
    _withhold(made, {line.number for line in lines if line.guarded})
    return made


def _note_titles(snapshot: Snapshot, sheet: Sheet, columns: Mapping[Field, int], matched: Matched) -> None:
    """What the titles say, for the kinds whose lines are about several people."""
    snapshot.sheet_name, snapshot.above = sheet.reading.sheet, sheet.above
    snapshot.titles = {one.name: sheet.heads[at] for one, at in columns.items()}
    snapshot.adherents = title_groups.are_unsure(sheet.heads)
    places = title_groups.places(sheet.heads)
    snapshot.unsaid = {one.name for one, at in columns.items() if not places.said[at][0]} | set(
        matched.get("fixed", {})
    )
    snapshot.unsure = {one.name for one, at in columns.items() if at in places.unsure and one.group.startswith("adult")}


def _faults(line: Line, cells: Sequence[Cell], places: Mapping[str, int], heads: Sequence[str]) -> Iterator[Fault]:
    """What is wrong with a line as a whole, by the file's own titles."""
    for name, value, why in line.faults:
        place, one = places.get(name), line.fields.get(name)
        if place is not None:
            yield Fault(line.number, heads[place], spreadsheets.shown(cells[place])[:MAX_SHOWN], why)
        elif one is not None and why.code == ErrorCode.EMPTY:
            nowhere = _("Aucune colonne ne donne « {column} ». Reliez-en une, ou donnez une valeur fixe.")
            yield Fault(line.number, one.label, "", UserError(nowhere, column=one.label))
        else:
            yield Fault(line.number, one.label if one else "", cell_text(one, value)[:MAX_SHOWN], why)


def _with_beginnings(faults: list[Fault], sheet: Sheet) -> list[Fault]:
    """In the order of the file, each with the first cells of its line: a person knows by them who it is about."""
    faulty = {each.line for each in faults}
    begin = {
        line: " · ".join([shown for cell in cells if (shown := spreadsheets.shown(cell)[:30].strip())][:3])
        for line, cells in sheet.rows
        if line in faulty
    }
    return sorted((each._replace(about=begin.get(each.line, "")) for each in faults), key=lambda each: each.line)


def _withhold(made: Plan, guarded: set[int]) -> None:
    """Of a line that would change a household under protection, that alone is told: no value, no name."""
    if not guarded:
        return
    withheld = [Fault(line, "", "", guarding.GUARDED) for line in guarded]
    made.faults = sorted(
        [*(each for each in made.faults if each.line not in guarded), *withheld], key=lambda each: each.line
    )
    made.changes = [each for each in made.changes if each.line not in guarded]
    made.understood = [each for each in made.understood if each.line not in guarded]
    made.snapshot.conflicts = [each for each in made.snapshot.conflicts if each[0] not in guarded]
    made.snapshot.recognised = [each for each in made.snapshot.recognised if each.line not in guarded]
    made.snapshot.aside = {line: each for line, each in made.snapshot.aside.items() if line not in guarded}


def _read_lines(made: Plan, sheet: Sheet, columns: dict[Field, int], matched: Matched, tick: Tick) -> list[Line]:
    """Every line's values; what cannot be read is a fault."""
    faults_of: dict[int, list[tuple[int, str, UserError]]] = {}
    for number, at, value, why in sheet.faults:
        faults_of.setdefault(number, []).append((at, value, why))
    snapshot, fields = made.snapshot, {one.name: one for one in made.record.columns}
    fixed = fixed_values(made.record, matched, snapshot.questions, snapshot.today, snapshot.sheet_name)
    reader = line_reading.Reader(sheet, columns, matched, snapshot, made.faults)
    made.understood = reader.understood
    lines = []
    for count, (number, cells) in enumerate(sheet.rows):
        if count % 200 == 0:
            tick()
        line = Line(number, fields)
        line.values.update(fixed)
        for at, value, why in faults_of.get(number, ()):
            name = next((one.name for one, place in columns.items() if place == at), "" if at < 0 else None)
            if name is not None:
                made.faults.append(Fault(number, sheet.heads[at] if at >= 0 else "", value, why))
                line.bad.add(name)
        reader.read(line, cells)
        lines.append(line)
    return lines


def _place(made: Plan, line: Line, needed: set[str]) -> None:
    """A line becomes rows; what it does is counted: one that changes what is there is told so, whatever it adds."""
    snapshot, record = made.snapshot, made.record
    adds, moves = snapshot.adds, snapshot.moves
    if not line.bad & needed and line.number not in snapshot.aside:
        record.place(line, snapshot)
    made.counts["updated" if snapshot.moves > moves else "added" if snapshot.adds > adds else "unchanged"] += 1


def _update_search_text(snapshot: Snapshot) -> None:
    """What people are found by goes with what is written of them."""
    for table in FOUND_BY:
        for entity in snapshot.added.get(table, ()):
            entity.values["search"] = found_by_values(table, entity.values)
    for entity in snapshot.changed.values():
        if entity.table in FOUND_BY:
            before, after = entity["search"], found_by_values(entity.table, entity.values)
            if before != after:
                entity.changes["search"], entity.values["search"] = (before, after), after


def _changes(made: Plan) -> list[Change]:
    """By line: the records added, then the values changed, of the columns people know."""
    found: list[Change] = []
    for rows in made.snapshot.added.values():
        found += [
            Change(each.line_number, "added", about(made.snapshot, each), values=tuple(values_of(each)))
            for each in rows
        ]
    for each in made.snapshot.changed.values():
        fields = fields_of(made.record, each.table)
        for name, (old, new) in each.changes.items():
            if name in fields:
                values = cell_text(fields[name], old), cell_text(fields[name], new)
                found.append(
                    Change(each.line_number, "updated", about(made.snapshot, each), fields[name].label, *values)
                )
            elif name in each.refs:
                label = REFERRED.get(name, name)
                of = made.snapshot.at(type_of(name), old) if type_of(name) in made.snapshot.rows else None
                now = about(made.snapshot, each.refs[name])
                found.append(
                    Change(
                        each.line_number,
                        "updated",
                        about(made.snapshot, each),
                        label,
                        about(made.snapshot, of) if of else "",
                        now,
                    )
                )
    return sorted(found, key=lambda each: (each.line, each.outcome, each.column))


OF_PEOPLE: dict[type[SQLModel], dict[str, Field]] = {  # by the table's own names, whosever the file's columns are
    Guardian: {one.name: one for one in ADULT},
    Pupil: {one.name: one for one in OWN},
}


def fields_of(record: Record, table: type[SQLModel]) -> dict[str, Field]:
    """What people know of a table's columns, by its own names."""
    return {one.name: one for one in record.columns} | OF_PEOPLE.get(table, {})


NUMBERED = {Invoice, Payment, Course}
TYPE_NAMES: dict[type[SQLModel], str] = {
    Invoice: _("Pièce"),
    Payment: _("Règlement"),
    Course: _("Cours"),
    PupilLink: _("Rattachement"),
    Enrolment: _("Inscription"),
    Mark: _("Note"),
    Absence: _("Absence"),
    Lesson: _("Séance"),
    Allocation: _("Part réglée"),
    InvoiceLine: _("Ligne"),
    Instalment: _("Échéance"),
}
REFERRED = {
    "teacher_id": _("Enseignant"),
    "corrects_id": _("Facture corrigée"),
    "lesson_id": _("Date du cours"),
    "family_id": _("Famille"),
}


def type_of(name: str) -> type[SQLModel]:
    """The table that a reference names."""
    known: dict[str, type[SQLModel]] = {
        "teacher_id": Teacher,
        "corrects_id": Invoice,
        "lesson_id": Lesson,
        "cursus_id": Cursus,
    }
    return known.get(name, Family)


def _other(snapshot: Snapshot, entity: Entity, name: str) -> str:
    """The row that an attribute names, in a few words."""
    tables: dict[str, type[SQLModel]] = {
        "pupil_id": Pupil,
        "family_id": Family,
        "course_id": Course,
        "invoice_id": Invoice,
    }
    table, key = tables[name], entity.values.get(name)
    known = entity.refs.get(name) or (snapshot.at(table, key) if key and table in snapshot.rows else None)
    return about(snapshot, known) if known else ""


def about(snapshot: Snapshot, entity: Entity) -> str:
    """A record in a few words."""
    row, word = entity.values, TYPE_NAMES.get(entity.table)
    if entity.table is Family:
        return f"Famille n° {shown_number(snapshot, entity)}"
    if word and entity.table in NUMBERED:
        return f"{word} n° {row['number']}"
    if word:
        of = (_other(snapshot, entity, name) for name in ("pupil_id", "family_id", "course_id", "invoice_id"))
        return f"{word} : {', '.join(filter(None, (*of, row.get('label'))))}"
    if entity.table is Account:
        return f"Compte « {row['login']} »"
    if isinstance(row.get("last_name"), str):
        return full_name(row.get("first_name", ""), row["last_name"])
    for name in ("number", "title", "work", "label", "kind", "login", "name"):
        if row.get(name):
            return f"n° {row[name]}" if name == "number" else str(row[name])[:80]
    parent = next((one for one in entity.refs.values()), None)
    if parent is not None:
        return about(snapshot, parent)
    for name, table in (("pupil_id", Pupil), ("course_id", Course), ("invoice_id", Invoice)):
        if row.get(name) and table in snapshot.rows and (known := snapshot.at(table, row[name])):
            return about(snapshot, known)
    return ""

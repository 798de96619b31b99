"""What a file is: from its titles and its values, the kinds it may be, the likeliest first, with what says so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.core.spreadsheets import Cell, shown
from data.core.unit_of_work import UnitOfWork
from data.importing import column_matching
from data.importing import runs as import_runs
from data.importing.evidence import MAX_CELLS, TELLING, Values
from data.importing.kinds.registry import KINDS, kind
from data.importing.left_columns import OF_MEANS
from data.importing.matched import Matched
from data.importing.records import Record
from data.importing.runs import ImportRun
from data.importing.title_groups import are_unsure, plain
from data.importing.title_places import Sort, sort_of

MAX_LIKELY, MAX_EVIDENCE = 5, 6
# Points less: for a column that the kind cannot do without; for adults or pupils that are not there; for adults who are children
LACK, HALF_A_LINE, CHILDREN = 0.3, 0.25, 0.5
NO_NUMBER = 0.25  # a little less than LACK: without any number, payments rather than invoices
NOTHING_OF_IT = 0.7  # for payments and invoices without amounts, marks without marks: names alone are people
AMOUNTS = 0.25  # share of columns of amounts from which a kind without any is unlikely, by that share
TEACHERS = {"professeur", "professeurs", "profs", "enseignant", "enseignants", "intervenant"}  # else names are pupils'
AN_ACCOUNT = 0.5  # points more for payments: an account's two columns, a column for each means of payment


@dataclass(frozen=True)
class Evidence:
    """A column that says what the file is: its title, ours, values that stand in it."""

    title: str
    label: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Likeness:
    """A kind that the file may be. `points` of 1; `columns` as `Matched` has them."""

    kind: str
    points: float
    columns: dict[str, str]
    evidence: tuple[Evidence, ...] = ()


def recognise(heads: Sequence[str], rows: Sequence[Sequence[Cell]], today: date) -> list[Likeness]:
    """The likeliest first."""
    few = rows[:MAX_CELLS]
    found = [_likeness(record, heads, few, today) for record in KINDS.values()]
    if any(
        each.kind == "enrolments" and "pupil" in each.columns.values() for each in found
    ):  # a pupil a line: no list of courses
        found = [replace(each, points=each.points - LACK) if each.kind == "courses" else each for each in found]
    return sorted(found, key=lambda each: -each.points)[:MAX_LIKELY]


def _likeness(record: Record, heads: Sequence[str], rows: Sequence[Sequence[Cell]], today: date) -> Likeness:
    columns = column_matching.guess(record, heads, rows, today)
    filled = [at for at in range(len(heads)) if any(row[at] not in (None, "") for row in rows)] or list(
        range(len(heads))
    )
    points = sum(str(at) in columns for at in filled) / max(1, len(filled))
    points -= LACK * len(column_matching.missing(record, {"columns": columns}))
    points -= NOTHING_OF_IT * _says_nothing(record, set(columns.values()))
    if record.name == "pupils-and-adults" and not are_unsure(heads):
        points -= _lacks_people(columns)
    if not any(one.form == "money" for one in record.columns):
        share = sum(Values.of([row[at] for row in rows]).amounts >= TELLING for at in filled) / max(1, len(filled))
        points -= share if share >= AMOUNTS else 0
    titles = {plain(head) for head in heads}
    named = next((name for at, name in columns.items() if plain(heads[int(at)]) == "nom"), "last_name")
    if "prenom" in titles and not named.endswith("last_name"):  # the name of people, and no course's nor piece's
        points -= LACK
    if record.name == "teachers" and _are_no_teachers(titles, points):
        points -= LACK
    if record.name == "families" and any("conjoint" in title.split() for title in titles):
        points -= LACK  # a line there is one adult
    if record.name in {"families", "pupils"} and are_unsure(heads):
        points -= LACK  # either may be meant: it is asked in the kind that has both
    if record.name == "payments":
        points += _of_payments(heads, set(columns.values()))
    if record.name == "families" and any(
        name == "birth_date" and Values.of([row[int(at)] for row in rows]).of_children(today)
        for at, name in columns.items()
    ):
        points -= CHILDREN
    evidence = tuple(
        Evidence(heads[int(at)], one.label, _samples(rows, int(at)))
        for at, name in columns.items()
        if (one := record.field(name)) is not None
    )
    return Likeness(record.name, round(points, 3), columns, evidence[:MAX_EVIDENCE])


def _are_no_teachers(titles: set[str], points: float) -> bool:
    """Names beside « Professeur » are those of pupils, and so are names beside what is learnt or a birth date."""
    sorts = {sort_of(title) for title in titles}
    if "nom" in titles and (titles & TEACHERS or sorts & {Sort.LESSON, Sort.BIRTH}):
        return True
    return points < 1 and not any(TEACHERS & {*title.split()} for title in titles)


def _says_nothing(record: Record, names: set[str]) -> bool:
    """Whether the very thing that a kind is about is not there."""
    wanted = {one.name for one in record.columns if one.form == "money" and one.required}
    if record.name == "marks":
        wanted = {"value", "letter", "mention", "absent", "remark"}
    return bool(wanted) and not wanted & names


def _of_payments(heads: Sequence[str], columns: set[str]) -> float:
    """The portal can number them, though lists of payments have numbers most often; a bank's or a treasurer's columns are theirs."""
    means = sum(bool(OF_MEANS.fullmatch(plain(head))) for head in heads)
    return AN_ACCOUNT * (means > 1 or {"debit", "cents"} <= columns) - NO_NUMBER * ("number" not in columns)


def _lacks_people(columns: dict[str, str]) -> float:
    """A list of adults only, or of pupils only, is another kind."""
    names = set(columns.values())
    adults = any(name.startswith("adult") and name.endswith("name") for name in names)
    pupils = bool(names & {"pupil_first_name", "pupil_name", "adult2_name", "adult2_last_name"})  # or a couple
    alone = not adults and not names & {"family", "discipline", "cycle"}  # pupils of age learn something
    taught = {"teacher", "discipline"} <= names  # a list of who learns what with whom has no adults
    return HALF_A_LINE * ((not (adults or taught)) + (not pupils)) + LACK * alone


def _samples(rows: Sequence[Sequence[Cell]], at: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(shown(row[at])[:40] for row in rows if row[at] not in (None, "")))[:3]


def choose_kind(uow: UnitOfWork, run_id: int, kind_name: str) -> ImportRun:
    """The file is of another kind than was believed: its columns are guessed anew, or taken as they were matched last time."""
    record, run = kind(kind_name), import_runs.run_of(uow, run_id, lock=True)
    if run.kind == record.name:
        return run
    cells: list[list[Cell]] = [list(row) for row in zip(*run.samples, strict=False)]
    columns = column_matching.guess(record, run.heads, cells, uow.today)
    kept: Matched = {"columns": columns, "fixed": {}, "erase": False, "zeros": run.matched.get("zeros", False)}
    return import_runs.set_kind(uow, run, record.name, {**run.matched, **kept, "answers": {}})

"""The work on one file: look at it, check it, import it. In whatever process; what is long says how far it is.

Nothing of it is in the database before the last transaction: a process that dies leaves the old state, and the file waiting.
"""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError

from data.core import spreadsheets
from data.core.errors import UserError
from data.core.spreadsheets import Coding, LeftOut, Reading, Sheet
from data.core.unit_of_work import UnitOfWork
from data.importing import column_matching, corrections, planning, programs, recognition, writing
from data.importing import runs as import_runs
from data.importing.evidence import MAX_CELLS
from data.importing.kinds.registry import kind
from data.importing.line_reading import Understood
from data.importing.matched import Matched
from data.importing.planning import Change, Fault, Plan
from data.importing.previews import Previews
from data.importing.questions import Question
from data.importing.recognition import Likeness
from data.importing.snapshot import Aside, Recognised

OpenUnitOfWork = Callable[
    ..., AbstractContextManager[UnitOfWork]
]  # the person's own units of work: open(), open(writes=True)
CODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "cp1252": "Windows-1252",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
    "iso8859_15": "ISO 8859-15",
}
DELIMITER_NAMES = {"\t": "tabulation"}
MAX_LEFT_OUT = 20  # lines that are shown; their number is said
TIMES = 3  # that a plan is made again because somebody's changes crossed it
log = logging.getLogger("anacrouse.imports")


class Follow(Protocol):
    """Who hears how far the work is, and may stop it by raising."""

    def enter(self, phase: str) -> None:
        """A phase begins: reading, loading, checking, writing."""

    def tick(self, step: int = 100) -> None:
        """So many lines more."""


@dataclass
class Report:
    """What a check found: all that screens and files show of a plan."""

    kind: str
    counts: dict[str, int]
    mark: str
    matched: Matched
    role: str  # of who asked: protected households are in what a « responsable » reads
    faults: list[Fault] = field(default_factory=list)
    conflicts: list[tuple[int, str, UserError]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)  # values read otherwise than they are written
    previews: Previews = field(default_factory=Previews)  # the first families as they will be, totals
    recognised: list[Recognised] = field(default_factory=list)  # by names, where no number is given
    aside: list[Aside] = field(default_factory=list)  # lines that are not written, and why
    moved: bool = False  # the site changed between the check and the import: read again
    written: bool = False

    @staticmethod
    def of(plan: Plan, matched: Matched, role: str) -> "Report":
        found = plan.faults, plan.conflicts, plan.changes, plan.questions, plan.understood, plan.previews
        snapshot = plan.snapshot
        named = snapshot.recognised, [snapshot.aside[line] for line in sorted(snapshot.aside)]
        return Report(plan.record.name, plan.counts, plan.mark, matched, role, *found, *named)


@dataclass
class Looked:
    """What a file is, before any line is checked, and what says so; `problem` when it is none."""

    heads: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    rows: int = 0
    about: str = ""
    matched: Matched = field(default_factory=Matched)
    likely: list[Likeness] = field(default_factory=list)  # kinds that it may be, the likeliest first
    program: str = ""  # that wrote it, as far as its titles say
    problem: dict[str, Any] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)  # complete: what a person chose, and what the portal found
    sheets: list[str] = field(default_factory=list)  # of a workbook; each may be chosen
    hidden_sheets: list[str] = field(default_factory=list)
    tables: list[str] = field(
        default_factory=list
    )  # sheets that hold a table: the others of them are proposed afterwards
    codings: list[Coding] = field(default_factory=list)  # of a CSV, with some of its words in each
    above: list[str] = field(default_factory=list)  # lines above the titles
    left_out: list[LeftOut] = field(default_factory=list)  # the first of the lines that are no records
    left_out_count: int = 0
    hidden_rows: int = 0
    hidden_columns: int = 0
    formulas: int = 0  # cells that were read by the result of their formula


def look(kind_name: str, content: bytes, reading: Reading, today: date) -> Looked:
    """Read the file once, as a person chose; propose what it is (no `kind_name`: by its titles and values), and its columns."""
    try:
        sheet = spreadsheets.read(content, reading)
    except UserError as error:
        return Looked(problem={"sentence": error.sentence, "words": error.placeholders})
    rows = [cells for _, cells in sheet.rows[:MAX_CELLS]]
    likely = recognition.recognise(sheet.heads, rows, today)
    believed = next((each for each in likely if each.kind == (kind_name or likely[0].kind)), None)
    columns = believed.columns if believed else column_matching.guess(kind(kind_name), sheet.heads, rows, today)
    return Looked(
        sheet.heads,
        [[spreadsheets.shown(cells[at])[:40] for _, cells in sheet.rows[:3]] for at in range(len(sheet.heads))],
        len(sheet.rows),
        about(sheet),
        {"columns": columns, "fixed": {}, "erase": False, "zeros": False, "reading": reading.as_dict()},
        likely,
        programs.program_of(sheet.heads),
        reading=sheet.reading,
        sheets=sheet.sheets,
        hidden_sheets=sheet.hidden_sheets,
        tables=sheet.tables,
        codings=sheet.codings,
        above=sheet.above,
        left_out=sheet.left_out[:MAX_LEFT_OUT],
        left_out_count=len(sheet.left_out),
        hidden_rows=sheet.hidden_rows,
        hidden_columns=sheet.hidden_columns,
        formulas=len(sheet.formulas),
    )


def about(sheet: Sheet) -> str:
    """How a file was read: « CSV · UTF-8 · ; », « XLSX · Familles »."""
    if sheet.form == "xlsx":
        return f"XLSX · {sheet.title}" if sheet.title else "XLSX"
    coding = CODING_NAMES.get(sheet.coding, sheet.coding.upper())
    if not sheet.delimiter:
        return f"HTML · {coding}"
    return f"CSV · {coding} · {DELIMITER_NAMES.get(sheet.delimiter, sheet.delimiter)}"


def check(open_unit_of_work: OpenUnitOfWork, run_id: int, follow: Follow) -> Report:
    """What the file would do; nothing is written."""
    return Report.of(*_plan(open_unit_of_work, run_id, follow))


def carry_out(open_unit_of_work: OpenUnitOfWork, run_id: int, follow: Follow, *, mark: str | None) -> Report:
    """Plan again on the site as it is now, and write it if it does what `mark` says was read (None: whatever it does).

    All or nothing. UserError when somebody else's changes keep crossing it.
    """
    for _ in range(TIMES):
        plan, matched, role = _plan(open_unit_of_work, run_id, follow)
        report = Report.of(plan, matched, role)
        if plan.faults or any(each.is_open for each in report.questions):
            return report
        if mark not in {None, report.mark}:
            return replace(report, moved=True)
        ready = writing.prepare(plan)
        follow.enter("writing")
        try:
            with open_unit_of_work(writes=True) as uow:
                writing.write(uow, ready, run_id)
        except (writing.Stale, IntegrityError) as stale:
            log.info("import %s planned again: %s", run_id, type(stale).__name__)
            continue
        return replace(report, written=True)
    raise UserError("Les fiches changent pendant l’import, et rien n’a été enregistré. Réessayez dans un instant.")


def _plan(open_unit_of_work: OpenUnitOfWork, run_id: int, follow: Follow) -> tuple[Plan, Matched, str]:
    follow.enter("reading")
    with open_unit_of_work() as uow:
        run = import_runs.run_of(uow, run_id)
        import_runs.allowed(uow, run.kind)
        content, again = import_runs.content_of(uow, run.id), import_runs.done_before(uow, run)
    if again and not run.forced:
        raise UserError("Ce fichier a déjà été importé. Confirmez que vous voulez l’importer à nouveau.")
    record = kind(run.kind)
    reading = Reading.of(run.matched.get("reading", {}))
    sheet = corrections.apply(spreadsheets.read(content, reading, tick=lambda: follow.tick(200)), run.matched)
    follow.enter("loading")
    with open_unit_of_work() as uow:
        snapshot, role = planning.load(uow, record), uow.role
    follow.enter("checking")
    return planning.plan(snapshot, record, sheet, run.matched, tick=follow.tick), run.matched, role

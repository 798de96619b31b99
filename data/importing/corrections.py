"""What a person mends of a file on the screen: cells, lines left aside. The file itself stays as it came."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from data.core import spreadsheets
from data.core.errors import NotFound, UserError
from data.core.spreadsheets import Cell, Form, Sheet
from data.core.unit_of_work import UnitOfWork
from data.importing import runs as import_runs
from data.importing.matched import Matched
from data.importing.runs import ImportRun, ImportState

WHOLE_LINE = -1  # place of what is wrong with a line as a whole: whoever corrects a cell of it has read it
MAX_LENGTH = 500  # characters of a corrected cell
MAX_CORRECTIONS = 20_000  # of one file: above, the program it comes from is the place to mend it


def apply(sheet: Sheet, matched: Matched) -> Sheet:
    """The file with its corrections; what was wrong with a corrected cell, or a line left aside, is wrong no more."""
    cells, aside = matched.get("corrections", {}), set(matched.get("left_out", ()))
    if not (cells or aside):
        return sheet
    rows = [(line, _corrected(row, cells.get(str(line), {}))) for line, row in sheet.rows if line not in aside]
    mended = {(int(line), int(place)) for line, changed in cells.items() for place in changed}
    mended |= {(int(line), WHOLE_LINE) for line in cells}
    faults = [each for each in sheet.faults if each[0] not in aside and (each[0], each[1]) not in mended]
    return replace(sheet, rows=rows, faults=faults)


def _corrected(row: list[Cell], changed: Mapping[str, str]) -> list[Cell]:
    return [changed.get(str(place), cell) for place, cell in enumerate(row)] if changed else row


def correct(uow: UnitOfWork, run_id: int, cells: Mapping[tuple[int, int], str]) -> int:
    """(line, place of a column) -> what stands there instead. How many of them say something new."""
    run = _waiting(uow, run_id)
    known = {line: dict(changed) for line, changed in run.matched.get("corrections", {}).items()}
    count = 0
    for (line, place), typed in cells.items():
        _check_place(run, place)
        changed = known.setdefault(str(line), {})
        count += changed.get(str(place)) != typed
        changed[str(place)] = typed[:MAX_LENGTH]
    if sum(map(len, known.values())) > MAX_CORRECTIONS:
        raise UserError(
            "C’est beaucoup pour un écran : corrigez ce fichier dans votre logiciel, puis donnez-le à nouveau."
        )
    import_runs.match(uow, run_id, {"corrections": known})
    return count


def leave_out(uow: UnitOfWork, run_id: int, lines: Iterable[int]) -> None:
    """These lines are not imported."""
    run = _waiting(uow, run_id)
    import_runs.match(uow, run_id, {"left_out": sorted({*run.matched.get("left_out", ()), *lines})})


def take_back(uow: UnitOfWork, run_id: int) -> None:
    """The file is as it came again."""
    _waiting(uow, run_id)
    import_runs.match(uow, run_id, {"corrections": {}, "left_out": []})


def count(matched: Matched) -> int:
    """How many corrections were made: cells, and lines left aside."""
    return sum(map(len, matched.get("corrections", {}).values())) + len(matched.get("left_out", ()))


def file_of(sheet: Sheet, matched: Matched, form: Form) -> bytes:
    """The corrected file, to be taken away."""
    mended = apply(sheet, matched)
    return spreadsheets.write(form, mended.heads, (row for _, row in mended.rows), title=mended.title)


def _waiting(uow: UnitOfWork, run_id: int) -> ImportRun:
    run = import_runs.run_of(uow, run_id)
    if run.state != ImportState.WAITING:
        raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    return run


def _check_place(run: ImportRun, place: int) -> None:
    if not 0 <= place < len(run.heads):
        raise NotFound(f"column {place} of import {run.id}")

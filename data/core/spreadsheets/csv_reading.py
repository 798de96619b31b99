"""A CSV file made cells: its separator is what its lines agree on, a misplaced quotation mark harms its own line only."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from data.core.errors import UserError
from data.core.i18n import _
from data.core.spreadsheets.decoding import decoded
from data.core.spreadsheets.model import (
    ESCAPED,
    MAX_ROWS,
    Cell,
    Fault,
    Grid,
    Reading,
    Tick,
    filled,
    too_many_rows,
)

DELIMITERS = ";\t,|"
LINE_END = re.compile(r"\r\n|\n|\r")
MAX_LINES_LOOKED_AT, MAX_SPAN = 300, 30
TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')  # ="00123": how programs keep a spreadsheet from taking zeros away


def read_csv(content: bytes, reading: Reading, tick: Tick) -> Grid:
    text, coding, codings = decoded(content, reading.coding)
    said = re.match(r"\s*sep=(.)[ ;,\t]*(\r\n|\n|\r|\Z)", text)
    chosen = reading.delimiter if reading.delimiter in tuple(DELIMITERS) else ""
    delimiter = chosen or (said[1] if said and said[1] not in '"\r\n' else delimiter_of(text))
    grid = Grid("csv", coding=coding, codings=codings, delimiter=delimiter)
    for count, (number, cells) in enumerate(_records(text, delimiter, grid.faults)):
        if number == 1 and said:
            continue
        if count % 200 == 0:
            tick()
        read = [text_cell(cell) for cell in cells]
        if filled(read):
            if len(grid.records) > MAX_ROWS + 100:
                raise too_many_rows()
            grid.records.append((number, read))
    return grid


def text_cell(cell: str) -> Cell:
    """What was meant by a cell: apostrophes and formulas that only keep figures from a spreadsheet go."""
    if cell[:1] == "'" and ESCAPED.match(cell):
        return cell[1:]
    if cell[:2] == '="' and (kept := TEXT_FORMULA.fullmatch(cell.strip())):
        return kept[1].replace('""', '"')
    return cell


def delimiter_of(text: str) -> str:
    """The separator that most lines have as many times: a comma inside a title or an address agrees with nothing."""
    lines = [line for line in LINE_END.split(text[:200_000])[:MAX_LINES_LOOKED_AT] if line.strip()]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    return max(DELIMITERS, key=lambda each: (_agreement(bare, each), -DELIMITERS.index(each)))


def _agreement(lines: list[str], delimiter: str) -> int:
    """Of the separator: how many there are in the lines that have the commonest number of them."""
    counts = Counter(_count(line, delimiter) for line in lines)
    counts.pop(0, None)
    return max((count * times for count, times in counts.items()), default=0)


def _count(line: str, delimiter: str) -> int:
    if delimiter == "," and re.search("[;\t|]", line):  # « 12,50 » is one cell there
        line = re.sub(r"(?<=\d),(?=\d)", "", line)
    return line.count(delimiter)


def _records(text: str, delimiter: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """Records, numbered as a spreadsheet shows them: a line break inside quotes is no new line."""
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        found = []
    width = Counter(map(len, found)).most_common(1)[0][0] if found else 0
    if not found or any(len(cells) != width and _swallowed(cells, delimiter) for cells in found):
        return _line_by_line(LINE_END.split(text), delimiter, faults)
    return iter(enumerate(found, 1))


def _swallowed(cells: list[str], delimiter: str) -> bool:
    """Whether a quotation mark that nobody closed took other lines into a cell."""
    wide = max(2, len(cells) - 1)
    return any("\n" in cell and any(line.count(delimiter) >= wide for line in cell.split("\n")) for cell in cells)


def _line_by_line(lines: list[str], delimiter: str, faults: list[Fault]) -> Iterator[tuple[int, list[str]]]:
    """The records of a file with misplaced quotation marks: each line that cannot be read as it should is read by itself."""
    width = _width(lines, delimiter)
    at = number = 0
    while at < len(lines):
        number += 1
        found = _whole(lines, at, delimiter, width)
        if found:
            cells, span = found
        else:
            cells, span = _loose(lines[at], delimiter), 1
            _tell(cells, number, width, faults)
        at += span
        if cells or at < len(lines):
            yield number, cells


def _width(lines: Iterable[str], delimiter: str) -> int:
    """How many cells most lines have."""
    counts = Counter(len(cells) for line in lines if (cells := _strict([line], delimiter)))
    return counts.most_common(1)[0][0] if counts else 0


def _whole(lines: list[str], at: int, delimiter: str, width: int) -> tuple[list[str], int] | None:
    """A record of correctly quoted cells that begins there, and its lines; `\\"` may stand for a mark inside one."""
    cells = _strict(lines[at : at + 1], delimiter)
    if cells is not None:
        return cells, 1
    for span in range(1, MAX_SPAN):
        part = lines[at : at + span]
        for escape in (None, "\\"):
            cells = _strict(part, delimiter, escape)
            if cells is not None and len(cells) == width and not _swallowed(cells, delimiter):
                return cells, span
        if at + span >= len(lines):
            break
    return None


def _strict(lines: list[str], delimiter: str, escape: str | None = None) -> list[str] | None:
    """The cells of one record; None when its quotation marks are not in order."""
    text = "\n".join(lines)
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, escapechar=escape))
    except csv.Error:
        return None
    return found[0] if len(found) == 1 else None if found else []


def _loose(line: str, delimiter: str) -> list[str]:
    """Cells whose quotation marks are well placed, and those of the others as they stand."""
    sign = re.escape(delimiter)
    parts = re.findall(rf'(?:^|{sign})(?:[ ]*"((?:[^"]|"")*)"[ ]*(?={sign}|$)|([^{sign}]*))', line)
    return [quoted.replace('""', '"') or bare for quoted, bare in parts]


def _tell(cells: list[str], number: int, width: int, faults: list[Fault]) -> None:
    """What of a line that was read loosely may be otherwise than meant."""
    if width and len(cells) != width:
        text = _(
            "Un guillemet n’est pas fermé, ou mal placé : cette ligne a {count} cellules au lieu de {most}. Corrigez-la."
        )
        faults.append((number, -1, "", UserError(text, count=len(cells), most=width)))
        return
    for at, cell in enumerate(cells):
        if cell.lstrip().startswith('"') and cell.count('"') % 2:
            why = UserError("Un guillemet ouvre cette cellule et ne se ferme pas. Corrigez-la.")
            faults.append((number, at, cell[:60], why))

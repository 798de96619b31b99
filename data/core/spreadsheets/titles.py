"""Which line of a file holds the titles of its columns: what the lines below agree on says it. Titles on two lines are joined."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from openpyxl.utils import get_column_letter

from data.core.errors import UserError
from data.core.i18n import translate
from data.core.spreadsheets.model import MAX_COLUMNS, Cell, Grid, Reading, Record, filled, nothing_there

MAX_LINES_ABOVE, MAX_LINES_BELOW = 30, 60
ENOUGH = 0.6  # of the best line's likeness: the first line that has so much is the titles'
LONGEST_TITLE, LONGEST_GROUP = 120, 40
VALUE = re.compile(
    r"[\W_]*\d[\d\s.,:/€%+()h-]*|\S+@\S+\.\S+|.*\b\d{1,2}[/.-]\d{1,2}([/.-]\d{2,4})?\b.*|.*\b\d{4}[-/]\d{4}\b.*|oui|non"
)


@dataclass(frozen=True)
class Titles:
    """Where they are among the records: the first of one or two lines, and the columns' names."""

    at: int
    lines: int
    heads: list[str]


def find(grid: Grid, reading: Reading) -> Titles:
    """The titles that a person pointed at, or those that the lines agree on."""
    records = grid.records
    if not records:
        raise nothing_there()
    at = _chosen(records, reading.titles_line) if reading.titles_line else _found(records)
    lines = reading.titles_lines if reading.titles_lines in {1, 2} else 0
    if not lines and not reading.titles_line and at and _is_group(grid, at - 1):
        at, lines = at - 1, 2
    lines = min(lines or (2 if at + 1 < len(records) and _is_group(grid, at) else 1), len(records) - at)
    cells = _joined(grid, at) if lines == 2 else records[at][1]
    return Titles(at, lines, _heads(cells, [row for _, row in records[at + lines :][:MAX_LINES_BELOW]]))


def likeness(records: list[Record]) -> float:
    """How much the first lines of a sheet are a table, to choose among sheets: the columns and the lines below their titles."""
    at = _found(records)
    width = median(len(filled(cells)) for _, cells in records[at:])
    lines = min(len(records) - at - 1, MAX_LINES_BELOW)
    return 0 if width < 2 else min(width, 12) * max(lines, 0.1) ** 0.5


def is_value(cell: Cell) -> bool:
    """No title: a number, a day, an address; a text that holds one."""
    return not isinstance(cell, str) or bool(VALUE.fullmatch(cell.strip().casefold()))


def _chosen(records: list[Record], line: int) -> int:
    found = next((at for at, (number, _) in enumerate(records) if number == line), None)
    if found is None:
        raise UserError("La ligne {line} est vide : elle ne peut pas donner les titres.", line=line)
    return found


def _found(records: list[Record]) -> int:
    """The first line that is nearly as much a line of titles as the best one."""
    scores = [_score(records, at) for at in range(min(len(records), MAX_LINES_ABOVE))]
    most = max(scores)
    return next(at for at, score in enumerate(scores) if score >= most * ENOUGH)


def _score(records: list[Record], at: int) -> float:
    """How many of the columns below have a title there; values are no titles."""
    below = records[at : at + MAX_LINES_BELOW]
    used = Counter(place for _, cells in below for place in filled(cells))
    columns = {place for place, count in used.items() if count >= max(1, len(below) / 10)}
    cells = records[at][1]
    places = filled(cells)
    values = sum(is_value(cells[place]) for place in places)
    return len(columns & set(places)) / max(len(columns), 1) - values / len(places) / 2


def _is_group(grid: Grid, at: int) -> bool:
    """Whether that line names groups of columns, and the next one the columns: « Responsable 1 » over « Nom, Prénom »."""
    (line, upper), (next_line, lower) = grid.records[at : at + 2]
    if next_line != line + 1 or any(is_value(lower[place]) for place in filled(lower)):
        return False
    groups, titles = filled(upper), filled(lower)
    if any(is_value(upper[place]) or len(str(upper[place])) > LONGEST_GROUP for place in groups):
        return False
    spans = [(place, end) for place, end in _spans(grid, at) if sum(place <= each <= end for each in titles) > 1]
    if not spans or groups == [0]:  # one text at the beginning is what the report is called
        return False
    if len(set(groups) & set(titles) - {place for place, _ in spans}) > len(
        spans
    ):  # most have a line of their own below
        return False
    names = [str(lower[place]).strip().casefold() for place in titles]
    if len(set(names)) < len(names) and len(spans) > 1:
        return True
    merged = any(top == line and right > left for top, left, _, right in grid.merges)
    distinct = merged or len(set(names)) < len(names) or _shared_out(groups, titles)
    return distinct and _differs(grid.records[at + 2 :], lower)


def _shared_out(groups: list[int], titles: list[int]) -> bool:
    """Whether each column has its title on one line or the other, and some of them on the upper one only."""
    return bool(set(groups) - set(titles)) and set(range(max([*groups, *titles]) + 1)) == {*groups, *titles}


def _differs(below: list[Record], cells: Sequence[Cell]) -> bool:
    """Whether values stand under some of these texts: then they are titles, and no line of the table."""
    for place in filled(cells):
        column = [row[place] for _, row in below[:MAX_LINES_BELOW] if place < len(row) and place in filled(row)]
        if column and sum(map(is_value, column)) > 0.6 * len(column):
            return True
    return False


def _spans(grid: Grid, at: int) -> list[tuple[int, int]]:
    """From where to where each cell of a line of groups reaches: its merged cells, or up to the next one that is filled."""
    (line, upper), (_, lower) = grid.records[at : at + 2]
    merged = {left: right for top, left, _, right in grid.merges if top == line}
    places = filled(upper)
    ends = [*(place - 1 for place in places[1:]), max(len(upper), len(lower)) - 1]
    known = any(right > left for left, right in merged.items())
    return [(place, merged.get(place, place if known else end)) for place, end in zip(places, ends, strict=True)]


def _joined(grid: Grid, at: int) -> list[Cell]:
    upper, lower = grid.records[at][1], grid.records[at + 1][1]
    found: list[Cell] = [*lower, *[None] * (len(upper) - len(lower))]
    for place, end in _spans(grid, at):
        for column in range(place, min(end + 1, len(found))):
            if column in filled(found):
                found[column] = f"{upper[place]} {found[column]}"
        if place not in filled(lower):
            found[place] = upper[place]
    return found


def _heads(cells: Sequence[Cell], below: list[list[Cell]]) -> list[str]:
    """The titles, each once; a column without title is named by its place, the last ones only when most lines fill them."""
    found = [" ".join(str(cell if cell is not None else "").split()) for cell in cells]
    used = Counter(place for row in below for place in filled(row))
    while found and not found[-1] and used[len(found) - 1] * 2 <= len(below):
        found.pop()
    while len(below) > 1 and used[len(found)] * 2 > len(below):
        found.append("")
    if len(found) > MAX_COLUMNS:
        raise UserError("Ce fichier a {count} colonnes : {most} au plus.", count=len(found), most=MAX_COLUMNS)
    named: list[str] = []
    for at, head in enumerate(found, 1):
        title = head[:LONGEST_TITLE] or translate("(colonne {letter})", letter=get_column_letter(at))
        number, once = 1, title
        while once in named or (number > 1 and once in found):
            number += 1
            once = f"{title} ({number})"
        named.append(once)
    return named

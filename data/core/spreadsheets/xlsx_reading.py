"""A workbook made cells: what people see in it, formulas by their results, and what is hidden told apart."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from xml.parsers.expat import ExpatError

from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_excel

from data.core.errors import UserError
from data.core.i18n import _
from data.core.spreadsheets.model import (
    MAX_ROWS,
    QUOTED_FIGURES,
    Cell,
    Grid,
    Reading,
    Record,
    Tick,
    filled,
    nothing_there,
    too_many_rows,
)
from data.core.spreadsheets.xlsx_archive import DAMAGED, Parts, damaged, opened
from data.core.spreadsheets.xlsx_parts import Attributes, Book, Style, book_of, chunks, is_true, plain_text

MAX_PLACES, MAX_EXACT, MAX_LOOKED_AT = 256, 10**15, 80
MUCH_LIKELIER = 1.5  # than the sheets before it: else the first one is taken
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
TEXT_FORMULA = re.compile(r'"((?:[^"]|"")*)"')
WHOLE = re.compile(r"-?\d+")


def read_xlsx(content: bytes, reading: Reading, likeness: Callable[[list[Record]], float], tick: Tick) -> Grid:
    """The sheet that was chosen, or the one most like a table: `likeness` says how much its first lines are one."""
    grid = Grid("xlsx")
    for record in _opened_records(content, reading, likeness, grid):
        grid.records.append(record)
        if len(grid.records) > MAX_ROWS + 100:
            raise too_many_rows()
        if len(grid.records) % 200 == 0:
            tick()
    return grid


def _opened_records(
    content: bytes, reading: Reading, likeness: Callable[[list[Record]], float], grid: Grid
) -> Iterator[Record]:
    """What is wrong with the file is told here; what the caller raises does not pass through."""
    try:
        with opened(content) as parts:
            book = book_of(parts)
            grid.sheets = list(book.sheets)
            grid.hidden_sheets = [name for name in book.sheets if name in book.hidden]
            grid.sheet = reading.sheet or _likeliest(parts, book, likeness, grid.tables)
            if grid.sheet not in book.sheets:
                text = _("Ce classeur n’a pas de feuille « {name} ». Choisissez-en une autre.")
                raise UserError(text, name=grid.sheet[:40])
            yield from _records(parts, book, grid)
    except (ExpatError, *DAMAGED):
        raise damaged() from None


def _likeliest(parts: Parts, book: Book, likeness: Callable[[list[Record]], float], tables: list[str]) -> str:
    """The first sheet of those that look most like a table; a hidden one when nothing else holds anything.

    Into `tables` go the sheets that people see and that hold one: a line at least below its titles.
    """
    chosen, most = "", 0.0
    for name in sorted(book.sheets, key=lambda each: each in book.hidden):
        if chosen and name in book.hidden:
            break
        aside = Grid("xlsx", sheet=name)
        first = list(islice(_records(parts, book, aside), MAX_LOOKED_AT))
        found = likeness(first) if first else 0.0
        if found and len(first) > 1 and name not in book.hidden:
            tables.append(name)
        if first and (not chosen or found > most * MUCH_LIKELIER):
            chosen, most = name, found
    if not chosen:
        raise nothing_there()
    return chosen


def _records(parts: Parts, book: Book, grid: Grid) -> Iterator[Record]:
    with parts.open(book.sheets[grid.sheet]) as part:
        sheet = _SheetPart(book, grid)
        for _ in chunks(part, sheet.start, sheet.end, sheet.text):
            yield from sheet.ready
            sheet.ready = []


class _SheetPart:
    """One sheet as it is read; lines that are whole wait in `ready`."""

    def __init__(self, book: Book, grid: Grid) -> None:
        self._book, self._grid = book, grid
        self.ready: list[Record] = []
        self._line = self._at = 0
        self._cells: list[Cell] = []
        self._cell: Attributes = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._parts: list[str] = []
        self._listens = self._aside = False

    def start(self, tag: str, given: Attributes) -> None:
        if tag == "c":
            self._begin_cell(given)
        elif tag in {"v", "t", "f"}:
            self._parts, self._listens = [], not self._aside
        elif tag == "row":
            self._line, self._at, self._cells = int(given.get("r", self._line + 1)), 0, []
            if is_true(given.get("hidden")):
                self._grid.hidden_lines.add(self._line)
        elif tag == "rPh":
            self._aside = True
        elif tag == "col" and is_true(given.get("hidden")):
            first, last = int(given["min"]) - 1, min(int(given["max"]), MAX_PLACES)
            self._grid.hidden_columns.update(range(first, last))
        elif tag == "mergeCell":
            self._merge(given.get("ref", ""))

    def text(self, text: str) -> None:
        if self._listens:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        if tag == "v":
            self._value, self._listens = "".join(self._parts), False
        elif tag == "t":
            self._value, self._listens = (self._value or "") + "".join(self._parts), False
        elif tag == "f":
            self._formula, self._listens = "".join(self._parts), False
        elif tag == "rPh":
            self._aside = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row" and filled(self._cells):
            self.ready.append((self._line, self._cells))

    def _begin_cell(self, given: Attributes) -> None:
        self._cell, self._value, self._formula = given, None, None
        if found := REFERENCE.fullmatch(given.get("r", "")):
            self._at = min(_place(found[1]), MAX_PLACES)

    def _end_cell(self) -> None:
        if self._value is not None or self._formula is not None:
            value = self._read()
            if value is not None:
                self._cells.extend([None] * (self._at + 1 - len(self._cells)))
                self._cells[self._at] = value
        self._at += 1

    def _merge(self, reference: str) -> None:
        ends = REFERENCE.findall(reference)
        if len(ends) == 2:
            (left, top), (right, bottom) = ends
            self._grid.merges.append((int(top), _place(left), int(bottom), _place(right)))

    def _read(self) -> Cell:
        raw, kind = self._value or "", self._cell.get("t", "n")
        if self._formula is not None:
            self._grid.formulas[self._line, self._at] = self._formula
            if not raw and kind != "str":
                return self._without_result(self._formula)
        if kind == "s":
            number = int(raw) if WHOLE.fullmatch(raw) else -1
            if not 0 <= number < len(self._book.texts):
                return self._wrong(raw, UserError("Cette cellule est en erreur dans le tableur. Corrigez-la."))
            return _unquoted(self._book.texts[number])
        if kind in {"str", "inlineStr"}:
            return _unquoted(plain_text(raw))
        if kind == "b":
            return raw == "1"
        if kind == "e":
            return self._wrong(raw, UserError("Cette cellule est en erreur dans le tableur. Corrigez-la."))
        if kind == "d":
            return _iso_day(raw)
        return self._number(raw.strip()) if raw.strip() else None

    def _without_result(self, formula: str) -> Cell:
        """A formula that no program has worked out; one that is only a text is that text."""
        if text := TEXT_FORMULA.fullmatch(formula.strip()):
            return text[1].replace('""', '"')
        why = UserError("C’est une formule. Remplacez-la par sa valeur (copier, puis coller les valeurs).")
        return self._wrong(f"={formula}", why)

    def _number(self, raw: str) -> Cell:
        try:
            number: int | float = int(raw) if WHOLE.fullmatch(raw) else float(raw)
            if isinstance(number, float) and number.is_integer() and abs(number) < MAX_EXACT:
                number = int(number)
            style = self._style()
            if style.day or style.duration:
                epoch = CALENDAR_MAC_1904 if self._book.since_1904 else WINDOWS_EPOCH
                return _moment(from_excel(number, epoch, timedelta=style.duration))
        except (ValueError, OverflowError):
            return self._wrong(raw, UserError("Cette cellule est en erreur dans le tableur. Corrigez-la."))
        if abs(number) >= MAX_EXACT:
            text = _(
                "Ce nombre est trop long : le tableur en a perdu les derniers chiffres. Mettez la colonne au format texte, et corrigez."
            )
            return self._wrong(raw, UserError(text))
        if style.zeros and isinstance(number, int) and number >= 0:
            return str(number).zfill(style.zeros)
        return number

    def _style(self) -> Style:
        at = self._cell.get("s", "0")
        styles = self._book.styles
        return styles[int(at)] if at.isdecimal() and int(at) < len(styles) else Style()

    def _wrong(self, value: str, why: UserError) -> Cell:
        self._grid.faults.append((self._line, self._at, value[:60], why))
        return None


def _place(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1


def _unquoted(text: str) -> str:
    return text[1:] if text[:1] == "'" and QUOTED_FIGURES.fullmatch(text) else text


def _moment(found: date | time | timedelta) -> Cell:
    """A length of time as the hour it is written as; one of more than a day as its text."""
    if not isinstance(found, timedelta):
        return found
    minutes, seconds = divmod(round(found.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return time(hours, minutes, seconds) if 0 <= hours < 24 else f"{hours}:{minutes:02d}:{seconds:02d}"


def _iso_day(raw: str) -> Cell:
    """A day of a strict workbook, as ISO 8601; what else stands there is a text."""
    for read in (date.fromisoformat, datetime.fromisoformat, time.fromisoformat):
        try:
            return read(raw.removesuffix("Z"))
        except ValueError:
            continue
    return raw

"""Spreadsheets as the portal writes them: none runs what people typed (R-50, R-51).

A written cell is None, text, a number (int, Decimal), a day, an hour, a Phone or a bool: only texts can be dangerous.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from data.core import clock
from data.core.spreadsheets.model import DANGEROUS, QUOTED_FIGURES, UNWRITABLE, Cell, Form, Phone, Tick, no_tick

SHAPES: Mapping[type, str] = {datetime: "dd/mm/yyyy hh:mm", date: "dd/mm/yyyy", time: "hh:mm", Decimal: "0.00"}
CALENDAR_BEGINS = 1901  # a workbook's days are counted from 1900, with a 29 February that never was


def write(
    form: Form, heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str = "", tick: Tick = no_tick
) -> bytes:
    """The whole file. `title` names the record of a workbook."""
    return write_csv(heads, rows, tick=tick) if form == "csv" else write_xlsx(heads, rows, title=title, tick=tick)


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, tick: Tick = no_tick) -> bytes:
    """UTF-8 with its mark, « ; », CRLF, everything quoted: what French spreadsheets open by a double-click."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([harmless(head) for head in heads])
    for number, row in enumerate(rows):
        writer.writerow([_csv_text(cell) for cell in row])
        if number % 100 == 0:
            tick()
    return out.getvalue().encode("utf-8-sig", "replace")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; `read` gives the text itself back."""
    clean = UNWRITABLE.sub("", text)
    return "'" + clean if DANGEROUS.match(clean) else clean


def _csv_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Phone):
        return str(cell) if re.fullmatch(r"\+?\d[\d ]+", cell) else harmless(cell)
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, datetime):
        return cell.strftime("%d/%m/%Y %H:%M")
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    if isinstance(cell, time):
        return cell.strftime("%H:%M")
    return str(cell).replace(".", ",")


def shown(cell: Cell) -> str:
    """A cell as people see it in their spreadsheet."""
    return str(cell) if isinstance(cell, str) else _csv_text(cell)


def write_xlsx(heads: Sequence[str], rows: Iterable[Sequence[Cell]], *, title: str = "", tick: Tick = no_tick) -> bytes:
    """One record, its first line kept in sight. Texts are texts, whatever they look like; a row leaves memory once it is written."""
    out, last = io.BytesIO(), max(0, len(heads) - 1)
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        book.set_properties({"created": clock.now().replace(tzinfo=None)})
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or None)
        sheet.freeze_panes(1, 0)
        for at, head in enumerate(heads):
            sheet.set_column(at, at, min(42, max(12, len(head) + 3)))
        formats = {kind: book.add_format({"num_format": shape}) for kind, shape in SHAPES.items()}
        bold, number = book.add_format({"bold": True}), 0
        for at, head in enumerate(heads):
            sheet.write_string(0, at, _xlsx_text(head), bold)
        for number, row in enumerate(rows, 1):
            for at, cell in enumerate(row):
                _write_cell(sheet, number, at, cell, formats)
            if number % 100 == 0:
                tick()
        sheet.autofilter(0, 0, number, last)
    return out.getvalue()


def _write_cell(sheet: Worksheet, row: int, at: int, cell: Cell, formats: Mapping[type, Format]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        cell = "oui" if cell else "non"
    if isinstance(cell, date) and cell.year < CALENDAR_BEGINS:  # no number of a workbook's calendar
        cell = _csv_text(cell)
    if isinstance(cell, str):
        sheet.write_string(row, at, _xlsx_text(cell))
    elif isinstance(cell, date | time):
        sheet.write_datetime(row, at, cell, formats[type(cell)])
    else:
        sheet.write_number(row, at, float(cell), formats.get(type(cell)))


def _xlsx_text(text: str) -> str:
    text = UNWRITABLE.sub("", text)[:32_000]
    return "'" + text if QUOTED_FIGURES.fullmatch(text) else text

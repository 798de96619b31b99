"""Spreadsheets as the portal writes them: none runs what people typed (R-50, R-51).

A written cell is None, text, a number (int, Decimal), a day, an hour, a Phone or a bool: only texts can be dangerous.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.core.spreadsheets.model import DANGEROUS, QUOTED_FIGURES, UNWRITABLE, Cell, Form, Phone, Tick, no_tick


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
    """One record, its first line kept in sight. Texts are texts: `data_type` says so after openpyxl has guessed."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\']", " ", title)[:31].strip() or None)
    sheet.freeze_panes = "A2"
    for at, head in enumerate(heads, 1):
        sheet.column_dimensions[get_column_letter(at)].width = min(42, max(12, len(head) + 3))
    sheet.append([_xlsx_cell(sheet, head, bold=True) for head in heads])
    for number, row in enumerate(rows):
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
        if number % 100 == 0:
            tick()
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(heads)))}1"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _xlsx_cell(sheet: Any, cell: Cell, *, bold: bool = False) -> Any:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        cell = "oui" if cell else "non"
    if isinstance(cell, str):
        text = UNWRITABLE.sub("", cell)[:32_000]
        made = WriteOnlyCell(sheet, "'" + text if QUOTED_FIGURES.fullmatch(text) else text)
        made.data_type = "s"
    else:
        made = WriteOnlyCell(sheet, cell)
        if isinstance(cell, datetime):
            made.number_format = "dd/mm/yyyy hh:mm"
        elif isinstance(cell, date):
            made.number_format = "dd/mm/yyyy"
        elif isinstance(cell, time):
            made.number_format = "hh:mm"
        elif isinstance(cell, Decimal):
            made.number_format = "0.00"
    if bold:
        made.font = Font(bold=True)
    return made

"""Files as other programs write them, and what was read of them."""

import csv
import io
import re
import zipfile
from collections.abc import Callable

import openpyxl

from data.core import spreadsheets
from data.core.spreadsheets import Sheet

HEADS = ["N° famille", "Nom", "Prénom", "Né le", "Ville"]
ROWS = [
    ["1001", "Gérard", "Hélène", "18/02/2011", "L’Été"],
    ["1002", "BÉGUÉ", "Noël", "21/11/2011", "Forêt-sur-Lac"],
    ["1003", "Martin", "François", "15/06/2014", "Metz"],
]


def text_of(rows: list[list[str]], delimiter: str = ";") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def table(*, above: str = "", below: str = "", rows: list[list[str]] = ROWS) -> bytes:
    return (above + text_of([HEADS, *rows]) + below).encode("utf-8-sig")


def cells(sheet: Sheet) -> list[list[spreadsheets.Cell]]:
    return [row for _, row in sheet.rows]


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: list[object]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def rewritten(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """The same workbook as another program writes it: other names of parts, other bytes in them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(*change(name, source.read(name)))
    return out.getvalue()


def replacing(content: bytes, part: str, old: str, new: str) -> bytes:
    def change(name: str, text: bytes) -> tuple[str, bytes]:
        if name.endswith(part):
            assert re.search(old.encode(), text), (name, text[:2000])
        return name, re.sub(old.encode(), new.encode(), text) if name.endswith(part) else text

    return rewritten(content, change)


def whys(sheet: Sheet) -> list[tuple[int, int, str]]:
    return [(line, column, str(why)) for line, column, _, why in sheet.faults]

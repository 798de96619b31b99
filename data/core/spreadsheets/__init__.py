"""Spreadsheets, read from any program and written so that none of them runs what people typed. CSV, XLSX, HTML tables; no database."""

from data.core.spreadsheets.model import (
    MAX_BYTES,
    MAX_COLUMNS,
    MAX_ROWS,
    MEDIA,
    PARTS,
    Cell,
    Coding,
    Form,
    LeftOut,
    Phone,
    Reading,
    Sheet,
    Tick,
    no_tick,
)
from data.core.spreadsheets.reading import check_form, read
from data.core.spreadsheets.writing import harmless, shown, write, write_csv, write_xlsx

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "MEDIA",
    "PARTS",
    "Cell",
    "Coding",
    "Form",
    "LeftOut",
    "Phone",
    "Reading",
    "Sheet",
    "Tick",
    "check_form",
    "harmless",
    "no_tick",
    "read",
    "shown",
    "write",
    "write_csv",
    "write_xlsx",
]

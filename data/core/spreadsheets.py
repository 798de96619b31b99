"""Spreadsheets, read from any program and written so that none of them runs what people typed. CSV and XLSX; no database.

A written cell is None, text, a number (int, Decimal), a day, an hour, a Phone or a bool: only texts can be dangerous.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from data.core.errors import UserError
from data.core.i18n import translate
from data.core.xlsx_archive import check_archive, is_of_reading

Form = Literal["csv", "xlsx"]
Cell: TypeAlias = str | int | float | Decimal | date | datetime | time | bool | None
Tick: TypeAlias = Callable[[], None]  # called now and then by what is long; it may raise, to stop there
MAX_BYTES = 12 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_CELL_LENGTH, MAX_LINES_ABOVE = 20_000, 120, 5_000, 8  # above: a report's own lines
ARCHIVE = b"PK\x03\x04"
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# What makes a spreadsheet run a text, its full-width twins too; apostrophes before it are ours, or written so that ours go.
DANGEROUS = re.compile("'*[=+\\-@\t\r\n＝＋－＠]")  # noqa: RUF001
ESCAPED = re.compile("'+[=+\\-@\t\r\n＝＋－＠]")  # noqa: RUF001
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML holds them
TWICE_CODED = re.compile("Ã[\x80-\xbf©¨ª«´®¯¢§€‰ˆŠ]|â€[™œ\x9d“”¦]")  # noqa: RUF001


class Phone(str):
    """A number in the international form, as a column of telephones gives it: « +33 6 12 34 56 78 » is no formula."""

    __slots__ = ()


@dataclass
class Sheet:
    """What a file holds. `rows` are (line as the spreadsheet numbers it, cells), as long as `heads`."""

    heads: list[str]
    rows: list[tuple[int, list[Cell]]]
    form: Form
    coding: str = ""  # of a CSV: utf-8, utf-16, cp1252
    delimiter: str = ""
    title: str = ""  # of the record that was read, when the workbook has several
    faults: list[tuple[int, int, str, UserError]] = field(
        default_factory=list
    )  # line, column from 0 (-1: the line), value, why


def no_tick() -> None:
    """For what nobody waits for."""


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
        if number % 500 == 0:
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
        if number % 200 == 0:
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
        made = WriteOnlyCell(sheet, UNWRITABLE.sub("", cell)[:32_000])
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


def read(content: bytes, *, tick: Tick = no_tick) -> Sheet:
    """The record of a CSV or XLSX file, by its content, whatever its name; UserError, with the mend, when it is none."""
    check_form(content)
    sheet = _read_xlsx(content, tick) if content.startswith(ARCHIVE) else _read_csv(content, tick)
    if not sheet.rows:
        raise UserError("Ce fichier n’a que ses titres de colonnes : aucune ligne à lire.")
    return sheet


def check_form(content: bytes) -> None:
    """UserError, at once, for what is too long, empty, or some other kind of file."""
    if not content.strip():
        raise UserError("Ce fichier est vide. Choisissez-en un autre.")
    if len(content) > MAX_BYTES:
        raise UserError("Ce fichier dépasse 12 Mo. Découpez-le en plusieurs fichiers.")
    if content.startswith(ARCHIVE):
        check_archive(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UserError(
            "Ce classeur est dans l’ancien format .xls, ou protégé par un mot de passe. Enregistrez-le en .xlsx."
        )
    elif content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")):
        raise UserError("Ce fichier n’est pas un tableau. Formats acceptés : CSV et XLSX.")
    elif re.match(rb"(\xef\xbb\xbf)?\s*(<[!?a-zA-Z]|[\[{]\s*[\"{\[])", content[:200]):
        raise UserError(
            "C’est une page web sous un nom de tableau. Ouvrez-la dans un tableur et enregistrez-la en .xlsx."
        )


def decoded(content: bytes) -> tuple[str, str]:
    """The text and its coding: UTF-8 or UTF-16 with a mark, UTF-16 without one, UTF-8, or Windows-1252."""
    codings: tuple[str, ...] = ("utf-8", "cp1252")
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        codings = ("utf-32",)
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codings = ("utf-16",)
    elif content.startswith(b"\xef\xbb\xbf"):
        codings = ("utf-8-sig",)
    elif content[1:200:2].count(0) > len(content[:200]) // 4:
        codings = ("utf-16-le",)
    elif content[0:200:2].count(0) > len(content[:200]) // 4:
        codings = ("utf-16-be",)
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text, coding
    raise UserError("Les caractères de ce fichier ne se lisent pas. Enregistrez-le en « CSV UTF-8 », ou en .xlsx.")


def delimiter_of(line: str) -> str:
    """The separator of a line of titles: the one met most often outside quotes."""
    bare = re.sub(r'"[^"]*"', "", line)
    return max(";\t,|", key=lambda each: (bare.count(each), -";\t,|".index(each)))


def _telling_line(text: str) -> str:
    """The first line with a separator: a report's title may stand above its columns' titles."""
    first = [line for line in text[:20_000].splitlines() if line.strip()][: MAX_LINES_ABOVE + 1]
    return next((line for line in first if re.search(r"[;\t,|]", line)), "")


def _read_csv(content: bytes, tick: Tick) -> Sheet:
    text, coding = decoded(content)
    lines = io.StringIO(text, newline="")
    separator_line = re.match(r"sep=(.)\r?\n?", text)
    delimiter = separator_line[1] if separator_line else delimiter_of(_telling_line(text))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    sheet = Sheet([], [], "csv", coding, delimiter)
    _fill(sheet, _csv_rows(reader), tick, skip=1 if separator_line else 0)
    return sheet


def _csv_rows(reader: Any) -> Iterator[tuple[int, list[Cell]]]:
    """Records, numbered as a spreadsheet shows them: a line break inside quotes is no new line."""
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [cell[1:] if ESCAPED.match(cell) else cell for cell in cells]
    except csv.Error:
        raise UserError(
            "Ligne {line} : un guillemet n’est pas fermé, ou mal placé. Corrigez cette ligne.", line=number + 1
        ) from None


def _fill(sheet: Sheet, records: Iterable[tuple[int, list[Cell]]], tick: Tick, *, skip: int = 0) -> None:
    """The titles, then the rows; what is wrong with single cells goes among the faults, with the file as a whole raises."""
    separator_line = ((number, cells) for number, cells in records if number > skip and _filled(cells))
    for number, cells in _from_titles(separator_line):
        if not sheet.heads:
            sheet.heads = _heads(cells)
            continue
        if len(sheet.rows) >= MAX_ROWS:
            raise UserError("Ce fichier a plus de 20 000 lignes. Découpez-le en plusieurs fichiers.")
        width = len(sheet.heads)
        if _filled(cells[width:]):
            text = "{count} cellules pour {most} titres : un séparateur est de trop."
            sheet.faults.append((number, -1, "", UserError(text, count=len(cells), most=width)))
        cut = [*cells[:width], *[""] * (width - len(cells))]
        for at, cell in enumerate(cut):
            if isinstance(cell, str) and (len(cell) > MAX_CELL_LENGTH or TWICE_CODED.search(cell) or "\ufffd" in cell):
                sheet.faults.append((number, at, cell[:60], _wrong_text(cell)))
                cut[at] = None
        sheet.rows.append((number, cut))
        if len(sheet.rows) % 200 == 0:
            tick()
    if not sheet.heads:
        raise UserError("Ce fichier est vide. Choisissez-en un autre.")


def _filled(cells: Sequence[Cell]) -> int:
    return sum(cell not in ("", None) for cell in cells)


def _from_titles(records: Iterator[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Without what a report writes above its columns' titles: a few lines of one cell, before one of several."""
    above: list[tuple[int, Sequence[Cell]]] = []
    for record in records:
        above.append(record)
        if _filled(record[1]) > 1 or len(above) > MAX_LINES_ABOVE:
            break
    yield from above[-1:] if above and _filled(above[-1][1]) > 1 else above
    yield from records


def _wrong_text(cell: str) -> UserError:
    if len(cell) > MAX_CELL_LENGTH:
        return UserError("Cette cellule a {count} caractères : 5 000 au plus.", count=len(cell))
    return UserError(
        "Les accents de cette cellule sont abîmés. Exportez à nouveau le fichier, en « CSV UTF-8 » ou en .xlsx."
    )


def _heads(cells: Sequence[Cell]) -> list[str]:
    """The titles, each once. A column without title is named by its place."""
    found = [" ".join(str(cell if cell is not None else "").split()) for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > MAX_COLUMNS:
        raise UserError("Ce fichier a {count} colonnes : 120 au plus.", count=len(found))
    for at, head in enumerate(found):
        if head and (first := found.index(head)) != at:
            raise UserError(
                "La colonne « {head} » est là deux fois ({first} et {second}). Renommez l’une des deux.",
                head=head[:60],
                first=get_column_letter(first + 1),
                second=get_column_letter(at + 1),
            )
    return [
        head[:120] or translate("(colonne {letter})", letter=get_column_letter(at)) for at, head in enumerate(found, 1)
    ]


def _read_xlsx(content: bytes, tick: Tick) -> Sheet:
    try:
        # Not data_only: it would hide that a value comes from a formula, which is refused.
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        pages = [page for page in book.worksheets if page.sheet_state == "visible"]
        for page in pages:
            page.reset_dimensions()  # what the file says of its size may be anything
            sheet = Sheet([], [], "xlsx", title=page.title if len(pages) > 1 else "")
            if any(value is not None for row in page.iter_rows(max_row=100, values_only=True) for value in row):
                _fill(sheet, _xlsx_rows(page, sheet), tick)
                return sheet
    except UserError:
        raise
    except Exception as fault:  # a workbook can be broken in any way, and openpyxl fall on it in as many
        if isinstance(fault, MemoryError | RecursionError) or not is_of_reading(fault):
            raise
        raise UserError("Ce classeur est illisible ou endommagé. Enregistrez-le à nouveau en .xlsx.") from None
    raise UserError("Ce fichier est vide. Choisissez-en un autre.")


def _xlsx_rows(page: Any, sheet: Sheet) -> Iterator[tuple[int, list[Cell]]]:
    for number, row in enumerate(page.iter_rows(), 1):
        if number > 10 * MAX_ROWS:
            raise UserError("Ce fichier a plus de 20 000 lignes. Découpez-le en plusieurs fichiers.")
        cells: list[Cell] = []
        for at, cell in enumerate(row):
            value = cell.value
            if cell.data_type == "f":
                separator_line = str(getattr(value, "text", value) or "")
                sheet.faults.append(
                    (
                        number,
                        at,
                        separator_line[:60],
                        UserError("C’est une formule. Remplacez-la par sa valeur (copier, puis coller les valeurs)."),
                    )
                )
                value = None
            elif cell.data_type == "e":
                sheet.faults.append(
                    (
                        number,
                        at,
                        str(value)[:60],
                        UserError("Cette cellule est en erreur dans le tableur. Corrigez-la."),
                    )
                )
                value = None
            elif isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
                value = int(value)
            cells.append(value)
        yield number, cells

"""A file's records: its form by its content, whatever its name; then its titles, its lines, and what is no record."""

import re
from collections.abc import Iterable
from dataclasses import replace

from data.core.errors import UserError
from data.core.i18n import _
from data.core.spreadsheets import titles
from data.core.spreadsheets.csv_reading import read_csv
from data.core.spreadsheets.html_reading import read_html
from data.core.spreadsheets.left_out import LeftOuts, amount
from data.core.spreadsheets.model import (
    MAX_BYTES,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    PARTS,
    Cell,
    Grid,
    Reading,
    Record,
    Sheet,
    Tick,
    filled,
    no_tick,
    nothing_there,
    too_many_rows,
)
from data.core.spreadsheets.titles import Titles
from data.core.spreadsheets.writing import shown
from data.core.spreadsheets.xlsx_archive import check_archive
from data.core.spreadsheets.xlsx_reading import read_xlsx

ARCHIVE = b"PK\x03\x04"
MAX_ABOVE, MAX_MERGED = 160, 60
NO_TABLE = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")
PAGE = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\s\x00]*<[\x00]?[!?a-zA-Z]")
# « Fl?te », « ??NG »: letters that the coding of a file lacks, as its program wrote them.
LOST_LETTERS = re.compile(r"[^\W\d_]\?+[^\W\d_]|^\s*\?+ ?[^\W\d_]")
TWICE_CODED = re.compile("Ã[\x80-\xbf©¨ª«´®¯¢§€‰ˆŠ]|â€[™œ\x9d“”¦]")  # noqa: RUF001


def read(content: bytes, reading: Reading = Reading(), *, tick: Tick = no_tick) -> Sheet:
    """What a file holds, read as a person chose, and as its content says for the rest; UserError, with the mend, when it is none."""
    check_form(content)
    if content.startswith(ARCHIVE):
        grid = read_xlsx(content, reading, titles.likeness, tick)
    elif PAGE.match(content[:200]):
        grid = read_html(content, reading, tick)
    else:
        grid = read_csv(content, reading, tick)
    grid.hidden_columns &= (
        {place for _, cells in grid.records for place in filled(cells)} if grid.hidden_columns else set()
    )
    skipped = _skip_hidden(grid) if reading.skip_hidden else 0
    found = titles.find(grid, reading)
    sheet = _sheet(grid, found, reading)
    body = grid.records[found.at + found.lines :]
    _fill_merged(grid, dict(body))
    if len(body) > MAX_ROWS:
        raise too_many_rows()
    known = {line for line, place, _, _ in grid.faults if place < 0}
    parts: dict[int, str] = {}
    _fill(sheet, _records(sheet, grid, found, body, parts, keep_all=reading.keep_all), known, tick)
    _say_parts(sheet, parts)
    gone = {each.line for each in sheet.left_out}
    sheet.faults += [each for each in grid.faults if each[0] >= sheet.reading.titles_line and each[0] not in gone]
    sheet.faults = sorted((each for each in sheet.faults if each[1] < len(sheet.heads)), key=lambda each: each[:2])
    lines = {line for line, _ in sheet.rows}
    sheet.formulas = [place for place in grid.formulas if place[0] in lines and place[1] < len(sheet.heads)]
    sheet.hidden_rows = skipped or len(lines & grid.hidden_lines)
    if not sheet.rows:
        raise UserError("Ce fichier n’a que ses titres de colonnes : aucune ligne à lire.")
    return sheet


def check_form(content: bytes) -> None:
    """UserError, at once, for what is too long, empty, or some other kind of file."""
    if not content.strip():
        raise nothing_there()
    if len(content) > MAX_BYTES:
        raise UserError("Ce fichier dépasse 12 Mo. Découpez-le en plusieurs fichiers.")
    if content.startswith(ARCHIVE):
        check_archive(content)
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UserError(
            "Ce classeur est dans l’ancien format .xls, ou protégé par un mot de passe. Enregistrez-le en .xlsx."
        )
    elif content.startswith(NO_TABLE):
        raise UserError("Ce fichier n’est pas un tableau. Formats acceptés : CSV et XLSX.")
    elif re.match(rb"(\xef\xbb\xbf)?\s*([\[{]\s*[\"{\[]|<Workbook|MIME-Version:)", content[:200]) or (
        b"urn:schemas-microsoft-com:office:spreadsheet" in content[:2000] and content.lstrip().startswith(b"<?xml")
    ):
        raise UserError(
            "C’est une page web sous un nom de tableau. Ouvrez-la dans un tableur et enregistrez-la en .xlsx."
        )


def _sheet(grid: Grid, found: Titles, reading: Reading) -> Sheet:
    used = replace(
        reading,
        sheet=grid.sheet,
        titles_line=grid.records[found.at][0],
        titles_lines=found.lines,
        coding=grid.coding,
        delimiter=grid.delimiter,
    )
    visible = [name for name in grid.sheets if name not in grid.hidden_sheets]
    return Sheet(
        found.heads,
        [],
        grid.form,
        grid.coding,
        grid.delimiter,
        grid.sheet if len(visible) > 1 or grid.sheet in grid.hidden_sheets else "",
        reading=used,
        sheets=grid.sheets,
        hidden_sheets=grid.hidden_sheets,
        tables=grid.tables,
        codings=grid.codings,
        above=[_line_text(cells)[:MAX_ABOVE] for _, cells in grid.records[: found.at]],
        hidden_columns=len(grid.hidden_columns),
    )


def _fill_merged(grid: Grid, lines: dict[int, list[Cell]]) -> None:
    """A text merged over several lines stands in each of them, as people see it; a number might be counted twice."""
    for top, left, bottom, right in grid.merges:
        if top not in lines or left >= len(lines[top]) or left != right:
            continue
        value = lines[top][left]
        if not isinstance(value, str) or amount(value) is not None:
            continue
        for line in range(top + 1, min(bottom, top + MAX_MERGED) + 1):
            cells = lines.get(line)
            if cells is not None:
                cells.extend([None] * (left + 1 - len(cells)))
                cells[left] = value


def _line_text(cells: list[Cell]) -> str:
    return " · ".join(" ".join(shown(cells[place]).split()) for place in filled(cells))


def _skip_hidden(grid: Grid) -> int:
    """As if what the spreadsheet hides were not there: how many lines that is."""
    hidden, before = grid.hidden_columns, len(grid.records)

    def place(at: int) -> int:
        return at - sum(each < at for each in hidden)

    grid.records = [
        (line, [cell for at, cell in enumerate(cells) if at not in hidden])
        for line, cells in grid.records
        if line not in grid.hidden_lines
    ]
    grid.records = [(line, cells) for line, cells in grid.records if filled(cells)]
    grid.formulas = {(line, place(at)): text for (line, at), text in grid.formulas.items() if at not in hidden}
    grid.faults = [(line, place(at), value, why) for line, at, value, why in grid.faults if at not in hidden]
    grid.merges = [(top, place(left), bottom, place(right)) for top, left, bottom, right in grid.merges]
    return before - len(grid.records)


def _records(
    sheet: Sheet, grid: Grid, found: Titles, body: list[Record], parts: dict[int, str], *, keep_all: bool
) -> Iterable[Record]:
    """The lines that are records; the others go among those left out, and what headings say into `parts`."""
    if keep_all:
        return body
    records = []
    titles_lines = grid.records[found.at : found.at + found.lines]
    lines = LeftOuts(grid, titles_lines, found.heads, body)
    parts |= lines.parts()
    for record, left_out in lines.split():
        if left_out:
            sheet.left_out.append(left_out)
        else:
            records.append(record)
    return records


def _say_parts(sheet: Sheet, parts: dict[int, str]) -> None:
    """What a heading says of the lines below it, as a column of theirs: a person sees it, and links it or not."""
    if not parts or len(sheet.heads) >= MAX_COLUMNS:
        return
    sheet.heads.append(PARTS)
    lines, at, part = sorted(parts), 0, ""
    for number, cells in sheet.rows:
        while at < len(lines) and lines[at] < number:
            part, at = parts[lines[at]], at + 1
        cells.append(part)


def _fill(sheet: Sheet, records: Iterable[Record], known: set[int], tick: Tick) -> None:
    """The rows, as long as the titles; what is wrong with them goes among the faults, unless it is known."""
    width = len(sheet.heads)
    for number, cells in records:
        if number not in known and filled(cells[width:]):
            text = _("{count} cellules pour {most} titres : un séparateur est de trop.")
            sheet.faults.append((number, -1, "", UserError(text, count=len(cells), most=width)))
        cut = [*cells[:width], *[""] * (width - len(cells))]
        for at, cell in enumerate(cut):
            if isinstance(cell, str) and (why := _wrong_text(cell)):
                sheet.faults.append((number, at, cell[:60], why))
                cut[at] = None
        sheet.rows.append((number, cut))
        if len(sheet.rows) % 200 == 0:
            tick()


def _wrong_text(cell: str) -> UserError | None:
    if len(cell) > MAX_CELL_LENGTH:
        return UserError("Cette cellule a {count} caractères : 5 000 au plus.", count=len(cell))
    if TWICE_CODED.search(cell) or "\ufffd" in cell:
        return UserError(
            "Les accents de cette cellule sont abîmés. Exportez à nouveau le fichier, en « CSV UTF-8 » ou en .xlsx."
        )
    if "?" in cell and "=" not in cell and "://" not in cell and LOST_LETTERS.search(cell):
        return UserError(
            "Le programme d’origine a écrit « ? » à la place de lettres qu’il ne connaît pas. Écrivez le mot en entier."
        )
    return None

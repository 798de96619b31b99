"""The table of a web page that a program saved under a spreadsheet's name."""

import re
from html.parser import HTMLParser

from data.core.errors import UserError
from data.core.spreadsheets.csv_reading import text_cell
from data.core.spreadsheets.decoding import decoded
from data.core.spreadsheets.model import MAX_ROWS, Grid, Reading, Tick, filled, too_many_rows

MAX_SPAN = 80
PIECE = 256 * 1024
SPACES = re.compile(r"\s+")


def read_html(content: bytes, reading: Reading, tick: Tick) -> Grid:
    """The longest table of the page; UserError when it has none."""
    text, coding, codings = decoded(content, reading.coding)
    found = _Tables()
    for at in range(0, len(text), PIECE):
        found.feed(text[at : at + PIECE])
        tick()
    found.close()
    rows = max(found.tables, key=len, default=[])
    if not any(map(any, rows)):
        raise UserError(
            "C’est une page web sous un nom de tableau. Ouvrez-la dans un tableur et enregistrez-la en .xlsx."
        )
    if len(rows) > MAX_ROWS + 100:
        raise too_many_rows()
    lines = [(number, [text_cell(cell) for cell in cells]) for number, cells in enumerate(rows, 1)]
    records = [(number, cells) for number, cells in lines if filled(cells)]
    return Grid("csv", records, coding=coding, codings=codings, merges=found.merges_of(rows))


class _Tables(HTMLParser):
    """Every table's lines; of tables in tables, each its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._open: list[list[list[str]]] = []
        self._texts: list[str] | None = None
        self._spans: dict[int, list[tuple[int, int, int, int]]] = {}
        self._span = 1
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_cell()
            self._open.append([])
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._end_cell()
            self._open[-1].append([])
        elif tag in {"td", "th"} and self._open:
            self._end_cell()
            if not self._open[-1]:
                self._open[-1].append([])
            self._texts = []
            said = dict(attrs).get("colspan") or "1"
            self._span = min(int(said), MAX_SPAN) if said.isdecimal() and int(said) else 1
        elif tag == "br" and self._texts is not None:
            self._texts.append("\n")
        elif tag in {"style", "script"}:
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th", "tr"}:
            self._end_cell()
        elif tag == "table" and self._open:
            self._end_cell()
            self._open.pop()
        elif tag in {"style", "script"}:
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        if self._texts is not None and not self._hidden:
            self._texts.append(SPACES.sub(" ", data))

    def close(self) -> None:
        super().close()
        self._end_cell()

    def merges_of(self, rows: list[list[str]]) -> list[tuple[int, int, int, int]]:
        return self._spans.get(id(rows), [])

    def _end_cell(self) -> None:
        if self._texts is None or not self._open or not self._open[-1]:
            self._texts = None
            return
        rows = self._open[-1]
        if self._span > 1:
            line, first = len(rows), len(rows[-1])
            self._spans.setdefault(id(rows), []).append((line, first, line, first + self._span - 1))
        lines = "".join(self._texts).split("\n")
        rows[-1] += ["\n".join(line.strip() for line in lines).strip(), *[""] * (self._span - 1)]
        self._texts = None

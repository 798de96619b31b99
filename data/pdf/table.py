"""A quiet table: hairlines, no vertical ones. Over pages it says its header again, and the heading it was under."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data.core.i18n import translate
from data.pdf.page import LEFT, TOP, PageCanvas
from data.pdf.structure import COLUMN, spanning
from data.pdf.text import ACCENT, HEAD, HEADING, SMALL, Look, line_of, width_of, wrap

CELL = Look(9)
NARROWEST = 25.0
TOP_OF_NEXT = TOP + 12  # where a following page begins


class Column(NamedTuple):
    title: str
    width: float
    align: str = "L"


class Row(NamedTuple):
    """Cells under the columns. Softly: `under` the first one, and a note over the whole width. A heading has one cell."""

    cells: tuple[str, ...]
    under: str = ""
    note: str = ""
    heading: bool = False


@dataclass
class Table:
    """A table that goes on over pages, its header (and the heading it was under) said again on each."""

    canvas: PageCanvas
    columns: Sequence[Column]
    x: float = LEFT
    look: Look = CELL
    gutter: float = 3.0
    pad: float = 1.35

    @property
    def width(self) -> float:
        return sum(column.width for column in self.columns)

    def places(self) -> list[tuple[float, float, str]]:
        """Where each column begins, how wide its words may be, on which side they stand."""
        found, x = [], self.x
        for column in self.columns:
            last = x + column.width >= self.x + self.width - 0.01
            found.append((x, column.width - (0 if last else self.gutter), column.align))
            x += column.width
        return found

    def header(self) -> None:
        titles = [wrap(column.title, place[1], HEAD) for column, place in zip(self.columns, self.places(), strict=True)]
        deep = max(len(lines) for lines in titles)
        with self.canvas.tag("TR"):
            for lines, (x, width, align) in zip(titles, self.places(), strict=True):
                with self.canvas.tag("TH", COLUMN):
                    for at, line in enumerate(lines):
                        y = self.canvas.y + (deep - len(lines) + at) * HEAD.leading
                        self.canvas.line(line, x, y, width, HEAD, align)
        self.canvas.y += deep * HEAD.leading + 1.2
        self.canvas.rule(self.x, self.canvas.y, self.x + self.width, self.canvas.y, ACCENT, 0.4)

    def height(self, row: Row) -> float:
        return (
            len(self.lines(row)) * (HEADING if row.heading else self.look).leading
            + self.note_height(row)
            + 2 * self.pad
        )

    def note_height(self, row: Row) -> float:
        return len(wrap(row.note, self.width - 6, SMALL)) * SMALL.leading + 0.6 if row.note else 0

    def lines(self, row: Row) -> list[list[tuple[str, Look]]]:
        """Line by line, what each column says."""
        if row.heading:
            return [[(line, HEADING)] for line in wrap(row.cells[0], self.width, HEADING)]
        cells = [[(line, self.look) for line in wrap(cell, place[1], self.look)]
                 for cell, place in zip(row.cells, self.places(), strict=True)]  # fmt: skip
        if row.under:
            cells[0] += [(line, SMALL) for line in wrap(row.under, self.places()[0][1], SMALL)]
        return [
            [cell[at] if at < len(cell) else ("", self.look) for cell in cells] for at in range(max(map(len, cells)))
        ]

    def draw(self, rows: Sequence[Row], closing: float = 0) -> None:
        """All rows; the last one stays with what closes the table, of that height."""
        self._fit(rows)
        first = self.height(rows[0]) if rows else 0
        self.canvas.need(min(12 + first, self.canvas.bottom - TOP_OF_NEXT))
        with self.canvas.tag("Table"):
            self.header()
            heading = ""
            for at, row in enumerate(rows):
                last = at == len(rows) - 1
                after = closing if last else self.height(rows[at + 1]) if row.heading else 0
                if row.heading:
                    heading = row.cells[0]
                self._row(row, after, "" if row.heading else heading)

    def _fit(self, rows: Sequence[Row]) -> None:
        """Figures are not broken: their columns take what they need from the first one, as long as it keeps some room."""
        wide = [column.width for column in self.columns]
        for at, column in enumerate(self.columns):
            cells = [line_of(row.cells[at]) for row in rows if not row.heading]
            if column.align == "R" and cells:
                needed = max(width_of(cell, self.look) for cell in cells) + self.gutter + 0.1
                more = min(max(0.0, needed - wide[at]), wide[0] - NARROWEST)
                wide[0], wide[at] = wide[0] - more, wide[at] + more
        self.columns = [column._replace(width=width) for column, width in zip(self.columns, wide, strict=True)]

    def _turn(self, heading: str) -> None:
        """The next page; what is said again there is not read out again."""
        self.canvas.turn()
        with self.canvas.within(None):
            self.header()
            if heading:
                again = translate("{heading} (suite)", self.canvas.language, heading=heading)
                self.canvas.y += self.pad
                self.canvas.line(wrap(again, self.width, HEADING)[0], self.x, self.canvas.y, self.width, HEADING)
                self.canvas.y += HEADING.leading + self.pad

    def _row(self, row: Row, after: float, heading: str) -> None:
        canvas, leading = self.canvas, (HEADING if row.heading else self.look).leading
        room = canvas.bottom - TOP_OF_NEXT - 14
        if canvas.y + self.height(row) + after > canvas.bottom and self.height(row) + after <= room:
            self._turn(heading)
        canvas.y += self.pad + (1.5 if row.heading else 0)
        with canvas.tag("TR") as read:
            cells = (
                [read.add("TH", spanning(len(self.columns), "Row"))]
                if row.heading
                else [read.add("TD") for _ in self.columns]
            )
        for line in self.lines(row):
            if canvas.y + leading + self.pad > canvas.bottom:
                self._turn(heading)
                canvas.y += self.pad
            for (words, look), (x, width, align), cell in zip(line, self.places(), cells, strict=False):
                with canvas.within(cell):
                    canvas.line(words, x, canvas.y, self.width if row.heading else width, look, align)
            canvas.y += leading
        if row.note:
            canvas.y += 0.4
            with canvas.tag("TR"), canvas.tag("TD", spanning(len(self.columns))):
                for words in wrap(row.note, self.width - 6, SMALL):
                    if canvas.y + SMALL.leading + self.pad > canvas.bottom:
                        self._turn(heading)
                        canvas.y += self.pad
                    canvas.line(words, self.x + 4, canvas.y, self.width - 4, SMALL)
                    canvas.y += SMALL.leading
        canvas.y += self.pad
        if not row.heading:
            canvas.rule(self.x, canvas.y, self.x + self.width, canvas.y)

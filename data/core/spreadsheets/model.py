"""What a spreadsheet is once it is read, and what a person may choose of how it is read."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from data.core.errors import UserError

Form = Literal["csv", "xlsx"]
Cell: TypeAlias = str | int | float | Decimal | date | datetime | time | bool | None
Tick: TypeAlias = Callable[[], None]  # called now and then by what is long; it may raise, to stop there
Record: TypeAlias = tuple[int, list[Cell]]  # a line as the spreadsheet numbers it, and its cells
Fault: TypeAlias = tuple[int, int, str, UserError]  # line, column from 0 (-1: the line), value, why

MAX_BYTES = 12 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_CELL_LENGTH = 20_000, 120, 5_000
PARTS = "(intertitre)"  # the column of what headings within the table say
MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

# What makes a spreadsheet run a text, its full-width twins too; apostrophes before it are ours, or written so that ours go.
# Figures behind an apostrophe are a spreadsheet's way to say that they are a text.
DANGEROUS = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]|'+\d[\d ]*\Z")  # noqa: RUF001
ESCAPED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]|'+\d[\d ]*\Z")  # noqa: RUF001
QUOTED_FIGURES = re.compile(r"'+\d[\d ]*")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # no XML holds them


class Phone(str):
    """A number in the international form, as a column of telephones gives it: « +33 6 12 34 56 78 » is no formula."""

    __slots__ = ()


@dataclass(frozen=True)
class Reading:
    """How a file is read. What is empty, a person left to the portal."""

    sheet: str = ""
    titles_line: int = 0  # as the spreadsheet numbers it; the upper one when there are two
    titles_lines: int = 0  # 1 or 2
    coding: str = ""
    delimiter: str = ""
    skip_hidden: bool = False  # hidden rows and columns are not read
    keep_all: bool = False  # nor is any line taken for a total or a heading

    @staticmethod
    def of(chosen: Mapping[str, object]) -> "Reading":
        """From what was kept as JSON: what is unknown or of another type does not count."""
        known = {each.name: type(each.default) for each in fields(Reading)}
        return Reading(**{name: value for name, value in chosen.items() if type(value) is known.get(name)})  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, object]:
        """What was chosen, and nothing else."""
        return {name: value for name, value in asdict(self).items() if value}


class Coding(NamedTuple):
    """A coding that the file may be in, and what some of its words are then: « Gérard, l’Été »."""

    name: str
    sample: str


class LeftOut(NamedTuple):
    """A line that is no record: a total, a heading, a page's number."""

    line: int
    text: str
    why: UserError


@dataclass
class Sheet:
    """What a file holds. `rows` are as long as `heads`."""

    heads: list[str]
    rows: list[Record]
    form: Form
    coding: str = ""  # of a CSV
    delimiter: str = ""
    title: str = ""  # of the sheet that was read, when the workbook has several
    faults: list[Fault] = field(default_factory=list)
    reading: Reading = Reading()  # complete: what was chosen, and what the portal found
    sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)  # those of `sheets` that the spreadsheet does not show
    tables: list[str] = field(
        default_factory=list
    )  # those that are shown and hold a table; none once a sheet was chosen
    codings: list[Coding] = field(default_factory=list)  # the likeliest first; none when every coding reads the same
    above: list[str] = field(default_factory=list)  # lines above the titles
    left_out: list[LeftOut] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    formulas: list[tuple[int, int]] = field(default_factory=list)  # line, column: what was read is a formula's result


@dataclass
class Grid:
    """The cells of a file before anything is known of them. Lines without any are not there; columns count from 0."""

    form: Form
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(
        default_factory=list
    )  # first line, first column, last line, last column
    hidden_lines: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    coding: str = ""
    codings: list[Coding] = field(default_factory=list)
    delimiter: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)


def too_many_rows() -> UserError:
    return UserError("Ce fichier a plus de 20 000 lignes. Découpez-le en plusieurs fichiers.")


def nothing_there() -> UserError:
    return UserError("Ce fichier est vide. Choisissez-en un autre.")


def no_tick() -> None:
    """For what nobody waits for."""


def is_blank(cell: Cell) -> bool:
    """Nothing that anybody sees."""
    return cell is None or (isinstance(cell, str) and not BLANK.sub("", cell))


BLANK = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00ad]+")


def filled(cells: Sequence[Cell]) -> list[int]:
    """The places of the cells that hold something."""
    return [at for at, cell in enumerate(cells) if cell is not None and cell != "" and not is_blank(cell)]

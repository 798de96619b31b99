"""The parts of a workbook: its sheets, styles and shared texts; transitional and strict Open XML, by the local names of elements."""

import io
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format

from data.core.spreadsheets.model import UNWRITABLE
from data.core.spreadsheets.xlsx_archive import Parts

CHUNK = 256 * 1024
CODED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Attributes = dict[str, str]


@dataclass(frozen=True)
class Style:
    """What a number is shown as: a day or hour, a length of time, figures with their zeros before them."""

    day: bool = False
    duration: bool = False
    zeros: int = 0


@dataclass
class Book:
    """A workbook: sheet's name -> its part; the names that are hidden; what cells refer to."""

    sheets: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    since_1904: bool = False
    styles: list[Style] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def chunks(
    part: IO[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Read XML; a turn after each piece. ExpatError when it is broken; a document type, which could name other files, is broken."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    local: dict[str, str] = {}

    def name_of(tag: str) -> str:
        if tag not in local:
            local[tag] = tag.rpartition(":")[2]
        return local[tag]

    def refuse(*_: object) -> None:
        raise ValueError("a document type")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(name_of(tag), attributes)
    if end:
        parser.EndElementHandler = lambda tag: end(name_of(tag))
    if text:
        parser.CharacterDataHandler = text
    while piece := part.read(CHUNK):
        parser.Parse(piece, False)
        yield
    parser.Parse(b"", True)
    yield


def starts(content: bytes) -> list[tuple[str, Attributes]]:
    """The elements of a small part, in order, their attributes by local names."""
    found: list[tuple[str, Attributes]] = []

    def start(tag: str, given: Attributes) -> None:
        found.append((tag, {key.rpartition(":")[2]: value for key, value in given.items()}))

    for _ in chunks(io.BytesIO(content), start) if content.strip() else ():
        pass
    return found


def is_true(value: str | None) -> bool:
    return value in {"1", "true", "on"}


def plain_text(text: str) -> str:
    """As people see it: `_x000D_` is a line's end."""
    if "_x" in text:
        text = CODED.sub(lambda code: chr(int(code[1], 16)), text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if text.isprintable() else UNWRITABLE.sub("", text)


def book_of(parts: Parts) -> Book:
    """What the workbook says of itself."""
    home = next(
        (_at("", each["Target"]) for each in _relations(parts, "") if each.get("Type", "").endswith("/officeDocument")),
        "xl/workbook.xml",
    )
    folder = posixpath.dirname(home)
    relations = _relations(parts, home)
    book = Book()
    places = {each["Id"]: _at(folder, each["Target"]) for each in relations if "Id" in each and "Target" in each}
    types = {each["Id"]: each.get("Type", "") for each in relations if "Id" in each}
    for tag, given in starts(parts.read(home)):
        if tag == "workbookPr":
            book.since_1904 = is_true(given.get("date1904"))
        elif tag == "sheet" and "name" in given:
            place = places.get(given.get("id", ""), f"{folder}/worksheets/sheet{len(book.sheets) + 1}.xml")
            if place in parts and not types.get(given.get("id", ""), "").endswith(("chartsheet", "dialogsheet")):
                book.sheets[given["name"]] = place
                if given.get("state", "visible") != "visible":
                    book.hidden.add(given["name"])
    named = {
        kind: places[number]
        for number, kind in ((n, t.rpartition("/")[2]) for n, t in types.items())
        if number in places
    }
    book.styles = _styles(parts.read(named.get("styles", f"{folder}/styles.xml")))
    texts = named.get("sharedStrings", f"{folder}/sharedStrings.xml")
    if texts in parts:
        with parts.open(texts) as part:
            book.texts = _shared_texts(part)
    return book


def _at(folder: str, target: str) -> str:
    target = target.replace("\\", "/")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _relations(parts: Parts, of: str) -> list[Attributes]:
    folder, base = posixpath.split(of)
    return [
        given
        for tag, given in starts(parts.read(f"{folder}/_rels/{base}.rels"))
        if tag == "Relationship" and "Target" in given
    ]


def _styles(content: bytes) -> list[Style]:
    codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    found: list[Style] = []
    of_cells = False
    for tag, given in starts(content):
        if tag == "numFmt":
            codes[given.get("numFmtId", "")] = given.get("formatCode", "")
        elif tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
            of_cells = tag == "cellXfs"
        elif tag == "xf" and of_cells:
            found.append(_style(codes.get(given.get("numFmtId", "0"), "")))
    return found


def _style(code: str) -> Style:
    figures = re.sub(r'["\\\s]', "", code)
    if re.fullmatch("0{2,20}|0#{5,20}", figures):  # « 00000 » of a post code, « 0# ## ## ## ## » of a telephone
        return Style(zeros=len(figures))
    return Style(bool(is_date_format(code)), bool(is_timedelta_format(code)))


class _Shared:
    """Texts that cells refer to by their place: runs joined, without how they are pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._listens = self._aside = False

    def start(self, tag: str, _given: Attributes) -> None:
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._aside = True
        elif tag == "t":
            self._listens = not self._aside

    def text(self, text: str) -> None:
        if self._listens:
            self._parts.append(text)

    def end(self, tag: str) -> None:
        if tag == "t":
            self._listens = False
        elif tag == "rPh":
            self._aside = False
        elif tag == "si":
            self.found.append(plain_text("".join(self._parts)))


def _shared_texts(part: IO[bytes]) -> list[str]:
    shared = _Shared()
    for _ in chunks(part, shared.start, shared.end, shared.text):
        pass
    return shared.found

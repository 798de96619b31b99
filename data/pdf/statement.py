"""A statement of several chapters: paragraphs, facts, tables. The register, the information notice, the sheet of a breach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.core import formats
from data.core.i18n import Language, translate
from data.pdf.page import LEFT, RIGHT, WIDTH, Letterhead, PageCanvas
from data.pdf.table import Column, Row, Table
from data.pdf.text import ACCENT, BODY, HEAD, SMALL, Look

CHAPTER = Look(13, True, ACCENT)
HAND, LINES = 7.0, 2  # millimetres between the lines on which something is written by hand, and how many


@dataclass(frozen=True)
class Chapter:
    """`facts`: label and value, "" where it is written by hand. `rows` stand under `heads`, in columns of these `widths`
    (millimetres; alike when none is said)."""

    title: str
    paragraphs: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    heads: Sequence[str] = ()
    rows: Sequence[tuple[str, ...]] = ()
    widths: Sequence[float] = ()
    own_page: bool = False  # it begins a page, unless the first one is still free


@dataclass(frozen=True)
class Statement:
    """In the language of who reads it; its words are translated already."""

    title: str
    chapters: Sequence[Chapter]
    language: Language
    day: date


def statement(paper: Statement, letterhead: Letterhead) -> bytes:
    canvas = PageCanvas(letterhead, paper.title, paper.day, paper.language)
    canvas.draw_letterhead()
    canvas.y += 11
    canvas.headline()
    canvas.flow(translate("Édité le {day}", paper.language, day=formats.day(paper.day)), SMALL)
    for at, chapter in enumerate(paper.chapters):
        if at and chapter.own_page:
            canvas.turn()
        _chapter(canvas, chapter)
    return canvas.render()


def _room_for_a_hand(canvas: PageCanvas) -> None:
    canvas.need(HAND * LINES)
    for _ in range(LINES):
        canvas.y += HAND
        canvas.rule(LEFT, canvas.y, RIGHT, canvas.y)


def _chapter(canvas: PageCanvas, chapter: Chapter) -> None:
    canvas.y += 6
    canvas.need(CHAPTER.leading + 4 * BODY.leading)
    with canvas.tag("H2"):
        canvas.flow(chapter.title, CHAPTER)
    canvas.y += 1.5
    for paragraph in chapter.paragraphs:
        canvas.flow(paragraph, BODY)
        canvas.y += 1.5
    for label, value in chapter.facts:
        canvas.need(HEAD.leading + BODY.leading)
        canvas.flow(label, HEAD)
        if value:
            canvas.flow(value, BODY)
        else:
            _room_for_a_hand(canvas)
        canvas.y += 1.5
    if chapter.rows:
        canvas.y += 1.5
        widths = chapter.widths or [WIDTH / len(chapter.heads)] * len(chapter.heads)
        columns = [Column(head, width) for head, width in zip(chapter.heads, widths, strict=True)]
        Table(canvas, columns).draw([Row(cells) for cells in chapter.rows])

"""A paper that a letter takes along: what the letter is about, fact by fact, to be kept or printed."""

from collections.abc import Sequence
from datetime import date

from data.core import formats
from data.core.i18n import Language, translate
from data.pdf.page import WIDTH, Letterhead, PageCanvas
from data.pdf.table import Column, Row, Table
from data.pdf.text import BODY, SMALL, Look

LABEL = 48.0  # millimetres


def joined(
    letterhead: Letterhead,
    title: str,
    words: str,
    facts: Sequence[tuple[str, str]],
    closing: str,
    day: date,
    language: Language,
) -> bytes:
    """A title, a sentence, the facts (label, value), a sentence to end with. `day`: when it was written."""
    canvas = PageCanvas(letterhead, title, day, language)
    canvas.draw_letterhead()
    canvas.y += 11
    canvas.headline()
    canvas.flow(words, BODY)
    canvas.y += 5
    columns = (
        Column(translate("Rubrique", language), LABEL),
        Column(translate("Ce que vous avez indiqué", language), WIDTH - LABEL),
    )
    Table(canvas, columns, look=Look(10)).draw([Row(fact) for fact in facts])
    canvas.y += 6
    canvas.flow(closing, BODY)
    canvas.y += 3
    canvas.flow(translate("Édité le {day}", language, day=formats.day(day)), SMALL)
    return canvas.render()

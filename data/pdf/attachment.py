"""A paper that a letter takes along: what the letter is about, fact by fact, to be kept or printed."""

from collections.abc import Sequence
from datetime import date

from data.core import formats
from data.core.i18n import Language, say
from data.pdf.page import WIDTH, House, Sheet
from data.pdf.table import Column, Row, Table
from data.pdf.text import BODY, SMALL, Look

LABEL = 48.0  # millimetres


def joined(
    house: House, title: str, words: str, facts: Sequence[tuple[str, str]], closing: str, day: date, tongue: Language
) -> bytes:
    """A title, a sentence, the facts (label, value), a sentence to end with. `day`: when it was written."""
    sheet = Sheet(house, title, day, tongue)
    sheet.letterhead()
    sheet.y += 11
    sheet.headline()
    sheet.flow(words, BODY)
    sheet.y += 5
    columns = (Column(say("Rubrique", tongue), LABEL), Column(say("Ce que vous avez indiqué", tongue), WIDTH - LABEL))
    Table(sheet, columns, look=Look(10)).draw([Row(fact) for fact in facts])
    sheet.y += 6
    sheet.flow(closing, BODY)
    sheet.y += 3
    sheet.flow(say("Édité le {day}", tongue, day=formats.day(day)), SMALL)
    return sheet.render()

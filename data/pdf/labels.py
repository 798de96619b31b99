"""Addresses to stick on envelopes: sheets of 24, 70 × 37 mm, that any shop has; nothing else is on them."""

from collections.abc import Sequence
from datetime import date

from data.core.i18n import Language
from data.pdf.page import Letterhead, PageCanvas
from data.pdf.text import Look

ACROSS, DOWN = 3, 8
WIDE, HIGH = 70.0, 37.0  # millimetres
MARGIN, ABOVE = 7.0, 8.0  # within a label
NAME, ADDRESS = Look(10.5, bold=True), Look(10)


def labels(
    letterhead: Letterhead, title: str, addresses: Sequence[tuple[str, ...]], day: date, language: Language
) -> bytes:
    """`addresses`: the lines of each, the name first."""
    canvas = PageCanvas(letterhead, title, day, language)
    for at, (name, *lines) in enumerate(addresses):
        on_page = at % (ACROSS * DOWN)
        if at and not on_page:
            canvas.pages.append([])
        x, y = WIDE * (on_page % ACROSS) + MARGIN, HIGH * (on_page // ACROSS) + ABOVE
        y = canvas.put(name, x, y, WIDE - 2 * MARGIN, NAME, 2)
        canvas.put("\n".join(lines), x, y, WIDE - 2 * MARGIN, ADDRESS, 4)
    return canvas.draw()

"""Which stylesheet a page loads: the whole one where a mode is chosen, otherwise what such pages can wear, in the same order."""

import re
from enum import StrEnum
from pathlib import Path

from components.assets.stylesheet import narrowed, unchosen, whole

THEME = Path(__file__).parent / "theme"
STYLES = (
    "tokens.css",
    "base.css",
    "layout.css",
    "plain_layout.css",
    "controls.css",
    "presses.css",
    "content.css",
    "home.css",
    "lists.css",
    "figures.css",
    "lists_narrow.css",
    "phone_cards.css",
    "agenda.css",
    "staff.css",
    "reenrolment_review.css",
    "cockpit.css",
    "payment.css",
    "settings.css",
    "reenrolment.css",
    "upload.css",
    "absence.css",
    "importing.css",
    "families.css",
    "letters.css",
    "terms.css",
    "help.css",
    "offline.css",
    "display_preferences.css",
    "modes.css",
    "print.css",
)
OUR_FONT = re.compile(r'@font-face\{font-family: "Atkinson[^}]*\}')


class Sheet(StrEnum):
    """WHOLE, for a page on which modes are chosen; otherwise for whom, with PRINT, and FONT once the browser has the font. Of these
    light ones a page is painted with what it holds of them itself (first_styles.py)."""

    WHOLE = "portal.css"
    FAMILY = "family.css"
    OFFICE = "office.css"
    PRINT = "print.css"
    FONT = "fonts.css"


# What the office's own screens alone wear.
OF_THE_OFFICE = frozenset(
    "account-facts advance box-label brief-record broken chip-link chip-links chips cockpit corrections day-figures dialog-list editor "
    "family-line filter-acts filter-row fold-columns import-steps import-sums importing kinds kinds-done line-breaks line-form "
    "list-card logo-shown marks-row merging one-record page-tabs part-cards parts-back plain-list policies preview-view previews "
    "queue-filters record-card review-note revisit row-actions side-actions sift spread swatches taken-back template-form text-preview "
    "verdict viewer viewer-bar viewer-box viewer-window viewers what-changed with-record".split()
)


class _AllBut(frozenset[str]):
    def __contains__(self, name: object) -> bool:
        return not super().__contains__(name)


def made() -> dict[str, str]:
    """Name -> text of each."""
    style = "\n".join((THEME / name).read_text(encoding="utf-8") for name in STYLES)
    screen, paper = unchosen(style)
    fonts = "".join(OUR_FONT.findall(screen))
    screen = OUR_FONT.sub("", screen)
    return {
        Sheet.WHOLE: whole(style),
        Sheet.FAMILY: narrowed(screen, _AllBut(OF_THE_OFFICE)),
        Sheet.OFFICE: screen,
        Sheet.PRINT: paper,
        Sheet.FONT: fonts,
    }

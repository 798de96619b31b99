"""Names that the papers' font cannot write: other alphabets' fonts, Arabic letters joined, right-to-left words turned round."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

FONTS = Path(__file__).parent / "fonts"
MAIN = "hyperlegible"
FAMILIES = (MAIN, "noto-sans", "noto-arabic", "noto-georgian", "noto-armenian", "noto-hebrew", "droid-fallback")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe]")
ARABIC = re.compile("[\u0621-\u06d5]+")
NO_FORM: dict[str, str] = {}


def face(family: str, bold: bool) -> Path:
    """Its file; a font without bold stands for it."""
    for name in (f"{family}-{'bold' if bold else 'regular'}.ttf", f"{family}.ttf"):
        if (path := FONTS / name).exists():
            return path
    raise FileNotFoundError(family)


@lru_cache(maxsize=2 * len(FAMILIES))
def widths(family: str, bold: bool) -> dict[str, float]:
    """Character -> its width, in thousandths of the font's size."""
    with TTFont(face(family, bold), lazy=True) as font:
        metrics, unit = font["hmtx"].metrics, font["head"].unitsPerEm
        return {chr(code): metrics[glyph][0] * 1000 / unit for code, glyph in font.getBestCmap().items()}


@lru_cache(maxsize=4096)
def family_of(character: str) -> str:
    """The first font that has the character, "" when none does. The others are read only for what the first lacks."""
    return next((family for family in FAMILIES if character in widths(family, False)), "")


class Advances(dict[str, float]):
    """Widths of the papers' font; those of other alphabets as they are met."""

    def __init__(self, bold: bool) -> None:
        super().__init__(widths(MAIN, bold))
        self.bold = bold

    def __missing__(self, character: str) -> float:
        self[character] = widths(family_of(character), self.bold)[character]
        return self[character]


def runs(words: str) -> Iterator[tuple[str, str]]:
    """(font, words) from left to right, as they stand on the line."""
    if widths(MAIN, False).keys() >= set(words):
        yield MAIN, words
        return
    for family, characters in groupby(_turned(words), family_of):
        yield family, "".join(characters)


def _turned(line: str) -> str:
    """The line's characters from left to right: Arabic and Hebrew words begin at their right."""
    if not RIGHT_TO_LEFT.search(line):
        return line
    return BidiParagraph(line, TextDirection.LTR).get_reordered_string()


def joined(words: str) -> str:
    """Arabic letters in the forms that they take beside each other, in the order in which they are read."""
    return ARABIC.sub(lambda found: _join(found[0]), words) if RIGHT_TO_LEFT.search(words) else words


@lru_cache(maxsize=1)
def _forms() -> dict[str, dict[str, str]]:
    """Letters -> « initial », « medial », « final », « isolated » -> the character that is drawn (Unicode's own table)."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEFD)):
        tag, *letters = unicodedata.decomposition(chr(code)).split()[:3] or [""]
        if tag.strip("<>") in {"initial", "medial", "final", "isolated"}:
            found.setdefault("".join(chr(int(each, 16)) for each in letters), {})[tag.strip("<>")] = chr(code)
    return found


def _join(word: str) -> str:
    forms = _forms()
    letters = re.findall("\u0644[\u0622\u0623\u0625\u0627]|.", word)  # lam and alef are one
    drawn = []
    for at, letter in enumerate(letters):
        before = at > 0 and _holds_next(letters[at - 1])
        after = at + 1 < len(letters) and _holds_next(letter) and _is_held(letters[at + 1])
        form = ("medial" if after else "final") if before and _is_held(letter) else "initial" if after else "isolated"
        drawn.append(forms.get(letter, NO_FORM).get(form, letter))
    return "".join(drawn)


def _holds_next(letter: str) -> bool:
    return letter == "\u0640" or "initial" in _forms().get(letter, NO_FORM)


def _is_held(letter: str) -> bool:
    return letter == "\u0640" or "final" in _forms().get(letter, NO_FORM)

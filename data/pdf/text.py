"""Words as the papers' fonts write them: what they lack, how wide they are, where lines break. Lengths in millimetres."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from data.pdf import scripts

ASCENT, DESCENT = 0.984, 0.316  # of the font's size
POINT = 25.4 / 72
ACCENT, INK, SOFT, LINE = "#17495a", "#1a2236", "#4b5469", "#e0dacd"


class Look(NamedTuple):
    """How words are written."""

    size: float
    bold: bool = False
    ink: str = INK

    @property
    def leading(self) -> float:
        return self.size * POINT * 1.34


TITLE, HEADING = Look(20, True, ACCENT), Look(10.5, True, ACCENT)
BODY, STRONG, SMALL, HEAD, TINY = (
    Look(9.5),
    Look(9.5, True),
    Look(8.5, ink=SOFT),
    Look(8, True, SOFT),
    Look(7.5, ink=SOFT),
)

# What the font writes otherwise: a narrow no-break space is a no-break space, a no-break hyphen a hyphen.
OTHERWISE = {"\u202f": "\xa0", "\u2007": "\xa0", "\u2010": "-", "\u2011": "-", "\u2012": "–", "\u2015": "—", "\t": " ",
             "\u2032": "’", "\u2033": "”", "\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n",
             "\u2029": "\n", "\n": "\n"}  # fmt: skip


@lru_cache(maxsize=2)
def advances(bold: bool) -> scripts.Advances:
    """Character -> its width, in thousandths of the font's size."""
    return scripts.Advances(bold)


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    """The character, or what stands for it: its plain letter, a square, nothing for what is not seen."""
    if character in OTHERWISE:
        return OTHERWISE[character]
    kind = unicodedata.category(character)
    if kind in {"Cc", "Cf", "Cs", "Mn", "Me"}:
        return ""
    if scripts.family_of(character):
        return character
    if kind == "Zs":
        return " "
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if unicodedata.category(each) != "Mn")
    return plain if plain and all(map(scripts.family_of, plain)) else "□"


def clean(words: str) -> str:
    """Words as the font can write them; line breaks stay."""
    whole = unicodedata.normalize("NFC", words.replace("\r\n", "\n"))
    return scripts.joined("".join(map(_shown, whole)))


def line_of(words: str) -> str:
    """The same, on one line."""
    return clean(words).replace("\n", " ")


def width_of(words: str, look: Look) -> float:
    widths = advances(look.bold)
    return sum(widths[character] for character in words) * look.size * POINT / 1000


def _breakable_parts(line: str) -> list[str]:
    """A line cut where it may break: not after « or n°, not before » : ; ! ? €."""
    parts: list[str] = []
    for word in line.split(" "):
        if parts and (word[:1] in set("»:;!?€%") or re.search("(^| |[(])(«|n°|N°)$", parts[-1])):
            parts[-1] += " " + word
        else:
            parts.append(word)
    return parts


def wrap(words: str, width: float, look: Look) -> list[str]:
    """The lines that the words take; a word longer than the line is cut."""
    widths = advances(look.bold)
    most, space = width / (look.size * POINT / 1000), widths[" "]
    lines: list[str] = []
    for paragraph in clean(words).split("\n"):
        line, taken = "", 0.0
        for part in _breakable_parts(paragraph):
            length = sum(widths[character] for character in part)
            if line and taken + space + length <= most:
                line, taken = f"{line} {part}", taken + space + length
                continue
            if line:
                lines.append(line)
            line, taken = part, length
            if length > most:
                line, taken = "", 0.0
                for character in part:
                    if line and taken + widths[character] > most:
                        lines.append(line)
                        line, taken = "", 0.0
                    line, taken = line + character, taken + widths[character]
        lines.append(line)
    return lines


def few(words: str, width: float, look: Look, most: int) -> list[str]:
    """The first lines, where a place holds no more; the last one says that something follows."""
    lines = wrap(words, width, look)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_of(last + " …", look) > width:
        last = last[:-1]
    return [*lines[: most - 1], last + " …"]


def lines_of(address: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n|, ", address) if part.strip()]

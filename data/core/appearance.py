"""A site's own accent, checked for contrast and carried into both schemes. Pure: no database.

WCAG 2.2: 4.5:1 for text. Colours are « #rrggbb »; the grounds are those of components/assets/theme/tokens.css.
"""

import colorsys
import re
from dataclasses import dataclass

from data.core.errors import UserError

ACCENT = "#17495a"
PAPER, SURFACE, WHITE = "#faf8f3", "#ffffff", "#ffffff"
DARK_PAPER, DARK_SURFACE, DARK_INK = "#14181f", "#1d232d", "#10242b"
LEAST = 4.5


@dataclass(frozen=True)
class Scheme:
    """The tokens that come of an accent."""

    accent: str
    strong: str
    soft: str
    on: str


def read_accent(typed: str) -> str:
    """« #rrggbb » in small letters, "" for the portal's own; UserError when it cannot be read on our grounds."""
    text = typed.strip().lower()
    if text in {"", ACCENT}:
        return ""
    if not re.fullmatch("#?[0-9a-f]{6}", text):
        raise UserError("Écrivez la couleur ainsi : #17495a.")
    colour = text if text.startswith("#") else f"#{text}"
    found = worst(colour)
    if found < LEAST:
        raise UserError(
            "Cette couleur est trop claire : son contraste est de {found} sur le papier et il faut au moins 4,5. "
            "Choisissez-la plus foncée.",
            found=f"{int(found * 100) / 100:.2f}".replace(".", ","),
        )
    return colour


def worst(colour: str) -> float:
    """Its least contrast against paper and white: as text there, and white upon it in a button."""
    return min(contrast(colour, ground) for ground in (PAPER, SURFACE))


def contrast(one: str, other: str) -> float:
    """1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def light(accent: str) -> Scheme:
    """On paper: a ground as tinted as the accent's contrast upon it allows."""
    soft = next(
        (
            each
            for each in (_mix(accent, SURFACE, part / 100) for part in range(11, 0, -1))
            if contrast(accent, each) >= LEAST
        ),
        SURFACE,
    )
    return Scheme(accent, _mix(accent, "#000000", 0.75), soft, WHITE)


def dark(accent: str) -> Scheme:
    """The same hue, as much lighter as the dark grounds ask for; ink upon it."""
    red, green, blue = _parts(accent)
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    saturation = min(saturation, 0.6)
    for step in range(60, 100):
        colour = _hex(*colorsys.hls_to_rgb(hue, max(lightness, step / 100), saturation))
        soft = _mix(colour, DARK_SURFACE, 0.14)
        if min(contrast(colour, each) for each in (DARK_PAPER, DARK_SURFACE, soft, DARK_INK)) >= LEAST:
            break
    return Scheme(colour, _mix(colour, WHITE, 0.7), soft, DARK_INK)


def stylesheet(accent: str) -> str:
    """The tokens of both schemes, for a site that chose its accent; tokens.css takes them up."""
    schemes = (("site", light(accent)), ("site-dark", dark(accent)))
    lines = [
        f"--{name}-{part}: {getattr(scheme, part)};"
        for name, scheme in schemes
        for part in ("accent", "strong", "soft", "on")
    ]
    return f":root {{ {' '.join(lines)} }}\n"


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(*parts: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _mix(one: str, other: str, share: float) -> str:
    """`share` of one in the other."""
    return _hex(*(a * share + b * (1 - share) for a, b in zip(_parts(one), _parts(other), strict=True)))


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

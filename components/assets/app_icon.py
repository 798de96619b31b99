"""The icon of a portal beside other applications: the site's logo on white, or the portal's mark in the site's colour."""

import hashlib
import io
import math
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw

SIZES = {"192": 192, "512": 512, "masque": 512, "apple": 180}
CUT_BY_THE_PHONE = {"masque", "apple"}  # it gives them their form: the ground fills the square
DRAWN = 1024  # drawn so large, then made smaller: smooth edges
UNIT = DRAWN / 34  # the mark is drawn on 34 × 34, as in theme/logo.svg
WHITE = "#ffffff"
_LOOK = "1"  # another drawing is another address


def mark(accent: str, logo: str) -> str:
    """What an icon looks like, for its address: it is kept for ever."""
    return hashlib.sha256(f"{_LOOK}{accent}{logo}".encode()).hexdigest()[:12]


@lru_cache(maxsize=32)
def png(name: str, accent: str, logo: bytes) -> bytes:
    """`name`: of SIZES. `logo`: a PNG, b"" for none; one that cannot be opened is none."""
    whole = name in CUT_BY_THE_PHONE
    try:
        drawn = _of_logo(logo, 0.56 if whole else 0.8) if logo else _of_mark(accent, whole)
    except OSError:
        drawn = _of_mark(accent, whole)
    made = io.BytesIO()
    drawn.resize((SIZES[name], SIZES[name]), Image.Resampling.LANCZOS).save(made, "PNG", optimize=True)
    return made.getvalue()


def _of_logo(logo: bytes, share: float) -> Image.Image:
    """In the middle of a white square, of which it takes that share: a circle cut out of it cuts nothing off."""
    ground = Image.new("RGB", (DRAWN, DRAWN), WHITE)
    with Image.open(io.BytesIO(logo)) as opened:
        picture = opened.convert("RGBA")
    scale = DRAWN * share / max(picture.size)
    picture = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
    ground.paste(picture, ((DRAWN - picture.width) // 2, (DRAWN - picture.height) // 2), picture)
    return ground


def _of_mark(accent: str, whole: bool) -> Image.Image:
    """theme/logo.svg: a staff, a bar line, a note."""
    ground = Image.new("RGBA", (DRAWN, DRAWN), accent if whole else (0, 0, 0, 0))
    draw = ImageDraw.Draw(ground)
    draw.rounded_rectangle((0, 0, DRAWN - 1, DRAWN - 1), 0 if whole else 8 * UNIT, fill=accent)
    red, green, blue = ImageColor.getrgb(accent)[:3]
    faint = tuple(round(part * 0.45 + 255 * 0.55) for part in (red, green, blue))
    small = 0.78 if whole else 1.0

    def at(value: float) -> float:
        return (17 + (value - 17) * small) * UNIT

    def line(x: float, y: float, to: tuple[float, float], width: float, fill: str | tuple[int, ...]) -> None:
        draw.line((at(x), at(y), at(to[0]), at(to[1])), fill=fill, width=round(width * small * UNIT))

    for y in range(10, 27, 4):
        line(5, y, (29, y), 1, faint)
    line(24, 8, (24, 28), 2, WHITE)
    line(17.3, 21, (17.3, 10), 1.8, WHITE)
    draw.polygon([(at(x), at(y)) for x, y in _head()], fill=WHITE)
    return ground


def _head() -> list[tuple[float, float]]:
    """The note's head: an ellipse leaning by 20°."""
    lean = math.radians(-20)
    points = [
        (3.6 * math.cos(turn), 2.7 * math.sin(turn)) for turn in (math.radians(each) for each in range(0, 360, 3))
    ]
    return [
        (14 + x * math.cos(lean) - y * math.sin(lean), 22 + x * math.sin(lean) + y * math.cos(lean)) for x, y in points
    ]

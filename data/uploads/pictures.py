"""Pictures are decoded and drawn anew: upright, in plain colours, without metadata nor tail, light enough to be kept.

One is decoded at a time, within a budget of memory told beforehand from its size: a JPEG at a fraction of its size, a HEIC in bands.
"""

import io
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pillow_heif
from PIL import Image, ImageFilter, ImageStat, UnidentifiedImageError

from data.uploads.limits import MAX_JOINED_PAGES, MAX_STORED_BYTES, Wrong

STORED_SIDE, PORTRAIT_SIDE, PAGE_SIDE, MAX_SIDE = 3_000, 600, 2_000, 65_000
MAX_PIXELS = 250_000_000  # of a JPEG, which is never decoded whole
MAX_DECODED_BYTES = 600_000_000
PIXEL_BYTES = {"1": 6, "L": 1, "P": 5, "RGB": 4, "CMYK": 8, "I;16": 7}  # with the copy that is made in plain colours
CLEAR_BYTES = 10  # of a pixel that can be seen through: it is weighed by its transparency when it is made smaller
DECODER_BYTES = {"WEBP": 5, "AVIF": 7, "TIFF": 2}  # what the library holds of a pixel meanwhile
HEIC_BYTES = 5  # of a pixel in bands
LIGHTER = (
    (1.0, 85), (1.0, 70), (1.0, 55), (0.8, 60), (0.8, 45), (0.64, 50), (0.5, 50), (0.4, 50), (0.3, 45), (0.2, 40), (0.1, 30),
)  # fmt: skip
SHARPNESS_SIDE, TILES, BLURRED, DARK = 1_600, 8, 60.0, 60.0
ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
CLOCKWISE = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError, struct.error)
EDGES = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True)
class Drawn:
    """A picture as it is kept, and what a person is told of it."""

    media_type: str
    content: bytes
    remarks: tuple[str, ...] = ()


def prepare() -> None:
    """What the libraries are told once."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    pillow_heif.register_heif_opener(thumbnails=False)
    pillow_heif.options.DECODE_THREADS = 1


def redrawn(content: bytes, form: str, kind: str) -> Drawn:
    """A « picture » of at most 3,000 pixels a side, a « portrait » of 600; a « logo » stays transparent."""
    side = STORED_SIDE if kind == "picture" else PORTRAIT_SIDE
    picture, whole = _decoded(content, form, side, on_white=kind != "logo")
    remarks = remarks_on(picture) if kind == "picture" else ()
    if kind == "logo" or (kind == "picture" and form == "PNG" and whole):
        stored = _saved(picture, "PNG")
        if len(stored) <= MAX_STORED_BYTES:
            return Drawn("image/png", stored, remarks)
    return Drawn("image/jpeg", as_jpeg(picture, MAX_STORED_BYTES), remarks)


def page(content: bytes, form: str, turn: int, most_bytes: int) -> Drawn:
    """One photograph of a document of several, turned clockwise."""
    picture, _ = _decoded(content, form, PAGE_SIDE, on_white=True)
    if turn in CLOCKWISE:
        picture = picture.transpose(CLOCKWISE[turn])
    return Drawn("image/jpeg", as_jpeg(picture, most_bytes), remarks_on(picture))


def leaves(content: bytes) -> list[bytes]:
    """The pages of a TIFF as a scanner writes it, each as JPEG; nothing when it has one."""
    try:
        with Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
            count = int(getattr(image, "n_frames", 1))
            if count == 1:
                return []
            if count > MAX_JOINED_PAGES:
                raise Wrong("feuilles")
            return [as_jpeg(_leaf(image, at), MAX_STORED_BYTES // count - 2048) for at in range(count)]
    except BROKEN:
        raise Wrong("illisible") from None


def _leaf(image: Image.Image, at: int) -> Image.Image:
    image.seek(at)
    _affordable(image, "TIFF")
    return _upright(_shrunk(image, PAGE_SIDE, on_white=True), image)


def _decoded(content: bytes, form: str, side: int, *, on_white: bool) -> tuple[Image.Image, bool]:
    """Upright, at most `side` pixels a side, in plain colours; and whether it was no larger."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=[form]) as image:
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            _affordable(image, form)
            whole = max(image.size) <= side
            if form == "HEIF" and not whole:
                picture = _shrunk(_in_bands(content, side), side, on_white=on_white)
            else:
                image.draft("RGB", (side, side))  # a JPEG is decoded at a fraction of its size
                image.load()
                picture = _shrunk(image, side, on_white=on_white)
            picture = _upright(picture, image)
            picture.info = {}
            return picture, whole
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Wrong("dimensions") from None
    except BROKEN:
        raise Wrong("illisible") from None


def _affordable(image: Image.Image, form: str) -> None:
    """Wrong before anything is decoded that would take more memory than there is."""
    pixels = image.width * image.height
    if pixels > MAX_PIXELS or max(image.size) > MAX_SIDE:
        raise Wrong("dimensions")
    if form == "JPEG":  # one that comes in several passes is held whole, as its coefficients
        cost = 5 if image.info.get("progressive") else 0
    elif form == "HEIF":
        cost = HEIC_BYTES
    else:
        clear = "transparency" in image.info
        cost = (CLEAR_BYTES if clear else PIXEL_BYTES.get(image.mode, CLEAR_BYTES)) + DECODER_BYTES.get(form, 0)
    if pixels * cost > MAX_DECODED_BYTES:
        raise Wrong("dimensions")


def _in_bands(content: bytes, side: int) -> Image.Image:
    """A HEIC made smaller band by band: the library's own buffer and the small picture are all that is held."""
    frames = pillow_heif.open_heif(io.BytesIO(content), convert_hdr_to_8bit=True)
    frame = frames[frames.primary_index]
    (wide, high), factor = frame.size, max(1, max(frame.size) // side)
    small = Image.new(frame.mode, (-(-wide // factor), -(-high // factor)))
    for top, band in _bands(frame, factor * 64):
        small.paste(band.reduce(factor), (0, top // factor))
    return small


def _bands(frame: Any, rows: int) -> Iterator[tuple[int, Image.Image]]:
    """(first row, that part) of a decoded HEIC."""
    (wide, high), stride, pixels = frame.size, frame.stride, memoryview(frame.data)
    for top in range(0, high, rows):
        count = min(rows, high - top)
        part = bytes(pixels[top * stride : (top + count) * stride])
        yield top, Image.frombuffer(frame.mode, (wide, count), part, "raw", frame.mode, stride, 1)


def _upright(picture: Image.Image, image: Image.Image) -> Image.Image:
    turn = TURNS.get(_orientation(image))
    return picture.transpose(turn) if turn is not None else picture


def _orientation(image: Image.Image) -> int:
    """1 (upright) when the camera's notes cannot be read: the picture itself may be sound."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except (SyntaxError, ValueError, KeyError, TypeError, OSError, struct.error):
        return 1


def _shrunk(image: Image.Image, side: int, *, on_white: bool) -> Image.Image:
    """At most `side` pixels a side, as RGB or grey; what is transparent becomes white or stays so."""
    clear = image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info
    if clear:
        picture = image if image.mode == "RGBA" else image.convert("RGBA")
    elif image.mode.startswith("I"):  # 16 bits of grey
        picture = image.point(lambda shade: shade / 256).convert("L")
    else:
        picture = image if image.mode in {"RGB", "L"} else image.convert("L" if image.mode == "1" else "RGB")
    picture.thumbnail((side, side))
    if clear and on_white:
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        return paper
    return picture.copy()


def as_jpeg(picture: Image.Image, most_bytes: int) -> bytes:
    """Of the best quality that fits, then of fewer pixels: grain and leaves compress badly, and are no reason to refuse."""
    picture = picture if picture.mode == "L" else picture.convert("RGB")
    for scale, quality in LIGHTER:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        stored = _saved(picture if scale == 1 else picture.resize(size, reducing_gap=2.0), "JPEG", quality=quality)
        if len(stored) <= most_bytes:
            return stored
    raise Wrong("taille")


def _saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def remarks_on(picture: Image.Image) -> tuple[str, ...]:
    """« sombre », « flou »: what makes a document hard to read, told and never a refusal."""
    grey = picture.convert("L")
    grey.thumbnail((SHARPNESS_SIDE, SHARPNESS_SIDE))
    if min(grey.size) < TILES * 8:
        return ()
    if ImageStat.Stat(grey).mean[0] < DARK:
        return ("sombre",)
    return ("flou",) if 0 < _sharpest(grey) < BLURRED else ()


def _sharpest(grey: Image.Image) -> float:
    """The variance of the Laplacian where it is greatest: a page is white nearly everywhere. 0 where nothing is drawn."""
    edges = grey.filter(EDGES)
    wide, high = edges.width // TILES, edges.height // TILES
    parts = (
        edges.crop((left + 1, top + 1, left + wide - 1, top + high - 1))
        for left in range(0, wide * TILES, wide)
        for top in range(0, high * TILES, high)
    )
    found = max(ImageStat.Stat(part).var[0] for part in parts)
    return found if found >= 1 else 0

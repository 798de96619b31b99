"""What families send is opened here: pictures are decoded and written anew, PDFs are looked through and never run.

Runs in a process of its own (data/uploads/worker.py), so it imports no other room and answers with short words: a media type, or
the name of a refusal (data/uploads/validation.py).
"""

import io
import math
import os
import resource
import struct
import sys
import warnings
from multiprocessing.connection import Connection
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image, UnidentifiedImageError

MAX_STORED_BYTES = 2 * 1024 * 1024
MAX_PIXELS, MAX_SIDE, STORED_SIDE, PORTRAIT_SIDE = 40_000_000, 12_000, 3_000, 600
MAX_PAGES, MAX_OBJECTS, MAX_DEPTH = 50, 20_000, 12
MAX_MEMORY_BYTES = 1024 * 1024 * 1024  # a picture of 40 million pixels with transparency takes 400 MB
IDLE_SECONDS = 300
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
    "/GoToE", "/GoToR", "/EF",
}  # fmt: skip
ORIENTATION = 0x0112  # the EXIF tag that says how the camera was held
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip


class Wrong(Exception):
    """The name of a refusal."""


def answer(question: str, content: bytes) -> tuple[str, bytes]:
    """(media type, what is kept) or (name of a refusal, nothing). Questions: « pdf », « picture JPEG », « portrait PNG », « logo PNG »."""
    kind, _, form = question.partition(" ")
    try:
        if kind == "pdf":
            _look_through(content)
            return "application/pdf", b""  # kept as it came
        return _redrawn(content, form, kind)
    except Wrong as wrong:
        return str(wrong), b""
    except MemoryError:
        return "illisible", b""


def _redrawn(content: bytes, form: str, kind: str) -> tuple[str, bytes]:
    """Upright, in plain colours, without metadata nor tail, at most 2 Mo. A logo stays transparent."""
    side = STORED_SIDE if kind == "picture" else PORTRAIT_SIDE
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=[form]) as image:
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE:
                raise Wrong("dimensions")
            image.draft("RGB", (side, side))  # a JPEG is decoded at a fraction of its size
            image.load()
            whole, turn = max(image.size) <= side, TURNS.get(_orientation(image))
            picture = _shrunk(image, side, on_white=kind != "logo")
            if turn is not None:
                picture = picture.transpose(turn)
            picture.info = {}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Wrong("dimensions") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, RuntimeError, struct.error):
        raise Wrong("illisible") from None
    if kind == "logo" or (kind == "picture" and form == "PNG" and whole):
        stored = _saved(picture, "PNG")
        if len(stored) <= MAX_STORED_BYTES:
            return "image/png", stored
    for quality in (85, 70, 55, 40):
        stored = _saved(picture.convert("RGB"), "JPEG", quality=quality)
        if len(stored) <= MAX_STORED_BYTES:
            return "image/jpeg", stored
    raise Wrong("taille")


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


def _saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _look_through(content: bytes) -> None:
    """Wrong when the PDF needs a password, acts by itself, carries other files, or is too intricate to be sure."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise Wrong("pages")
            if not len(pdf.pages) or len(pdf.objects) > MAX_OBJECTS:
                raise Wrong("illisible")
            for each in pdf.objects:
                _look_at(each.stream_dict if isinstance(each, pikepdf.Stream) else each)
    except pikepdf.PasswordError:
        raise Wrong("protege") from None
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        raise Wrong("illisible") from None


def _look_at(found: Any) -> None:
    """Dictionaries and arrays, one in the other; indirect ones are met on their own."""
    waiting = [(found, 0)]
    while waiting:
        part, depth = waiting.pop()
        if not isinstance(part, pikepdf.Dictionary | pikepdf.Array):
            continue
        inside = part.items() if isinstance(part, pikepdf.Dictionary) else [("", each) for each in part]
        for name, value in inside:
            if name in ACTIVE or (name == "/S" and str(value) in ACTIVE):
                raise Wrong("actif")
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                if depth >= MAX_DEPTH:
                    raise Wrong("illisible")
                waiting.append((value, depth + 1))


def serve(line: Connection, seconds: int) -> None:
    """Answer until the other side leaves, or asks nothing for five minutes; so many seconds of a processor for each."""
    line.send_bytes(b"ready")
    try:
        while line.poll(IDLE_SECONDS):
            _have(seconds)
            message, stored = answer(line.recv_bytes().decode(), line.recv_bytes())
            line.send_bytes(message.encode())
            line.send_bytes(stored)
    except (EOFError, OSError):
        return


def _have(seconds: int) -> None:
    """SIGXCPU ends the process once it has used so many more, whatever else the machine did meanwhile."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, most))


def _be_modest() -> None:
    """Little memory, no file written, no core left behind, and the pages of the portal come first."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


if __name__ == "__main__":
    _be_modest()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    pillow_heif.register_heif_opener(thumbnails=False)
    pillow_heif.options.DECODE_THREADS = 1
    serve(Connection(int(sys.argv[1])), int(sys.argv[2]))

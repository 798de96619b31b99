"""Documents that families give: pictures are decoded and written anew, PDFs are looked through and never run.

Pure and slow: off the event loop, outside any visit. Refusals are the sentences of REFUSALS.
"""

import io
import threading
import warnings
from typing import Any

import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from data.i18n import Refused

MOST_BYTES = 20 * 1024 * 1024  # what may arrive: a phone's photograph is made lighter here
MOST_KEPT = 2 * 1024 * 1024
MOST_PIXELS, LONGEST_SIDE, KEPT_SIDE = 40_000_000, 12_000, 3_000
MOST_PAGES, MOST_OBJECTS, DEEPEST = 50, 20_000, 12
ACCEPTED = ".jpg,.jpeg,.png,.pdf,image/jpeg,image/png,application/pdf"
SIGNATURES: dict[str, tuple[bytes, str]] = {
    "jpg": (b"\xff\xd8\xff", "JPEG"),
    "jpeg": (b"\xff\xd8\xff", "JPEG"),
    "png": (b"\x89PNG\r\n\x1a\n", "PNG"),
    "pdf": (b"%PDF-", ""),
}
ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
    "/GoToE", "/GoToR", "/EF",
}  # fmt: skip
REFUSALS = {
    "vide": "Choisissez un fichier.",
    "taille": "Le fichier dépasse la taille maximale de 2 Mo.",
    "format": "Format non accepté. Formats acceptés : JPEG, JPG, PNG, PDF.",
    "contenu": "Le contenu du fichier ne correspond pas à son extension.",
    "protege": "Ce PDF est protégé par un mot de passe. Déposez une version sans protection.",
    "actif": "Ce PDF contient des éléments actifs et ne peut pas être accepté.",
    "dimensions": "L’image est trop grande (40 millions de pixels au plus).",
    "illisible": "Le fichier est illisible ou endommagé.",
}
_one_at_a_time = threading.Semaphore(1)  # a picture of 40 million pixels takes 300 MB while it is decoded


def check(content: bytes, name: str) -> tuple[bytes, str]:
    """(what is kept, its media type) of a file named so; Refused in words otherwise."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if not content:
        raise Refused(REFUSALS["vide"])
    if ending not in SIGNATURES:
        raise Refused(REFUSALS["format"])
    signature, form = SIGNATURES[ending]
    if len(content) > (MOST_BYTES if form else MOST_KEPT):
        raise Refused(REFUSALS["taille"])
    if not content.startswith(signature):
        raise Refused(REFUSALS["contenu"])
    if not form:
        _look_through(content)
        return content, "application/pdf"
    with _one_at_a_time:
        return _write_anew(content, form)


def code_of(refused: Refused) -> str:
    """The short name of a refusal, for an address."""
    return next((code for code, words in REFUSALS.items() if words == refused.sentence), "illisible")


def _write_anew(content: bytes, form: str) -> tuple[bytes, str]:
    """Upright, without metadata nor tail, at most 2 Mo."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=[form]) as image:
            warnings.simplefilter("error")
            if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
                raise Refused(REFUSALS["dimensions"])
            image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
            picture = ImageOps.exif_transpose(image)
            if picture.mode == "P":  # which of its colours is none is said in `info`
                picture = _on_white(picture)
            picture.info = {}
            if form == "PNG" and max(picture.size) <= KEPT_SIDE:
                kept = _saved(picture if picture.mode in {"RGB", "L"} else _on_white(picture), "PNG")
                if len(kept) <= MOST_KEPT:
                    return kept, "image/png"
            picture = _on_white(picture)
            picture.thumbnail((KEPT_SIDE, KEPT_SIDE))
            for quality in (85, 70, 55, 40):
                kept = _saved(picture, "JPEG", quality=quality)
                if len(kept) <= MOST_KEPT:
                    return kept, "image/jpeg"
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(REFUSALS["dimensions"]) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Warning):
        raise Refused(REFUSALS["illisible"]) from None
    raise Refused(REFUSALS["taille"])


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode not in {"RGBA", "LA", "P"}:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    paper = Image.new("RGB", clear.size, "white")
    paper.paste(clear, mask=clear.getchannel("A"))
    return paper


def _saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def _look_through(content: bytes) -> None:
    """Refused when the PDF needs a password, acts by itself, carries other files, or is too intricate to be sure."""
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if len(pdf.pages) > MOST_PAGES or len(pdf.objects) > MOST_OBJECTS:
                raise Refused(REFUSALS["illisible"])
            for each in pdf.objects:
                _look_at(each.stream_dict if isinstance(each, pikepdf.Stream) else each)
    except pikepdf.PasswordError:
        raise Refused(REFUSALS["protege"]) from None
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError):
        raise Refused(REFUSALS["illisible"]) from None


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
                raise Refused(REFUSALS["actif"])
            if isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
                if depth >= DEEPEST:
                    raise Refused(REFUSALS["illisible"])
                waiting.append((value, depth + 1))

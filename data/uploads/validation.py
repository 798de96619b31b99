"""Documents that families give: what may arrive, what is said of what may not, how a file is shown.

Opening them is done in a separate process (data/uploads/worker.py). `check` is slow: never in a unit of work; pages await `checked`, which
takes its turn without holding a thread that others need.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import quote

from data.core.errors import UserError
from data.uploads import worker as upload_worker

MAX_UPLOAD_BYTES = 20 * 1024 * 1024  # what may arrive: a phone's photograph is made lighter here
MAX_STORED_BYTES = 2 * 1024 * 1024
MAX_WAITING = 12  # checks that wait their turn: what they hold stays in memory
MAX_NAME_LENGTH = 100
ACCEPTED = ".jpg,.jpeg,.png,.pdf,.heic,.heif,image/jpeg,image/png,image/heic,image/heif,application/pdf"
ACCEPTED_PICTURES = ".jpg,.jpeg,.png,.heic,.heif,image/jpeg,image/png,image/heic,image/heif"
FORMS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "heic": "HEIF", "heif": "HEIF", "pdf": "PDF"}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}  # by Windows
REFUSALS = {
    "vide": "Choisissez un fichier.",
    "taille": "Le fichier dépasse la taille maximale de 2 Mo.",
    "lourde": "Le fichier dépasse la taille maximale de 20 Mo.",
    "format": "Format non accepté. Formats acceptés : JPEG, JPG, PNG, PDF.",
    "photo": "Format non accepté. Formats acceptés : JPEG, JPG, PNG.",
    "contenu": "Le contenu du fichier ne correspond pas à son extension.",
    "protege": "Ce PDF est protégé par un mot de passe. Déposez une version sans protection.",
    "actif": "Ce PDF contient des éléments actifs et ne peut pas être accepté.",
    "pages": "Ce PDF a plus de 50 pages. Déposez seulement les pages demandées.",
    "dimensions": "L’image est trop grande (40 millions de pixels au plus).",
    "illisible": "Le fichier est illisible ou endommagé.",
    "occupe": "Le service est momentanément très sollicité. Réessayez dans une minute.",
    "place": "L’enregistrement est momentanément impossible. Rien n’a été modifié.",
    "heure": "Vous avez déposé beaucoup de fichiers en une heure. Réessayez dans une heure, ou prévenez le conservatoire.",
    "quota": "Vos documents dépassent 40 Mo. Retirez ceux qui ne servent plus, ou déposez des fichiers plus légers.",
}
Answer = TypeVar("Answer")
_turns = ThreadPoolExecutor(1, "documents")
_waiting = 0


def check(content: bytes, name: str) -> tuple[bytes, str]:
    """(what is kept, its media type) of a file named so; UserError in words otherwise."""
    if not content:
        raise UserError(REFUSALS["vide"])
    form = FORMS.get(name.rpartition(".")[2].lower() if "." in name else "")
    if form is None:
        raise UserError(REFUSALS["format"])
    if len(content) > (MAX_STORED_BYTES if form == "PDF" else MAX_UPLOAD_BYTES):
        raise UserError(REFUSALS["taille"])
    if form_of(content) != form:
        raise UserError(REFUSALS["contenu"])
    media_type, stored = _opened("pdf" if form == "PDF" else f"picture {form}", content)
    return stored or content, media_type


def make_photo(content: bytes, kind: str = "portrait") -> bytes:
    """At most 600 pixels a side, upright, without metadata; UserError in words. A « portrait » as JPEG, a « logo » as PNG. Slow."""
    if not content:
        raise UserError(REFUSALS["vide"])
    form = form_of(content)
    if form in {"", "PDF"}:
        raise UserError(REFUSALS["photo"])
    if len(content) > MAX_UPLOAD_BYTES:
        raise UserError(REFUSALS["lourde"])
    return _opened(f"{kind} {form}", content)[1]


async def checked(content: bytes, name: str) -> tuple[bytes, str]:
    """`check`, in its turn, off the loop."""
    return await _in_turn(check, content, name)


async def photo(content: bytes) -> bytes:
    """`make_photo`, in its turn, off the loop."""
    return await _in_turn(make_photo, content)


async def logo(content: bytes) -> bytes:
    """A `make_photo` that keeps what is transparent, in its turn, off the loop."""
    return await _in_turn(make_photo, content, "logo")


async def _in_turn(work: Callable[..., Answer], *given: object) -> Answer:
    global _waiting  # noqa: PLW0603
    if _waiting >= MAX_WAITING:
        raise UserError(REFUSALS["occupe"])
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_turns, work, *given)
    finally:
        _waiting -= 1


def form_of(content: bytes) -> str:
    """What the first bytes say: JPEG, PNG, HEIF, PDF, or "" for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"%PDF-"):
        return "PDF"
    return "HEIF" if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS else ""


def _opened(question: str, content: bytes) -> tuple[str, bytes]:
    try:
        message, stored = upload_worker.ask(question, content)
    except upload_worker.Overloaded:
        raise UserError(REFUSALS["occupe"]) from None
    except upload_worker.Lost:
        raise UserError(REFUSALS["illisible"]) from None
    if message in REFUSALS:
        raise UserError(REFUSALS[message])
    return message, stored


def code_of(error: UserError) -> str:
    """The short name of a refusal, for an address."""
    return next((code for code, text in REFUSALS.items() if text == error.sentence), "illisible")


def shown_name(name: str, media_type: str) -> str:
    """The family's own name for the file, fit to be shown: no folder, nothing hidden in it, the ending of what it is."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kinds = [(each, unicodedata.category(each)[0]) for each in last]
    plain = "".join(" " if kind == "Z" else each for each, kind in kinds if kind != "C")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not ending.isalnum() or len(ending) > 5:
        stem = plain
    ending = ENDINGS[media_type]
    stem = " ".join(stem.split()).strip(". ")[: MAX_NAME_LENGTH - len(ending) - 1].rstrip(". ") or "document"
    return f"{'_' if stem.lower() in RESERVED else ''}{stem}.{ending}"


def disposition(name: str) -> str:
    """The header that names a file shown in the browser, for any browser (RFC 6266)."""
    ending = name.rpartition(".")[2]
    return f"inline; filename=\"document.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"

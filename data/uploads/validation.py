"""Documents that families give: what may arrive, what is said of what may not, how a file is shown.

A file is taken by its content, never by its name. Opening it is done in a separate process (data/uploads/worker.py). `check` is slow:
never in a unit of work; pages await `checked`, which takes its turn without holding a thread that others need.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeVar
from urllib.parse import quote

from data.core.database import free_to_write
from data.core.errors import UserError
from data.core.i18n import _
from data.core.turns import Full, Turns
from data.uploads import worker as upload_worker
from data.uploads.limits import (
    MAX_JOINED_PAGES,
    MAX_LETTER_DOCUMENTS,
    MAX_PAGES,
    MAX_STORED_BYTES,
    MAX_UPLOAD_BYTES,
    MEGABYTE,
    packed,
)

MAX_WAITING, MAX_WAITING_BYTES = 100, 240 * MEGABYTE  # checks that wait their turn: what they hold stays in memory
RETRY_SECONDS = 5  # after which a browser that found no place in the queue sends its file again
MAX_NAME_LENGTH = 100
ACCEPTED_PICTURES = "image/*,.jpg,.jpeg,.jpe,.jfif,.png,.heic,.heif,.webp,.avif,.gif,.bmp,.tif,.tiff"
ACCEPTED = f"{ACCEPTED_PICTURES},.pdf,application/pdf"
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
SIGNATURES = {
    b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF", b"II*\0": "TIFF", b"MM\0*": "TIFF",
}  # fmt: skip
BMP_HEADERS = {12, 40, 52, 56, 64, 108, 124}  # lengths
PDF_WITHIN = 1024  # bytes that may stand before a PDF's first mark
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}  # by Windows
REFUSALS = {
    "vide": _("Choisissez un fichier."),
    "creux": _("Ce fichier est vide. Choisissez-en un autre."),
    "taille": _(
        "Le fichier dépasse la taille maximale de {kept} Mo, même allégé. Déposez seulement les pages demandées."
    ),
    "lourde": _(
        "Le fichier dépasse la taille maximale de {door} Mo. Prenez une photo du document, ou déposez moins de pages."
    ),
    "format": _(
        "Format non accepté. Formats acceptés : JPEG, JPG, PNG, PDF. Enregistrez le document en PDF, ou photographiez-le."
    ),
    "photo": _("Format non accepté. Formats acceptés : JPEG, JPG, PNG."),
    "protege": _("Ce PDF est protégé par un mot de passe. Déposez une version sans protection, ou imprimez-le en PDF."),
    "actif": _(
        "Ce PDF contient des éléments actifs et ne peut pas être accepté. Imprimez-le en PDF, puis déposez ce nouveau fichier."
    ),
    "formulaire": _(
        "Les pages de ce PDF ne s’affichent que dans un logiciel particulier. Imprimez-le en PDF, puis déposez ce nouveau fichier."
    ),
    "complexe": _(
        "Ce fichier demande trop de travail pour être ouvert ici. Imprimez-le en PDF, ou photographiez le document."
    ),
    "pages": _("Ce PDF a plus de {pages} pages. Déposez seulement les pages demandées."),
    "joints": _("Un courrier porte {most} documents au plus."),
    "feuilles": _("{joined} pages photographiées au plus pour un document. Retirez-en, ou déposez un PDF."),
    "dimensions": _(
        "L’image est trop grande pour être ouverte ici. Photographiez le document, ou enregistrez l’image en JPEG."
    ),
    "illisible": _(
        "Le fichier est illisible ou endommagé. Envoyez-le de nouveau depuis l’original, ou photographiez le document."
    ),
    "occupe": _("Le portail est très sollicité. Votre fichier n’est pas en cause : réessayez dans une minute."),
    "place": _("L’enregistrement est momentanément impossible. Rien n’a été modifié."),
    "heure": _(
        "Vous avez déposé beaucoup de fichiers en une heure. Réessayez dans une heure, ou prévenez le conservatoire."
    ),
    "quota": _("Vos documents dépassent 40 Mo. Retirez ceux qui ne servent plus, ou déposez des fichiers plus légers."),
}
REMARKS = {
    "flou": _("La photo paraît floue : le texte est peu lisible. Si vous le pouvez, envoyez-en une plus nette."),
    "sombre": _("La photo est sombre : le texte est peu lisible. Si vous le pouvez, reprenez-la avec plus de lumière."),
    "nettoye": _(
        "Ce PDF a été réécrit sans ce qu’il contenait d’actif ou de joint (actions, champs, fichiers). Vérifiez-le avec « Consulter »."
    ),
    "repare": _("Ce PDF était abîmé : il a été réparé. Vérifiez-le avec « Consulter »."),
}
FIGURES = {
    "kept": MAX_STORED_BYTES // MEGABYTE,
    "door": MAX_UPLOAD_BYTES // MEGABYTE,
    "pages": MAX_PAGES,
    "joined": MAX_JOINED_PAGES,
    "most": MAX_LETTER_DOCUMENTS,
}
Answer = TypeVar("Answer")
turns = Turns("documents", 1, most=MAX_WAITING, most_bytes=MAX_WAITING_BYTES)


class Kept(NamedTuple):
    """A file as it is kept, and the short names of what a person is told of it (REMARKS)."""

    content: bytes
    media_type: str
    remarks: tuple[str, ...] = ()


class Sent(Protocol):
    """A file as it lies on the disk while the request lasts."""

    async def read(self, size: int = -1) -> bytes: ...


class Busy(UserError):
    """No place in the queue: nobody's fault, and the same file may be sent again."""


def refusal(code: str) -> UserError:
    """The sentence of that short name, its sizes made from the limits."""
    used = {name: figure for name, figure in FIGURES.items() if f"{{{name}}}" in REFUSALS[code]}
    return (Busy if code == "occupe" else UserError)(REFUSALS[code], code=code, **used)


def check(content: bytes) -> Kept:
    """What is kept of a file, whatever its name; UserError in words otherwise."""
    form = _form(content, "format")
    return _opened("pdf" if form == "PDF" else f"picture {form}", content)


def make_photo(content: bytes, kind: str = "portrait") -> bytes:
    """At most 600 pixels a side, upright, without metadata; UserError in words. A « portrait » as JPEG, a « logo » as PNG. Slow."""
    form = _form(content, "photo")
    if form == "PDF":
        raise refusal("photo")
    return _opened(f"{kind} {form}", content).content


def _page(content: bytes, turn: int, most_bytes: int) -> Kept:
    form = _form(content, "photo")
    if form == "PDF":
        raise refusal("photo")
    return _opened(f"page {form} {turn} {most_bytes}", content)


def _form(content: bytes, otherwise: str) -> str:
    if not content:
        raise refusal("creux")
    if len(content) > MAX_UPLOAD_BYTES:
        raise refusal("lourde")
    form = form_of(content)
    if not form:
        raise refusal(otherwise)
    return form


async def checked(content: bytes) -> Kept:
    """`check`, in its turn, off the loop."""
    return await _in_turn(len(content), check, content)


async def photo(content: bytes) -> bytes:
    """`make_photo`, in its turn, off the loop."""
    return await _in_turn(len(content), make_photo, content)


async def logo(content: bytes) -> bytes:
    """A `make_photo` that keeps what is transparent, in its turn, off the loop."""
    return await _in_turn(len(content), make_photo, content, "logo")


async def joined(sent: Sequence[Sent], turns: Sequence[int]) -> Kept:
    """Photographs of one document as one PDF, each turned clockwise by so many degrees. One at a time is read and opened."""
    if not 0 < len(sent) <= MAX_JOINED_PAGES:
        raise refusal("feuilles" if sent else "vide")
    pages: list[Kept] = []
    for each, turn in zip(sent, turns, strict=True):
        content = await each.read(MAX_UPLOAD_BYTES + 1)
        pages.append(await _in_turn(len(content), _page, content, turn, MAX_STORED_BYTES // len(sent) - 2048))
    content = packed([page.content for page in pages])
    kept = await _in_turn(len(content), _opened, "joined", content)
    return kept._replace(remarks=tuple(dict.fromkeys(remark for page in pages for remark in page.remarks)))


async def _in_turn(size: int, work: Callable[..., Answer], *given: object) -> Answer:
    """One after the other, in the order in which they came, until what was made may be written; Busy when what waits is as much as
    may be held."""
    try:
        answer = await turns.wait(partial(work, *given), size)
    except Full:
        raise refusal("occupe") from None
    await free_to_write()
    return answer


def form_of(content: bytes) -> str:
    """What the bytes say, whatever the name: JPEG, PNG, HEIF, AVIF, WEBP, GIF, BMP, TIFF, PDF, or "" for anything else."""
    for signature, form in SIGNATURES.items():
        if content.startswith(signature):
            return form
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[:2] == b"BM" and int.from_bytes(content[14:18], "little") in BMP_HEADERS:
        return "BMP"
    if content[4:8] == b"ftyp":
        brands = {content[at : at + 4] for at in range(8, min(int.from_bytes(content[:4], "big"), 64), 4)}
        if b"avif" in brands or b"avis" in brands:
            return "AVIF"
        return "HEIF" if content[8:12] in HEIF_BRANDS else ""
    return _("PDF") if b"%PDF-" in content[:PDF_WITHIN] else ""


def _opened(question: str, content: bytes) -> Kept:
    try:
        message, stored = upload_worker.ask(question, content)
    except upload_worker.Overloaded:
        raise refusal("occupe") from None
    except upload_worker.Lost:
        raise refusal("complexe") from None
    if message in REFUSALS:
        raise refusal(message)
    media_type, *remarks = message.split()
    return Kept(stored, media_type, tuple(remarks))


def code_of(error: UserError, *, otherwise: str = "illisible") -> str:
    """The short name of a refusal, for an address."""
    return error.code if error.code in REFUSALS else otherwise


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

"""Files that families give. What is kept was decoded and written anew: no metadata, no polyglot, no script.

On disk under FILES_DIR/<site>/<random name>, mode 0600; first the file, then its row.
"""

import hashlib
import io
import os
import re
import secrets
import warnings
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from PIL import Image, ImageOps, UnidentifiedImageError
from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, select

from data.families import Pupil
from data.i18n import Refused
from data.settings import settings
from data.visits import NotYours, OfSite, Visit

MOST_BYTES = 20 * 1024 * 1024  # a phone's photograph, before it is made lighter
MOST_PIXELS, LONGEST_SIDE, PHOTO_SIDE = 40_000_000, 12_000, 600
REFUSALS = {
    "vide": "Choisissez un fichier.",
    "taille": "Le fichier dépasse la taille maximale de 20 Mo.",
    "format": "Format non accepté. Formats acceptés : JPEG, JPG, PNG.",
    "dimensions": "L’image est trop grande (40 millions de pixels au plus).",
    "illisible": "Le fichier est illisible ou endommagé.",
}
SIGNATURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}


class StoredFile(OfSite, table=True):
    """A file about a pupil, met by the pupil's families and the site's staff. `name` is random: it is no secret's guess."""

    fence: ClassVar[str] = "pupil"
    __tablename__ = "stored_file"
    __table_args__ = (ForeignKeyConstraint(["pupil_id", "site_id"], ["pupil.id", "pupil.site_id"]),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    giver_id: int | None = None  # the family that gave it
    name: str = Field(max_length=32, unique=True)
    kind: str = Field(max_length=20)
    media_type: str = Field(max_length=40)
    size: int
    sha256: str = Field(max_length=64)
    created_at: datetime


def make_photo(content: bytes, *, kept: str = "JPEG") -> bytes:
    """A picture of at most 600 pixels a side, upright, without metadata; Refused in words. Slow: off the loop.

    `kept` as JPEG, or as PNG with what is transparent.
    """
    if not content:
        raise Refused(REFUSALS["vide"])
    if len(content) > MOST_BYTES:
        raise Refused(REFUSALS["taille"])
    form = next((form for signature, form in SIGNATURES.items() if content.startswith(signature)), None)
    if form is None:
        raise Refused(REFUSALS["format"])
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content), formats=[form]) as image:
            warnings.simplefilter("error")
            if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
                raise Refused(REFUSALS["dimensions"])
            image.draft("RGB", (PHOTO_SIDE * 2, PHOTO_SIDE * 2))
            upright = ImageOps.exif_transpose(image).convert("RGB" if kept == "JPEG" else "RGBA")
            upright.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
            upright.info = {}
            out = io.BytesIO()
            upright.save(out, kept, **({"quality": 85} if kept == "JPEG" else {"optimize": True}))
            return out.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(REFUSALS["dimensions"]) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Warning):
        raise Refused(REFUSALS["illisible"]) from None


def keep(v: Visit, pupil_id: int, kind: str, content: bytes, media_type: str) -> StoredFile:
    """Write the file whole, then its row."""
    name = write(v.site_id or 0, content)
    return v.add(
        StoredFile(
            site_id=v.site_id or 0,
            pupil_id=pupil_id,
            giver_id=v.family_id,
            name=name,
            kind=kind,
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=v.now,
        )
    )


def write(site_id: int, content: bytes) -> str:
    """The name of a new file that holds this, whole or not at all."""
    name = secrets.token_hex(16)
    path = path_of(site_id, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    return name


def path_of(site_id: int, name: str) -> Path:
    return settings().files_dir / str(site_id) / name


def by_name(v: Visit, name: str) -> StoredFile:
    """NotYours when there is none that this account may see."""
    if not re.fullmatch("[0-9a-f]{32}", name):
        raise NotYours(f"file {name[:32]!r}")
    found = v.one(select(StoredFile).where(StoredFile.name == name))
    if found is None:
        raise NotYours(f"file {name[:32]}")
    return found


def content_of(v: Visit, name: str) -> tuple[StoredFile, bytes]:
    """The row and the bytes. A file that another household gave is theirs until staff accept it."""
    found = by_name(v, name)
    shown = (
        v.is_staff or found.giver_id == v.family_id or _accepted(v, found)
    )  # an absence's document stays its giver's
    path = path_of(found.site_id, found.name)
    if not shown or not path.is_file():
        raise NotYours(f"file {name[:32]}")
    return found, path.read_bytes()


def _accepted(v: Visit, found: StoredFile) -> bool:
    return v.one(select(Pupil).where(Pupil.id == found.pupil_id, Pupil.photo == found.name)) is not None

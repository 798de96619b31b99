"""Files that families give. What is kept was decoded and written anew: no metadata, no polyglot, no script.

First the file, under a random name (data/core/file_store.py), then its row. A row that leaves stays as a mark until its file is gone
(data/privacy/orphan_files.py).
"""

import hashlib
import logging
import re
import secrets
from datetime import datetime, timedelta

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, and_, func, or_
from sqlmodel import Field, col, select

from data.core import file_store
from data.core.errors import NotFound
from data.core.scope import Clause, Key
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.families.pupil_scope import OfPupil, linked_pupils
from data.uploads.validation import refusal, shown_name

MAX_FILES_PER_HOUR, MAX_BYTES_PER_FAMILY = 30, 40 * 1024 * 1024  # of a family; the bytes by kind: of one campaign
PHOTO = "photo"  # a kind
log = logging.getLogger("anacrouse.files")


class StoredFile(OfPupil, table=True):
    """A file about a pupil, met by the family that gave it and the site's staff; a photograph by all of the pupil's families.
    `name` is random: it is no secret's guess."""

    __tablename__ = "stored_file"
    __table_args__ = (ForeignKeyConstraint(["pupil_id", "site_id"], ["pupil.id", "pupil.site_id"]),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    giver_id: int | None = Field(default=None, index=True)  # the family that gave it
    name: str = Field(max_length=32, unique=True)
    shown: str = Field(default="", max_length=100)  # the family's own name for it
    kind: str = Field(max_length=20)  # photo, absence, « campaign 3 »: what 40 Mo of a family are counted by
    media_type: str = Field(max_length=40)
    size: int
    sha256: str = Field(max_length=64)
    created_at: datetime
    removed_at: datetime | None = None  # nobody meets it any more; the file itself goes later

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        theirs = linked_pupils(family_id)
        return lambda each: and_(
            each.site_id == site_id,
            each.pupil_id.in_(theirs),
            or_(each.giver_id == family_id, each.giver_id.is_(None), each.kind == PHOTO),
        )


def store(
    uow: UnitOfWork, pupil_id: int, kind: str, content: bytes, media_type: str, given_name: str = ""
) -> StoredFile:
    """Write the file whole, then its row. UserError in words when the family or the disk has no room for it."""
    within_quota(uow, kind, len(content))
    name = write(uow.site_id or 0, content)
    return uow.add(
        StoredFile(
            site_id=uow.site_id or 0,
            pupil_id=pupil_id,
            giver_id=uow.family_id,
            name=name,
            shown=shown_name(given_name, media_type),
            kind=kind,
            media_type=media_type,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            created_at=uow.now,
        )
    )


def within_quota(uow: UnitOfWork, kind: str = "", size: int = 0) -> None:
    """UserError when the family sent thirty files within the hour, or when those of a kind would pass 40 Mo in a year."""
    if uow.family_id is None:
        return
    theirs = StoredFile.giver_id == uow.family_id
    recently = select(func.count(col(StoredFile.id))).where(
        theirs, StoredFile.created_at > uow.now - timedelta(hours=1)
    )
    if uow.count(recently) >= MAX_FILES_PER_HOUR:
        raise refusal("heure")
    held = select(func.coalesce(func.sum(StoredFile.size), 0)).where(
        theirs,
        StoredFile.kind == kind,
        col(StoredFile.removed_at).is_(None),
        StoredFile.created_at > uow.now - timedelta(days=365),
    )
    if uow.count(held) + size > MAX_BYTES_PER_FAMILY:
        raise refusal("quota")


def discard(uow: UnitOfWork, name: str) -> None:
    """Nobody meets this file from now on; itself it goes after the commit, when the sweep passes."""
    found = by_name(uow, name)
    found.removed_at = uow.now
    uow.add(found)


def write(site_id: int, content: bytes) -> str:
    """The name of a new file that holds this, whole or not at all. UserError when it cannot be kept: no room, no service."""
    name = secrets.token_hex(16)
    try:
        file_store.store().write(key_of(site_id, name), content)
    except OSError as fault:
        log.error("a file could not be kept: %s", fault)
        raise refusal("place") from fault
    return name


def read(site_id: int, name: str) -> bytes | None:
    """None for no name, and for a file that is gone."""
    return file_store.store().read(key_of(site_id, name)) if name else None


def remove(site_id: int, name: str) -> None:
    """Nothing when there is none."""
    if name:
        file_store.store().remove(key_of(site_id, name))


def key_of(site_id: int, name: str) -> str:
    return f"{site_id}/{name}"


def by_name(uow: UnitOfWork, name: str) -> StoredFile:
    """NotFound when there is none that this account may see."""
    if not re.fullmatch("[0-9a-f]{32}", name):
        raise NotFound(f"file {name[:32]!r}")
    found = uow.one(select(StoredFile).where(StoredFile.name == name, col(StoredFile.removed_at).is_(None)))
    if found is None:
        raise NotFound(f"file {name[:32]}")
    return found


def content_of(uow: UnitOfWork, name: str) -> tuple[StoredFile, bytes]:
    """The row and the bytes. A file that another household gave is theirs until staff accept it; one of a household that is
    protected is the « responsable »’s (data/families/protection.py)."""
    found = by_name(uow, name)
    # An absence's document stays its giver's.
    shown = uow.is_staff or found.giver_id == uow.family_id or _accepted(uow, found)
    content = read(found.site_id, found.name) if shown else None
    if content is None:
        raise NotFound(f"file {name[:32]}")
    return found, content


def _accepted(uow: UnitOfWork, found: StoredFile) -> bool:
    return uow.one(select(Pupil).where(Pupil.id == found.pupil_id, Pupil.photo == found.name)) is not None

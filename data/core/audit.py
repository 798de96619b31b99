"""Who did what to which record, when. Rows are added, never changed: the database itself refuses (a trigger)."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Protocol

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, Index
from sqlmodel import Field

from data.core.scope import OfSite, Scope
from data.core.unit_of_work import UnitOfWork


class AuditEntry(OfSite, table=True):
    """One act. `changes` is field -> [old, new], as kept; never a password, a token or a file."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_latest", "site_id", "at"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    reference: str = Field(max_length=12, index=True)
    at: datetime = Field(index=True)
    actor_id: int | None = None
    actor: str = Field(default="", max_length=120)
    role: str = Field(default="", max_length=20)
    action: str = Field(max_length=40, index=True)
    subject: str = Field(default="", max_length=40)
    subject_id: int | None = None
    family_id: int | None = Field(default=None, index=True)
    client: str = Field(default="", max_length=64)
    changes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Author(NamedTuple):
    """Who acts, and at which site, where the unit of work does not say it: the system's is bound to no account."""

    site_id: int | None
    name: str = ""


class Recorded(Protocol):
    """A row that an entry is about."""

    id: int

    @property
    def __tablename__(self) -> object: ...


def note(
    uow: UnitOfWork,
    action: str,
    *,
    subject: str = "",
    subject_id: int | None = None,
    family_id: int | None = None,
    by: Author = Author(None),
    changes: Mapping[str, object] | None = None,
) -> None:
    """Write the act in the unit of work's own transaction: what is undone leaves no entry."""
    place = by.site_id if uow.site_id is None else uow.site_id
    if not place:
        return
    uow.add(
        AuditEntry(
            site_id=place,
            reference=secrets.token_hex(4),
            at=uow.now,
            actor_id=uow.account_id,
            actor=(by.name or uow.name)[:120],
            role=uow.role,
            action=action,
            subject=subject,
            subject_id=subject_id,
            family_id=family_id if uow.family_id is None else uow.family_id,
            client=uow.client[:64],
            changes=dict(changes or {}),
        )
    )


def note_record(
    uow: UnitOfWork,
    action: str,
    record: Recorded,
    family_id: int | None = None,
    *,
    by: Author = Author(None),
    changes: Mapping[str, object] | None = None,
) -> None:
    """`note` of one row: its table and its number are the subject."""
    subject = str(record.__tablename__)
    note(uow, action, subject=subject, subject_id=record.id, family_id=family_id, by=by, changes=changes)

"""A letter to a group: what it says and to whom, the documents joined, and each household with what became of it there.

A family meets the letters that were sent to it, and marks in its own row that it read and accepted.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ForeignKeyConstraint, Select, UniqueConstraint, and_
from sqlmodel import Field, col, select

from data.core import database
from data.core.own_texts import english_column
from data.core.scope import Clause, Key, OfFamily, OfSite, Scope
from data.core.unit_of_work import UnitOfWork
from data.families.models import of_its_site


class GroupLetterState(StrEnum):
    DRAFT = "draft"
    SENDING = "sending"  # its letters are being written, some hundreds at a time
    SENT = "sent"


class Reach(StrEnum):
    """How a household gets its letter."""

    MAIL = "mail"  # and in the portal
    PORTAL = "portal"  # no address that mail can be sent to
    BLOCKED = "blocked"  # every account of the household is blocked
    NO_ACCOUNT = "no_account"


BY_HAND = (Reach.PORTAL, Reach.BLOCKED, Reach.NO_ACCOUNT)  # « à remettre autrement »
UNREACHED = (Reach.BLOCKED, Reach.NO_ACCOUNT)  # nothing is written to these


def of_its_letter() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["letter_id", "site_id"], ["group_letter.id", "group_letter.site_id"])


def _sent_to(family_id: Key) -> Select[tuple[int]]:
    """The letters of a family, over the Core table: it is not scoped again."""
    recipient = database.metadata.tables["group_recipient"]
    return select(recipient.c.letter_id).where(recipient.c.family_id == family_id)


class GroupLetter(OfSite, table=True):
    """`choice`: who gets it (data/group_letters/audience.py). `text`: a paragraph a line, with {variables} in French words."""

    scope: ClassVar[Scope] = Scope.FAMILY
    staff_managed: ClassVar[bool] = True
    __tablename__ = "group_letter"
    __table_args__ = (UniqueConstraint("id", "site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    subject: str = Field(default="", max_length=120)
    text: str = Field(default="", max_length=4000)
    english: dict[str, str] = english_column()  # of these two
    choice: dict[str, object] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    asks: bool = False  # « à lire et accepter »
    state: str = Field(default=GroupLetterState.DRAFT, max_length=8, index=True)
    written_by: str = Field(default="", max_length=120)
    created_at: datetime = Field(index=True)
    sent_at: datetime | None = None
    version: int = 1

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        theirs = _sent_to(family_id)
        return lambda each: and_(each.site_id == site_id, each.id.in_(theirs))


class GroupDocument(OfSite, table=True):
    """A document joined to a letter: read in the portal. `file` is its name on disk."""

    scope: ClassVar[Scope] = Scope.FAMILY
    staff_managed: ClassVar[bool] = True
    __tablename__ = "group_document"
    __table_args__ = (of_its_letter(),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    letter_id: int = Field(index=True)
    file: str = Field(max_length=32)
    name: str = Field(max_length=100)
    media_type: str = Field(max_length=40)

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        theirs = _sent_to(family_id)
        return lambda each: and_(each.site_id == site_id, each.letter_id.in_(theirs))


class GroupRecipient(OfFamily, table=True):
    """A household of a letter. `asked`: whether its acceptance is waited for; the second household that only consults is told."""

    staff_added: ClassVar[bool] = True
    staff_columns: ClassVar[frozenset[str]] = frozenset({"letter_id", "reach", "asked", "pupils", "written_at"})
    __tablename__ = "group_recipient"
    __table_args__ = (of_its_site(), of_its_letter(), UniqueConstraint("letter_id", "family_id"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    letter_id: int
    reach: str = Field(max_length=10)
    asked: bool = False
    pupils: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # those that it is about
    written_at: datetime | None = None  # when its letters went to the outbox
    read_at: datetime | None = None
    read_by: str = Field(default="", max_length=120)
    accepted_at: datetime | None = None
    accepted_by: str = Field(default="", max_length=120)


def documents_of(uow: UnitOfWork, letter_id: int) -> list[GroupDocument]:
    return list(
        uow.all(select(GroupDocument).where(GroupDocument.letter_id == letter_id).order_by(col(GroupDocument.id)))
    )

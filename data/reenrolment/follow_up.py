"""What the office keeps of a request for itself: a note, « à revoir », whose it is; and which documents it has looked at."""

from datetime import datetime
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, col, select

from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.plain_text import tidy_lines
from data.core.roles import Role
from data.core.scope import OfSite, Scope
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.models import DocumentState, Reenrolment, SuppliedDocument

MAX_NOTE = 500  # characters


class ReviewNote(OfSite, table=True):
    """Of one request, between colleagues. No page of a family shows it; « Mes données » does, without names (data/privacy/data_export.py)."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "review_note"
    __table_args__ = (
        ForeignKeyConstraint(["reenrolment_id", "site_id"], ["reenrolment.id", "reenrolment.site_id"]),
        UniqueConstraint("reenrolment_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    reenrolment_id: int
    text: str = Field(default="", max_length=MAX_NOTE)
    revisit: bool = False  # « à revoir »
    assignee_id: int | None = None
    assignee: str = Field(default="", max_length=120)
    changed_by: str = Field(default="", max_length=120)
    changed_at: datetime


def colleagues(uow: UnitOfWork) -> list[Account]:
    """Whom a request can be given to: the site's staff, by name."""
    uow.staff_only()
    return list(
        uow.all(
            select(Account)
            .where(col(Account.role).in_([Role.OFFICE, Role.MANAGER]), col(Account.disabled).is_(False))
            .order_by(col(Account.name))
        )
    )


def write(uow: UnitOfWork, sent_id: int, text: str, *, revisit: bool, assignee_id: int | None) -> ReviewNote:
    """All of it at once, as the form says it."""
    text = tidy_lines(text)
    if len(text) > MAX_NOTE:
        raise ValidationErrors(
            {"note": UserError("Ce texte est trop long : {most} caractères au plus.", most=MAX_NOTE)}
        )
    note = _of(uow, sent_id)
    note.text, note.revisit = text, revisit
    _assign(uow, note, assignee_id)
    return _keep(uow, note)


def turn_revisit(uow: UnitOfWork, sent_id: int) -> ReviewNote:
    """« À revoir », or no more."""
    note = _of(uow, sent_id)
    note.revisit = not note.revisit
    return _keep(uow, note)


def take(uow: UnitOfWork, sent_id: int) -> ReviewNote:
    """The request is mine from now on; mine already: nobody's again."""
    note = _of(uow, sent_id)
    _assign(uow, note, None if note.assignee_id == uow.account_id else uow.account_id)
    return _keep(uow, note)


def _of(uow: UnitOfWork, sent_id: int) -> ReviewNote:
    """The request's note, locked; a new one when it has none."""
    uow.staff_only()
    sent = uow.get(Reenrolment, sent_id, lock=True)
    found = uow.one(select(ReviewNote).where(ReviewNote.reenrolment_id == sent.id))
    return found or ReviewNote(site_id=sent.site_id, reenrolment_id=sent.id, changed_at=uow.now)


def _assign(uow: UnitOfWork, note: ReviewNote, account_id: int | None) -> None:
    account = uow.get(Account, account_id) if account_id else None
    if account and account.role not in {Role.OFFICE, Role.MANAGER}:
        raise NotFound(f"colleague {account_id}")
    note.assignee_id, note.assignee = (account.id, account.name) if account else (None, "")


def _keep(uow: UnitOfWork, note: ReviewNote) -> ReviewNote:
    note.changed_by, note.changed_at = uow.name, uow.now
    uow.add(note)
    sent = uow.get(Reenrolment, note.reenrolment_id)
    kept = {"revisit": ["", note.revisit], "assignee": ["", note.assignee]}
    audit.note_record(uow, Action.REQUEST_FOLLOWED_UP, sent, sent.household_id, changes=kept)
    uow.publish(("queue", note.site_id))
    return note


def look_at(uow: UnitOfWork, sent_id: int, supplied_id: int | None = None) -> None:
    """That document of the request is on the screen of somebody of the office: the first that waits, when none is named."""
    uow.staff_only()
    sent = uow.get(Reenrolment, sent_id)
    question = (
        select(SuppliedDocument)
        .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
        .where(
            SuppliedDocument.campaign_id == sent.campaign_id,
            SuppliedDocument.pupil_id == sent.pupil_id,
            SuppliedDocument.family_id == sent.household_id,
            SuppliedDocument.state == DocumentState.RECEIVED,
            col(SuppliedDocument.file_id).is_not(None),
        )
    )
    if supplied_id:
        question = question.where(SuppliedDocument.id == supplied_id)
    supplied = uow.one(question.order_by(col(RequiredDocument.rank), col(RequiredDocument.id)))
    if supplied and supplied.seen_file_id != supplied.file_id and protection.family_shown(uow, supplied.family_id):
        supplied.seen_file_id = supplied.file_id
        uow.add(supplied)
        uow.publish(("queue", supplied.site_id))

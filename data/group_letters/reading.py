"""A family's side of letters to groups: it opens one, reads its documents, accepts; what still waits for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam
from sqlmodel import col, select

from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.group_letters.models import GroupDocument, GroupLetter, GroupRecipient, documents_of
from data.mail.outbox import Letter, LetterState


@dataclass(frozen=True)
class Received:
    """A letter to a group as one household has it."""

    letter: GroupLetter
    row: GroupRecipient
    documents: Sequence[GroupDocument]

    @property
    def awaited(self) -> bool:
        return self.row.asked and self.row.accepted_at is None


def awaited() -> ColumnElement[bool]:
    """Of GroupRecipient: what the family of the parameter `family` has still to accept."""
    return and_(
        col(GroupRecipient.family_id) == bindparam("family"),
        col(GroupRecipient.asked).is_(True),
        col(GroupRecipient.accepted_at).is_(None),
        col(GroupRecipient.written_at).is_not(None),
    )


def accepted(uow: UnitOfWork) -> list[tuple[GroupLetter, datetime, int]]:
    """Those that the household accepted, the latest first: when, and the account's own copy."""
    found = uow.rows(
        select(GroupLetter, GroupRecipient.accepted_at, Letter.id)
        .join(GroupRecipient, col(GroupRecipient.letter_id) == GroupLetter.id)
        .join(Letter, col(Letter.group_id) == GroupLetter.id)
        .where(
            GroupRecipient.family_id == uow.family_id,
            col(GroupRecipient.accepted_at).is_not(None),
            Letter.account_id == uow.account_id,
            Letter.state != LetterState.CANCELLED,
        )
        .order_by(col(GroupRecipient.accepted_at).desc(), col(Letter.id))
    )
    return [*{letter.id: (letter, at, copy) for letter, at, copy in found}.values()]


def received(uow: UnitOfWork, group_id: int) -> Received:
    """NotFound when it was not sent to this family."""
    row = _row(uow, group_id)
    return Received(uow.get(GroupLetter, group_id), row, documents_of(uow, group_id))


def copy_of(letters: Iterable[Letter], group_id: int) -> int:
    """The account's own copy among its letters: where the mail's button leads. NotFound without one."""
    found = next((each.id for each in letters if each.group_id == group_id), None)
    if found is None:
        raise NotFound(f"letter to a group {group_id}")
    return found


def mark_read(uow: UnitOfWork, group_id: int) -> None:
    """The first time somebody of the household opens it."""
    row = _row(uow, group_id)
    if row.read_at is None:
        row.read_at, row.read_by = uow.now, uow.name
        uow.add(row)
        uow.publish(("group letters", row.site_id))


def accept(uow: UnitOfWork, group_id: int) -> None:
    """Once, by one adult for the household; said again it stays as it was."""
    mark_read(uow, group_id)
    row = _row(uow, group_id, lock=True)
    if not row.asked or row.accepted_at is not None:
        return
    letter = uow.get(GroupLetter, group_id)
    row.accepted_at, row.accepted_by = uow.now, uow.name
    uow.add(row)
    audit.note_record(uow, Action.GROUP_LETTER_ACCEPTED, letter, uow.family_id, changes={"title": ["", letter.subject]})
    uow.publish(
        ("group letters", row.site_id), ("family", uow.family_id or 0), ("account letters", uow.account_id or 0)
    )


def content_of(uow: UnitOfWork, document_id: int) -> tuple[GroupDocument, bytes]:
    """A document that this account may read; NotFound otherwise."""
    document = uow.get(GroupDocument, document_id)
    content = stored_files.read(document.site_id, document.file)
    if content is None:
        raise NotFound(f"document {document_id} of a letter")
    return document, content


def _row(uow: UnitOfWork, group_id: int, *, lock: bool = False) -> GroupRecipient:
    question = select(GroupRecipient).where(
        GroupRecipient.letter_id == group_id, GroupRecipient.family_id == uow.family_id
    )
    if lock:
        question = question.with_for_update().execution_options(populate_existing=True)
    row = uow.one(question) if 0 < group_id < 2**31 and uow.family_id else None
    if row is None:
        raise NotFound(f"letter to a group {group_id}")
    return row

"""What hangs on rows that an import added: by a foreign key of whatever table, or by a number that the database does not check."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import and_
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select

from data.billing.models import Invoice, Payment
from data.billing.online_payments import OnlinePayment
from data.billing.pdf_archive import Paper
from data.change_requests.models import RECORD_TYPES, ChangeRequest
from data.core import database
from data.core.external_keys import ExternalKey
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family
from data.families.stored_files import StoredFile
from data.importing.runs import ImportWrite
from data.messages.models import Inquiry
from data.messages.subjects import TABLES

CHUNK = 500
PAPERS: dict[str, Any] = {"invoice": Invoice, "receipt": Payment}  # as `subject` begins
# Numbers of rows that no foreign key checks, and where each is looked at.
UNCHECKED: dict[tuple[str, str], str] = {
    ("invoice", "corrects_id"): "here",
    ("stored_file", "giver_id"): "here",
    ("change_request", "sheet_id"): "here",
    ("outside_key", "row_id"): "here",
    ("online_payment", "payment_id"): "a payment that came by the bank is not an import’s",
    ("online_payment", "account_id"): "whoever pays has signed in: sign_in says so",
    ("letter", "account_id"): "who was told how to come in has another account row: access_sent_at",
    ("letter", "group_id"): "of the staff",
    ("change_request", "author_id"): "whoever asks has signed in: sign_in says so",
    ("reenrolment", "author_id"): "whoever answers has signed in: sign_in says so",
    ("reenrolment_wish", "author_id"): "whoever answers has signed in: sign_in says so",
    ("supplied_document", "author_id"): "whoever sends has signed in: sign_in says so",
    ("absence", "reason_from_id"): "the notice that says why names the family",
    ("absence_notice", "author_id"): "whoever tells has signed in: sign_in says so",
    ("inquiry", "about_id"): "here",
    ("inquiry", "author_id"): "whoever asks has signed in: sign_in says so",
    ("inquiry_turn", "author_id"): "whoever writes has signed in: sign_in says so",
    ("sign_in", "viewing_account_id"): "looking changes nothing",
    ("import_run", "author_id"): "of the staff",
    ("access_batch", "author_id"): "of the staff",
    ("change_request", "viewer_id"): "of the staff",
    ("reenrolment", "viewer_id"): "of the staff",
    ("review_note", "assignee_id"): "of the staff",
    ("supplied_document", "seen_file_id"): "an import brings no file",
    ("audit_entry", "actor_id"): "the journal says what was",
    ("audit_entry", "subject_id"): "the journal says what was",
    ("audit_entry", "family_id"): "the journal says what was",
    ("family_merge", "kept_id"): "the journal says what was",
    ("family_merge", "gone_id"): "the journal says what was",
    ("letter", "message_id"): "no row’s number",
}


class Link(NamedTuple):
    """A row that names one which the import added."""

    parent: tuple[str, int]
    child: tuple[str, int]
    column: str
    family_id: int | None = None


class _Written(Protocol):
    table: type[SQLModel]
    row_id: int
    changes: dict[str, list[Any]]

    @property
    def key(self) -> tuple[str, int]: ...


def later_links(uow: UnitOfWork, run_id: int, since: datetime) -> list[Link]:
    """Everything that names a row added by that import, but the rows that it added itself."""
    found: list[Link] = []
    for child, column, parent in database.references():
        if child is not ImportWrite:
            found += _links(uow, run_id, child, column, parent)
    found += _links(uow, run_id, Invoice, "corrects_id", Invoice)
    found += _links(uow, run_id, StoredFile, "giver_id", Family)
    for sheet, table in RECORD_TYPES.items():
        found += _links(uow, run_id, ChangeRequest, "sheet_id", table, ChangeRequest.sheet == sheet)
    for about, asked in TABLES.items():
        found += _links(uow, run_id, Inquiry, "about_id", asked, Inquiry.about == about)
    named = {str(each.__tablename__): each for each in database.table_classes()}
    for record in uow.all(select(ImportWrite.record).where(ImportWrite.run_id == run_id).distinct()):
        if named[record] is not ExternalKey:
            found += _links(uow, run_id, ExternalKey, "row_id", named[record], ExternalKey.record == record)
    return [*found, *_papers(uow, run_id, since), *_paid_online(uow, run_id, since)]


def _added(run_id: int, table: type[SQLModel], number: Any, note: Any = ImportWrite) -> Any:
    return and_(
        col(note.run_id) == run_id,
        col(note.record) == str(table.__tablename__),
        col(note.row_id) == number,
        col(note.digest) != "",
    )


def _links(
    uow: UnitOfWork, run_id: int, child: Any, column: str, parent: type[SQLModel], *conditions: Any
) -> list[Link]:
    named, name, own = getattr(child, column), str(parent.__tablename__), aliased(ImportWrite)
    whose = child.family_id if "family_id" in child.model_fields else named
    question: Any = select(child.id, named, whose).join(ImportWrite, _added(run_id, parent, named))
    question = question.outerjoin(own, _added(run_id, child, child.id, own)).where(col(own.id).is_(None), *conditions)
    return [
        Link((name, number), (str(child.__tablename__), row_id), column, family_id)
        for row_id, number, family_id in uow.rows(question)
    ]


def _papers(uow: UnitOfWork, run_id: int, since: datetime) -> list[Link]:
    """Invoices and receipts that a family has opened: they were given to it."""
    found: list[Link] = []
    for paper in uow.all(select(Paper).where(col(Paper.created_at) >= since)):
        kind, _, rest = paper.subject.partition(":")
        number = rest.rsplit(":", 2)[0]
        if (table := PAPERS.get(kind)) is not None:
            question = select(table.id).join(ImportWrite, _added(run_id, table, table.id)).where(table.number == number)
            found += [
                Link((str(table.__tablename__), row_id), ("paper", paper.id), "subject", paper.family_id)
                for row_id in uow.all(question)
            ]
    return found


def _paid_online(uow: UnitOfWork, run_id: int, since: datetime) -> list[Link]:
    """Invoices that a family has begun to pay."""
    begun = uow.all(select(OnlinePayment).where(col(OnlinePayment.started_at) >= since))
    chosen = {number: row for row in begun for number, _ in row.chosen}
    if not chosen:
        return []
    question = select(Invoice.id).join(ImportWrite, _added(run_id, Invoice, Invoice.id))
    return [
        Link(("invoice", row_id), ("online_payment", chosen[row_id].id), "chosen", chosen[row_id].family_id)
        for row_id in uow.all(question.where(col(Invoice.id).in_(chosen)))
    ]


def lost_targets(uow: UnitOfWork, written: Iterable[_Written]) -> set[tuple[str, int]]:
    """Rows whose former value named a row that is no longer there."""
    parents = {(str(each.table.__tablename__), each.column): each.parent for each in database.references()}
    wanted: dict[Any, dict[int, list[tuple[str, int]]]] = {}
    for each in written:
        for column, (before, _) in each.changes.items():
            parent = parents.get((str(each.table.__tablename__), column))
            if parent is not None and before:
                wanted.setdefault(parent, {}).setdefault(before, []).append(each.key)
    lost: set[tuple[str, int]] = set()
    for parent, named in wanted.items():
        numbers = list(named)
        there: set[int] = set()
        for at in range(0, len(numbers), CHUNK):
            there |= set(uow.all(select(parent.id).where(parent.id.in_(numbers[at : at + CHUNK]))))
        lost |= {key for number, keys in named.items() if number not in there for key in keys}
    return lost

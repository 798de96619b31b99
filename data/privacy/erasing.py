"""What of each record has had its time, and the erasing of it: for every kind of data/privacy/records.py that leaves by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, cast, or_
from sqlmodel import col, delete, exists, select, update

from data.access_grants.batches import AccessBatch
from data.accounts.rate_limit import NetworkTry, Throttle
from data.accounts.sessions import KnownDevice, PushDevice, SignIn
from data.change_requests.models import ChangeRequest, FieldChange, RequestState
from data.core import audit
from data.core.audit import Action, AuditEntry
from data.core.unit_of_work import UnitOfWork
from data.directory.merge_models import FamilyMerge
from data.families import stored_files
from data.families.models import Pupil
from data.families.stored_files import PHOTO, StoredFile
from data.group_letters.models import GroupDocument, GroupLetter, GroupLetterState, GroupRecipient
from data.importing.matched import of_the_shape
from data.importing.runs import ImportFile, ImportRun, ImportState, ImportWrite
from data.mail.outbox import TERMINAL_STATES, Letter
from data.messages.models import Inquiry, InquiryState, InquiryTurn
from data.privacy import records
from data.privacy.records import PersonalRecord
from data.reenrolment.campaigns import Campaign, RequiredDocument, Sensitive
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument
from data.schooling.absences import AbsenceNotice, NoticeState

YEAR = timedelta(days=365)
EMPTY = "[]"  # a JSON column that holds nothing any more
Clause = Any
Before = datetime  # what is older has had its time


@dataclass(frozen=True)
class Rule:
    """`since`: the column that says how old a row is. `due(before)`: rows whose time is over; `held`: those that still hold something.
    `erase` takes rows of the table. `noted`: what the journal says of it; nothing of what no person is told about."""

    record: PersonalRecord
    table: type[Any]
    since: Any
    due: Callable[[Before], Clause]
    erase: Callable[[UnitOfWork, Sequence[Any]], None]
    held: Clause = True
    noted: Action | None = Action.RECORDS_ERASED


def _delete(uow: UnitOfWork, rows: Sequence[Any]) -> None:
    table = type(rows[0])
    uow.change(delete(table).where(table.id.in_([row.id for row in rows])))


def _empty(uow: UnitOfWork, rows: Sequence[Any], values: Mapping[str, object]) -> None:
    table = type(rows[0])
    uow.change(update(table).where(table.id.in_([row.id for row in rows])).values(dict(values)))


def _older(column: Any) -> Callable[[Before], Clause]:
    return lambda before: col(column) < before


def _of_documents(*, sensitive: Clause) -> Clause:
    return col(SuppliedDocument.document_id).in_(select(RequiredDocument.id).where(sensitive))


def _sensitive(before: Before) -> Clause:
    """Of a campaign that is over, unless a request that waits stands on it."""
    waiting = exists().where(
        col(Reenrolment.pupil_id) == SuppliedDocument.pupil_id,
        col(Reenrolment.campaign_id) == SuppliedDocument.campaign_id,
        col(Reenrolment.household_id) == SuppliedDocument.family_id,
        col(Reenrolment.state) == ReenrolmentState.SUBMITTED,
    )
    return and_(col(SuppliedDocument.campaign_id).in_(_over(before)), ~waiting)


def _over(before: Before) -> Clause:
    return select(Campaign.id).where(col(Campaign.closes_on) < before.date())


def _erase_papers(uow: UnitOfWork, rows: Sequence[SuppliedDocument]) -> None:
    """Nobody meets the file any more; itself it goes when the sweep of files passes (data/privacy/orphan_files.py). A draft that
    nobody decided goes whole: nothing was said of it."""
    for supplied in rows:
        file = uow.get(StoredFile, supplied.file_id)
        file.removed_at = uow.now
        uow.add(file)
        if supplied.state == DocumentState.RECEIVED:
            uow.delete(supplied)
        else:
            supplied.file_id, supplied.version = None, supplied.version + 1
            uow.add(supplied)
        uow.publish(("pupil", supplied.pupil_id), ("family", supplied.family_id or 0), ("queue", supplied.site_id))


def _absence_papers(before: Before) -> Clause:
    """Of answered messages, of those that nobody answered in a year, and files that another one replaced."""
    kept = exists().where(
        col(AbsenceNotice.document) == StoredFile.name,
        or_(
            and_(col(AbsenceNotice.state) == NoticeState.PENDING, col(AbsenceNotice.submitted_at) >= before - YEAR),
            and_(col(AbsenceNotice.state) == NoticeState.WITHDRAWN, col(AbsenceNotice.submitted_at) >= before),
            col(AbsenceNotice.decided_at) >= before,
        ),
    )
    return and_(col(StoredFile.kind) == "absence", col(StoredFile.created_at) < before, ~kept)


def _photographs(before: Before) -> Clause:
    """Those that no request speaks of any more."""
    asked = exists().where(
        col(FieldChange.field) == PHOTO,
        or_(col(FieldChange.new) == StoredFile.name, col(FieldChange.old) == StoredFile.name),
    )
    return and_(col(StoredFile.created_at) < before, ~asked)


def _erase_files(uow: UnitOfWork, rows: Sequence[StoredFile]) -> None:
    for file in rows:
        file.removed_at = uow.now
        uow.add(file)
        uow.publish(("pupil", file.pupil_id), ("family", file.giver_id or 0))
    names = [file.name for file in rows]
    uow.change(update(AbsenceNotice).where(col(AbsenceNotice.document).in_(names)).values(document=""))


def _notes(before: Before) -> Clause:
    decided = select(Reenrolment.id).where(
        or_(
            and_(col(Reenrolment.state) != ReenrolmentState.SUBMITTED, col(Reenrolment.decided_at) < before),
            col(Reenrolment.campaign_id).in_(_over(before - YEAR)),
        )
    )
    return and_(col(ReviewNote.changed_at) < before, col(ReviewNote.reenrolment_id).in_(decided))


def _requests(before: Before) -> Clause:
    return and_(col(ChangeRequest.state) == RequestState.CLOSED, col(ChangeRequest.closed_at) < before)


def _erase_requests(uow: UnitOfWork, rows: Sequence[ChangeRequest]) -> None:
    uow.change(delete(FieldChange).where(col(FieldChange.request_id).in_([row.id for row in rows])))
    _delete(uow, rows)


def _messages(before: Before) -> Clause:
    """Not one that still waits for its answer."""
    return and_(col(Inquiry.state) != InquiryState.WAITING, col(Inquiry.turned_at) < before)


def _erase_messages(uow: UnitOfWork, rows: Sequence[Inquiry]) -> None:
    uow.change(delete(InquiryTurn).where(col(InquiryTurn.inquiry_id).in_([row.id for row in rows])))
    _delete(uow, rows)


def _sent(before: Before) -> Clause:
    return and_(col(Letter.created_at) < before, col(Letter.state).in_(TERMINAL_STATES))


def _erase_group_letters(uow: UnitOfWork, rows: Sequence[GroupLetter]) -> None:
    """With what became of each; the documents' files go when the sweep of files passes."""
    keys = [row.id for row in rows]
    uow.change(delete(GroupRecipient).where(col(GroupRecipient.letter_id).in_(keys)))
    uow.change(delete(GroupDocument).where(col(GroupDocument.letter_id).in_(keys)))
    _delete(uow, rows)


def _import_files(before: Before) -> Clause:
    finished = and_(col(ImportRun.state) != ImportState.WAITING, col(ImportRun.finished_at) < before)
    waiting = and_(
        col(ImportRun.state).in_([ImportState.WAITING, ImportState.REFUSED]), col(ImportRun.created_at) < before
    )
    return or_(finished, waiting)


def _erase_import_files(uow: UnitOfWork, rows: Sequence[ImportRun]) -> None:
    """A file that nobody went on with is dropped; of one that was read, examples and corrected cells leave."""
    for run in rows:
        if run.state == ImportState.WAITING:
            run.state, run.finished_at = ImportState.DROPPED, uow.now
        run.samples, run.matched = [], of_the_shape(run.matched)
        uow.add(run)
        uow.publish(("import", run.id), ("imports", run.site_id))
    uow.change(delete(ImportFile).where(col(ImportFile.run_id).in_([run.id for run in rows])))


def _erase_access_letters(uow: UnitOfWork, rows: Sequence[AccessBatch]) -> None:
    for batch in rows:
        stored_files.remove(batch.site_id, batch.file)
    _empty(uow, rows, {"file": "", "size": 0})


def _written(column: Any) -> Clause:
    """A JSON column that still holds something."""
    return cast(col(column), String) != EMPTY


_HEALTHY = and_(
    col(SuppliedDocument.state) == DocumentState.VALIDATED,
    _of_documents(sensitive=col(RequiredDocument.sensitive) == Sensitive.HEALTH),
)
_FILED = col(SuppliedDocument.file_id).is_not(None)
_THERE = col(StoredFile.removed_at).is_(None)
_UNDOABLE = select(ImportRun.id)

RULES = (
    Rule(records.HEALTH_PAPERS, SuppliedDocument, SuppliedDocument.given_at, _older(SuppliedDocument.decided_at), _erase_papers,
         and_(_FILED, _HEALTHY), Action.DOCUMENTS_ERASED),
    Rule(records.SENSITIVE_PAPERS, SuppliedDocument, SuppliedDocument.given_at, _sensitive, _erase_papers,
         and_(_FILED, ~_HEALTHY, col(SuppliedDocument.state) != DocumentState.REFUSED,
              _of_documents(sensitive=col(RequiredDocument.sensitive) != Sensitive.NO)), Action.DOCUMENTS_ERASED),
    Rule(records.REFUSED_PAPERS, SuppliedDocument, SuppliedDocument.given_at, _older(SuppliedDocument.decided_at), _erase_papers,
         and_(_FILED, col(SuppliedDocument.state) == DocumentState.REFUSED), Action.DOCUMENTS_ERASED),
    Rule(records.ABSENCE_PAPERS, StoredFile, StoredFile.created_at, _absence_papers, _erase_files,
         and_(_THERE, col(StoredFile.kind) == "absence"), Action.DOCUMENTS_ERASED),
    Rule(records.OLD_PHOTOGRAPHS, StoredFile, StoredFile.created_at, _photographs, _erase_files,
         and_(_THERE, col(StoredFile.kind) == PHOTO, ~exists().where(col(Pupil.photo) == StoredFile.name)), Action.DOCUMENTS_ERASED),
    Rule(records.REVIEW_NOTES, ReviewNote, ReviewNote.changed_at, _notes, _delete),
    Rule(records.REQUESTS, ChangeRequest, ChangeRequest.submitted_at, _requests, _erase_requests),
    Rule(records.MESSAGES, Inquiry, Inquiry.turned_at, _messages, _erase_messages),
    Rule(records.LETTER_TEXTS, Letter, Letter.created_at, _sent, lambda uow, rows: _empty(uow, rows, {"blocks": [], "secret": ""}),
         _written(Letter.blocks), None),
    Rule(records.LETTERS, Letter, Letter.created_at, _sent, _delete),
    Rule(records.GROUP_LETTERS, GroupLetter, GroupLetter.created_at, _older(GroupLetter.created_at), _erase_group_letters,
         col(GroupLetter.state) != GroupLetterState.SENDING),
    Rule(records.IMPORT_FILES, ImportRun, ImportRun.created_at, _import_files, _erase_import_files, _written(ImportRun.samples)),
    Rule(records.UNDOING, ImportWrite, None, lambda before: col(ImportWrite.run_id).in_(
             _UNDOABLE.where(col(ImportRun.finished_at) <= before)), _delete, noted=None),
    Rule(records.UNDOING, FamilyMerge, FamilyMerge.at, lambda before: col(FamilyMerge.at) <= before,
         lambda uow, rows: _empty(uow, rows, {"rows": []}), _written(FamilyMerge.rows), None),
    Rule(records.ACCESS_LETTERS, AccessBatch, AccessBatch.created_at, _older(AccessBatch.created_at), _erase_access_letters,
         col(AccessBatch.file) != ""),
    Rule(records.SIGN_INS, SignIn, SignIn.seen_at, _older(SignIn.seen_at), _delete, noted=None),
    Rule(records.DEVICES, KnownDevice, KnownDevice.seen_at, _older(KnownDevice.seen_at), _delete, noted=None),
    Rule(records.PUSH_DEVICES, PushDevice, PushDevice.notified_at, _older(PushDevice.notified_at), _delete, noted=None),
    Rule(records.FAILURES, Throttle, Throttle.failed_at, _older(Throttle.failed_at), _delete, noted=None),
    Rule(records.FAILURES, NetworkTry, NetworkTry.at, _older(NetworkTry.at), _delete, noted=None),
    Rule(records.JOURNAL, AuditEntry, AuditEntry.at, _older(AuditEntry.at), _delete, noted=Action.JOURNAL_PURGED),
)  # fmt: skip


def note(uow: UnitOfWork, rule: Rule, site_id: int, count: int) -> None:
    """In the journal, in the same transaction and before the erasing: the newest entry is what the database counts from."""
    if rule.noted is None:
        return
    changes: dict[str, object] = {"count": ["", count]}
    if rule.noted is Action.RECORDS_ERASED:
        changes["record"] = ["", rule.record.label]
    subject = "supplied_document" if rule.noted is Action.DOCUMENTS_ERASED else ""
    audit.note(uow, rule.noted, subject=subject, by=audit.Author(site_id, "–"), changes=changes)

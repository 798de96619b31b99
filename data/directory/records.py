"""What the portal keeps of one family, for staff to read: requests, letters, the journal; the latest first."""

from sqlmodel import col, select

from data.change_requests.models import RECORD_TYPES, Asked, ChangeRequest, FieldChange
from data.core.audit import AuditEntry
from data.core.fields import editables
from data.core.unit_of_work import UnitOfWork
from data.directory.part_families import merged_into
from data.mail.outbox import Letter

MAX_ROWS = 200


def requests(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[Asked]:
    uow.staff_only()
    found = uow.rows(
        select(ChangeRequest, FieldChange)
        .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
        .where(ChangeRequest.family_id == family_id)
        .order_by(col(ChangeRequest.id).desc(), col(FieldChange.id))
        .limit(most)
    )
    return [(request, change, editables(RECORD_TYPES[request.sheet])[change.field]) for request, change in found]


def letters_of(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[Letter]:
    uow.staff_only()
    return list(
        uow.all(select(Letter).where(Letter.family_id == family_id).order_by(col(Letter.id).desc()).limit(most))
    )


def journal_of(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[AuditEntry]:
    uow.manager_only()
    return list(
        uow.all(
            select(AuditEntry)
            .where(col(AuditEntry.family_id).in_([family_id, *merged_into(uow, family_id)]))
            .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
            .limit(most)
        )
    )

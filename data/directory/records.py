"""What the house keeps of one family, for staff to read: requests, letters, the journal; the latest first."""

from sqlmodel import col, select

from data.change_requests.models import SHEETS, Asked, ChangeRequest, FieldChange
from data.core.audit import AuditEntry
from data.core.fields import editables
from data.core.unit_of_work import Visit
from data.mail.outbox import Letter

MOST = 200


def requests(v: Visit, family_id: int, most: int = MOST) -> list[Asked]:
    v.staff_only()
    found = v.rows(
        select(ChangeRequest, FieldChange)
        .join(FieldChange, col(FieldChange.request_id) == ChangeRequest.id)
        .where(ChangeRequest.family_id == family_id)
        .order_by(col(ChangeRequest.id).desc(), col(FieldChange.id))
        .limit(most)
    )
    return [(request, change, editables(SHEETS[request.sheet])[change.field]) for request, change in found]


def letters_of(v: Visit, family_id: int, most: int = MOST) -> list[Letter]:
    v.staff_only()
    return list(v.all(select(Letter).where(Letter.family_id == family_id).order_by(col(Letter.id).desc()).limit(most)))


def journal_of(v: Visit, family_id: int, most: int = MOST) -> list[AuditEntry]:
    v.manager_only()
    return list(
        v.all(
            select(AuditEntry)
            .where(AuditEntry.family_id == family_id)
            .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
            .limit(most)
        )
    )

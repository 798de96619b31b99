"""What the portal keeps of one family, for staff to read: requests of every kind, letters, the journal; the latest first."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from data.change_requests.models import RECORD_TYPES, Asked, ChangeRequest, FieldChange
from data.core.audit import AuditEntry
from data.core.fields import editables
from data.core.unit_of_work import UnitOfWork
from data.directory.part_families import merged_into
from data.families.models import Pupil
from data.mail.outbox import Letter
from data.messages.models import Inquiry
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import Reenrolment, SuppliedDocument
from data.schooling.absences import AbsenceNotice

MAX_ROWS = 200
Found = TypeVarTuple("Found")


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


def reenrolments(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[tuple[Reenrolment, Pupil, Campaign]]:
    question = select(Reenrolment, Pupil, Campaign).join(Campaign, col(Campaign.id) == Reenrolment.campaign_id)
    theirs = question.where(Reenrolment.household_id == family_id)
    found = _of_pupils(uow, theirs, Reenrolment, col(Reenrolment.submitted_at), most)
    return [(sent, pupil, campaign) for sent, pupil, campaign in found]


def documents(
    uow: UnitOfWork, family_id: int, most: int = MAX_ROWS
) -> list[tuple[SuppliedDocument, RequiredDocument, Pupil]]:
    question = select(SuppliedDocument, RequiredDocument, Pupil).join(
        RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id
    )
    theirs = question.where(SuppliedDocument.family_id == family_id)
    found = _of_pupils(uow, theirs, SuppliedDocument, col(SuppliedDocument.given_at), most)
    return [(supplied, document, pupil) for supplied, document, pupil in found]


def absences(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[tuple[AbsenceNotice, Pupil]]:
    theirs = select(AbsenceNotice, Pupil).where(AbsenceNotice.family_id == family_id)
    found = _of_pupils(uow, theirs, AbsenceNotice, col(AbsenceNotice.submitted_at), most)
    return [(notice, pupil) for notice, pupil in found]


def messages(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[Inquiry]:
    uow.staff_only()
    theirs = select(Inquiry).where(Inquiry.family_id == family_id)
    return list(uow.all(theirs.order_by(col(Inquiry.turned_at).desc(), col(Inquiry.id).desc()).limit(most)))


def _of_pupils(
    uow: UnitOfWork,
    question: Select[*Found],
    table: type[Reenrolment | SuppliedDocument | AbsenceNotice],
    at: Mapped[datetime],
    most: int,
) -> Sequence[tuple[*Found]]:
    """With the pupil each is about; the latest first."""
    uow.staff_only()
    about = question.join(Pupil, col(Pupil.id) == table.pupil_id)
    return uow.rows(about.order_by(at.desc(), col(table.id).desc()).limit(most))


def letters_of(uow: UnitOfWork, family_id: int, most: int = MAX_ROWS) -> list[Letter]:
    uow.staff_only()
    return list(
        uow.all(
            select(Letter)
            .where(Letter.family_id == family_id)
            .order_by(col(Letter.created_at).desc(), col(Letter.id).desc())
            .limit(most)
        )
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

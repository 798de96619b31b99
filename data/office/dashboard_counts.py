"""How much waits in each file of « Demandes », in one question."""

from typing import Any

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.billing.online_payments import AttemptState, OnlinePayment
from data.change_requests.models import ChangeRequest, RequestState
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.messages.models import Inquiry, InquiryState
from data.reenrolment import participation
from data.reenrolment.models import Reenrolment, ReenrolmentState, SuppliedDocument
from data.reenrolment.queue_list import CLOSED
from data.schooling.absences import AbsenceNotice, NoticeState

FILES = ("", "reinscriptions", "pieces", "absences", "messages", "paiements", "traitees")


def everywhere() -> int:
    """How much waits for the staff of all sites, for the operator's watch."""
    with system_unit_of_work() as uow:
        return sum(uow.count(each) for each in _waiting())


def counts(uow: UnitOfWork) -> dict[str, int]:
    """File -> its number, in the order of FILES."""
    uow.staff_only()
    troubled = or_(col(OnlinePayment.overpaid) > 0, col(OnlinePayment.state) == AttemptState.DIFFERS)
    asked = (
        *_waiting(),
        select(func.count(col(OnlinePayment.id))).where(troubled, col(OnlinePayment.seen_at).is_(None)),
        select(func.count(col(ChangeRequest.id))).where(ChangeRequest.state == RequestState.CLOSED),
        select(func.count(col(Reenrolment.id))).where(col(Reenrolment.state).in_(CLOSED)),
        select(func.count(col(AbsenceNotice.id))).where(
            col(AbsenceNotice.state).in_([NoticeState.ACCEPTED, NoticeState.DECLINED])
        ),
        select(func.count(col(Inquiry.id))).where(Inquiry.state != InquiryState.WAITING),
    )
    question: Any = select(Site.id)
    numbers = question.add_columns(*(each.scalar_subquery() for each in asked)).where(Site.id == uow.site_id)
    (found,) = uow.rows(numbers)
    files = list(found[1:])
    return dict(zip(FILES, [*files[: len(FILES) - 1], sum(files[len(FILES) - 1 :])], strict=True))


def _waiting() -> tuple[SelectOfScalar[int], ...]:
    return (
        select(func.count(col(ChangeRequest.id))).where(ChangeRequest.state == RequestState.PENDING),
        select(func.count(col(Reenrolment.id))).where(Reenrolment.state == ReenrolmentState.SUBMITTED),
        select(func.count(col(SuppliedDocument.id))).where(participation.alone()),
        select(func.count(col(AbsenceNotice.id))).where(AbsenceNotice.state == NoticeState.PENDING),
        select(func.count(col(Inquiry.id))).where(Inquiry.state == InquiryState.WAITING),
    )

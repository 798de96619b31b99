"""Money that came in online and settles nothing, until somebody of the office has seen to it."""

from sqlmodel import col, or_, select

from data.billing.online_payments import AttemptState, OnlinePayment, note
from data.core.audit import Action
from data.core.formats import euros
from data.core.i18n import JOURNAL
from data.core.unit_of_work import UnitOfWork


def troubles(uow: UnitOfWork) -> list[OnlinePayment]:
    """For the staff: money received that settles nothing, until somebody has dealt with it. The oldest first."""
    uow.staff_only()
    return list(
        uow.all(
            select(OnlinePayment)
            .where(
                or_(col(OnlinePayment.overpaid) > 0, OnlinePayment.state == AttemptState.DIFFERS),
                col(OnlinePayment.seen_at).is_(None),
            )
            .order_by(col(OnlinePayment.answered_at), col(OnlinePayment.id))
        )
    )


def mark_seen(uow: UnitOfWork, payment_id: int) -> None:
    """A member of staff has given the money back, or settled something else with it."""
    uow.staff_only()
    row = uow.get(OnlinePayment, payment_id, lock=True)
    if row.seen_at is None:
        row.seen_by, row.seen_at = uow.name[:120], uow.now
        uow.add(row)
        note(uow, row, Action.OVERPAYMENT_DEALT_WITH, {"amount": ["", euros(row.overpaid, JOURNAL)]})
        uow.publish(("queue", row.site_id), ("billing", row.family_id or 0))

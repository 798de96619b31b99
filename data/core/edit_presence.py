"""Who of the staff has a request open: the others see the name, for as long as a look lasts."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, update

from data.core.unit_of_work import UnitOfWork

PRESENCE_LASTS = timedelta(minutes=10)


def colleague(uow: UnitOfWork, request: Any) -> str:
    """The name of another member of staff who has the request open, or ""."""
    fresh = request.viewed_at is not None and uow.now - request.viewed_at < PRESENCE_LASTS
    return str(request.viewer) if fresh and request.viewer_id != uow.account_id else ""


def mark_present(uow: UnitOfWork, table: Any, key: int | None, waiting: str) -> None:
    """This person has that row of `table` open, and no other any more; whoever came first stays named. None: has left.

    Only a request in the state `waiting` is anybody's.
    """
    uow.staff_only()
    left = uow.change(
        update(table)
        .where(col(table.viewer_id) == uow.account_id, col(table.id) != key)
        .values(viewer_id=None, viewer="", viewed_at=None)
    )
    request = uow.get(table, key, lock=True) if key else None
    new = False
    if request and request.state == waiting and not colleague(uow, request):
        new = request.viewer_id != uow.account_id
        request.viewer_id, request.viewer, request.viewed_at = uow.account_id, uow.name, uow.now
        uow.add(request)
    if left or new:
        uow.publish(("queue", uow.site_id or 0))

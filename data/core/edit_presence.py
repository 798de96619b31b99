"""Who of the staff has a request open: the others see the name, for as long as a look lasts."""

from datetime import timedelta
from typing import Any

from sqlmodel import col, update

from data.core.unit_of_work import Visit

LASTS = timedelta(minutes=10)


def colleague(v: Visit, request: Any) -> str:
    """The name of another member of staff who has the request open, or ""."""
    fresh = request.viewed_at is not None and v.now - request.viewed_at < LASTS
    return str(request.viewer) if fresh and request.viewer_id != v.account_id else ""


def claim(v: Visit, table: Any, key: int | None, waiting: str) -> None:
    """This person has that row of `table` open, and no other any more; whoever came first stays named. None: has left.

    Only a request in the state `waiting` is anybody's.
    """
    v.staff_only()
    left = v.change(
        update(table)
        .where(col(table.viewer_id) == v.account_id, col(table.id) != key)
        .values(viewer_id=None, viewer="", viewed_at=None)
    )
    request = v.get(table, key, lock=True) if key else None
    new = False
    if request and request.state == waiting and not colleague(v, request):
        new = request.viewer_id != v.account_id
        request.viewer_id, request.viewer, request.viewed_at = v.account_id, v.name, v.now
        v.add(request)
    if left or new:
        v.tell(("queue", v.site_id or 0))

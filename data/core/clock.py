"""The one clock: whatever asks for now or today asks here, in UTC or in a site's zone, never in the machine's.

Tests move it, and the processes that they start read by how much (only with ANACROUSE_TESTS=1).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHIFT = "ANACROUSE_CLOCK_SHIFT"  # seconds added to the machine's clock
_shift = timedelta(seconds=float(os.environ.get(SHIFT, "0")) if os.environ.get("ANACROUSE_TESTS") == "1" else 0)
_stopped: datetime | None = None


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _stopped or _of_the_machine() + _shift


def today(zone: ZoneInfo) -> date:
    return now().astimezone(zone).date()


def moment_of(file_time: float) -> datetime:
    """When a file was written, from its time: seconds since 1970 by the machine's clock."""
    return datetime.fromtimestamp(file_time, UTC) + _shift


def file_time_of(moment: datetime) -> float:
    return (moment - _shift).timestamp()


def set_to(moment: datetime) -> None:
    """It is `moment` and time goes on from there, in this process and in those it starts. Tests only."""
    global _shift, _stopped
    _stopped, _shift = None, moment - _of_the_machine()
    os.environ[SHIFT] = str(_shift.total_seconds())


def stop_at(moment: datetime) -> None:
    """It is `moment` in this process until `set_to`. Tests only."""
    global _stopped  # noqa: PLW0603
    set_to(moment)
    _stopped = moment


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """It is `moment` within, and afterwards as late as it would be without. Tests only."""
    shift = _shift
    stop_at(moment)
    try:
        yield
    finally:
        set_to(_of_the_machine() + shift)


def _of_the_machine() -> datetime:
    return datetime.now(UTC)  # noqa: TID251

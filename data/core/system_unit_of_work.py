"""A unit of work without a scope: for signing in, the delivery, imports by command, background jobs and the demonstration.

Pages and components may not import this module (import-linter): whatever they ask is asked for an account.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from data.core.unit_of_work import UnitOfWork, transaction


@contextmanager
def system_unit_of_work(
    *, writes: bool = False, waits: bool = True, now: datetime | None = None
) -> Iterator[UnitOfWork]:
    """Every row of every site. `waits`: for another writer, on SQLite; otherwise Unavailable at once."""
    with transaction(writes=writes, waits=waits, now=now) as uow:
        yield uow

"""Connections to PostgreSQL that end when nothing answers: a frozen server, a lost network. Whoever waits is told.

The server's own limits (`statement_timeout`) do not help there, nor the system's: the machine still acknowledges. A page that
waits holds the others, so a server that was silent once is not asked again for a moment.
"""

import time
from collections.abc import Callable

import psycopg
from psycopg import abc, errors
from psycopg.rows import TupleRow
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from data.core.settings import settings

BEYOND_SECONDS = 5.0  # after the `statement_timeout`, by which a server that is well ends a statement itself
IDLE_SECONDS = 5.0  # one that comes from the pool, asked whether it still lives
REST_SECONDS = 5.0


class AnsweringConnection(psycopg.Connection[TupleRow]):
    """One that waits `patience` seconds for an answer, or for ever (None)."""

    patience: float | None = BEYOND_SECONDS

    def wait(self, gen: abc.PQGen[abc.RV], interval: float = 0.1, timeout: float | None = None) -> abc.RV:
        if timeout is not None:  # it is somebody's who listens for a while
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience)
        except errors._WaitTimeout:
            self.pgconn.finish()  # what it would answer later belongs to nobody
            _silence.begin()
            raise psycopg.OperationalError(f"no answer in {self.patience:.0f} s") from None


class _Silence:
    """Since when the server says nothing."""

    until = 0.0  # of time.monotonic()

    def begin(self) -> None:
        self.until = time.monotonic() + REST_SECONDS

    def refuse(self) -> None:
        if time.monotonic() < self.until:
            raise psycopg.OperationalError("it gave no answer a moment ago")


_silence = _Silence()


def connect_with_patience(made: Engine) -> None:
    """Every connection of that engine is an AnsweringConnection."""
    event.listen(made, "do_connect", lambda _dialect, _entry, given, named: _connected(
        lambda: AnsweringConnection.connect(*given, **named)
    ))  # fmt: skip
    event.listen(made, "handle_error", _read_only, retval=True)
    event.listen(made, "checkin", _idle)
    event.listen(made, "checkout", _in_use)


def _connected(connect: Callable[[], AnsweringConnection]) -> AnsweringConnection:
    _silence.refuse()
    try:
        return connect()
    except errors.ConnectionTimeout:
        _silence.begin()
        raise


def _read_only(context: ExceptionContext) -> OperationalError | None:
    """A server that may only be read (a standby that took over) is one that cannot be written to, as SQLite says it; psycopg calls
    it an internal error, which nobody expects."""
    fault = context.original_exception
    if not isinstance(fault, errors.ReadOnlySqlTransaction):
        return None
    return OperationalError(context.statement, context.parameters, fault)


def _idle(connection: AnsweringConnection | None, _entry: ConnectionPoolEntry) -> None:
    if connection is not None:
        connection.patience = IDLE_SECONDS


def _in_use(connection: AnsweringConnection, _entry: ConnectionPoolEntry, _fairy: object) -> None:
    connection.patience = settings().database_statement_seconds + BEYOND_SECONDS

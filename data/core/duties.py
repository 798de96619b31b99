"""What the portal does by itself is one process's at a time: whoever holds the work's lock in PostgreSQL, for as long as it lives.

The lock is of a connection of its own, so it is free as soon as its holder has gone, however that happened; another process takes it
at its next round. SQLite has one process.
"""

import threading
from contextlib import AbstractContextManager, ExitStack

from sqlalchemy import Connection

from data.core import database


class Duties:
    """Those of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stack = ExitStack()
        self._line: Connection | None = None
        self._held: set[str] = set()

    def mine(self, name: str) -> bool:
        """Whether this process does that work, from now on. Fault when the database does not answer: then nobody's is known."""
        if database.file() is not None:
            return True
        with self._lock:
            try:
                return self._is_mine(name)
            except database.Fault:
                self._forget()
                raise

    def _is_mine(self, name: str) -> bool:
        if self._line is None:
            line: AbstractContextManager[Connection] = database.own_connection()
            self._line = self._stack.enter_context(line)
        if name in self._held:
            self._line.exec_driver_sql("SELECT 1")  # the line is there, and so is the lock
            return True
        question = "SELECT pg_try_advisory_lock(hashtext(%s))"
        if self._line.exec_driver_sql(question, (f"anacrouse duty {name}",)).scalar():
            self._held.add(name)
        return name in self._held

    def close(self) -> None:
        """All of them are another's to take."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._held.clear()
        self._line = None
        self._stack.close()

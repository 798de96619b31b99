"""What ails the database, or the service that keeps the files, when it cannot answer: asked of a fault, said to the operator, one line
of the log a cause."""

import logging
import sqlite3
import sys
import threading
import time
from collections import Counter
from enum import StrEnum

from sqlalchemy import exc

EVERY_SECONDS = 60.0


class Cause(StrEnum):
    BUSY = "busy"  # another one writes, or there is too much to do
    FULL = "full"
    READ_ONLY = "read only"
    DISK = "disk"  # that cannot be read or written
    GONE = "gone"
    CLOSED = "closed"  # its file cannot be opened
    DAMAGED = "damaged"
    FILES = "files"  # the service that keeps them is away


class FilesAway(OSError):
    """The service that keeps the files did not answer, or refused (data/core/file_store.py)."""


OF_SQLITE = {
    sqlite3.SQLITE_BUSY: Cause.BUSY,
    sqlite3.SQLITE_LOCKED: Cause.BUSY,
    sqlite3.SQLITE_FULL: Cause.FULL,
    sqlite3.SQLITE_READONLY: Cause.READ_ONLY,
    sqlite3.SQLITE_IOERR: Cause.DISK,
    sqlite3.SQLITE_CANTOPEN: Cause.CLOSED,
    sqlite3.SQLITE_CORRUPT: Cause.DAMAGED,
    sqlite3.SQLITE_NOTADB: Cause.DAMAGED,
}
OF_POSTGRESQL = {  # how its SQLSTATE begins (PostgreSQL, appendix A)
    "55P03": Cause.BUSY, "57014": Cause.BUSY, "40": Cause.BUSY, "53300": Cause.BUSY,
    "53100": Cause.FULL, "25006": Cause.READ_ONLY, "58": Cause.DISK, "57P": Cause.GONE, "08": Cause.GONE,
    "28": Cause.GONE, "3D": Cause.GONE, "XX001": Cause.DAMAGED, "XX002": Cause.DAMAGED,
}  # fmt: skip
SENTENCES = {
    Cause.BUSY: "The database is busy: another program writes in it. Try again in a moment.",
    Cause.FULL: "The disk of the database is full: make room on it.",
    Cause.READ_ONLY: "The database can only be read: let this process write in its folder, or mount its disk writable.",
    Cause.DISK: "The disk of the database cannot be read or written: look for its faults in the log of the system.",
    Cause.GONE: "The database cannot be reached: check that it runs, and that DATABASE_URL names it.",
    Cause.CLOSED: (
        "The database cannot be opened: check that DATABASE_URL names it, that its folder is there, "
        "and that this process may write in it."
    ),
    Cause.DAMAGED: (
        "The database is damaged. Keep it apart, put the last copy back (python main.py restore FOLDER), "
        "or save what can be read of it (sqlite3 FILE .recover)."
    ),
    Cause.FILES: "The files cannot be reached: check that their service runs, and FILES_URL, FILES_ENDPOINT and the keys.",
}


def cause_of(fault: BaseException | None) -> Cause | None:
    """Why the database did not answer; None when the fault is another. What a fault was raised from counts too."""
    seen = set[int]()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if found := _own_cause(fault):
            return found
        fault = fault.__cause__ or fault.__context__
    return None


def _own_cause(fault: BaseException) -> Cause | None:
    if isinstance(fault, FilesAway):
        return Cause.FILES
    if isinstance(fault, exc.TimeoutError):  # no connection is free
        return Cause.BUSY
    orig = getattr(fault, "orig", fault)
    if isinstance(orig, sqlite3.Error):
        return OF_SQLITE.get(getattr(orig, "sqlite_errorcode", 0) & 0xFF)
    psycopg = sys.modules.get("psycopg")  # not imported for SQLite
    if psycopg is not None and isinstance(orig, psycopg.Error):
        state = orig.sqlstate or ""
        if not state and isinstance(orig, psycopg.OperationalError):
            return Cause.GONE
        return next((cause for begin, cause in OF_POSTGRESQL.items() if state.startswith(begin)), None)
    return None


def reason_of(fault: BaseException) -> str:
    """The driver's own words, on one line."""
    own = fault
    while _own_cause(own) is None and (own.__cause__ or own.__context__):
        own = own.__cause__ or own.__context__  # type: ignore[assignment]
    return " ".join(str(getattr(own, "orig", own)).split())[:300]


class OneLine(logging.Filter):
    """Faults of a database that does not answer are told once a cause, then once a minute with how often; no traceback."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._untold, self._logged_at = Counter[Cause](), dict[Cause, float]()

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        cause = cause_of(fault)
        if fault is None or cause is None:
            return True
        with self._lock:
            now, self._untold[cause] = time.monotonic(), self._untold[cause] + 1
            if now - self._logged_at.get(cause, -EVERY_SECONDS) < EVERY_SECONDS:
                return False
            count, self._untold[cause], self._logged_at[cause] = self._untold[cause], 0, now
        again = f" (again {count - 1} times)" if count > 1 else ""
        record.msg, record.args = "%s: %s (%s)%s", (record.getMessage(), SENTENCES[cause], reason_of(fault), again)
        record.exc_info = record.exc_text = None
        return True

    def over(self) -> None:
        """The database answered."""
        with self._lock:
            logged_at, untold = self._logged_at.pop(Cause.GONE, None), self._untold.pop(Cause.GONE, 0)
        if logged_at is not None:
            logging.getLogger("anacrouse").warning("The database answers again; %s faults more were not told.", untold)


lines = OneLine()

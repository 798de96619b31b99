"""Facts of the machine that the watch, « Réglages » and the operator's commands tell: each is tried, none is supposed."""

import logging
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from data.core import database, file_store, outages, schema
from data.core.outages import Cause
from data.core.settings import settings

LEAST_FREE = 500 * 1024 * 1024
VERSION = "0.1.0"
TRIED_EVERY_SECONDS = 5.0  # whoever asks more often is given the same answer: each trial waits for the disk
log = logging.getLogger("anacrouse")
_damage = ""  # as the last examination found it, or a statement met it
_good = ("", Path(), 0.0)  # the database and the folder that were tried, and until when that holds (time.monotonic)


def free_bytes() -> int:
    """Left on the disk that keeps the documents (of a service: what stands beside them), or the database's when that has less."""
    file = database.file()
    folders = [settings().files_dir, *([file.parent] if file else [])]
    return min(shutil.disk_usage(_existing(folder)).free for folder in folders)


def failing() -> list[str]:
    """What cannot be relied on: « database », « files », « disk ». The database is read and written, a file is written."""
    global _good  # noqa: PLW0603
    places = (settings().database_url, settings().files_dir)
    if not _damage and places == _good[:2] and time.monotonic() < _good[2]:
        return []
    tried = {"database": not database_fault(), "files": not file_store.fault(), "disk": free_bytes() > LEAST_FREE}
    found = [name for name, good in tried.items() if not good]
    if not found:
        _good = (*places, time.monotonic() + TRIED_EVERY_SECONDS)
    return found


def database_fault() -> str:
    """What is wrong with the database, for the operator; "" when it was read and written."""
    if _damage:
        return f"{outages.SENTENCES[Cause.DAMAGED]} ({_damage})"
    try:
        now, newest = schema.state()
        schema.write()
    except (database.Fault, OSError) as fault:
        cause = outages.cause_of(fault)
        if cause is Cause.BUSY:
            return ""  # somebody writes
        return f"{outages.SENTENCES[cause]} ({outages.reason_of(fault)})" if cause else str(fault)
    return "" if now == newest else f"It is at {now}: run migrate to reach {newest}."


def examine() -> str:
    """Read a SQLite database from end to end; what is damaged, or "". PostgreSQL does so by its own means (checksums)."""
    global _damage  # noqa: PLW0603
    file = database.file()
    if file is None or not file.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as opened:
            found = [str(line) for (line,) in opened.execute("PRAGMA quick_check(3)")]
    except sqlite3.DatabaseError as fault:
        if outages.cause_of(fault) is not Cause.DAMAGED:
            raise
        found = [str(fault)]
    _damage = "" if found == ["ok"] else " ".join("; ".join(found).split())[:300]
    if _damage:
        log.error("%s (%s)", outages.SENTENCES[Cause.DAMAGED], _damage)
    return _damage


def damage() -> str:
    """What is known to be damaged, or ""."""
    return _damage


def note(fault: BaseException) -> None:
    """A statement met a damaged page: the watch hears of it before the next examination."""
    global _damage  # noqa: PLW0603
    if not _damage and outages.cause_of(fault) is Cause.DAMAGED:
        _damage = outages.reason_of(fault)


def _existing(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder

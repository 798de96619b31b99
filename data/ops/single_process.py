"""One process to a SQLite database: a second one refuses to start, and says why."""

import fcntl
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from data.core import database


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the database of this process, by a lock on a file beside it; SystemExit when another one holds it.

    PostgreSQL needs none.
    """
    database_file = database.file()
    if database_file is None:
        yield
        return
    lock = database_file.with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(
                f"Another process serves {database_file} already. Stop it first, or set DATABASE_URL to another database."
            )
        yield

"""What one process publishes, all of them hear: NOTIFY in the transaction that changed it, LISTEN on a connection of each process's own.

On SQLite there is one process, and nothing to pass on. A message holds topics, names and numbers alone: whoever hears it reads again
under its own unit of work. What was missed while the line was away is treated as if anything had changed.
"""

import json
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import Connection

from data.core import database, events
from data.core.events import Topic

CHANNEL = "anacrouse"
MAX_TOPICS = 150  # of one message: PostgreSQL takes 8,000 bytes
HEAR_SECONDS, ASK_SECONDS, AGAIN_SECONDS = 1.0, 10.0, 1.0
SELF = secrets.token_hex(4)  # who says it: what a process says itself it has heard already
log = logging.getLogger("anacrouse.live")
# Who draws pages here; a process without any gives its topics to the one that began it (data/importing/worker_process.py).
hand_over: Callable[[Iterable[Topic]], None] = events.deliver


def publish(topics: Iterable[Topic]) -> None:
    """Say it to every process. Of what a transaction changes, `tell` says it with that transaction."""
    topics = list(topics)
    hand_over(topics)
    if database.file() is not None:
        return
    try:
        with database.engine().begin() as connection:
            tell(connection, topics)
    except database.Unavailable as fault:  # it hears nobody either: pages are drawn again once it is back
        log.warning("other processes were not told", exc_info=fault)


def tell(connection: Connection, topics: Iterable[Topic]) -> None:
    """The other processes hear it once the connection's transaction is committed."""
    if connection.dialect.name == "postgresql":
        for message in _messages(topics):
            connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (CHANNEL, message))


def _messages(topics: Iterable[Topic]) -> Iterator[str]:
    found = sorted({*topics})
    for at in range(0, len(found), MAX_TOPICS):
        yield json.dumps([SELF, *found[at : at + MAX_TOPICS]], separators=(",", ":"))


def hear(message: str) -> None:
    """What another process said reaches this one's pages."""
    try:
        by, *found = json.loads(message)
        topics = [(str(name), int(number)) for name, number in found]
    except (ValueError, TypeError):
        log.warning("a message that no process of ours sends: %.80r", message)
        return
    if by != SELF:
        events.deliver(topics)


class Listener:
    """A thread with the process's own line to PostgreSQL; where it breaks, it is opened again."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self.hears = threading.Event()

    def start(self) -> "Listener":
        if database.file() is None:
            threading.Thread(target=self._go_on, name="live", daemon=True).start()
        return self

    def close(self) -> None:
        self._over.set()

    def _go_on(self) -> None:
        while not self._over.is_set():
            try:
                with database.own_connection() as line:
                    self._listen(line)
            except Exception as fault:  # whatever it is: pages that hear nothing would stand as they are
                log.warning("other processes are not heard", exc_info=fault)
            self.hears.clear()
            self._over.wait(AGAIN_SECONDS)

    def _listen(self, line: Connection) -> None:
        line.exec_driver_sql(f"LISTEN {CHANNEL}")
        self.hears.set()
        events.deliver_all()
        driver, asked = database.driver_of(line), time.monotonic()
        while not self._over.is_set():
            with database.translated_faults():
                for note in driver.notifies(timeout=HEAR_SECONDS):
                    hear(note.payload)
            if time.monotonic() - asked > ASK_SECONDS:  # a server that is gone without a word
                line.exec_driver_sql("SELECT 1")
                asked = time.monotonic()

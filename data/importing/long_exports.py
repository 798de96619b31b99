"""Large exports while a process of their own writes them: how far they are, for the open pages of who waits for the file."""

import time
from dataclasses import dataclass, field

from data.core import relay
from data.core.spreadsheets import Form
from data.importing import worker_process
from data.importing.worker_process import PUBLISH_EVERY_SECONDS, Person


@dataclass
class LongExport:
    """One file. It follows the process that writes it."""

    account_id: int
    kind: str
    total: int  # rows
    done: int = 0
    published_at: float = field(default_factory=time.monotonic)

    def enter(self, phase: str) -> None:
        """Nobody stops it."""

    def tick(self, step: int = 100) -> None:
        self.done = min(self.total, self.done + step)
        if time.monotonic() - self.published_at > PUBLISH_EVERY_SECONDS:
            self.publish()

    def publish(self) -> None:
        self.published_at = time.monotonic()
        relay.publish([("exports", self.account_id)])


_running: dict[int, LongExport] = {}  # account -> the one it asked for last


def of(account_id: int) -> LongExport | None:
    return _running.get(account_id)


def write(person: Person, name: str, form: Form, total: int) -> tuple[bytes, int]:
    """The file, and how many rows it has. Slow: off the loop."""
    mine = _running[person.id] = LongExport(person.id, name, total)
    mine.publish()
    try:
        return worker_process.export(person, name, form, mine)
    finally:
        if _running.get(person.id) is mine:
            del _running[person.id]
        mine.publish()

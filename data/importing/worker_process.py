"""Large files are worked at by a process of their own: the one that serves pages hears how far it is, and keeps what was found.

Pages stay quick meanwhile: one interpreter runs one thread at a time. The child ends with its parent, whatever ends that one,
and asks before it writes: nothing is written for nobody. Both are ours, so functions and answers cross the line as pickles.
"""

import logging
import pickle
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from data.accounts.models import Account
from data.core import database, events, relay, sites, unit_of_work, workers
from data.core.errors import NotFound, UserError
from data.core.spreadsheets import Form, Reading
from data.core.unit_of_work import UnitOfWork
from data.core.workers import Ended, Line, Overloaded, Program, Worker
from data.importing import exporting, pipeline, undo
from data.importing.kinds.registry import kind
from data.importing.pipeline import Follow, Looked, Report
from data.importing.planning import Change, Fault

Answer = TypeVar("Answer")
Row = TypeVar("Row")
Given = ParamSpec("Given")
PART = 500  # rows of a report, or topics, said at once: each is a moment that no page has
PUBLISH_EVERY_SECONDS = 0.4  # seconds
SILENCE = 180.0  # seconds: a process that says nothing for so long is lost
LOWER = 3  # pages come first; not much lower, for others wait while it writes
MAX_MEMORY_BYTES = 2 * 1024**3  # 20,000 lines take 400 MiB
PROGRAM = Program("data.importing.worker_process", MAX_MEMORY_BYTES, LOWER)
log = logging.getLogger("anacrouse.imports")


class Lost(Exception):
    """The process ended without an answer."""


@dataclass
class Person:
    """Who works at a file, as another process, or a later moment, opens the portal for them. 0: no account of the portal's."""

    id: int
    site_id: int
    role: str
    name: str
    language: str
    client: str
    family_id: int | None = None

    @staticmethod
    def of(uow: UnitOfWork) -> "Person":
        return Person(uow.account_id or 0, uow.site_id or 0, uow.role, uow.name, uow.language, uow.client)

    @contextmanager
    def __call__(self, *, writes: bool = False) -> Iterator[UnitOfWork]:
        with unit_of_work.unit_of_work(self, writes=writes) as uow:
            uow.account_id, uow.client = self.id or None, self.client
            sites.here(uow)
            if self.id:
                known = uow.get(Account, self.id)
                if known.disabled or known.role != self.role:
                    raise NotFound("account")
            yield uow


# What the process says, until it answers


class Phase(NamedTuple):
    """It asks whether it may go on, and waits to hear."""

    name: str


class Steps(NamedTuple):
    """So many lines more."""

    done: int


class Topics(NamedTuple):
    """What changed, for open pages."""

    changed: Sequence[events.Topic]


class Part(NamedTuple):
    """Some of the report's long lists."""

    faults: Sequence[Fault] = ()
    conflicts: Sequence[tuple[int, str, UserError]] = ()
    changes: Sequence[Change] = ()


class Raised(NamedTuple):
    error: UserError | NotFound


class Answered(NamedTuple):
    answer: Any  # of what was asked: its type is the task's


Message = Phase | Steps | Topics | Part | Raised | Answered


# Here: the process that serves pages


def look(kind_name: str, content: bytes, reading: Reading, today: date) -> Looked:
    """`pipeline.look`, done in the worker process."""
    return _ask(_Heard(), _look, kind_name, content, reading, today)


def check(person: Person, run_id: int, follow: Follow) -> Report:
    """`pipeline.check`, done in the worker process."""
    heard = _Heard(follow)
    return heard.whole(_ask(heard, _check, person, run_id))


def carry_out(person: Person, run_id: int, follow: Follow, *, mark: str | None) -> Report:
    """`pipeline.carry_out`, done in the worker process."""
    heard = _Heard(follow)
    return heard.whole(_ask(heard, _carry_out, person, run_id, mark))


def export(person: Person, name: str, form: Form, follow: Follow | None = None) -> tuple[bytes, int]:
    """The file of all records of a kind, and how many they are, written in the worker process."""
    return _ask(_Heard(follow), _export, person, name, form)


def check_undo(person: Person, run_id: int, follow: Follow) -> undo.Report:
    """`undo.check_undo`, done in the worker process."""
    return _ask(_Heard(follow), _check_undo, person, run_id)


def carry_out_undo(person: Person, run_id: int, follow: Follow, *, mark: str | None) -> undo.Report:
    """`undo.carry_out_undo`, done in the worker process."""
    return _ask(_Heard(follow), _carry_out_undo, person, run_id, mark)


class _Heard:
    """What is done with what the process says; long lists come part by part."""

    def __init__(self, follow: Follow | None = None) -> None:
        self._follow = follow
        self._faults: list[Fault] = []
        self._conflicts: list[tuple[int, str, UserError]] = []
        self._changes: list[Change] = []

    def hear(self, message: Message | None) -> None:
        """What this raises ends the process. None: it says nothing, and may be stopped all the same."""
        if isinstance(message, Topics):
            events.deliver(message.changed)  # the other processes heard it of its transaction
        elif isinstance(message, Part):
            self._faults += message.faults
            self._conflicts += message.conflicts
            self._changes += message.changes
        elif isinstance(message, Phase):
            if self._follow:
                self._follow.enter(message.name)
        elif self._follow:
            self._follow.tick(message.done if isinstance(message, Steps) else 0)

    def whole(self, found: Report) -> Report:
        return replace(found, faults=self._faults, conflicts=self._conflicts, changes=self._changes)


def _ask(
    heard: _Heard, task: Callable[Concatenate["_Line", Given], Answer], *given: Given.args, **named: Given.kwargs
) -> Answer:
    """The answer of a new process. What it says meanwhile is heard."""
    try:
        with Worker(PROGRAM) as process:
            process.send(pickle.dumps((task, given, named)))
            answer: Answer = _conversation(process, heard)
            return answer
    except (Ended, Overloaded) as fault:
        raise Lost(f"{task.__name__}: {fault}") from None


def _conversation(process: Worker, heard: _Heard) -> Any:
    silent_since = time.monotonic()
    while time.monotonic() - silent_since < SILENCE:
        sent = process.hear(PUBLISH_EVERY_SECONDS)
        message = pickle.loads(sent) if sent else None  # noqa: S301 - our own process
        if isinstance(message, Answered):
            return message.answer
        if isinstance(message, Raised):
            raise message.error
        heard.hear(message)
        if isinstance(message, Phase):
            process.send(b"go on")
        if message:
            silent_since = time.monotonic()
    raise Overloaded(f"silent for {SILENCE:.0f} s")


# There: the separate process


class _Line:
    """What the other side hears."""

    def __init__(self, line: Line) -> None:
        self._line, self._steps, self._published_at = line, 0, time.monotonic()

    def send(self, message: Message) -> None:
        self._line.send_bytes(pickle.dumps(message))

    def enter(self, phase: str) -> None:
        """Wait for the answer: none comes when it was stopped, or when nobody is there any more."""
        self._steps = 0
        self.send(Phase(phase))
        self._line.recv_bytes()

    def tick(self, step: int = 100) -> None:
        self._steps += step
        if time.monotonic() - self._published_at > PUBLISH_EVERY_SECONDS:
            self.send(Steps(self._steps))
            self._steps, self._published_at = 0, time.monotonic()

    def publish(self, topics: Iterable[events.Topic]) -> None:
        for part in _parts(list(topics)):
            self.send(Topics(part))

    def report(self, found: Report) -> Report:
        """The report without its long lists, which were said; what is written is read in the fiches."""
        if not found.written:
            for faults in _parts(found.faults):
                self.send(Part(faults=faults))
            for conflicts in _parts(found.conflicts):
                self.send(Part(conflicts=conflicts))
            for changes in _parts(found.changes):
                self.send(Part(changes=changes))
        return replace(found, faults=[], conflicts=[], changes=[])


def _parts(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for at in range(0, len(rows), PART):
        yield rows[at : at + PART]


def _look(_line: _Line, kind_name: str, content: bytes, reading: Reading, today: date) -> Looked:
    return pipeline.look(kind_name, content, reading, today)


def _check(line: _Line, person: Person, run_id: int) -> Report:
    return line.report(pipeline.check(person, run_id, line))


def _carry_out(line: _Line, person: Person, run_id: int, mark: str | None) -> Report:
    return line.report(pipeline.carry_out(person, run_id, line, mark=mark))


def _check_undo(line: _Line, person: Person, run_id: int) -> undo.Report:
    return undo.check_undo(person, run_id, line)


def _carry_out_undo(line: _Line, person: Person, run_id: int, mark: str | None) -> undo.Report:
    return undo.carry_out_undo(person, run_id, line, mark=mark)


def _export(line: _Line, person: Person, name: str, form: Form) -> tuple[bytes, int]:
    with person() as uow:
        snapshot = exporting.gather(uow, kind(name))
    return exporting.file_of(snapshot, kind(name), form, tick=line.tick)


def serve() -> None:
    """One task, and its answer."""
    asked = workers.opened()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        line = _Line(asked)
        relay.hand_over = line.publish
        task, given, named = pickle.loads(asked.recv_bytes())  # noqa: S301 - our own process
        try:
            line.send(Answered(task(line, *given, **named)))
        except (UserError, NotFound) as error:
            line.send(Raised(error))
        finally:
            database.close()


if __name__ == "__main__":  # as the module that the other side knows: what is said is of its classes
    from data.importing import worker_process  # noqa: PLW0406

    worker_process.serve()

"""Large files are worked at by a process of their own: the one that serves pages hears how far it is, and keeps what was found.

Pages stay quick meanwhile: one interpreter runs one thread at a time. The child ends with its parent, whatever ends that one,
and asks before it writes: nothing is written for nobody.
"""

import ctypes
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from data.accounts.models import Account
from data.core import database, events, sites, unit_of_work
from data.core.errors import NotFound, UserError
from data.core.spreadsheets import Form, Reading
from data.core.unit_of_work import UnitOfWork
from data.importing import exporting, pipeline, undo
from data.importing.kinds.registry import kind
from data.importing.pipeline import Follow, Looked, Report

ROOT = Path(__file__).resolve().parents[2]
PART = 500  # rows of a report, or topics, said at once: each is a moment that no page has
PUBLISH_EVERY_SECONDS = 0.4  # seconds
SILENCE = 180.0  # seconds: a process that says nothing for so long is lost
LOWER = 3  # pages come first; not much lower, for others wait while it writes
MAX_MEMORY_BYTES = 2 * 1024**3  # 20,000 lines take 400 MiB
PR_SET_PDEATHSIG = 1
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


# Here: the process that serves pages


def look(kind_name: str, content: bytes, reading: Reading, today: date) -> Looked:
    """`pipeline.look`, done in the worker process."""
    return _ask("look", kind_name, content, reading, today, hear=lambda word, text: None)


def check(person: Person, run_id: int, follow: Follow) -> Report:
    """`working.check`, done in the worker process."""
    return _followed(follow, "check", person, run_id)


def carry_out(person: Person, run_id: int, follow: Follow, *, mark: str | None) -> Report:
    """`working.carry_out`, done in the worker process."""
    return _followed(follow, "carry_out", person, run_id, mark)


def export(person: Person, name: str, form: Form) -> tuple[bytes, int]:
    """The file of all records of a kind, and how many they are, written in the worker process."""
    return _ask("export", person, name, form, hear=lambda word, text: None)


def check_undo(person: Person, run_id: int, follow: Follow) -> undo.Report:
    """`undo.check_undo`, done in the worker process."""
    return _ask("check_undo", person, run_id, hear=_hearing(follow, {}))


def carry_out_undo(person: Person, run_id: int, follow: Follow, *, mark: str | None) -> undo.Report:
    """`undo.carry_out_undo`, done in the worker process."""
    return _ask("carry_out_undo", person, run_id, mark, hear=_hearing(follow, {}))


def _followed(follow: Follow, task: str, *asked: Any) -> Report:
    parts: dict[str, list[Any]] = {"faults": [], "conflicts": [], "changes": []}
    return replace(_ask(task, *asked, hear=_hearing(follow, parts)), **parts)


def _hearing(follow: Follow, parts: dict[str, list[Any]]) -> Callable[[str, Any], None]:
    """What is done with each word of the other process; long lists come part by part."""

    def hear(word: str, text: Any) -> None:
        if word == "phase":
            follow.enter(text)
        elif word == "topics":
            events.publish(text)
        elif word in parts:
            parts[word] += text
        else:
            follow.tick(text or 0)

    return hear


def _ask(task: str, *asked: Any, hear: Callable[[str, Any], None]) -> Any:
    """The answer of a new process. What it says meanwhile is heard; what the hearing raises ends it."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), str(os.getpid())],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
    with Connection(ours.detach()) as line:
        try:
            line.send((task, asked))
            heard_at = time.monotonic()
            while time.monotonic() - heard_at < SILENCE:
                word, text = line.recv() if line.poll(PUBLISH_EVERY_SECONDS) else ("", None)
                if word == "answer":
                    return text
                if isinstance(text, Exception):
                    raise text
                hear(word, text)
                if word == "phase":
                    line.send(True)
                if word:
                    heard_at = time.monotonic()
            raise Lost(f"{task}: silent for {SILENCE:.0f} s")
        except (EOFError, OSError):
            raise Lost(f"{task}: exit {process.poll()}") from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


# There: the separate process


class _Line:
    """What the other side hears."""

    def __init__(self, line: Connection) -> None:
        self.line, self.steps, self.published_at = line, 0, time.monotonic()

    def send(self, word: str, text: Any) -> None:
        self.line.send((word, text))

    def enter(self, phase: str) -> None:
        """Wait for the answer: none comes when it was stopped, or when nobody is there any more."""
        self.steps = 0
        self.send("phase", phase)
        self.line.recv()

    def tick(self, step: int = 100) -> None:
        self.steps += step
        if time.monotonic() - self.published_at > PUBLISH_EVERY_SECONDS:
            self.send("tick", self.steps)
            self.steps, self.published_at = 0, time.monotonic()

    def publish(self, topics: Any) -> None:
        self.in_parts("topics", list(topics))

    def in_parts(self, word: str, rows: list[Any]) -> None:
        for at in range(0, len(rows), PART):
            self.send(word, rows[at : at + PART])

    def report(self, found: Report) -> Report:
        """The report without its long lists, which were said; what is written is read in the fiches."""
        if not found.written:
            for word in ("faults", "conflicts", "changes"):
                self.in_parts(word, getattr(found, word))
        return replace(found, faults=[], conflicts=[], changes=[])


def _answer(line: _Line, task: str, asked: tuple[Any, ...]) -> Any:
    if task == "look":
        return pipeline.look(*asked)
    if task == "export":
        return _export(*asked)
    person, run_id, *mark = asked
    if task == "check_undo":
        return undo.check_undo(person, run_id, line)
    if task == "carry_out_undo":
        return undo.carry_out_undo(person, run_id, line, mark=mark[0])
    if task == "check":
        return line.report(pipeline.check(person, run_id, line))
    return line.report(pipeline.carry_out(person, run_id, line, mark=mark[0]))


def _export(person: Person, name: str, form: Form) -> tuple[bytes, int]:
    with person() as uow:
        snapshot = exporting.gather(uow, kind(name))
    return exporting.file_of(snapshot, kind(name), form)


def _serve(line: _Line) -> None:
    task, asked = line.line.recv()
    events.relay = line.publish
    try:
        line.send("answer", _answer(line, task, asked))
    except (UserError, NotFound) as error:
        line.send("raise", error)
    finally:
        database.close()


def _be_modest(parent: int) -> None:
    """Bounded memory, no core left behind, pages first; and no orphan."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(LOWER)
    with suppress(OSError, AttributeError):  # Linux has it; elsewhere the line tells
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    _be_modest(int(sys.argv[2]))
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        _serve(_Line(Connection(int(sys.argv[1]))))

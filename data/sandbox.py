"""A process apart for what strangers send: one thing at a time, ten seconds, bounded memory, no secret at hand.

It starts at the first question and leaves by itself when nobody asks; one that hangs or dies is replaced.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS, STARTING_SECONDS = 10.0, 30.0


log = logging.getLogger("anacrouse.sandbox")


class Lost(Exception):
    """No answer: too slow, too greedy, or dead."""


class NotStarting(Lost):
    """The process itself cannot be had: a fault of ours, not of what was sent."""


class _Child:
    """The process, and our end of the line to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-E", "-s", "-m", "data.inspection", str(theirs.fileno())],
                cwd=ROOT,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self.line = Connection(ours.detach())
        try:
            self._hear(STARTING_SECONDS)
        except (Lost, EOFError, OSError) as fault:
            self.end()
            log.error("the process that opens documents does not start")
            raise NotStarting from fault

    def ask(self, question: str, content: bytes) -> tuple[str, bytes]:
        self.line.send_bytes(question.encode())
        self.line.send_bytes(content)
        return self._hear(SECONDS).decode(), self.line.recv_bytes()

    def _hear(self, seconds: float) -> bytes:
        if not self.line.poll(seconds):
            raise Lost
        return self.line.recv_bytes()

    def end(self) -> None:
        self.line.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


_turn = threading.Lock()
_child: _Child | None = None


def ask(question: str, content: bytes) -> tuple[str, bytes]:
    """The answer of data/inspection.py. Lost when there is none within ten seconds of this question's turn."""
    global _child  # noqa: PLW0603
    with _turn:
        found, _child = _child, None  # kept again only once it has answered
        if found is not None:
            try:
                told = found.ask(question, content)
            except (EOFError, OSError):
                found.end()  # it had left, or this content is its end: a new one will tell
            except Lost:
                found.end()
                raise
            else:
                _child = found
                return told
        new = _Child()
        try:
            told = new.ask(question, content)
        except (EOFError, OSError, Lost):
            new.end()
            raise Lost from None
        _child = new
        return told


def close() -> None:
    """The portal stops."""
    global _child  # noqa: PLW0603
    with _turn:
        if _child is not None:
            _child.end()
        _child = None

"""A separate process for what strangers send: one thing at a time, twenty seconds of a processor, bounded memory, no secret at hand.

Its processor's seconds are counted, not the wall's: beside much else the same file takes longer, and is no worse for it. It
starts at the first question and leaves by itself when nobody asks; one that hangs or dies is replaced.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROCESSOR_SECONDS = 20  # for one file; an honest one takes less than two, one of 108 million pixels five
PATIENCE, STARTING_PATIENCE = 600.0, 120.0  # seconds of the wall, for a child that is given a fiftieth of a processor


log = logging.getLogger("anacrouse.sandbox")


class Lost(Exception):
    """No answer: what was sent is too slow to open, too greedy, or deadly."""


class _Gone(Lost):
    """The process had ended; the content may be the cause."""


class Overloaded(Exception):
    """No answer, and what was sent need not be the cause: the process cannot be had, or the machine lets it go no further."""


class _Killed(Overloaded):
    """The machine ended the process; it may have been before this content came."""


class _Child:
    """The process, and our end of the line to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603
                [
                    sys.executable,
                    "-E",
                    "-s",
                    "-m",
                    "data.uploads.inspection",
                    str(theirs.fileno()),
                    str(PROCESSOR_SECONDS),
                ],
                cwd=ROOT,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self.line = Connection(ours.detach())
        try:
            self._hear(STARTING_PATIENCE)
        except (Overloaded, EOFError, OSError) as fault:
            self.end()
            log.error("the process that opens documents does not start")
            raise Overloaded from fault

    def ask(self, question: str, content: bytes) -> tuple[str, bytes]:
        self.line.send_bytes(question.encode())
        self.line.send_bytes(content)
        return self._hear(PATIENCE).decode(), self.line.recv_bytes()

    def _hear(self, seconds: float) -> bytes:
        if not self.line.poll(seconds):
            raise Overloaded
        return self.line.recv_bytes()

    def end(self) -> int:
        """What it ended with; it is killed unless it has ended."""
        self.line.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        return self.process.wait()


_turn = threading.Lock()
_child: _Child | None = None


def ask(question: str, content: bytes) -> tuple[str, bytes]:
    """The answer of data/uploads/inspection.py. Lost when the content is the end of the process, Overloaded when the machine may be."""
    global _child
    with _turn:
        stored, _child = _child, None  # again only once it has answered
        if stored is not None:
            with suppress(_Gone, _Killed):  # it had left, or this content is its end: a new one will tell
                return _answer_of(stored, question, content)
        return _answer_of(_Child(), question, content)


def _answer_of(child: _Child, question: str, content: bytes) -> tuple[str, bytes]:
    global _child  # noqa: PLW0603
    try:
        text = child.ask(question, content)
    except (EOFError, OSError):
        ended = child.end()
        if ended == -signal.SIGKILL:  # from outside: the machine lacks memory
            raise _Killed from None
        raise Lost if ended == -signal.SIGXCPU else _Gone from None
    except Overloaded:
        child.end()
        log.error("a document was not opened within %.0f s: the machine does too much else", PATIENCE)
        raise
    _child = child
    return text


def close() -> None:
    """The portal stops."""
    global _child  # noqa: PLW0603
    with _turn:
        if _child is not None:
            _child.end()
        _child = None

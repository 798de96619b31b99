"""A separate process for what strangers send: one thing at a time, twenty seconds of a processor, bounded memory, no secret at hand.

Its processor's seconds are counted, not the wall's: beside much else the same file takes longer, and is no worse for it. It
starts at the first question and leaves by itself when nobody asks; one that hangs or dies is replaced.
"""

import logging
import signal
import threading
from contextlib import suppress

from data.core.workers import Ended, Overloaded, Program, Worker

MAX_MEMORY_BYTES = 1024 * 1024 * 1024  # what is decoded takes 600 MB at most (data/uploads/pictures.py)
PROCESSOR_SECONDS = 20  # for one file; an honest one takes less than two, one of 108 million pixels five
PATIENCE, STARTING_PATIENCE = 600.0, 120.0  # seconds of the wall, for a child that is given a fiftieth of a processor
LOWER = 10
log = logging.getLogger("anacrouse.sandbox")


class Lost(Exception):
    """No answer: what was sent is too slow to open, too greedy, or deadly."""


class _Gone(Lost):
    """The process had ended; the content may be the cause."""


class _Killed(Overloaded):
    """The machine ended the process; it may have been before this content came."""


_turn = threading.Lock()
_child: Worker | None = None


def ask(question: str, content: bytes) -> tuple[str, bytes]:
    """The answer of data/uploads/inspection.py. Lost when the content is the end of the process, Overloaded when the machine may be."""
    global _child
    with _turn:
        stored, _child = _child, None  # again only once it has answered
        if stored is not None:
            with suppress(_Gone, _Killed):  # it had left, or this content is its end: a new one will tell
                return _answer_of(stored, question, content)
        return _answer_of(_started(), question, content)


def _started() -> Worker:
    try:
        child = Worker(Program("data.uploads.inspection", MAX_MEMORY_BYTES, LOWER, PROCESSOR_SECONDS, isolated=True))
        _hear(child, STARTING_PATIENCE)
    except (Ended, Overloaded) as fault:
        log.error("the process that opens documents does not start")
        raise Overloaded from fault
    return child


def _answer_of(child: Worker, question: str, content: bytes) -> tuple[str, bytes]:
    global _child  # noqa: PLW0603
    try:
        child.send(question.encode())
        child.send(content)
        answer = _hear(child, PATIENCE).decode(), _hear(child, PATIENCE)
    except Ended as ended:
        if ended.code == -signal.SIGKILL:  # from outside: the machine lacks memory
            raise _Killed from None
        raise Lost if ended.code == -signal.SIGXCPU else _Gone from None
    except Overloaded:
        log.error("a document was not opened within %.0f s: the machine does too much else", PATIENCE)
        raise
    _child = child
    return answer


def _hear(child: Worker, seconds: float) -> bytes:
    if (message := child.hear(seconds)) is None:
        child.end()
        raise Overloaded
    return message


def close() -> None:
    """The portal stops."""
    global _child  # noqa: PLW0603
    with _turn:
        if _child is not None:
            _child.end()
        _child = None

"""Work in a process of its own: a line to it, bounded memory and processor's seconds, pages first; it ends with its parent.

Bytes cross the line, and whoever asks says what they mean: what opens strangers' files is heard in plain words, never in pickles.
Here the side that asks, and `opened`, with which the process begins.
"""

import ctypes
import math
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STUCK_SECONDS = 180.0  # in the middle of a message: the other side takes, or gives, nothing more
GOING_SECONDS = 10.0  # for a process that goes by itself: killed meanwhile, it would seem that the machine had done it
PR_SET_PDEATHSIG = 1


class Ended(Exception):
    """The process ended before it answered. `code` is what it ended with: below zero, the signal."""

    def __init__(self, code: int) -> None:
        super().__init__(f"exit {code}")
        self.code = code


class Overloaded(Exception):
    """The process cannot be had, or says nothing: what it was sent need not be the cause."""


@dataclass(frozen=True)
class Program:
    """What a process runs, and within which bounds. `isolated`: without our environment, and no file written."""

    module: str
    memory_bytes: int
    lower: int  # than pages, for the processor
    processor_seconds: int = 0  # that `Line.grant` gives; 0: as many as it takes
    isolated: bool = False


class Worker:
    """The process, and our end of the line. Whatever goes wrong on the line ends it."""

    def __init__(self, program: Program) -> None:
        ours, theirs = socket.socketpair()
        stuck = struct.pack("ll", int(STUCK_SECONDS), int(STUCK_SECONDS % 1 * 1e6))
        for direction in (socket.SO_SNDTIMEO, socket.SO_RCVTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, direction, stuck)
        with theirs:
            try:
                self._process = _start(program, theirs.fileno())
            except OSError as fault:
                ours.close()
                raise Overloaded(f"{program.module} does not start: {fault}") from fault
        self._line = Connection(ours.detach())

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def send(self, message: bytes) -> None:
        with self._ended_by_a_fault():
            self._line.send_bytes(message)

    def hear(self, seconds: float) -> bytes | None:
        """What it says next; None when it says nothing for so long."""
        with self._ended_by_a_fault():
            return self._line.recv_bytes() if self._line.poll(seconds) else None

    @contextmanager
    def _ended_by_a_fault(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            self.end()
            raise Overloaded("stuck in the middle of a message") from None
        except (EOFError, OSError):  # its end of the line closes a moment before it ends
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GOING_SECONDS)
            raise Ended(self.end()) from None

    def end(self) -> int:
        """What it ended with; it is killed unless it has ended."""
        self._line.close()
        with suppress(ProcessLookupError):
            self._process.kill()
        return self._process.wait()


def _start(program: Program, line: int) -> "subprocess.Popen[bytes]":
    given = (line, os.getpid(), program.memory_bytes, program.lower, program.processor_seconds, int(program.isolated))
    if program.isolated:  # from our folder, for it knows of no other
        flags, folder = ["-E", "-s"], ROOT
        environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    else:  # from the operator's, where the settings' paths begin
        flags, folder = ["-P"], None
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.Popen(  # noqa: S603
        [sys.executable, *flags, "-m", program.module, *map(str, given)],
        cwd=folder,
        env=environment,
        pass_fds=[line],
        stdin=subprocess.DEVNULL,
    )


# There: the separate process


class Line(Connection):
    """The process's end of the line, and the seconds that it may use of a processor for each thing asked of it."""

    processor_seconds = 0

    def grant(self) -> None:
        """SIGXCPU ends the process once it has used so many more, whatever else the machine did meanwhile."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(
            resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + self.processor_seconds, most)
        )


def opened() -> Line:
    """What a program (`Program`) does first: its bounds, no core left behind, no orphan; then its end of the line."""
    handle, parent, memory_bytes, lower, seconds, isolated = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if isolated:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(lower)
    end_with(parent, signal.SIGKILL)  # Linux has it; elsewhere the line tells
    line = Line(handle)
    line.processor_seconds = seconds
    return line


def end_with(parent: int, how: signal.Signals = signal.SIGTERM) -> None:
    """This process ends when the one that began it does; at once where it has ended already."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:
        sys.exit(1)

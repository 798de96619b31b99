"""Several processes that serve, at ports side by side: begun, watched, begun again, ended together.

There is one port more than there are processes. When they are renewed (SIGHUP: a new version, new settings), each new one begins at the
free port, answers `/readyz`, and only then does the old one let go: it says on `/readyz` that it leaves, so that the proxy sends its
visitors elsewhere, and ends once what it was asked is answered.
"""

import http.client
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from data.core import notify, stopping
from data.core.settings import settings

LOOK_SECONDS, READY_SECONDS = 0.2, 2.0
SETTLE_SECONDS = 4.0  # until a proxy that asks every second or two has seen that a process came, or leaves
START_SECONDS, STOP_SECONDS = 300.0, 38.0  # deploy/ gives the whole 40
STEADY_SECONDS, MAX_REST_SECONDS = 10.0, 30.0  # who ends before that is begun again after a rest, each time longer
LEAVES = signal.SIGUSR1  # to a process: it takes no new visitors
log = logging.getLogger("anacrouse.supervisor")


@dataclass
class Place:
    """A port, and the process that serves there, if any. Its name is the one that the visitors' cookie bears."""

    name: str
    port: int
    wanted: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    begun_at: float = 0.0
    failures: int = 0  # in a row, each soon after its beginning
    again_at: float | None = None  # when it is begun again, once it has ended

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def begin(self, command: Sequence[str]) -> None:
        here = {"PORT": str(self.port), "PROCESS": self.name, "WORKERS": "1"}
        inherited = {name: value for name, value in os.environ.items() if name != notify.VARIABLE}
        self.process = subprocess.Popen([*command, str(os.getpid())], env={**inherited, **here})  # noqa: S603
        self.begun_at, self.again_at = time.monotonic(), None

    def note_end(self, now: float) -> None:
        """It ended by itself; soon after its beginning, it is begun again after a rest, each time a longer one."""
        self.failures = 0 if now - self.begun_at > STEADY_SECONDS else self.failures + 1
        self.again_at = now + (min(MAX_REST_SECONDS, 2.0 ** (self.failures - 1)) if self.failures else 0.0)

    def is_ready(self) -> bool:
        """Whether it answers that all is well."""
        host = settings().host if settings().host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104
        asked = http.client.HTTPConnection(host, self.port, timeout=READY_SECONDS)
        try:
            asked.request("GET", "/readyz", headers={"Host": "localhost"})
            return asked.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asked.close()

    def send(self, number: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)


class Supervisor:
    """`command`: how a process is begun; our own number is added to it, for it ends with us."""

    def __init__(self, command: Sequence[str], count: int, first_port: int) -> None:
        self.command, self.count = command, count
        self.places = [Place(str(number + 1), first_port + number) for number in range(count + 1)]
        self._ends, self._renews = threading.Event(), threading.Event()

    def run(self) -> int:
        """Until SIGTERM; the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._ends.set())
        if stopping.without_terminal():
            signal.signal(signal.SIGHUP, lambda *_: self._renews.set())
        code = self._begin_all()
        if code == 0 and not self._ends.is_set():
            log.info("%s processes serve, at %s", self.count, ", ".join(str(each.port) for each in self._serving()))
            notify.ready()
        while code == 0 and not self._pause(LOOK_SECONDS):
            if self._renews.is_set():
                self._renews.clear()
                self._renew_all()
        self._end([each for each in self.places if each.runs])
        return code

    def _serving(self) -> list[Place]:
        return [each for each in self.places if each.wanted]

    def _begin_all(self) -> int:
        """The code of the first that ends before it is ready: it said why, and the others would say the same."""
        for place in self.places[: self.count]:
            place.wanted = True
            place.begin(self.command)
        for place in self.places[: self.count]:
            while place.runs and not place.is_ready() and not self._ends.wait(LOOK_SECONDS):
                pass
            if not place.runs and not self._ends.is_set():
                return (place.process.returncode if place.process else 1) or 1
        return 0

    def _pause(self, seconds: float) -> bool:
        """Watch over them meanwhile; whether all is to end."""
        until = time.monotonic() + seconds
        while True:
            self._watch()
            if self._ends.wait(min(LOOK_SECONDS, max(0.0, until - time.monotonic()))):
                return True
            if time.monotonic() >= until:
                return False

    def _watch(self) -> None:
        """Whoever ended is begun again."""
        for place in self._serving():
            if place.runs or place.process is None:
                continue
            if place.again_at is None:
                log.warning("process %s ended with %s: it is begun again", place.name, place.process.returncode)
                place.note_end(time.monotonic())
            if place.again_at is not None and time.monotonic() >= place.again_at:
                place.begin(self.command)

    def _renew_all(self) -> None:
        """One after the other: a new process is ready before an old one lets go."""
        for old in self._serving():
            free = next(each for each in self.places if not each.wanted)
            log.info("process %s is renewed as process %s", old.name, free.name)
            if not self._is_taken_up(free):
                if not self._ends.is_set():
                    log.error("process %s does not become ready: the others stay as they are", free.name)
                self._end([free])
                return
            if self._pause(SETTLE_SECONDS):
                return
            old.wanted = False
            old.send(LEAVES)
            if self._pause(SETTLE_SECONDS):
                return
            self._end([old])
        log.info("all processes are renewed")

    def _is_taken_up(self, place: Place) -> bool:
        place.failures = 0
        place.begin(self.command)
        while not place.is_ready():
            late = time.monotonic() - place.begun_at > START_SECONDS
            if late or not place.runs or self._pause(LOOK_SECONDS):
                return False
        place.wanted = True
        return True

    def _end(self, places: Sequence[Place]) -> None:
        """SIGTERM, then time to end; who takes more is killed."""
        until = time.monotonic() + STOP_SECONDS
        for place in places:
            place.wanted = False
            place.send(signal.SIGTERM)
        for place in places:
            if place.process is None:
                continue
            try:
                place.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process %s did not end by itself", place.name)
                place.send(signal.SIGKILL)
                place.process.wait()


def serve(count: int) -> int:
    """This very command, so many times (main.py)."""
    return Supervisor([sys.executable, sys.argv[0], "serve", "--worker-of"], count, settings().port).run()

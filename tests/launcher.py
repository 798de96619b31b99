"""Starts programs of ours from a process that has imported the libraries, and `data`, already: a server is there in a third of the time.

That process is single-threaded and does nothing but fork; each program then reads its other modules, its settings and its clock as
`python program.py` would. NiceGUI is not among the libraries: it reads settings when it is imported.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TypedDict

LIBRARIES = ("alembic.command", "fastapi", "socketio", "uvicorn", "sqlmodel", "sqlalchemy.dialects.sqlite", "pydantic_settings",
             "fpdf", "openpyxl", "xlsxwriter", "rapidfuzz", "icalendar", "aiohttp", "httpx", "prometheus_client", "passlib.hash", "emails",
             "logging.config")  # fmt: skip
# What these hold is read when they are imported.
OF_A_PROCESS = ("data.core.clock", "data.core.settings", "data.core.relay")


class Program(TypedDict):
    entry: str
    arguments: list[str]
    cwd: str
    env: dict[str, str]
    log: str


class Launched:
    """What we use of subprocess.Popen, for a process that another one forked."""

    def __init__(self, pid: int) -> None:
        self.pid, self._ended = pid, os.pidfd_open(pid)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, a signal's number below zero. TimeoutExpired when it goes on."""
        if self.returncode is None:
            if not select.select([self._ended], [], [], seconds)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", seconds or 0)
            self.returncode = _ask({"ended": self.pid})
            os.close(self._ended)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def start(entry: Path, *arguments: str, cwd: Path, env: Mapping[str, str], log: Path) -> Launched:
    """`python entry arguments`, in that folder; what it prints is added to the log."""
    return Launched(_ask(Program(entry=str(entry), arguments=[*arguments], cwd=str(cwd), env={**env}, log=str(log))))


@functools.cache
def _line() -> IO[str]:
    """To the process that forks, and from it. Without us it ends."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", "tests.launcher", str(theirs.fileno())]
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=Path(__file__).parents[1])
    line = ours.makefile("rw", encoding="utf-8")
    ours.close()
    atexit.register(process.wait)
    atexit.register(line.close)
    return line


def _ask(question: object) -> int:
    line = _line()
    line.write(json.dumps(question) + "\n")
    line.flush()
    return int(line.readline())


def _become(program: Program) -> None:
    """In the child: environment, folder, output and imports as a new Python has them."""
    os.environ.clear()
    os.environ.update(program["env"])
    time.tzset()
    os.chdir(program["cwd"])
    with open(program["log"], "ab") as log, open(os.devnull, "rb") as nothing:
        for number, file in ((0, nothing), (1, log), (2, log)):
            os.dup2(file.fileno(), number)
    sys.argv = [program["entry"], *program["arguments"]]
    more = filter(None, program["env"].get("PYTHONPATH", "").split(os.pathsep))
    sys.path[0:1] = [str(Path(program["entry"]).parent), *more]
    for name in OF_A_PROCESS:
        importlib.reload(sys.modules[name])


def _import_all() -> None:
    for library in LIBRARIES:
        importlib.import_module(library)
    import data

    for module in pkgutil.walk_packages(data.__path__, "data."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)


def _fork_on_demand(descriptor: int) -> str:
    """Until nobody asks any more; in a child, the program that it is."""
    with (
        open(descriptor, encoding="utf-8") as questions,
        open(os.dup(descriptor), "w", encoding="utf-8") as answers,
    ):
        for text in iter(questions.readline, ""):
            question = json.loads(text)
            if "ended" in question:
                answer = os.waitstatus_to_exitcode(os.waitpid(question["ended"], 0)[1])
            elif not (answer := os.fork()):
                _become(question)
                return str(question["entry"])
            answers.write(f"{answer}\n")
            answers.flush()
    return ""


if __name__ == "__main__":
    _import_all()
    gc.freeze()
    if entry := _fork_on_demand(int(sys.argv[1])):
        runpy.run_path(entry, run_name="__main__")

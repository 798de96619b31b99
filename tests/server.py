"""The real server in a process of its own, on a database of its own: what the tests of the web and of the browser talk to."""

import contextlib
import itertools
import os
import re
import shutil
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest

from data.core import clock
from tests import launcher
from tests.conftest import ENVIRONMENT, ON_POSTGRESQL
from tests.days import MOMENT
from tests.ground import free_port
from tests.server_database import Opened, beneath

PATIENCE = 240  # seconds; they only bound a failure, for other programs may have the machine
ROOT = Path(__file__).resolve().parent.parent
MAX_LATE = timedelta(minutes=5)
PASSWORD = "Anacrouse-demo-2026"
FAULT = re.compile(r"Traceback \(most recent call last\)|\breference [0-9A-F]{8} at|never retrieved|never awaited")
BREAKS_FAMILIES = (  # a statement after which a family's pages fail
    "ALTER TABLE guardian RENAME COLUMN birth_date TO gone"
    if ON_POSTGRESQL
    else "UPDATE guardian SET birth_date = 'no date at all'"
)
sqlite_alone = partial(pytest.mark.skipif, ON_POSTGRESQL)  # of a test: the reason why it asks SQLite alone
Found = TypeVar("Found")
PLAIN = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # httpx reads every authority of the world for each client that has none


def wait_for(found: Callable[[], Found], what: str, seconds: float = PATIENCE) -> Found:
    """The first true answer of `found`; a failure that says `what` when there is none in time.

    The seconds only bound a failure: they are many, because other programs may have the machine.
    """
    until = time.monotonic() + seconds
    while not (answer := found()):
        if time.monotonic() > until:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.02)
    return answer


def children_at(pid: int, module: str) -> list[psutil.Process]:
    """The processes of that one that run a module of ours; one that ends while it is looked at is gone."""
    found = []
    for each in psutil.Process(pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if module in each.cmdline():
                found.append(each)
    return found


class Server:
    """`main.py serve` on a copy of the demonstration's database. `log` is all it wrote, over every start."""

    def __init__(
        self, folder: Path, template: Path | str, *, entry: Path = ROOT / "main.py", **environment: str
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.template, self.entry = folder, template, entry
        self.database, self.log_file = folder / "portal.db", folder / "server.log"
        self.beneath, self.copies = beneath(folder, template), dict[str, Any]()
        self.port, self.read_from, self.expects_faults = free_port(), 0, False
        self.process: launcher.Launched | None = None
        if Path(ENVIRONMENT["FILES_DIR"]).is_dir():  # the demonstration's documents, that its rows name
            shutil.copytree(ENVIRONMENT["FILES_DIR"], folder / "files", dirs_exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
        self.environment = {
            **inherited,
            **ENVIRONMENT,
            "DEMO": "1",
            "PORT": str(self.port),
            "FILES_DIR": f"{folder}/files",
            "DATABASE_URL": self.beneath.url,
            **environment,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def spawn(self) -> launcher.Launched:
        """A process that serves; it may refuse to."""
        return launcher.start(self.entry, "serve", cwd=self.folder, env=self.environment, log=self.log_file)

    def start(self) -> "Server":
        self.process = self.spawn()
        wait_for(self._alive, f"the server; its log:\n{self.log[-3000:]}")
        return self

    def _alive(self) -> bool:
        assert self.process
        if self.process.poll() is not None:
            pytest.fail(f"the server stopped with {self.process.returncode}:\n{self.log[-3000:]}")
        return self.answers()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", timeout=30, verify=PLAIN, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    def begin_again(self) -> None:
        """At the instant at which the tests begin: an hour that has grown late, on a slow machine, is no other day."""
        self.stop()
        clock.set_to(MOMENT)
        self.environment[clock.SHIFT] = os.environ[clock.SHIFT]
        self.start()

    def kill(self) -> None:
        """As if the machine had lost the process."""
        assert self.process
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(60)

    def stop(self) -> None:
        assert self.process
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    def check_log(self) -> None:
        """No fault since the last check, unless the test said it would cause one."""
        new, self.read_from = self.log[self.read_from :], len(self.log)
        expected, self.expects_faults = self.expects_faults, False
        fault = FAULT.search(new)
        assert expected or not fault, f"the server's log holds a fault:\n{new[max(0, fault.start() - 400) :][:3500]}"

    def reset(self, kept: str = "") -> None:
        """The demonstration's database again, or what was kept under that name, under the running server."""
        self.beneath.reset(self.copies[kept] if kept else self.template)

    def keep(self, name: str) -> Any:
        """A copy of the database as it is now."""
        self.copies[name] = self.beneath.kept(name)
        return self.copies[name]

    def leave(self) -> None:
        """Its database is needed no more."""
        self.stop()
        self.beneath.drop()

    def connection(self) -> contextlib.AbstractContextManager[Opened]:
        """Another program's; `now()` and `today()` are the tests' own, in UTC and in the demonstration's zone."""
        return self.beneath.connection()

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.connection() as opened:
            asked = opened.execute(question, values)
            return asked.fetchall() if asked.description else []

    def value(self, question: str, *values: Any) -> Any:
        found = self.rows(question, *values)
        assert found, question
        return found[0][0]

    def able(self) -> list[str]:
        """Identifiers of the demonstration's further families who can sign in."""
        question = "SELECT login FROM account WHERE login LIKE 'famille.%' AND password_hash <> '' AND NOT disabled"
        return [login for (login,) in self.rows(question)]

    def change(self, statement: str, *values: Any) -> None:
        """What time, or another program, does to the database."""
        with self.connection() as opened:
            assert opened.execute(statement, values).rowcount, f"nothing changed: {statement}"

    @cached_property
    def tables(self) -> dict[str, list[str]]:
        """Table -> its columns."""
        return {table: [each.name for each in columns] for table, columns in self.beneath.columns.items()}

    def account(self, login: str, site: str = "valmont") -> dict[str, Any]:
        with self.connection() as opened:
            asked = opened.execute(
                "SELECT account.* FROM account JOIN site ON site.id = site_id WHERE login = ? AND code = ?",
                (login, site),
            )
            names = [each[0] for each in asked.description]
            return dict(zip(names, asked.fetchone(), strict=True))


_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def running(template: Path | str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share, behind a proxy that tells everybody's address."""
    server = Server(tmp_path_factory.mktemp("portal"), template, TRUSTED_PROXIES="127.0.0.1").start()
    yield server
    server.leave()
    server.check_log()


@pytest.fixture
def portal(running: Server) -> Iterator[Server]:
    """The shared server with the demonstration's people as if nobody had touched it; afterwards its log is looked through."""
    if clock.now() - MOMENT > MAX_LATE:
        running.begin_again()
    running.reset()
    yield running
    running.check_log()


@pytest.fixture
def launch(template: Path | str, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers of one's own, with settings of one's own."""
    started: list[Server] = []

    def begin(**options: Any) -> Server:
        server = Server(tmp_path / f"portal-{next(_numbers)}", options.pop("template", template), **options)
        started.append(server)
        return server.start()

    yield begin
    for server in started:
        server.leave()
    for server in started:
        server.check_log()

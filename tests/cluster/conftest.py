"""`main.py serve` with WORKERS=2 on a PostgreSQL of its own, behind Debian's Caddy with deploy/several.Caddyfile."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from playwright.sync_api import Browser

from tests import launcher
from tests.browser.conftest import Window, chromium  # noqa: F401
from tests.conftest import DEMO as TEMPLATE
from tests.conftest import ENVIRONMENT, ask_postgresql
from tests.ground import free_port
from tests.server import PLAIN, ROOT, wait_for
from tests.web.http_client import Person

PROCESS = "anacrouse-process"


class Several:
    """The portal of two processes. `url` is Caddy's."""

    def __init__(self, folder: Path, server: str) -> None:
        self.folder, self.log_file, self.port, self.front = folder, folder / "portal.log", _three_ports(), free_port()
        self.database = f"{server}several_{os.getpid()}"
        ask_postgresql(server, f"CREATE DATABASE several_{os.getpid()} TEMPLATE {TEMPLATE}")
        shutil.copytree(ENVIRONMENT["FILES_DIR"], folder / "files", dirs_exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
        environment = {
            **inherited,
            **ENVIRONMENT,
            "DATABASE_URL": self.database,
            "FILES_DIR": f"{folder}/files",
            "PORT": str(self.port),
            "WORKERS": "2",
            "TRUSTED_PROXIES": "127.0.0.1/32",
            "PERIODIC_JOBS": "1",
        }
        self.process = launcher.start(ROOT / "main.py", "serve", cwd=folder, env=environment, log=self.log_file)
        self.caddy = self._caddy()

    def _caddy(self) -> "subprocess.Popen[bytes]":
        places = {f"PORTAL_{number + 1}": f"127.0.0.1:{self.port + number}" for number in range(3)}
        file, text = self.folder / "Caddyfile", (ROOT / "deploy/several.Caddyfile").read_text(encoding="utf-8")
        file.write_text(re.sub(r"\A((?:#.*\n)*)\{\n", r"\1{\n\tadmin off\n\tauto_https off\n", text), encoding="utf-8")
        home = {"XDG_DATA_HOME": f"{self.folder}/caddy", "XDG_CONFIG_HOME": f"{self.folder}/caddy"}
        with (self.folder / "caddy.log").open("wb") as log:
            return subprocess.Popen(
                ["caddy", "run", "--config", str(file), "--adapter", "caddyfile"],
                env={"PATH": os.environ["PATH"], "NAME": f"http://127.0.0.1:{self.front}", **places, **home},
                stdout=log,
                stderr=log,
            )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.front}"

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def start(self) -> "Several":
        wait_for(lambda: self.names() == {"1", "2"}, f"both processes; the log:\n{self.log[-3000:]}")
        wait_for(lambda: _answers(f"{self.url}/readyz"), "Caddy")
        return self

    def names(self) -> set[str]:
        """The processes that say they are ready."""
        assert self.process.poll() is None, self.log[-3000:]
        return {str(number + 1) for number in range(3) if _answers(f"http://127.0.0.1:{self.port + number}/readyz")}

    def workers(self) -> dict[str, psutil.Process]:
        """Name -> process."""
        found = {}
        for each in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):
                found[each.environ()["PROCESS"]] = each
        return found

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(90) == 0
        self.caddy.terminate()
        self.caddy.wait(30)

    def rows(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database.replace("+psycopg", "")) as opened:
            return opened.execute(question, values).fetchall()

    def account(self, login: str) -> dict[str, Any]:
        [(account_id, family_id, guardian_id)] = self.rows(
            "SELECT account.id, family_id, guardian_id FROM account JOIN site ON site.id = site_id WHERE login = %s AND code = 'valmont'",
            login,
        )
        return {"id": account_id, "family_id": family_id, "guardian_id": guardian_id}


def _three_ports() -> int:
    """The first of three that stand side by side."""
    while True:
        first = free_port()
        with contextlib.suppress(OSError), contextlib.ExitStack() as tried:
            for number in range(3):
                tried.enter_context(socket.create_server(("127.0.0.1", first + number)))
            return first


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=10, verify=PLAIN, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="session")
def several(postgresql_demo: str, sqlite_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Several]:
    made = Several(tmp_path_factory.mktemp("several"), postgresql_demo)
    try:
        yield made.start()
    finally:
        made.stop()
        ask_postgresql(postgresql_demo, f"DROP DATABASE several_{os.getpid()} WITH (FORCE)")
    assert "Traceback" not in made.log, made.log[-5000:]


def visitor(several: Several, process: str, login: str = "", **cookies: str) -> Person:
    """A browser whose cookie names that process."""
    person = Person(several)  # type: ignore[arg-type]
    for name, value in {PROCESS: process, **cookies}.items():
        person.cookies.set(name, value, domain="127.0.0.1", path="/")
    if login:
        assert person.sign_in(login).status_code == 303
    return person


@pytest.fixture
def come(several: Several) -> Iterator[Callable[..., Person]]:
    """Somebody with a browser that a process serves: the one that is named."""
    people: list[Person] = []

    def arrive(process: str, login: str = "", **cookies: str) -> Person:
        people.append(visitor(several, process, login, **cookies))
        return people[-1]

    yield arrive
    for person in people:
        person.close()


@pytest.fixture
def enter(chromium: Browser, several: Several) -> Iterator[Callable[..., Window]]:  # noqa: F811
    windows: list[Window] = []

    def begin(login: str) -> Window:
        windows.append(Window(chromium, several, login))  # type: ignore[arg-type]
        return windows[-1]

    yield begin
    for window in windows:
        window.context.close()

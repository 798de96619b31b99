"""The ground of every test: settings of its own, and `database`, a fresh database with the demonstration's demonstration.

`@both` runs a test on SQLite and on PostgreSQL; without it a test runs on SQLite.
"""

import contextlib
import glob
import itertools
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as of_hypothesis

from tests.days import MOMENT

FOLDER = Path(tempfile.mkdtemp(prefix="anacrouse-tests-"))
ENVIRONMENT = {
    "ANACROUSE_TESTS": "1",
    "HASH_MEMORY_KIB": "1024",
    "HASH_ROUNDS": "1",
    "DECISION_LETTER_DELAY": "0",
    "PERIODIC_JOBS": "0",
    "SMTP_URL": "",
    "DATABASE_URL": f"sqlite:///{FOLDER}/unused.db",
    "FILES_DIR": f"{FOLDER}/files",
    "SECRET_KEY": "only for the tests " * 2,
}
for name in (
    "BASE_URL",
    "MAIL_FROM",
    "REDIS_URL",
    "HOST",
    "PORT",
    "LOG_FORMAT",
    "DEMO",
    "TRUSTED_PROXIES",
    "METRICS_TOKEN",
    "SMTP_CA_FILE",
    "IDLE_MINUTES",
):
    os.environ.pop(name, None)
os.environ.update(ENVIRONMENT)

from data import demo  # noqa: E402
from data.accounts import rate_limit  # noqa: E402
from data.core import clock, schema  # noqa: E402
from data.core import database as database_module  # noqa: E402
from data.core import settings as settings_room  # noqa: E402

settings_room.Settings.model_config["env_file"] = None  # a developer's own .env must not change a test
_numbers = itertools.count(1)
clock.set_to(MOMENT)
# How long an example takes tells of the machine; other examples than yesterday's are sought in random order only.
of_hypothesis.register_profile(
    "ours",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=os.environ.get("TESTS_RANDOM") != "1",
)
of_hypothesis.load_profile("ours")


def move_to(**environment: str) -> None:
    """From here on, the process has these settings (DATABASE_URL='…') and the database they name."""
    if database_module.engine.cache_info().currsize:
        database_module.engine().dispose()
    os.environ.update(environment)
    for cached in (
        settings_room.settings,
        settings_room.key,
        database_module.engine,
        database_module.reading_engine,
        database_module.hurried_engine,
    ):
        cached.cache_clear()


def free_port() -> int:
    """Below those that outgoing connections are given: whoever connects meanwhile does not take it from who will listen."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


def furnish(url: str) -> None:
    """The newest shape and the demonstration's people, then every connection closed so that it can be copied."""
    move_to(DATABASE_URL=url)
    schema.upgrade()
    clock.stop_at(MOMENT)  # nothing of it is later than the tests
    demo.fill()
    clock.set_to(MOMENT)
    move_to(DATABASE_URL=ENVIRONMENT["DATABASE_URL"])


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_demo() -> Path:
    furnish(f"sqlite:///{FOLDER}/demo.db")
    return FOLDER / "demo.db"


class Cluster:
    """A private PostgreSQL on a free port; `url` is the beginning of its databases' addresses."""

    def __init__(self) -> None:
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [str(Path(shutil.which("initdb") or "").parent)]
        if not Path(found[-1], "initdb").is_file():
            pytest.fail("PostgreSQL is missing: apt-get install postgresql", pytrace=False)
        self.tools, self.folder = found[-1], Path(tempfile.mkdtemp(prefix="anacrouse-pg-"))
        self.person = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses to run as root
        if self.person:
            shutil.chown(self.folder, "postgres")
        port = free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
        self.options = f"-p {port} -c listen_addresses=127.0.0.1 -k {self.folder} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"

    def run(self, tool: str, *arguments: str) -> None:
        subprocess.run(
            [*self.person, f"{self.tools}/{tool}", "-D", f"{self.folder}/cluster", *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", self.options, "start")

    def stop(self, how: str = "fast") -> None:
        self.run("pg_ctl", "-w", "-m", how, "stop")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    try:
        made.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql(cluster: Cluster) -> str:
    return cluster.url


@pytest.fixture(scope="session")
def postgresql_demo(postgresql: str) -> str:
    ask_postgresql(postgresql, "CREATE DATABASE demo_of_the_tests")
    furnish(postgresql + "demo_of_the_tests")
    return postgresql


def ask_postgresql(server: str, statement: str) -> None:
    with psycopg.connect(server.replace("+psycopg", "") + "postgres", autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database's address: the demonstration's people, as if nobody had touched it."""
    yield from _a_database(request, empty=False)


@pytest.fixture
def empty_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database without any table."""
    yield from _a_database(request, empty=True)


def _a_database(request: pytest.FixtureRequest, *, empty: bool) -> Iterator[str]:
    rate_limit.forget_clients()
    name = f"database_{next(_numbers)}"
    if getattr(request, "param", "sqlite") == "sqlite":
        url = f"sqlite:///{FOLDER}/{name}.db"
        if not empty:
            shutil.copy(request.getfixturevalue("sqlite_demo"), FOLDER / f"{name}.db")
    else:
        server = request.getfixturevalue("postgresql" if empty else "postgresql_demo")
        ask_postgresql(server, f"CREATE DATABASE {name}" + ("" if empty else " TEMPLATE demo_of_the_tests"))
        url = server + name
    move_to(DATABASE_URL=url)
    yield url
    move_to(**ENVIRONMENT)
    if url.startswith("sqlite"):
        for left in FOLDER.glob(f"{name}.db*"):
            left.unlink()
    else:
        ask_postgresql(server, f"DROP DATABASE {name} WITH (FORCE)")

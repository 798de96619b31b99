"""The ground of every test: settings of its own, and `database`, a fresh database with the demonstration's demonstration.

`@both` runs a test on SQLite and on PostgreSQL; without it a test runs on SQLite, or on what TESTS_DATABASE says.
"""

import contextlib
import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as of_hypothesis

from tests.days import MOMENT, THOROUGH
from tests.ground import GROUND, SERVER, Cluster, made_once, running_cluster

DATABASE = "TESTS_DATABASE"  # « postgresql »: that of the tests without @both (make test-postgresql)
ON_POSTGRESQL = os.environ.get(DATABASE) == "postgresql"
FOLDER = Path(tempfile.mkdtemp(prefix="anacrouse-tests-"))
DEMO = f"demo_{MOMENT:%Y%m%d_%H%M%S}"
SHARED = Path(os.environ.get(GROUND) or FOLDER) / DEMO
ENVIRONMENT = {
    "ANACROUSE_TESTS": "1",
    "HASH_MEMORY_KIB": "1024",
    "HASH_ROUNDS": "1",
    "DECISION_LETTER_DELAY": "0",
    "PERIODIC_JOBS": "0",
    "ACTS_AN_HOUR": "1000000",  # an hour of a test's family is many families' days
    "SMTP_URL": "",
    "DATABASE_URL": f"sqlite:///{FOLDER}/unused.db",
    "FILES_DIR": f"{FOLDER}/files",
    "SECRET_KEY": "only for the tests " * 2,
}
for name in (
    "BASE_URL",
    "MAIL_FROM",
    "WORKERS",
    "PROCESS",
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

# What is imported stays: to look for what nobody holds any more is a fifth of the work of a process that did it as often as Python does.
gc.freeze()
gc.set_threshold(100_000, 50, 100)
settings_room.Settings.model_config["env_file"] = None  # a developer's own .env must not change a test
clock.set_to(MOMENT)
# How long an example takes tells of the machine; other examples than yesterday's are sought in random order only.
of_hypothesis.register_profile(
    "ours",
    max_examples=100 if THOROUGH else 50,
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


def stored_path(site_id: int, name: str) -> Path:
    """Where a file lies that data/families/stored_files.py wrote."""
    return settings_room.settings().files_dir / str(site_id) / name


def furnish(url: str) -> None:
    """The newest shape and the demonstration's people, then every connection closed so that it can be copied."""
    move_to(DATABASE_URL=url)
    schema.upgrade()
    with clock.stopped_at(MOMENT):  # nothing of it is later than the tests
        demo.fill()
    move_to(DATABASE_URL=ENVIRONMENT["DATABASE_URL"])


def pytest_sessionfinish() -> None:
    gc.freeze()  # pytest looks five times through all that the tests of a process leave behind: half a minute of a suite


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    shutil.rmtree(FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_demo() -> Path:
    """The demonstration's database; its documents lie among the files of this process."""
    with made_once(SHARED / "sqlite") as first:
        if first:
            furnish(f"sqlite:///{SHARED}/demo.db")
            shutil.copytree(ENVIRONMENT["FILES_DIR"], SHARED / "files", dirs_exist_ok=True)
    shutil.copytree(SHARED / "files", ENVIRONMENT["FILES_DIR"], dirs_exist_ok=True)
    return SHARED / "demo.db"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The beginning of the addresses of a PostgreSQL's databases."""
    with contextlib.ExitStack() as ours:
        yield os.environ.get(SERVER) or ours.enter_context(running_cluster()).url


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for one test, which may stop it."""
    with running_cluster() as ours:
        yield ours


@pytest.fixture(scope="session")
def postgresql_demo(postgresql: str) -> str:
    kept = SHARED if SERVER in os.environ else FOLDER
    with made_once(kept / "postgresql") as first:
        if first:
            ask_postgresql(postgresql, f"CREATE DATABASE {DEMO}")
            furnish(postgresql + DEMO)
            shutil.copytree(ENVIRONMENT["FILES_DIR"], kept / "files-of-postgresql", dirs_exist_ok=True)
    shutil.copytree(kept / "files-of-postgresql", ENVIRONMENT["FILES_DIR"], dirs_exist_ok=True)
    return postgresql


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest) -> Path | str:
    """What a server's database is copied from: SQLite's file, or the address of PostgreSQL's."""
    if not ON_POSTGRESQL:
        return Path(request.getfixturevalue("sqlite_demo"))
    return f"{request.getfixturevalue('postgresql_demo')}{DEMO}"


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
    rate_limit.forget_resets()
    name = f"database_{os.getpid()}"  # always the same, so that its engine compiles each statement once
    if getattr(request, "param", os.environ.get(DATABASE, "sqlite")) == "sqlite":
        url = f"sqlite:///{FOLDER}/{name}.db"
        if not empty:
            shutil.copy(request.getfixturevalue("sqlite_demo"), FOLDER / f"{name}.db")
    else:
        server = request.getfixturevalue("postgresql" if empty else "postgresql_demo")
        ask_postgresql(server, f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {DEMO} STRATEGY FILE_COPY"))
        url = server + name
    move_to(DATABASE_URL=url)
    yield url
    move_to(**ENVIRONMENT)
    if url.startswith("sqlite"):
        for left in FOLDER.glob(f"{name}.db*"):
            left.unlink()
    else:
        ask_postgresql(server, f"DROP DATABASE {name} WITH (FORCE)")

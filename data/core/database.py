"""The engine, for SQLite and PostgreSQL, and the tables' common ground."""

import asyncio
import importlib
import logging
import pkgutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import SQLModel

from data.core import outages
from data.core.settings import settings

if TYPE_CHECKING:
    import psycopg

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
log = logging.getLogger("anacrouse.database")
LOOK_AGAIN_SECONDS = 0.02
metadata: MetaData = SQLModel.metadata
# These hold no table, and some are only for a separate process.
WITHOUT_TABLES = ("data.migrations", "data.demo", "data.pdf", "data.uploads.", "data.ops.", "data.importing.kinds.",
                  *(f"data.importing.{name}" for name in ("worker_process", "command", "jobs", "pipeline", "undo")))  # fmt: skip
Fault: TypeAlias = SQLAlchemyError  # for the upper layers: any fault of the database
Unavailable: TypeAlias = OperationalError  # it is locked, full or gone


class Base(SQLModel):
    """What every table is: its values are checked when set, not only when the database is told."""

    model_config = {"validate_assignment": True}


@lru_cache(maxsize=1)
def table_classes() -> tuple[type[SQLModel], ...]:
    """Every table of the portal. Imports all of data/ first: a table nobody imported is neither scoped nor migrated."""
    for module in pkgutil.walk_packages([str(Path(__file__).parents[1])], "data."):
        if not module.name.startswith(WITHOUT_TABLES):
            importlib.import_module(module.name)
    return tuple(mapper.class_ for mapper in SQLModel._sa_registry.mappers)


class Reference(NamedTuple):
    """A column by which rows of `table` name a row of `parent`."""

    table: type[SQLModel]
    column: str
    parent: type[SQLModel]


@lru_cache(maxsize=1)
def references() -> tuple[Reference, ...]:
    """Every foreign key but those to the site; of one with several columns, the one that names the row."""
    named = {str(each.__tablename__): each for each in table_classes()}
    found = {
        Reference(named[table.name], key.column_keys[0], named[key.referred_table.name])
        for table in metadata.sorted_tables
        for key in table.foreign_key_constraints
        if key.referred_table.name != "site"
    }
    return tuple(sorted(found, key=lambda each: (str(each.table.__tablename__), each.column)))


@lru_cache(maxsize=1)
def children_first() -> tuple[type[SQLModel], ...]:
    """Every table before those that it refers to: the order in which rows can be deleted."""
    named = {str(each.__tablename__): each for each in table_classes()}
    return tuple(named[table.name] for table in reversed(metadata.sorted_tables))


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine of DATABASE_URL; the folder of a SQLite file is made."""
    return make_engine(settings().database_url)


@lru_cache(maxsize=1)
def reading_engine() -> Engine:
    """The same connections, for transactions that only read: on SQLite they do not take the write lock."""
    return engine().execution_options(reading=True)


@lru_cache(maxsize=1)
def hurried_engine() -> Engine:
    """The same connections, for a write that is not worth a wait: Unavailable at once where another writes (SQLite)."""
    return engine().execution_options(hurried=True)


async def free_to_write() -> None:
    """Once no other transaction writes; Unavailable when one still does after DATABASE_LOCK_SECONDS. SQLite has one writer, and a
    transaction that waits for it in the loop holds everybody: an import of 20,000 lines writes for two seconds. Whoever comes first
    is first. What else ails the database, who writes then tells."""
    if file() is None:
        return
    until = time.monotonic() + settings().database_lock_seconds
    async with _before_writing(asyncio.get_running_loop()):
        while _is_written():
            if time.monotonic() > until:
                with hurried_engine().begin():  # says why it cannot
                    return
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _is_written() -> bool:
    """By another transaction, on SQLite. Each act asks: by the driver alone that is a quarter of what a transaction takes."""
    try:
        pooled = engine().raw_connection()
    except Fault:
        return False
    held: sqlite3.Connection = pooled.driver_connection  # type: ignore[assignment]
    try:
        with _without_waiting(held.execute):
            held.execute("BEGIN IMMEDIATE")
            held.execute("ROLLBACK")
    except sqlite3.Error as fault:
        return outages.cause_of(fault) is outages.Cause.BUSY
    else:
        return False
    finally:
        pooled.close()


@lru_cache(maxsize=1)
def _before_writing(loop: asyncio.AbstractEventLoop) -> asyncio.Lock:
    """The loop's own: who waits for a lock of another one is refused."""
    return asyncio.Lock()


@contextmanager
def one_after_the_other(what: str) -> Iterator[None]:
    """Of several processes on one PostgreSQL, who comes second waits here until the first is done. SQLite has one process."""
    if file() is not None:
        yield
        return
    with engine().connect() as held:
        held.connection.driver_connection.patience = None  # type: ignore[union-attr]
        for limit in ("lock_timeout", "statement_timeout"):
            held.exec_driver_sql(f"SET LOCAL {limit} = 0")
        held.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"anacrouse {what}",))
        yield  # until its transaction ends


@contextmanager
def own_connection() -> Iterator[Connection]:
    """A connection to PostgreSQL that no pool has, each statement its own transaction: for what lasts as long as the process."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as opened:
        opened.detach()
        yield opened


def driver_of(connection: Connection) -> "psycopg.Connection[object]":
    """psycopg's own connection, for what SQLAlchemy has no words for."""
    return connection.connection.dbapi_connection  # type: ignore[return-value]


@contextmanager
def translated_faults() -> Iterator[None]:
    """What psycopg itself raises becomes SQLAlchemy's, which is told in words."""
    import psycopg

    try:
        yield
    except psycopg.Error as fault:
        raise OperationalError("LISTEN", None, fault) from fault


def close() -> None:
    """Close every connection; whoever asks next opens new ones."""
    engine().dispose()


def file() -> Path | None:
    """The SQLite file, or None when the database is a server or in memory."""
    url = make_url(settings().database_url)
    return Path(url.database) if url.drivername.startswith("sqlite") and url.database else None


@contextmanager
def logs_the_fault(log: logging.Logger, text: str, *words: object) -> Iterator[None]:
    """One site's part of a round: its fault is logged in these words, and the others have their turn all the same; a database that
    is away ends the round."""
    try:
        yield
    except Unavailable:
        raise
    except Exception:
        log.exception(text, *words)


def name() -> str:
    """The database's address without its password, for people to read."""
    return make_url(settings().database_url).render_as_string(hide_password=True)


@lru_cache
def make_engine(url: str) -> Engine:
    """One for each address, with the statements that it has compiled."""
    if not url.startswith("sqlite"):
        chosen = settings()
        made = create_engine(
            url,
            pool_size=chosen.database_pool,
            max_overflow=chosen.database_pool,
            pool_timeout=5,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "options": f"-c lock_timeout={chosen.database_lock_seconds}s -c statement_timeout={chosen.database_statement_seconds}s "
                "-c random_page_cost=1.1 "  # on today’s disks, as in memory, a page elsewhere costs hardly more than the next
                "-c jit=off "  # our questions are many and short: compiling one takes longer than answering it
                "-c timezone=utc -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3",
            },
        )
        event.listen(made, "connect", _prepare_postgresql)
        event.listen(made, "begin", _begin_on_postgresql)
        from data.core.postgresql import connect_with_patience  # psycopg is not imported for SQLite

        connect_with_patience(made)
        return made
    if (file := make_url(url).database) and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"check_same_thread": False})
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_on_sqlite)
    return made


def take_stock() -> None:
    """The database counts how its rows are spread, so that it chooses by what finds few of them: SQLite would otherwise take
    the site's index, which finds them all (a campaign's table of 7,500 pupils: 6 s instead of 30 ms), and PostgreSQL, which does it
    alone within minutes, would until then go through every table as if it were empty (15 s and no answer for 270 pupils)."""
    try:
        with engine().begin() as connection:
            if file() is not None:  # all rows, 0.2 s for 5,000 families: from a thousand it guesses wrong
                connection.exec_driver_sql("PRAGMA analysis_limit=0")
            connection.exec_driver_sql("ANALYZE")
    except Unavailable as busy:  # it is counted another day
        log.warning("the database was not counted: %s", busy)
        return
    if file() is not None:
        close()  # SQLite's other connections read it when they open


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # pysqlite's own BEGIN loses updates: 52 of 200 kept (measured)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        _wait_for_the_writer(),
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
    ):
        connection.execute("PRAGMA " + pragma)


def _wait_for_the_writer() -> str:
    return f"busy_timeout={1000 * settings().database_lock_seconds}"


@contextmanager
def _without_waiting(execute: Callable[[str], object]) -> Iterator[None]:
    """Another writer is told at once: what is begun here is not worth a wait."""
    execute("PRAGMA busy_timeout=0")
    try:
        yield
    finally:
        execute("PRAGMA " + _wait_for_the_writer())


def _begin_on_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("hurried"):
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")
        return
    with _without_waiting(connection.exec_driver_sql):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(connection: "psycopg.Connection[object]", _record: object) -> None:
    """Its texts hold no NUL: one that a stranger sends is looked for with the sign of what cannot be read, and nothing is found."""
    from psycopg.types.string import StrDumperUnknown

    class Whole(StrDumperUnknown):
        def dump(self, text: str) -> bytes:
            return text.replace("\0", "\ufffd").encode()

    connection.adapters.register_dumper(str, Whole)


def _begin_on_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

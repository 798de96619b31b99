"""The database beneath a server of the tests, asked as SQLite is: a file of its own, or with TESTS_DATABASE=postgresql a database of its own.

Questions are SQLite's, with `?`, `now()`, `today()` (the tests' own), `datetime(when, change)` and `strftime('%d/%m/%Y', when, change)`;
what comes back is what SQLite would give: texts for days, hours and JSON, 0 and 1 for what is true or not; numbers begin where they would.
"""

import contextlib
import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from psycopg.adapt import Buffer, Dumper, Loader

from data.core import clock
from tests.conftest import ask_postgresql
from tests.days import ZONE

KINDS = {
    "character varying": "VARCHAR",
    "timestamp with time zone": "DATETIME",
    "timestamp without time zone": "DATETIME",
}
SPEAKS = """
CREATE SCHEMA IF NOT EXISTS sqlite;
CREATE OR REPLACE FUNCTION sqlite.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT current_setting('sqlite.now')::timestamptz $$;
CREATE OR REPLACE FUNCTION sqlite.today() RETURNS date LANGUAGE sql AS $$ SELECT current_setting('sqlite.today')::date $$;
CREATE OR REPLACE FUNCTION sqlite.datetime(at timestamptz, change text DEFAULT '0 seconds') RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT at + change::interval $$;
CREATE OR REPLACE FUNCTION sqlite.strftime(form text, at timestamp, change text DEFAULT '0 seconds') RETURNS text LANGUAGE sql
    AS $$ SELECT to_char(at + change::interval, replace(replace(replace(form, '%d', 'DD'), '%m', 'MM'), '%Y', 'YYYY')) $$;
"""
AS_MADE: dict[str, dict[str, bytes]] = {}  # template -> what every table of it holds
_numbers = itertools.count(1)


class Column(NamedTuple):
    name: str
    kind: str  # as SQLite calls it: « VARCHAR(10) »
    must: bool


class Reference(NamedTuple):
    """A key of another table, in one column."""

    table: str
    column: str
    to: str


@dataclass
class SqliteFile:
    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    @contextlib.contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Another program's: each statement is kept at once."""
        with contextlib.closing(sqlite3.connect(self.path, timeout=60, isolation_level=None)) as opened:
            opened.create_function("now", 0, lambda: f"{clock.now():%Y-%m-%d %H:%M:%S.%f}")
            opened.create_function("today", 0, lambda: f"{clock.today(ZONE)}")
            yield opened

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Another program writes: nobody else can, everybody reads."""
        with self.connection() as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    @cached_property
    def columns(self) -> dict[str, list[Column]]:
        question = (
            'SELECT t.name, c.name, c.type, c."notnull" FROM sqlite_master t, pragma_table_info(t.name) c '
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.rowid, c.cid"
        )
        with self.connection() as opened:
            return _by_table(opened.execute(question).fetchall())

    def references(self) -> list[Reference]:
        with self.connection() as opened:
            return [
                Reference(table, column, referred)
                for table in self.columns
                for _, _, referred, column, key, *_ in opened.execute(f"PRAGMA foreign_key_list({table})").fetchall()
                if key == "id"
            ]

    def written(self) -> bytes:
        """All that it holds, as it lies there."""
        return b"".join(each.read_bytes() for each in self.path.parent.glob(f"{self.path.name}*"))

    def damage(self) -> list[Any]:
        """What the database itself finds wrong: rows that name no row, broken pages."""
        with self.connection() as opened:
            said = opened.execute("PRAGMA integrity_check").fetchall()
            return [row for row in said if row != ("ok",)] + opened.execute("PRAGMA foreign_key_check").fetchall()

    def kept(self, name: str) -> Path:
        """A copy of what it holds now."""
        _copy(self.path, self.path.parent / name)
        return self.path.parent / name

    def reset(self, copy: Path) -> None:
        _copy(copy, self.path)

    def drop(self) -> None:
        """Its folder goes with the tests'."""


def _copy(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as read,
        contextlib.closing(sqlite3.connect(target, timeout=60)) as written,
    ):
        read.backup(written)


def _by_table(rows: list[tuple[Any, ...]]) -> dict[str, list[Column]]:
    found: dict[str, list[Column]] = {}
    for table, name, said, must in rows:
        word, _, length = str(said).partition("(")
        kind = KINDS.get(word, word.upper()) + (f"({length}" if length else "")
        found.setdefault(table, []).append(Column(name, kind, bool(must)))
    return found


class _Text(Loader):
    def load(self, data: Buffer) -> str:
        return bytes(data).decode()


class _Bit(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data) == b"t")


class _Number(Dumper):
    """A number that is what its column is: SQLite knows no boolean."""

    oid = 0

    def dump(self, obj: int) -> bytes:
        return str(int(obj)).encode()


class _Speaking:
    """A connection of psycopg that takes SQLite's questions."""

    def __init__(self, opened: psycopg.Connection) -> None:
        self.opened = opened

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> psycopg.Cursor:
        return self.opened.execute(statement.replace("%", "%%").replace("?", "%s").encode(), values)


@dataclass
class PostgresqlDatabase:
    """A database made like another, on the same server."""

    server: str  # the beginning of the addresses of its databases
    template: str
    name: str = field(default_factory=lambda: f"portal_{os.getpid()}_{next(_numbers)}")

    def __post_init__(self) -> None:
        ask_postgresql(self.server, f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
        with self._opened() as opened:
            opened.execute(SPEAKS)
        if self.template not in AS_MADE:
            AS_MADE[self.template] = self.kept("")

    @property
    def url(self) -> str:
        return self.server + self.name

    @contextlib.contextmanager
    def _opened(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as opened:
            for kind in ("timestamptz", "timestamp", "date", "time", "json", "jsonb"):
                opened.adapters.register_loader(kind, _Text)
            opened.adapters.register_loader("bool", _Bit)
            for kind in (int, bool):
                opened.adapters.register_dumper(kind, _Number)
            yield opened

    @contextlib.contextmanager
    def connection(self) -> Iterator[_Speaking]:
        with self._opened() as opened:
            for name, value in (
                ("search_path", "sqlite, public, pg_catalog"),  # their now() goes before the server's
                ("timezone", "UTC"),
                ("session_replication_role", "replica"),  # keys are not looked up, as in another program's SQLite
                ("sqlite.now", f"{clock.now():%Y-%m-%d %H:%M:%S.%f}+00"),
                ("sqlite.today", f"{clock.today(ZONE)}"),
            ):
                opened.execute("SELECT set_config(%s, %s, false)", (name, value))
            yield _Speaking(opened)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        with self._opened() as other, other.transaction(force_rollback=True):
            other.execute(f"LOCK TABLE {', '.join(self.columns)} IN EXCLUSIVE MODE".encode())
            yield

    @cached_property
    def columns(self) -> dict[str, list[Column]]:
        question = (
            "SELECT table_name, column_name, data_type || coalesce('(' || character_maximum_length || ')', ''), is_nullable = 'NO' "
            "FROM information_schema.columns "
            "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
        )
        with self._opened() as opened:
            return _by_table(opened.execute(question).fetchall())

    def references(self) -> list[Reference]:
        question = (
            "SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text FROM pg_constraint c "
            "CROSS JOIN LATERAL unnest(c.conkey, c.confkey) AS k(own, theirs) "
            "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.own "
            "JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = k.theirs "
            "WHERE c.contype = 'f' AND b.attname = 'id'"
        )
        with self._opened() as opened:
            return [Reference(*row) for row in opened.execute(question).fetchall()]

    def written(self) -> bytes:
        return b"".join(self.kept("").values())

    def damage(self) -> list[Any]:
        """Nothing: what names no row is refused as it is written."""
        return []

    def kept(self, name: str) -> dict[str, bytes]:  # noqa: ARG002 - a copy in memory needs none
        with self._opened() as opened, opened.cursor() as cursor:
            found = {}
            for table in self.columns:
                with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as out:
                    found[table] = b"".join(map(bytes, out))
            return found

    def reset(self, copy: dict[str, bytes] | str) -> None:
        copy = AS_MADE[self.template] if isinstance(copy, str) else copy
        with self._opened() as opened, opened.transaction(), opened.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no trigger, no key looked up
            cursor.execute(f"TRUNCATE {', '.join(copy)}".encode())
            for table, rows in copy.items():
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as to:
                    to.write(rows)
            for table in copy:
                self._next_number(opened, table)

    def _next_number(self, opened: psycopg.Connection, table: str) -> None:
        if any(each.name == "id" and each.kind in {"INTEGER", "BIGINT"} for each in self.columns[table]):
            of_its_own = f"pg_get_serial_sequence('{table}', 'id')"
            question = f"SELECT setval({of_its_own}, coalesce(max(id), 1), max(id) IS NOT NULL) FROM {table}"
            opened.execute(question.encode())

    def drop(self) -> None:
        ask_postgresql(self.server, f"DROP DATABASE {self.name} WITH (FORCE)")


Beneath = SqliteFile | PostgresqlDatabase
Opened = sqlite3.Connection | _Speaking


def beneath(folder: Path, template: Path | str) -> Beneath:
    """A copy of that SQLite file, or of the PostgreSQL database of that address."""
    if isinstance(template, str):
        server, _, name = template.rpartition("/")
        return PostgresqlDatabase(f"{server}/", name)
    shutil.copy(template, folder / "portal.db")
    return SqliteFile(folder / "portal.db")

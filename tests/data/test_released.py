"""Migrations are never edited, and bring every released version's database up to date."""

import lzma
import re
import sqlite3
from pathlib import Path

import pytest

from data.core import database as database_module
from data.core import schema
from data.directory import search as family_search
from data.ops import health
from tests import migration_digests
from tests.data.test_migrations import broken_keys, differences
from tests.demo_users import PAUL, as_

ROOT = Path(__file__).resolve().parents[2]
RELEASED = Path(__file__).parent / "released"  # each version's demonstration, as its own program made it
CHANGED = {"alembic_version", "sqlite_sequence"}


def test_no_migration_says_anything_else_than_when_it_came() -> None:
    """A new one: make digests. An old one: write another instead."""
    assert migration_digests.digests() == migration_digests.kept()


def test_every_released_version_has_left_its_database() -> None:
    versions = re.findall(r"(?m)^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert versions == [path.name.removesuffix(".sql.xz") for path in sorted(RELEASED.iterdir(), reverse=True)]


@pytest.mark.parametrize("version", sorted(path.name for path in RELEASED.iterdir()))
def test_the_database_of_a_released_version_is_brought_up_to_date(empty_database: str, version: str) -> None:
    file = database_module.file()
    assert file
    with sqlite3.connect(file) as made:
        made.executescript(lzma.decompress((RELEASED / version).read_bytes()).decode())
        before = rows(made)
    schema.upgrade()
    assert (differences(), broken_keys(), health.examine()) == ([], [], "")
    with sqlite3.connect(file) as made:
        after = rows(made)
    assert {name: after.get(name) for name in before if name not in CHANGED} == {
        name: count for name, count in before.items() if name not in CHANGED
    }
    with as_(PAUL, writes=False) as uow:
        assert family_search.find(uow, "aubry").total == 2


def rows(opened: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}

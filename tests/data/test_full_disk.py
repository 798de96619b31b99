"""The disk is full, or the database may only be read: nothing is half written, people are told, reading goes on."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from components.web.errors import NO_ROOM, database_sentence
from data.core import database as database_module
from data.core.audit import AuditEntry
from data.directory import edit_families
from data.directory import search as family_search
from data.families.models import Guardian
from tests.conftest import ask_postgresql
from tests.demo_users import PAUL, as_, both, counts
from tests.ground import fill, mounted


@contextlib.contextmanager
def on_a_full_disk(url: str) -> Iterator[None]:
    """PostgreSQL's database lies on a disk of its own, on which nothing is left."""
    server, _, name = url.rpartition("/")
    disk = Path(tempfile.mkdtemp(prefix="anacrouse-disk-"))
    with mounted(disk, "postgres"):
        ask_postgresql(f"{server}/", f"CREATE TABLESPACE {name} LOCATION '{disk}'")
        ask_postgresql(f"{server}/", f"ALTER DATABASE {name} SET TABLESPACE {name}")
        database_module.engine().connect().close()  # what a first connection writes there is there
        database_module.engine().dispose()
        fill(disk)
        yield
        (disk / "filling").unlink()
        ask_postgresql(f"{server}/", f"ALTER DATABASE {name} SET TABLESPACE pg_default")
        ask_postgresql(f"{server}/", f"DROP TABLESPACE {name}")
    disk.rmdir()


@pytest.fixture(params=["full", "read only"])
def stuck(request: pytest.FixtureRequest, database: str) -> Iterator[None]:
    """From here on, no connection of the database can write a page more."""
    database_module.engine().dispose()
    on_sqlite = database.startswith("sqlite")
    statement = {
        (True, "full"): "PRAGMA max_page_count = 1",
        (True, "read only"): "PRAGMA query_only = ON",
        (False, "full"): "",
        (False, "read only"): "SET default_transaction_read_only = on",
    }[on_sqlite, request.param]

    def hold(connection: Any, _record: Any) -> None:
        connection.execute(statement)
        if not on_sqlite:
            connection.commit()

    with contextlib.nullcontext() if statement else on_a_full_disk(database):
        if statement:
            event.listen(database_module.engine(), "connect", hold)
        yield
        if statement:
            event.remove(database_module.engine(), "connect", hold)
        database_module.engine().dispose()


def much() -> None:
    """More than what fits in the pages that are there already."""
    with as_(PAUL) as uow:
        for row in range(200):
            edit_families.correct(uow, uow.get(Guardian, 1), {"profession": f"Luthière {row} " * 8})


@both
@pytest.mark.usefixtures("stuck")
def test_nothing_is_half_written_people_are_notified_and_lists_are_read() -> None:
    """Row 103."""
    before = counts(AuditEntry)
    with pytest.raises(OperationalError) as fault:
        much()
    assert database_sentence(fault.value) == NO_ROOM
    assert counts(AuditEntry) == before
    with as_(PAUL, writes=False) as uow:
        assert family_search.find(uow, "aubry").total == 2
        assert uow.get(Guardian, 1).profession == "Infirmière"

"""The disk is full, or the database may only be read: nothing is half written, people are told, reading goes on."""

from collections.abc import Iterator
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
from tests.demo_users import PAUL, as_, counts, on_sqlite


@pytest.fixture(params=["PRAGMA max_page_count = 1", "PRAGMA query_only = ON"])
def stuck(request: pytest.FixtureRequest, database: str) -> Iterator[str]:
    """From here on, no connection of the database can write a page more."""
    database_module.engine().dispose()

    def hold(connection: Any, _record: Any) -> None:
        connection.execute(request.param)

    event.listen(database_module.engine(), "connect", hold)
    yield request.param
    event.remove(database_module.engine(), "connect", hold)
    database_module.engine().dispose()


def much() -> None:
    """More than what fits in the pages that are there already."""
    with as_(PAUL) as uow:
        for row in range(200):
            edit_families.correct(uow, uow.get(Guardian, 1), {"profession": f"Luthière {row} " * 8})


@on_sqlite
def test_nothing_is_half_written_people_are_notified_and_lists_are_read(stuck: str) -> None:
    """Row 103."""
    before = counts(AuditEntry)
    with pytest.raises(OperationalError) as fault:
        much()
    assert database_sentence(fault.value) == NO_ROOM
    assert counts(AuditEntry) == before
    with as_(PAUL, writes=False) as uow:
        assert family_search.find(uow, "aubry").total == 2
        assert uow.get(Guardian, 1).profession == "Infirmière"

"""Refused addresses in the journal: told at once, then by their number, once a minute and account (R-38)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from data.accounts import refusals
from data.core import clock
from data.core.audit import AuditEntry
from tests.demo_users import CLAIRE, HELENE, PAUL, account, both, every

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _nothing_counted() -> Iterator[None]:
    refusals._untold.clear()
    yield
    refusals._untold.clear()


def entries_of(login: str = CLAIRE) -> list[dict[str, Any]]:
    found = every(AuditEntry, AuditEntry.action == "refused", AuditEntry.actor_id == account(login).id)
    return [each.changes for each in sorted(found, key=lambda each: each.id)]


@both
def test_hundreds_of_refusals_are_one_entry_a_minute_that_counts_them(database: str) -> None:
    claire, now = account(CLAIRE), clock.now()
    for number in range(245):
        refusals.note(
            claire, "198.51.100.7", f"/eleves/{number}/identite", now=now + timedelta(milliseconds=16 * number)
        )
    assert entries_of() == [{"path": ["", "/eleves/0/identite"]}]
    refusals.note(claire, "198.51.100.7", "/eleves/245/identite", now=now + MINUTE)
    assert entries_of()[1:] == [{"path": ["", "/eleves/245/identite"], "count": ["", 245]}]
    entry = every(AuditEntry, AuditEntry.action == "refused")[-1]
    assert (entry.actor, entry.role, entry.family_id, entry.client, entry.subject) == (
        "Claire Aubry", "family", claire.family_id, "198.51.100.7", "address",
    )  # fmt: skip


def test_what_was_counted_is_reported_when_nothing_follows(database: str) -> None:
    claire, now = account(CLAIRE), clock.now()
    for number in range(3):
        refusals.note(claire, "", f"/{number}", now=now)
    refusals.tell_counted(now=now + MINUTE / 2)
    assert len(entries_of()) == 1
    refusals.tell_counted(now=now + MINUTE)
    refusals.tell_counted(now=now + 3 * MINUTE)
    assert entries_of()[1:] == [{"path": ["", "/2"], "count": ["", 2]}]


def test_a_process_that_ends_tells_what_it_counted(database: str) -> None:
    for number in range(3):
        refusals.note(account(CLAIRE), "", f"/{number}")
    refusals.tell_counted(at_once=True)
    assert entries_of()[1:] == [{"path": ["", "/2"], "count": ["", 2]}]


def test_each_account_has_its_own_minute(database: str) -> None:
    now = clock.now()
    for login in (CLAIRE, HELENE, PAUL, CLAIRE):
        refusals.note(account(login), "", f"/{login}", now=now)
    assert [len(entries_of(login)) for login in (CLAIRE, HELENE, PAUL)] == [1, 1, 1]

"""Refused addresses and unknown identifiers in the journal: told at once, then by their number, once a minute (R-38)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from data.accounts import refusals
from data.core import clock
from data.core.audit import Action, AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work
from data.office import weekly_report
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


def unknown_identifiers() -> list[dict[str, Any]]:
    found = every(AuditEntry, AuditEntry.action == Action.SIGN_IN_FAILED, col(AuditEntry.subject_id).is_(None))
    return [each.changes for each in sorted(found, key=lambda each: each.id)]


@both
def test_identifiers_that_nobody_has_are_noted_one_by_one_and_then_by_the_minute(database: str) -> None:
    """From ever new networks, so that no throttle holds them."""
    now = clock.now()
    site_id = account(CLAIRE).site_id
    for number in range(100):
        with system_unit_of_work(writes=True, now=now + timedelta(milliseconds=50 * number)) as uow:
            uow.client = f"2001:db8:{number:x}::1"
            refusals.note_sign_in(uow, site_id, None, {"reason": "unknown", "identifier": f"{number}"})
    noted = unknown_identifiers()
    assert len(noted) == refusals.EACH_AN_HOUR
    assert all("count" not in each for each in noted)
    refusals.tell_counted(now=now + 2 * MINUTE)
    assert unknown_identifiers()[20:] == [
        {"reason": ["", "unknown"], "identifier": ["", "99"], "count": ["", 80]},
    ]
    with unit_of_work(account(HELENE), now=now + 3 * MINUTE) as uow:
        assert dict(weekly_report.facts(uow))["Connexions refusées"] == "100"


@both
def test_a_sign_in_of_an_account_that_failed_is_always_noted(database: str) -> None:
    now, claire = clock.now(), account(CLAIRE)
    for number in range(30):
        with system_unit_of_work(writes=True, now=now + timedelta(milliseconds=number)) as uow:
            refusals.note_sign_in(uow, claire.site_id, None, {"reason": "unknown", "identifier": f"{number}"})
            refusals.note_sign_in(uow, claire.site_id, claire, {"reason": "wrong", "identifier": "hers"})
    failed = AuditEntry.action == Action.SIGN_IN_FAILED
    assert len(every(AuditEntry, failed, AuditEntry.subject_id == claire.id)) == 30

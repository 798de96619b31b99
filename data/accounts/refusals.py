"""Addresses that an account asked for and may not open: the journal tells the first at once, and those of the minute after it by
their number. Whoever tries hundreds fills no journal."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action, AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work

ACTION = Action.PAGE_REFUSED
WINDOW = timedelta(minutes=1)  # one entry for each account


@dataclass
class _Untold:
    """What this process has counted since the account's last entry; the path is that of the last one."""

    path: str
    client: str
    count: int = 0


_untold: dict[int, _Untold] = {}  # by account
_lock = threading.Lock()


def note(account: Account, client: str, path: str, *, now: datetime | None = None) -> None:
    """Into the journal, or counted when it has an entry of the last minute."""
    with _lock:
        untold = _untold.setdefault(account.id, _Untold(path, client))
        untold.path, untold.client, untold.count = path[:200], client, untold.count + 1
    _tell(account.id, now)


def tell_counted(*, now: datetime | None = None, at_once: bool = False) -> None:
    """What was counted and no later refusal told; `at_once`: though its minute is not over, for the process ends."""
    for account_id in list(_untold):
        _tell(account_id, now, at_once=at_once)


def _tell(account_id: int, now: datetime | None, *, at_once: bool = False) -> None:
    with system_unit_of_work(now=now) as uow:
        account = uow.one(select(Account).where(Account.id == account_id))
        recent = account and uow.one(
            select(AuditEntry.id).where(
                AuditEntry.site_id == account.site_id,
                col(AuditEntry.at) > uow.now - WINDOW,
                AuditEntry.actor_id == account_id,
                AuditEntry.action == ACTION,
            )
        )
    if recent and not at_once:
        return
    with _lock:
        untold = _untold.pop(account_id, None)
    if account is None or untold is None:
        return
    changes = {"path": ["", untold.path]} | ({"count": ["", untold.count]} if untold.count > 1 else {})
    with unit_of_work(account, writes=True, now=now) as uow:
        uow.client = untold.client
        audit.note(uow, ACTION, subject="address", changes=changes)

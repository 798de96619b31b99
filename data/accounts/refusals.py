"""Refusals that one person can bring about by the hundred: addresses that an account may not open, sign-ins of identifiers that
nobody has. The journal tells the first of each at once, and those of the minute after it by their number: nobody fills it."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action, AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work

WINDOW = timedelta(minutes=1)  # one entry for what is counted together
EACH_AN_HOUR = 20  # of a site: so many unknown identifiers have an entry of their own


@dataclass(frozen=True)
class _Counted:
    """What is counted together: the addresses refused to an account, or the unknown identifiers of a site."""

    action: Action
    site_id: int
    account_id: int | None = None


@dataclass
class _Untold:
    """What this process has counted since the last entry; the facts are those of the last one."""

    client: str
    facts: dict[str, str]
    count: int = 0


_untold: dict[_Counted, _Untold] = {}
_lock = threading.Lock()


def note(account: Account, client: str, path: str, *, now: datetime | None = None) -> None:
    """An address that the account asked for and may not open."""
    counted = _Counted(Action.PAGE_REFUSED, account.site_id, account.id)
    _count(counted, client, {"path": path[:200]})
    _tell(counted, now)


def note_sign_in(uow: UnitOfWork, site_id: int, account: Account | None, facts: dict[str, str]) -> None:
    """A sign-in that failed, of an account or of an identifier that nobody has, which alone can be tried without end. The same is
    asked for both: how long it takes must not say which it was."""
    counted = _Counted(Action.SIGN_IN_FAILED, site_id)
    noted = _is_noted(uow, counted)
    if account is None:
        _count(counted, uow.client, facts)
        if not noted:
            _write(uow, counted)
        return
    changes = {name: ["", value] for name, value in facts.items()}
    author = audit.Author(site_id, "–")
    audit.note_record(uow, counted.action, account, account.family_id, by=author, changes=changes)


def tell_counted(*, now: datetime | None = None, at_once: bool = False) -> None:
    """What was counted and no later refusal told; `at_once`: though its minute is not over, for the process ends."""
    for counted in list(_untold):
        _tell(counted, now, at_once=at_once)


def _count(counted: _Counted, client: str, facts: dict[str, str]) -> None:
    with _lock:
        untold = _untold.setdefault(counted, _Untold(client, facts))
        untold.client, untold.facts, untold.count = client, facts, untold.count + 1


def _tell(counted: _Counted, now: datetime | None, *, at_once: bool = False) -> None:
    with system_unit_of_work(now=now) as uow:
        if not at_once and _is_noted(uow, counted):
            return
        account = uow.one(select(Account).where(Account.id == counted.account_id)) if counted.account_id else None
    if account is not None:
        with unit_of_work(account, writes=True, now=now) as uow:
            _write(uow, counted)
    elif counted.account_id is None:
        with system_unit_of_work(writes=True, now=now) as uow:
            _write(uow, counted)
    else:  # the account is gone
        _untold.pop(counted, None)


def _write(uow: UnitOfWork, counted: _Counted) -> None:
    with _lock:
        untold = _untold.pop(counted, None)
    if untold is None:
        return
    facts: dict[str, object] = {**untold.facts} | ({"count": untold.count} if untold.count > 1 else {})
    uow.client = untold.client
    audit.note(
        uow,
        counted.action,
        subject="address" if counted.account_id else "account",
        by=audit.Author(counted.site_id, "" if counted.account_id else "–"),
        changes={name: ["", value] for name, value in facts.items()},
    )


def _is_noted(uow: UnitOfWork, counted: _Counted) -> bool:
    """Whether the last minute has an entry, and the hour as many as may stand alone."""
    alone = 1 if counted.account_id else EACH_AN_HOUR
    question = select(AuditEntry.at).where(
        AuditEntry.site_id == counted.site_id,
        AuditEntry.action == counted.action,
        AuditEntry.actor_id == counted.account_id,
        AuditEntry.at > uow.now - audit.AGAIN,
    )
    if counted.account_id is None:
        question = question.where(col(AuditEntry.subject_id).is_(None))
    noted = uow.rows(question.order_by(col(AuditEntry.at).desc()).limit(alone))
    return len(noted) == alone and noted[0].at > uow.now - WINDOW

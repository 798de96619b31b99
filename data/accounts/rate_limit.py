"""Guessing is slowed without anybody being locked out (security rules R-12, R-16, R-17).

Per account (existing or not) and device: in the database, so a restart forgets nothing. Per client: in memory; unknown devices
of one network are judged one after the other, so that each is asked about those before it, and a flood holds up its own.
A try counts as failed from the moment it is admitted, in the transaction that asks whether it may be made: of many at once
no more are judged than one after the other. `forget` when it was right, `give_back` when it was not judged.
"""

import asyncio
import hashlib
import hmac
import ipaddress
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import SkipValidation
from sqlmodel import Field, select

from data.accounts import passwords
from data.core.errors import ErrorCode, UserError
from data.core.i18n import plural
from data.core.scope import OfSite, Scope
from data.core.settings import key
from data.core.unit_of_work import UnitOfWork

WINDOW, DAY = timedelta(minutes=15), timedelta(days=1)
FREE, WAITS = 5, (1, 2, 4, 8, 15)  # failures without waiting, then minutes
CHECKS_A_DAY = 25  # of one account from devices that never signed in
ACCOUNTS_A_CLIENT, SPACING = 20, timedelta(seconds=15)
RESETS_A_CLIENT = 20
OF_A_NETWORK = 50  # tries that wait for each other


class Throttle(OfSite, table=True):
    """Counters of one (site, identifier) seen from unknown devices, or from one known device. Keys are HMACs."""

    scope: ClassVar[Scope] = Scope.SYSTEM
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    key: str = Field(max_length=64, unique=True)
    failures: int = 0
    failed_at: datetime | None = None
    wait_until: datetime | None = None
    checks: int = 0
    checks_since: datetime | None = None


def fingerprint(*parts: object) -> str:
    """What stands for a typed identifier in tables and logs: people type passwords there."""
    return hmac.new(key("throttle"), "\0".join(map(str, parts)).encode(), hashlib.sha256).hexdigest()


def _counter(uow: UnitOfWork, site_id: int, login: str, device: str) -> Throttle:
    mark = fingerprint(site_id, login, device)
    question = select(Throttle).where(Throttle.key == mark).with_for_update()
    if (found := uow.one(question)) is None:
        uow.add_unless_there(Throttle(site_id=site_id, key=mark))
        found = uow.one(question)
    if found is None:
        raise LookupError("a counter that was there is gone")
    return found


def admit(uow: UnitOfWork, site_id: int, login: str, device: str, client: str) -> None:
    """UserError with the wait when this account, from such a device, or this client must wait; otherwise the try is counted."""
    counter = _counter(uow, site_id, login, device)
    if counter.wait_until and uow.now < counter.wait_until:
        raise _wait(counter.wait_until - uow.now)
    if not device:
        _clients.admit(client, uow.now)
        if not counter.checks_since or uow.now - counter.checks_since > DAY:
            counter.checks, counter.checks_since = 0, uow.now
        if counter.checks >= CHECKS_A_DAY:
            raise _wait(counter.checks_since + DAY - uow.now)
        counter.checks += 1
    if not counter.failed_at or uow.now - counter.failed_at > WINDOW + timedelta(minutes=15):
        counter.failures = 0
    counter.failures, counter.failed_at = counter.failures + 1, uow.now
    if counter.failures >= FREE:
        minutes = WAITS[min(counter.failures - FREE, len(WAITS) - 1)]
        counter.wait_until = uow.now + timedelta(minutes=minutes)
    uow.add(counter)


def failed(uow: UnitOfWork, site_id: int, login: str, device: str, client: str) -> None:
    """Counted for the account when it was admitted; for the client only now, since a school's families sign in at once."""
    if not device:
        _clients.failed(client, fingerprint(site_id, login), uow.now)


def give_back(uow: UnitOfWork, site_id: int, login: str, device: str) -> None:
    """Nobody looked at what was typed: an overload is not the person's fault."""
    counter = _counter(uow, site_id, login, device)
    counter.failures, counter.checks, counter.wait_until = (
        max(0, counter.failures - 1),
        max(0, counter.checks - 1),
        None,
    )
    uow.add(counter)


def forget(uow: UnitOfWork, site_id: int, login: str, device: str = "") -> None:
    """A right password, or a new one by mail, clears the account's counters."""
    counter = _counter(uow, site_id, login, device)
    counter.failures, counter.failed_at, counter.wait_until, counter.checks = 0, None, None, 0
    uow.add(counter)


def _wait(time: timedelta) -> UserError:
    return UserError(
        plural(
            "Trop d’essais. Réessayez dans {count} minute ou utilisez « Mot de passe perdu ».",
            "Trop d’essais. Réessayez dans {count} minutes ou utilisez « Mot de passe perdu ».",
        ),
        code=ErrorCode.TOO_MANY_ATTEMPTS,
        count=max(1, -int(-time.total_seconds() // 60)),
    )


class _Clients:
    """Distinct accounts failed, and distinct identifiers reset, by network client. Never a total block."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, dict[str, datetime]] = OrderedDict()
        self._tried: dict[str, datetime] = {}
        self._resets: OrderedDict[str, dict[str, datetime]] = OrderedDict()

    def admit(self, client: str, now: datetime) -> None:
        network = _network(client)
        recent = [at for at in self._failed.get(network, {}).values() if now - at < WINDOW]
        if len(recent) > ACCOUNTS_A_CLIENT:
            last = self._tried.get(network)
            if last and timedelta(0) <= now - last < SPACING:
                raise UserError(
                    "Trop d’essais depuis ce réseau. Réessayez dans {count} secondes.",
                    code=ErrorCode.TOO_MANY_ATTEMPTS,
                    count=max(1, int((SPACING - (now - last)).total_seconds())),
                )
            self._tried[network] = now

    def failed(self, client: str, login: str, now: datetime) -> None:
        self._note(self._failed, _network(client), login, now, WINDOW)

    def may_reset(self, client: str, login: str, now: datetime) -> bool:
        """Twenty distinct identifiers an hour; the same one again does not count."""
        network = _network(client)
        self._note(self._resets, network, login, now, timedelta(hours=1))
        return len(self._resets[network]) <= RESETS_A_CLIENT

    @staticmethod
    def _note(
        table: OrderedDict[str, dict[str, datetime]], network: str, login: str, now: datetime, keep: timedelta
    ) -> None:
        table[network] = {each: at for each, at in table.get(network, {}).items() if now - at < keep} | {login: now}
        table.move_to_end(network)
        while len(table) > 10_000:
            table.popitem(last=False)

    def clear(self) -> None:
        self._failed.clear()
        self._tried.clear()
        self._resets.clear()


class _Gate:
    """Of one network."""

    def __init__(self) -> None:
        self.turn, self.people = asyncio.Lock(), 0


_gates: dict[str, _Gate] = {}


@asynccontextmanager
async def in_turn(client: str, known: str) -> AsyncIterator[None]:
    """One try of a network at a time, a device's that the account knows at once; Busy when fifty wait."""
    if known:
        yield
        return
    network = _network(client)
    gate = _gates.setdefault(network, _Gate())
    if gate.people > OF_A_NETWORK:
        raise passwords.Busy
    gate.people += 1
    try:
        async with gate.turn:
            yield
    finally:
        gate.people -= 1
        if not gate.people:
            _gates.pop(network, None)


_clients = _Clients()
may_reset = _clients.may_reset
forget_clients = _clients.clear


def _network(client: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client[:64]
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))

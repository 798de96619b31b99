"""Guessing is slowed without anybody being locked out (security rules R-12, R-16, R-17).

Per account (existing or not) and device, and the accounts that failed per network: in the database, so a restart forgets nothing and
every process counts the same. Unknown devices of one network are judged one after the other in each process, so that each is asked
about those before it, and a flood holds up its own. Resets per network: in each process's memory.
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
from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, col, select

from data.accounts import passwords
from data.core.errors import ErrorCode, UserError
from data.core.i18n import plural
from data.core.scope import OfSite, Scope
from data.core.settings import key
from data.core.unit_of_work import UnitOfWork

WINDOW, DAY = timedelta(minutes=15), timedelta(days=1)
FREE, WAITS = 5, (1, 2, 4, 8, 15)  # failures without waiting, then minutes
CHECKS_A_DAY = 25  # of one account from devices that never signed in
SIGN_INS_AN_HOUR = 60  # of one account: each leaves a session, a line of the journal, perhaps a letter
ACCOUNTS_A_CLIENT, SPACING = 20, timedelta(seconds=15)
RESETS_A_CLIENT = 20
RIGHT_ONES = "right sign-ins"  # beside the devices of an account
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


class NetworkTry(OfSite, table=True):
    """An account that failed from an unknown device of one network, and when last; without an account, when the network was last
    let in while many had failed. Both are HMACs."""

    scope: ClassVar[Scope] = Scope.SYSTEM
    __tablename__ = "network_try"
    __table_args__ = (UniqueConstraint("network", "login"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    network: str = Field(max_length=64)
    login: str = Field(default="", max_length=64)
    at: datetime = Field(index=True)


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
        _admit_network(uow, site_id, client)
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
        row = _network_row(uow, site_id, client, fingerprint(site_id, login))
        row.at = uow.now
        uow.add(row)


def _admit_network(uow: UnitOfWork, site_id: int, client: str) -> None:
    """Never a total block: beyond so many accounts that failed, one try at a time."""
    failed = select(func.count(col(NetworkTry.id))).where(
        NetworkTry.network == _network_mark(client),
        NetworkTry.login != "",
        col(NetworkTry.at) > uow.now - WINDOW,
        col(NetworkTry.at) <= uow.now,
    )
    if uow.count(failed) <= ACCOUNTS_A_CLIENT:
        return
    last = _network_row(uow, site_id, client, "")
    if timedelta(0) <= uow.now - last.at < SPACING:
        raise UserError(
            "Trop d’essais depuis ce réseau. Réessayez dans {count} secondes.",
            code=ErrorCode.TOO_MANY_ATTEMPTS,
            count=max(1, int((SPACING - (uow.now - last.at)).total_seconds())),
        )
    last.at = uow.now
    uow.add(last)


def _network_row(uow: UnitOfWork, site_id: int, client: str, login: str) -> NetworkTry:
    network = _network_mark(client)
    question = select(NetworkTry).where(NetworkTry.network == network, NetworkTry.login == login).with_for_update()
    if (found := uow.one(question)) is None:
        uow.add_unless_there(NetworkTry(site_id=site_id, network=network, login=login, at=uow.now - WINDOW))
        found = uow.one(question)
    if found is None:
        raise LookupError("a row that was there is gone")
    return found


def _network_mark(client: str) -> str:
    return fingerprint("network", _network(client))


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


def too_often_in(uow: UnitOfWork, site_id: int, login: str) -> UserError | None:
    """The password was right: counted. The wait when it is used without end, by whoever has it."""
    counter, hour = _counter(uow, site_id, login, RIGHT_ONES), timedelta(hours=1)
    if not counter.checks_since or not timedelta(0) <= uow.now - counter.checks_since < hour:
        counter.checks, counter.checks_since = 0, uow.now
    counter.checks, counter.failed_at = counter.checks + 1, uow.now
    uow.add(counter)
    return _wait(counter.checks_since + hour - uow.now) if counter.checks > SIGN_INS_AN_HOUR else None


def _wait(time: timedelta) -> UserError:
    return UserError(
        plural(
            "Trop d’essais. Réessayez dans {count} minute ou utilisez « Mot de passe perdu ».",
            "Trop d’essais. Réessayez dans {count} minutes ou utilisez « Mot de passe perdu ».",
        ),
        code=ErrorCode.TOO_MANY_ATTEMPTS,
        count=max(1, -int(-time.total_seconds() // 60)),
    )


class _Resets:
    """Distinct identifiers reset, by network client, as far as this process knows."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, dict[str, datetime]] = OrderedDict()

    def may_reset(self, client: str, login: str, now: datetime) -> bool:
        """Twenty distinct identifiers an hour; the same one again does not count."""
        network, hour = _network(client), timedelta(hours=1)
        recent = {each: at for each, at in self._known.get(network, {}).items() if now - at < hour}
        self._known[network] = recent | {login: now}
        self._known.move_to_end(network)
        while len(self._known) > 10_000:
            self._known.popitem(last=False)
        return len(self._known[network]) <= RESETS_A_CLIENT

    def clear(self) -> None:
        self._known.clear()


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


_resets = _Resets()
may_reset = _resets.may_reset
forget_resets = _resets.clear


def _network(client: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 one."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client[:64]
    return str(address) if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))

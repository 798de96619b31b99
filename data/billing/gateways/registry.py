"""Who asks the bank: one small interface, the demonstration's simulator, the PayFiP link, others by entry points.

No database here: `data/billing/online_payments.py` makes the orders and writes what a confirmation says.
"""

import logging
import re
from functools import lru_cache
from importlib.metadata import entry_points
from urllib.parse import urlsplit

from data.billing.gateways.payfip import PayFip
from data.billing.gateways.protocol import Confirmation, Forged, Gateway, Order, Redirection, Sent, State, Unreachable
from data.billing.gateways.simulator import Simulator
from data.core.errors import UserError
from data.core.settings import settings

GROUP = "anacrouse.gateways"
MAX_CENTS = 99_999_999
log = logging.getLogger("anacrouse.gateways")


def by_name(name: str) -> Gateway | None:
    """The gateway of that name; the simulator only where the demonstration is served."""
    if name == Simulator.name:
        return Simulator() if settings().demo else None
    if name == PayFip.name:
        return PayFip()
    return _installed().get(name)


def installed() -> list[str]:
    """The names of other packages' gateways."""
    return sorted(_installed())


def secrets_of(name: str) -> tuple[str, ...]:
    """What a gateway must be told and nobody may read again: its own `secrets`, when it has some."""
    return tuple(getattr(by_name(name), "secrets", ()))


@lru_cache(maxsize=1)
def _installed() -> dict[str, Gateway]:
    """The gateways of other packages. One that cannot be loaded is as if it were not there."""
    found: dict[str, Gateway] = {}
    for point in entry_points(group=GROUP):
        try:
            gateway: Gateway = point.load()()
            found[gateway.name] = gateway
        except Exception:
            log.exception("the gateway %s cannot be loaded", point.name)
    return found


def ask(gateway: Gateway, order: Order) -> Redirection:
    """The gateway's redirection, to its own host only; whatever it raises becomes Unreachable."""
    try:
        there = gateway.ask(order)
    except (UserError, Unreachable):
        raise
    except Exception as fault:
        raise Unreachable(f"{gateway.name}: {fault!r}") from fault
    parts = urlsplit(there.url)
    ours = not gateway.host and there.url.startswith("/") and not parts.netloc
    if not ours and (parts.scheme, parts.netloc) != ("https", gateway.host or "-"):
        raise Unreachable(f"{gateway.name} leads to {parts.scheme}://{parts.netloc}, not to its own host")
    return there


def confirmed(gateway: Gateway, sent: Sent, reference: str) -> Confirmation:
    """The gateway's answer about that order. What cannot be read, or is none of a bank's, is Forged, however well it is signed."""
    try:
        found = gateway.confirm(sent)
    except (Forged, Unreachable):
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise Forged(f"an answer that cannot be read: {fault!r:.120}") from fault
    if found.reference != reference:
        raise Forged("an answer about another order")
    if found.state == State.PAID and not (0 < len(found.transaction) <= 80 and found.transaction.isprintable()):
        raise Forged("no number of transaction")
    if found.state == State.PAID and not (0 < found.cents <= MAX_CENTS and re.fullmatch("[A-Z]{3}", found.currency)):
        raise Forged("no amount that a bank takes")
    return found

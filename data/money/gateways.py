"""Who asks the bank: one small interface, the demonstration's simulator, the PayFiP link, others by entry points.

No database here: `data/money/payments.py` makes the orders and writes what a confirmation says.
"""

import hmac
import logging
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import entry_points
from typing import Literal, Protocol, get_args
from urllib.parse import urlencode, urlsplit

from data.formats import euros
from data.i18n import Refused
from data.settings import key, settings

GROUP = "anacrouse.gateways"
State = Literal["paid", "refused", "abandoned"]
log = logging.getLogger("anacrouse.gateways")


class Forged(ValueError):
    """An answer that nothing proves: nothing may be paid by it."""


class Unreachable(RuntimeError):
    """The payment service cannot be asked now."""


@dataclass(frozen=True)
class Order:
    """What is asked of the bank. `reference` is 24 letters and figures; `settings` is the site's `payment`."""

    reference: str
    cents: int
    currency: str
    email: str
    label: str
    year: int  # of the first invoice
    back_url: str  # where the browser returns, by GET; it proves nothing
    notice_url: str  # where the service answers the server
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Redirection:
    """Where the person goes to pay: a link, or a form posted there when it has fields."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """What came to the notice address; names of headers in lower case."""

    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)  # `payment` of the site whose order it speaks of


@dataclass(frozen=True)
class Confirmation:
    """What the bank says of an order. `transaction` is its own number, never given twice."""

    reference: str
    transaction: str
    cents: int
    currency: str
    state: State


class Gateway(Protocol):
    """A payment service. `ask` and `confirm` may call it: they run in a thread, outside any transaction."""

    name: str  # in the site's settings and in the notice's address
    host: str  # of its pages, for the policy; "" when they are ours
    answers: bool  # whether it answers the server; otherwise a payment appears when it is imported

    def ask(self, order: Order, /) -> Redirection:
        """Where to pay. Refused when this service cannot take the order, Unreachable when it does not reply."""

    def reference_of(self, sent: Sent, /) -> str:
        """The order an answer speaks of, not believed yet; "" for none."""

    def confirm(self, sent: Sent, /) -> Confirmation:
        """The answer, once its signature was checked or it was fetched from the service; Forged otherwise."""


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
    except (Refused, Unreachable):
        raise
    except Exception as fault:
        raise Unreachable(f"{gateway.name}: {fault!r}") from fault
    parts = urlsplit(there.url)
    ours = not gateway.host and there.url.startswith("/") and not parts.netloc
    if not ours and (parts.scheme, parts.netloc) != ("https", gateway.host or "-"):
        raise Unreachable(f"{gateway.name} leads to {parts.scheme}://{parts.netloc}, not to its own host")
    return there


class Simulator:
    """Plays the bank on a page of ours. What it is asked and what it answers is signed, as a real one would."""

    name, host, answers = "simulator", "", True
    path = "/paiement/simulateur/"

    def ask(self, order: Order) -> Redirection:
        asked = {"montant": str(order.cents), "devise": order.currency, "objet": order.label}
        signed = {**asked, "signature": _signature("order", {"reference": order.reference, **asked})}
        return Redirection(f"{self.path}{order.reference}?{urlencode(signed)}")

    def read(self, reference: str, query: Mapping[str, str]) -> Order:
        """The order that the bank's page was opened with; Forged when it is not ours."""
        asked = {name: query.get(name, "") for name in ("montant", "devise", "objet")}
        _check(_signature("order", {"reference": reference, **asked}), query.get("signature", ""))
        return Order(reference, int(asked["montant"]), asked["devise"], "", asked["objet"], 0, "", "")

    def answer(self, order: Order, state: State, *, forged: bool = False) -> dict[str, str]:
        """What the bank sends to the server; `forged` as somebody would who does not know the key."""
        said = {
            "reference": order.reference,
            "transaction": f"SIM-{secrets.token_hex(8)}",
            "montant": str(order.cents),
            "devise": order.currency,
            "etat": state,
        }
        return {**said, "signature": secrets.token_hex(32) if forged else _signature("answer", said)}

    def reference_of(self, sent: Sent) -> str:
        return sent.form.get("reference", "")

    def confirm(self, sent: Sent) -> Confirmation:
        said = {name: text for name, text in sent.form.items() if name != "signature"}
        _check(_signature("answer", said), sent.form.get("signature", ""))
        state = next((each for each in get_args(State) if each == said.get("etat")), None)
        if state is None:
            raise Forged("a state that does not exist")
        return Confirmation(said["reference"], said["transaction"], int(said["montant"]), said["devise"], state)


class PayFip:
    """The link to the treasury's page. It answers without any signature, so no answer of its is ever believed."""

    name, host, answers = "payfip", "www.payfip.gouv.fr", False
    least, most = 1_00, 99_999_99

    def ask(self, order: Order) -> Redirection:
        if not self.least <= order.cents <= self.most:
            raise Refused(
                "Ce service de paiement accepte de {least} à {most}. Choisissez d’autres factures.",
                least=euros(self.least),
                most=euros(self.most),
            )
        client = order.settings.get("numcli", "")
        if not re.fullmatch("[0-9]{6}", client):
            raise Unreachable("payfip: « numcli », the six figures given by the treasury, is missing from the settings")
        asked = {
            "numcli": client,
            "exer": f"{order.year:04d}",
            "refdet": order.reference,
            "objet": _plain(order.label)[:100],
            "montant": str(order.cents),
            "mel": order.email,
            "urlcl": order.notice_url,
            "saisie": order.settings.get("saisie", "T"),
        }
        return Redirection(f"https://{self.host}/tpa/paiement.web?{urlencode(asked)}")

    def reference_of(self, sent: Sent) -> str:
        return sent.form.get("refdet", "") or sent.query.get("refdet", "")

    def confirm(self, _sent: Sent) -> Confirmation:
        raise Forged("PayFiP does not sign its answer: the payment appears with the treasury's import")


def _signature(kind: str, said: Mapping[str, str]) -> str:
    text = f"{kind}?{urlencode(sorted(said.items()))}"
    return hmac.new(key("payment simulator"), text.encode(), sha256).hexdigest()


def _check(ours: str, theirs: str) -> None:
    if not hmac.compare_digest(ours.encode(), theirs.encode()):
        raise Forged("the signature is not the bank's")


def _plain(text: str) -> str:
    """Letters without accents, figures and spaces: all that PayFiP takes."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())

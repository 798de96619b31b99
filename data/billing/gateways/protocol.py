"""What a payment service is to us: the order, the redirection, the answer, and the two calls it must know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """What the bank says became of an order."""

    PAID = "paid"
    REFUSED = "refused"
    ABANDONED = "abandoned"


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
        """Where to pay. UserError when this service cannot take the order, Unreachable when it does not reply."""

    def reference_of(self, sent: Sent, /) -> str:
        """The order an answer speaks of, not believed yet; "" for none."""

    def confirm(self, sent: Sent, /) -> Confirmation:
        """The answer, once its signature was checked or it was fetched from the service; Forged otherwise."""

"""The bank of the tests: bills, payments at the counter, and what the simulator answers."""

from pathlib import Path
from typing import Any

from data.billing import models as billing
from data.billing import online_payments
from data.billing.gateways import protocol as gateway_protocol
from data.billing.gateways import simulator
from data.billing.gateways.protocol import Order, Sent
from data.billing.gateways.simulator import Simulator
from data.billing.models import Allocation, Invoice, Payment
from data.billing.online_payments import OnlinePayment
from data.core.system_unit_of_work import system_unit_of_work
from tests.demo_users import SAMIR, account, as_, every, last

BANK = Simulator()


def bill(cents: int, login: str = SAMIR, ledger: str = "rental", **more: Any) -> int:
    """One more invoice of that family: its number among the rows."""
    with system_unit_of_work(writes=True) as uow:
        payer = account(login)
        given: dict[str, Any] = {"day": uow.today, "school_year": "2026-2027", "label": "Location", **more}
        number = f"T{len(every(Invoice)):06d}"
        made = Invoice(
            site_id=payer.site_id, family_id=payer.family_id, number=number, ledger=ledger, total=cents, **given
        )
        return uow.add(made).id


def pay_at_the_counter(invoice_id: int, cents: int, *, allocated: bool = True) -> None:
    with system_unit_of_work(writes=True) as uow:
        invoice = uow.get(Invoice, invoice_id)
        owned: dict[str, Any] = {"site_id": invoice.site_id, "family_id": invoice.family_id}
        given: dict[str, Any] = {"ledger": invoice.ledger, "school_year": "2026-2027", "day": uow.today, "cents": cents}
        payment = uow.add(Payment(**owned, number=f"C{invoice_id}-{len(every(Payment))}", **given))
        if allocated:
            uow.add(Allocation(**owned, invoice_id=invoice_id, payment_id=payment.id, cents=cents))


def due(login: str = SAMIR, ledger: billing.Ledger = "rental") -> list[int]:
    """The invoices with something to pay."""
    with as_(login) as uow:
        return [entry.row.id for entry in online_payments.payable(billing.accounts(uow)[ledger])]


def balance(login: str = SAMIR, ledger: billing.Ledger = "rental") -> int:
    with as_(login) as uow:
        return billing.accounts(uow)[ledger].balance


def start(
    login: str = SAMIR, ids: list[int] | None = None, ledger: billing.Ledger = "rental", **when: Any
) -> OnlinePayment:
    """The whole balance unless invoices are said."""
    with as_(login, writes=True, **when) as uow:
        return online_payments.start(uow, ledger, due(login, ledger) if ids is None else ids)


def answer(
    row: OnlinePayment,
    state: gateway_protocol.State = "paid",
    *,
    forged: bool = False,
    currency: str = "EUR",
    **text: Any,
) -> Sent:
    """What the bank sends of this payment, signed."""
    order = Order(row.reference, text.get("cents", row.cents), currency, "", "", 0, "", "")
    sent = BANK.answer(order, state, forged=forged)
    if number := text.get("transaction"):  # of an answer before
        fields = {name: value for name, value in sent.items() if name != "signature"} | {"transaction": number}
        sent = {**fields, "signature": simulator._signature("answer", fields)}
    return Sent(form=sent)


def receive(sent: Sent, name: str = "simulator", **when: Any) -> OnlinePayment:
    return online_payments.receive(name, sent, client="198.51.100.7", **when)


def now(row: OnlinePayment) -> OnlinePayment:
    return last(OnlinePayment, OnlinePayment.id == row.id)


def parts(row: OnlinePayment) -> dict[int, int]:
    """Invoice -> cents that its receipt settles."""
    return {each.invoice_id: each.cents for each in every(Allocation, Allocation.payment_id == now(row).payment_id)}


def url_of(row: OnlinePayment) -> str:
    with as_(SAMIR) as uow:
        return BANK.ask(online_payments.order_of(uow, row)).url


PLUGIN = """
from data.billing.gateways.protocol import Confirmation, Forged, Redirection

class Bank:
    name, host, answers = "ourbank", "pay.example.org", True

    def ask(self, order):
        if order.settings.get("down"):
            raise OSError("no route")
        fields = {} if order.settings.get("link") else {"order": order.reference}
        return Redirection(order.settings.get("url", "https://pay.example.org/pay"), fields)

    def reference_of(self, sent):
        return sent.query.get("order", "")

    def confirm(self, sent):
        if not sent.settings.get("key") or sent.query.get("key") != sent.settings["key"]:
            raise Forged("the key")
        return Confirmation(sent.query["order"], sent.query["number"], int(sent.query["cents"]), "EUR", "paid")

def broken():
    raise RuntimeError("not installed as it should be")
"""


def install_the_other_bank(folder: Path) -> None:
    """As pip would, into a folder of the path: « ourbank », and two packages that are broken."""
    (folder / "ourbank.py").write_text(PLUGIN)
    about = folder / "ourbank-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: ourbank\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[anacrouse.gateways]\nbroken = ourbank:broken\nnowhere = nowhere:Bank\nourbank = ourbank:Bank\n"
    )

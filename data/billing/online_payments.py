"""Online payments: asked of a gateway, believed only from its signed or fetched answer, counted once."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, col, func, select

from data.accounts import models as accounts
from data.billing import models as billing
from data.billing.gateways import registry as gateways
from data.billing.gateways.protocol import Confirmation, Forged, Gateway, Order, Sent
from data.billing.models import LEDGERS, Account, Entry, Invoice, Ledger, Payment
from data.core import audit, sites
from data.core.audit import AuditEntry
from data.core.errors import NotYours, Refused
from data.core.formats import euros, school_year
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.unit_of_work import Visit, whole_house
from data.families.models import Family, of_its_site

CURRENCY = "EUR"
METHOD = "Carte bancaire (en ligne)"
SAME_FOR = timedelta(minutes=30)
OPEN_FOR = timedelta(hours=24)
OPEN = ("started", "refused", "abandoned")
SUBJECT = "online payment"
MOST_FORGED = 20  # entries of the journal for one payment


class OnlinePayment(OfFamily, table=True):
    """One attempt to pay. `reference` is ours, `transaction` the bank's; `chosen` is [[invoice id, cents], …]."""

    __tablename__ = "online_payment"
    __table_args__ = (of_its_site(), UniqueConstraint("gateway", "transaction"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    reference: str = Field(max_length=32, unique=True)
    gateway: str = Field(max_length=40)
    account_id: int
    ledger: str = Field(max_length=8)
    chosen: list[list[int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    cents: int
    state: str = Field(default="started", max_length=10, index=True)  # started | paid | refused | abandoned | differs
    transaction: str | None = Field(default=None, max_length=80)
    payment_id: int | None = None
    overpaid: int = 0  # cents that settle nothing: for the staff to give back
    started_at: datetime = Field(index=True)
    answered_at: datetime | None = None
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # without secret
    seen_by: str = Field(default="", max_length=120)  # the member of staff who dealt with an overpayment
    seen_at: datetime | None = None


def offered(v: Visit) -> Gateway | None:
    """The payment service of the visit's site; None when it offers none."""
    return gateways.by_name(sites.here(v).payment.get("gateway", ""))


def payable(account: Account) -> list[Entry]:
    """What is left to pay of each invoice, the first due first; credit that settles no invoice yet is taken off."""
    credit, found = max(0, sum(entry.due for entry in account.unpaid) - account.balance), []
    for entry in account.unpaid:
        used = min(credit, entry.due)
        credit -= used
        if entry.due > used:
            found.append(replace(entry, due=entry.due - used))
    return found


def start(v: Visit, ledger: Ledger, invoice_ids: Iterable[int]) -> OnlinePayment:
    """A payment of these invoices; amounts are those of the account. Asked twice within half an hour, the same one."""
    gateway = offered(v)
    if gateway is None:
        raise Refused("Le paiement en ligne n’est pas proposé par votre conservatoire.")
    v.get(Family, v.family_id, lock=True)  # of two clicks at once, the second waits and finds the first's payment
    wanted = set(invoice_ids)
    chosen = [entry for entry in payable(billing.accounts(v)[ledger]) if entry.row.id in wanted]
    for other in wanted - {entry.row.id for entry in chosen}:
        invoice = v.get(Invoice, other)
        if invoice.ledger != ledger or invoice.nature != "invoice":
            raise NotYours(f"invoice {other} is not of {ledger}")
        raise Refused("La facture {number} n’est plus à payer. Vérifiez votre choix.", number=invoice.number)
    if not chosen:
        raise Refused("Choisissez au moins une facture à payer.")
    parts = [[entry.row.id, entry.due] for entry in chosen]
    row = _same_choice(v, gateway.name, ledger, parts) or OnlinePayment(
        site_id=v.site_id or 0,
        family_id=v.family_id,
        reference=secrets.token_hex(12),
        gateway=gateway.name,
        account_id=v.account_id or 0,
        ledger=ledger,
        chosen=parts,
        cents=sum(entry.due for entry in chosen),
        started_at=v.now,
    )
    fresh = row.id is None
    row.account_id = v.account_id or 0  # whoever goes to the bank last is the payer
    v.add(row)
    if fresh:
        _note(v, row, "online payment started", {"amount": ["", euros(row.cents)]})
        v.tell(("family", row.family_id or 0), ("billing", row.family_id or 0))
    return row


def _same_choice(v: Visit, gateway: str, ledger: str, parts: list[list[int]]) -> OnlinePayment | None:
    recent = v.all(
        select(OnlinePayment)
        .where(
            OnlinePayment.family_id == v.family_id,
            OnlinePayment.gateway == gateway,
            OnlinePayment.ledger == ledger,
            OnlinePayment.state == "started",
            OnlinePayment.started_at > v.now - SAME_FOR,
        )
        .order_by(col(OnlinePayment.id).desc())
    )
    return next((row for row in recent if row.chosen == parts), None)


def order_of(v: Visit, row: OnlinePayment) -> Order:
    """What the gateway is asked for this payment."""
    invoices, address = invoices_of(v, row), settings().public_url
    return Order(
        reference=row.reference,
        cents=row.cents,
        currency=CURRENCY,
        email=accounts.address(v, v.get(accounts.Account, row.account_id)),
        label=_label(invoices),
        year=min((invoice.day.year for invoice in invoices), default=v.today.year),
        back_url=f"{address}/facturation/retour/{row.reference}",
        notice_url=f"{address}/paiement/avis/{row.gateway}",
        settings=sites.payment_settings(sites.here(v)),
    )


def invoices_of(v: Visit, row: OnlinePayment) -> list[Invoice]:
    """The chosen invoices, in the order in which they are settled."""
    found = {each.id: each for each in v.all(select(Invoice).where(col(Invoice.id).in_([at for at, _ in row.chosen])))}
    return [found[at] for at, _ in row.chosen if at in found]


def _label(invoices: Sequence[Invoice]) -> str:
    numbers = ", ".join(invoice.number for invoice in invoices)
    return (f"Facture {numbers}" if len(invoices) == 1 else f"Factures {numbers}")[:300]


def by_reference(v: Visit, reference: str, *, lock: bool = False) -> OnlinePayment:
    """NotYours when this account may see none of that reference."""
    question = select(OnlinePayment).where(OnlinePayment.reference == reference)
    found = v.one(question) if 0 < len(reference) <= 32 else None
    if found is None:
        raise NotYours(f"online payment {reference[:32]!r}")
    return v.get(OnlinePayment, found.id, lock=True) if lock else found


def resume(v: Visit, reference: str) -> OnlinePayment:
    """« Reprendre »: the same payment again, while it is young and what it pays is still due as it was."""
    v.get(Family, v.family_id, lock=True)
    row, gateway = by_reference(v, reference, lock=True), offered(v)
    if row.state not in OPEN:
        raise Refused("Ce paiement est déjà arrivé : ne payez pas une seconde fois.")
    if v.now - row.started_at >= OPEN_FOR or gateway is None or gateway.name != row.gateway:
        raise Refused("Ce paiement ne peut plus être repris. Choisissez à nouveau les factures à payer.")
    if not _still_due(row, payable(billing.accounts(v)[_ledger(row)])):
        raise Refused("Les montants ont changé depuis. Choisissez à nouveau les factures à payer.")
    if row.state != "started":
        row.state, row.answered_at = "started", None
        _note(v, row, "online payment resumed", {"amount": ["", euros(row.cents)]})
        v.tell(("family", row.family_id or 0), ("billing", row.family_id or 0))
    row.account_id = v.account_id or 0
    return v.add(row)


def open_attempts(v: Visit, known: Mapping[Ledger, Account] | None = None) -> list[OnlinePayment]:
    """The family's payments that « Reprendre » would take, the latest first, one for each choice of invoices.

    None where the service never answers: nobody knows there whether a payment is broken or made.
    """
    gateway = offered(v)
    if gateway is None or not gateway.answers:
        return []
    rows = v.all(
        select(OnlinePayment)
        .where(
            OnlinePayment.family_id == v.family_id,
            col(OnlinePayment.state).in_(OPEN),
            OnlinePayment.started_at > v.now - OPEN_FOR,
            OnlinePayment.gateway == gateway.name,
        )
        .order_by(col(OnlinePayment.id).desc())
    )
    due = {ledger: payable(account) for ledger, account in (known or billing.accounts(v)).items()} if rows else {}
    found: dict[str, OnlinePayment] = {}
    for row in rows:
        if _still_due(row, due[_ledger(row)]):
            found.setdefault(f"{row.ledger} {row.chosen}", row)
    return list(found.values())


def _still_due(row: OnlinePayment, due: Iterable[Entry]) -> bool:
    chosen = {at: cents for at, cents in row.chosen}  # noqa: C416 - dict() of a list of lists has no type
    return {entry.row.id: entry.due for entry in due if entry.row.id in chosen} == chosen


def _ledger(row: OnlinePayment) -> Ledger:
    return "rental" if row.ledger == "rental" else "tuition"


def receive(name: str, sent: Sent, *, client: str = "", now: datetime | None = None) -> OnlinePayment:
    """What a payment service told the server. NotYours for an unknown gateway, Forged for what nothing proves.

    The signature is checked, or the answer fetched, before the transaction opens.
    """
    gateway = gateways.by_name(name)
    if gateway is None:
        raise NotYours(f"gateway {name[:40]!r}")
    reference = gateway.reference_of(sent)[:33]
    with whole_house(now=now) as v:
        row = v.one(select(OnlinePayment).where(OnlinePayment.reference == reference))
        if row is None:
            raise Forged("an order that nobody made")
        sent = replace(sent, settings=sites.payment_settings(v.get(Site, row.site_id)))
    try:
        if row.gateway != gateway.name:
            raise Forged("an order of another gateway")
        said = gateway.confirm(sent)
        if said.reference != row.reference:
            raise Forged("an answer about another order")
        if said.state == "paid" and not 0 < len(said.transaction) <= 80:
            raise Forged("no number of transaction")
    except Forged as forged:
        _note_forged(row.id, gateway.name, str(forged), client, now)
        raise
    with whole_house(writes=True, now=now) as v:
        v.client, v.zone = client, v.get(Site, row.site_id).zone
        v.get(Family, row.family_id, lock=True)  # a payment at the counter and this one wait for each other
        row = v.get(OnlinePayment, row.id, lock=True)
        reused = said.state == "paid" and _is_anothers(v, row, said.transaction)
        if not reused:
            _record(v, row, said)
    if reused:
        _note_forged(row.id, gateway.name, "a transaction that paid something else", client, now)
        raise Forged("a transaction that paid something else")
    return row


def _is_anothers(v: Visit, row: OnlinePayment, transaction: str) -> bool:
    question = select(OnlinePayment).where(
        OnlinePayment.gateway == row.gateway, OnlinePayment.transaction == transaction, OnlinePayment.id != row.id
    )
    return v.one(question) is not None


def _note_forged(row_id: int, gateway: str, why: str, client: str, now: datetime | None) -> None:
    """In the site's journal; a flood of forgeries does not fill it."""
    with whole_house(writes=True, now=now) as v:
        v.client = client
        noted = select(func.count(col(AuditEntry.id))).where(
            AuditEntry.subject == SUBJECT,
            AuditEntry.subject_id == row_id,
            AuditEntry.action == "payment answer refused",
        )
        if v.count(noted) < MOST_FORGED:
            _note(
                v, v.get(OnlinePayment, row_id), "payment answer refused", {"gateway": ["", gateway], "why": ["", why]}
            )


def _record(v: Visit, row: OnlinePayment, said: Confirmation) -> None:
    """Once: what was already told changes nothing."""
    known = [row.transaction, *row.answer.get("earlier", [])]
    if said.state != "paid":
        if row.state in OPEN and row.state != said.state:
            row.state, row.answered_at = said.state, v.now
            _note(v, row, f"online payment {said.state}", {"amount": ["", euros(row.cents)]})
            _announce(v, row)
        return
    if said.transaction in known:
        return
    right = (said.cents, said.currency) == (row.cents, CURRENCY)
    received = {"amount": [euros(row.cents), f"{euros(said.cents)} {said.currency}"], "bank": ["", said.transaction]}
    if row.state == "paid" or not right:  # money that settles nothing: the staff give it back
        row.overpaid += said.cents if said.currency == CURRENCY else 0
        row.state = "paid" if row.state == "paid" else "differs"
        row.seen_by, row.seen_at = "", None
        _note(v, row, "online payment twice" if row.state == "paid" else "online payment differs", received)
    else:
        payment = _receipt(v, row, said)
        row.state, row.payment_id = "paid", payment.id
        _note(v, row, "online payment paid", {**received, "receipt": ["", payment.number]})
    row.answer = {"cents": said.cents, "currency": said.currency, "earlier": [each for each in known if each]}
    row.transaction, row.answered_at = said.transaction, v.now
    _announce(v, row)


def _receipt(v: Visit, row: OnlinePayment, said: Confirmation) -> Payment:
    """The payment in the account, its parts on the chosen invoices as far as they are still due, the letter."""
    invoices = invoices_of(v, row)
    payer = v.one(select(accounts.Account).where(accounts.Account.id == row.account_id))
    due = {entry.row.id: entry for entry in payable(billing.of_family(v, row.family_id or 0)[_ledger(row)])}
    payment = v.add(
        Payment(
            site_id=row.site_id,
            family_id=row.family_id,
            number=receipt(row),
            ledger=row.ledger,
            school_year=invoices[0].school_year if invoices else school_year(v.today),
            day=v.today,
            method=METHOD,
            operation=said.transaction[:60],
            label=_label(invoices),
            cents=said.cents,
            payer=payer.name if payer else "",
        )
    )
    row.overpaid += billing.allocate(v, payment, [due[at] for at, _ in row.chosen if at in due])
    if payer is not None:
        accounts.write_to(
            v,
            payer,
            "payment_received",
            path=f"/facturation/{kind_of(row)}",
            amount=euros(payment.cents),
            number=payment.number,
        )
    return payment


def receipt(row: OnlinePayment) -> str:
    """The number of the payment, which is its receipt's."""
    return f"EL-{row.id:06d}"


def kind_of(row: OnlinePayment) -> str:
    """« cotisations » or « locations », as addresses say it."""
    return next(kind for kind, ledger in LEDGERS.items() if ledger == row.ledger)


def _note(v: Visit, row: OnlinePayment, action: str, changes: dict[str, Any]) -> None:
    audit.note(
        v,
        action,
        subject=SUBJECT,
        subject_id=row.id,
        site_id=row.site_id,
        family_id=row.family_id,
        actor=v.name or row.gateway,
        changes=changes,
    )


def _announce(v: Visit, row: OnlinePayment) -> None:
    v.add(row)
    family = row.family_id or 0
    v.tell(("family", family), ("billing", family), ("queue", row.site_id))

"""Online payments: asked of a gateway, believed only from its signed or fetched answer, counted once."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, col, func, select

from data.accounts import models as accounts
from data.billing import models as billing
from data.billing.gateways import registry as gateways
from data.billing.gateways.protocol import Confirmation, Forged, Gateway, Order, Sent, State
from data.billing.how_much import WHOLE, HowMuch
from data.billing.models import LEDGERS, Account, Entry, Invoice, Ledger, Nature, Payment
from data.core import audit, sites
from data.core.audit import Action, AuditEntry
from data.core.errors import NotFound, UserError
from data.core.formats import euros, school_year
from data.core.i18n import _
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, of_its_site
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind

CURRENCY = "EUR"
METHOD = _("Carte bancaire (en ligne)")
SAME_FOR = timedelta(minutes=30)
ATTEMPT_LIFETIME = timedelta(hours=24)
SUBJECT = "online payment"
MAX_FORGERIES_NOTED = 20  # entries of the journal for one payment


class AttemptState(StrEnum):
    STARTED = "started"
    PAID = "paid"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    DIFFERS = "differs"  # another amount than asked came in


UNPAID = {State.REFUSED: Action.ONLINE_PAYMENT_REFUSED, State.ABANDONED: Action.ONLINE_PAYMENT_ABANDONED}
OPEN_STATES = (AttemptState.STARTED, AttemptState.REFUSED, AttemptState.ABANDONED)


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
    state: str = Field(default=AttemptState.STARTED, max_length=10, index=True)
    transaction: str | None = Field(default=None, max_length=80)
    payment_id: int | None = None
    overpaid: int = 0  # cents that settle nothing: for the staff to give back
    started_at: datetime = Field(index=True)
    answered_at: datetime | None = None
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # without secret
    seen_by: str = Field(default="", max_length=120)  # the member of staff who dealt with an overpayment
    seen_at: datetime | None = None


def offered(uow: UnitOfWork) -> Gateway | None:
    """The payment service of the unit of work's site; None when it offers none."""
    return gateways.by_name(sites.here(uow).payment.get("gateway", ""))


def payable(account: Account) -> list[Entry]:
    """What is left to pay of each invoice, the first due first; credit that settles no invoice yet is taken off."""
    credit, found = max(0, sum(entry.due for entry in account.unpaid) - account.balance), []
    for entry in account.unpaid:
        used = min(credit, entry.due)
        credit -= used
        if entry.due > used:
            found.append(replace(entry, due=entry.due - used))
    return found


def start(uow: UnitOfWork, ledger: Ledger, invoice_ids: Iterable[int], how_much: HowMuch = WHOLE) -> OnlinePayment:
    """A payment of these invoices; amounts are those of the account. Asked twice within half an hour, the same one."""
    gateway = offered(uow)
    if gateway is None:
        raise UserError("Le paiement en ligne n’est pas proposé par votre conservatoire.")
    uow.get(Family, uow.family_id, lock=True)  # of two clicks at once, the second waits and finds the first's payment
    wanted = set(invoice_ids)
    chosen = [entry for entry in payable(billing.accounts(uow)[ledger]) if entry.row.id in wanted]
    for other in wanted - {entry.row.id for entry in chosen}:
        invoice = uow.get(Invoice, other)
        if invoice.ledger != ledger or invoice.nature != Nature.INVOICE:
            raise NotFound(f"invoice {other} is not of {ledger}")
        raise UserError("La facture {number} n’est plus à payer. Vérifiez votre choix.", number=invoice.number)
    if not chosen:
        raise UserError("Choisissez au moins une facture à payer.")
    parts = how_much.of(chosen)
    row = _same_choice(uow, gateway.name, ledger, parts) or OnlinePayment(
        site_id=uow.site_id or 0,
        family_id=uow.family_id,
        reference=secrets.token_hex(12),
        gateway=gateway.name,
        account_id=uow.account_id or 0,
        ledger=ledger,
        chosen=parts,
        cents=sum(cents for _, cents in parts),
        started_at=uow.now,
    )
    fresh = row.id is None
    row.account_id = uow.account_id or 0  # whoever goes to the bank last is the payer
    uow.add(row)
    if fresh:
        note(uow, row, Action.ONLINE_PAYMENT_STARTED, {"amount": ["", euros(row.cents)]})
        uow.publish(("family", row.family_id or 0), ("billing", row.family_id or 0))
    return row


def _same_choice(uow: UnitOfWork, gateway: str, ledger: str, parts: list[list[int]]) -> OnlinePayment | None:
    recent = uow.all(
        select(OnlinePayment)
        .where(
            OnlinePayment.family_id == uow.family_id,
            OnlinePayment.gateway == gateway,
            OnlinePayment.ledger == ledger,
            OnlinePayment.state == AttemptState.STARTED,
            OnlinePayment.started_at > uow.now - SAME_FOR,
        )
        .order_by(col(OnlinePayment.id).desc())
    )
    return next((row for row in recent if row.chosen == parts), None)


def order_of(uow: UnitOfWork, row: OnlinePayment) -> Order:
    """What the gateway is asked for this payment."""
    invoices, address = invoices_of(uow, row), settings().public_url
    return Order(
        reference=row.reference,
        cents=row.cents,
        currency=CURRENCY,
        email=accounts.recipient(uow, uow.get(accounts.Account, row.account_id)).address,
        label=_label(invoices),
        year=min((invoice.day.year for invoice in invoices), default=uow.today.year),
        back_url=f"{address}/facturation/retour/{row.reference}",
        notice_url=f"{address}/paiement/avis/{row.gateway}",
        settings=sites.payment_settings(sites.here(uow)),
    )


def invoices_of(uow: UnitOfWork, row: OnlinePayment) -> list[Invoice]:
    """The chosen invoices, in the order in which they are settled."""
    found = {
        each.id: each for each in uow.all(select(Invoice).where(col(Invoice.id).in_([at for at, _ in row.chosen])))
    }
    return [found[at] for at, _ in row.chosen if at in found]


def _label(invoices: Sequence[Invoice]) -> str:
    numbers = ", ".join(invoice.number for invoice in invoices)
    return (f"Facture {numbers}" if len(invoices) == 1 else f"Factures {numbers}")[:300]


def by_reference(uow: UnitOfWork, reference: str, *, lock: bool = False) -> OnlinePayment:
    """NotFound when this account may see none of that reference."""
    question = select(OnlinePayment).where(OnlinePayment.reference == reference)
    found = uow.one(question) if 0 < len(reference) <= 32 else None
    if found is None:
        raise NotFound(f"online payment {reference[:32]!r}")
    return uow.get(OnlinePayment, found.id, lock=True) if lock else found


def resume(uow: UnitOfWork, reference: str) -> OnlinePayment:
    """« Reprendre »: the same payment again, while it is young and what it pays is still due as it was."""
    uow.get(Family, uow.family_id, lock=True)
    row, gateway = by_reference(uow, reference, lock=True), offered(uow)
    if row.state not in OPEN_STATES:
        raise UserError("Ce paiement est déjà arrivé : ne payez pas une seconde fois.")
    if uow.now - row.started_at >= ATTEMPT_LIFETIME or gateway is None or gateway.name != row.gateway:
        raise UserError("Ce paiement ne peut plus être repris. Choisissez à nouveau les factures à payer.")
    if not _still_due(row, payable(billing.accounts(uow)[_ledger(row)])):
        raise UserError("Les montants ont changé depuis. Choisissez à nouveau les factures à payer.")
    if row.state != AttemptState.STARTED:
        row.state, row.answered_at = AttemptState.STARTED, None
        note(uow, row, Action.ONLINE_PAYMENT_RESUMED, {"amount": ["", euros(row.cents)]})
        uow.publish(("family", row.family_id or 0), ("billing", row.family_id or 0))
    row.account_id = uow.account_id or 0
    return uow.add(row)


def open_attempts(uow: UnitOfWork, known: Mapping[Ledger, Account] | None = None) -> list[OnlinePayment]:
    """The family's payments that « Reprendre » would take, the latest first, one for each choice of invoices.

    None where the service never answers: nobody knows there whether a payment is broken or made.
    """
    gateway = offered(uow)
    if gateway is None or not gateway.answers:
        return []
    rows = uow.all(
        select(OnlinePayment)
        .where(
            OnlinePayment.family_id == uow.family_id,
            col(OnlinePayment.state).in_(OPEN_STATES),
            OnlinePayment.started_at > uow.now - ATTEMPT_LIFETIME,
            OnlinePayment.gateway == gateway.name,
        )
        .order_by(col(OnlinePayment.id).desc())
    )
    due = {ledger: payable(account) for ledger, account in (known or billing.accounts(uow)).items()} if rows else {}
    found: dict[str, OnlinePayment] = {}
    for row in rows:
        if _still_due(row, due[_ledger(row)]):
            found.setdefault(f"{row.ledger} {row.chosen}", row)
    return list(found.values())


def _still_due(row: OnlinePayment, due: Iterable[Entry]) -> bool:
    left = {entry.row.id: entry.due for entry in due}
    return all(left.get(at, 0) >= cents for at, cents in row.chosen)


def _ledger(row: OnlinePayment) -> Ledger:
    return Ledger(row.ledger)


def receive(name: str, sent: Sent, *, client: str = "", now: datetime | None = None) -> OnlinePayment:
    """What a payment service told the server. NotFound for an unknown gateway, Forged for what nothing proves.

    The signature is checked, or the answer fetched, before the transaction opens.
    """
    gateway = gateways.by_name(name)
    if gateway is None:
        raise NotFound(f"gateway {name[:40]!r}")
    reference = gateway.reference_of(sent)[:33]
    with system_unit_of_work(now=now) as uow:
        row = uow.one(select(OnlinePayment).where(OnlinePayment.reference == reference))
        if row is None:
            raise Forged("an order that nobody made")
        sent = replace(sent, settings=sites.payment_settings(uow.get(Site, row.site_id)))
    try:
        if row.gateway != gateway.name:
            raise Forged("an order of another gateway")
        confirmation = gateways.confirmed(gateway, sent, row.reference)
    except Forged as forged:
        _note_forged(row.id, gateway.name, str(forged), client, now)
        raise
    with system_unit_of_work(writes=True, now=now) as uow:
        uow.client, uow.zone = client, uow.get(Site, row.site_id).zone
        uow.get(Family, row.family_id, lock=True)  # a payment at the counter and this one wait for each other
        row = uow.get(OnlinePayment, row.id, lock=True)
        reused = confirmation.state == State.PAID and _is_anothers(uow, row, confirmation.transaction)
        if not reused:
            _record(uow, row, confirmation)
    if reused:
        _note_forged(row.id, gateway.name, "a transaction that paid something else", client, now)
        raise Forged("a transaction that paid something else")
    return row


def _is_anothers(uow: UnitOfWork, row: OnlinePayment, transaction: str) -> bool:
    question = select(OnlinePayment).where(
        OnlinePayment.gateway == row.gateway, OnlinePayment.transaction == transaction, OnlinePayment.id != row.id
    )
    return uow.one(question) is not None


def _note_forged(row_id: int, gateway: str, why: str, client: str, now: datetime | None) -> None:
    """In the site's journal; a flood of forgeries does not fill it."""
    with system_unit_of_work(writes=True, now=now) as uow:
        uow.client = client
        noted = select(func.count(col(AuditEntry.id))).where(
            AuditEntry.subject == SUBJECT,
            AuditEntry.subject_id == row_id,
            AuditEntry.action == Action.PAYMENT_ANSWER_REFUSED,
        )
        if uow.count(noted) < MAX_FORGERIES_NOTED:
            note(
                uow,
                uow.get(OnlinePayment, row_id),
                Action.PAYMENT_ANSWER_REFUSED,
                {"gateway": ["", gateway], "why": ["", why]},
            )


def _record(uow: UnitOfWork, row: OnlinePayment, confirmation: Confirmation) -> None:
    """Once: what was already told changes nothing."""
    known = [row.transaction, *row.answer.get("earlier", [])]
    if confirmation.state != State.PAID:
        if row.state in OPEN_STATES and row.state != confirmation.state:
            row.state, row.answered_at = confirmation.state, uow.now
            note(uow, row, UNPAID[confirmation.state], {"amount": ["", euros(row.cents)]})
            publish(uow, row)
        return
    if confirmation.transaction in known:
        return
    right = (confirmation.cents, confirmation.currency) == (row.cents, CURRENCY)
    received = {
        "amount": [euros(row.cents), f"{euros(confirmation.cents)} {confirmation.currency}"],
        "bank": ["", confirmation.transaction],
    }
    if row.state == AttemptState.PAID or not right:  # money that settles nothing: the staff give it back
        row.overpaid += confirmation.cents if confirmation.currency == CURRENCY else 0
        row.state = AttemptState.PAID if row.state == AttemptState.PAID else AttemptState.DIFFERS
        row.seen_by, row.seen_at = "", None
        note(
            uow,
            row,
            Action.ONLINE_PAYMENT_TWICE if row.state == AttemptState.PAID else Action.ONLINE_PAYMENT_DIFFERS,
            received,
        )
    else:
        payment = _receipt(uow, row, confirmation)
        row.state, row.payment_id = AttemptState.PAID, payment.id
        note(uow, row, Action.ONLINE_PAYMENT_PAID, {**received, "receipt": ["", payment.number]})
    row.answer = {
        "cents": confirmation.cents,
        "currency": confirmation.currency,
        "earlier": [each for each in known if each],
    }
    row.transaction, row.answered_at = confirmation.transaction, uow.now
    publish(uow, row)


def _receipt(uow: UnitOfWork, row: OnlinePayment, confirmation: Confirmation) -> Payment:
    """The payment in the account, its parts on the chosen invoices as far as they are still due, the letter."""
    invoices = invoices_of(uow, row)
    payer = uow.one(select(accounts.Account).where(accounts.Account.id == row.account_id))
    due = {entry.row.id: entry for entry in payable(billing.of_family(uow, row.family_id or 0)[_ledger(row)])}
    payment = uow.add(
        Payment(
            site_id=row.site_id,
            family_id=row.family_id,
            number=receipt(row),
            ledger=row.ledger,
            school_year=invoices[0].school_year if invoices else school_year(uow.today),
            day=uow.today,
            method=METHOD,
            operation=confirmation.transaction[:60],
            label=_label(invoices),
            cents=confirmation.cents,
            payer=payer.name if payer else "",
        )
    )
    row.overpaid += billing.allocate(uow, payment, [due[at] for at, _ in row.chosen if at in due])
    if payer is not None:
        words = {"amount": euros(payment.cents), "number": payment.number}
        path = f"/facturation/{kind_of(row)}"
        outbox.write(uow, Mail(LetterKind.PAYMENT_RECEIVED, accounts.recipient(uow, payer), words, path=path))
    return payment


def receipt(row: OnlinePayment) -> str:
    """The number of the payment, which is its receipt's."""
    return f"EL-{row.id:06d}"


def kind_of(row: OnlinePayment) -> str:
    """« cotisations » or « locations », as addresses say it."""
    return next(kind for kind, ledger in LEDGERS.items() if ledger == row.ledger)


def note(uow: UnitOfWork, row: OnlinePayment, action: Action, changes: dict[str, Any]) -> None:
    audit.note(
        uow,
        action,
        subject=SUBJECT,
        subject_id=row.id,
        by=audit.Author(row.site_id, uow.name or row.gateway),
        family_id=row.family_id,
        changes=changes,
    )


def publish(uow: UnitOfWork, row: OnlinePayment) -> None:
    uow.add(row)
    family = row.family_id or 0
    uow.publish(("family", family), ("billing", family), ("queue", row.site_id))

"""What payments do to the invoices that they name: how far they settle them, and what is said when there is nothing left to settle."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from data.billing.models import Allocation, EntryState, Invoice, Payment
from data.core import formats
from data.core.errors import UserError
from data.core.fields import fold
from data.importing.kinds.invoices import part_of
from data.importing.snapshot import Draft, Entity, Line, Snapshot


@dataclass
class Recorded:
    """Payments by what tells that another record may be of the same one."""

    payments: dict[Hashable, Entity] | None = None


@dataclass
class Settled:
    """What each invoice has received."""

    sums: dict[Entity, int] | None = None


def _settled(snapshot: Snapshot) -> dict[Entity, int]:
    """What each invoice has received so far, of rows and of this file's lines; a rejected payment settles nothing."""
    settled = snapshot.context(Settled)
    if settled.sums is None:
        settled.sums = {}
        for each in snapshot.every(Allocation):
            payment, invoice = snapshot.at(Payment, each["payment_id"]), snapshot.at(Invoice, each["invoice_id"])
            if invoice and (payment is None or payment["state"] != EntryState.REJECTED):
                settled.sums[invoice] = settled.sums.get(invoice, 0) + each["cents"]
    return settled.sums


def unsettle(snapshot: Snapshot, payment: Entity) -> None:
    """A payment that is rejected now no longer counts for its invoices."""
    sums = _settled(snapshot)
    for each in snapshot.every(Allocation):
        if each["payment_id"] == payment.id and (invoice := snapshot.at(Invoice, each["invoice_id"])):
            sums[invoice] -= each["cents"]


def settle(line: Line, snapshot: Snapshot, invoice: Entity, payment: Entity) -> None:
    """The payment settles that invoice, as far as it goes; what was written before stays."""
    if snapshot.find(Allocation, (invoice, payment)):
        return
    sums = _settled(snapshot)
    rejected = payment["state"] == EntryState.REJECTED
    left = invoice["total"] - (0 if rejected else sums.get(invoice, 0))
    part = min(payment["cents"], left)
    if not rejected and payment["cents"] > max(left, 0):
        _say_too_much(line, snapshot, invoice, payment, max(left, 0))
    if part > 0:
        sums[invoice] = sums.get(invoice, 0) + (0 if rejected else part)
        refs = {**part_of(snapshot, invoice), "payment_id": payment}
        snapshot.put(line, Draft(Allocation, [(invoice, payment)], {"cents": part}, refs=refs), once=False)


def _say_too_much(line: Line, snapshot: Snapshot, invoice: Entity, payment: Entity, left: int) -> None:
    """What an invoice does not wait for stays to the family's credit: once it is known to, it is said no more."""
    if payment.id is not None and "cents" not in payment.changes and "state" not in payment.changes:
        return
    placeholders = {
        "payment": payment["number"],
        "invoice": invoice["number"],
        "sum": formats.Euros(payment["cents"]),
        "total": formats.Euros(invoice["total"]),
        "more": formats.Euros(payment["cents"] - left),
        "left": formats.Euros(left),
    }
    sentence = (
        UserError(
            "Règlement {payment} : {sum}, et il restait {left} à payer de la facture {invoice}. Il la dépasse de {more}.",
            **placeholders,
        )
        if left
        else UserError(
            "Règlement {payment} : la facture {invoice} ({total}) est déjà réglée. Ces {sum} sont en trop.",
            **placeholders,
        )
    )
    snapshot.add_conflict(line, "settled", sentence)


def _signs(family: int | None, payment: Entity, *, recorded: bool) -> Iterator[Hashable]:
    """What two records of one payment share: its operation; of one that is in the portal, its day and means too."""
    if operation := fold(payment["operation"]):
        yield family, payment["cents"], operation
    if recorded and payment["day"]:
        yield family, payment["cents"], payment["day"], fold(payment["method"])


def check_twin(line: Line, snapshot: Snapshot, family: Entity, payment: Entity) -> None:
    """A new payment that may be there already, under another number: online ones come again by the accountant's file."""
    known = snapshot.context(Recorded)
    if known.payments is None:
        there = [each for each in snapshot.every(Payment) if each["state"] != EntryState.REJECTED]
        known.payments = {sign: each for each in there for sign in _signs(each["family_id"], each, recorded=True)}
    if payment.id is not None or payment["state"] == EntryState.REJECTED:
        return
    signs = [*_signs(family.id, payment, recorded=True)]
    other = next((known.payments[sign] for sign in signs if sign in known.payments), None)
    if other is not None and other is not payment:
        sentence = UserError(
            "Règlement {payment} : le règlement {other} est du même montant ({sum}), et du même jour ou de la même opération. Est-ce le même ?",
            payment=payment["number"],
            other=other["number"],
            sum=formats.Euros(payment["cents"] or 0),
        )
        snapshot.add_conflict(line, "twin", sentence)
    for sign in _signs(family.id, payment, recorded=False):
        known.payments.setdefault(sign, payment)


def check_part(line: Line, snapshot: Snapshot, row: Entity, invoice: Entity, source: Entity) -> None:
    """A part that a file gives: of no more than its payment or credit note has, nor than its invoice waits for."""
    if row.id is not None or not row["cents"]:
        return
    sums = _settled(snapshot)
    sums[invoice] = sums.get(invoice, 0) + row["cents"]
    whole = source["cents"] if source.table is Payment else source["total"]
    if row["cents"] > whole or sums[invoice] > invoice["total"]:
        sentence = UserError(
            "Part de {sum} : la pièce {source} est de {whole}, et la facture {invoice} ({total}) aurait reçu {received}.",
            sum=formats.Euros(row["cents"]),
            source=source["number"],
            whole=formats.Euros(whole),
            invoice=invoice["number"],
            total=formats.Euros(invoice["total"]),
            received=formats.Euros(sums[invoice]),
        )
        snapshot.add_conflict(line, "settled", sentence)

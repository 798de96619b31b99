"""What came in for one pupil in a school year, invoice by invoice: what an employer or a works council asks to see."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import col, select

from data.billing.models import Allocation, EntryState, Invoice, InvoiceLine, Nature, Payment
from data.core.unit_of_work import UnitOfWork


@dataclass
class Charged:
    """The pupil's lines of an invoice, and the pupil's part of what settled it, each in whole cents."""

    invoice: Invoice
    lines: list[InvoiceLine]
    shared: bool  # the invoice charges others too: a part of each settlement is the pupil's
    credited: list[tuple[Invoice, int]] = field(default_factory=list)
    received: list[tuple[Payment, int]] = field(default_factory=list)

    @property
    def due(self) -> int:
        return sum(line.cents for line in self.lines) - sum(cents for _, cents in (*self.credited, *self.received))


def of_pupil(uow: UnitOfWork, name: str, school_year: str) -> list[Charged]:
    """The invoices of the unit of work's own family that charge that pupil, the first one first."""
    invoices = uow.all(
        select(Invoice)
        .where(Invoice.family_id == uow.family_id, Invoice.school_year == school_year, Invoice.nature == Nature.INVOICE)
        .order_by(col(Invoice.day), col(Invoice.id))
    )
    ids = [invoice.id for invoice in invoices]
    lines = uow.all(
        select(InvoiceLine)
        .where(col(InvoiceLine.invoice_id).in_(ids))
        .order_by(col(InvoiceLine.rank), col(InvoiceLine.id))
    )
    credit = select(Allocation, Invoice).join(Invoice, col(Invoice.id) == Allocation.credit_id)
    paid = select(Allocation, Payment).join(Payment, col(Payment.id) == Allocation.payment_id)
    settled: list[tuple[Allocation, Invoice | Payment]] = [
        *uow.rows(credit.where(col(Allocation.invoice_id).in_(ids))),
        *uow.rows(paid.where(col(Allocation.invoice_id).in_(ids), Payment.state == EntryState.CASHED)),
    ]
    found = []
    for invoice in invoices:
        mine = [line for line in lines if line.invoice_id == invoice.id and line.pupil == name]
        if sum(line.cents for line in mine) > 0:
            of_others = any(line.invoice_id == invoice.id and line.pupil != name for line in lines)
            charged = Charged(invoice, mine, of_others)
            _share(charged, [each for each in settled if each[0].invoice_id == invoice.id])
            found.append(charged)
    return found


def _share(charged: Charged, settled: Sequence[tuple[Allocation, Invoice | Payment]]) -> None:
    """The pupil's part of each: what is settled whole is the pupil's whole sum, to the cent."""
    whole, total = sum(line.cents for line in charged.lines), charged.invoice.total
    reached = before = 0
    for allocation, by in sorted(settled, key=lambda each: (each[1].day, each[0].id)):
        reached += allocation.cents
        part = min(whole, whole * reached // total)
        if isinstance(by, Payment):
            charged.received.append((by, part - before))
        else:
            charged.credited.append((by, part - before))
        before = part

"""What a family is billed, what it paid, what is due. Amounts are whole cents; « Solde » is billed minus paid.

Two ledgers: tuition (« cotisations ») and rental (« locations »). A payment or a credit note is allocated to invoices.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import ClassVar, TypeVar

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, and_, bindparam, func, or_
from sqlmodel import Field, col, select

from data.core.errors import NotFound
from data.core.i18n import _
from data.core.scope import OfFamily
from data.core.unit_of_work import UnitOfWork, parts, prepared
from data.families.models import of_its_site


class Ledger(StrEnum):
    TUITION = "tuition"
    RENTAL = "rental"


class Nature(StrEnum):
    INVOICE = "invoice"
    CREDIT = "credit"


class EntryState(StrEnum):
    """Of a line of the account. A payment's column keeps CASHED, WAITING or REJECTED; the others are worked out."""

    DUE = "due"
    PARTIAL = "partial"
    PAID = "paid"
    LATE = "late"
    CASHED = "cashed"
    WAITING = "waiting"
    REJECTED = "rejected"
    CREDIT = "credit"


LEDGERS = {"cotisations": Ledger.TUITION, "locations": Ledger.RENTAL}

METHODS = (
    _("Chèque"),
    _("Virement"),
    _("Prélèvement"),
    _("Carte bancaire"),
    _("Espèces"),
)  # what programs mostly write; said in English too
Numbered = TypeVar("Numbered", "Invoice", "Payment")


def numbered() -> tuple[ForeignKeyConstraint, UniqueConstraint, UniqueConstraint]:
    """No two of a site have the same number; the parts copy the family."""
    return of_its_site(), UniqueConstraint("site_id", "number"), UniqueConstraint("id", "family_id")


def of_its_invoice() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    """A part's copied family is its invoice's, or the database refuses the row."""
    return of_its_site(), ForeignKeyConstraint(["invoice_id", "family_id"], ["invoice.id", "invoice.family_id"])


class Invoice(OfFamily, table=True):
    """What is billed, or a credit note (`nature`), which corrects an invoice. `total` is never negative."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = numbered()
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    number: str = Field(max_length=30)
    nature: str = Field(default=Nature.INVOICE, max_length=8)
    ledger: str = Field(default=Ledger.TUITION, max_length=8)
    school_year: str = Field(max_length=9)
    day: date
    due_day: date | None = None
    label: str = Field(default="", max_length=300)
    total: int
    payer: str = Field(default="", max_length=170)
    payer_address: str = Field(default="", max_length=400)
    income_bracket: str = Field(default="", max_length=60)
    corrects_id: int | None = None  # the invoice that a credit note corrects


class InvoiceLine(OfFamily, table=True):
    """One line; the total is the sum of its lines. `quantity` in hundredths."""

    staff_managed: ClassVar[bool] = True
    __tablename__ = "invoice_line"
    __table_args__ = of_its_invoice()
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    invoice_id: int = Field(index=True)
    rank: int = 1
    label: str = Field(max_length=300)
    pupil: str = Field(default="", max_length=170)
    quantity: int = 100
    unit: int
    cents: int


class Instalment(OfFamily, table=True):
    """A part of an invoice due on a day of its own."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = of_its_invoice()
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    invoice_id: int = Field(index=True)
    due_day: date
    cents: int


class Payment(OfFamily, table=True):
    """Money received, or announced (`waiting`), or refused by the bank (`rejected`). `number` is its receipt's."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = numbered()
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    number: str = Field(max_length=30)
    ledger: str = Field(default=Ledger.TUITION, max_length=8)
    school_year: str = Field(max_length=9)
    day: date
    method: str = Field(default="", max_length=40)  # as people read it: Chèque, Virement, Carte bancaire
    operation: str = Field(default="", max_length=60)
    label: str = Field(default="", max_length=300)
    cents: int
    state: str = Field(default=EntryState.CASHED, max_length=8)
    payer: str = Field(default="", max_length=170)


class Allocation(OfFamily, table=True):
    """The part of a payment, or of a credit note, that settles an invoice."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = (
        *of_its_invoice(),
        ForeignKeyConstraint(["payment_id", "family_id"], ["payment.id", "payment.family_id"]),
        ForeignKeyConstraint(["credit_id", "family_id"], ["invoice.id", "invoice.family_id"]),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    invoice_id: int = Field(index=True)
    payment_id: int | None = Field(default=None, index=True)
    credit_id: int | None = Field(default=None, index=True)
    cents: int


@dataclass(frozen=True)
class Entry:
    """A line of the account: an invoice in `debit`; a payment or a credit note in `credit`; a rejected payment in neither."""

    row: Invoice | Payment
    state: EntryState
    debit: int = 0
    credit: int = 0
    due: int = 0  # what is left to pay of an invoice
    next_due: date | None = None  # when the next part of it is due
    next_part: int = 0  # how much is due then

    @property
    def amount(self) -> int:
        return self.row.total if isinstance(self.row, Invoice) else self.row.cents


@dataclass(frozen=True)
class Account:
    """A ledger's lines and their sums."""

    entries: Sequence[Entry] = field(default_factory=list)

    @property
    def billed(self) -> int:
        return sum(entry.debit for entry in self.entries)

    @property
    def paid(self) -> int:
        return sum(entry.credit for entry in self.entries)

    @property
    def balance(self) -> int:
        """What is due; negative when it is in the family's favour."""
        return self.billed - self.paid

    @property
    def unpaid(self) -> list[Entry]:
        """The invoices with something left to pay, the first due first."""
        return sorted(
            (entry for entry in self.entries if entry.due > 0), key=lambda e: (e.next_due or e.row.day, e.row.id)
        )

    def of_year(self, school_year: str) -> "Account":
        return Account([entry for entry in self.entries if entry.row.school_year == school_year])

    @property
    def years(self) -> list[str]:
        return sorted({entry.row.school_year for entry in self.entries}, reverse=True)


_SIDE = parts(2).c.part  # billed, received
_THEIRS = prepared(
    select(Invoice, Instalment, Payment, Allocation)
    .select_from(_SIDE.table)
    .join(Invoice, and_(_SIDE == 0, col(Invoice.family_id) == bindparam("family")), isouter=True)
    .join(Instalment, col(Instalment.invoice_id) == Invoice.id, isouter=True)
    .join(Payment, and_(_SIDE == 1, col(Payment.family_id) == bindparam("family")), isouter=True)
    .join(  # of a credit note, which has no instalments, or of a payment
        Allocation,
        or_(col(Allocation.credit_id) == Invoice.id, col(Allocation.payment_id) == Payment.id),
        isouter=True,
    )
    .order_by(col(Instalment.due_day))
)


def accounts(uow: UnitOfWork) -> dict[Ledger, Account]:
    """Both ledgers of the unit of work's own family."""
    return of_family(uow, uow.family_id or 0)


def of_family(uow: UnitOfWork, family_id: int) -> dict[Ledger, Account]:
    """Both ledgers of a family, the latest line first; one question whatever their length."""
    invoices, instalments_, payments, allocations = (
        {each.id: each for each in column if each} for column in zip(*uow.rows(_THEIRS, family=family_id), strict=True)
    )
    entries = entries_of(
        invoices.values(), list(payments.values()), allocations.values(), instalments_.values(), uow.today
    )
    return {ledger: Account([entry for entry in entries if entry.row.ledger == ledger]) for ledger in LEDGERS.values()}


def entries_of(
    invoices: Iterable[Invoice],
    payments: Sequence[Payment],
    allocations: Iterable[Allocation],
    instalments: Iterable[Instalment],
    today: date,
) -> list[Entry]:
    """The lines, the latest first. A rejected payment settles nothing."""
    rejected = {payment.id for payment in payments if payment.state == EntryState.REJECTED}
    settled: dict[int, int] = {}
    for each in allocations:
        if each.payment_id not in rejected:
            settled[each.invoice_id] = settled.get(each.invoice_id, 0) + each.cents
    parts: dict[int, list[Instalment]] = {}
    for part in instalments:
        parts.setdefault(part.invoice_id, []).append(part)
    found = [_of_invoice(each, settled.get(each.id, 0), parts.get(each.id, []), today) for each in invoices]
    for payment in payments:
        state = next(
            (each for each in (EntryState.WAITING, EntryState.REJECTED) if each == payment.state), EntryState.CASHED
        )
        found.append(Entry(payment, state, credit=0 if state == EntryState.REJECTED else payment.cents))
    return sorted(found, key=lambda e: (e.row.day, isinstance(e.row, Payment), e.row.id), reverse=True)


def _of_invoice(invoice: Invoice, settled: int, parts: Sequence[Instalment], today: date) -> Entry:
    if invoice.nature == Nature.CREDIT:
        return Entry(invoice, EntryState.CREDIT, credit=invoice.total)
    left = max(0, invoice.total - settled)
    if not left:
        return Entry(invoice, EntryState.PAID, debit=invoice.total)
    next_due, next_part = _next_due(invoice, settled, parts)
    late = next_due is not None and next_due < today
    state = EntryState.LATE if late else EntryState.PARTIAL if settled else EntryState.DUE
    return Entry(invoice, state, debit=invoice.total, due=left, next_due=next_due, next_part=next_part)


def _next_due(invoice: Invoice, settled: int, parts: Sequence[Instalment]) -> tuple[date | None, int]:
    """When the first part that is not settled is due, and what is left of it."""
    reached, left = 0, invoice.total - settled
    for part in parts:
        reached += part.cents
        if reached > settled:
            return part.due_day, min(reached - settled, part.cents, left)
    return invoice.due_day, left


def next_due(uow: UnitOfWork, family_id: int) -> date | None:
    """When the first part of what the family owes is due: of the invoices that are not settled. One question."""
    settled = (
        select(func.coalesce(func.sum(col(Allocation.cents)), 0))
        .join(Payment, col(Payment.id) == Allocation.payment_id, isouter=True)
        .where(Allocation.invoice_id == Invoice.id, func.coalesce(Payment.state, "") != EntryState.REJECTED)
        .correlate(Invoice)
        .scalar_subquery()
    )
    parts: dict[int, tuple[Invoice, int, list[Instalment]]] = {}
    for invoice, paid, part in uow.rows(
        select(Invoice, settled, Instalment)
        .join(Instalment, col(Instalment.invoice_id) == Invoice.id, isouter=True)
        .where(Invoice.family_id == family_id, Invoice.nature != Nature.CREDIT, col(Invoice.total) > settled)
        .order_by(col(Instalment.due_day))
    ):
        parts.setdefault(invoice.id, (invoice, paid, []))[2].extend([part] if part else [])
    days = [_next_due(invoice, paid, theirs)[0] for invoice, paid, theirs in parts.values()]
    return min((day for day in days if day), default=None)


def invoice_by_number(uow: UnitOfWork, number: str) -> Invoice:
    """NotFound when this account may see none of that number."""
    return _by_number(uow, Invoice, number)


def payment_by_number(uow: UnitOfWork, number: str) -> Payment:
    """A payment that came in: one that was rejected has no receipt."""
    found = _by_number(uow, Payment, number)
    if found.state == EntryState.REJECTED:
        raise NotFound(f"receipt {number[:30]}")
    return found


def _by_number(uow: UnitOfWork, table: type[Numbered], number: str) -> Numbered:
    possible = len(number) <= 30 and number.isprintable()
    found = uow.one(select(table).where(table.number == number)) if possible else None
    if found is None:
        raise NotFound(f"{table.__name__} {number[:30]!r}")
    return found


def lines(uow: UnitOfWork, invoice_id: int) -> list[InvoiceLine]:
    return list(
        uow.all(
            select(InvoiceLine)
            .where(InvoiceLine.invoice_id == invoice_id)
            .order_by(col(InvoiceLine.rank), col(InvoiceLine.id))
        )
    )


_LINES_OF = prepared(select(InvoiceLine).where(col(InvoiceLine.invoice_id).in_(bindparam("invoices", expanding=True))))


def pupils_billed(uow: UnitOfWork, invoice_ids: Sequence[int]) -> set[tuple[int, str]]:
    """(invoice, the name of a pupil that it charges something for, reductions taken off)."""
    shares = Counter[tuple[int, str]]()
    for line in uow.all(_LINES_OF, invoices=list(invoice_ids)) if invoice_ids else ():
        shares[line.invoice_id, line.pupil] += line.cents
    return {each for each, cents in shares.items() if each[1] and cents > 0}


def instalments(uow: UnitOfWork, invoice_id: int) -> list[Instalment]:
    return list(
        uow.all(select(Instalment).where(Instalment.invoice_id == invoice_id).order_by(col(Instalment.due_day)))
    )


def settled_by(uow: UnitOfWork, payment_id: int) -> list[tuple[Invoice, int]]:
    """The invoices that a payment settles, each with its cents."""
    return [
        (invoice, cents)
        for invoice, cents in uow.rows(
            select(Invoice, Allocation.cents)
            .join(Allocation, col(Allocation.invoice_id) == Invoice.id)
            .where(Allocation.payment_id == payment_id)
            .order_by(col(Invoice.day), col(Invoice.id))
        )
    ]


def allocate(uow: UnitOfWork, payment: Payment, unpaid: Sequence[Entry]) -> int:
    """Settle these invoices with the payment, in their order, as far as it goes; what is left over, in cents."""
    left = payment.cents
    for entry in unpaid:
        part = min(left, entry.due)
        if part > 0:
            uow.add(
                Allocation(
                    site_id=payment.site_id,
                    family_id=payment.family_id,
                    invoice_id=entry.row.id,
                    payment_id=payment.id,
                    cents=part,
                )
            )
            left -= part
    return left

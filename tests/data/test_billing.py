"""What a family owes, to the cent: any ledger, the demonstration's, and nobody else's. What only the conservatoire writes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from data.billing import models as billing
from data.billing.models import Account, Allocation, Entry, Instalment, Invoice, InvoiceLine, Payment
from data.core import formats
from data.core.errors import NotFound
from data.core.scope import ScopeViolation
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.schooling.absences import Absence
from data.schooling.models import Course, Enrolment, Lesson, Teacher
from data.schooling.repertoire import Performance, Piece
from data.schooling.results import Assessment, Mark
from tests.data.payment_helpers import bill
from tests.data.test_schooling import absence
from tests.days import THOROUGH
from tests.demo_users import CLAIRE, MARC, PAUL, SAMIR, account, as_, both, every, found, last, site

TODAY = date(2026, 11, 24)
OURS = {"site_id": 1, "family_id": 1, "school_year": "2026-2027"}


def invoice(number: int, total: int, **more: Any) -> Invoice:
    return Invoice(**{**OURS, "id": number, "number": str(number), "day": TODAY, "total": total, **more})


def payment(number: int, cents: int, **more: Any) -> Payment:
    return Payment(**{**OURS, "id": number, "number": str(number), "day": TODAY, "cents": cents, **more})


def part(number: int, due_day: date, cents: int) -> Instalment:
    return Instalment(id=number, site_id=1, family_id=1, invoice_id=1, due_day=due_day, cents=cents)


def settles(invoice_id: int, cents: int, payment_id: int | None = None, credit_id: int | None = None) -> Allocation:
    return Allocation(
        site_id=1, family_id=1, invoice_id=invoice_id, cents=cents, payment_id=payment_id, credit_id=credit_id
    )


@dataclass
class Book:
    invoices: list[Invoice]
    payments: list[Payment]
    allocations: list[Allocation]
    parts: list[Instalment]

    def entries(self) -> list[Entry]:
        return billing.entries_of(self.invoices, self.payments, self.allocations, self.parts, TODAY)


days_around = st.integers(-400, 400).map(lambda days: TODAY + timedelta(days=days))
amounts = st.one_of(st.integers(0, 300), st.integers(0, 10_000_000))
years = st.sampled_from(["2024-2025", "2025-2026", "2026-2027"])


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Invoices, some in parts; credit notes; payments of every state; each settles any invoice, with any part of it."""
    made = Book([], [], [], [])
    for number in range(1, draw(st.integers(0, 6)) + 1):
        nature = draw(st.sampled_from(["invoice", "invoice", "invoice", "credit"]))
        due = draw(st.none() | days_around)
        row = invoice(number, draw(amounts), nature=nature, day=draw(days_around), due_day=due, school_year=draw(years))
        made.invoices.append(row)
        cuts = draw(st.just([]) | st.lists(st.integers(0, row.total), max_size=3).map(sorted))
        if cuts and nature == "invoice":
            when = sorted(draw(st.lists(days_around, min_size=len(cuts) + 1, max_size=len(cuts) + 1)))
            for at, (start, end) in enumerate(zip([0, *cuts], [*cuts, row.total], strict=True)):
                made.parts.append(Instalment(**OURS, invoice_id=number, due_day=when[at], cents=end - start))
    for number in range(1, draw(st.integers(0, 6)) + 1):
        state = draw(st.sampled_from(["cashed", "cashed", "waiting", "rejected"]))
        made.payments.append(
            payment(number, draw(amounts), state=state, day=draw(days_around), school_year=draw(years))
        )
    billed = [row.id for row in made.invoices if row.nature == "invoice"]
    credits = [row.id for row in made.invoices if row.nature == "credit"]
    for source in [("payment_id", row.id) for row in made.payments] + [("credit_id", each) for each in credits]:
        for settled in draw(st.lists(st.sampled_from(billed), max_size=3, unique=True)) if billed else []:
            made.allocations.append(settles(settled, draw(amounts), **{source[0]: source[1]}))
    return made


def summary(book: Book, row: Invoice) -> tuple[str, int, date | None, int]:
    """State, what is due, when and how much next: reckoned a part after the other."""
    raised = [each.id for each in book.payments if each.state == "rejected"]
    settled = [each.cents for each in book.allocations if each.invoice_id == row.id and each.payment_id not in raised]
    purse, due = sum(settled), row.total - sum(settled)
    if due <= 0:
        return "paid", 0, None, 0
    following: tuple[date | None, int] | None = None
    for each in [each for each in book.parts if each.invoice_id == row.id]:
        if following is None and purse < each.cents:
            following = (each.due_day, each.cents - purse)
        purse = max(0, purse - each.cents)
    when, much = following or (row.due_day, due)
    state = "late" if when and when < TODAY else "partial" if sum(settled) else "due"
    return state, due, when, much


@settings(max_examples=1000 if THOROUGH else 100)
@given(book=books())
def test_any_ledger_adds_up_to_the_cent(book: Book) -> None:
    whole = Account(book.entries())
    bills = [row for row in book.invoices if row.nature == "invoice"]
    credits = [row for row in book.invoices if row.nature == "credit"]
    came_in = [row for row in book.payments if row.state != "rejected"]
    assert whole.billed == sum(row.total for row in bills)
    assert whole.paid == sum(row.total for row in credits) + sum(row.cents for row in came_in)
    assert whole.balance == whole.billed - whole.paid
    assert sorted(map(id, (entry.row for entry in whole.entries))) == sorted(map(id, [*book.invoices, *book.payments]))
    listed = [entry.row.day for entry in whole.entries]
    assert listed == sorted(listed, reverse=True)
    for entry in whole.entries:
        row = entry.row
        if isinstance(row, Payment):
            credit = 0 if row.state == "rejected" else row.cents
            assert entry == Entry(row, row.state, credit=credit)  # type: ignore[arg-type]
        elif row.nature == "credit":
            assert entry == Entry(row, "credit", credit=row.total)
        else:
            state, due, when, much = summary(book, row)
            assert entry == Entry(row, state, debit=row.total, due=due, next_due=when, next_part=much)  # type: ignore[arg-type]
            assert 0 <= entry.next_part <= entry.due <= row.total
        assert entry.amount == (row.cents if isinstance(row, Payment) else row.total)
    unpaid = [entry.next_due or entry.row.day for entry in whole.unpaid]
    assert unpaid == sorted(unpaid)
    assert sum(entry.due for entry in whole.unpaid) == sum(summary(book, row)[1] for row in bills)


@settings(max_examples=100 if THOROUGH else 30)
@given(book=books())
def test_the_years_of_a_ledger_add_up_to_the_whole(book: Book) -> None:
    whole = Account(book.entries())
    cut = [whole.of_year(year) for year in whole.years]
    assert whole.years == sorted(set(whole.years), reverse=True)
    assert sum(each.balance for each in cut) == whole.balance
    assert sum(len(each.entries) for each in cut) == len(whole.entries)
    assert whole.of_year("1999-2000").entries == whole.of_year("").entries == []


def states(book: Book) -> list[str]:
    return [entry.state for entry in sorted(book.entries(), key=lambda e: (isinstance(e.row, Payment), e.row.id))]


def test_each_line_has_its_state() -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    bills = [
        invoice(1, 100, due_day=tomorrow), invoice(2, 100, due_day=TODAY), invoice(3, 100, due_day=yesterday),
        invoice(4, 100), invoice(5, 100, due_day=tomorrow), invoice(6, 100, due_day=yesterday), invoice(7, 0),
        invoice(8, 100, due_day=yesterday), invoice(9, 100, due_day=yesterday), invoice(10, 40, nature="credit"),
    ]  # fmt: skip
    payments = [
        payment(1, 500),
        payment(2, 100, state="waiting"),
        payment(3, 100, state="rejected"),
        payment(4, 1, state="?"),
    ]
    settled = [
        settles(5, 99, 1), settles(6, 60, 1), settles(6, 40, credit_id=10), settles(8, 100, 2), settles(9, 100, 3),
        settles(5, 0, 1), settles(999, 50, 1),
    ]  # fmt: skip
    found = states(Book(bills, payments, settled, []))
    assert found[:10] == ["due", "due", "late", "due", "partial", "paid", "paid", "paid", "late", "credit"]
    assert found[10:] == ["cashed", "waiting", "rejected", "cashed"]
    assert Account([]).balance == Account([]).billed == 0


def test_an_invoice_in_parts_is_late_when_its_next_part_is() -> None:
    due = [TODAY - timedelta(days=30), TODAY, TODAY + timedelta(days=30)]
    parts = [part(at, day, 100) for at, day in enumerate(due)]
    for paid, state, day, much in (
        (0, "late", due[0], 100), (99, "late", due[0], 1), (100, "partial", due[1], 100), (150, "partial", due[1], 50),
        (200, "partial", due[2], 100), (299, "partial", due[2], 1), (300, "paid", None, 0), (400, "paid", None, 0),
    ):  # fmt: skip
        (entry,) = Book([invoice(1, 300, due_day=due[2])], [], [settles(1, paid, 1)], parts).entries()
        assert (entry.state, entry.next_due, entry.next_part, entry.due) == (state, day, much, max(0, 300 - paid)), paid


def test_parts_that_do_not_make_the_total_never_ask_for_more_than_is_due() -> None:
    for parts, paid, much in (([80, 80], 90, 10), ([300], 0, 100), ([40], 40, 60), ([0, 0], 0, 100)):
        rows = [part(at, TODAY, cents) for at, cents in enumerate(parts)]
        (entry,) = Book([invoice(1, 100, due_day=TODAY)], [], [settles(1, paid, 1)], rows).entries()
        assert (entry.next_part, entry.due) == (much, 100 - paid), parts


@both
def test_samirs_violin_is_two_hundred_euros_billed_a_hundred_and_fifty_paid_fifty_due(database: str) -> None:
    with as_(SAMIR, writes=False) as uow:
        ledgers = billing.accounts(uow)
        rental, tuition = ledgers["rental"], ledgers["tuition"]
        assert (rental.billed, rental.paid, rental.balance) == (20_000, 15_000, 5_000)
        assert [(entry.row.number, entry.state, entry.due) for entry in rental.unpaid] == [
            ("07000004", "partial", 5_000)
        ]
        assert (tuition.billed, tuition.paid, tuition.balance, tuition.unpaid) == (31_200, 31_200, 0, [])
        receipt = billing.payment_by_number(uow, "07000002")
        assert [(row.number, cents) for row, cents in billing.settled_by(uow, receipt.id)] == [("07000004", 15_000)]
        bought = billing.lines(uow, billing.invoice_by_number(uow, "07000004").id)
        assert [(line.pupil, line.cents) for line in bought] == [("Samir Belkacem", 20_000)]


@both
def test_claires_three_years_hold_a_rejected_debit_a_credit_note_and_three_parts(database: str) -> None:
    with as_(CLAIRE, writes=False) as uow:
        ledgers = billing.accounts(uow)
        tuition = ledgers["tuition"]
        assert ledgers["rental"].entries == []
        assert (tuition.billed, tuition.paid, tuition.balance) == (119_000, 86_600, 32_400)
        now, before, old = (tuition.of_year(year) for year in tuition.years)
        assert [entry.state for entry in old.entries] == ["cashed", "credit", "rejected", "paid"]
        assert ([entry.state for entry in before.entries], before.balance) == (["cashed", "paid"], 0)
        assert (old.billed, old.paid, old.balance) == (34_400, 34_400, 0)
        (entry,) = tuition.unpaid
        assert (entry.row.school_year, entry.due, entry.next_part) == (formats.school_year(uow.today), 32_400, 16_200)
        parts = billing.instalments(uow, entry.row.id)
        assert (len(parts), entry.next_due, now.balance) == (3, parts[1].due_day, 32_400)
        assert [line.cents for line in billing.lines(uow, entry.row.id)] == [26_400, 10_600, 0, 14_200, -2_600]
        rejected = next(each.row for each in old.entries if each.state == "rejected")
        with pytest.raises(NotFound):
            billing.payment_by_number(uow, rejected.number)
        for ledger in ledgers.values():
            for each in ledger.entries:
                if isinstance(each.row, Invoice):
                    assert sum(line.cents for line in billing.lines(uow, each.row.id)) == each.row.total


def number_met(uow: UnitOfWork, ask: Callable[[UnitOfWork, str], Any], number: str) -> int:
    """The key of what is found by that number; 0 when nothing is."""
    try:
        return ask(uow, number).id
    except NotFound:
        return 0


@both
@pytest.mark.parametrize(
    ("login", "code"), [(MARC, "valmont"), (SAMIR, "valmont"), (CLAIRE, "belrive"), (None, "valmont")]
)
def test_nobody_else_meets_claires_bills_by_number_nor_by_key(
    database: str, login: str | None, code: str
) -> None:  # row 77
    claire, namesake = account(CLAIRE), account(CLAIRE, "belrive")
    with system_unit_of_work(
        writes=True
    ) as uow:  # the first bill of either Claire has one number, and so has the first payment
        hers = {"site_id": namesake.site_id, "family_id": namesake.family_id, "number": "C0", "school_year": ""}
        uow.add_all([Invoice(**hers, day=TODAY, total=1), Payment(**hers, day=TODAY, cents=1)])
        for table in (Invoice, Payment):
            for at, row in enumerate(uow.all(select(table).where(table.family_id == claire.family_id))):
                row.number = f"C{at}"
                uow.add(row)
    with as_(CLAIRE) as uow:
        bills, paid = uow.all(select(Invoice)), uow.all(select(Payment))
    assert (len(bills), len(paid)) == (4, 4)
    with as_(login, code, writes=False) as uow:
        for rows, ask in ((bills, billing.invoice_by_number), (paid, billing.payment_by_number)):
            met = [number_met(uow, ask, row.number) for row in rows]
            assert not set(met) & {row.id for row in rows}
            assert any(met) == (code == "belrive")
            for row in rows:
                with pytest.raises(NotFound):
                    uow.get(type(row), row.id)
        assert not any([*billing.lines(uow, row.id), *billing.instalments(uow, row.id)] for row in bills)
        assert not any(billing.settled_by(uow, row.id) for row in paid)
        assert all(ledger.entries == [] for ledger in billing.of_family(uow, claire.family_id or 0).values())
        if login == MARC:
            assert all(ledger.entries == [] for ledger in billing.accounts(uow).values())


@both
def test_a_number_that_cannot_be_is_not_found(database: str) -> None:
    for login in (CLAIRE, PAUL):
        with as_(login, writes=False) as uow:
            known = found(uow.one(select(Invoice).order_by(col(Invoice.id)))).number
            for number in ("", "0", "\0", known + "\0", known + " ", "%", "_" * 8, "9" * 31, "9" * 5000, "٣", "\ud800"):
                for ask in (billing.invoice_by_number, billing.payment_by_number):
                    with pytest.raises(NotFound):
                        ask(uow, number)
            assert billing.invoice_by_number(uow, known).number == known


@both
def test_a_part_of_a_bill_belongs_to_the_bills_own_family(database: str) -> None:
    claires, samirs = bill(1_000, CLAIRE), bill(1_000, SAMIR)
    theirs = last(Payment, Payment.family_id == account(SAMIR).family_id)
    owned = {"site_id": site().id, "family_id": account(CLAIRE).family_id}
    rows = [
        Allocation(**owned, invoice_id=claires, payment_id=theirs.id, cents=1),
        Allocation(**owned, invoice_id=samirs, cents=1),
        Allocation(**owned, invoice_id=claires, credit_id=samirs, cents=1),
        InvoiceLine(**owned, invoice_id=samirs, label="x", unit=1, cents=1),
        Instalment(**owned, invoice_id=samirs, due_day=TODAY, cents=1),
        Allocation(site_id=site("belrive").id, family_id=owned["family_id"], invoice_id=claires, cents=1),
        Invoice(**{**owned, "site_id": site("belrive").id}, number="X", school_year="", day=TODAY, total=1),
        Payment(**owned, number=last(Payment, Payment.site_id == site().id).number, school_year="", day=TODAY, cents=1),
        Invoice(**owned, number=last(Invoice, Invoice.id == samirs).number, school_year="", day=TODAY, total=1),
    ]
    for row in rows:
        with pytest.raises(IntegrityError), system_unit_of_work(writes=True) as uow:
            uow.add(row)


def pay(cents: int, ids: list[int], login: str = SAMIR) -> tuple[int, dict[int, int]]:
    """What is left over, and what each invoice got."""
    with system_unit_of_work(writes=True) as uow:
        who = account(login)
        entries = {entry.row.id: entry for entry in billing.of_family(uow, who.family_id or 0)["rental"].unpaid}
        owned = {"site_id": who.site_id, "family_id": who.family_id, "ledger": "rental", "school_year": "2026-2027"}
        row = uow.add(Payment(**owned, number=f"P{len(every(Payment))}", day=TODAY, cents=cents))
        left = billing.allocate(uow, row, [entries[each] for each in ids if each in entries])
        settled = uow.all(select(Allocation).where(Allocation.payment_id == row.id))
        return left, {each.invoice_id: each.cents for each in settled}


@both
def test_a_payment_settles_invoices_in_their_order_as_far_as_it_goes(database: str) -> None:
    first, second, third = bill(3_000), bill(4_500), bill(2_000)
    assert pay(5_000, [second, first, third]) == (0, {second: 4_500, first: 500})
    assert pay(1, [first, third]) == (0, {first: 1})
    assert pay(10_000, [second, first, third]) == (5_501, {first: 2_499, third: 2_000})
    assert pay(700, [first, second, third]) == (700, {})
    assert pay(0, [bill(100)]) == (0, {})
    with as_(SAMIR) as uow:
        rental = billing.accounts(uow)["rental"]
        assert rental.balance == 5_000 + 9_500 + 100 - 5_000 - 1 - 10_000 - 700
        assert {entry.state for entry in rental.entries if entry.row.id in {first, second, third}} >= {"paid"}


STAFF_MANAGED: dict[type[Any], dict[str, Any]] = {
    Absence: {"excused": True}, Enrolment: {"status": "left"}, Mark: {"value": 2000}, Piece: {"work": "Autre"},
    Invoice: {"total": 0}, InvoiceLine: {"cents": 0}, Instalment: {"cents": 0}, Payment: {"cents": 9}, Allocation: {"cents": 9},
    Course: {"name": "Autre"}, Lesson: {"state": "held"}, Assessment: {"kind": "Autre"}, Teacher: {"last_name": "Autre"},
    Performance: {"title": "Autre"},
}  # fmt: skip


@both
@pytest.mark.parametrize("table", STAFF_MANAGED, ids=lambda table: table.__name__)
def test_a_family_writes_nothing_that_is_the_conservatoires(database: str, table: type[Any]) -> None:
    if table is Absence:
        absence(every(Enrolment)[0].course_id, TODAY)
    values, before = STAFF_MANAGED[table], [row.model_dump() for row in every(table)]

    def set_one(uow: UnitOfWork) -> None:
        row = found(uow.one(select(table)))
        for name, value in values.items():
            setattr(row, name, value)
        uow.flush()

    def delete_one(uow: UnitOfWork) -> None:
        uow.delete(found(uow.one(select(table))))
        uow.flush()

    acts: list[Callable[[UnitOfWork], Any]] = [
        lambda uow: uow.add(table(**found(uow.one(select(table))).model_dump(exclude={"id"}))),
        lambda uow: uow.change(update(table).values(**values)),
        lambda uow: uow.change(delete(table)),
        set_one,
        delete_one,
    ]
    for act in acts:
        with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
            act(uow)
    assert [row.model_dump() for row in every(table)] == before

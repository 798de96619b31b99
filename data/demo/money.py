"""Invoices and payments of the demonstration, in every state there is."""

import random
from datetime import date, timedelta
from typing import Any

from sqlmodel import col, select

from data.billing import models as billing
from data.billing import online_payments
from data.billing.models import Allocation, EntryState, Instalment, Invoice, InvoiceLine, Ledger, Nature, Payment
from data.core import formats
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.demo.people import LARGE, today_at
from data.families.models import Family, Guardian, HouseholdRank, Pupil, PupilLink

YEARS = 4
UNPAID = {1043}  # the second household: the first one pays
LATE = {3003, 3013}  # whatever the dice say
SETTLED = timedelta(days=40)  # in which what a bill asks for has been paid, or is late
Line = tuple[str, str, int]  # label, pupil, cents


class Book:
    """Rows to come, added a kind at a time so that each has its number."""

    def __init__(self, uow: UnitOfWork, site: Site, first: int) -> None:
        self.uow, self.site, self.number = uow, site, first
        self.lines: list[InvoiceLine] = []
        self.instalments: list[Instalment] = []
        self.pending: list[tuple[Invoice, list[Line], list[tuple[date, int]]]] = []
        self.paid: list[tuple[Payment, Invoice | None, int]] = []
        self.credits: list[tuple[Invoice, Invoice]] = []

    def next(self) -> str:
        self.number += 1
        return f"{self.number:08d}"

    def invoice(
        self,
        payer: Guardian,
        day: date,
        lines: list[Line],
        *,
        parts: list[tuple[date, int]] | None = None,
        due: date | None = None,
        **more: str,
    ) -> Invoice:
        """`more`: its label and school year, and what else differs."""
        given: dict[str, Any] = {
            "site_id": self.site.id,
            "family_id": payer.family_id,
            "number": more.pop("number", "") or self.next(),
            "day": day,
            "due_day": due or day + timedelta(days=30),
            "total": sum(cents for _, _, cents in lines),
            "payer": payer.full_name,
            "payer_address": f"{payer.address}\n{payer.postcode} {payer.town}",
            **more,
        }
        made = Invoice(**given)
        self.pending.append((made, lines, parts or []))
        return made

    def credit(self, payer: Guardian, day: date, lines: list[Line], of: Invoice, label: str) -> None:
        """A credit note that settles a part of `of`."""
        self.credits.append(
            (self.invoice(payer, day, lines, label=label, school_year=of.school_year, nature=Nature.CREDIT), of)
        )

    def payment(self, invoice: Invoice, day: date, cents: int, method: str, **more: str) -> None:
        given: dict[str, Any] = {
            "site_id": self.site.id,
            "family_id": invoice.family_id,
            "number": more.pop("number", "") or self.next(),
            "ledger": invoice.ledger,
            "school_year": invoice.school_year,
            "day": day,
            "method": method,
            "operation": more.pop("operation", "") or f"{7_000_000 + self.number % 1_000_000:08d}",
            "label": more.pop("label", "") or f"Règlement de la facture {invoice.number}",
            "cents": cents,
            "payer": invoice.payer,
            **more,
        }
        made = Payment(**given)
        self.paid.append((made, invoice, cents))

    def write(self) -> None:
        self.uow.add_all(invoice for invoice, _, _ in self.pending)
        self.uow.add_all(payment for payment, _, _ in self.paid)
        for invoice, lines, parts in self.pending:
            owned: dict[str, Any] = {"site_id": self.site.id, "family_id": invoice.family_id, "invoice_id": invoice.id}
            self.lines += [
                InvoiceLine(**owned, rank=at, label=label, pupil=pupil, unit=cents, cents=cents)
                for at, (label, pupil, cents) in enumerate(lines, 1)
            ]
            self.instalments += [Instalment(**owned, due_day=day, cents=cents) for day, cents in parts]
        for credit, corrected in self.credits:
            credit.corrects_id = corrected.id
        self.uow.add_all([*self.lines, *self.instalments, *(credit for credit, _ in self.credits)])
        allocations = [
            Allocation(
                site_id=self.site.id,
                family_id=payment.family_id,
                invoice_id=invoice.id,
                payment_id=payment.id,
                cents=cents,
            )
            for payment, invoice, cents in self.paid
            if invoice is not None
        ]
        allocations += [
            Allocation(
                site_id=self.site.id,
                family_id=credit.family_id,
                invoice_id=corrected.id,
                credit_id=credit.id,
                cents=credit.total,
            )
            for credit, corrected in self.credits
        ]
        self.uow.add_all(allocations)


def fill(uow: UnitOfWork, site: Site, dice: random.Random) -> None:
    families = list(uow.all(select(Family).where(Family.site_id == site.id).order_by(col(Family.number))))
    payers = {
        adult.family_id: adult
        for adult in uow.all(select(Guardian).where(Guardian.site_id == site.id))
        if adult.rank == 1
    }
    pupils: dict[int, list[Pupil]] = {}
    for pupil, family_id in uow.rows(
        select(Pupil, PupilLink.family_id)
        .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
        .where(Pupil.site_id == site.id, PupilLink.household == HouseholdRank.PRINCIPAL)
        .order_by(col(Pupil.id))
    ):
        pupils.setdefault(family_id, []).append(pupil)
    book = Book(uow, site, 26_000_000)
    today = today_at(uow, site)
    demo = {1042: _aubry, 1077: _belkacem} if site.code == "valmont" else {}
    for family in families:
        if family.number not in UNPAID and family.id in payers:
            whose = pupils.get(family.id, [])
            demo.get(family.number, _any)(book, family, payers[family.id], whose, today, dice)
    book.write()


def _opening(today: date, past: int) -> date:
    """The day when the bills of a school year leave, `past` years ago. This year's left with the re-enrolment, in July,
    as long as autumn has not come: they are always old enough for some to be late."""
    first = int(formats.school_year(today)[:4]) - past
    return date(first, 10, 4) if today - date(first, 10, 4) > SETTLED else date(first, 7, 6)


def _year(today: date, past: int) -> str:
    first = int(formats.school_year(today)[:4]) - past
    return f"{first}-{first + 1}"


def _lessons(book: Book, payer: Guardian, today: date, past: int, lines: list[Line], bracket: str = "") -> Invoice:
    """The bill of a year's lessons, `past` years ago."""
    return book.invoice(
        payer,
        _opening(today, past),
        lines,
        label="Cotisation annuelle",
        school_year=_year(today, past),
        income_bracket=bracket,
    )


def _aubry(book: Book, family: Family, payer: Guardian, pupils: list[Pupil], today: date, _dice: random.Random) -> None:
    """Three years: one with a rejected debit and a credit note, one paid at once, this one in three instalments."""
    irina, nino = (pupil.full_name for pupil in pupils[:2])
    bracket = "QF 3 (9 201 à 12 400 €)"
    piano = [("Piano, 1er cycle", irina, 24_600), ("Formation musicale", irina, 9_800)]
    old = _lessons(book, payer, today, 2, piano, bracket)
    book.payment(
        old, old.day + timedelta(days=20), 34_400, "Prélèvement", state=EntryState.REJECTED, label="Prélèvement rejeté"
    )
    book.credit(
        payer,
        old.day + timedelta(days=120),
        [("Cours non assurés", irina, 3_000)],
        old,
        "Avoir : cours non assurés",
    )
    book.payment(old, old.day + timedelta(days=130), 31_400, "Virement")
    piano = [("Piano, 2e cycle", irina, 25_800), ("Formation musicale", irina, 10_200)]
    last = _lessons(book, payer, today, 1, piano, bracket)
    book.payment(last, last.day + timedelta(days=12), 36_000, "Chèque")
    first = _opening(today, 0)
    days = [first + timedelta(days=25), max(first + timedelta(days=30), today + timedelta(days=40)),
            max(first + timedelta(days=200), today + timedelta(days=130))]  # fmt: skip
    now = book.invoice(
        payer,
        first,
        [
            ("Piano, 2e cycle", irina, 26_400),
            ("Formation musicale", irina, 10_600),
            ("Pratique collective (comprise)", irina, 0),
            ("Éveil musical", nino, 14_200),
            ("Réduction fratrie", "", -2_600),
        ],
        label="Cotisation annuelle, en trois fois",
        school_year=_year(today, 0),
        income_bracket=bracket,
        parts=[(days[0], 16_200), (days[1], 16_200), (days[2], 16_200)],
        due=days[2],
    )
    book.payment(now, days[0] - timedelta(days=6), 16_200, online_payments.METHOD)


def _belkacem(
    book: Book, family: Family, payer: Guardian, pupils: list[Pupil], today: date, _dice: random.Random
) -> None:
    """A violin rented: 200,00 € billed, 150,00 € paid, 50,00 € due; the lessons are paid."""
    name = pupils[0].full_name
    first = _opening(today, 0)
    rental = book.invoice(
        payer,
        first + timedelta(days=10),
        [("Location d’un violon entier, année scolaire", name, 20_000)],
        label="Location d’un violon",
        school_year=_year(today, 0),
        ledger=Ledger.RENTAL,
        number="07000004",
        due=max(first + timedelta(days=90), today + timedelta(days=30)),
    )
    book.payment(rental, first + timedelta(days=14), 15_000, "Chèque", number="07000002", operation="1184027")
    lessons = _lessons(book, payer, today, 0, [("Violon, adulte hors cursus", name, 31_200)])
    book.payment(lessons, first + timedelta(days=9), 31_200, "Virement")


def _any(book: Book, family: Family, payer: Guardian, pupils: list[Pupil], today: date, dice: random.Random) -> None:
    """One bill a year; the last one paid, partly paid, late or not due yet."""
    since = family.since or today
    for past in range(YEARS if family.number >= LARGE else 2):
        day = _opening(today, past)
        if past and day < since and family.number < LARGE:
            continue
        day = max(day, since) if not past else day  # who came later is billed the day they come
        lines = [(pupil.discipline or "Cours", pupil.full_name, dice.randint(120, 420) * 100) for pupil in pupils]
        lines = lines or [("Adhésion", "", 4_500)]
        invoice = book.invoice(payer, day, lines, label="Cotisation annuelle", school_year=_year(today, past))
        paid_on = day + timedelta(days=dice.randint(3, 28))
        way = "paid" if past else dice.choice(("paid", "paid", "part", "late", "waiting"))
        if family.number == 1042:  # of Belrive
            way = "paid"
        if family.number == 1105 or way == "late" or (family.number in LATE and not past):
            continue
        if way == "part":
            invoice.due_day = today + timedelta(days=45)
        cents = invoice.total // 2 if way == "part" else invoice.total
        book.payment(
            invoice,
            max(day, today - timedelta(days=3)) if way == "waiting" else min(paid_on, today),
            cents,
            dice.choice(billing.METHODS),
            state=EntryState.WAITING if way == "waiting" else EntryState.CASHED,
        )

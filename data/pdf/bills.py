"""Invoices, credit notes and receipts, as the family prints them again."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from data.core import formats
from data.core.i18n import Language, say, twin_or_same
from data.pdf.page import RIGHT, WIDTH, House, Sheet
from data.pdf.table import Column, Row, Table
from data.pdf.text import ACCENT, BODY, HEADING, SMALL, STRONG, Look

TOTAL = Look(11.5, True, ACCENT)
TOTAL_HEIGHT = 14.0
HALF = 101.0  # where what stands under the amounts begins


@dataclass(frozen=True)
class BillLine:
    """What is billed: the quantity is in hundredths (100 is one), amounts in cents."""

    label: str
    pupil: str
    quantity: int
    unit_cents: int
    cents: int


@dataclass(frozen=True)
class Bill:
    """An invoice, or a credit note that corrects one."""

    house: House
    number: str
    nature: Literal["invoice", "credit"]
    ledger: Literal["tuition", "rental"]
    day: date
    due_day: date | None
    label: str
    school_year: str
    payer: str
    payer_address: tuple[str, ...]
    family_number: int
    pupils: tuple[str, ...]
    income_bracket: str
    lines: tuple[BillLine, ...]
    total_cents: int
    instalments: tuple[tuple[date, int], ...]
    corrects: str
    duplicate_day: date
    tongue: Language


@dataclass(frozen=True)
class Receipt:
    """What was paid, and the invoices that it settles: number, label, cents."""

    house: House
    number: str
    day: date
    method: str
    operation_number: str
    payer: str
    payer_address: tuple[str, ...]
    family_number: int
    cents: int
    label: str
    school_year: str
    settled: tuple[tuple[str, str, int], ...]
    duplicate_day: date
    tongue: Language


def quantity(hundredths: int) -> str:
    """1 or 0,5 or 1,25."""
    whole, rest = divmod(abs(hundredths), 100)
    sign = "−" if hundredths < 0 else ""
    return f"{sign}{whole}" + (f",{rest:02d}".rstrip("0") if rest else "")


def invoice(bill: Bill) -> bytes:
    """The invoice or the credit note, marked as a duplicate."""
    if bill.total_cents != sum(line.cents for line in bill.lines):
        raise ValueError(f"{bill.number}: the total is not the sum of the lines")
    credit, tongue = bill.nature == "credit", bill.tongue
    title = say("Avoir n° {number}" if credit else "Facture n° {number}", tongue, number=bill.number)
    sheet = Sheet(bill.house, title, bill.duplicate_day, tongue)
    sheet.letterhead()
    sheet.addressed(bill.payer, bill.payer_address, [
        (say("Date", tongue), formats.day(bill.day)),
        (say("Année scolaire", tongue), bill.school_year),
        (say("Objet", tongue), say("Location d’instruments" if bill.ledger == "rental" else "Scolarité", tongue)),
        (say("Famille n°", tongue), str(bill.family_number)),
        (say("Élèves", tongue), ", ".join(bill.pupils)),
        (say("Quotient familial", tongue), bill.income_bracket),
    ])  # fmt: skip
    corrects = say("Corrige la facture n° {number}.", tongue, number=bill.corrects) if bill.corrects else ""
    _opening(sheet, bill.label, corrects, bill.duplicate_day)

    columns = (Column(say("Désignation", tongue), 70), Column(say("Élève", tongue), 36),
               Column(say("Quantité", tongue), 18, "R"), Column(say("Prix unitaire", tongue), 24, "R"),
               Column(say("Montant", tongue), 24, "R"))  # fmt: skip
    rows = [Row((line.label, line.pupil, quantity(line.quantity), formats.euros(line.unit_cents), formats.euros(line.cents)))
            for line in bill.lines]  # fmt: skip
    due = say("Échéance : {day}", tongue, day=formats.day(bill.due_day)) if bill.due_day and not credit else ""
    Table(sheet, columns).draw(rows, closing=TOTAL_HEIGHT + (BODY.leading if due else 0))
    total = say("Total de l’avoir" if credit else "Total à régler", tongue)
    _total(sheet, total, formats.euros(bill.total_cents))
    if due:
        sheet.line(due, HALF, sheet.y, RIGHT - HALF, BODY, "R")
        sheet.y += BODY.leading
    if bill.instalments:
        _instalments(sheet, bill.instalments)
    return sheet.render()


def receipt(paper: Receipt) -> bytes:
    """The receipt of a payment, marked as a duplicate."""
    rest = paper.cents - sum(cents for _, _, cents in paper.settled)
    if rest < 0 <= paper.cents:
        raise ValueError(f"{paper.number}: settles more than was paid")
    tongue, paid = paper.tongue, formats.euros(paper.cents)
    sheet = Sheet(paper.house, say("Reçu n° {number}", tongue, number=paper.number), paper.duplicate_day, tongue)
    sheet.letterhead()
    sheet.addressed(paper.payer, paper.payer_address, [
        (say("Date du règlement", tongue), formats.day(paper.day)),
        (say("Mode de règlement", tongue), twin_or_same(paper.method, tongue)),
        (say("Opération n°", tongue), paper.operation_number),
        (say("Année scolaire", tongue), paper.school_year),
        (say("Famille n°", tongue), str(paper.family_number)),
    ])  # fmt: skip
    _opening(sheet, paper.label, "", paper.duplicate_day)
    sheet.flow(say("Reçu de {payer} la somme de {amount}.", tongue, payer=paper.payer, amount=paid), Look(11))
    sheet.y += 5

    columns = (Column(say("Facture", tongue), 38), Column(say("Désignation", tongue), 104),
               Column(say("Montant", tongue), 30, "R"))  # fmt: skip
    rows = [Row((number, label, formats.euros(cents))) for number, label, cents in paper.settled]
    if rest:
        rows.append(Row(("", say("Non affecté à une facture", tongue), formats.euros(rest))))
    Table(sheet, columns).draw(rows, closing=TOTAL_HEIGHT)
    _total(sheet, say("Total reçu", tongue), paid)
    return sheet.render()


def _opening(sheet: Sheet, label: str, corrects: str, duplicate_day: date) -> None:
    """The title and what is said under it."""
    tongue = sheet.tongue
    sheet.headline(say("DUPLICATA", tongue))
    if label.strip():
        sheet.flow(label, Look(11))
    if corrects:
        sheet.flow(corrects, STRONG)
    sheet.flow(say("Duplicata établi le {day}", tongue, day=formats.day(duplicate_day)), SMALL)
    sheet.y += 6


def _total(sheet: Sheet, label: str, amount: str) -> None:
    """What it all comes to, in the column of amounts, closed by a final bar."""
    sheet.need(TOTAL_HEIGHT)
    sheet.y += 2.6
    sheet.line(label, HALF, sheet.y, RIGHT - HALF, TOTAL)
    sheet.line(amount, HALF, sheet.y, RIGHT - HALF, TOTAL, "R")
    sheet.y += TOTAL.leading + 1.6
    sheet.rule(HALF, sheet.y, RIGHT, sheet.y, ACCENT, 0.2)
    sheet.rule(HALF, sheet.y + 0.95, RIGHT, sheet.y + 0.95, ACCENT, 0.7)
    sheet.y += 3.2


def _instalments(sheet: Sheet, instalments: tuple[tuple[date, int], ...]) -> None:
    tongue = sheet.tongue
    columns = (Column(say("Échéance", tongue), 45), Column(say("Montant", tongue), 45, "R"))
    table = Table(sheet, columns, x=HALF, pad=0.9)
    rows = [Row((formats.day(day), formats.euros(cents))) for day, cents in instalments]
    whole = sum(map(table.height, rows)) + HEADING.leading + 14
    sheet.y += 4
    sheet.need(min(whole, 60))
    sheet.line(say("Échéancier", tongue), HALF, sheet.y, WIDTH, HEADING)
    sheet.y += HEADING.leading + 1.5
    table.draw(rows)

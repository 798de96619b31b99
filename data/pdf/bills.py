"""Invoices, credit notes and receipts, as the family prints them again."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from data.core import formats
from data.core.i18n import Language, _, translate, translate_or_same
from data.core.transfers import Transfer, spaced
from data.pdf.certificates import QR, draw_code
from data.pdf.page import LEFT, RIGHT, WIDTH, Letterhead, PageCanvas
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

    letterhead: Letterhead
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
    language: Language
    standing: tuple[tuple[str, int], ...] = ()  # what settled it and what is left: a sentence, cents
    transfer: Transfer | None = None


@dataclass(frozen=True)
class Receipt:
    """What was paid, and the invoices that it settles: number, label, cents."""

    letterhead: Letterhead
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
    language: Language


def invoice(bill: Bill) -> bytes:
    """The invoice or the credit note, marked as a duplicate."""
    if bill.total_cents != sum(line.cents for line in bill.lines):
        raise ValueError(f"{bill.number}: the total is not the sum of the lines")
    credit, language = bill.nature == "credit", bill.language
    title = translate(_("Avoir n° {number}") if credit else _("Facture n° {number}"), language, number=bill.number)
    canvas = PageCanvas(bill.letterhead, title, bill.duplicate_day, language)
    canvas.draw_letterhead()
    canvas.addressed(bill.payer, bill.payer_address, [
        (translate("Date", language), formats.day(bill.day)),
        (translate("Année scolaire", language), bill.school_year),
        (translate("Objet", language), translate(_("Location d’instruments") if bill.ledger == "rental" else _("Scolarité"), language)),
        (translate("Famille n°", language), str(bill.family_number)),
        (translate("Élèves", language), ", ".join(bill.pupils)),
        (translate("Quotient familial", language), bill.income_bracket),
    ])  # fmt: skip
    corrects = translate("Corrige la facture n° {number}.", language, number=bill.corrects) if bill.corrects else ""
    _opening(canvas, bill.label, corrects, bill.duplicate_day)

    columns = (Column(translate("Désignation", language), 70), Column(translate("Élève", language), 36),
               Column(translate("Quantité", language), 18, "R"), Column(translate("Prix unitaire", language), 24, "R"),
               Column(translate("Montant", language), 24, "R"))  # fmt: skip
    rows = [Row((line.label, line.pupil, formats.decimal(line.quantity, language, places=0),
                 formats.euros(line.unit_cents, language), formats.euros(line.cents, language))) for line in bill.lines]  # fmt: skip
    due = translate("Échéance : {day}", language, day=formats.day(bill.due_day)) if bill.due_day and not credit else ""
    Table(canvas, columns).draw(rows, closing=TOTAL_HEIGHT + (BODY.leading if due else 0))
    total = translate(_("Total de l’avoir") if credit else _("Total à régler"), language)
    _total(canvas, total, formats.euros(bill.total_cents, language))
    if due:
        canvas.line(due, HALF, canvas.y, RIGHT - HALF, BODY, "R")
        canvas.y += BODY.leading
    if bill.standing:
        _standing(canvas, bill.standing)
    if bill.instalments:
        _instalments(canvas, bill.instalments)
    if bill.transfer:
        _transfer(canvas, bill.transfer, in_parts=bool(bill.instalments))
    return canvas.render()


def receipt(paper: Receipt) -> bytes:
    """The receipt of a payment, marked as a duplicate."""
    rest = paper.cents - sum(cents for _, _, cents in paper.settled)
    if rest < 0 <= paper.cents:
        raise ValueError(f"{paper.number}: settles more than was paid")
    language, paid = paper.language, formats.euros(paper.cents, paper.language)
    canvas = PageCanvas(
        paper.letterhead, translate("Reçu n° {number}", language, number=paper.number), paper.duplicate_day, language
    )
    canvas.draw_letterhead()
    canvas.addressed(paper.payer, paper.payer_address, [
        (translate("Date du règlement", language), formats.day(paper.day)),
        (translate("Mode de règlement", language), translate_or_same(paper.method, language)),
        (translate("Opération n°", language), paper.operation_number),
        (translate("Année scolaire", language), paper.school_year),
        (translate("Famille n°", language), str(paper.family_number)),
    ])  # fmt: skip
    _opening(canvas, paper.label, "", paper.duplicate_day)
    canvas.flow(translate("Reçu de {payer} la somme de {amount}.", language, payer=paper.payer, amount=paid), Look(11))
    canvas.y += 5

    columns = (Column(translate("Facture", language), 38), Column(translate("Désignation", language), 104),
               Column(translate("Montant", language), 30, "R"))  # fmt: skip
    rows = [Row((number, label, formats.euros(cents, language))) for number, label, cents in paper.settled]
    if rest:
        rows.append(Row(("", translate("Non affecté à une facture", language), formats.euros(rest, language))))
    Table(canvas, columns).draw(rows, closing=TOTAL_HEIGHT)
    _total(canvas, translate("Total reçu", language), paid)
    return canvas.render()


def _opening(canvas: PageCanvas, label: str, corrects: str, duplicate_day: date) -> None:
    """The title and what is said under it."""
    language = canvas.language
    canvas.headline(translate("DUPLICATA", language))
    if label.strip():
        canvas.flow(label, Look(11))
    if corrects:
        canvas.flow(corrects, STRONG)
    canvas.flow(translate("Duplicata établi le {day}", language, day=formats.day(duplicate_day)), SMALL)
    canvas.y += 6


def _total(canvas: PageCanvas, label: str, amount: str) -> None:
    """What it all comes to, in the column of amounts, closed by a final bar."""
    canvas.need(TOTAL_HEIGHT)
    canvas.y += 2.6
    with canvas.tag("P"):
        canvas.line(label, HALF, canvas.y, RIGHT - HALF, TOTAL)
        canvas.line(amount, HALF, canvas.y, RIGHT - HALF, TOTAL, "R")
    canvas.y += TOTAL.leading + 1.6
    canvas.rule(HALF, canvas.y, RIGHT, canvas.y, ACCENT, 0.2)
    canvas.rule(HALF, canvas.y + 0.95, RIGHT, canvas.y + 0.95, ACCENT, 0.7)
    canvas.y += 3.2


def _standing(canvas: PageCanvas, standing: tuple[tuple[str, int], ...]) -> None:
    """« Déjà réglé », « Reste à régler » under the total; the last one is what counts."""
    canvas.need(len(standing) * BODY.leading + 4)
    canvas.y += 1.5
    for label, cents in standing:
        look = STRONG if (label, cents) == standing[-1] else BODY
        with canvas.tag("P"):
            canvas.line(translate(label, canvas.language), HALF, canvas.y, RIGHT - HALF, look)
            canvas.line(formats.euros(cents, canvas.language), HALF, canvas.y, RIGHT - HALF, look, "R")
        canvas.y += look.leading


def _transfer(canvas: PageCanvas, asked: Transfer, *, in_parts: bool) -> None:
    """« Régler par virement »: the code at the left, the same in words beside it."""
    language = canvas.language
    canvas.y += 7
    canvas.need(HEADING.leading + QR + 12)
    with canvas.tag("H2"):
        canvas.line(translate("Régler par virement", language), LEFT, canvas.y, WIDTH, HEADING)
    top = canvas.y + HEADING.leading + 4
    draw_code(canvas, tuple(map(tuple, asked.code().matrix)), transfer_alternative(asked, language), top)
    facts = [(translate(label, language), value) for label, value in transfer_facts(asked, language)]
    canvas.y = canvas.facts(facts, top - 0.5, WIDTH - QR - 8, left=LEFT + QR + 8)
    canvas.y = canvas.put(
        transfer_words(language, in_parts=in_parts), LEFT + QR + 8, canvas.y + 1, WIDTH - QR - 8, SMALL, 3
    )
    canvas.y = max(canvas.y, top + QR)


def transfer_alternative(asked: Transfer, language: Language) -> str:
    return translate(
        "Code QR de virement : {amount} à {name}, référence {reference}",
        language,
        amount=formats.euros(asked.cents, language),
        name=asked.beneficiary,
        reference=asked.reference,
    )


def transfer_facts(asked: Transfer, language: Language) -> list[tuple[str, str]]:
    """Each label is translated where it is read."""
    return [
        (_("Titulaire du compte"), asked.beneficiary),
        (_("IBAN"), spaced(asked.iban)),
        (_("BIC"), asked.bic),
        (_("Montant"), formats.euros(asked.cents, language)),
        (_("Référence à indiquer"), asked.reference),
    ]


def transfer_words(language: Language, *, in_parts: bool) -> str:
    words = [translate("L’application de votre banque lit ce code et prépare le virement.", language)]
    if in_parts:
        words.append(translate("Pour ne régler qu’une échéance, changez-y le montant.", language))
    return " ".join(words)


def _instalments(canvas: PageCanvas, instalments: tuple[tuple[date, int], ...]) -> None:
    language = canvas.language
    columns = (Column(translate("Échéance", language), 45), Column(translate("Montant", language), 45, "R"))
    table = Table(canvas, columns, x=HALF, pad=0.9)
    rows = [Row((formats.day(day), formats.euros(cents, language))) for day, cents in instalments]
    whole = sum(map(table.height, rows)) + HEADING.leading + 14
    canvas.y += 4
    canvas.need(min(whole, 60))
    with canvas.tag("H2"):
        canvas.line(translate("Échéancier", language), HALF, canvas.y, WIDTH, HEADING)
    canvas.y += HEADING.leading + 1.5
    table.draw(rows)

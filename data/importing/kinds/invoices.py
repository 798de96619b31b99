"""Invoices, their lines and their parts: columns, and how a line becomes rows. Amounts are whole cents; two ledgers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from data.billing.models import Instalment, Invoice, InvoiceLine, Ledger, Nature
from data.core import formats
from data.core.errors import UserError
from data.core.fields import DATE, TEXT, fold
from data.core.i18n import _
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.columns import HUNDREDTHS, LINES, MONEY, NUMBER, YEAR, Field, column, pick
from data.importing.kinds import name_checks, named_people, who_pays
from data.importing.kinds.families import FAMILY_KEY
from data.importing.kinds.name_columns import IN_PLACE_OF_FAMILY, OF_FAMILY
from data.importing.questions import Choice, Question
from data.importing.records import Record, Shown, need, required, shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot

LEDGER = pick(
    {Ledger.TUITION: "cotisation", Ledger.RENTAL: "location"},
    {
        "cotisations": Ledger.TUITION,
        "scolarite": Ledger.TUITION,
        "droits": Ledger.TUITION,
        "locations": Ledger.RENTAL,
        "instrument": Ledger.RENTAL,
    },
)
NATURE = pick(
    {Nature.INVOICE: "facture", Nature.CREDIT: "avoir"},
    {"f": Nature.INVOICE, "a": Nature.CREDIT, "fac": Nature.INVOICE, "av": Nature.CREDIT},
)
FAMILY = column("family", "N° famille", TEXT, *FAMILY_KEY, length=80, example="1042")
THE_LEDGER = column("ledger", "Compte", LEDGER, "Nature compte", "Type", "Catégorie", example="cotisation")
THE_YEAR = column("school_year", "Année scolaire", YEAR, "Année", "Exercice", "Saison", length=9, example="2026-2027")
FAR = timedelta(days=730)  # after an invoice: no due day
TOTALS = (
    "Total", "Montant TTC", "Total TTC", "TTC", "Montant total", "Montant total TTC", "Net à payer", "Net à payer TTC", "À payer",
    "Montant à payer", "Total à payer", "Somme à payer",
)  # fmt: skip
INVOICE_KEY = (
    "Numéro facture",
    "Facture",
    "Code facture",
    "Réf. facture",
    "Pièce",
    "N° pièce",
    "N° titre",
    "Titre de recette",
)
OF_INVOICE = column("invoice", "N° facture", TEXT, *INVOICE_KEY, key=True, required=True, length=30, example="00012345")


def the_day(*names: str, example: str) -> Field:
    """When it was billed, or paid."""
    return column("day", "Date", DATE, *names, required=True, example=example)


INVOICES = (
    column("number", "N° facture", TEXT, *INVOICE_KEY, key=True, required=True, length=30, example="00012345"),
    FAMILY,
    column("nature", "Nature", NATURE, "Facture ou avoir", "Type de pièce", "Type", example="facture"),
    THE_LEDGER,
    THE_YEAR,
    the_day("Date facture", "Date émission", "Émise le", "Date de facturation", "Date pièce", example="01/10/2026"),
    column("due_day", "Échéance", DATE, "Date limite", "Date échéance", "À payer avant le", example="31/10/2026"),
    column("label", "Libellé", TEXT, "Objet", "Désignation", length=300, example="Cotisation 2026-2027"),
    column(
        "total",
        "Montant",
        MONEY,
        *TOTALS,
        "Montant facturé",
        "Total facturé",
        "Total facture",
        "Montant facture",
        required=True,
        example="312,00",
    ),
    column("payer", "Payeur", TEXT, "Débiteur", length=170, example="Claire Aubry"),
    column("payer_address", "Adresse du payeur", LINES, "Adresse payeur", length=400),
    column("income_bracket", "Quotient familial", TEXT, "QF", "Tranche", length=60, example="QF 3"),
    column("corrects", "Facture corrigée", TEXT, "Avoir sur facture", "Facture d'origine", length=30),
    *OF_FAMILY,
)
LINES_OF_INVOICES = (
    OF_INVOICE,
    column("rank", "Rang", NUMBER, "N° ligne", "Ligne", "Ordre", key=True, example="1"),
    column(
        "label",
        "Libellé",
        TEXT,
        "Désignation",
        "Objet",
        "Article",
        required=True,
        length=300,
        example="Piano, 2e cycle",
    ),
    column("pupil", "Élève", TEXT, "Nom élève", "Bénéficiaire", length=170, example="Irina Aubry"),
    column("quantity", "Quantité", HUNDREDTHS, "Qté", "Nombre", example="1"),
    column("unit", "Prix unitaire", MONEY, "PU", "P.U.", "PU TTC", "Prix unitaire TTC", "Tarif", example="312,00"),
    column("cents", "Montant", MONEY, *TOTALS, "Montant ligne", example="312,00"),
)
INSTALMENTS = (
    OF_INVOICE,
    column("due_day", "Échéance", DATE, "Date", "Date échéance", key=True, required=True, example="31/10/2026"),
    column("cents", "Montant", MONEY, "Part", "Montant échéance", required=True, example="104,00", least=0),
)


MAX_DAYS_BEFORE, MAX_DAYS_AHEAD = 11_000, 366  # of an invoice or a payment: thirty years, one year
DEFAULTS = {"nature", "ledger", "state", "school_year"}  # an empty word is none of their answers


READ_ONLY = {each.name for each in OF_FAMILY}  # whom a line is about by names: written nowhere


def own(line: Line, columns: tuple[Field, ...], *but: str) -> dict[str, Any]:
    """Nothing of a line is empty where the table has an amount."""
    given = line.own(columns, but=but).items()
    return {
        name: value
        for name, value in given
        if name not in READ_ONLY and (value is not None or name == "due_day") and not (value == "" and name in DEFAULTS)
    }


def year(line: Line) -> dict[str, str]:
    day = line.get("day")
    return {"school_year": formats.school_year(day)} if isinstance(day, date) else {}


def same_family(line: Line, entity: Entity, family: Entity) -> bool:
    """Money never changes hands: its lines and its parts are the family's too."""
    same = entity.refs.get("family_id") is family or (entity.id is not None and entity["family_id"] == family.id)
    if not same:
        line.fault(
            "family", UserError("Cette pièce est celle d’une autre famille. Faites un avoir, ou corrigez le numéro.")
        )
    return same


def check_day(line: Line, snapshot: Snapshot, row: Entity) -> None:
    """A new row's day: one that is years from now is most often a slip of the fingers."""
    day, today = row["day"], snapshot.today
    if row.id is None and isinstance(day, date) and not -MAX_DAYS_BEFORE <= (day - today).days <= MAX_DAYS_AHEAD:
        sentence = UserError("La date du {day} est loin d’aujourd’hui : est-elle juste ?", day=f"{day:%d/%m/%Y}")
        snapshot.add_conflict(line, "day", sentence)


@dataclass
class Ledgers:
    """What lines above said: the latest rank of an invoice's lines, the invoices they changed."""

    ranks: dict[Entity, int] = field(default_factory=dict)
    touched: dict[Entity, Line] = field(default_factory=dict)
    shared_out: dict[Entity, Line] = field(default_factory=dict)  # those whose parts they gave


EACH_LINE, EACH_TOTAL = "lines", "totals"


@dataclass
class Repeated:
    """Invoices that several lines of the file are about: folded number -> those lines, and what their amounts are."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    amounts: str = EACH_LINE

    def of(self, line: Line) -> list[Line]:
        return self.lines.get(fold(str(line.get("number", ""))), [])

    def first_of(self, line: Line) -> Line | None:
        found = self.of(line)
        return found[0] if len(found) > 1 else None


def prepare(lines: list[Line], snapshot: Snapshot) -> None:
    """A number on several lines is one invoice: each gives a line of it, or each says its total again."""
    named_people.families(lines, snapshot)
    lines = [line for line in lines if line.number not in snapshot.aside]
    repeated = snapshot.context(Repeated)
    for line in lines:
        if line.get("number"):
            repeated.lines.setdefault(fold(str(line.get("number"))), []).append(line)
    sentence = UserError("Ces pièces sont sur plusieurs lignes du fichier. Que disent leurs montants ?")
    choices = (
        Choice(EACH_LINE, UserError("Une ligne de la pièce chacun : le total est leur somme")),
        Choice(EACH_TOTAL, UserError("Le total de la pièce, écrit à chaque ligne")),
    )
    for number in (found for found in repeated.lines.values() if len(found) > 1):
        for line in number:
            sample = f"{line.get('number')} : {formats.euros(line.get('total', 0), 'fr')}"
            asked = Question("repeated-invoices", sentence, choices)
            repeated.amounts = snapshot.questions.ask(asked, line=line.number, sample=sample) or EACH_LINE


def _of_all_lines(line: Line, snapshot: Snapshot) -> dict[str, Any]:
    """The total of an invoice of several lines, and the label when they have one."""
    repeated = snapshot.context(Repeated)
    amounts, labels = (
        [each.get("total", 0) for each in repeated.of(line)],
        {each.get("label", "") for each in repeated.of(line)},
    )
    if repeated.amounts == EACH_TOTAL and len(set(amounts)) > 1:
        line.fault("total", UserError("Cette pièce a plusieurs totaux dans le fichier. Gardez le bon."))
    total = amounts[0] if repeated.amounts == EACH_TOTAL else sum(amounts)
    return {
        "total": abs(total) if line.get("nature") == Nature.CREDIT else total,
        **({} if len(labels) < 2 else {"label": ""}),
    }


def _further_line(line: Line, snapshot: Snapshot, first: Line, values: dict[str, Any]) -> None:
    """Another line of an invoice: the same invoice, one line more."""
    for name in ("family", "day", "nature"):
        if line.get(name) != first.get(name):
            why = UserError(
                "La pièce {number} n’a pas la même valeur à la ligne {line}.",
                number=line.get("number"),
                line=first.number,
            )
            line.fault(name, why)
    invoice = snapshot.find(Invoice, ("number", fold(line.get("number", ""))))
    if (
        invoice is not None
        and invoice.id is None
        and snapshot.context(Repeated).amounts == EACH_LINE
        and not line.faults
    ):
        _add_line(line, snapshot, invoice, values.get("total", 0))


def _add_line(line: Line, snapshot: Snapshot, invoice: Entity, cents: int) -> None:
    ranks = snapshot.context(Ledgers).ranks
    ranks[invoice] = rank = ranks.get(invoice, 0) + 1
    values = {"label": line.get("label", "") or "–", "unit": cents, "cents": cents}
    draft = Draft(InvoiceLine, [(invoice, rank)], values, refs=part_of(snapshot, invoice), new={"rank": rank})
    snapshot.put(line, draft, once=False)


def _is_credit(line: Line, snapshot: Snapshot, values: dict[str, Any]) -> bool:
    """A negative amount is a credit note: when the file calls it an invoice, that is asked."""
    if values.get("nature") == Nature.CREDIT:
        return "total" in values
    same = snapshot.context(Repeated).of(line)
    total = sum(each.get("total", 0) for each in same) if len(same) > 1 else values.get("total", 0)
    if total >= 0 or (same and line is not same[0]):
        return False
    sentence = UserError("Ces factures ont un montant négatif : est-ce que ce sont des avoirs ?")
    choices = (Choice("credit", UserError("Oui, les enregistrer comme des avoirs")),)
    sample = f"{line.get('number', '')} : {formats.euros(total, 'fr')}"
    snapshot.questions.ask(Question("negative-invoices", sentence, choices), line=line.number, sample=sample)
    return True


def _invoice(line: Line, snapshot: Snapshot) -> None:
    if (family := required(line, snapshot, Family, "family")) is None:
        return
    values = own(line, INVOICES, "family", "corrects")
    if _is_credit(line, snapshot, values):
        values |= {"total": abs(values["total"]), "nature": Nature.CREDIT}
    first = snapshot.context(Repeated).first_of(line)
    if first is not None and first is not line:
        _further_line(line, snapshot, first, values)
        return
    if first is not None:
        values |= _of_all_lines(line, snapshot)
    known = snapshot.find(Invoice, ("number", fold(line.get("number", ""))))
    if known is not None and not same_family(line, known, family):
        return
    corrected = required(line, snapshot, Invoice, "corrects") if line.get("corrects") else None
    new = {} if known else {**who_pays.named(line, snapshot, family), **year(line)}
    refs = {"family_id": family, **({"corrects_id": corrected} if corrected else {})}
    invoice = snapshot.put(line, Draft(Invoice, [("number", fold(line.get("number", "")))], values, refs=refs, new=new))
    name_checks.check_family(line, snapshot, invoice, family)
    need(line, invoice, "number", "day", "total")
    check_day(line, snapshot, invoice)
    if invoice.id is None:
        _check_due_day(line, snapshot, invoice, invoice["due_day"])
    if invoice.id is None and invoice["total"] is not None:  # its sum is that of its lines: one line until others come
        cents = line.get("total", 0) if first is not None else invoice["total"]
        _add_line(line, snapshot, invoice, abs(cents) if invoice["nature"] == Nature.CREDIT else cents)


def _check_due_day(line: Line, snapshot: Snapshot, invoice: Entity, due: date | None) -> None:
    """Not before its invoice, nor years after it."""
    if due is None or invoice["day"] is None or timedelta() <= due - invoice["day"] <= FAR:
        return
    sentence = (
        _("Facture {number} du {day} : l’échéance du {due} est avant elle.")
        if due < invoice["day"]
        else _("Facture {number} du {day} : l’échéance du {due} est des années après elle.")
    )
    words = {"number": invoice["number"], "day": f"{invoice['day']:%d/%m/%Y}", "due": f"{due:%d/%m/%Y}"}
    snapshot.add_conflict(line, "day", UserError(sentence, **words))


def _invoices_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Invoice):
        corrected = snapshot.at(Invoice, each["corrects_id"])
        family = shown_number(snapshot, snapshot.at(Family, each["family_id"]))
        yield {**each.values, "family": family, "corrects": corrected["number"] if corrected else ""}


def part_of(snapshot: Snapshot, invoice: Entity) -> dict[str, Entity]:
    family = invoice.refs.get("family_id") or snapshot.at(Family, invoice["family_id"])
    return {"invoice_id": invoice, **({"family_id": family} if family else {})}


def _invoice_line(line: Line, snapshot: Snapshot) -> None:
    if (invoice := required(line, snapshot, Invoice, "invoice")) is None:
        return
    ranks = snapshot.context(Ledgers).ranks
    ranks[invoice] = line.get("rank") or ranks.get(invoice, 0) + 1
    values = own(line, LINES_OF_INVOICES, "invoice", "rank")
    quantity = values.get("quantity", 100)
    if "cents" not in values and "unit" in values:
        values["cents"] = round(values["unit"] * quantity / 100)
    if "unit" not in values and "cents" in values:
        values["unit"] = round(values["cents"] * 100 / quantity) if quantity else values["cents"]
    if "cents" not in values:
        line.fault("cents", UserError("Donnez le montant de la ligne, ou son prix unitaire."))
    row = snapshot.put(
        line,
        Draft(
            InvoiceLine,
            [(invoice, ranks[invoice])],
            values,
            refs=part_of(snapshot, invoice),
            new={"rank": ranks[invoice]},
        ),
    )
    need(line, row, "label")
    snapshot.context(Ledgers).touched[invoice] = line


def _invoice_lines_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(InvoiceLine):
        invoice = snapshot.at(Invoice, each["invoice_id"])
        yield {**each.values, "invoice": invoice["number"] if invoice else ""}


def _instalment(line: Line, snapshot: Snapshot) -> None:
    if invoice := required(line, snapshot, Invoice, "invoice"):
        values = own(line, INSTALMENTS, "invoice")
        row = snapshot.put(
            line, Draft(Instalment, [(invoice, line.get("due_day"))], values, refs=part_of(snapshot, invoice))
        )
        need(line, row, "due_day", "cents")
        snapshot.context(Ledgers).shared_out[invoice] = line
        if row.id is None:
            _check_due_day(line, snapshot, invoice, row["due_day"])


def _instalments_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Instalment):
        invoice = snapshot.at(Invoice, each["invoice_id"])
        yield {**each.values, "invoice": invoice["number"] if invoice else ""}


RECORDS = (
    Record(
        "invoices",
        "Factures et avoirs",
        INVOICES,
        (Family, Guardian, Pupil, PupilLink, Invoice, InvoiceLine),
        _invoice,
        _invoices_out,
        Invoice,
        (("family", *IN_PLACE_OF_FAMILY),),
        prepare=prepare,
    ),
    Record(
        "invoice-lines",
        "Lignes de factures",
        LINES_OF_INVOICES,
        (Family, Invoice, InvoiceLine),
        _invoice_line,
        _invoice_lines_out,
        InvoiceLine,
    ),
    Record(
        "instalments",
        "Échéances",
        INSTALMENTS,
        (Family, Invoice, Instalment),
        _instalment,
        _instalments_out,
        Instalment,
    ),
)

"""Invoices, their lines and parts, payments, and what settles what. Amounts are whole cents; two ledgers."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from data import formats
from data.billing import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.exchange.columns import HUNDREDTHS, LINES, MONEY, NUMBER, YEAR, Field, column, pick
from data.exchange.people import FAMILY_KEY
from data.exchange.records import Record, Shown, need, required, shown_number
from data.exchange.world import Entity, Line, World
from data.families import Family, Guardian
from data.fields import DATE, TEXT, fold
from data.i18n import Refused

LEDGER = pick(
    {"tuition": "cotisation", "rental": "location"},
    {
        "cotisations": "tuition",
        "scolarite": "tuition",
        "droits": "tuition",
        "locations": "rental",
        "instrument": "rental",
    },
)
NATURE = pick(
    {"invoice": "facture", "credit": "avoir"}, {"f": "invoice", "a": "credit", "fac": "invoice", "av": "credit"}
)
STATE = pick(
    {"cashed": "encaissé", "waiting": "en attente", "rejected": "rejeté"},
    {
        "encaissee": "cashed",
        "regle": "cashed",
        "paye": "cashed",
        "attente": "waiting",
        "rejetee": "rejected",
        "impaye": "rejected",
    },
)
FAMILY = column("family", "N° famille", TEXT, *FAMILY_KEY, required=True, length=80, example="1042")
THE_LEDGER = column("ledger", "Compte", LEDGER, "Nature compte", "Type", "Catégorie", example="cotisation")
THE_YEAR = column("school_year", "Année scolaire", YEAR, "Année", "Exercice", "Saison", length=9, example="2026-2027")
INVOICE_KEY = ("Numéro facture", "Facture", "Code facture", "Réf. facture", "Pièce", "N° pièce")
OF_INVOICE = column("invoice", "N° facture", TEXT, *INVOICE_KEY, key=True, required=True, length=30, example="00012345")

INVOICES = (
    column("number", "N° facture", TEXT, *INVOICE_KEY, key=True, required=True, length=30, example="00012345"),
    FAMILY,
    column("nature", "Nature", NATURE, "Facture ou avoir", "Type de pièce", example="facture"),
    THE_LEDGER,
    THE_YEAR,
    column("day", "Date", DATE, "Date facture", "Émise le", "Date de facturation", required=True, example="01/10/2026"),
    column("due_day", "Échéance", DATE, "Date limite", "Date échéance", "À payer avant le", example="31/10/2026"),
    column("label", "Libellé", TEXT, "Objet", "Désignation", length=300, example="Cotisation 2026-2027"),
    column(
        "total",
        "Montant",
        MONEY,
        "Total",
        "Montant TTC",
        "Montant facturé",
        "Net à payer",
        required=True,
        example="312,00",
    ),
    column("payer", "Payeur", TEXT, "Débiteur", "Nom du payeur", length=170, example="Claire Aubry"),
    column("payer_address", "Adresse du payeur", LINES, "Adresse payeur", length=400),
    column("income_bracket", "Quotient familial", TEXT, "QF", "Tranche", length=60, example="QF 3"),
    column("corrects", "Facture corrigée", TEXT, "Avoir sur facture", "Facture d'origine", length=30),
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
    column("unit", "Prix unitaire", MONEY, "PU", "P.U.", "Tarif", example="312,00"),
    column("cents", "Montant", MONEY, "Total", "Montant TTC", "Montant ligne", example="312,00"),
)
INSTALMENTS = (
    OF_INVOICE,
    column("due_day", "Échéance", DATE, "Date", "Date échéance", key=True, required=True, example="31/10/2026"),
    column("cents", "Montant", MONEY, "Part", "Montant échéance", required=True, example="104,00"),
)
PAYMENT_KEY = ("Numéro règlement", "N° reçu", "Reçu", "Id règlement", "N° paiement", "Numéro de reçu", "Quittance")
PAYMENTS = (
    column("number", "N° règlement", TEXT, *PAYMENT_KEY, key=True, required=True, length=30, example="R0004512"),
    column("family", "N° famille", TEXT, *FAMILY_KEY, length=80, example="1042"),
    THE_LEDGER,
    THE_YEAR,
    column(
        "day",
        "Date",
        DATE,
        "Date règlement",
        "Date paiement",
        "Réglé le",
        "Encaissé le",
        required=True,
        example="12/10/2026",
    ),
    column(
        "method", "Mode de règlement", TEXT, "Mode", "Moyen de paiement", "Mode paiement", length=40, example="Chèque"
    ),
    column(
        "operation", "Numéro d’opération", TEXT, "N° chèque", "Référence", "N° opération", length=60, example="7000001"
    ),
    column("label", "Libellé", TEXT, "Objet", length=300, example="Règlement de la facture 00012345"),
    column("cents", "Montant", MONEY, "Montant réglé", "Crédit", "Somme", required=True, example="312,00"),
    column("state", "État", STATE, "Statut", "Situation", example="encaissé"),
    column("payer", "Payeur", TEXT, "Nom du payeur", "Tireur", length=170, example="Claire Aubry"),
    column("invoice", "Facture réglée", TEXT, *INVOICE_KEY, "N° facture", length=30, example="00012345"),
)
ALLOCATIONS = (
    OF_INVOICE,
    column("payment", "N° règlement", TEXT, *PAYMENT_KEY, key=True, length=30, example="R0004512"),
    column("credit", "N° avoir", TEXT, "Avoir", key=True, length=30),
    column("cents", "Montant", MONEY, "Montant imputé", "Part", required=True, example="312,00"),
)


def _own(line: Line, columns: tuple[Field, ...], *but: str) -> dict[str, Any]:
    """Nothing of a line is empty where the table has an amount."""
    return {name: value for name, value in line.own(columns, but=but).items() if value is not None or name == "due_day"}


def _year(line: Line) -> dict[str, str]:
    day = line.get("day")
    return {"school_year": formats.school_year(day)} if isinstance(day, date) else {}


def _same_family(line: Line, entity: Entity, family: Entity) -> bool:
    """Money never changes hands: its lines and its parts are the family's too."""
    same = entity.refs.get("family_id") is family or (entity.id is not None and entity["family_id"] == family.id)
    if not same:
        line.fault(
            "family", Refused("Cette pièce est celle d’une autre famille. Faites un avoir, ou corrigez le numéro.")
        )
    return same


def _payer(world: World, family: Entity) -> dict[str, str]:
    """Who pays and where, when the file does not say: the family's first adult."""
    if "payers" not in world.extras:
        world.extras["payers"] = {}
        for each in sorted(world.every(Guardian), key=lambda each: -each["rank"]):
            world.extras["payers"][each["family_id"]] = each
    first: Entity | None = world.extras["payers"].get(family.id)
    if first is None:
        return {}
    lines = [first["address"], first["complement"], f"{first['postcode']} {first['town']}".strip()]
    return {
        "payer": f"{first['first_name']} {first['last_name']}".strip(),
        "payer_address": "\n".join(filter(None, lines)),
    }


def _invoice(line: Line, world: World) -> None:
    if (family := required(line, world, Family, "family")) is None:
        return
    values = _own(line, INVOICES, "family", "corrects")
    if values.get("total", 0) < 0:
        if values.get("nature") == "credit":
            values["total"] = -values["total"]
        else:
            line.fault("total", Refused("Un montant négatif est un avoir : donnez sa nature, « avoir »."))
    known = world.find(Invoice, ("number", fold(line.get("number", ""))))
    if known is not None and not _same_family(line, known, family):
        return
    corrected = required(line, world, Invoice, "corrects") if line.get("corrects") else None
    new = {} if known else {**_payer(world, family), **_year(line)}
    refs = {"family_id": family, **({"corrects_id": corrected} if corrected else {})}
    invoice = world.put(line, Invoice, [("number", fold(line.get("number", "")))], values, refs=refs, new=new)
    need(line, invoice, "number", "day", "total")
    if invoice.id is None and invoice["total"] is not None:  # its sum is that of its lines: one line until others come
        world.put(
            line,
            InvoiceLine,
            [(invoice, 1)],
            {"label": invoice["label"] or "–", "unit": invoice["total"], "cents": invoice["total"]},
            refs={"invoice_id": invoice, "family_id": family},
            once=False,
        )


def _invoices_out(world: World) -> Iterator[Shown]:
    for each in world.every(Invoice):
        corrected = world.at(Invoice, each["corrects_id"])
        family = shown_number(world, world.at(Family, each["family_id"]))
        yield {**each.values, "family": family, "corrects": corrected["number"] if corrected else ""}


def _part_of(world: World, invoice: Entity) -> dict[str, Entity]:
    family = invoice.refs.get("family_id") or world.at(Family, invoice["family_id"])
    return {"invoice_id": invoice, **({"family_id": family} if family else {})}


def _invoice_line(line: Line, world: World) -> None:
    if (invoice := required(line, world, Invoice, "invoice")) is None:
        return
    ranks: dict[Entity, int] = world.extras.setdefault("ranks", {})
    ranks[invoice] = line.get("rank") or ranks.get(invoice, 0) + 1
    values = _own(line, LINES_OF_INVOICES, "invoice", "rank")
    quantity = values.get("quantity", 100)
    if "cents" not in values and "unit" in values:
        values["cents"] = round(values["unit"] * quantity / 100)
    if "unit" not in values and "cents" in values:
        values["unit"] = round(values["cents"] * 100 / quantity) if quantity else values["cents"]
    if "cents" not in values:
        line.fault("cents", Refused("Donnez le montant de la ligne, ou son prix unitaire."))
    row = world.put(
        line,
        InvoiceLine,
        [(invoice, ranks[invoice])],
        values,
        refs=_part_of(world, invoice),
        new={"rank": ranks[invoice]},
    )
    need(line, row, "label")
    world.extras.setdefault("touched", {})[invoice] = line


def check_sums(world: World) -> None:
    """Invoices whose lines no longer make their total."""
    touched: dict[Entity, Line] = world.extras.get("touched", {})
    sums: dict[Entity, int] = dict.fromkeys(touched, 0)
    for row in [*world.rows.get(InvoiceLine, {}).values(), *world.added.get(InvoiceLine, [])]:
        invoice = row.refs.get("invoice_id") or world.at(Invoice, row["invoice_id"])
        if invoice in sums:
            sums[invoice] += row["cents"] or 0
    for invoice, total in sums.items():
        if total != invoice["total"]:
            words = {"number": invoice["number"], "sum": formats.euros(total), "total": formats.euros(invoice["total"])}
            world.doubt(
                touched[invoice],
                "sum",
                Refused("Facture {number} : ses lignes font {sum}, son total est {total}.", **words),
            )


def _invoice_lines_out(world: World) -> Iterator[Shown]:
    for each in world.every(InvoiceLine):
        invoice = world.at(Invoice, each["invoice_id"])
        yield {**each.values, "invoice": invoice["number"] if invoice else ""}


def _instalment(line: Line, world: World) -> None:
    if invoice := required(line, world, Invoice, "invoice"):
        values = _own(line, INSTALMENTS, "invoice")
        row = world.put(line, Instalment, [(invoice, line.get("due_day"))], values, refs=_part_of(world, invoice))
        need(line, row, "due_day", "cents")


def _instalments_out(world: World) -> Iterator[Shown]:
    for each in world.every(Instalment):
        invoice = world.at(Invoice, each["invoice_id"])
        yield {**each.values, "invoice": invoice["number"] if invoice else ""}


def _payment(line: Line, world: World) -> None:
    invoice = required(line, world, Invoice, "invoice") if line.get("invoice") else None
    if invoice is not None and not line.get("family"):
        family = invoice.refs.get("family_id") or world.at(Family, invoice["family_id"])
    else:
        family = required(line, world, Family, "family")
    if family is None:
        return
    values = _own(line, PAYMENTS, "family", "invoice")
    if values.get("cents", 1) <= 0:
        line.fault("cents", Refused("Un règlement est d’un montant positif."))
    known = world.find(Payment, ("number", fold(line.get("number", ""))))
    if known is not None and not _same_family(line, known, family):
        return
    if invoice is not None and not _same_family(line, invoice, family):
        return
    new = {} if known else {**_year(line), **({"ledger": invoice["ledger"]} if invoice else {})}
    if not known and "payer" in (payer := _payer(world, family)):
        new["payer"] = payer["payer"]
    payment = world.put(
        line, Payment, [("number", fold(line.get("number", "")))], values, refs={"family_id": family}, new=new
    )
    need(line, payment, "number", "day", "cents")
    if invoice is not None and payment["cents"]:
        _settle(line, world, invoice, payment)


def _settled(world: World) -> dict[Entity, int]:
    """What each invoice has received so far, of rows and of this file's lines."""
    if "settled" not in world.extras:
        sums = world.extras["settled"] = {}
        for each in world.every(Allocation):
            if invoice := world.at(Invoice, each["invoice_id"]):
                sums[invoice] = sums.get(invoice, 0) + each["cents"]
    found: dict[Entity, int] = world.extras["settled"]
    return found


def _settle(line: Line, world: World, invoice: Entity, payment: Entity) -> None:
    """The payment settles that invoice, as far as it goes; what was written before stays."""
    if world.find(Allocation, (invoice, payment)):
        return
    sums = _settled(world)
    part = min(payment["cents"], invoice["total"] - sums.get(invoice, 0))
    if part > 0:
        sums[invoice] = sums.get(invoice, 0) + part
        refs = {**_part_of(world, invoice), "payment_id": payment}
        world.put(line, Allocation, [(invoice, payment)], {"cents": part}, refs=refs, once=False)


def _payments_out(world: World) -> Iterator[Shown]:
    """The invoice is named when the whole payment settles that one: the parts have a file of their own."""
    parts: dict[int, list[Entity]] = {}
    for part in world.every(Allocation):
        if part["payment_id"]:
            parts.setdefault(part["payment_id"], []).append(part)
    for each in world.every(Payment):
        mine = parts.get(each.id or 0, [])
        invoice = (
            world.at(Invoice, mine[0]["invoice_id"]) if len(mine) == 1 and mine[0]["cents"] == each["cents"] else None
        )
        family = shown_number(world, world.at(Family, each["family_id"]))
        yield {**each.values, "family": family, "invoice": invoice["number"] if invoice else ""}


def _allocation(line: Line, world: World) -> None:
    invoice = required(line, world, Invoice, "invoice")
    name = "credit" if line.get("credit") else "payment"
    source = required(line, world, Invoice if name == "credit" else Payment, name)
    if invoice is None or source is None:
        return
    if invoice["family_id"] != source["family_id"]:
        line.fault(name, Refused("Cette pièce est celle d’une autre famille. Faites un avoir, ou corrigez le numéro."))
        return
    refs = {**_part_of(world, invoice), f"{name}_id": source}
    row = world.put(line, Allocation, [(invoice, source)], _own(line, ALLOCATIONS[-1:]), refs=refs)
    need(line, row, "cents")


def _allocations_out(world: World) -> Iterator[Shown]:
    for each in world.every(Allocation):
        invoice, payment = world.at(Invoice, each["invoice_id"]), world.at(Payment, each["payment_id"])
        credit = world.at(Invoice, each["credit_id"])
        yield {
            "invoice": invoice["number"] if invoice else "",
            "payment": payment["number"] if payment else "",
            "credit": credit["number"] if credit else "",
            "cents": each["cents"],
        }


RECORDS = (
    Record(
        "invoices",
        "Factures et avoirs",
        INVOICES,
        (Family, Guardian, Invoice, InvoiceLine),
        _invoice,
        _invoices_out,
        Invoice,
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
    Record(
        "payments",
        "Règlements",
        PAYMENTS,
        (Family, Guardian, Invoice, Payment, Allocation),
        _payment,
        _payments_out,
        Payment,
    ),
    Record(
        "allocations",
        "Factures réglées",
        ALLOCATIONS,
        (Family, Invoice, Payment, Allocation),
        _allocation,
        _allocations_out,
        Allocation,
        (("payment", "credit"),),
    ),
)

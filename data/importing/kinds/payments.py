"""Payments, and which invoices they settle: their columns, and how a line becomes rows. Amounts are whole cents."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from data.billing.models import Allocation, EntryState, Invoice, InvoiceLine, Payment
from data.core import formats
from data.core.errors import UserError
from data.core.fields import DATE, TEXT, fold
from data.families.models import Family, Guardian
from data.importing.columns import MONEY, PAYMENT_MEANS, column, pick
from data.importing.kinds.families import FAMILY_KEY
from data.importing.kinds.invoices import (
    INVOICE_KEY,
    OF_INVOICE,
    THE_LEDGER,
    THE_YEAR,
    own,
    part_of,
    payer,
    same_family,
    year,
)
from data.importing.questions import Choice, Question
from data.importing.records import Record, Shown, need, required, shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot

STATE = pick(
    {EntryState.CASHED: "encaissé", EntryState.WAITING: "en attente", EntryState.REJECTED: "rejeté"},
    {
        "encaissee": EntryState.CASHED,
        "regle": EntryState.CASHED,
        "paye": EntryState.CASHED,
        "attente": EntryState.WAITING,
        "rejetee": EntryState.REJECTED,
        "impaye": EntryState.REJECTED,
    },
)
PAYMENT_KEY = (
    "Numéro règlement",
    "N° reçu",
    "Reçu",
    "Id règlement",
    "N° paiement",
    "Numéro de reçu",
    "Quittance",
    "N° encaissement",
)
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
        "Date encaissement",
        required=True,
        example="12/10/2026",
    ),
    column(
        "method",
        "Mode de règlement",
        PAYMENT_MEANS,
        "Mode",
        "Moyen de paiement",
        "Mode paiement",
        length=40,
        example="Chèque",
    ),
    column(
        "operation", "Numéro d’opération", TEXT, "N° chèque", "Référence", "N° opération", length=60, example="7000001"
    ),
    column(
        "label",
        "Libellé",
        TEXT,
        "Objet",
        "Observation",
        "Observations",
        "Commentaire",
        length=300,
        example="Règlement de la facture 00012345",
    ),
    column(
        "cents",
        "Montant",
        MONEY,
        "Montant réglé",
        "Montant encaissé",
        "Crédit",
        "Somme",
        required=True,
        example="312,00",
    ),
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


@dataclass
class Settled:
    """What each invoice has received; what is given back."""

    sums: dict[Entity, int] | None = None
    negative: str = ""  # what negative payments are
    rejects: set[int] = field(default_factory=set)  # lines whose payment was found in this file


def prepare(lines: list[Line], snapshot: Snapshot) -> None:
    """Negative payments are asked once; a rejection marks the payment that it cancels, wherever it stands in the file."""
    negative = [line for line in lines if line.get("cents", 0) < 0]
    sentence = UserError("Ces règlements ont un montant négatif. Que sont-ils ?")
    choices = (
        Choice("rejected", UserError("Des rejets de la banque : le règlement du même montant est noté « rejeté »")),
        Choice(
            "owed", UserError("Des sommes rendues ou rejetées : elles sont à nouveau dues, par une pièce au compte")
        ),
        Choice("skip", UserError("Ne pas les importer")),
    )
    for line in negative:
        sample = f"{line.get('number', '')} : {formats.euros(line.get('cents', 0))} {line.get('label', '')}".strip()
        asked = Question("negative-payments", sentence, choices)
        snapshot.context(Settled).negative = snapshot.questions.ask(asked, line=line.number, sample=sample)
    if snapshot.context(Settled).negative == "rejected":
        _reject(negative, lines, snapshot)


def _reject(negative: list[Line], lines: list[Line], snapshot: Snapshot) -> None:
    """Each cancels one payment of the same family and amount: a line of this file, or one that is there."""
    done = snapshot.context(Settled).rejects
    by_amount: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        by_amount.setdefault((str(line.get("family", "")), line.get("cents", 0)), []).append(line)
    for line in negative:
        alike = by_amount.get((str(line.get("family", "")), -line.get("cents", 0)), [])
        alike = [other for other in alike if other.get("state") != EntryState.REJECTED]
        same = [other for other in alike if line.get("operation") and other.get("operation") == line.get("operation")]
        if same or len(alike) == 1:
            (same or alike)[0].values["state"] = EntryState.REJECTED
            done.add(line.number)


def _rejected(line: Line, snapshot: Snapshot, family: Entity, cents: int) -> Entity | None:
    """The payment that is there and that a rejection cancels: by its number of operation, when the file gives one."""
    theirs = [each for each in snapshot.every(Payment) if each["family_id"] == family.id and each["cents"] == cents]
    if operation := line.get("operation"):
        theirs = [each for each in theirs if each["operation"] == operation]
    return theirs[0] if len(theirs) == 1 else None


def _give_back(line: Line, snapshot: Snapshot, family: Entity, values: dict[str, Any]) -> None:
    """What a negative payment does, as it was answered."""
    settled = snapshot.context(Settled)
    if settled.negative == "rejected" and line.number not in settled.rejects:
        found = _rejected(line, snapshot, family, -values["cents"])
        if found is None:
            line.fault(
                "cents",
                UserError(
                    "Aucun règlement, ou plusieurs, de ce montant et de ce numéro d’opération dans cette famille : lequel annuler ?"
                ),
            )
        else:
            key = [("number", fold(found["number"]))]
            snapshot.put(line, Draft(Payment, key, {"state": EntryState.REJECTED}, found=found), once=False)
    if settled.negative == "owed":
        cents, number = -values["cents"], fold(line.get("number", ""))
        given = {
            "number": line.get("number"),
            "day": values.get("day"),
            "total": cents,
            "label": values.get("label", "") or "–",
        }
        new = {**payer(snapshot, family), **year(line)}
        draft = Draft(Invoice, [("number", number)], given, refs={"family_id": family}, new=new)
        owed = snapshot.put(line, draft)
        need(line, owed, "number", "day")
        if owed.id is None:
            row = {"label": given["label"], "unit": cents, "cents": cents}
            snapshot.put(line, Draft(InvoiceLine, [(owed, 1)], row, refs=part_of(snapshot, owed)), once=False)


def _payment(line: Line, snapshot: Snapshot) -> None:
    invoice = required(line, snapshot, Invoice, "invoice") if line.get("invoice") else None
    if invoice is not None and not line.get("family"):
        family = invoice.refs.get("family_id") or snapshot.at(Family, invoice["family_id"])
    else:
        family = required(line, snapshot, Family, "family")
    if family is None:
        return
    values = own(line, PAYMENTS, "family", "invoice")
    if values.get("cents", 1) == 0:
        line.fault("cents", UserError("Un règlement est d’un montant positif."))
    if values.get("cents", 1) < 0:
        _give_back(line, snapshot, family, values)
        return
    known = snapshot.find(Payment, ("number", fold(line.get("number", ""))))
    if known is not None and not same_family(line, known, family):
        return
    if invoice is not None and not same_family(line, invoice, family):
        return
    new = {} if known else {**year(line), **({"ledger": invoice["ledger"]} if invoice else {})}
    if not known and (who := payer(snapshot, family)):
        new["payer"] = who["payer"]
    payment = snapshot.put(
        line, Draft(Payment, [("number", fold(line.get("number", "")))], values, refs={"family_id": family}, new=new)
    )
    need(line, payment, "number", "day", "cents")
    if invoice is not None and payment["cents"]:
        _settle(line, snapshot, invoice, payment)


def _settled(snapshot: Snapshot) -> dict[Entity, int]:
    """What each invoice has received so far, of rows and of this file's lines."""
    settled = snapshot.context(Settled)
    if settled.sums is None:
        settled.sums = {}
        for each in snapshot.every(Allocation):
            if invoice := snapshot.at(Invoice, each["invoice_id"]):
                settled.sums[invoice] = settled.sums.get(invoice, 0) + each["cents"]
    return settled.sums


def _settle(line: Line, snapshot: Snapshot, invoice: Entity, payment: Entity) -> None:
    """The payment settles that invoice, as far as it goes; what was written before stays."""
    if snapshot.find(Allocation, (invoice, payment)):
        return
    sums = _settled(snapshot)
    part = min(payment["cents"], invoice["total"] - sums.get(invoice, 0))
    if part > 0:
        sums[invoice] = sums.get(invoice, 0) + part
        refs = {**part_of(snapshot, invoice), "payment_id": payment}
        snapshot.put(line, Draft(Allocation, [(invoice, payment)], {"cents": part}, refs=refs), once=False)


def _payments_out(snapshot: Snapshot) -> Iterator[Shown]:
    """The invoice is named when the whole payment settles that one: the parts have a file of their own."""
    parts: dict[int, list[Entity]] = {}
    for part in snapshot.every(Allocation):
        if part["payment_id"]:
            parts.setdefault(part["payment_id"], []).append(part)
    for each in snapshot.every(Payment):
        mine = parts.get(each.id or 0, [])
        invoice = (
            snapshot.at(Invoice, mine[0]["invoice_id"])
            if len(mine) == 1 and mine[0]["cents"] == each["cents"]
            else None
        )
        family = shown_number(snapshot, snapshot.at(Family, each["family_id"]))
        yield {**each.values, "family": family, "invoice": invoice["number"] if invoice else ""}


def _allocation(line: Line, snapshot: Snapshot) -> None:
    invoice = required(line, snapshot, Invoice, "invoice")
    name = "credit" if line.get("credit") else "payment"
    source = required(line, snapshot, Invoice if name == "credit" else Payment, name)
    if invoice is None or source is None:
        return
    if invoice["family_id"] != source["family_id"]:
        line.fault(
            name, UserError("Cette pièce est celle d’une autre famille. Faites un avoir, ou corrigez le numéro.")
        )
        return
    refs = {**part_of(snapshot, invoice), f"{name}_id": source}
    row = snapshot.put(line, Draft(Allocation, [(invoice, source)], own(line, ALLOCATIONS[-1:]), refs=refs))
    need(line, row, "cents")


def _allocations_out(snapshot: Snapshot) -> Iterator[Shown]:
    for each in snapshot.every(Allocation):
        invoice, payment = snapshot.at(Invoice, each["invoice_id"]), snapshot.at(Payment, each["payment_id"])
        credit = snapshot.at(Invoice, each["credit_id"])
        yield {
            "invoice": invoice["number"] if invoice else "",
            "payment": payment["number"] if payment else "",
            "credit": credit["number"] if credit else "",
            "cents": each["cents"],
        }


RECORDS = (
    Record(
        "payments",
        "Règlements",
        PAYMENTS,
        (Family, Guardian, Invoice, InvoiceLine, Payment, Allocation),
        _payment,
        _payments_out,
        Payment,
        prepare=prepare,
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

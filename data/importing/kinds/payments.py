"""Payments, and which invoices they settle: their columns, and how a line becomes rows. Amounts are whole cents."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from data.billing.models import Allocation, EntryState, Invoice, InvoiceLine, Nature, Payment
from data.core import formats
from data.core.errors import UserError
from data.core.fields import TEXT, fold
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.columns import MONEY, PAYMENT_MEANS, column
from data.importing.kinds import account_sides, cashed, name_checks, named_people, settling, unpaid, who_pays
from data.importing.kinds.families import FAMILY_KEY
from data.importing.kinds.invoices import (
    INVOICE_KEY,
    OF_INVOICE,
    THE_LEDGER,
    THE_YEAR,
    check_day,
    own,
    part_of,
    same_family,
    the_day,
    year,
)
from data.importing.kinds.name_columns import IN_PLACE_OF_FAMILY, OF_FAMILY
from data.importing.questions import Choice, Question
from data.importing.records import Record, Shown, keys_of, need, required, shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot

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
    column("number", "N° règlement", TEXT, *PAYMENT_KEY, key=True, length=30, example="R0004512"),
    column("family", "N° famille", TEXT, *FAMILY_KEY, "CompAuxNum", length=80, example="1042"),
    THE_LEDGER,
    THE_YEAR,
    the_day(
        "Date règlement",
        "Date paiement",
        "Réglé le",
        "Encaissé le",
        "Date encaissement",
        "Date opération",
        "Date commande",
        "Date transaction",
        "Date dépôt",
        "Date remise",
        "Date écriture",
        "Date de la commande",
        "Date échéance prélèvement",
        "Date prélèvement",
        "Date du chèque",
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
        "operation",
        "Numéro d’opération",
        TEXT,
        "N° chèque",
        "Numéro chèque",
        "Chèque",
        "Référence",
        "Référence commande",
        "N° commande",
        "N° opération",
        length=60,
        example="7000001",
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
        "Montant payé",
        "Montant versé",
        "Montant total",
        "Montant crédit",
        "Crédit",
        "Recette",
        "Somme",
        "Réglé",
        "Payé",
        "Encaissé",
        "Versement",
        required=True,
        example="312,00",
    ),
    account_sides.DEBIT,
    account_sides.SIDE,
    column(
        "state",
        "État",
        unpaid.STATE,
        "Statut",
        "Situation",
        "Statut paiement",
        "Statut du paiement",
        "Statut commande",
        "Statut de la commande",
        "État paiement",
        "Status",
        required=True,
        example="encaissé",
    ),
    column("payer", "Payeur", TEXT, "Tireur", length=170, example="Claire Aubry"),
    column("invoice", "Facture réglée", TEXT, *INVOICE_KEY, "N° facture", length=30, example="00012345"),
    *OF_FAMILY,
    *unpaid.FLAGS,
)
ALLOCATIONS = (
    OF_INVOICE,
    column("payment", "N° règlement", TEXT, *PAYMENT_KEY, key=True, length=30, example="R0004512"),
    column("credit", "N° avoir", TEXT, "Avoir", key=True, length=30),
    column("cents", "Montant", MONEY, "Montant imputé", "Part", required=True, example="312,00"),
)


@dataclass
class Returned:
    """What is given back."""

    rejects: dict[int, Line] = field(default_factory=dict)  # line of a rejection -> the line of the payment it cancels


OWED = Choice("owed", UserError("Des sommes rendues ou rejetées : elles sont à nouveau dues, par une pièce au compte"))
SKIP = Choice("skip", UserError("Ne pas les importer"))


def _give_numbers(lines: list[Line], snapshot: Snapshot) -> None:
    """Of payments without number: one made of what the line says, which the same file imported again makes again."""
    alike: Counter[str] = Counter()
    for line in lines:
        if line.get("number") or "number" in line.bad:
            continue
        said = repr([str(line.get(name, "")) for name in ("family", "invoice", "day", "cents", "operation", "method")])
        alike[said] += 1
        sentence = UserError("Ces règlements n’ont pas de numéro. Le portail peut leur en donner un.")
        choices = (Choice("made", UserError("Oui, le même si le fichier est importé à nouveau")),)
        snapshot.questions.ask(
            Question("unnumbered", sentence, choices), line=line.number, sample=_shown(line).lstrip(" :")
        )
        line.values["number"] = "P" + hashlib.sha256(f"{said}{alike[said]}".encode()).hexdigest()[:9].upper()


def prepare(lines: list[Line], snapshot: Snapshot) -> None:
    """A rejection marks the payment that it cancels, wherever it stands in the file, once it is answered so."""
    account_sides.take(lines, snapshot)
    unpaid.take([line for line in lines if line.number not in snapshot.aside], snapshot)
    lines = [line for line in lines if not (line.number in snapshot.aside or unpaid.RETURNED in line.found)]
    named_people.families(lines, snapshot, known=lambda line: _invoiced(line, snapshot))
    lines = [line for line in lines if line.number not in snapshot.aside]
    cashed.ask(lines, snapshot)
    _give_numbers(lines, snapshot)
    by_amount: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        by_amount.setdefault((str(line.get("family", "")), line.get("cents", 0)), []).append(line)
    taken: set[int] = set()
    for line in (each for each in lines if each.get("cents", 0) < 0):
        alike = by_amount.get((str(line.get("family", "")), -line.get("cents", 0)), [])
        alike = [each for each in alike if each.get("state") != EntryState.REJECTED and each.number not in taken]
        alike = [each for each in alike if _same_means(line, each.values)]
        same = [each for each in alike if line.get("operation") and each.get("operation") == line.get("operation")]
        if same or len(alike) == 1:
            cancelled = snapshot.context(Returned).rejects[line.number] = (same or alike)[0]
            taken.add(cancelled.number)
            if _ask_rejected(line, snapshot, str(cancelled.get("number", ""))) == "rejected":
                cancelled.values["state"] = EntryState.REJECTED


def _invoiced(line: Line, snapshot: Snapshot) -> bool:
    """The invoice that it names says whose it is."""
    return bool(line.get("invoice")) and snapshot.find(Invoice, *keys_of(Invoice, line.get("invoice"))) is not None


def _same_means(line: Line, values: Mapping[str, Any]) -> bool:
    """A cheque that came back was no cash."""
    means = {fold(str(given)) for given in (line.get("method"), values.get("method")) if given}
    return len(means) < 2


def _ask_rejected(line: Line, snapshot: Snapshot, cancelled: str) -> str:
    sentence = UserError("Ces règlements ont un montant négatif. Que sont-ils ?")
    rejected = Choice(
        "rejected", UserError("Des rejets de la banque : le règlement du même montant est noté « rejeté »")
    )
    asked = Question("negative-payments", sentence, (rejected, OWED, SKIP))
    return snapshot.questions.ask(asked, line=line.number, sample=f"{_shown(line)} → {cancelled}")


def _ask_returned(line: Line, snapshot: Snapshot) -> str:
    """A negative payment that cancels none: there is nothing to note as rejected."""
    sentence = UserError(
        "Ces règlements négatifs n’annulent aucun règlement du même montant et du même mode, ou plusieurs pourraient convenir. Que sont-ils ?"
    )
    asked = Question("returned-payments", sentence, (OWED, SKIP))
    return snapshot.questions.ask(asked, line=line.number, sample=_shown(line))


def _shown(line: Line) -> str:
    return f"{line.get('number', '')} : {formats.euros(line.get('cents', 0), 'fr')} {line.get('label', '')}".strip()


def _rejected(line: Line, snapshot: Snapshot, family: Entity, cents: int) -> Entity | None:
    """The payment that is there and that a rejection cancels: by its number of operation, when the file gives one."""
    theirs = [each for each in snapshot.every(Payment) if each["family_id"] == family.id and each["cents"] == cents]
    theirs = [each for each in theirs if each["state"] != EntryState.REJECTED and _same_means(line, each.values)]
    if operation := line.get("operation"):
        theirs = [each for each in theirs if each["operation"] == operation]
    return theirs[0] if len(theirs) == 1 else None


def _give_back(line: Line, snapshot: Snapshot, family: Entity, values: dict[str, Any]) -> None:
    """What a negative payment does, as it was answered."""
    if (cancelled := snapshot.context(Returned).rejects.get(line.number)) is not None:
        answer, found = _ask_rejected(line, snapshot, str(cancelled.get("number", ""))), None
    elif (found := _rejected(line, snapshot, family, -values["cents"])) is not None:
        answer = _ask_rejected(line, snapshot, found["number"])
    else:
        answer = _ask_returned(line, snapshot)
    if answer == "owed":
        _owe(line, snapshot, family, values)
    elif answer == "rejected" and found is not None:
        settling.unsettle(snapshot, found)
        key = [("number", fold(found["number"]))]
        snapshot.put(line, Draft(Payment, key, {"state": EntryState.REJECTED}, found=found), once=False)


def _owe(line: Line, snapshot: Snapshot, family: Entity, values: dict[str, Any]) -> None:
    """What was given back, or came back, is due again: an invoice of that amount."""
    cents, number = -values["cents"], fold(line.get("number", ""))
    given = {
        "number": line.get("number"),
        "day": values.get("day"),
        "total": cents,
        "label": values.get("label", "") or "–",
    }
    new = {**who_pays.first(snapshot, family), **year(line)}
    owed = snapshot.put(line, Draft(Invoice, [("number", number)], given, refs={"family_id": family}, new=new))
    need(line, owed, "number", "day")
    if owed.id is None:
        row = {"label": given["label"], "unit": cents, "cents": cents}
        snapshot.put(line, Draft(InvoiceLine, [(owed, 1)], row, refs=part_of(snapshot, owed)), once=False)


def _payment(line: Line, snapshot: Snapshot) -> None:
    if (returned := line.found.get(unpaid.RETURNED)) is not None:
        unpaid.note_rejected(line, snapshot, returned)
        return
    if "state" in line.bad:
        return  # whether it was cashed at all is not known yet
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
    if not known and (who := who_pays.named(line, snapshot, family)):
        new["payer"] = who["payer"]
    payment = snapshot.put(
        line, Draft(Payment, [("number", fold(line.get("number", "")))], values, refs={"family_id": family}, new=new)
    )
    name_checks.check_family(line, snapshot, payment, family)
    need(line, payment, "number", "day", "cents")
    check_day(line, snapshot, payment)
    settling.check_twin(line, snapshot, family, payment)
    if invoice is not None and invoice["nature"] == Nature.CREDIT:
        line.fault(
            "invoice",
            UserError("La pièce {number} est un avoir : il n’y a rien à en régler.", number=invoice["number"]),
        )
    elif invoice is not None and payment["cents"]:
        settling.settle(line, snapshot, invoice, payment)


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
    settling.check_part(line, snapshot, row, invoice, source)


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
        (Family, Guardian, Pupil, PupilLink, Invoice, InvoiceLine, Payment, Allocation),
        _payment,
        _payments_out,
        Payment,
        (("family", "invoice", *IN_PLACE_OF_FAMILY),),
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

"""The two columns of an account: what came in is payments; what stands at the debit is asked about, and never becomes an invoice unsaid."""

from data.core import formats
from data.core.errors import UserError
from data.importing.columns import MONEY, column, pick
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

CREDITED, DEBITED = "credit", "debit"
SIDES = pick(
    {CREDITED: "crédit", DEBITED: "débit"},
    {
        **dict.fromkeys(("c", "cr", "+", "recette", "encaissement", "entree", "reglement", "paiement"), CREDITED),
        **dict.fromkeys(("d", "db", "-", "depense", "remboursement", "decaissement", "sortie"), DEBITED),
    },
)
DEBIT = column("debit", "Débit", MONEY, "Montant débit", "Dépense", only_read=True)  # no payment, or one given back
SIDE = column("side", "Sens", SIDES, "Débit/Crédit", "D/C", "Type", "Type opération", "Type mouvement", only_read=True)


def take(lines: list[Line], snapshot: Snapshot) -> None:
    """Before any line is placed."""
    _ask_balanced(lines, snapshot)
    for line in lines:
        _take_sides(line, snapshot)


def _ask_balanced(lines: list[Line], snapshot: Snapshot) -> None:
    """In an accountant's journal each entry stands on two lines or more: not every credit of it came from a family."""
    debits = sum(abs(line.get(DEBIT.name, 0)) for line in lines)
    credits = sum(line.get("cents", 0) for line in lines)
    if debits and debits == credits:
        sentence = UserError(
            "Les débits et les crédits de ce fichier sont égaux, comme dans un journal comptable. Ses crédits sont-ils bien des règlements ?"
        )
        choices = (Choice("payments", UserError("Oui, tous : je laisse de côté les lignes qui n’en sont pas")),)
        sample = f"{formats.euros(debits, 'fr')} / {formats.euros(credits, 'fr')}"
        snapshot.questions.ask(Question("balanced", sentence, choices), sample=sample)


def _take_sides(line: Line, snapshot: Snapshot) -> None:
    """Of an account's two columns, what came in is a payment; what stands at the debit is asked about."""
    debit = line.values.pop(DEBIT.name, None)
    if line.values.pop(SIDE.name, "") == DEBITED and not debit:
        debit = line.values.pop("cents", None)
    if not debit:
        return
    if line.get("cents"):
        line.fault("cents", UserError("Cette ligne a un débit et un crédit. Gardez l’un des deux."))
        return
    sentence = UserError("Ces lignes sont au débit : rien n’y est encaissé. Que sont-elles ?")
    choices = (
        Choice(
            "skip",
            UserError("Des factures ou des dépenses : ne pas les importer, seuls les crédits sont des règlements"),
        ),
        Choice("back", UserError("Des sommes rendues ou rejetées par la banque")),
    )
    sample = f"{formats.euros(abs(debit), 'fr')} {line.get('label', '')}".strip()
    answer = snapshot.questions.ask(Question("debits", sentence, choices), line=line.number, sample=sample)
    if answer == "back":
        line.values["cents"] = -abs(debit)
    else:
        snapshot.put_aside(line, UserError("Au débit : rien n’y est encaissé."), line.get("label", ""), abs(debit))

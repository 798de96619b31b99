"""Whether the amounts of a file have come in at all: asked where no column says so."""

import re

from data.core import formats
from data.core.errors import UserError
from data.core.fields import fold
from data.importing.questions import Choice, Question
from data.importing.snapshot import Line, Snapshot

SAYS_PAID = re.compile(
    r"regle|paie|paye|encaiss|verse|recu|acompte|cheque|virement|prelevement|especes|credit|payment|paid|receipt"
)
TELLING = {"method", "operation", "state", "invoice", "label", "payer", "reject_code", "reject_reason"}


def ask(lines: list[Line], snapshot: Snapshot) -> None:
    """Days and amounts alone may be bills: money that did not come is never noted as cashed unsaid."""
    titles = snapshot.titles
    if TELLING & titles.keys() or any(SAYS_PAID.search(fold(each)) for each in titles.values()):
        return
    sentence = UserError("Le fichier ne dit pas si ces sommes ont été réglées, ou si elles sont dues.")
    choices = (
        Choice("paid", UserError("Elles ont été réglées : les noter encaissées")),
        Choice("due", UserError("Elles sont dues : ce sont des factures")),
    )
    for line in lines:
        asked = Question("cashed", sentence, choices, column=titles.get("cents", ""))
        if snapshot.questions.ask(asked, line=line.number, sample=formats.euros(line.get("cents", 0), "fr")) == "due":
            line.fault("cents", UserError("Revenez aux colonnes, et choisissez « Factures et avoirs »."))

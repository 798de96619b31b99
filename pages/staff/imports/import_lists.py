"""The lists of a dry run: lines to correct, what must be known, what changes."""

from components.ui.lists import Column, Listing
from data.core.errors import Refused
from data.importing import reports
from data.importing.planning import Change, Fault

Doubt = tuple[int, str, Refused]


def faults() -> Listing[Fault]:
    return Listing(
        "faults",
        "Lignes à corriger",
        [
            Column("Ligne", lambda v, each: str(each.line), key=lambda each: each.line, look="num"),
            Column("Colonne", lambda v, each: each.column or "–"),
            Column("Valeur", lambda v, each: each.value or "–"),
            Column("Motif", lambda v, each: each.why.tell(v.tongue)),
        ],
        of=lambda each: each.line,
        searched=True,
    )


def doubts() -> Listing[Doubt]:
    return Listing(
        "doubts",
        "À vérifier avant d’importer",
        [
            Column("Ligne", lambda v, each: str(each[0]), key=lambda each: each[0], look="num"),
            Column("Ce qu’il faut savoir", lambda v, each: each[2].tell(v.tongue)),
        ],
        of=lambda each: each[0],
        searched=True,
    )


def changes() -> Listing[Change]:
    return Listing(
        "changes",
        "Ce qui change",
        [
            Column("Ligne", lambda v, each: str(each.line), key=lambda each: each.line, look="num"),
            Column("Effet", lambda v, each: v.say(reports.SENTENCES[each.outcome])),
            Column("Fiche", lambda v, each: each.about or "–"),
            Column("Colonne", lambda v, each: each.column),
            Column("Avant", lambda v, each: each.old),
            Column("Après", lambda v, each: each.new),
        ],
        of=lambda each: each.line,
        empty="Rien ne change : ces fiches sont déjà ainsi.",
        searched=True,
    )

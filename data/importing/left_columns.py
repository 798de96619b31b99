"""Columns of a file that an import does not write: each is told, with the place where it belongs or why it has none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.core.i18n import _
from data.importing.records import Record
from data.importing.runs import Matched
from data.importing.title_groups import plain

CHECKED = {("pupils-and-adults", "school_year"): _("Vérifiée, mais pas enregistrée : l’année s’importe avec les cours et les factures.")}  # fmt: skip
PUPILS = {"pupils", "pupils-and-adults"}
HOME = _("L’adresse est celle des responsables : le fichier n’en nomme aucun.")
CHOSEN = _("Vous avez choisi de ne pas l’importer.")
UNKNOWN = _("Aucune colonne du portail ne lui correspond.")
MONEY = _("Les montants s’importent avec « Factures et avoirs » ou « Règlements ».")
REASONS = (  # of titles in plain words; the first that holds
    (r"quotient|\bqf\b", _("Le portail ne garde pas le quotient familial.")),
    (r"\b(montant|tarif|cotisation|prix|solde|acompte|remise|reduction|forfait|regle|paye|a payer)\b", MONEY),
    (r"^(annee|saison|exercice)( scolaire)?$", _("L’année s’importe avec les cours et les factures.")),
    (r"\b(professeur|enseignant)\b", _("Les enseignants s’importent avec « Cours » ou « Inscriptions et historique ».")),
    (r"\b(discipline|instrument|activite|cours) \d$",
     _("Une discipline par ligne : donnez une ligne de plus à l’élève, ou importez « Inscriptions et historique ».")),
    (r"^age\b", _("L’âge se lit à la date de naissance.")),
)  # fmt: skip


@dataclass(frozen=True)
class LeftColumn:
    """A column's place from 0, its title, and why it is not written: a sentence to translate."""

    at: int
    title: str
    why: str


def left_columns(record: Record, heads: Sequence[str], matched: Matched) -> list[LeftColumn]:
    """In the order of the file."""
    columns = matched.get("columns", {})
    found = []
    for at, head in enumerate(heads):
        name = columns.get(str(at))
        if not name:
            found.append(LeftColumn(at, head, CHOSEN if name == "" else _reason(record, head)))
        elif why := CHECKED.get((record.name, name)):
            found.append(LeftColumn(at, head, why))
    return found


def _reason(record: Record, head: str) -> str:
    words = plain(head)
    takes_money = any(one.form == "money" for one in record.columns)
    for pattern, why in REASONS:
        if re.search(pattern, words) and not (why is MONEY and takes_money):
            return why
    return HOME if record.name in PUPILS and words in {"rue", "complement", "code postal", "ville", "pays"} else UNKNOWN

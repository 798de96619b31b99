"""Columns of a file that an import does not write: each is told, with the place where it belongs or why it has none."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from data.core.i18n import _
from data.core.spreadsheets import PARTS
from data.importing.matched import Matched
from data.importing.records import Record
from data.importing.title_groups import plain

CHECKED = _("Vérifiée, mais pas enregistrée : l’année s’importe avec les cours et les factures.")
OF_COURSES = _("Elle dit l’année des cours que le fichier nomme ; rien d’autre n’en est enregistré.")
WITHOUT_COURSE = _("Aucune colonne ne dit de quel cours est cet enseignant.")
PUPILS = {"pupils", "pupils-and-adults"}
HOME = _("L’adresse est celle des responsables : le fichier n’en nomme aucun.")
OF_MEANS = re.compile(r"(cheques?|especes|cb|carte bancaire|virements?|prelevements?|ancv|caf|pass\b.*)( \d)?")
CHOSEN = _("Vous avez choisi de ne pas l’importer.")
UNKNOWN = _("Aucune colonne du portail ne lui correspond.")
TO_PAY = _("Le montant d’une pièce est ce que la famille doit : « TTC », « Net à payer ».")
RIVALS = _("Plusieurs colonnes peuvent être ce montant : reliez la bonne.")
PAID = _("Ce qui est réglé s’importe à part : donnez le même fichier comme « Règlements ».")
MEANS = _("Un règlement par ligne : donnez à chaque moyen de paiement la sienne, avec son montant.")
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
        if not name and head == PARTS:
            continue  # told among the lines that are no records
        if not name:
            found.append(LeftColumn(at, head, CHOSEN if name == "" else _reason(record, head, set(columns.values()))))
        elif record.name == "pupils-and-adults" and (why := _of_courses(name, set(columns.values()))):
            found.append(LeftColumn(at, head, why))
    return found


def _of_courses(name: str, matched_names: Container[str]) -> str:
    """What a list of pupils says of their courses, and is written only with them."""
    learns = "discipline" in matched_names
    if name == "school_year":
        return OF_COURSES if learns else CHECKED
    return WITHOUT_COURSE if name in {"teacher", "teacher_first_name"} and not learns else ""


def _reason(record: Record, head: str, matched_names: Container[str]) -> str:
    words = plain(head)
    amounts = [one for one in record.columns if one.form == "money"]
    if amounts and re.search(r"\b(ht|tva)\b", words):
        return TO_PAY
    if record.name == "invoices" and re.search(r"\b(regle|paye|encaisse|verse|recouvre|reglement|mode)\b", words):
        return PAID
    if record.name == "payments" and OF_MEANS.fullmatch(words):
        return MEANS
    if any(
        one.required and words in map(plain, (one.label, *one.also)) for one in amounts if one.name not in matched_names
    ):
        return RIVALS
    takes_money = bool(amounts)
    for pattern, why in REASONS:
        if re.search(pattern, words) and not (why is MONEY and takes_money):
            return why
    return HOME if record.name in PUPILS and words in {"rue", "complement", "code postal", "ville", "pays"} else UNKNOWN

"""What a check found, as a file to correct by, and as the counts that screens show."""

from data.core.i18n import Language, say
from data.core.spreadsheets import Cell, Form, write
from data.importing.pipeline import Report

FAULT_HEADS = ("Ligne", "Colonne", "Valeur", "Motif")
CHANGE_HEADS = ("Ligne", "Effet", "Fiche", "Colonne", "Avant", "Après")
SENTENCES = {"added": "Ajoutée", "updated": "Modifiée", "doubt": "À vérifier"}


def file_of(report: Report, form: Form, tongue: Language = "fr") -> bytes:
    """Every fault; when there is none, every change, and what must be read first."""
    if report.faults:
        heads = [say(each, tongue) for each in FAULT_HEADS]
        faults: list[list[Cell]] = [
            [each.line, each.column, each.value, each.why.tell(tongue)] for each in report.faults
        ]
        return write(form, heads, faults, title=say("Lignes à corriger", tongue))
    heads = [say(each, tongue) for each in CHANGE_HEADS]
    rows: list[list[Cell]] = [
        [line, say(SENTENCES["doubt"], tongue), words.tell(tongue), None, None, None]
        for line, _, words in report.doubts
    ]
    rows += [
        [each.line, say(SENTENCES[each.outcome], tongue), each.about, each.column, each.old, each.new]
        for each in report.changes
    ]
    return write(form, heads, rows, title=say("Ce qui change", tongue))


def faulty_lines(report: Report) -> int:
    return len({each.line for each in report.faults})

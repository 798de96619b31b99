"""What a check found, as a file to correct by, and as the counts that screens show."""

from collections.abc import Iterable

from data.core.i18n import Language, _, pair, translate
from data.core.spreadsheets import Cell, Form, write
from data.importing.new_values import Labelled
from data.importing.pipeline import Report
from data.importing.snapshot import Recognised

FAULT_HEADS = (_("Ligne"), _("Colonne"), _("Valeur"), _("Motif"))
CHANGE_HEADS = (_("Ligne"), _("Effet"), _("Fiche"), _("Colonne"), _("Avant"), _("Après"))
SENTENCES = {
    "added": _("Ajoutée"),
    "updated": _("Modifiée"),
    "doubt": _("À vérifier"),
    "understood": _("Lue autrement"),
    "recognised": _("Reconnue par : {signs}"),
    "aside": _("Mise de côté"),
}


def file_of(report: Report, form: Form, language: Language = "fr") -> bytes:
    """Every fault; when there is none, every change, and what must be read first."""
    if report.faults:
        heads = [translate(each, language) for each in FAULT_HEADS]
        faults: list[list[Cell]] = [
            [each.line, each.column, each.value, each.why.message(language)] for each in report.faults
        ]
        return write(form, heads, faults, title=translate("Lignes à corriger", language))
    heads = [translate(each, language) for each in CHANGE_HEADS]
    rows: list[list[Cell]] = [
        [line, translate(SENTENCES["doubt"], language), text.message(language), None, None, None]
        for line, _, text in report.conflicts
    ]
    otherwise = translate(SENTENCES["understood"], language)
    rows += [[each.line, otherwise, None, each.column, each.written, each.value] for each in report.understood]
    rows += [
        [
            each.line,
            translate(SENTENCES["aside"], language),
            f"{each.about} – {each.why.message(language)}",
            None,
            None,
            None,
        ]
        for each in report.aside
    ]
    rows += [
        [
            each.line,
            translate(SENTENCES["recognised"], language, signs=signs(each, language)),
            each.who,
            None,
            each.written,
            each.who,
        ]
        for each in report.recognised
    ]
    rows += [
        [
            each.line,
            translate(SENTENCES[each.outcome], language),
            each.about,
            each.column,
            each.old,
            each.new or joined(each.values, language),
        ]
        for each in report.changes
    ]
    return write(form, heads, rows, title=translate("Ce qui change", language))


def joined(values: Iterable[Labelled], language: Language) -> str:
    """« Date : 15/10/2026 · Total : 324,00 »."""
    return " · ".join(pair(translate(label, language), text, language) for label, text in values)


def signs(recognised: Recognised, language: Language) -> str:
    """« nom, e-mail »."""
    return ", ".join(translate(each, language) for each in recognised.by)


def faulty_lines(report: Report) -> int:
    return len({each.line for each in report.faults})

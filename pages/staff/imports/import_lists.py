"""The lists of a dry run: what must be known, what changes."""

from collections.abc import Sequence
from dataclasses import replace

from components.ui.lists import Column, Listing
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.importing import reports
from data.importing.planning import Change
from data.importing.snapshot import Aside, Recognised

Conflict = tuple[int, str, UserError]


def lines_in_words(uow: UnitOfWork, lines: Sequence[int], most: int) -> str:
    """« lignes 2, 5, 9… (34 en tout) »: `most` of them by their numbers."""
    shown = ", ".join(map(str, lines[:most]))
    if len(lines) > most:
        return uow.translate("lignes {lines}… ({count} en tout)", lines=shown, count=len(lines))
    return uow.ngettext("ligne {lines}", "lignes {lines}", lines=shown, count=len(lines))


def conflicts() -> Listing[Conflict]:
    return Listing(
        "doubts",
        _("À vérifier avant d’importer"),
        [
            Column(
                "Ligne",
                lambda uow, each: uow.translate("ligne {line}", line=each[0]) if each[0] else "",
                key=lambda each: each[0],
                look="tight",
            ),
            Column("Ce qu’il faut savoir", lambda uow, each: each[2].message(uow.language)),
        ],
        of=lambda each: each[0],
        searched=True,
    )


def recognised() -> Listing[Recognised]:
    """Whom names stand for, where the file gives no number: « reconnu par : nom, e-mail »."""
    return Listing(
        "recognised",
        _("Reconnus par leurs noms"),
        [
            Column("Dans le fichier", lambda uow, each: each.written),
            Column("Dans le portail", lambda uow, each: each.who),
            Column("Reconnu par", lambda uow, each: reports.signs(each, uow.language)),
            Column("Ligne", lambda uow, each: str(each.line), key=lambda each: each.line, look="num"),
        ],
        of=lambda each: each.line,
        searched=True,
    )


def aside() -> Listing[Aside]:
    """Lines that are not written, each with its reason and amount."""
    return Listing(
        "aside",
        _("Lignes mises de côté"),
        [
            Column("Ligne", lambda uow, each: str(each.line), key=lambda each: each.line, look="num"),
            Column("Motif", lambda uow, each: each.why.message(uow.language)),
            Column("Fiche", lambda uow, each: each.about or "–"),
            Column(
                "Montant", lambda uow, each: formats.euros(each.cents, uow.language) if each.cents else "–", look="num"
            ),
        ],
        of=lambda each: each.line,
        searched=True,
    )


def changes() -> Listing[Change]:
    """What is changed stands last: `of_new_records` goes without."""
    return Listing(
        "changes",
        _("Ce qui change"),
        [
            Column("Fiche", lambda uow, each: each.about or "–"),
            Column("Effet", lambda uow, each: uow.translate(reports.SENTENCES[each.outcome])),
            Column("Ligne", lambda uow, each: str(each.line), key=lambda each: each.line, look="num"),
            Column("Colonne", lambda uow, each: each.column),
            Column("Avant", lambda uow, each: each.old),
            Column("Après", lambda uow, each: each.new or _values(uow, each), look="broad"),
        ],
        of=lambda each: each.line,
        empty=_("Rien ne change : ces fiches sont déjà ainsi."),
        searched=True,
    )


def of_new_records(listing: Listing[Change], rows: Sequence[Change]) -> Listing[Change]:
    """Without the columns that are empty when every record is new."""
    if any(each.column for each in rows):
        return listing
    return replace(listing, columns=[*listing.columns[:3], Column("Valeurs", _values, look="broad")])


def _values(uow: UnitOfWork, change: Change) -> str:
    """« Date : 15/10/2026 · Total : 324,00 »."""
    return reports.joined(change.values, uow.language)

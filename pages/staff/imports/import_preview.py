"""What an import would make: the first families as they will be, the sums, what was read otherwise than it is written."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from components.ui import html
from components.ui.tables import table
from data.core import formats
from data.core.fields import PHONE
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families.models import HouseholdRank, Rights
from data.importing.line_reading import Understood
from data.importing.pipeline import Report
from data.importing.previews import AdultPreview, FamilyPreview, PupilPreview
from pages.staff.imports.import_lists import lines_in_words

MAX_UNDERSTOOD, MAX_LINES_SHOWN = 40, 4


def draw_preview(uow: UnitOfWork, report: Report) -> Markup:
    return _families(uow, report.previews.families) + _understood(uow, report.understood)


def draw_totals(uow: UnitOfWork, report: Report) -> Markup:
    """« 27 pièces, 8 910,00 € »: to be compared with what the other program says."""
    return Markup().join(html.p(each.message(uow.language), class_="total") for each in report.previews.totals)


def _families(uow: UnitOfWork, families: Sequence[FamilyPreview]) -> Markup:
    if not any(each.adults or each.pupils for each in families):
        return Markup()
    title = uow.ngettext(
        "La première famille, telle qu’elle sera",
        "Les {count} premières familles, telles qu’elles seront",
        count=len(families),
    )
    return html.section(
        html.h2(title, id="preview"),
        html.ul((_family(uow, each) for each in families), class_="previews"),
        class_="card flow tight",
        aria_labelledby="preview",
    )


def _family(uow: UnitOfWork, family: FamilyPreview) -> Markup:
    name = uow.translate("Famille n° {number}", number=family.number)
    new = html.span(uow.translate("nouvelle"), class_="chip") if family.is_new else None
    return html.li(
        html.p(
            html.strong(name),
            " ",
            new,
            " ",
            html.span(uow.translate("ligne {line}", line=family.line), class_="soft small"),
        ),
        html.ul(
            (html.li(_adult(uow, each)) for each in family.adults),
            (html.li(_pupil(uow, each)) for each in family.pupils),
        ),
    )


def _adult(uow: UnitOfWork, adult: AdultPreview) -> Markup:
    phones = [PHONE.format_value(each, uow.language) for each in adult.phones]
    return Markup(" · ").join(filter(None, [html.strong(adult.name), adult.address, *phones, adult.email]))


def _pupil(uow: UnitOfWork, pupil: PupilPreview) -> Markup:
    born = (
        formats.day(date.fromisoformat(pupil.birth_date))
        if pupil.birth_date
        else uow.translate("sans date de naissance")
    )
    second = uow.translate("second foyer") if pupil.household == HouseholdRank.SECOND else ""
    consults = uow.translate("peut consulter") if pupil.rights == Rights.CONSULT else ""
    about = [html.strong(pupil.name), uow.translate("élève"), born, pupil.discipline, second, consults]
    return Markup(" · ").join(filter(None, about))


def _understood(uow: UnitOfWork, values: Sequence[Understood]) -> Markup:
    if not values:
        return Markup()
    count = uow.ngettext(
        "{count} valeur lue autrement qu’elle n’est écrite",
        "{count} valeurs lues autrement qu’elles ne sont écrites",
        count=len(values),
    )
    heads = [uow.translate(each) for each in (_("Écrit"), _("Lu"), _("Colonne"), _("Lignes"))]
    alike: dict[tuple[str, str, str], list[int]] = {}
    for each in values:
        alike.setdefault((each.written, each.value, each.column), []).append(each.line)
    rows = [(*said, lines_in_words(uow, lines, MAX_LINES_SHOWN)) for said, lines in alike.items()]
    more = len(rows) - MAX_UNDERSTOOD
    rest = (
        html.p(uow.ngettext("… et {count} autre.", "… et {count} autres.", count=more), class_="soft")
        if more > 0
        else None
    )
    shown = table(count, heads, rows[:MAX_UNDERSTOOD], quiet_caption=True)
    return html.details(html.summary(count), shown, rest, class_="card")

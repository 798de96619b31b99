"""The dry run: what only a person can say, what is wrong, what changes. Nothing is written yet."""

from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from components.ui import html, lists
from components.ui.icons import icon
from components.ui.lists import Listing
from components.ui.markup import acting_form, button, classes
from data.core import formats
from data.core.i18n import _, figures, pair
from data.core.unit_of_work import UnitOfWork
from data.importing import previews, reports
from data.importing.kinds.registry import kind
from data.importing.left_columns import left_columns
from data.importing.pipeline import Report
from data.importing.planning import Change
from data.importing.previews import AsideSum
from data.importing.runs import ImportRun
from data.importing.snapshot import Aside, Recognised
from pages.staff.imports import import_faults, import_lists, import_questions
from pages.staff.imports.import_files import PATH
from pages.staff.imports.import_preview import draw_preview, draw_totals

MAX_LEFT_OPEN = 6  # columns that are told without a press


@dataclass
class PageState:
    """What one open page shows; `back` is the person gone back to the columns, `skip` the page of faults."""

    run_id: int
    back: bool = False
    skip: int = 0
    conflicts: Listing[import_lists.Conflict] = field(default_factory=import_lists.conflicts)
    changes: Listing[Change] = field(default_factory=import_lists.changes)
    recognised: Listing[Recognised] = field(default_factory=import_lists.recognised)
    aside: Listing[Aside] = field(default_factory=import_lists.aside)


def notice(uow: UnitOfWork, look: str, drawing: str, *text: Any) -> Markup:
    return html.div(icon(drawing), html.div(text, class_="flow tight"), class_=classes("notice", look), role="status")


def draw_check(uow: UnitOfWork, page_state: PageState, run: ImportRun, report: Report) -> Markup:
    back = button(uow.translate("Revenir aux colonnes"), do="back", class_="btn quiet")
    files = html.p(
        uow.translate("Rapport complet :"),
        " ",
        (html.a(form.upper(), href=f"{PATH}/{run.id}/rapport.{form}") for form in ("xlsx", "csv")),
        class_="pair",
    )
    mended = import_faults.draw_corrections(uow, run, f"{PATH}/{run.id}")
    if report.faults:
        return (
            _faulty(uow, report)
            + mended
            + import_faults.draw(uow, run, report.faults, page_state.skip, import_questions.draw_within(uow, report))
            + html.div(_again(uow, run), back, files, class_="actions")
        )
    shown = (
        mended
        + import_questions.draw(uow, report)
        + _sums(uow, report)
        + draw_totals(uow, report)
        + draw_preview(uow, report)
    )
    shown += _left_columns(uow, run) + _lists(uow, page_state, report)
    if any(each.is_open for each in report.questions):
        return shown + html.div(back, files, class_="actions")
    text = _("Le portail a changé depuis la vérification. Relisez ce qui va changer, puis importez.")
    moved = notice(uow, "pending", "alert", uow.translate(text)) if report.moved else Markup()
    return moved + shown + _confirm(uow, report, back, files)


def _faulty(uow: UnitOfWork, report: Report) -> Markup:
    text = uow.ngettext(
        "{count} ligne est à corriger : rien n’a été importé.",
        "{count} lignes sont à corriger : rien n’a été importé.",
        count=reports.faulty_lines(report),
    )
    how = uow.translate("Corrigez-les ci-dessous ; ou dans votre logiciel, puis donnez le fichier à nouveau.")
    return notice(uow, "bad", "alert", html.p(text), html.p(how))


def _left_columns(uow: UnitOfWork, run: ImportRun) -> Markup:
    """What of the file is written nowhere: never dropped in silence."""
    left = left_columns(kind(run.kind), run.heads, run.matched)
    if not left:
        return Markup()
    count = uow.ngettext(
        "{count} colonne du fichier n’est pas importée",
        "{count} colonnes du fichier ne sont pas importées",
        count=len(left),
    )
    lines = (html.li(html.strong(each.title), pair("", "", uow.language), uow.translate(each.why)) for each in left)
    return html.details(
        html.summary(count), html.ul(lines, class_="plain-list"), class_="card", open=len(left) <= MAX_LEFT_OPEN
    )


def _again(uow: UnitOfWork, run: ImportRun) -> Markup:
    return html.a(uow.translate("Donner le fichier corrigé"), href=f"{PATH}?genre={run.kind}", class_="btn quiet")


def _lists(uow: UnitOfWork, page_state: PageState, report: Report) -> Markup:
    """What must be known, then what changes."""
    conflicts = (
        html.section(
            _list(uow, page_state.conflicts, report.conflicts),
            class_="card",
            aria_label=uow.translate("À vérifier avant d’importer"),
        )
        if report.conflicts
        else Markup()
    )
    return (
        conflicts
        + _named_and_aside(uow, page_state, report)
        + html.section(
            _list(uow, import_lists.of_new_records(page_state.changes, report.changes), report.changes),
            class_="card",
            aria_label=uow.translate("Ce qui change"),
        )
    )


def _named_and_aside(uow: UnitOfWork, page_state: PageState, report: Report) -> Markup:
    """Who was recognised by names, and the lines that are not written, with the sum of each reason."""
    shown = Markup()
    if report.aside:
        shown += html.section(
            html.ul((html.li(_of_reason(uow, each)) for each in previews.sums_of(report.aside)), class_="plain-list"),
            _list(uow, page_state.aside, report.aside),
            class_="card flow",
            aria_label=uow.translate("Lignes mises de côté"),
        )
    if report.recognised:
        shown += html.section(
            _list(uow, page_state.recognised, report.recognised),
            class_="card",
            aria_label=uow.translate("Reconnus par leurs noms"),
        )
    return shown


def _of_reason(uow: UnitOfWork, each: AsideSum) -> Markup:
    """« 3 lignes · 240,00 € · Règlement annulé… »."""
    count = uow.ngettext("{count} ligne", "{count} lignes", count=each.lines)
    amount = formats.euros(each.cents, uow.language) if each.cents else ""
    return Markup(" · ").join(filter(None, [html.strong(count), amount, each.why.message(uow.language)]))


def _list(uow: UnitOfWork, listing: Listing[Any], rows: list[Any]) -> Markup:
    """A search where the list can pass ten rows."""
    return lists.draw(uow, replace(listing, searched=len(rows) > 10), rows)


def _sums(uow: UnitOfWork, report: Report) -> Markup:
    pairs = (
        ("added", _("Lignes qui ajoutent")),
        ("updated", _("Lignes qui modifient")),
        ("unchanged", _("Lignes sans effet")),
    )
    return html.dl(
        (
            html.div(html.dt(uow.translate(text)), html.dd(figures(report.counts[name], uow.language)))
            for name, text in pairs
        ),
        html.div(
            html.dt(uow.translate("Valeurs remplacées")),
            html.dd(figures(sum(bool(each.old) for each in report.changes), uow.language)),
        ),
        html.div(
            html.dt(uow.translate("Points à vérifier")),
            html.dd(figures(len(report.conflicts), uow.language)),
        ),
        class_="import-sums",
    )


def _confirm(uow: UnitOfWork, report: Report, back: Markup, files: Markup) -> Markup:
    box = (
        html.label(
            html.input(type="checkbox", name="lu", value="oui", id="lu"),
            uow.ngettext(
                "J’ai lu le point à vérifier.", "J’ai lu les {count} points à vérifier.", count=len(report.conflicts)
            ),
            class_="check",
            for_="lu",
        )
        if report.conflicts
        else None
    )
    done = report.counts["added"] + report.counts["updated"]
    go = html.button(
        uow.ngettext("Importer {count} ligne", "Importer {count} lignes", count=done)
        if done
        else uow.translate("Terminer"),
        type="submit",
        class_="btn",
    )
    return acting_form(
        box, html.div(go, back, files, class_="actions"), do="import", of="", class_="stack-form", id="confirm"
    )

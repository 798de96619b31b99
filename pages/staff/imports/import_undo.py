"""« Reprendre cet import »: what would go and what stays, read first; then all of it or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from components.ui import html, lists
from components.ui.lists import Column, Listing
from components.ui.markup import acting_form, button
from components.ui.panel import Act, Answer, Handler
from components.ui.review_queue import acts_of
from components.ui.tables import table
from data.accounts.caller import Caller
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import _, figures, pair, plural
from data.core.unit_of_work import UnitOfWork
from data.importing import jobs, undo
from data.importing import runs as import_runs
from data.importing.runs import ImportRun, ImportState
from data.importing.undo import Left, Report
from data.office.audit_words import SUBJECTS
from pages.staff.imports.import_check import notice
from pages.staff.imports.import_progress import progress

KINDS_OF_ROWS = {
    "family": _("Familles"),
    "guardian": _("Adultes"),
    "account": _("Comptes"),
    "pupil": _("Élèves"),
    "pupil_link": _("Rattachements"),
    "outside_key": _("Clés d’un autre logiciel"),
    "teacher": _("Enseignants"),
    "course": _("Cours"),
    "cursus": _("Cursus"),
    "enrolment": _("Inscriptions aux cours"),
    "lesson": _("Dates de cours"),
    "assessment": _("Évaluations"),
    "mark": _("Notes"),
    "absence": _("Absences"),
    "performance": _("Événements"),
    "piece": _("Morceaux joués"),
    "invoice": _("Factures et avoirs"),
    "invoice_line": _("Lignes de factures"),
    "instalment": _("Échéances"),
    "payment": _("Règlements"),
    "allocation": _("Factures réglées"),
}


def left() -> Listing[Left]:
    return Listing(
        "left",
        _("Ce qui reste"),
        [
            Column("Fiche", _called),
            Column("Pourquoi", lambda uow, each: uow.translate(each.why)),
            Column("Par", lambda uow, each: each.who or "–"),
            Column("Le", _when, key=lambda each: each.at),
        ],
        of=lambda each: f"{each.record}-{each.row_id}",
        searched=True,
    )


def _called(uow: UnitOfWork, each: Left) -> str:
    kind = uow.translate(SUBJECTS[each.record]) if each.record in SUBJECTS else each.record
    return pair(kind, each.name, uow.language) if each.name else kind


def _when(uow: UnitOfWork, each: Left) -> str:
    return formats.moment(each.at, uow.zone, uow.language) if each.at else "–"


@dataclass
class PageState:
    """What one open page shows."""

    run_id: int
    left: Listing[Left] = field(default_factory=left)


def acts(page_state: PageState) -> dict[str, Handler]:
    return {
        **acts_of(page_state, {"undo-keep": _keep}),
        "undo-read": _starting(page_state, writes=False),
        "undo": _starting(page_state, writes=True),
        **lists.acts(page_state.left),
    }


def draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    """Below what was imported, while it can be taken back."""
    run, job = import_runs.run_of(uow, page_state.run_id), jobs.job_of(page_state.run_id)
    if job:
        return progress(uow, job) if job.undoes else Markup()
    if run.state != ImportState.DONE or not undo.may_undo(uow, run):
        return Markup()
    report, problem = jobs.undo_report_of(run.id), jobs.problem_of(run.id)
    warned = notice(uow, "bad", "alert", problem.message(uow.language)) if problem else Markup()
    return warned + (_read(uow, page_state, report) if report else _offer(uow, run))


def _offer(uow: UnitOfWork, run: ImportRun) -> Markup:
    text = uow.translate(
        "Jusqu’au {moment}, cet import peut être repris : ce qu’il a ajouté est retiré, ce qu’il a changé redevient comme avant. "
        "Ce que quelqu’un a modifié depuis reste, et vous est dit d’abord.",
        moment=formats.moment(undo.undo_until(run), uow.zone, uow.language),
    )
    go = button(uow.translate("Voir ce qui serait repris"), do="undo-read", class_="btn quiet")
    return html.section(
        html.h2(uow.translate("Reprendre cet import"), id="undo-title"),
        html.p(text),
        html.div(go, class_="actions"),
        class_="card flow",
        aria_labelledby="undo-title",
    )


def _read(uow: UnitOfWork, page_state: PageState, report: Report) -> Markup:
    sums = report.sums()
    moved = (
        notice(uow, "pending", "alert", uow.translate("Le portail a changé depuis : relisez ce qui serait repris."))
        if report.moved
        else Markup()
    )
    stays = (
        html.section(
            lists.draw(uow, replace(page_state.left, searched=len(report.left) > 10), report.left),
            aria_label=uow.translate("Ce qui reste"),
        )
        if report.left
        else Markup()
    )
    return moved + html.section(
        html.h2(uow.translate("Reprendre cet import"), id="undo-title"),
        html.p(_sentence(uow, sums), role="status"),
        _by_kind(uow, report),
        _rises(uow, report),
        stays,
        _confirm(uow, report, bool(sums["removed"] or sums["restored"])),
        class_="card flow taken-back",
        aria_labelledby="undo-title",
    )


def _sentence(uow: UnitOfWork, sums: dict[str, int]) -> str:
    parts = [
        uow.ngettext(*text, count=sums[name])
        for name, text in (
            ("removed", plural("{count} fiche sera retirée.", "{count} fiches seront retirées.")),
            ("restored", plural("{count} fiche redeviendra comme avant.", "{count} fiches redeviendront comme avant.")),
            (
                "stayed",
                plural(
                    "{count} fiche restera : elle, ou ce à quoi elle tient, a été modifiée depuis.",
                    "{count} fiches resteront : elles, ou ce à quoi elles tiennent, ont été modifiées depuis.",
                ),
            ),
        )
        if sums[name]
    ]
    if not sums["removed"] and not sums["restored"]:
        parts.append(uow.translate("Rien ne peut être repris."))
    return " ".join(parts)


def _by_kind(uow: UnitOfWork, report: Report) -> Markup:
    counts = (report.removed, report.restored, report.stayed)
    rows = [
        (uow.translate(label), *(figures(each[name], uow.language) if each.get(name) else "" for each in counts))
        for name, label in KINDS_OF_ROWS.items()
        if any(each.get(name) for each in counts)
    ]
    heads = [uow.translate(each) for each in (_("Fiches"), _("Retirées"), _("Remises comme avant"), _("Laissées"))]
    return table(uow.translate("Ce qui serait repris"), heads, rows)


def _rises(uow: UnitOfWork, report: Report) -> Markup | None:
    """Rights that come back are read before."""
    if not report.rises:
        return None
    lines = html.ul((html.li(each.message(uow.language)) for each in report.rises), class_="list")
    return notice(uow, "pending", "alert", html.p(uow.translate("Des droits seraient rendus :")), lines)


def _confirm(uow: UnitOfWork, report: Report, something: bool) -> Markup:
    keep = button(uow.translate("Ne rien reprendre"), do="undo-keep", class_="btn quiet")
    if not something:
        return html.div(keep, class_="actions")
    box = html.label(
        html.input(type="checkbox", name="lu", value="oui", id="undo-lu"),
        uow.translate("J’ai lu ce qui précède.") if report.rises else uow.translate("J’ai lu ce qui reste tel quel."),
        class_="check",
        for_="undo-lu",
    )
    go = html.button(uow.translate("Reprendre l’import"), type="submit", class_="btn bad")
    return acting_form(
        box if report.left or report.rises else None,
        html.div(go, keep, class_="actions"),
        do="undo",
        of="",
        class_="stack-form",
        id="undo-confirm",
    )


def outcome(uow: UnitOfWork, run: ImportRun) -> Markup:
    text = uow.translate(
        "Import repris le {day} par {name} : {removed} fiches retirées, {restored} remises comme avant, {stayed} laissées telles quelles.",
        day=formats.moment(run.undone_at, uow.zone, uow.language) if run.undone_at else "",
        name=run.undone_by,
        removed=figures(run.removed, uow.language),
        restored=figures(run.restored, uow.language),
        stayed=figures(run.stayed, uow.language),
    )
    return notice(uow, "pending", "undo", html.p(text))


def _keep(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    jobs.forget_undo(page_state.run_id)
    return Answer(focus="undo-title")


def _starting(page_state: PageState, *, writes: bool) -> Callable[..., Any]:
    async def begin(caller: Caller, act: Act) -> Answer:
        with caller.unit_of_work() as uow:
            run = import_runs.run_of(uow, page_state.run_id)
            if not undo.may_undo(uow, run):
                raise undo.TOO_LATE
            report = jobs.undo_report_of(run.id)
            if writes and report is None:
                raise UserError("Lisez d’abord ce qui serait repris.")
            if writes and report and (report.left or report.rises) and act.values.get("lu") != "oui":
                raise UserError("Lisez ce qui précède, puis cochez la case.")
            jobs.start(uow, run, writes=writes, undoes=True)
        return Answer(announce=caller.translate(jobs.PHASES["taking back" if writes else "looking back"]))

    return begin

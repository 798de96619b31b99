"""One import, step by step: its columns matched, the dry run read, then all or nothing."""

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.icons import icon
from components.ui.markup import button, classes
from components.ui.pager import skip_to
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import acts_of
from data.accounts.caller import Caller
from data.core import formats
from data.core.errors import UserError
from data.core.i18n import _, figures
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.importing import column_matching, corrections, jobs
from data.importing import runs as import_runs
from data.importing.conventions import Conventions
from data.importing.kinds.registry import KINDS, kind
from data.importing.matched import Matched
from data.importing.pipeline import Report
from data.importing.records import Record
from data.importing.runs import ImportRun, ImportState
from pages.staff.imports import import_faults, import_questions, import_reading, import_sheets, import_undo
from pages.staff.imports.import_check import PageState, draw_check, notice
from pages.staff.imports.import_columns import draw_columns
from pages.staff.imports.import_files import PATH
from pages.staff.imports.import_progress import progress
from pages.staff.imports.import_reading import draw_reading

TOO_LATE = UserError("L’import s’enregistre déjà : il ne peut plus être arrêté.")
TABS = (_("Fichier"), _("Colonnes"), _("Vérification"), _("Import"))


@screen(f"{PATH}/{{n}}", Audience.IMPORTS, title=_("Import"))
def import_run(uow: UnitOfWork, n: int) -> None:
    import_runs.run_of(uow, n)
    page_state, undo_state = PageState(n), import_undo.PageState(n)
    acts: dict[str, Callable[..., Any]] = {
        "match": _match,
        "fix": _fix,
        "option": _option,
        "kind": lambda w, act, state: import_reading.choose_kind(w, act, state.run_id),
        "back": _back,
        "force": _force,
        "drop": _drop,
        "stop": _stop,
        "take-back": _take_back,
        "turn-faults": _turn_faults,
    }
    Panel(
        uow,
        lambda w: _draw(w, page_state) + import_undo.draw(w, undo_state),
        follows=[("import", n)],
        classes="flow",
        on={
            **acts_of(page_state, acts),
            "answer": _starting(page_state, first=_answer),
            "correct": _starting(page_state, first=_correct),
            "check": _starting(page_state),
            **import_reading.acts(n),
            **import_sheets.acts(n),
            "import": _starting(page_state, writes=True),
            **lists.acts(page_state.conflicts),
            **lists.acts(page_state.changes),
            **lists.acts(page_state.recognised),
            **lists.acts(page_state.aside),
            **import_undo.acts(undo_state),
        },
    )


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    run = import_runs.run_of(uow, page_state.run_id)
    record, job = KINDS.get(run.kind), jobs.job_of(run.id)
    report = jobs.report_of(uow, run)
    if job and not job.undoes:  # until it ends, whatever it has written: nothing else can be begun
        step, body = (3 if job.writes else 2), progress(uow, job)
    elif run.state == ImportState.WAITING and record:
        if report and not page_state.back:
            step, body = 2, draw_check(uow, page_state, run, report)
        else:
            step, body = 1, _match_screen(uow, run, record)
        problem = jobs.problem_of(run.id)
        body = (notice(uow, "bad", "alert", problem.message(uow.language)) if problem else Markup()) + body
    else:
        step, body = (4 if run.state in {ImportState.DONE, ImportState.UNDONE} else 0), _finished(uow, run)
    text = " · ".join(
        part
        for part in (
            uow.translate(record.label) if record else run.kind,
            uow.ngettext("{count} ligne", "{count} lignes", count=run.rows) if run.rows else "",
            run.about,
        )
        if part
    )
    back = html.a(icon("previous"), uow.translate("Tous les imports"), href=PATH, class_="link back")
    return head(run.file_name or uow.translate("Import"), text, back) + _steps(uow, step) + body


def _steps(uow: UnitOfWork, step: int) -> Markup:
    return html.ol(
        (
            html.li(
                icon("check") if at < step else html.span(str(at + 1), class_="count", aria_hidden="true"),
                html.span(
                    uow.translate(text),
                    at < step and html.span(" ", uow.translate("(fait)"), class_="unseen"),
                ),
                class_=classes(at < step and "past", at == step and "now"),
                aria_current="step" if at == step else None,
            )
            for at, text in enumerate(TABS)
        ),
        class_="import-steps",
        aria_label=uow.translate("Étapes de l’import"),
    )


def _match_screen(uow: UnitOfWork, run: ImportRun, record: Record) -> Markup:
    again = import_runs.done_before(uow, run)
    warned = Markup()
    if again and again.finished_at and not run.forced:
        day = formats.moment(again.finished_at, uow.zone, uow.language)
        text = html.p(uow.translate("Ce fichier a déjà été importé le {day}, par {name}.", day=day, name=again.author))
        warned = notice(
            uow,
            "pending",
            "clock",
            text,
            html.p(button(uow.translate("Importer quand même"), do="force", class_="btn quiet small")),
        )
    lost = column_matching.missing(record, run.matched)
    left = uow.translate("Il reste à relier : {columns}.", columns=", ".join(lost))
    lacking = notice(uow, "pending", "alert", left) if lost else Markup()
    blocked = bool(lost) or bool(warned)
    actions = html.div(
        button(uow.translate("Vérifier"), do="check", class_="btn", aria_disabled="true" if blocked else None),
        button(uow.translate("Abandonner ce fichier"), do="drop", class_="btn bad"),
        class_="actions",
    )
    return warned + draw_reading(uow, run) + draw_columns(uow, run, record) + lacking + actions


def _finished(uow: UnitOfWork, run: ImportRun) -> Markup:
    when = formats.moment(run.finished_at, uow.zone, uow.language) if run.finished_at else ""
    sheets = import_runs.next_sheets(uow, run)
    again = html.a(
        uow.translate("Importer un autre fichier"), href=PATH, class_=classes("btn", bool(sheets) and "quiet")
    )
    if run.state == ImportState.REFUSED:
        why = UserError(run.problem.get("sentence", ""), **run.problem.get("words", {})).message(uow.language)
        choose = html.a(uow.translate("Choisir un autre fichier"), href=f"{PATH}?genre={run.kind}", class_="btn")
        return notice(uow, "bad", "alert", html.p(why)) + html.div(choose, class_="actions")
    if run.state not in {ImportState.DONE, ImportState.UNDONE}:
        return notice(
            uow, "", "info", uow.translate("Ce fichier a été abandonné : rien n’en a été importé.")
        ) + html.div(again, class_="actions")
    text = uow.translate(
        "Importé le {day} par {name} : {added} lignes ajoutées, {updated} modifiées, {same} sans effet.",
        day=when,
        name=run.author,
        added=figures(run.added, uow.language),
        updated=figures(run.updated, uow.language),
        same=figures(run.unchanged, uow.language),
    )
    if run.state == ImportState.UNDONE:  # that it was taken back is read first
        done = import_undo.outcome(uow, run) + html.p(text, class_="soft")
    else:
        done = notice(uow, "good", "check", html.p(text))
    return done + import_sheets.draw(uow, run, sheets) + html.div(again, class_="actions")


def _match(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    run = import_runs.run_of(uow, page_state.run_id)
    name = act.value
    at = parse_id(act.of)
    if at is None or at >= len(run.heads) or (name and kind(run.kind).field(name) is None):
        raise UserError("Cette colonne n’existe pas. Choisissez-la dans la liste.")
    import_runs.match(uow, run.id, {"columns": {str(at): name}})
    return Answer()


def _fix(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    run = import_runs.run_of(uow, page_state.run_id)
    one, typed = kind(run.kind).field(act.of), act.value[:200]
    if one is None:
        raise UserError("Cette colonne n’existe pas. Choisissez-la dans la liste.")
    if typed.strip():
        one.read(typed, Conventions(zeros=True, today=uow.today))
    import_runs.match(uow, run.id, {"fixed": {one.name: typed.strip()}})
    return Answer()


def _option(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    ticked = act.value == "true"
    options: dict[str, Matched] = {"erase": {"erase": ticked}, "zeros": {"zeros": ticked}}
    if act.of in options:
        import_runs.match(uow, page_state.run_id, options[act.of])
    return Answer()


def _back(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.back = True
    return Answer(focus="columns")


def _force(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    import_runs.force(uow, page_state.run_id)
    return Answer(focus="check")


def _drop(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    import_runs.run_of(uow, page_state.run_id)
    if not jobs.stop(page_state.run_id):
        raise TOO_LATE
    import_runs.drop(uow, page_state.run_id)
    return Answer(toast=uow.translate("Le fichier est abandonné."))


def _stop(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    import_runs.run_of(uow, page_state.run_id)
    if not jobs.stop(page_state.run_id):
        raise TOO_LATE
    return Answer(toast=uow.translate("L’import est arrêté : rien n’a été enregistré."))


@only_shows
def _turn_faults(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, import_faults.PAGE)
    return Answer(focus="faults")


def _take_back(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    corrections.take_back(uow, page_state.run_id)
    return Answer(toast=uow.translate("Le fichier est de nouveau tel que vous l’avez donné."))


def _report(uow: UnitOfWork, page_state: PageState) -> tuple[ImportRun, Report]:
    run = import_runs.run_of(uow, page_state.run_id)
    report = jobs.report_of(uow, run)
    if report is None:
        raise UserError("Cette vérification n’est plus à jour. Vérifiez le fichier à nouveau.")
    return run, report


def _answer(uow: UnitOfWork, act: Act, page_state: PageState) -> None:
    run, report = _report(uow, page_state)
    import_questions.answer(uow, act, run.id, report.questions)


def _correct(uow: UnitOfWork, act: Act, page_state: PageState) -> None:
    run, report = _report(uow, page_state)
    said = import_questions.answer(uow, act, run.id, report.questions)
    if not import_faults.corrected(uow, act, run, report.faults) and not said:
        raise UserError("Répondez à une question, écrivez une correction, ou mettez une ligne de côté.")


def _starting(
    page_state: PageState, *, writes: bool = False, first: Callable[[UnitOfWork, Act, PageState], None] | None = None
) -> Callable[..., Any]:
    """Check the file, or import it (`writes`); `first` keeps what was said or corrected before a check."""

    async def begin(caller: Caller, act: Act) -> Answer:
        if first:
            if jobs.job_of(page_state.run_id):  # it would be said of a check that began before
                raise jobs.WORKING
            with caller.unit_of_work(writes=True) as uow:
                first(uow, act, page_state)
        with caller.unit_of_work() as uow:
            run = import_runs.run_of(uow, page_state.run_id)
            if run.state != ImportState.WAITING:
                raise UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
            column_matching.check(kind(run.kind), run.matched)
            if import_runs.done_before(uow, run) and not run.forced:
                raise UserError("Ce fichier a déjà été importé. Confirmez que vous voulez l’importer à nouveau.")
            report = jobs.report_of(uow, run)
            if writes and report and report.conflicts and act.values.get("lu") != "oui":
                raise UserError("Lisez les points à vérifier, puis cochez la case.")
            jobs.start(uow, run, writes=writes)
        page_state.back = False
        text = _("Import en cours…") if writes else _("Vérification en cours…")
        return Answer(
            announce=caller.translate(text),
            forget=f"import-{page_state.run_id}-{act.of}" if act.do == "correct" else "",
        )

    return begin

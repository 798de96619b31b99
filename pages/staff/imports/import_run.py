"""One import, step by step: its columns matched, the dry run read, then all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import lists
from components.ui.icons import icon
from components.ui.lists import Listing
from components.ui.markup import acting_form, button, classes, tag
from components.ui.panel import Act, Answer
from components.ui.review_queue import acts_of
from data.accounts.caller import Caller
from data.core import formats
from data.core.errors import Refused
from data.core.i18n import figures
from data.core.unit_of_work import Visit
from data.importing import column_matching, jobs, reports
from data.importing import runs as import_runs
from data.importing.jobs import Job
from data.importing.kinds.registry import KINDS, kind
from data.importing.pipeline import Report
from data.importing.planning import Change, Fault
from data.importing.records import Record
from data.importing.runs import ImportRun
from pages.staff.imports import import_lists
from pages.staff.imports.import_columns import draw_columns
from pages.staff.imports.import_files import PATH

TABS = ("Fichier", "Colonnes", "Vérification", "Import")


@dataclass
class Desk:
    """What one open page shows; `back` is the person gone back to the columns."""

    run_id: int
    back: bool = False
    faults: Listing[Fault] = field(default_factory=import_lists.faults)
    doubts: Listing[import_lists.Doubt] = field(default_factory=import_lists.doubts)
    changes: Listing[Change] = field(default_factory=import_lists.changes)


@screen(f"{PATH}/{{n}}", Audience.MANAGER, title="Import")
def import_run(v: Visit, n: int) -> None:
    import_runs.manager_only(v)
    v.get(ImportRun, n)
    desk = Desk(n)
    acts: dict[str, Callable[..., Any]] = {
        "match": _match,
        "fix": _fix,
        "option": _option,
        "back": _back,
        "force": _force,
        "drop": _drop,
        "stop": _stop,
    }
    Panel(
        v,
        lambda w: _draw(w, desk),
        follows=[("import", n)],
        classes="flow",
        on={
            **acts_of(desk, acts),
            "check": _starting(desk, writes=False),
            "import": _starting(desk, writes=True),
            **lists.acts(desk.faults),
            **lists.acts(desk.doubts),
            **lists.acts(desk.changes),
        },
    )


def _draw(v: Visit, desk: Desk) -> Markup:
    run = v.get(ImportRun, desk.run_id)
    record, job = KINDS.get(run.kind), jobs.job_of(run.id)
    report = jobs.report_of(run)
    if run.state == "waiting" and record:
        if job:
            step, body = (3 if job.writes else 2), _progress(v, job)
        elif report and not desk.back:
            step, body = 2, _read(v, desk, run, report)
        else:
            step, body = 1, _match_screen(v, run, record)
        problem = None if job else jobs.problem_of(run.id)
        body = (_notice(v, "bad", "alert", problem.tell(v.tongue)) if problem else Markup()) + body
    else:
        step, body = (4 if run.state == "done" else 0), _over(v, run)
    told = " · ".join(
        part
        for part in (
            v.say(record.label) if record else run.kind,
            v.say("{count} ligne#{count} lignes", count=run.rows) if run.rows else "",
            run.about,
        )
        if part
    )
    back = tag("a", icon("previous"), v.say("Tous les imports"), href=PATH, class_="link back")
    return head(run.file_name or v.say("Import"), told, back) + _steps(v, step) + body


def _steps(v: Visit, step: int) -> Markup:
    return tag(
        "ol",
        (
            tag(
                "li",
                icon("check") if at < step else tag("span", str(at + 1), class_="count", aria_hidden="true"),
                tag("span", v.say(words), at < step and tag("span", " ", v.say("(fait)"), class_="unseen")),
                class_=classes(at < step and "past", at == step and "now"),
                aria_current="step" if at == step else None,
            )
            for at, words in enumerate(TABS)
        ),
        class_="import-steps",
        aria_label=v.say("Étapes de l’import"),
    )


def _notice(v: Visit, look: str, drawing: str, *words: Any) -> Markup:
    return tag(
        "div", icon(drawing), tag("div", words, class_="flow tight"), class_=classes("notice", look), role="status"
    )


def _progress(v: Visit, job: Job) -> Markup:
    words = v.say(jobs.PHASES[job.phase])
    counted = job.phase in {"reading", "checking"} and job.total
    told = (
        v.say("{done} lignes sur {total}", done=figures(job.done, v.tongue), total=figures(job.total, v.tongue))
        if counted
        else ""
    )
    bar = (
        tag("progress", value=job.done, max=job.total, aria_labelledby="phase")
        if counted
        else tag("progress", aria_labelledby="phase")
    )
    stop = button(v.say("Arrêter"), do="stop", class_="btn bad") if job.phase != "writing" else None
    return tag(
        "section",
        tag("h2", words, id="phase", role="status"),
        bar,
        tag("p", told or formats.NBSP, class_="soft"),
        tag(
            "p",
            v.say("Vous pouvez quitter cette page : l’import continue, et son résultat vous attend ici."),
            class_="soft",
        ),
        tag("div", stop, class_="actions"),
        class_="card progress",
        aria_label=v.say("Avancement"),
    )


def _match_screen(v: Visit, run: ImportRun, record: Record) -> Markup:
    again = import_runs.done_before(v, run)
    warned = Markup()
    if again and again.finished_at and not run.forced:
        day = formats.moment(again.finished_at, v.zone, v.tongue)
        words = tag("p", v.say("Ce fichier a déjà été importé le {day}, par {name}.", day=day, name=again.author))
        warned = _notice(
            v,
            "pending",
            "clock",
            words,
            tag("p", button(v.say("Importer quand même"), do="force", class_="btn quiet small")),
        )
    lost = column_matching.missing(record, run.matched)
    lacking = (
        _notice(v, "pending", "alert", v.say("Il reste à relier : {columns}.", columns=", ".join(lost)))
        if lost
        else Markup()
    )
    blocked = bool(lost) or bool(warned)
    actions = tag(
        "div",
        button(v.say("Vérifier"), do="check", class_="btn", aria_disabled="true" if blocked else None),
        button(v.say("Abandonner ce fichier"), do="drop", class_="btn bad"),
        class_="actions",
    )
    return warned + draw_columns(v, run, record) + lacking + actions


def _read(v: Visit, desk: Desk, run: ImportRun, report: Report) -> Markup:
    """The dry run: what is wrong, or what changes; nothing is written yet."""
    back = button(v.say("Revenir aux colonnes"), do="back", class_="btn quiet")
    files = tag(
        "p",
        v.say("Rapport complet :"),
        " ",
        (tag("a", form.upper(), href=f"{PATH}/{run.id}/rapport.{form}") for form in ("xlsx", "csv")),
        class_="pair",
    )
    if report.faults:
        lines = reports.faulty_lines(report)
        words = tag(
            "p",
            v.say(
                "{count} ligne est à corriger : rien n’a été importé.#{count} lignes sont à corriger : rien n’a été importé.",
                count=lines,
            ),
        )
        how = tag("p", v.say("Corrigez dans votre logiciel ou dans le fichier, puis donnez le fichier à nouveau."))
        again = tag("a", v.say("Donner le fichier corrigé"), href=f"{PATH}?genre={run.kind}", class_="btn")
        shown = tag(
            "section", _list(v, desk.faults, report.faults), class_="card", aria_label=v.say("Lignes à corriger")
        )
        return _notice(v, "bad", "alert", words, how) + tag("div", again, back, files, class_="actions") + shown
    moved = (
        _notice(
            v,
            "pending",
            "alert",
            v.say("Le portail a changé depuis la vérification. Relisez ce qui va changer, puis importez."),
        )
        if report.moved
        else Markup()
    )
    doubts = (
        tag(
            "section",
            _list(v, desk.doubts, report.doubts),
            class_="card",
            aria_label=v.say("À vérifier avant d’importer"),
        )
        if report.doubts
        else Markup()
    )
    changes = tag("section", _list(v, desk.changes, report.changes), class_="card", aria_label=v.say("Ce qui change"))
    return moved + _sums(v, report) + doubts + changes + _confirm(v, report, back, files)


def _list(v: Visit, listing: Listing[Any], rows: list[Any]) -> Markup:
    """A search where the list can pass ten rows."""
    return lists.draw(v, replace(listing, searched=len(rows) > 10), rows)


def _sums(v: Visit, report: Report) -> Markup:
    pairs = (("added", "Lignes qui ajoutent"), ("updated", "Lignes qui modifient"), ("unchanged", "Lignes sans effet"))
    return tag(
        "dl",
        (
            tag("div", tag("dt", v.say(words)), tag("dd", figures(report.counts[name], v.tongue)))
            for name, words in pairs
        ),
        tag("div", tag("dt", v.say("Points à vérifier")), tag("dd", figures(len(report.doubts), v.tongue))),
        class_="import-sums",
    )


def _confirm(v: Visit, report: Report, back: Markup, files: Markup) -> Markup:
    box = (
        tag(
            "label",
            tag("input", type="checkbox", name="lu", value="oui", id="lu"),
            v.say("J’ai lu le point à vérifier.#J’ai lu les {count} points à vérifier.", count=len(report.doubts)),
            class_="check",
            for_="lu",
        )
        if report.doubts
        else None
    )
    done = report.counts["added"] + report.counts["updated"]
    go = tag(
        "button",
        v.say("Importer {count} ligne#Importer {count} lignes", count=done) if done else v.say("Terminer"),
        type="submit",
        class_="btn",
    )
    return acting_form(
        box, tag("div", go, back, files, class_="actions"), do="import", of="", class_="stack-form", id="confirm"
    )


def _over(v: Visit, run: ImportRun) -> Markup:
    when = formats.moment(run.finished_at, v.zone, v.tongue) if run.finished_at else ""
    again = tag("a", v.say("Importer un autre fichier"), href=PATH, class_="btn")
    if run.state == "refused":
        why = Refused(run.problem.get("sentence", ""), **run.problem.get("words", {})).tell(v.tongue)
        choose = tag("a", v.say("Choisir un autre fichier"), href=f"{PATH}?genre={run.kind}", class_="btn")
        return _notice(v, "bad", "alert", tag("p", why)) + tag("div", choose, class_="actions")
    if run.state != "done":
        return _notice(v, "", "info", v.say("Ce fichier a été abandonné : rien n’en a été importé.")) + tag(
            "div", again, class_="actions"
        )
    told = v.say(
        "Importé le {day} par {name} : {added} lignes ajoutées, {updated} modifiées, {same} sans effet.",
        day=when,
        name=run.author,
        added=figures(run.added, v.tongue),
        updated=figures(run.updated, v.tongue),
        same=figures(run.unchanged, v.tongue),
    )
    return _notice(v, "good", "check", tag("p", told)) + tag("div", again, class_="actions")


def _match(v: Visit, act: Act, desk: Desk) -> Answer:
    run = v.get(ImportRun, desk.run_id)
    name = next(iter(act.values.values()), "")
    if not act.of.isdecimal() or int(act.of) >= len(run.heads) or (name and kind(run.kind).field(name) is None):
        raise Refused("Cette colonne n’existe pas. Choisissez-la dans la liste.")
    import_runs.match(v, run.id, {"columns": {act.of: name}})
    return Answer()


def _fix(v: Visit, act: Act, desk: Desk) -> Answer:
    run = v.get(ImportRun, desk.run_id)
    one, typed = kind(run.kind).field(act.of), next(iter(act.values.values()), "")[:200]
    if one is None:
        raise Refused("Cette colonne n’existe pas. Choisissez-la dans la liste.")
    if typed.strip():
        one.read(typed, zeros=True)
    import_runs.match(v, run.id, {"fixed": {one.name: typed.strip()}})
    return Answer()


def _option(v: Visit, act: Act, desk: Desk) -> Answer:
    if act.of in {"erase", "zeros"}:
        import_runs.match(v, desk.run_id, {act.of: next(iter(act.values.values()), "") == "true"})
    return Answer()


def _back(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.back = True
    return Answer(focus="columns")


def _force(v: Visit, act: Act, desk: Desk) -> Answer:
    import_runs.force(v, desk.run_id)
    return Answer(focus="check")


def _drop(v: Visit, act: Act, desk: Desk) -> Answer:
    if not jobs.stop(desk.run_id):
        raise Refused("L’import s’enregistre déjà : il ne peut plus être arrêté.")
    import_runs.drop(v, desk.run_id)
    return Answer(toast=v.say("Le fichier est abandonné."))


def _stop(v: Visit, act: Act, desk: Desk) -> Answer:
    if not jobs.stop(desk.run_id):
        raise Refused("L’import s’enregistre déjà : il ne peut plus être arrêté.")
    return Answer(toast=v.say("L’import est arrêté : rien n’a été enregistré."))


def _starting(desk: Desk, *, writes: bool) -> Callable[..., Any]:
    async def begin(caller: Caller, act: Act) -> Answer:
        with caller.visit() as v:
            import_runs.manager_only(v)
            run = v.get(ImportRun, desk.run_id)
            if run.state != "waiting":
                raise Refused("Ce fichier n’attend plus. Choisissez-le à nouveau.")
            column_matching.check(kind(run.kind), run.matched)
            if import_runs.done_before(v, run) and not run.forced:
                raise Refused("Ce fichier a déjà été importé. Confirmez que vous voulez l’importer à nouveau.")
            report = jobs.report_of(run)
            if writes and report and report.doubts and act.values.get("lu") != "oui":
                raise Refused("Lisez les points à vérifier, puis cochez la case.")
            jobs.start(v, run, writes=writes)
        desk.back = False
        return Answer(say=caller.say("Import en cours…") if writes else caller.say("Vérification en cours…"))

    return begin

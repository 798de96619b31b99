"""The other sheets of a workbook, once one of them is imported: the next one in one press, matched as this one was."""

from collections.abc import Sequence

from markupsafe import Markup

from components.ui import html
from components.ui.markup import button
from components.ui.panel import Act, Answer, Handler
from data.accounts.caller import Caller
from data.core.errors import NotFound
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.importing import column_matching, jobs
from data.importing import runs as import_runs
from data.importing.kinds.registry import kind
from data.importing.runs import ImportRun
from pages.staff.imports.import_files import PATH


def draw(uow: UnitOfWork, run: ImportRun, sheets: Sequence[str]) -> Markup:
    """`sheets`: those that are left, the one that comes next first."""
    if not sheets:
        return Markup()
    title = uow.ngettext("Ce classeur a une autre feuille", "Ce classeur a {count} autres feuilles", count=len(sheets))
    text = uow.translate(
        "Le fichier est gardé deux jours pour elles. Ce que vous avez choisi pour « {sheet} » est repris ; ce qui peut changer vous sera demandé.",
        sheet=run.sheet,
    )
    others = [_go_on(uow, run, name, "btn quiet") for name in sheets[1:]]
    return html.section(
        html.h2(title, id="sheets", tabindex="-1"),
        html.p(text, class_="soft"),
        html.div(_go_on(uow, run, sheets[0], "btn"), others, class_="actions"),
        class_="card flow tight",
        aria_labelledby="sheets",
    )


def _go_on(uow: UnitOfWork, run: ImportRun, name: str, look: str) -> Markup:
    text = uow.translate("Importer « {sheet} »", sheet=name)
    return button(text, do="sheet", of=str(run.sheets.index(name)), class_=look)


def acts(run_id: int) -> dict[str, Handler]:
    async def sheet(caller: Caller, act: Act) -> Answer:
        """Read and matched; checked at once when nothing is left to be matched."""
        with caller.unit_of_work() as uow:
            run, at = import_runs.run_of(uow, run_id), parse_id(act.of)
            if at is None or at >= len(run.sheets):
                raise NotFound(f"sheet of import {run_id}")
            name = run.sheets[at]
        number = await jobs.in_turn(jobs.go_on, caller.unit_of_work, run_id, name)
        with caller.unit_of_work() as uow:
            following = import_runs.run_of(uow, number)
            if following.heads == run.heads and not column_matching.missing(kind(following.kind), following.matched):
                jobs.start(uow, following, writes=False)
        return Answer(go=f"{PATH}/{number}")

    return {"sheet": sheet}

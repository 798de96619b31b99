"""What is wrong in a file, mended on the screen: lines alike together, what stands there, why, what it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from components.ui import html
from components.ui.markup import acting_form, button
from components.ui.pager import pager
from components.ui.panel import Act
from components.ui.tables import row as table_row
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.importing import corrections
from data.importing import runs as import_runs
from data.importing.planning import Fault
from data.importing.runs import ImportRun
from pages.staff.imports.import_lists import lines_in_words

PAGE = 25
MAX_LINES_SHOWN = 4
HEADS = (_("Valeur"), _("Colonne"), _("Lignes"), _("Ce qui ne va pas"), _("Devient"), _("Mettre de côté"))


@dataclass(frozen=True)
class Alike:
    """Faults that one correction mends: the same value of the same column, wrong for the same reason."""

    column: str
    value: str
    why: UserError
    lines: tuple[int, ...]
    about: str = ""

    @property
    def digest(self) -> str:
        """In the names of its fields: the same from one check to the next."""
        return import_runs.digest("\x1f".join((self.column, self.value, str(self.why))).encode())[:12]


def alike(faults: Sequence[Fault]) -> list[Alike]:
    """The largest groups first, then as the file has them."""
    groups: dict[tuple[str, str, str], list[Fault]] = {}
    for each in faults:
        groups.setdefault((each.column, each.value, str(each.why)), []).append(each)
    found = [
        Alike(column, value, same[0].why, tuple(each.line for each in same), same[0].about)
        for (column, value, _), same in groups.items()
    ]
    return sorted(found, key=lambda each: (-len(each.lines), each.lines))


def draw(uow: UnitOfWork, run: ImportRun, faults: Sequence[Fault], skip: int, questions: Markup) -> Markup:
    """One form with the questions: whatever was answered or corrected is sent by either button."""
    groups = alike(faults)
    skip = skip if skip < len(groups) else 0
    shown = groups[skip : skip + PAGE]
    heads = [uow.translate(each) for each in HEADS]
    text = uow.translate(
        "Écrivez ce que la cellule devient, ici même ; ce qui reste vide ne change pas. Le fichier d’origine n’est pas touché."
    )
    grid = html.table(
        html.caption(html.span(uow.translate("Lignes à corriger"), class_="unseen")),
        html.thead(html.tr(html.th(head, scope="col") for head in heads)),
        html.tbody(_row(uow, run, heads, each) for each in shown),
        class_="stack",
    )
    send = html.button(uow.translate("Corriger et vérifier à nouveau"), type="submit", class_="btn")
    mend = html.section(
        html.h2(uow.translate("Lignes à corriger"), id="faults", tabindex="-1"),
        html.p(text, class_="soft"),
        html.div(
            grid,
            pager(uow, skip, PAGE, len(groups), do="turn-faults"),
            html.div(send, class_="actions"),
            class_="stack-form mend",
        ),
        class_="card flow",
        aria_labelledby="faults",
    )
    return acting_form(
        questions,
        mend,
        do="correct",
        of=skip,
        class_="flow",
        id="corrections",
        data_draft=f"import-{run.id}-{skip}",
    )


def _row(uow: UnitOfWork, run: ImportRun, heads: Sequence[str], group: Alike) -> Markup:
    where, name, aside_name = (
        lines_in_words(uow, group.lines, MAX_LINES_SHOWN),
        f"cell-{group.digest}",
        f"aside-{group.digest}",
    )
    field = (
        html.input(
            id=name,
            name=name,
            value="",
            maxlength=corrections.MAX_LENGTH,
            autocomplete="off",
            aria_label=uow.translate(
                "« {value} » ({column}, {lines}) devient", value=group.value or "–", column=group.column, lines=where
            ),
        )
        if group.column in run.heads
        else "–"
    )
    aside = html.label(
        html.input(type="checkbox", id=aside_name, name=aside_name, value="oui"),
        html.span(where, class_="unseen"),
        class_="check",
        for_=aside_name,
    )
    begin = (html.br(), html.span(group.about, class_="soft small")) if len(group.lines) == 1 else None
    cells = (group.value or "–", group.column or "–", (where, begin), group.why.message(uow.language), field, aside)
    return table_row(heads, cells, ("broken", "", "broken"))


def corrected(uow: UnitOfWork, act: Act, run: ImportRun, faults: Sequence[Fault]) -> int:
    """Keep what was typed for the faults that were shown; how many cells and lines it changes."""
    cells, aside = dict[tuple[int, int], str](), set[int]()
    for group in alike(faults):
        typed = act.values.get(f"cell-{group.digest}", "").strip()
        if act.values.get(f"aside-{group.digest}") == "oui":
            aside |= set(group.lines)
        elif typed and group.column in run.heads:
            place = run.heads.index(group.column)
            cells |= {(line, place): typed for line in group.lines}
    if cells:
        corrections.correct(uow, run.id, cells)
    if aside:
        corrections.leave_out(uow, run.id, aside)
    return len(cells) + len(aside)


def draw_corrections(uow: UnitOfWork, run: ImportRun, path: str) -> Markup:
    """What was corrected so far: how much, the corrected file, and the way back."""
    count = corrections.count(run.matched)
    if not count:
        return Markup()
    text = uow.ngettext("{count} correction faite ici.", "{count} corrections faites ici.", count=count)
    files = (html.a(form.upper(), href=f"{path}/corrige.{form}") for form in ("xlsx", "csv"))
    return html.p(
        text,
        " ",
        html.span(uow.translate("Fichier corrigé :"), " ", files, class_="pair"),
        " ",
        button(uow.translate("Oublier ces corrections"), do="take-back", class_="link"),
        class_="soft corrections",
    )

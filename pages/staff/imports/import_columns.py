"""The columns of a file beside ours: proposed from their titles, corrected by hand; fixed values for those it has not."""

from markupsafe import Markup

from components.ui import html
from components.ui.tables import table
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.importing import column_matching
from data.importing.left_columns import left_columns
from data.importing.records import Record
from data.importing.runs import ImportRun


def draw_columns(uow: UnitOfWork, run: ImportRun, record: Record) -> Markup:
    return html.section(
        html.h2(uow.translate("À quoi correspond chaque colonne ?"), id="columns", tabindex="-1"),
        html.p(
            uow.translate(
                "Les correspondances sont proposées d’après les titres, et retenues pour les prochains fichiers semblables."
            ),
            class_="soft",
        ),
        _theirs(uow, run, record),
        class_="card columns",
        aria_label=uow.translate("Colonnes du fichier"),
    ) + html.div(_others(uow, run, record), _options(uow, run), class_="importing")


def _theirs(uow: UnitOfWork, run: ImportRun, record: Record) -> Markup:
    heads = [uow.translate(each) for each in (_("Colonne du fichier"), _("Premières valeurs"), _("Devient"))]
    matched = run.matched.get("columns", {})
    left = {each.at: each.why for each in left_columns(record, run.heads, run.matched)}
    rows = []
    for at, head in enumerate(run.heads):
        samples = " · ".join(filter(None, run.samples[at] if at < len(run.samples) else []))
        rows.append(
            (
                head,
                html.span(samples or "–", class_="soft samples"),
                _choice(uow, record, at, head, matched.get(str(at), ""), left.get(at, "")),
            )
        )
    return table(uow.translate("Colonnes du fichier"), heads, rows, quiet_caption=True)


def _choice(uow: UnitOfWork, record: Record, at: int, head: str, chosen: str, left: str) -> Markup:
    """`left`: why the column is not written."""
    options = [html.option(uow.translate("— ne pas importer —"), value="", selected=not chosen)] + [
        html.option(
            each.label + (" *" if each.key and each.required else ""),
            value=each.name,
            selected=each.name == chosen,
        )
        for each in record.columns
    ]
    name = f"match-{at}"
    chooser = html.select(
        options,
        id=name,
        name=name,
        data_change="match",
        data_of=at,
        aria_label=uow.translate("« {head} » devient", head=head),
        aria_describedby=f"{name}-hint" if left else None,
        class_=None if chosen else "left",
    )
    return html.div(chooser, left and html.span(uow.translate(left), id=f"{name}-hint", class_="hint"), class_="field")


def _others(uow: UnitOfWork, run: ImportRun, record: Record) -> Markup:
    """What the file does not give: a value for every line, or nothing."""
    given, fixed = set(run.matched.get("columns", {}).values()), run.matched.get("fixed", {})
    left = [each for each in record.columns if each.name not in given]
    if not left:
        return html.section(
            html.h2(uow.translate("Colonnes absentes du fichier")),
            html.p(uow.translate("Toutes nos colonnes sont reliées.")),
            class_="card",
        )
    fields = [
        html.div(
            html.label(each.label, each.key and each.required and " *", for_=f"fix-{each.name}"),
            html.input(
                id=f"fix-{each.name}",
                name=f"fix-{each.name}",
                value=fixed.get(each.name, ""),
                data_change="fix",
                data_of=each.name,
                maxlength=200,
                autocomplete="off",
            ),
            class_="field",
        )
        for each in left
    ]
    return html.section(
        html.h2(uow.translate("Colonnes absentes du fichier")),
        html.p(
            uow.translate(
                "Donnez, si vous le voulez, une valeur pour toutes les lignes : l’année scolaire, par exemple."
            ),
            class_="soft",
        ),
        html.details(
            html.summary(uow.ngettext("{count} colonne", "{count} colonnes", count=len(left))),
            html.div(fields, class_="fixed"),
            open=bool(fixed or column_matching.missing(record, run.matched)) or len(left) < 7,
        ),
        class_="card",
        aria_label=uow.translate("Colonnes absentes du fichier"),
    )


def _options(uow: UnitOfWork, run: ImportRun) -> Markup:
    text = {
        "erase": uow.translate("Une cellule vide efface la valeur enregistrée (sinon elle la laisse)"),
        "zeros": uow.translate("Rétablir les zéros du début que le tableur a retirés (codes postaux, téléphones)"),
    }
    boxes = [
        html.label(
            html.input(
                type="checkbox",
                id=f"option-{name}",
                name=f"option-{name}",
                data_change="option",
                data_of=name,
                checked=bool(run.matched.get(name)),
            ),
            text,
            class_="check",
            for_=f"option-{name}",
        )
        for name, text in text.items()
    ]
    return html.section(
        html.h2(uow.translate("Lecture du fichier")),
        boxes,
        class_="card stack-form",
        aria_label=uow.translate("Lecture du fichier"),
    )

"""« Imports »: give a file, take a model or an export, see what was imported."""

from markupsafe import Markup

from components.layout.layout import head
from components.layout.plain_layout import alert
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html, lists
from components.ui.icons import icon
from components.ui.lists import Column, Listing
from components.ui.status_chip import label_of
from components.ui.tables import table
from data.core import formats
from data.core.i18n import _, figures, pair
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork
from data.importing import guarding, long_exports
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS, counts
from data.importing.runs import ImportRun, ImportState
from pages.staff.imports.import_files import PATH


@screen(PATH, Audience.IMPORTS, title=_("Imports"))
def imports(uow: UnitOfWork, manque: str = "", genre: str = "") -> None:
    listing = _listing()
    Panel(uow, lambda w: _draw(w, bool(manque), genre), classes="flow")
    Panel(uow, _export_under_way, follows=[("exports", uow.account_id or 0)], classes="flow")
    Panel(
        uow,
        lambda w: _history(w, listing),
        follows=[("imports", uow.site_id or 0)],
        classes="flow",
        on=lists.acts(listing),
    )


def _draw(uow: UnitOfWork, lacking: bool, chosen: str) -> Markup:
    under = uow.translate("Donnez un fichier de votre logiciel de gestion, ou prenez-en un pour lui.")
    return (
        head(uow.translate("Imports et exports"), under)
        + (alert(uow.translate("Choisissez un fichier CSV ou XLSX.")) if lacking else Markup())
        + html.div(_give(uow, chosen), uow.role == Role.MANAGER and _accepted(uow), class_="importing")
        + _kinds(uow)
    )


def _give(uow: UnitOfWork, chosen: str) -> Markup:
    """The file alone: what it holds is recognised. `chosen`: the kind of the file that is given again."""
    return html.section(
        html.h2(uow.translate("Quel fichier avez-vous ?")),
        html.form(
            html.div(
                html.label(uow.translate("Fichier"), html.span(" ", uow.translate("(obligatoire)")), for_="fichier"),
                html.input(
                    id="fichier",
                    name="fichier",
                    type="file",
                    accept=".csv,.txt,.tsv,.xlsx,.xls",
                    required=True,
                    aria_describedby="fichier-hint",
                ),
                html.span(
                    uow.translate(
                        "De n’importe quel logiciel, tel quel : le portail dit ce qu’il y reconnaît, et rien n’est écrit avant votre accord. "
                        "CSV ou XLSX, 12 Mo, 20 000 lignes et 120 colonnes au plus."
                    ),
                    id="fichier-hint",
                    class_="hint",
                ),
                class_="field",
            ),
            html.input(type="hidden", name="genre", value=chosen) if chosen in KINDS else None,
            html.button(uow.translate("Continuer"), type="submit", class_="btn"),
            method="post",
            action=f"{PATH}/fichier",
            enctype="multipart/form-data",
            class_="stack-form",
        ),
        class_="card",
        aria_label=uow.translate("Importer un fichier"),
    )


def _accepted(uow: UnitOfWork) -> Markup:
    first = f"{formats.school_year(uow.today)[:4]}-09-01"
    return html.section(
        html.h2(uow.translate("Modifications acceptées")),
        html.p(
            uow.translate("Ce que les familles ont changé depuis une date, à reporter dans votre logiciel de gestion."),
            class_="soft",
        ),
        html.form(
            html.div(
                html.label(uow.translate("Depuis le"), for_="depuis"),
                html.input(id="depuis", name="depuis", type="date", value=first),
                class_="field",
            ),
            html.div(
                html.button(uow.translate("Télécharger (XLSX)"), type="submit", class_="btn quiet"),
                html.button(
                    uow.translate("Télécharger (CSV)"),
                    type="submit",
                    class_="btn quiet",
                    formaction="/gestion/exports/modifications.csv",
                ),
                class_="actions",
            ),
            method="get",
            action="/gestion/exports/modifications.xlsx",
            class_="stack-form",
        ),
        class_="card",
        aria_label=uow.translate("Modifications acceptées"),
    )


def _kinds(uow: UnitOfWork) -> Markup:
    known = counts(uow)
    heads = [uow.translate(each) for each in (_("Fiches"), _("Dans le portail"), _("Modèle"), _("Export"))]
    rows = [
        (
            uow.translate(each.label),
            f"{known[each.name]:,}".replace(",", formats.NBSP),
            _links(uow, f"{PATH}/modeles/{each.name}", uow.translate("Modèle"), uow.translate(each.label)),
            _links(uow, f"/gestion/exports/{each.name}", uow.translate("Export"), uow.translate(each.label)),
        )
        for each in KINDS.values()
        if import_runs.has_kind(uow, each.name)
    ]
    text = uow.translate("Une installation nouvelle les importe dans cet ordre. Un export se relit tel quel.")
    body = html.h2(uow.translate("Genres de fiches")) + html.p(text, class_="soft")
    return html.section(
        body,
        _withheld(uow),
        table(uow.translate("Genres de fiches"), heads, rows, quiet_caption=True),
        class_="card kinds",
    )


def _withheld(uow: UnitOfWork) -> Markup | None:
    """What an export of the secretariat does not have."""
    count = len(guarding.guarded(uow).families)
    if not count:
        return None
    text = uow.ngettext(
        "{count} famille sous protection : coordonnées non exportées.",
        "{count} familles sous protection : coordonnées non exportées.",
        count=count,
    )
    return html.p(icon("info"), " ", text, class_="soft")


def _links(uow: UnitOfWork, path: str, what: str, label: str) -> Markup:
    return html.span(
        (
            html.a(form.upper(), href=f"{path}.{form}", aria_label=pair(f"{what} {form.upper()}", label, uow.language))
            for form in ("xlsx", "csv")
        ),
        class_="pair",
    )


def _export_under_way(uow: UnitOfWork) -> Markup:
    """Of a large file, that the browser waits for: how far it is."""
    under_way = long_exports.of(uow.account_id or 0)
    if under_way is None:
        return Markup()
    done, total = under_way.done, under_way.total
    title = uow.translate("Export en cours : {kind}", kind=uow.translate(KINDS[under_way.kind].label))
    text = uow.translate(
        "{done} lignes sur {total}", done=figures(done, uow.language), total=figures(total, uow.language)
    )
    return html.section(
        html.h2(title, id="export-title", role="status"),
        html.progress(value=done or None, max=total, aria_labelledby="export-title"),
        html.p(text if done else uow.translate("Lecture des fiches du conservatoire…"), class_="soft"),
        html.p(uow.translate("Le fichier arrive dans vos téléchargements dès qu’il est prêt."), class_="soft"),
        class_="card progress",
        aria_labelledby="export-title",
    )


def _file_and_sheet(run: ImportRun) -> tuple[str, str]:
    return run.file_name, run.sheet if len(run.sheets) > 1 else ""


def _listing() -> Listing[ImportRun]:
    return Listing(
        "runs",
        "Derniers imports",
        [
            Column("Fichier", lambda uow, run: " · ".join(filter(None, _file_and_sheet(run))) or "–"),
            Column("Fiches", lambda uow, run: uow.translate(KINDS[run.kind].label) if run.kind in KINDS else run.kind),
            Column(
                "Date",
                lambda uow, run: formats.moment(run.created_at, uow.zone, uow.language),
                key=lambda run: run.created_at,
            ),
            Column("Par", lambda uow, run: run.author),
            Column("État", lambda uow, run: uow.translate(label_of(ImportState(run.state)))),
            Column("Lignes", lambda uow, run: str(run.rows), key=lambda run: run.rows, look="num"),
            Column(
                "Ajoutées",
                lambda uow, run: str(run.added) if run.state == ImportState.DONE else "",
                key=lambda run: run.added,
                look="num",
            ),
            Column(
                "Modifiées",
                lambda uow, run: str(run.updated) if run.state == ImportState.DONE else "",
                key=lambda run: run.updated,
                look="num",
            ),
        ],
        of=lambda run: run.id,
        href=lambda run: f"{PATH}/{run.id}",
        empty=_("Aucun import pour l’instant."),
        searched=True,
    )


def _history(uow: UnitOfWork, listing: Listing[ImportRun]) -> Markup:
    return lists.draw(uow, listing, import_runs.latest(uow))

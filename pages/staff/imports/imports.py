"""« Imports »: give a file, take a model or an export, see what was imported."""

from markupsafe import Markup

from components.layout.layout import head
from components.layout.plain_layout import alert
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import lists
from components.ui.lists import Column, Listing
from components.ui.markup import tag
from components.ui.tables import table
from data.core import formats
from data.core.unit_of_work import Visit
from data.importing import runs as import_runs
from data.importing.kinds.registry import KINDS, counts
from data.importing.runs import ImportRun
from pages.staff.imports.import_files import PATH

STATES = {"waiting": "En attente", "refused": "Refusé", "done": "Importé", "dropped": "Abandonné"}


@screen(PATH, Audience.MANAGER, title="Imports")
def imports(v: Visit, manque: str = "", genre: str = "") -> None:
    listing = _listing()
    Panel(v, lambda w: _draw(w, bool(manque), genre), classes="flow")
    Panel(
        v, lambda w: _history(w, listing), follows=[("imports", v.site_id or 0)], classes="flow", on=lists.acts(listing)
    )


def _draw(v: Visit, lacking: bool, chosen: str) -> Markup:
    under = v.say("Donnez un fichier de votre logiciel de gestion, ou prenez-en un pour lui.")
    return (
        head(v.say("Imports et exports"), under)
        + (alert(v.say("Choisissez le genre de fiches et un fichier CSV ou XLSX.")) if lacking else Markup())
        + tag("div", _give(v, chosen), _accepted(v), class_="exchange")
        + _kinds(v)
    )


def _give(v: Visit, chosen: str) -> Markup:
    options = [tag("option", v.say("Choisissez…"), value="")] + [
        tag("option", v.say(each.label), value=each.name, selected=each.name == chosen) for each in KINDS.values()
    ]
    return tag(
        "section",
        tag("h2", v.say("Importer un fichier")),
        tag(
            "form",
            tag(
                "div",
                tag("label", v.say("Genre de fiches"), for_="genre"),
                tag("select", options, id="genre", name="genre", required=True),
                class_="field",
            ),
            tag(
                "div",
                tag("label", v.say("Fichier"), for_="fichier"),
                tag(
                    "input",
                    id="fichier",
                    name="fichier",
                    type="file",
                    accept=".csv,.txt,.tsv,.xlsx",
                    required=True,
                    aria_describedby="fichier-hint",
                ),
                tag(
                    "span",
                    v.say("CSV ou XLSX, de n’importe quel logiciel : 12 Mo, 20 000 lignes et 60 colonnes au plus."),
                    id="fichier-hint",
                    class_="hint",
                ),
                class_="field",
            ),
            tag("button", v.say("Continuer"), type="submit", class_="btn"),
            method="post",
            action=f"{PATH}/fichier",
            enctype="multipart/form-data",
            class_="stack-form",
        ),
        class_="card",
        aria_label=v.say("Importer un fichier"),
    )


def _accepted(v: Visit) -> Markup:
    first = f"{formats.school_year(v.today)[:4]}-09-01"
    return tag(
        "section",
        tag("h2", v.say("Modifications acceptées")),
        tag(
            "p",
            v.say("Ce que les familles ont changé depuis une date, à reporter dans votre logiciel de gestion."),
            class_="soft",
        ),
        tag(
            "form",
            tag(
                "div",
                tag("label", v.say("Depuis le"), for_="depuis"),
                tag("input", id="depuis", name="depuis", type="date", value=first),
                class_="field",
            ),
            tag(
                "div",
                tag("button", v.say("Télécharger (XLSX)"), type="submit", class_="btn quiet"),
                tag(
                    "button",
                    v.say("Télécharger (CSV)"),
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
        aria_label=v.say("Modifications acceptées"),
    )


def _kinds(v: Visit) -> Markup:
    known = counts(v)
    heads = [v.say(each) for each in ("Fiches", "Dans le portail", "Modèle", "Export")]
    rows = [
        (
            v.say(each.label),
            f"{known[each.name]:,}".replace(",", formats.NBSP),
            _links(v, f"{PATH}/modeles/{each.name}", v.say("Modèle"), v.say(each.label)),
            _links(v, f"/gestion/exports/{each.name}", v.say("Export"), v.say(each.label)),
        )
        for each in KINDS.values()
    ]
    words = v.say("Une installation nouvelle les importe dans cet ordre. Un export se relit tel quel.")
    body = tag("h2", v.say("Genres de fiches")) + tag("p", words, class_="soft")
    return tag("section", body, table(v.say("Genres de fiches"), heads, rows, quiet_caption=True), class_="card kinds")


def _links(v: Visit, path: str, what: str, label: str) -> Markup:
    return tag(
        "span",
        (
            tag("a", form.upper(), href=f"{path}.{form}", aria_label=f"{what} {form.upper()} : {label}")
            for form in ("xlsx", "csv")
        ),
        class_="pair",
    )


def _listing() -> Listing[ImportRun]:
    return Listing(
        "runs",
        "Derniers imports",
        [
            Column("Fichier", lambda v, run: run.file_name or "–"),
            Column("Fiches", lambda v, run: v.say(KINDS[run.kind].label) if run.kind in KINDS else run.kind),
            Column(
                "Date", lambda v, run: formats.moment(run.created_at, v.zone, v.tongue), key=lambda run: run.created_at
            ),
            Column("Par", lambda v, run: run.author),
            Column("État", lambda v, run: v.say(STATES[run.state])),
            Column("Lignes", lambda v, run: str(run.rows), key=lambda run: run.rows, look="num"),
            Column(
                "Ajoutées",
                lambda v, run: str(run.added) if run.state == "done" else "",
                key=lambda run: run.added,
                look="num",
            ),
            Column(
                "Modifiées",
                lambda v, run: str(run.updated) if run.state == "done" else "",
                key=lambda run: run.updated,
                look="num",
            ),
        ],
        of=lambda run: run.id,
        href=lambda run: f"{PATH}/{run.id}",
        empty="Aucun import pour l’instant.",
        searched=True,
    )


def _history(v: Visit, listing: Listing[ImportRun]) -> Markup:
    return lists.draw(v, listing, import_runs.latest(v))

"""The campaign's pupils by state, filtered, searched, sorted by the database; each leads to its request at the office."""

from markupsafe import Markup

from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.pager import pager, skip_to
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import label_of, status_chip
from components.ui.tables import row as table_row
from data.core import formats
from data.core.fields import full_name
from data.core.i18n import _, plural
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import campaign_admin
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import DocumentState, ReenrolmentState
from data.reenrolment.request_list import COLUMNS, PAGE, Row
from pages.staff.queue import tabs
from pages.staff.reenrolment.campaign_head import PATH, PageState, query_of

LABELS = (_("Élève"), _("Cycle"), _("Famille"), _("État"), _("Pièces"), _("Envoyée le"))
LEFT_OUT = {
    DocumentState.RECEIVED: (plural("{count} reçue", "{count} reçues")),
    DocumentState.VALIDATED: (plural("{count} validée", "{count} validées")),
    DocumentState.REFUSED: (plural("{count} refusée", "{count} refusées")),
}


def draw(uow: UnitOfWork, campaign: Campaign, page_state: PageState, counts: dict[str, int]) -> Markup:
    rows, total = reenrolment_list.page(uow, campaign, page_state.wanted, counted=counts)
    body = (
        _table(uow, page_state, rows) if rows else html.p(uow.translate("Aucun élève ne correspond."), class_="nothing")
    )
    return html.section(
        _filters(uow, campaign, page_state, total, counts),
        body,
        pager(uow, page_state.wanted.skip, PAGE, total),
        class_="card listing",
        aria_label=uow.translate("Demandes"),
    )


def _filters(uow: UnitOfWork, campaign: Campaign, page_state: PageState, total: int, counts: dict[str, int]) -> Markup:
    wanted = page_state.wanted
    states: dict[str, str] = {
        "": uow.translate("Tous les états"),
        **{each: f"{uow.translate(label_of(each))} ({counts[each]})" for each in ReenrolmentState},
    }
    departments = {each: each for each in campaign_admin.departments(uow, campaign.source_year)}
    cycles = {each: each for each in campaign_admin.cycles(uow)}
    asked = query_of(wanted)
    where = f"{PATH}/{campaign.id}/demandes"
    search = html.div(
        html.label(uow.translate("Rechercher"), for_="find"),
        html.input(
            id="find",
            name="find",
            type="search",
            value=wanted.search,
            data_search="find",
            maxlength=60,
            autocomplete="off",
        ),
        class_="field",
    )
    return html.div(
        search,
        _select(uow, "state", _("État"), states, wanted.state),
        _select(
            uow,
            "department",
            _("Département"),
            {"": uow.translate("Tous les départements"), **departments},
            wanted.department,
        ),
        _select(uow, "cycle", _("Cycle"), {"": uow.translate("Tous les cycles"), **cycles}, wanted.cycle),
        html.div(
            html.span(uow.ngettext("{count} élève", "{count} élèves", count=total), class_="soft", role="status"),
            html.a(icon("paper"), "CSV", href=f"{where}.csv?{asked}".rstrip("?"), class_="link", download=True),
            html.a(icon("paper"), "XLSX", href=f"{where}.xlsx?{asked}".rstrip("?"), class_="link", download=True),
            class_="side-actions",
        ),
        class_="filters",
    )


def _select(uow: UnitOfWork, name: str, label: str, options: dict[str, str], now: str) -> Markup:
    choices = [html.option(text, value=value, selected=value == now) for value, text in options.items()]
    field = html.select(choices, id=f"filter-{name}", name=name, data_change=f"filter-{name}")
    return html.div(html.label(uow.translate(label), for_=f"filter-{name}"), field, class_="field")


def _table(uow: UnitOfWork, page_state: PageState, rows: list[Row]) -> Markup:
    heads = [uow.translate(each) for each in LABELS]
    caption = html.caption(html.span(uow.translate("Demandes de réinscription"), class_="unseen"))
    columns = [_head(uow, page_state, name, label) for name, label in zip(COLUMNS, LABELS, strict=True)]
    lines = [table_row(heads, _cells(uow, each), ["", "", "num", "", "", "tight"]) for each in rows]
    return html.table(caption, html.thead(html.tr(columns)), html.tbody(lines, data_rows=True), class_="stack")


def _head(uow: UnitOfWork, page_state: PageState, name: str, label: str) -> Markup:
    if name == "pieces":
        return html.th(uow.translate(label), scope="col")
    now = page_state.wanted.sort == name
    drawn = icon("down" if page_state.wanted.down else "up") if now else icon("sort")
    return html.th(
        button(uow.translate(label), drawn, do="sort", of=name, class_="sort"),
        scope="col",
        aria_sort=("descending" if page_state.wanted.down else "ascending") if now else None,
        class_="num" if name == "family" else None,
    )


def _cells(uow: UnitOfWork, each: Row) -> list[object]:
    name: object = full_name(each.pupil.last_name, each.pupil.first_name)
    if each.sent:
        name = html.a(
            name, href=tabs.path_of("reinscriptions", each.sent.id), data_open=True, id=f"open-{each.sent.id}"
        )
    elif each.family_number:  # nothing is sent: the family is who to call
        name = html.a(name, href=f"/gestion/familles/{each.family_number}", data_open=True)
    items = ", ".join(
        uow.ngettext(*text, count=each.document_states[state])
        for state, text in LEFT_OUT.items()
        if each.document_states.get(state)
    )
    sent = formats.day(each.sent.submitted_at.astimezone(uow.zone).date()) if each.sent else ""
    return [
        name,
        each.pupil.cycle,
        each.family_number or "",
        status_chip(uow, ReenrolmentState(each.state)),
        items,
        sent,
    ]


def choose(name: str):  # type: ignore[no-untyped-def]
    @only_shows
    def filter_by(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
        setattr(page_state.wanted, name, act.values.get(name, "")[:120])
        page_state.wanted.skip = 0
        return Answer(url=page_state.url)

    return filter_by


@only_shows
def find(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.wanted.search, page_state.wanted.skip = act.values.get("find", "")[:60], 0
    return Answer(url=page_state.url)


@only_shows
def sort(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    if act.of not in COLUMNS or act.of == "pieces":
        return Answer()
    page_state.wanted.down = page_state.wanted.sort == act.of and not page_state.wanted.down
    page_state.wanted.sort, page_state.wanted.skip = act.of, 0
    text = (
        _("Trié par {column}, ordre décroissant.")
        if page_state.wanted.down
        else _("Trié par {column}, ordre croissant.")
    )
    return Answer(url=page_state.url, announce=uow.translate(text, column=uow.translate(LABELS[COLUMNS.index(act.of)])))


@only_shows
def turn(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.wanted.skip = skip_to(act, PAGE)
    return Answer(announce=uow.translate("À partir de la ligne {count}.", count=page_state.wanted.skip + 1))

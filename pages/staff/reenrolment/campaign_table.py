"""The campaign's pupils by state, filtered, searched, sorted by the database; each leads to its request at the office."""

from markupsafe import Markup

from components.ui import contact, html
from components.ui.icons import icon
from components.ui.markup import Content, button
from components.ui.pager import pager, skip_to, within
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import label_of, status_chip
from components.ui.tables import row as table_row
from data.core import formats
from data.core.fields import full_name
from data.core.i18n import _, plural
from data.core.unit_of_work import UnitOfWork
from data.families import adults, protection
from data.reenrolment import campaign_admin, export
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import DocumentState, ReenrolmentState
from data.reenrolment.request_list import PAGE, SORTS, Row
from pages.staff.queue import tabs
from pages.staff.reenrolment.campaign_head import COLUMNS, PATH, PageState, query_of
from pages.staff.reenrolment.campaign_prints import PAPERS

NAME, DOCUMENTS = "name", "documents"
LABELS = {
    NAME: _("Élève"),
    "cycle": _("Cycle"),
    "family": _("Famille"),
    "phone": _("Téléphone"),
    "courses": _("Cours"),
    "state": _("État"),
    DOCUMENTS: _("Pièces"),
    "sent": _("Envoyée le"),
    "decided": _("Décidée le"),
}
LOOKS = {"phone": "tight", "sent": "tight", "decided": "tight"}
LEFT_OUT = {
    DocumentState.RECEIVED: (plural("{count} reçue", "{count} reçues")),
    DocumentState.VALIDATED: (plural("{count} validée", "{count} validées")),
    DocumentState.REFUSED: (plural("{count} refusée", "{count} refusées")),
}


def draw(uow: UnitOfWork, campaign: Campaign, page_state: PageState, counts: dict[str, int]) -> Markup:
    rows, total = reenrolment_list.page(uow, campaign, page_state.wanted, counted=counts)
    if page_state.wanted.skip and not rows:
        page_state.wanted.skip = within(page_state.wanted.skip, PAGE, total)
        rows, _total = reenrolment_list.page(uow, campaign, page_state.wanted, counted=counts)
    body = (
        _table(uow, campaign, page_state, rows)
        if rows
        else html.p(uow.translate("Aucun élève ne correspond."), class_="nothing")
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
    asked = query_of(wanted, page_state.columns)
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
        _columns(uow, page_state),
        html.div(
            html.span(uow.ngettext("{count} élève", "{count} élèves", count=total), class_="soft", role="status"),
            html.span(uow.translate("Exporter :")),
            html.a(icon("paper"), "CSV", href=f"{where}.csv?{asked}".rstrip("?"), class_="link", download=True),
            html.a(icon("paper"), "XLSX", href=f"{where}.xlsx?{asked}".rstrip("?"), class_="link", download=True),
            html.span(uow.translate("Imprimer :")),
            [
                html.a(
                    icon("paper"),
                    uow.translate(label),
                    href=f"{PATH}/{campaign.id}/{paper}.pdf?{asked}".rstrip("?"),
                    class_="link",
                )
                for paper, label in PAPERS.items()
            ],
            class_="side-actions",
        ),
        class_="filters",
    )


def _select(uow: UnitOfWork, name: str, label: str, options: dict[str, str], now: str) -> Markup:
    choices = [html.option(text, value=value, selected=value == now) for value, text in options.items()]
    field = html.select(choices, id=f"filter-{name}", name=name, data_change=f"filter-{name}")
    return html.div(html.label(uow.translate(label), for_=f"filter-{name}"), field, class_="field")


def _columns(uow: UnitOfWork, page_state: PageState) -> Markup:
    """Which columns are shown; the pupil's name always is."""
    boxes = [
        html.label(
            html.input(type="checkbox", name=f"column-{each}", checked=each in page_state.columns, data_change="column", data_of=each),
            uow.translate(LABELS[each]),
        )
        for each in COLUMNS
    ]  # fmt: skip
    return html.details(
        html.summary(uow.translate("Colonnes")),
        html.fieldset(html.legend(uow.translate("Colonnes du tableau"), class_="unseen"), boxes, class_="ticks"),
        id="campaign-columns",
        class_="fold-columns",
    )


def _table(uow: UnitOfWork, campaign: Campaign, page_state: PageState, rows: list[Row]) -> Markup:
    shown = (NAME, *page_state.columns)
    heads = [uow.translate(LABELS[each]) for each in shown]
    caption = html.caption(html.span(uow.translate("Demandes de réinscription"), class_="unseen"))
    columns = [_head(uow, page_state, name, label) for name, label in zip(shown, heads, strict=True)]
    more = _more(uow, campaign, page_state.columns, rows)
    looks = [LOOKS.get(each, "") for each in shown]
    lines = [table_row(heads, [_cell(uow, name, row, more) for name in shown], looks) for row in rows]
    return html.table(caption, html.thead(html.tr(columns)), html.tbody(lines, data_rows=True), class_="stack")


def _more(uow: UnitOfWork, campaign: Campaign, columns: tuple[str, ...], rows: list[Row]) -> dict[tuple[str, int], str]:
    """(column, pupil) -> what is asked of the database only for that column."""
    found: dict[tuple[str, int], str] = {}
    if "courses" in columns:
        courses = export.courses_of(uow, campaign, [row.pupil.id for row in rows])
        found |= {
            ("courses", row.pupil.id): ", ".join(
                each.name for each in courses.get(row.pupil.id, ()) if row.sent is None or export.is_asked(row, each)
            )
            for row in rows
        }
    if "phone" in columns:
        known = adults.of_families(uow, (row.family_id for row in rows))
        found |= {
            ("phone", row.pupil.id): next(
                filter(None, (protection.phone_of(uow, each) for each in known[row.family_id])), ""
            )
            for row in rows
            if row.family_id in known
        }
    return found


def _head(uow: UnitOfWork, page_state: PageState, name: str, label: str) -> Markup:
    if name not in SORTS:
        return html.th(label, scope="col")
    now = page_state.wanted.sort == name
    drawn = icon("down" if page_state.wanted.down else "up") if now else icon("sort")
    return html.th(
        button(label, drawn, do="sort", of=name, class_="sort"),
        scope="col",
        aria_sort=("descending" if page_state.wanted.down else "ascending") if now else None,
    )


def _cell(uow: UnitOfWork, name: str, row: Row, more: dict[tuple[str, int], str]) -> Content:
    sent = row.sent
    if name == NAME:
        return _pupil(row)
    if name == "cycle":
        return row.pupil.cycle
    if name == "family":
        return _family(uow, row)
    if name == "state":
        return status_chip(uow, ReenrolmentState(row.state))
    if name == DOCUMENTS:
        return ", ".join(
            uow.ngettext(*text, count=row.document_states[state])
            for state, text in LEFT_OUT.items()
            if row.document_states.get(state)
        )
    if name in {"sent", "decided"}:
        moment = sent and (sent.submitted_at if name == "sent" else sent.decided_at)
        return formats.day(moment.astimezone(uow.zone).date()) if moment else ""
    said = more.get((name, row.pupil.id), "")
    return contact.phone_link(uow, said) if name == "phone" and said else said


def _pupil(row: Row) -> Content:
    """It leads to the request; where nothing is sent, to the family, who is to be called."""
    name = full_name(row.pupil.last_name, row.pupil.first_name)
    if row.sent:
        return html.a(name, href=tabs.path_of("reinscriptions", row.sent.id), data_open=True, id=f"open-{row.sent.id}")
    if row.family_number:
        return html.a(name, href=f"/gestion/familles/{row.family_number}", data_open=True)
    return name


def _family(uow: UnitOfWork, row: Row) -> Content:
    if not row.family_number:
        return ""
    number = uow.translate("n° {number}", number=row.family_number)
    return html.span(row.family_name, " ", html.small(number, class_="soft")) if row.family_name else number


@only_shows
def choose_column(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """It is shown, or no more."""
    shown = set(page_state.columns) ^ ({act.of} & set(COLUMNS))
    page_state.columns = tuple(each for each in COLUMNS if each in shown)
    return Answer(url=page_state.url)


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
    if act.of not in SORTS:
        return Answer()
    page_state.wanted.down = page_state.wanted.sort == act.of and not page_state.wanted.down
    page_state.wanted.sort, page_state.wanted.skip = act.of, 0
    text = (
        _("Trié par {column}, ordre décroissant.")
        if page_state.wanted.down
        else _("Trié par {column}, ordre croissant.")
    )
    return Answer(url=page_state.url, announce=uow.translate(text, column=uow.translate(LABELS[act.of])))


@only_shows
def turn(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.wanted.skip = skip_to(act, PAGE)
    return Answer(announce=uow.translate("À partir de la ligne {count}.", count=page_state.wanted.skip + 1))

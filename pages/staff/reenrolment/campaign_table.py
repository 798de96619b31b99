"""The campaign's pupils by state, filtered, searched, sorted by the database; each leads to its request at the desk."""

from markupsafe import Markup

from components.ui.icons import icon
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import pager
from components.ui.tables import row as table_row
from data.core import formats
from data.core.unit_of_work import Visit
from data.reenrolment import campaign_admin
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from data.reenrolment.request_list import COLUMNS, PAGE, Row
from pages.staff.queue import tabs
from pages.staff.queue.reenrolment_review import STATES, chip
from pages.staff.reenrolment.campaign_head import PATH, Desk, query_of

LABELS = ("Élève", "Cycle", "Famille", "État", "Pièces", "Envoyée le")
LEFT_OUT = {
    "received": ("{count} reçue#{count} reçues"),
    "validated": ("{count} validée#{count} validées"),
    "refused": ("{count} refusée#{count} refusées"),
}


def draw(v: Visit, campaign: Campaign, desk: Desk, counts: dict[str, int]) -> Markup:
    rows, total = reenrolment_list.page(v, campaign, desk.wanted, counted=counts)
    body = _table(v, desk, rows) if rows else tag("p", v.say("Aucun élève ne correspond."), class_="nothing")
    return tag(
        "section",
        _filters(v, campaign, desk, total, counts),
        body,
        pager(v, desk.wanted.skip, PAGE, total),
        class_="card listing",
        aria_label=v.say("Demandes"),
    )


def _filters(v: Visit, campaign: Campaign, desk: Desk, total: int, counts: dict[str, int]) -> Markup:
    wanted = desk.wanted
    order = ("submitted", "to_correct", "validated", "refused", "draft", "silent")
    states = {"": v.say("Tous les états"), **{each: f"{v.say(STATES[each][2])} ({counts[each]})" for each in order}}
    departments = {each: each for each in campaign_admin.departments(v, campaign.source_year)}
    cycles = {each: each for each in campaign_admin.cycles(v)}
    asked = query_of(wanted)
    where = f"{PATH}/{campaign.id}/demandes"
    search = tag(
        "div",
        tag("label", v.say("Rechercher"), for_="find"),
        tag(
            "input",
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
    return tag(
        "div",
        search,
        _select(v, "state", "État", states, wanted.state),
        _select(v, "department", "Département", {"": v.say("Tous les départements"), **departments}, wanted.department),
        _select(v, "cycle", "Cycle", {"": v.say("Tous les cycles"), **cycles}, wanted.cycle),
        tag(
            "div",
            tag("span", v.say("{count} élève#{count} élèves", count=total), class_="soft", role="status"),
            tag("a", icon("paper"), "CSV", href=f"{where}.csv?{asked}".rstrip("?"), class_="link", download=True),
            tag("a", icon("paper"), "XLSX", href=f"{where}.xlsx?{asked}".rstrip("?"), class_="link", download=True),
            class_="side-actions",
        ),
        class_="filters",
    )


def _select(v: Visit, name: str, label: str, options: dict[str, str], now: str) -> Markup:
    choices = [tag("option", words, value=value, selected=value == now) for value, words in options.items()]
    field = tag("select", choices, id=f"filter-{name}", name=name, data_change=f"filter-{name}")
    return tag("div", tag("label", v.say(label), for_=f"filter-{name}"), field, class_="field")


def _table(v: Visit, desk: Desk, rows: list[Row]) -> Markup:
    heads = [v.say(each) for each in LABELS]
    caption = tag("caption", tag("span", v.say("Demandes de réinscription"), class_="unseen"))
    columns = [_head(v, desk, name, label) for name, label in zip(COLUMNS, LABELS, strict=True)]
    lines = [table_row(heads, _cells(v, each), ["", "", "num", "", "", "tight"]) for each in rows]
    return tag("table", caption, tag("thead", tag("tr", columns)), tag("tbody", lines, data_rows=True), class_="stack")


def _head(v: Visit, desk: Desk, name: str, label: str) -> Markup:
    if name == "pieces":
        return tag("th", v.say(label), scope="col")
    now = desk.wanted.sort == name
    drawn = icon("down" if desk.wanted.down else "up") if now else icon("sort")
    return tag(
        "th",
        button(v.say(label), drawn, do="sort", of=name, class_="sort"),
        scope="col",
        aria_sort=("descending" if desk.wanted.down else "ascending") if now else None,
        class_="num" if name == "family" else None,
    )


def _cells(v: Visit, each: Row) -> list[object]:
    name: object = f"{each.pupil.last_name} {each.pupil.first_name}"
    if each.sent:
        name = tag(
            "a", name, href=tabs.path_of("reinscriptions", each.sent.id), data_open=True, id=f"open-{each.sent.id}"
        )
    elif each.family_number:  # nothing is sent: the family is who to call
        name = tag("a", name, href=f"/gestion/familles/{each.family_number}", data_open=True)
    pieces = ", ".join(
        v.say(words, count=each.pieces[state]) for state, words in LEFT_OUT.items() if each.pieces.get(state)
    )
    sent = formats.day(each.sent.submitted_at.astimezone(v.zone).date()) if each.sent else ""
    return [name, each.pupil.cycle, each.family_number or "", chip(v, each.state), pieces, sent]


def choose(name: str):  # type: ignore[no-untyped-def]
    @only_shows
    def filter_by(_v: Visit, act: Act, desk: Desk) -> Answer:
        setattr(desk.wanted, name, act.values.get(name, "")[:120])
        desk.wanted.skip = 0
        return Answer(url=desk.url)

    return filter_by


@only_shows
def find(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.wanted.search, desk.wanted.skip = act.values.get("find", "")[:60], 0
    return Answer(url=desk.url)


@only_shows
def sort(v: Visit, act: Act, desk: Desk) -> Answer:
    if act.of not in COLUMNS or act.of == "pieces":
        return Answer()
    desk.wanted.down = desk.wanted.sort == act.of and not desk.wanted.down
    desk.wanted.sort, desk.wanted.skip = act.of, 0
    words = "Trié par {column}, ordre décroissant." if desk.wanted.down else "Trié par {column}, ordre croissant."
    return Answer(url=desk.url, say=v.say(words, column=v.say(LABELS[COLUMNS.index(act.of)])))


@only_shows
def turn(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.wanted.skip = int(act.of) if act.of.isdecimal() and len(act.of) < 7 else 0
    return Answer(say=v.say("À partir de la ligne {count}.", count=desk.wanted.skip + 1))

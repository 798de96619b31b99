"""« Journal »: who did what to which record when, with old and new. Read only; for the « responsable »."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import pager
from components.ui.tables import row
from data.accounts.caller import Caller
from data.core import fields, formats, spreadsheets
from data.core.errors import NotYours, Refused
from data.core.i18n import pair
from data.core.unit_of_work import Visit
from data.office import audit_log
from data.office.audit_log import MOST_COUNTED, PAGE, Asked, Told
from data.office.audit_words import ACTIONS, SUBJECTS
from pages.staff import journal_entry

PATH = "/gestion/journal"
COLUMNS = (("at", "Date"), ("actor", "Personne"), ("action", "Action"), ("", "Enregistrement"), ("family", "Famille"))


@dataclass
class Desk:
    """What one open page shows: what is looked for, the page, the entry whose detail is open; faults of the days."""

    asked: Asked
    skip: int = 0
    entry_id: int | None = None
    faults: dict[str, Refused] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return path_of(self.asked, self.entry_id)


def path_of(asked: Asked, opened: int | None = None, path: str = PATH) -> str:
    given = {
        "r": asked.search,
        "action": asked.action,
        "qui": asked.actor,
        "famille": asked.family,
        "sur": asked.subject,
        "n": asked.subject_id,
        "du": asked.since,
        "au": asked.until,
        "tri": "" if (asked.sort, asked.down) == ("at", True) else f"{asked.sort}-{'d' if asked.down else 'c'}",
        "entree": opened,
    }
    query = urlencode({name: str(value) for name, value in given.items() if value not in ("", None)})
    return path + (f"?{query}" if query else "")


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def _day(typed: str) -> date | None:
    try:
        return fields.read_date(typed[:20])
    except Refused:
        return None


def _asked(r: str, action: str, qui: str, famille: str, sur: str, n: str, du: str, au: str, tri: str) -> Asked:
    """What an address asks for; what cannot be read does not narrow."""
    column, _, way = tri.partition("-")
    if column not in audit_log.SORTS:
        column, way = "at", "d"
    return Asked(
        r[:80],
        action if action in ACTIONS else "",
        _number(qui),
        _number(famille),
        sur[:40],
        _number(n),
        _day(du),
        _day(au),
        column,
        way != "c",
    )


@screen(PATH, Audience.MANAGER, title="Journal")
def show(
    v: Visit,
    r: str = "",
    action: str = "",
    qui: str = "",
    famille: str = "",
    sur: str = "",
    n: str = "",
    du: str = "",
    au: str = "",
    tri: str = "",
    entree: str = "",
) -> None:
    desk = Desk(_asked(r, action, qui, famille, sur, n, du, au, tri), entry_id=_number(entree))
    acts = {
        "open": _open,
        "search": _search,
        "filter": _filter,
        "clear": _clear,
        "sort": _sort,
        "page": _page,
        "record": _record,
    }
    desk_panel(v, desk, _draw, acts)


@plain("/gestion/journal.csv", Audience.MANAGER)
async def export(
    caller: Caller,
    request: Request,
    r: str = "",
    action: str = "",
    qui: str = "",
    famille: str = "",
    sur: str = "",
    n: str = "",
    du: str = "",
    au: str = "",
    tri: str = "",
) -> Response:
    """What is looked for, as a spreadsheet reads it."""
    asked = _asked(r, action, qui, famille, sur, n, du, au, tri)
    content = await asyncio.to_thread(_csv, caller, asked)
    return Response(
        content,
        media_type=spreadsheets.MEDIA["csv"],
        headers={"cache-control": "private, no-store", "content-disposition": 'attachment; filename="journal.csv"'},
    )


def _csv(caller: Caller, asked: Asked) -> bytes:
    with caller.visit() as v:
        heads, lines = audit_log.export(v, asked)
    with caller.visit(writes=True) as v:
        audit_log.note_export(v, len(lines))
    return spreadsheets.write_csv(heads, lines)


def _draw(v: Visit, desk: Desk) -> Markup:
    total = audit_log.count(v, desk.asked)
    if desk.skip >= total:
        desk.skip = 0
    listed, opened = audit_log.entries(v, desk.asked, skip=desk.skip), _opened(v, desk)
    export_link = tag("a", icon("paper"), v.say("Exporter (CSV)"), href=path_of(desk.asked, path="/gestion/journal.csv"),
                      class_="btn quiet", download=True)  # fmt: skip
    under = v.say("Qui a fait quoi, quand. Le journal ne peut être ni modifié ni effacé.")
    return (
        head(v.say("Journal"), under, export_link)
        + _filters(v, desk)
        + tag(
            "div",
            tag(
                "section",
                _list(v, desk, listed, total),
                class_="listing journal",
                aria_label=v.say("Entrées du journal"),
            ),
            opened,
            class_="with-sheet" if opened else None,
        )
    )


def _opened(v: Visit, desk: Desk) -> Markup | None:
    """The entry's own sheet, when one is open and there."""
    try:
        return journal_entry.draw(v, audit_log.one(v, desk.entry_id)) if desk.entry_id else None
    except NotYours:
        desk.entry_id = None
        return None


def _filters(v: Visit, desk: Desk) -> Markup:
    asked, faults = desk.asked, desk.faults
    people = {"": "Tout le monde", "0": "Le portail et les inconnus"} | {
        str(key): name for key, name in audit_log.people(v).items()
    }
    known = {"": "Toutes les actions"} | dict(sorted(ACTIONS.items(), key=lambda pair: v.say(pair[1])))
    record = None
    if asked.subject:
        words = v.say(
            "Un seul enregistrement : {subject} n° {number}",
            subject=v.say(SUBJECTS.get(asked.subject, "Fiche")),
            number=asked.subject_id or "–",
        )
        record = tag("p", icon("info"), tag("span", words), class_="soft one-record")
    return acting_form(
        labelled(v, "filter-r", "Rechercher", "search", value=asked.search, hint="Personne, valeur ou référence", maxlength=80),
        _choice(v, "filter-qui", "Personne", people, "" if asked.actor is None else str(asked.actor), told=False),
        _choice(v, "filter-action", "Action", known, asked.action, told=True),
        labelled(v, "filter-famille", "N° de famille", "text", value=str(asked.family or ""), fault=faults.get("famille"),
                 inputmode="numeric", maxlength=9),
        labelled(v, "filter-du", "Du", "text", value=formats.day(asked.since), fault=faults.get("du"), inputmode="numeric", maxlength=10),
        labelled(v, "filter-au", "Au", "text", value=formats.day(asked.until), fault=faults.get("au"), inputmode="numeric", maxlength=10),
        tag(
            "div",
            tag("button", v.say("Filtrer"), type="submit", class_="btn"),
            asked != Asked() and button(v.say("Tout afficher"), do="clear", class_="link"),
            class_="filter-acts",
        ),
        record,
        do="filter",
        of="",
        class_="sift wide",
        autocomplete="off",
    )  # fmt: skip


def _choice(v: Visit, id_: str, label: str, options: dict[str, str], value: str, *, told: bool) -> Markup:
    """A list whose names are people's, or sentences of ours when `told`."""
    shown = ((key, v.say(words) if told or key in {"", "0"} else words) for key, words in options.items())
    return tag(
        "div",
        tag("label", v.say(label), for_=id_),
        tag(
            "select",
            (tag("option", words, value=key, selected=key == value) for key, words in shown),
            id=id_,
            name=id_.rpartition("-")[2],
        ),
        class_="field",
    )


def _list(v: Visit, desk: Desk, listed: list[Told], total: int) -> Markup:
    if not listed:
        words = "Aucune entrée ne correspond." if desk.asked != Asked() else "Le journal est vide."
        return tag("p", v.say(words), class_="nothing", id="entries", tabindex="-1")
    labels = [v.say(label) for _, label in COLUMNS] + ([] if desk.entry_id else [v.say("Détail")])
    more = total > MOST_COUNTED
    caption = (
        v.say("Plus de {count} entrées", count=MOST_COUNTED)
        if more
        else v.say("{count} entrée#{count} entrées", count=total)
    )
    return tag(
        "table",
        tag("caption", caption, id="entries", tabindex="-1"),
        tag(
            "thead",
            tag(
                "tr",
                (_head(v, desk, key, label) for key, label in COLUMNS),
                not desk.entry_id and tag("th", v.say("Détail"), scope="col"),
            ),
        ),
        tag("tbody", (_row(v, desk, each, labels) for each in listed), data_rows=True),
        class_="stack",
    ) + (pager(v, desk.skip, PAGE, min(total, MOST_COUNTED)) or "")


def _head(v: Visit, desk: Desk, key: str, label: str) -> Markup:
    if not key:
        return tag("th", v.say(label), scope="col")
    here, down = desk.asked.sort == key, desk.asked.down
    drawing = icon("down" if down else "up") if here else icon("sort")
    return tag(
        "th",
        button(v.say(label), drawing, do="sort", of=key, class_="sort"),
        scope="col",
        aria_sort=("descending" if down else "ascending") if here else None,
    )


def _row(v: Visit, desk: Desk, told: Told, labels: list[str]) -> Markup:
    current = told.entry.id == desk.entry_id
    link = tag(
        "a",
        told.when,
        href=path_of(desk.asked, told.entry.id),
        id=f"open-{told.entry.id}",
        data_open=True,
        data_do="open",
        data_of=told.entry.id,
        aria_current="true" if current else None,
    )
    return row(
        labels,
        [link, told.who, told.what, told.record, told.family, *([] if desk.entry_id else [_brief(told)])],
        ["tight", "", "", "", "tight", "broad"],
        class_="current" if current else None,
    )


def _brief(told: Told) -> str:
    """The first of what changed, as one line."""
    said = [pair(name, after or before, told.tongue) for name, before, after in told.changes[:2]]
    more = len(told.changes) - len(said)
    line = " · ".join(said) + (f" +{more}" if more else "")
    return line if len(line) < 110 else f"{line[:107]}…"


@only_shows
def _open(_v: Visit, act: Act, desk: Desk) -> Answer:
    before, number = desk.entry_id, act.number()
    desk.entry_id = number or None
    return Answer(url=desk.url, focus="entry-title" if number else f"open-{before}")


@only_shows
def _search(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.asked, desk.skip, desk.entry_id = replace(desk.asked, search=act.values.get("r", "")[:80]), 0, None
    return Answer(url=desk.url)


@only_shows
def _filter(v: Visit, act: Act, desk: Desk) -> Answer:
    values, desk.faults = act.values, {}
    days: dict[str, date | None] = {}
    for name in ("du", "au"):
        try:
            days[name] = fields.read_date(values.get(name, "")[:40])
        except Refused as refused:
            desk.faults[name] = refused
    family = values.get("famille", "").strip()
    if family and _number(family) is None:
        desk.faults["famille"] = Refused("Un numéro de famille n’a que des chiffres.")
    if desk.faults:
        return Answer(focus=f"filter-{next(iter(desk.faults))}")
    action = values.get("action", "")
    desk.asked = replace(
        desk.asked,
        search=values.get("r", "")[:80],
        action=action if action in ACTIONS else "",
        actor=_number(values.get("qui", "")),
        family=_number(family),
        since=days["du"],
        until=days["au"],
    )
    desk.skip, desk.entry_id = 0, None
    total = min(audit_log.count(v, desk.asked), MOST_COUNTED)
    return Answer(url=desk.url, focus="entries", say=v.say("{count} entrée#{count} entrées", count=total))


@only_shows
def _clear(_v: Visit, _act: Act, desk: Desk) -> Answer:
    desk.asked, desk.skip, desk.entry_id, desk.faults = Asked(), 0, None, {}
    return Answer(url=desk.url, focus="entries")


@only_shows
def _sort(v: Visit, act: Act, desk: Desk) -> Answer:
    if act.of not in audit_log.SORTS:
        return Answer()
    down = not desk.asked.down if desk.asked.sort == act.of else act.of == "at"
    desk.asked, desk.skip = replace(desk.asked, sort=act.of, down=down), 0
    label = v.say(dict(COLUMNS)[act.of])
    words = "Trié par {column}, ordre décroissant." if down else "Trié par {column}, ordre croissant."
    return Answer(url=desk.url, say=v.say(words, column=label))


@only_shows
def _page(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.skip = int(act.of) if act.of.isdecimal() and len(act.of) < 7 else 0
    return Answer(focus="entries")


@only_shows
def _record(v: Visit, act: Act, desk: Desk) -> Answer:
    entry = audit_log.one(v, act.number()).entry
    desk.asked, desk.skip = Asked(subject=entry.subject, subject_id=entry.subject_id), 0
    return Answer(url=desk.url, focus="entries")

"""« Journal »: who did what to which record when, with old and new. Read only; for the « responsable »."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Annotated

from fastapi import Query, Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button
from components.ui.pager import pager, skip_to
from components.ui.panel import Act, Answer, only_shows
from components.ui.tables import row
from data.accounts.caller import Caller
from data.core import fields, formats, spreadsheets
from data.core.errors import NotFound, UserError
from data.core.i18n import _, pair
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.office import audit_log
from data.office.audit_log import MAX_COUNTED, PAGE, Asked, EntryView
from data.office.audit_words import ACTIONS, SAME_WORDS, SUBJECTS
from pages.staff import journal_entry
from pages.staff.journal_query import PATH, JournalQuery, path_of

COLUMNS = (
    ("at", _("Date")),
    ("actor", _("Personne")),
    ("action", _("Action")),
    ("", _("Enregistrement")),
    ("family", _("Famille")),
)


@dataclass
class PageState:
    """What one open page shows: what is looked for, the page, the entry whose detail is open; faults of the days."""

    asked: Asked
    skip: int = 0
    entry_id: int | None = None
    faults: dict[str, UserError] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return path_of(self.asked, self.entry_id)


@screen(PATH, Audience.MANAGER, title=_("Journal"))
def show(uow: UnitOfWork, query: Annotated[JournalQuery, Query()]) -> None:
    page_state = PageState(query.asked(), entry_id=parse_id(query.entree))
    acts = {
        "open": _open,
        "search": _search,
        "filter": _filter,
        "clear": _clear,
        "sort": _sort,
        "page": _page,
        "record": _record,
    }
    page_panel(uow, page_state, _draw, acts)


@plain("/gestion/journal.csv", Audience.MANAGER)
async def export(caller: Caller, request: Request, query: Annotated[JournalQuery, Query()]) -> Response:
    """What is looked for, as a spreadsheet reads it."""
    content = await asyncio.to_thread(_csv, caller, query.asked())
    return Response(
        content,
        media_type=spreadsheets.MEDIA["csv"],
        headers={"cache-control": "private, no-store", "content-disposition": 'attachment; filename="journal.csv"'},
    )


def _csv(caller: Caller, asked: Asked) -> bytes:
    with caller.unit_of_work() as uow:
        heads, lines = audit_log.export(uow, asked)
    with caller.unit_of_work(writes=True) as uow:
        audit_log.note_export(uow, len(lines))
    return spreadsheets.write_csv(heads, lines)


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    total = audit_log.count(uow, page_state.asked)
    if page_state.skip >= total:
        page_state.skip = 0
    listed, opened = audit_log.entries(uow, page_state.asked, skip=page_state.skip), _opened(uow, page_state)
    export_link = html.a(icon("paper"), uow.translate("Exporter (CSV)"), href=path_of(page_state.asked, path="/gestion/journal.csv"),
                      class_="btn quiet", download=True)  # fmt: skip
    under = uow.translate("Qui a fait quoi, quand. Le journal ne peut être ni modifié ni effacé.")
    return (
        head(uow.translate("Journal"), under, export_link)
        + _filters(uow, page_state)
        + html.div(
            html.section(
                _list(uow, page_state, listed, total),
                class_="listing journal",
                aria_label=uow.translate("Entrées du journal"),
            ),
            opened,
            class_="with-record" if opened else None,
        )
    )


def _opened(uow: UnitOfWork, page_state: PageState) -> Markup | None:
    """The entry's own record, when one is open and there."""
    try:
        return journal_entry.draw(uow, audit_log.one(uow, page_state.entry_id)) if page_state.entry_id else None
    except NotFound:
        page_state.entry_id = None
        return None


def _filters(uow: UnitOfWork, page_state: PageState) -> Markup:
    asked, faults = page_state.asked, page_state.faults
    people = {"": _("Tout le monde"), "0": _("Le portail et les inconnus")} | {
        str(key): name for key, name in audit_log.people(uow).items()
    }
    words = {alike[0]: text for text, alike in SAME_WORDS.items()}
    known = {"": _("Toutes les actions")} | dict(
        sorted(words.items(), key=lambda pair: fields.fold(uow.translate(pair[1])))
    )
    record = None
    if asked.subject:
        text = uow.translate(
            "Un seul enregistrement : {subject} n° {number}",
            subject=uow.translate(SUBJECTS.get(asked.subject, _("Fiche"))),
            number=asked.subject_id or "–",
        )
        record = html.p(icon("info"), html.span(text), class_="soft one-record")
    return acting_form(
        labelled(uow, "filter-r", "Rechercher", "search", value=asked.search, hint=_("Personne, valeur ou référence"), maxlength=80),
        _choice(uow, "filter-qui", _("Personne"), people, "" if asked.actor is None else str(asked.actor), translated=False),
        _choice(uow, "filter-action", _("Action"), known, SAME_WORDS[ACTIONS[asked.action]][0] if asked.action in ACTIONS else "", translated=True),
        labelled(uow, "filter-famille", "N° de famille", "text", value=str(asked.family or ""), fault=faults.get("famille"),
                 inputmode="numeric", maxlength=9),
        labelled(uow, "filter-du", "Du", "text", value=formats.day(asked.since), fault=faults.get("du"), inputmode="numeric", maxlength=10),
        labelled(uow, "filter-au", "Au", "text", value=formats.day(asked.until), fault=faults.get("au"), inputmode="numeric", maxlength=10),
        html.div(html.button(uow.translate("Filtrer"), type="submit", class_="btn"),
            asked != Asked() and button(uow.translate("Tout afficher"), do="clear", class_="link"),
            class_="filter-acts",
        ),
        record,
        do="filter",
        of="",
        class_="sift wide",
        autocomplete="off",
    )  # fmt: skip


def _choice(uow: UnitOfWork, id_: str, label: str, options: dict[str, str], value: str, *, translated: bool) -> Markup:
    """A list whose names are people's, or sentences of ours when `translated`."""
    shown = ((key, uow.translate(text) if translated or key in {"", "0"} else text) for key, text in options.items())
    return html.div(
        html.label(uow.translate(label), for_=id_),
        html.select(
            (html.option(text, value=key, selected=key == value) for key, text in shown),
            id=id_,
            name=id_.rpartition("-")[2],
        ),
        class_="field",
    )


def _list(uow: UnitOfWork, page_state: PageState, listed: list[EntryView], total: int) -> Markup:
    if not listed:
        text = _("Aucune entrée ne correspond.") if page_state.asked != Asked() else _("Le journal est vide.")
        return html.p(uow.translate(text), class_="nothing", id="entries", tabindex="-1")
    labels = [uow.translate(label) for _, label in COLUMNS] + ([] if page_state.entry_id else [uow.translate("Détail")])
    more = total > MAX_COUNTED
    caption = (
        uow.translate("Plus de {count} entrées", count=MAX_COUNTED)
        if more
        else uow.ngettext("{count} entrée", "{count} entrées", count=total)
    )
    return html.table(
        html.caption(caption, id="entries", tabindex="-1"),
        html.thead(
            html.tr(
                (_head(uow, page_state, key, label) for key, label in COLUMNS),
                not page_state.entry_id and html.th(uow.translate("Détail"), scope="col"),
            ),
        ),
        html.tbody((_row(uow, page_state, each, labels) for each in listed), data_rows=True),
        class_="stack",
    ) + (pager(uow, page_state.skip, PAGE, min(total, MAX_COUNTED)) or "")


def _head(uow: UnitOfWork, page_state: PageState, key: str, label: str) -> Markup:
    if not key:
        return html.th(uow.translate(label), scope="col")
    here, down = page_state.asked.sort == key, page_state.asked.down
    drawing = icon("down" if down else "up") if here else icon("sort")
    return html.th(
        button(uow.translate(label), drawing, do="sort", of=key, class_="sort"),
        scope="col",
        aria_sort=("descending" if down else "ascending") if here else None,
    )


def _row(uow: UnitOfWork, page_state: PageState, text: EntryView, labels: list[str]) -> Markup:
    current = text.entry.id == page_state.entry_id
    link = html.a(
        text.when,
        html.span(f", {text.what}, {text.who}", class_="unseen"),
        href=path_of(page_state.asked, text.entry.id),
        id=f"open-{text.entry.id}",
        data_open=True,
        data_do="open",
        data_of=text.entry.id,
        aria_current="true" if current else None,
    )
    return row(
        labels,
        [link, text.who, text.what, text.record, text.family, *([] if page_state.entry_id else [_brief(text)])],
        ["tight", "", "", "", "tight", "broad"],
        class_="current" if current else None,
    )


def _brief(text: EntryView) -> str:
    """The first of what changed, as one line."""
    message = [pair(name, after or before, text.language) for name, before, after in text.changes[:2]]
    more = len(text.changes) - len(message)
    line = " · ".join(message) + (f" +{more}" if more else "")
    return line if len(line) < 110 else f"{line[:107]}…"


@only_shows
def _open(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    before, number = page_state.entry_id, act.number()
    page_state.entry_id = number or None
    return Answer(url=page_state.url, focus="entry-title" if number else f"open-{before}")


@only_shows
def _search(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.asked, page_state.skip, page_state.entry_id = (
        replace(page_state.asked, search=act.values.get("r", "")[:80]),
        0,
        None,
    )
    return Answer(url=page_state.url)


@only_shows
def _filter(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    values, page_state.faults = act.values, {}
    days: dict[str, date | None] = {}
    for name in ("du", "au"):
        try:
            days[name] = fields.read_date(values.get(name, "")[:40])
        except UserError as error:
            page_state.faults[name] = error
    family = values.get("famille", "").strip()
    if family and parse_id(family) is None:
        page_state.faults["famille"] = UserError("Un numéro de famille n’a que des chiffres.")
    if page_state.faults:
        return Answer(focus=f"filter-{next(iter(page_state.faults))}")
    action = values.get("action", "")
    page_state.asked = replace(
        page_state.asked,
        search=values.get("r", "")[:80],
        action=action if action in ACTIONS else "",
        actor=parse_id(values.get("qui", "")),
        family=parse_id(family),
        since=days["du"],
        until=days["au"],
    )
    page_state.skip, page_state.entry_id = 0, None
    total = min(audit_log.count(uow, page_state.asked), MAX_COUNTED)
    return Answer(
        url=page_state.url, focus="entries", announce=uow.ngettext("{count} entrée", "{count} entrées", count=total)
    )


@only_shows
def _clear(_uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    page_state.asked, page_state.skip, page_state.entry_id, page_state.faults = Asked(), 0, None, {}
    return Answer(url=page_state.url, focus="entries")


@only_shows
def _sort(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    if act.of not in audit_log.SORTS:
        return Answer()
    down = not page_state.asked.down if page_state.asked.sort == act.of else act.of == "at"
    page_state.asked, page_state.skip = replace(page_state.asked, sort=act.of, down=down), 0
    label = uow.translate(dict(COLUMNS)[act.of])
    text = _("Trié par {column}, ordre décroissant.") if down else _("Trié par {column}, ordre croissant.")
    return Answer(url=page_state.url, announce=uow.translate(text, column=label))


@only_shows
def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    return Answer(focus="entries")


@only_shows
def _record(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    entry = audit_log.one(uow, act.number()).entry
    page_state.asked, page_state.skip = Asked(subject=entry.subject, subject_id=entry.subject_id), 0
    return Answer(url=page_state.url, focus="entries")

"""« Courriels »: every letter and what became of it on the left, its text and why on the right; sent again, called back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, screen
from components.ui import html
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button, classes
from components.ui.pager import pager, skip_to
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import neighbour, search_field
from components.ui.status_chip import status_of
from components.ui.tabs import tabs as draw_tabs
from data.core import fields, formats
from data.core.errors import UserError
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.mail import outages
from data.mail.outbox import Letter, LetterState
from data.office import outbox_admin
from data.office.outbox_admin import PAGE, STATES, Wanted
from pages.staff.letters import letter_one


@dataclass
class PageState:
    """What one open page shows: what is looked for, the page of the list, the letter; faults of the two days."""

    wanted: Wanted
    skip: int = 0
    letter_id: int | None = None
    faults: dict[str, UserError] | None = None

    @property
    def url(self) -> str:
        return letter_one.path_of(self.wanted, self.letter_id)


def tabs(uow: UnitOfWork, current: str) -> Markup:
    """« Courriels » has four modules."""
    pages = (
        ("", uow.translate("Courriels")),
        ("/groupes", uow.translate("À un groupe")),
        ("/cours", uow.translate("Cours annulés ou déplacés")),
        ("/textes", uow.translate("Textes")),
    )
    links = ((label, letter_one.PATH + path, path == current) for path, label in pages)
    return draw_tabs(uow.translate("Courriels"), links)


def _day(typed: str) -> date | None:
    try:
        return fields.read_date(typed[:20])
    except UserError:
        return None


@screen(letter_one.PATH, Audience.STAFF, title=_("Courriels"))
def letters(
    uow: UnitOfWork, etat: str = "", genre: str = "", r: str = "", du: str = "", au: str = "", courriel: str = ""
) -> None:
    wanted = Wanted(etat if etat in STATES else "", genre[:40], r[:80], _day(du), _day(au))
    page_state = PageState(wanted, letter_id=parse_id(courriel))
    acts = {
        "open": _open,
        "next": _step(1),
        "previous": _step(-1),
        "state": _state,
        "search": _search,
        "filter": _filter,
        "clear": _clear,
        "page": _page,
        "resend": _resend,
        "call-back": _call_back,
        "try": _try,
    }
    page_panel(uow, page_state, _draw, acts, [("letters", uow.site_id or 0)])


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    counts = outbox_admin.counts(uow, page_state.wanted)
    total = counts[page_state.wanted.state] if page_state.wanted.state else sum(counts.values())
    if page_state.skip >= total:
        page_state.skip = 0
    listed = outbox_admin.found(uow, page_state.wanted, skip=page_state.skip)
    if page_state.letter_id is None and listed:
        page_state.letter_id = listed[0].id
    failed, abandoned = counts[LetterState.FAILED], counts[LetterState.ABANDONED]
    under = " · ".join(
        (
            uow.ngettext("{count} en attente", "{count} en attente", count=counts[LetterState.WAITING]),
            uow.ngettext("{count} en échec", "{count} en échec", count=failed),
            uow.ngettext("{count} abandonné", "{count} abandonnés", count=abandoned),
        )
    )
    return (
        head(
            uow.translate("Courriels"),
            under,
            search_field(uow, page_state.wanted.search, uow.translate("Nom, adresse ou numéro de famille"), most=80),
        )
        + tabs(uow, "")
        + (_banner(uow) or "")
        + _filters(uow, page_state)
        + html.div(_states(uow, page_state, counts), class_="chips")
        + html.div(
            html.section(
                _list(uow, page_state, listed, total),
                class_="card list-card",
                aria_label=uow.translate("Liste des courriels"),
            ),
            letter_one.draw(uow, page_state.letter_id),
            class_="queue opened letters",
        )
    )


def _banner(uow: UnitOfWork) -> Markup | None:
    """Why letters do not leave, when they do not."""
    if not settings().smtp_url:
        text = uow.translate(
            "Aucun serveur d’envoi n’est réglé (SMTP_URL) : les courriels restent ici et ne partent pas."
        )
        return html.div(icon("alert"), html.p(text), class_="notice pending", role="status")
    outage = outages.of_site(uow)
    if outage:
        since = formats.moment(outage.since, uow.zone, uow.language)
        text = uow.translate(
            "Le serveur d’envoi ne répond pas depuis le {moment}. Les courriels attendent et partiront d’eux-mêmes.",
            moment=since,
        )
    elif (due := outbox_admin.oldest_due(uow)) is not None:
        text = uow.translate(
            "Des courriels auraient dû partir le {moment} : l’envoi est arrêté ou très lent.",
            moment=formats.moment(due, uow.zone, uow.language),
        )
    else:
        return None
    reason = outage and html.p(uow.translate("Réponse du serveur : {reason}", reason=outage.reason), class_="small")
    again = button(uow.translate("Réessayer maintenant"), do="try", class_="btn quiet small")
    return html.div(icon("alert"), html.div(html.p(text), reason), again, class_="notice bad spread", role="status")


def _filters(uow: UnitOfWork, page_state: PageState) -> Markup:
    wanted, faults = page_state.wanted, page_state.faults or {}
    options = {"": _("Tous les genres")} | {kind: letter_one.kind_of(kind) for kind in outbox_admin.kinds(uow)}
    narrowed = wanted.kind or wanted.since or wanted.until
    return acting_form(
        labelled(uow, "filter-genre", "Genre", "select", options=options, value=wanted.kind),
        labelled(
            uow, "filter-du", "Du", "text", value=formats.day(wanted.since), fault=faults.get("du"), inputmode="numeric",
            maxlength=10, placeholder=None,
        ),
        labelled(uow, "filter-au", "Au", "text", value=formats.day(wanted.until), fault=faults.get("au"), inputmode="numeric", maxlength=10),
        html.div(html.button(uow.translate("Filtrer"), type="submit", class_="btn quiet"),
            narrowed and button(uow.translate("Tout afficher"), do="clear", class_="link"),
            class_="filter-acts",
        ),
        do="filter",
        of="",
        class_="sift",
        autocomplete="off",
    )  # fmt: skip


def _states(uow: UnitOfWork, page_state: PageState, counts: dict[str, int]) -> Markup:
    shown = {"": (_("Tous"), sum(counts.values()))} | {state: (STATES[state], count) for state, count in counts.items()}
    links = (
        html.a(
            f"{uow.translate(label)} ({count})",
            href=letter_one.path_of(replace(page_state.wanted, state=state)),
            data_do="state",
            data_of=state,
            id=f"state-{state or 'all'}",
            class_="chip-link",
            aria_current="true" if state == page_state.wanted.state else None,
        )
        for state, (label, count) in shown.items()
        if count or state in {"", LetterState.WAITING, LetterState.SENT, LetterState.FAILED, page_state.wanted.state}
    )
    return html.nav(links, class_="chip-links", aria_label=uow.translate("État"))


def _list(uow: UnitOfWork, page_state: PageState, listed: Sequence[Letter], total: int) -> Markup:
    caption = uow.ngettext("{count} courriel", "{count} courriels", count=total)
    if not listed:
        narrowed = page_state.wanted != Wanted()
        text = _("Aucun courriel ne correspond.") if narrowed else _("Aucun courriel n’a encore été écrit.")
        return html.h2(caption, class_="unseen") + html.p(uow.translate(text))
    name = uow.translate("Courriel")
    return html.table(
        html.caption(caption),
        html.thead(html.tr(html.th(html.span(name, class_="unseen"), scope="col", class_="bare"))),
        html.tbody((_row(uow, page_state, each) for each in listed), data_rows=True),
    ) + (pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, page_state: PageState, letter: Letter) -> Markup:
    status = status_of(LetterState(letter.state))
    current = letter.id == page_state.letter_id
    state = html.span(icon(status.icon), uow.translate(status.label), class_=classes("state", status.look))
    link = html.a(
        html.span(
            html.strong(letter.name or uow.translate("Sans nom")),
            html.br(),
            html.span(letter.subject.rpartition(" – ")[0] or letter.subject, class_="soft"),
        ),
        html.span(formats.ago(letter.created_at, uow.now, uow.zone, uow.language), html.br(), state, class_="age"),
        href=letter_one.path_of(page_state.wanted, letter.id),
        data_do="open",
        data_of=letter.id,
        id=f"open-{letter.id}",
        data_open=True,
        aria_current="true" if current else None,
    )
    return html.tr(html.td(link), class_="current" if current else None)


@only_shows
def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.letter_id = act.number()
    return Answer(url=page_state.url, focus="letter-title")


def _step(by: int):  # type: ignore[no-untyped-def]
    @only_shows
    def step(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
        ids = [each.id for each in outbox_admin.found(uow, page_state.wanted, skip=page_state.skip)]
        page_state.letter_id = neighbour(ids, page_state.letter_id, by)
        return Answer(url=page_state.url, focus="letter-title")

    return step


@only_shows
def _state(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.wanted = replace(page_state.wanted, state=act.of if act.of in STATES else "")
    page_state.skip, page_state.letter_id = 0, None
    return Answer(url=page_state.url, focus=f"state-{page_state.wanted.state or 'all'}")


@only_shows
def _search(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.wanted = replace(page_state.wanted, search=act.values.get("search", "")[:80])
    page_state.skip, page_state.letter_id = 0, None
    counts = outbox_admin.counts(uow, page_state.wanted)
    total = counts[page_state.wanted.state] if page_state.wanted.state else sum(counts.values())
    return Answer(
        announce=uow.ngettext("{count} courriel", "{count} courriels", count=total),
        url=letter_one.path_of(page_state.wanted),
    )


@only_shows
def _filter(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    days: dict[str, date | None] = {}
    page_state.faults = {}
    for name in ("du", "au"):
        try:
            days[name] = fields.read_date(act.values.get(name, "")[:40])
        except UserError as error:
            page_state.faults[name] = error
    if page_state.faults:
        return Answer(focus=f"filter-{next(iter(page_state.faults))}")
    kind = act.values.get("genre", "")[:40]
    page_state.wanted = replace(page_state.wanted, kind=kind, since=days["du"], until=days["au"])
    page_state.skip, page_state.letter_id = 0, None
    return Answer(url=letter_one.path_of(page_state.wanted), focus="letter-title")


@only_shows
def _clear(_uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    page_state.wanted, page_state.skip, page_state.letter_id, page_state.faults = (
        Wanted(state=page_state.wanted.state),
        0,
        None,
        None,
    )
    return Answer(url=letter_one.path_of(page_state.wanted), focus="filter-genre")


@only_shows
def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip, page_state.letter_id = skip_to(act, PAGE), None
    return Answer(focus="letter-title")


def _resend(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    copy = outbox_admin.resend(uow, act.number())
    page_state.letter_id = copy.id
    return Answer(
        toast=uow.translate("Le courriel est remis en attente d’envoi."), url=page_state.url, focus="letter-title"
    )


def _call_back(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    outbox_admin.call_back(uow, act.number())
    return Answer(toast=uow.translate("Le courriel ne partira pas."), focus="letter-title")


def _try(uow: UnitOfWork, _act: Act, _page_state: PageState) -> Answer:
    outages.try_now(uow)
    return Answer(toast=uow.translate("L’envoi reprend à l’instant."), focus="letter-title")

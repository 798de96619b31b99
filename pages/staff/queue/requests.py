"""« Demandes »: the queue on the left, the request on the right; the next opens by itself; the keyboard suffices."""

from dataclasses import dataclass

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.open_pages import when_connected
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import Audience, here, screen
from components.ui import html, review_queue
from components.ui.pager import pager, skip_to, within
from components.ui.panel import Act, Answer, only_shows
from data.change_requests import review
from data.change_requests.models import ChangeState, RequestState
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.reenrolment.queue_list import Narrowing
from pages.staff.queue import absences, documents, messages, overpayments, reenrolments, request_review, tabs
from pages.staff.queue.reenrolment_state import narrowing

PAGE = 50
OLD_DAYS = 20  # the law gives a month to correct a datum (RGPD, article 12)


@dataclass
class PageState:
    """What one open page shows: the tab, the request, the search, the page; the decision that can be undone at once."""

    closed: bool = False
    request_id: int | None = None
    search: str = ""
    skip: int = 0
    decided_id: int | None = None
    decided: str = ""
    opens_first: bool = False  # the first of the queue, when the page comes

    @property
    def url(self) -> str:
        return tabs.path_of("traitees" if self.closed else "", self.request_id, search=self.search)


@screen(tabs.PATH, Audience.STAFF, title=_("Demandes"))
def requests(
    uow: UnitOfWork,
    onglet: str = "",
    demande: str = "",
    traitees: str = "",
    r: str = "",
    f: str = "",
    dep: str = "",
) -> str:
    _show(uow, onglet, parse_id(demande), narrowing(r, f, dep), closed=bool(traitees))
    return uow.translate(tabs.TABS.get(onglet, tabs.TABS[""]))


def _show(uow: UnitOfWork, onglet: str, asked: int | None, narrowed: Narrowing, *, closed: bool) -> None:
    if onglet == "reinscriptions":
        reenrolments.show_queue(uow, asked, narrowed, closed=closed)
        return
    if onglet == "pieces":
        documents.show_queue(uow, asked, closed=closed, search=narrowed.search)
        return
    if onglet == "absences":
        absences.show_queue(uow, asked, closed=closed)
        return
    if onglet == "messages":
        messages.show_queue(uow, asked, closed=closed, search=narrowed.search)
        return
    if onglet == "paiements":
        overpayments.show_queue(uow)
        return
    closed = onglet == "traitees"
    page_state = PageState(closed, asked, narrowed.search, opens_first=asked is None and not closed)
    acts = {
        "open": _open,
        **review_queue.moves(_turn),
        "decide": _decide,
        "undo": _undo,
        "search": _search,
        "page": _page,
    }
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)])
    when_connected(lambda: _mark_present(page_state))


def _mark_present(page_state: PageState) -> None:
    """The page is open in a browser: colleagues see who has the request."""
    with here(touch=False).unit_of_work(writes=True) as uow:
        try:
            review.mark_present(uow, page_state.request_id)
        except NotFound:
            page_state.request_id = None


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    waiting = review.count(uow)
    narrowed = page_state.closed or page_state.search
    total = review.count(uow, closed=page_state.closed, search=page_state.search) if narrowed else waiting
    page_state.skip = within(page_state.skip, PAGE, total)
    listed = review.queue(uow, closed=page_state.closed, search=page_state.search, most=PAGE, skip=page_state.skip)
    oldest = review.queue(uow, most=1) if page_state.closed or page_state.search or page_state.skip else listed[:1]
    if page_state.opens_first:
        page_state.opens_first, page_state.request_id = False, listed[0].request.id if listed else None
    queue = html.section(_list(uow, page_state, listed, total), class_="card list-card")
    return (
        head(
            uow.translate("Demandes à valider"),
            review_queue.waiting(uow, waiting, oldest[0].request.submitted_at if oldest else None),
            review_queue.search_field(uow, page_state.search, uow.translate("Nom, numéro de famille ou de demande")),
        )
        + tabs.draw(
            uow,
            "",
            review_queue.just_decided(uow, page_state.decided, page_state.decided_id),
            closed="" if page_state.closed else None,
        )
        + (
            html.div(queue, request_review.draw(uow, page_state.request_id), class_="queue opened")
            if listed or page_state.request_id
            else review_queue.nothing_open(_empty(uow, page_state))
        )
    )


def _empty(uow: UnitOfWork, page_state: PageState) -> str:
    return uow.translate(
        _("Aucune demande ne correspond à cette recherche.")
        if page_state.search
        else _("Aucune demande traitée pour l’instant.")
        if page_state.closed
        else _("Tout est traité : aucune demande n’attend.")
    )


def _list(uow: UnitOfWork, page_state: PageState, listed: list[review.Waiting], total: int) -> Markup:
    rows = [_row(uow, page_state, each) for each in listed]
    caption = uow.translate("Traitées") if page_state.closed else uow.translate("File d’attente")
    drawn = review_queue.draw_list(uow, caption, uow.translate("Demande"), rows, _empty(uow, page_state))
    return drawn + (pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, page_state: PageState, waiting: review.Waiting) -> Markup:
    request = waiting.request
    since = request.closed_at if page_state.closed and request.closed_at else request.submitted_at
    late = not page_state.closed and (uow.now - since).days >= OLD_DAYS
    href = tabs.path_of("traitees" if page_state.closed else "", request.id)
    current = request.id == page_state.request_id
    return review_queue.draw_row(
        request.id,
        href,
        request.title,
        _about(uow, waiting),
        review_queue.age_of(uow, since, late=late),
        current=current,
    )


def _about(uow: UnitOfWork, waiting: review.Waiting) -> str:
    detail = uow.translate("Responsable") if waiting.request.sheet == "guardian" else uow.translate("Élève")
    what = (
        uow.translate(waiting.fields)
        if waiting.count == 1
        else uow.ngettext("{count} champ", "{count} champs", count=waiting.count)
    )
    return f"{detail} · {what}"


def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.request_id, page_state.decided_id = act.number(), None
    review.mark_present(uow, page_state.request_id)
    return Answer(url=page_state.url, focus="request-title")


def _ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    listed = review.queue(uow, closed=page_state.closed, search=page_state.search, most=PAGE, skip=page_state.skip)
    return [waiting.request.id for waiting in listed]


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    page_state.request_id = review_queue.neighbour(_ids(uow, page_state), page_state.request_id, by)
    page_state.decided_id = None
    review.mark_present(uow, page_state.request_id)


def _decide(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The chosen verdicts; then the next request opens by itself."""
    ids = _ids(uow, page_state)
    values = act.values
    verdicts = {
        name.removeprefix("verdict:"): (verdict, values.get(f"seen:{name.removeprefix('verdict:')}", ""))
        for name, verdict in values.items()
        if name.startswith("verdict:") and verdict in {ChangeState.ACCEPTED, ChangeState.DECLINED}
    }
    version = values.get("version", "")
    request = review.decide(
        uow,
        act.number(),
        parse_id(version) or 0,
        verdicts,
        reason=values.get("reason", ""),
        message=values.get("message", ""),
    )
    page_state.decided_id, page_state.decided = (
        request.id,
        uow.translate("La décision pour {title} est enregistrée.", title=request.title),
    )
    if request.state == RequestState.CLOSED:
        page_state.request_id = review_queue.following(ids, request.id)
    review.mark_present(uow, page_state.request_id)
    return Answer(
        announce=page_state.decided, url=page_state.url, focus="request-title", forget=f"request-{request.id}"
    )


def _undo(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    request = review.undo(uow, act.number())
    page_state.closed, page_state.request_id, page_state.decided_id = False, request.id, None
    review.mark_present(uow, request.id)
    return Answer(
        announce=uow.translate("La décision est annulée : la demande est de nouveau en attente."),
        url=page_state.url,
        focus="request-title",
    )


@only_shows
def _search(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.search, page_state.skip = act.values.get("search", "")[:60], 0
    return Answer(
        url=page_state.url,
        announce=uow.ngettext(
            "{count} demande",
            "{count} demandes",
            count=review.count(uow, closed=page_state.closed, search=page_state.search),
        ),
    )


@only_shows
def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    return Answer(focus="request-title")

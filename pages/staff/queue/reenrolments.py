"""« Demandes », file « Réinscriptions »: requests on the left, one with its documents on the right; the keyboard suffices."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.open_pages import when_connected
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import here
from components.ui import html, review_queue
from components.ui.panel import Act, Answer
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.models import WAYS
from data.reenrolment.review_queue import RequestDetail, Waiting
from pages.staff.queue import reenrolment_review, tabs

PAGE = 50


@dataclass
class PageState:
    """What one open page shows: the request, the document beside it, which documents are refused so far."""

    sent_id: int | None = None
    closed: bool = False
    search: str = ""
    skip: int = 0
    shown: int | None = None  # a supplied document
    declined: set[int] = field(default_factory=set)
    faults: dict[str, UserError] = field(default_factory=dict)
    decided_id: int | None = None
    decided: str = ""
    opens_first: bool = False

    @property
    def url(self) -> str:
        return tabs.path_of("reinscriptions", self.sent_id, closed=self.closed, search=self.search)

    def turn_to(self, sent_id: int | None) -> None:
        self.sent_id, self.shown, self.declined, self.faults = sent_id, None, set(), {}


def show_queue(uow: UnitOfWork, sent_id: int | None, *, closed: bool = False, search: str = "") -> None:
    page_state = PageState(sent_id, closed, search[:60], opens_first=sent_id is None)
    acts = {
        "open": _open,
        **review_queue.moves(_turn),
        "show": _show,
        "turn-document": _next_document,
        "mark": _mark,
        "decline": _decline,
        "decide": _decide,
        "undo": _undo,
        "search": _search,
        "page": _page,
        "file": _file,
    }
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)])
    when_connected(lambda: _mark_present(page_state))


def _mark_present(page_state: PageState) -> None:
    with here(touch=False).unit_of_work(writes=True) as uow:
        try:
            reenrolment_queue.mark_present(uow, page_state.sent_id)
        except NotFound:
            page_state.sent_id = None


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    listed = _listed(uow, page_state)
    if page_state.opens_first:
        page_state.opens_first = False
        page_state.turn_to(listed[0].sent.id if listed else None)
    whole = not page_state.skip and len(listed) < PAGE
    total = len(listed) if whole else reenrolment_queue.count(uow, closed=page_state.closed, search=page_state.search)
    queue = html.section(_list(uow, page_state, listed, total), class_="card list-card")
    return (
        head(
            uow.translate("Demandes de réinscription"),
            _under(uow, page_state, listed, total),
            review_queue.search_field(
                uow, page_state.search, uow.translate("Nom de l’élève, numéro de dossier ou de famille")
            ),
        )
        + tabs.draw(
            uow,
            "reinscriptions",
            review_queue.just_decided(uow, page_state.decided_id, page_state.decided)
            or review_queue.other_file(uow, closed=page_state.closed),
            closed="reinscriptions" if page_state.closed else None,
        )
        + html.div(queue, reenrolment_review.draw(uow, page_state.sent_id, page_state), class_="queue opened")
    )


def _under(uow: UnitOfWork, page_state: PageState, listed: list[Waiting], total: int) -> str:
    if page_state.closed or page_state.search:
        return uow.ngettext("{count} demande", "{count} demandes", count=total)
    return review_queue.waiting(uow, total, listed[0].sent.submitted_at if listed and not page_state.skip else None)


def _listed(uow: UnitOfWork, page_state: PageState) -> list[Waiting]:
    return reenrolment_queue.queue(
        uow, closed=page_state.closed, search=page_state.search, most=PAGE, skip=page_state.skip
    )


def _list(uow: UnitOfWork, page_state: PageState, listed: list[Waiting], total: int) -> Markup:
    caption = uow.translate("Réponses données") if page_state.closed else uow.translate("File d’attente")
    empty = (
        _("Aucune demande ne correspond à cette recherche.")
        if page_state.search
        else _("Aucune réponse pour l’instant.")
        if page_state.closed
        else _("Tout est traité : aucune réinscription n’attend.")
    )
    rows = [_row(uow, page_state, each) for each in listed]
    drawn = review_queue.draw_list(uow, caption, uow.translate("Demande"), rows, uow.translate(empty))
    return drawn + (review_queue.pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, page_state: PageState, each: Waiting) -> Markup:
    sent = each.sent
    since = sent.decided_at if page_state.closed and sent.decided_at else sent.submitted_at
    family = html.span(uow.translate("famille n° {family}", family=each.family_number), class_="tight")
    about = (uow.translate(WAYS[sent.way]), " · ", family)
    href = tabs.path_of("reinscriptions", sent.id, closed=page_state.closed)
    return review_queue.draw_row(
        sent.id,
        href,
        each.pupil.full_name,
        about,
        review_queue.age_of(uow, since),
        current=sent.id == page_state.sent_id,
    )


def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.turn_to(act.number())
    page_state.decided_id = None
    reenrolment_queue.mark_present(uow, page_state.sent_id)
    return Answer(url=page_state.url, focus="request-title")


def _ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    return [each.sent.id for each in _listed(uow, page_state)]


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    turned = review_queue.neighbour(_ids(uow, page_state), page_state.sent_id, by)
    if turned != page_state.sent_id:
        page_state.turn_to(turned)
        page_state.decided_id = None
        reenrolment_queue.mark_present(uow, turned)


def _detail(uow: UnitOfWork, page_state: PageState) -> RequestDetail:
    if page_state.sent_id is None:
        raise NotFound("no request is open")
    return reenrolment_queue.detail(uow, page_state.sent_id)


def _show(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.shown = act.number()
    return Answer(focus=f"show-{page_state.shown}")


def _next_document(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    """The one after, round and round."""
    ids = reenrolment_review.with_files(_detail(uow, page_state))
    if not ids:
        return Answer(announce=uow.translate("Aucune pièce à consulter."))
    at = ids.index(page_state.shown) if page_state.shown in ids else 0
    page_state.shown = ids[(at + 1) % len(ids)]
    return Answer(
        announce=uow.translate("Pièce {count} sur {total}.", count=ids.index(page_state.shown) + 1, total=len(ids))
    )


def _mark(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """One document's verdict, before anything is decided."""
    supplied = act.number()
    declined = act.values.get(f"verdict-{supplied}") == "declined"
    (page_state.declined.add if declined else page_state.declined.discard)(supplied)
    return Answer()


def _decline(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    """R: the document that is shown is refused; the reason comes next."""
    detail = _detail(uow, page_state)
    shown = reenrolment_review.shown_document(detail, page_state.shown)
    if shown is None or not shown.waits or shown.item.supplied is None:
        return Answer(focus="reason")
    page_state.declined.add(shown.item.supplied.id)
    return Answer(focus="reason")


def _decide(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """All of it; then the next request opens by itself."""
    ids = _ids(uow, page_state)
    version = act.values.get("version", "")
    try:
        sent = reenrolment_queue.decide(
            uow,
            act.number(),
            parse_id(version) or 0,
            act.values.get("outcome", ""),
            page_state.declined,
            act.values.get("reason", ""),
        )
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="reason")
    page_state.decided_id, page_state.decided = sent.id, uow.translate(reenrolment_review.DONE[sent.state])
    page_state.turn_to(review_queue.following(ids, sent.id))
    reenrolment_queue.mark_present(uow, page_state.sent_id)
    return Answer(
        announce=page_state.decided, url=page_state.url, focus="request-title", forget=f"reenrolment-{sent.id}"
    )


def _undo(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    sent = reenrolment_queue.undo(uow, act.number())
    page_state.closed, page_state.decided_id = False, None
    page_state.turn_to(sent.id)
    reenrolment_queue.mark_present(uow, sent.id)
    text = uow.translate("La décision est annulée : la demande est de nouveau en attente.")
    return Answer(announce=text, url=page_state.url, focus="request-title")


def _search(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.search, page_state.skip = act.values.get("search", "")[:60], 0
    found = reenrolment_queue.count(uow, closed=page_state.closed, search=page_state.search)
    return Answer(url=page_state.url, announce=uow.ngettext("{count} demande", "{count} demandes", count=found))


def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = parse_id(act.of) or 0
    return Answer(focus="request-title")


def _file(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.closed, page_state.skip, page_state.decided_id = act.of == "closed", 0, None
    page_state.turn_to(None)
    page_state.opens_first = True
    reenrolment_queue.mark_present(uow, None)
    return Answer(url=page_state.url, focus="file")

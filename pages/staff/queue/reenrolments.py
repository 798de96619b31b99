"""« Demandes », file « Réinscriptions »: requests on the left, one with its documents on the right; the keyboard suffices."""

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.open_pages import when_connected
from components.nicegui_adapter.panel_element import page_panel
from components.nicegui_adapter.screens import here
from components.ui import html, review_queue
from components.ui.icons import icon
from components.ui.pager import pager, skip_to, within
from components.ui.panel import Act, Answer
from data.core.errors import NotFound, ValidationErrors
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import follow_up
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.models import ReenrolmentState
from data.reenrolment.queue_list import Narrowing, Waiting
from pages.staff.queue import reenrolment_batch, reenrolment_filters, reenrolment_note, reenrolment_review, tabs
from pages.staff.queue.reenrolment_state import PAGE, PageState, detail, ids, look, overview

WORDS = review_queue.Words(
    _("Demande"),
    _("Tout est traité : aucune réinscription n’attend."),
    _("Aucune demande ne correspond à cette recherche."),
)


def show_queue(uow: UnitOfWork, sent_id: int | None, narrowing: Narrowing, *, closed: bool = False) -> None:
    page_state = PageState(sent_id, closed, narrowing, opens_first=sent_id is None)
    acts = {
        "open": _open,
        **review_queue.moves(_turn),
        "show": _show,
        "saw": _saw,
        "turn-document": _next_document,
        "mark": _mark,
        "decline": _decline,
        "decide": _decide,
        "search": reenrolment_filters.search,
        "narrow": reenrolment_filters.narrow,
        "department": reenrolment_filters.department,
        "offer": reenrolment_batch.offer,
        **reenrolment_note.ACTS,
        "page": _page,
        "file": _file,
    }
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)], reenrolment_batch.acts(page_state))
    when_connected(lambda: _mark_present(page_state))


def _mark_present(page_state: PageState) -> None:
    with here(touch=False).unit_of_work(writes=True) as uow:
        try:
            look(uow, page_state, page_state.sent_id)
        except NotFound:
            page_state.sent_id = None


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    seen = overview(uow, page_state)
    if page_state.skip and not seen.rows:
        page_state.skip = within(page_state.skip, PAGE, seen.total)
        seen = overview(uow, page_state)
    if page_state.opens_first:
        page_state.opens_first = False
        page_state.turn_to(seen.rows[0].sent.id if seen.rows else None)
    queue = html.section(_list(uow, page_state, seen.rows, seen.total), class_="card list-card")
    return (
        head(
            uow.translate("Demandes de réinscription"),
            _under(uow, page_state, seen.rows, seen.total),
            review_queue.search_field(
                uow, page_state.narrowing.search, uow.translate("Nom de l’élève, numéro de dossier ou de famille")
            ),
        )
        + tabs.draw(
            uow,
            "reinscriptions",
            reenrolment_batch.just_decided(uow, page_state) or review_queue.other_file(uow, closed=page_state.closed),
            closed="reinscriptions" if page_state.closed else None,
        )
        + (Markup() if page_state.closed else reenrolment_filters.draw(uow, page_state, seen))
        + html.div(queue, reenrolment_review.draw(uow, page_state.sent_id, page_state), class_="queue opened cockpit")
        + (reenrolment_batch.dialog(uow, page_state) or "")
    )


def _under(uow: UnitOfWork, page_state: PageState, rows: list[Waiting], total: int) -> str:
    if page_state.closed or page_state.narrowing:
        return uow.ngettext("{count} demande", "{count} demandes", count=total)
    return review_queue.waiting(uow, total, rows[0].sent.submitted_at if rows and not page_state.skip else None)


def _list(uow: UnitOfWork, page_state: PageState, rows: list[Waiting], total: int) -> Markup:
    lines = [_row(uow, page_state, each) for each in rows]
    drawn = review_queue.draw_queue(uow, WORDS, lines, closed=page_state.closed, narrowed=bool(page_state.narrowing))
    return drawn + (pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, page_state: PageState, each: Waiting) -> Markup:
    sent = each.sent
    since = sent.decided_at if page_state.closed and sent.decided_at else sent.submitted_at
    href = tabs.path_of("reinscriptions", sent.id, closed=page_state.closed)
    about = reenrolment_batch.about(each) or uow.translate("famille n° {family}", family=each.family_number)
    return review_queue.draw_row(
        sent.id,
        href,
        each.pupil.full_name,
        about,
        _marks(uow, each, since=review_queue.age_of(uow, since)),
        current=sent.id == page_state.sent_id,
        above=_followed(uow, each, closed=page_state.closed),
    )


def _followed(uow: UnitOfWork, each: Waiting, *, closed: bool) -> Markup:
    """Beside the name: who has it, whether it is to be read again, its documents."""
    note = each.note
    revisit = html.span(uow.translate("à revoir"), class_="revisit") if note and note.revisit else None
    whose = html.span(note.assignee.split()[0], class_="whose") if note and note.assignee else None
    return html.span(revisit, whose, None if closed else _documents(uow, each), class_="marks-row")


def _documents(uow: UnitOfWork, each: Waiting) -> Markup:
    """« 2/3 »: what the family gave of what is asked."""
    words = uow.translate("pièces fournies : {given} sur {asked}", given=each.given, asked=each.asked)
    shown = html.span(f"{each.given}/{each.asked}", aria_hidden="true") if each.asked else None
    return html.span(
        shown, each.asked and html.span(words, class_="unseen"), class_="given lacking" if each.lacking else "given"
    )


def _marks(uow: UnitOfWork, each: Waiting, *, since: Markup) -> Markup:
    """What is to be known before it is opened: a word of the family, brothers and sisters, a note of colleagues."""
    note = each.note
    marks = [
        (each.message, "mail", _("avec un message")),
        (each.siblings, "pupils", _("frères et sœurs")),
        (note and note.text, "pencil", _("note")),
    ]
    drawn = [html.span(icon(name), html.span(uow.translate(text), class_="unseen")) for there, name, text in marks if there]  # fmt: skip
    return html.span(drawn, since, class_="marks-row")


def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    look(uow, page_state, act.number())
    page_state.decided_ids = []
    return Answer(url=page_state.url, focus="request-title")


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    turned = review_queue.neighbour(ids(uow, page_state), page_state.sent_id, by)
    if turned != page_state.sent_id:
        look(uow, page_state, turned)
        page_state.decided_ids = []


def _show(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.shown = act.number()
    follow_up.look_at(uow, detail(uow, page_state).sent.id, page_state.shown)
    return Answer(focus=f"file-{page_state.shown}")


def _saw(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """One stayed in sight while the documents were leafed through."""
    page_state.shown = act.number()
    follow_up.look_at(uow, detail(uow, page_state).sent.id, page_state.shown)
    return Answer()


def _next_document(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The one after, round and round."""
    opened = detail(uow, page_state)
    there = reenrolment_review.with_files(opened)
    if not there:
        return Answer(announce=uow.translate("Aucune pièce à consulter."))
    shown = reenrolment_review.shown_document(opened, page_state.shown)
    now = shown.item.supplied.id if shown and shown.item.supplied else None
    at = there.index(now) if now in there else 0
    page_state.shown = there[(at + 1) % len(there)]
    follow_up.look_at(uow, opened.sent.id, page_state.shown)
    return Answer(
        announce=uow.translate("Pièce {count} sur {total}.", count=there.index(page_state.shown) + 1, total=len(there)),
        focus=f"file-{page_state.shown}",
    )


def _mark(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """One document's verdict, before anything is decided."""
    supplied = act.number()
    declined = act.values.get(f"verdict-{supplied}") == "declined"
    (page_state.declined.add if declined else page_state.declined.discard)(supplied)
    page_state.outcome = "" if page_state.declined else None
    return Answer()


def _decline(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """R: the document that is shown, or the one beside the button, is refused; the reason comes next."""
    shown = reenrolment_review.shown_document(detail(uow, page_state), parse_id(act.of) or page_state.shown)
    if shown and shown.waits and shown.item.supplied:
        page_state.declined.add(shown.item.supplied.id)
    page_state.outcome = ""
    return Answer(focus="reason")


def _decide(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """All of it; then the next request opens by itself."""
    wanted, reason = act.values.get("outcome", ""), act.values.get("reason", "")
    if waits := _to_say_first(uow, page_state, wanted, reason):
        return waits
    found, version = ids(uow, page_state), act.values.get("version", "")
    try:
        sent = reenrolment_queue.decide(uow, act.number(), parse_id(version) or 0, wanted, page_state.declined, reason)
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="reason")
    page_state.decided_ids, page_state.decided = [sent.id], uow.translate(reenrolment_review.DONE[sent.state])
    look(uow, page_state, review_queue.following(found, sent.id))
    return Answer(
        announce=page_state.decided, url=page_state.url, focus="request-title", forget=f"reenrolment-{sent.id}"
    )


def _to_say_first(uow: UnitOfWork, page_state: PageState, wanted: str, reason: str) -> Answer | None:
    """A decision that wants its reason asks for it, without a reproach the first time; files that nobody opened are said once."""
    if wanted in {ReenrolmentState.REFUSED, ReenrolmentState.TO_CORRECT}:
        if reason.strip() or page_state.outcome == wanted:
            return None
        page_state.outcome = wanted
        return Answer(focus="reason")
    if wanted != ReenrolmentState.VALIDATED or page_state.warned or page_state.declined:
        return None
    unseen = len(detail(uow, page_state).unseen)
    if not unseen:
        return None
    page_state.warned = unseen
    return Answer(announce=reenrolment_batch.unseen_words(uow, unseen))


def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    return Answer(focus="request-title")


def _file(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.closed, page_state.skip, page_state.decided_ids = act.of == "closed", 0, []
    page_state.turn_to(None)
    page_state.opens_first = True
    reenrolment_queue.mark_present(uow, None)
    return Answer(url=page_state.url, focus="file")

"""« Demandes », file « Réinscriptions »: requests on the left, one with its documents on the right; the keyboard suffices."""

from dataclasses import dataclass, field

from markupsafe import Markup
from nicegui import ui

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.nicegui_adapter.screens import here
from components.ui.markup import button, tag
from components.ui.panel import Act, Answer
from components.ui.review_queue import just_decided, pager, search_field
from data.core import formats
from data.core.errors import Faulty, NotYours, Refused
from data.core.unit_of_work import Visit
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.review_queue import Sheet, Waiting
from pages.staff.queue import reenrolment_review, tabs

PAGE = 50


@dataclass
class Desk:
    """What one open page shows: the request, the document beside it, which documents are refused so far."""

    sent_id: int | None = None
    closed: bool = False
    search: str = ""
    skip: int = 0
    shown: int | None = None  # a supplied document
    declined: set[int] = field(default_factory=set)
    faults: dict[str, Refused] = field(default_factory=dict)
    decided_id: int | None = None
    decided: str = ""
    opens_first: bool = False

    @property
    def url(self) -> str:
        return tabs.path_of("reinscriptions", self.sent_id, closed=self.closed, search=self.search)

    def turn_to(self, sent_id: int | None) -> None:
        self.sent_id, self.shown, self.declined, self.faults = sent_id, None, set(), {}


def open_desk(v: Visit, sent_id: int | None, *, closed: bool = False, search: str = "") -> None:
    desk = Desk(sent_id, closed, search[:60], opens_first=sent_id is None)
    acts = {
        "open": _open,
        "next": _step(1),
        "previous": _step(-1),
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
    desk_panel(v, desk, _draw, acts, [("queue", v.site_id or 0)])
    ui.context.client.on_connect(lambda: _claim(desk))


def _claim(desk: Desk) -> None:
    with here(touch=False).visit(writes=True) as v:
        try:
            reenrolment_queue.claim(v, desk.sent_id)
        except NotYours:
            desk.sent_id = None


def _draw(v: Visit, desk: Desk) -> Markup:
    listed = _listed(v, desk)
    if desk.opens_first:
        desk.opens_first = False
        desk.turn_to(listed[0].sent.id if listed else None)
    whole = not desk.skip and len(listed) < PAGE
    total = len(listed) if whole else reenrolment_queue.count(v, closed=desk.closed, search=desk.search)
    other = v.say("Voir ce qui attend") if desk.closed else v.say("Voir les réponses données")
    turn = button(other, do="file", of="" if desk.closed else "closed", class_="link", id="file")
    queue = tag("section", _list(v, desk, listed, total), class_="card list-card")
    return (
        head(
            v.say("Demandes de réinscription"),
            _under(v, desk, listed, total),
            search_field(v, desk.search, v.say("Nom de l’élève, numéro de dossier ou de famille")),
        )
        + tabs.draw(
            v,
            "reinscriptions",
            just_decided(v, desk.decided_id, desk.decided) or tag("p", turn, class_="done"),
            closed="reinscriptions" if desk.closed else None,
        )
        + tag("div", queue, reenrolment_review.draw(v, desk.sent_id, desk), class_="queue opened")
    )


def _under(v: Visit, desk: Desk, listed: list[Waiting], total: int) -> str:
    if desk.closed or desk.search:
        return v.say("{count} demande#{count} demandes", count=total)
    under = v.say("{count} en attente#{count} en attente", count=total)
    if listed and not desk.skip:
        age = formats.ago(listed[0].sent.submitted_at, v.now, v.zone, v.tongue)
        under += v.say(" · la plus ancienne : {age}", age=age)
    return under


def _listed(v: Visit, desk: Desk) -> list[Waiting]:
    return reenrolment_queue.queue(v, closed=desk.closed, search=desk.search, most=PAGE, skip=desk.skip)


def _list(v: Visit, desk: Desk, listed: list[Waiting], total: int) -> Markup:
    caption = v.say("Réponses données") if desk.closed else v.say("File d’attente")
    if not listed:
        words = (
            "Aucune demande ne correspond à cette recherche."
            if desk.search
            else "Aucune réponse pour l’instant."
            if desk.closed
            else "Tout est traité : aucune réinscription n’attend."
        )
        return tag("h2", caption, class_="unseen") + tag("p", v.say(words))
    rows = [_row(v, desk, each) for each in listed]
    heads = tag("tr", tag("th", tag("span", v.say("Demande"), class_="unseen"), scope="col", class_="bare"))
    return tag("table", tag("caption", caption), tag("thead", heads), tag("tbody", rows)) + (
        pager(v, desk.skip, PAGE, total) or ""
    )


def _row(v: Visit, desk: Desk, each: Waiting) -> Markup:
    current = each.sent.id == desk.sent_id
    since = each.sent.decided_at if desk.closed and each.sent.decided_at else each.sent.submitted_at
    family = tag("span", v.say("famille n° {family}", family=each.family_number), class_="tight")
    about = tag("span", v.say(reenrolment_review.WAYS[each.sent.way]), " · ", family, class_="soft")
    link = tag(
        "a",
        tag("span", tag("strong", each.pupil.full_name), tag("br"), about),
        tag("span", formats.ago(since, v.now, v.zone, v.tongue), class_="age"),
        href=tabs.path_of("reinscriptions", each.sent.id, closed=desk.closed),
        data_do="open",
        data_of=each.sent.id,
        id=f"open-{each.sent.id}",
        data_open=True,
        aria_current="true" if current else None,
    )
    return tag("tr", tag("td", link), class_="current" if current else None)


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.turn_to(act.number())
    desk.decided_id = None
    reenrolment_queue.claim(v, desk.sent_id)
    return Answer(url=desk.url, focus="request-title")


def _step(by: int):  # type: ignore[no-untyped-def]
    def step(v: Visit, _act: Act, desk: Desk) -> Answer:
        ids = [each.sent.id for each in _listed(v, desk)]
        at = ids.index(desk.sent_id) if desk.sent_id in ids else -1 if by > 0 else len(ids)
        if 0 <= at + by < len(ids):
            desk.turn_to(ids[at + by])
            desk.decided_id = None
            reenrolment_queue.claim(v, desk.sent_id)
        return Answer(url=desk.url, focus="request-title")

    return step


def _sheet(v: Visit, desk: Desk) -> Sheet:
    if desk.sent_id is None:
        raise NotYours("no request is open")
    return reenrolment_queue.sheet(v, desk.sent_id)


def _show(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.shown = act.number()
    return Answer(focus=f"show-{desk.shown}")


def _next_document(v: Visit, _act: Act, desk: Desk) -> Answer:
    """The one after, round and round."""
    ids = reenrolment_review.with_files(_sheet(v, desk))
    if not ids:
        return Answer(say=v.say("Aucune pièce à consulter."))
    at = ids.index(desk.shown) if desk.shown in ids else 0
    desk.shown = ids[(at + 1) % len(ids)]
    return Answer(say=v.say("Pièce {count} sur {total}.", count=ids.index(desk.shown) + 1, total=len(ids)))


def _mark(v: Visit, act: Act, desk: Desk) -> Answer:
    """One document's verdict, before anything is decided."""
    supplied = act.number()
    declined = act.values.get(f"verdict-{supplied}") == "declined"
    (desk.declined.add if declined else desk.declined.discard)(supplied)
    return Answer()


def _decline(v: Visit, _act: Act, desk: Desk) -> Answer:
    """R: the document that is shown is refused; the reason comes next."""
    sheet = _sheet(v, desk)
    shown = reenrolment_review.shown_document(sheet, desk.shown)
    if shown is None or not shown.waits or shown.piece.supplied is None:
        return Answer(focus="reason")
    desk.declined.add(shown.piece.supplied.id)
    return Answer(focus="reason")


def _decide(v: Visit, act: Act, desk: Desk) -> Answer:
    """All of it; then the next request opens by itself."""
    ids = [each.sent.id for each in _listed(v, desk)]
    version = act.values.get("version", "")
    try:
        sent = reenrolment_queue.decide(
            v,
            act.number(),
            int(version) if version.isdecimal() and len(version) < 9 else 0,
            act.values.get("outcome", ""),
            desk.declined,
            act.values.get("reason", ""),
        )
    except Faulty as faulty:
        desk.faults = faulty.faults
        return Answer(focus="reason")
    at = ids.index(sent.id) if sent.id in ids else -1
    after = [each for each in (*ids[at + 1 :], *ids[: max(at, 0)]) if each != sent.id]
    desk.decided_id, desk.decided = sent.id, v.say(reenrolment_review.DONE[sent.state])
    desk.turn_to(after[0] if after else None)
    reenrolment_queue.claim(v, desk.sent_id)
    return Answer(say=desk.decided, url=desk.url, focus="request-title", forget=f"reenrolment-{sent.id}")


def _undo(v: Visit, act: Act, desk: Desk) -> Answer:
    sent = reenrolment_queue.undo(v, act.number())
    desk.closed, desk.decided_id = False, None
    desk.turn_to(sent.id)
    reenrolment_queue.claim(v, sent.id)
    words = v.say("La décision est annulée : la demande est de nouveau en attente.")
    return Answer(say=words, url=desk.url, focus="request-title")


def _search(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.search, desk.skip = act.values.get("search", "")[:60], 0
    found = reenrolment_queue.count(v, closed=desk.closed, search=desk.search)
    return Answer(url=desk.url, say=v.say("{count} demande#{count} demandes", count=found))


def _page(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.skip = int(act.of) if act.of.isdecimal() and len(act.of) < 7 else 0
    return Answer(focus="request-title")


def _file(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.closed, desk.skip, desk.decided_id = act.of == "closed", 0, None
    desk.turn_to(None)
    desk.opens_first = True
    reenrolment_queue.claim(v, None)
    return Answer(url=desk.url, focus="file")

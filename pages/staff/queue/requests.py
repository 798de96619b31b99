"""« Demandes »: the queue on the left, the request on the right; the next opens by itself; the keyboard suffices."""

from dataclasses import dataclass

from markupsafe import Markup
from nicegui import ui

from components.layout.layout import head
from components.nicegui_adapter.panel_element import desk_panel
from components.nicegui_adapter.screens import Audience, here, screen
from components.ui.markup import tag
from components.ui.panel import Act, Answer, only_shows
from components.ui.review_queue import just_decided, nothing_open, pager, search_field
from data.change_requests import review
from data.change_requests.models import ChangeRequest
from data.core import formats, sites
from data.core.errors import NotYours
from data.core.unit_of_work import Visit
from pages.staff.queue import absences, documents, overpayments, reenrolments, request_review, tabs

PAGE = 50
OLD_DAYS = 20  # the law gives a month to correct a datum (RGPD, article 12)


@dataclass
class Desk:
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


@screen(tabs.PATH, Audience.STAFF, title="Demandes")
def requests(v: Visit, onglet: str = "", demande: str = "", traitees: str = "", r: str = "") -> None:
    asked = int(demande) if demande.isdecimal() and len(demande) < 10 else None
    if onglet == "reinscriptions":
        reenrolments.open_desk(v, asked, closed=bool(traitees), search=r)
        return
    if onglet == "pieces":
        documents.open_desk(v, asked)
        return
    if onglet == "absences":
        absences.open_desk(v, asked, closed=bool(traitees))
        return
    if onglet == "paiements":
        overpayments.open_desk(v)
        return
    closed = onglet == "traitees"
    desk = Desk(closed, asked, r[:60], opens_first=asked is None and not closed)
    acts = {
        "open": _open,
        "next": _step(1),
        "previous": _step(-1),
        "decide": _decide,
        "undo": _undo,
        "search": _search,
        "page": _page,
    }
    desk_panel(v, desk, _draw, acts, [("queue", v.site_id or 0)])
    ui.context.client.on_connect(lambda: _claim(desk))


def _claim(desk: Desk) -> None:
    """The page is open in a browser: colleagues see who has the request."""
    with here(touch=False).visit(writes=True) as v:
        try:
            review.claim(v, desk.request_id)
        except NotYours:
            desk.request_id = None


def _draw(v: Visit, desk: Desk) -> Markup:
    waiting = review.count(v)
    listed = review.queue(v, closed=desk.closed, search=desk.search, most=PAGE, skip=desk.skip)
    oldest = review.queue(v, most=1) if desk.closed or desk.search or desk.skip else listed[:1]
    if desk.opens_first:
        desk.opens_first, desk.request_id = False, listed[0].request.id if listed else None
    zone = sites.here(v).zone
    under = v.say("{count} en attente#{count} en attente", count=waiting)
    if oldest:
        age = formats.ago(oldest[0].request.submitted_at, v.now, zone, v.tongue)
        under += v.say(" · la plus ancienne : {age}", age=age)
    narrowed = desk.closed or desk.search
    total = review.count(v, closed=desk.closed, search=desk.search) if narrowed else waiting
    queue = tag("section", _list(v, desk, listed, total), class_="card list-card")
    return (
        head(
            v.say("Demandes à valider"),
            under,
            search_field(v, desk.search, v.say("Nom, numéro de famille ou de demande")),
        )
        + tabs.draw(v, "", just_decided(v, desk.decided_id, desk.decided), closed="" if desk.closed else None)
        + (
            tag("div", queue, request_review.draw(v, desk.request_id), class_="queue opened")
            if listed or desk.request_id
            else nothing_open(_empty(v, desk))
        )
    )


def _empty(v: Visit, desk: Desk) -> str:
    return v.say(
        "Aucune demande ne correspond à cette recherche."
        if desk.search
        else "Aucune demande traitée pour l’instant."
        if desk.closed
        else "Tout est traité : aucune demande n’attend."
    )


def _list(v: Visit, desk: Desk, listed: list[review.Waiting], total: int) -> Markup:
    if not listed:
        return tag("h2", v.say("Traitées") if desk.closed else v.say("File d’attente"), class_="unseen") + tag(
            "p", _empty(v, desk)
        )
    rows = [
        tag(
            "tr",
            tag(
                "td",
                tag(
                    "a",
                    tag(
                        "span",
                        tag("strong", waiting.request.title),
                        tag("br"),
                        tag("span", _about(v, waiting), class_="soft"),
                    ),
                    _age(v, waiting.request, desk.closed),
                    href=tabs.path_of("traitees" if desk.closed else "", waiting.request.id),
                    data_do="open",
                    data_of=waiting.request.id,
                    id=f"open-{waiting.request.id}",
                    data_open=True,
                    aria_current="true" if waiting.request.id == desk.request_id else None,
                ),
            ),
            class_="current" if waiting.request.id == desk.request_id else None,
        )
        for waiting in listed
    ]
    caption = v.say("Traitées") if desk.closed else v.say("File d’attente")
    return tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", tag("th", tag("span", v.say("Demande"), class_="unseen"), scope="col", class_="bare"))),
        tag("tbody", rows),
    ) + (pager(v, desk.skip, PAGE, total) or "")


def _about(v: Visit, waiting: review.Waiting) -> str:
    sheet = v.say("Responsable") if waiting.request.sheet == "guardian" else v.say("Élève")
    what = v.say(waiting.fields) if waiting.count == 1 else v.say("{count} champ#{count} champs", count=waiting.count)
    return f"{sheet} · {what}"


def _age(v: Visit, request: ChangeRequest, closed: bool) -> Markup:
    since = request.closed_at if closed and request.closed_at else request.submitted_at
    late = not closed and (v.now - since).days >= OLD_DAYS
    return tag("span", formats.ago(since, v.now, v.zone, v.tongue), class_="age old" if late else "age")


def _open(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.request_id, desk.decided_id = act.number(), None
    review.claim(v, desk.request_id)
    return Answer(url=desk.url, focus="request-title")


def _step(by: int):  # type: ignore[no-untyped-def]
    def step(v: Visit, _act: Act, desk: Desk) -> Answer:
        ids = [
            waiting.request.id
            for waiting in review.queue(v, closed=desk.closed, search=desk.search, most=PAGE, skip=desk.skip)
        ]
        at = ids.index(desk.request_id) if desk.request_id in ids else -1 if by > 0 else len(ids)
        if 0 <= at + by < len(ids):
            desk.request_id, desk.decided_id = ids[at + by], None
            review.claim(v, desk.request_id)
        return Answer(url=desk.url, focus="request-title")

    return step


def _decide(v: Visit, act: Act, desk: Desk) -> Answer:
    """The chosen verdicts; then the next request opens by itself."""
    listed = [waiting.request.id for waiting in review.queue(v, search=desk.search, most=PAGE, skip=desk.skip)]
    values = act.values
    verdicts = {
        name.removeprefix("verdict:"): (verdict, values.get(f"seen:{name.removeprefix('verdict:')}", ""))
        for name, verdict in values.items()
        if name.startswith("verdict:") and verdict in {"accepted", "declined"}
    }
    version = values.get("version", "")
    request = review.decide(
        v,
        act.number(),
        int(version) if version.isdecimal() else 0,
        verdicts,
        reason=values.get("reason", ""),
        message=values.get("message", ""),
    )
    at = listed.index(request.id) if request.id in listed else -1
    after = [each for each in (*listed[at + 1 :], *listed[: max(at, 0)]) if each != request.id]
    desk.decided_id, desk.decided = request.id, v.say("La décision pour {title} est enregistrée.", title=request.title)
    if request.state == "closed":
        desk.request_id = after[0] if after else None
    review.claim(v, desk.request_id)
    return Answer(say=desk.decided, url=desk.url, focus="request-title", forget=f"request-{request.id}")


def _undo(v: Visit, act: Act, desk: Desk) -> Answer:
    request = review.undo(v, act.number())
    desk.closed, desk.request_id, desk.decided_id = False, request.id, None
    review.claim(v, request.id)
    return Answer(
        say=v.say("La décision est annulée : la demande est de nouveau en attente."),
        url=desk.url,
        focus="request-title",
    )


@only_shows
def _search(v: Visit, act: Act, desk: Desk) -> Answer:
    desk.search, desk.skip = act.values.get("search", "")[:60], 0
    return Answer(
        url=desk.url,
        say=v.say("{count} demande#{count} demandes", count=review.count(v, closed=desk.closed, search=desk.search)),
    )


@only_shows
def _page(_v: Visit, act: Act, desk: Desk) -> Answer:
    desk.skip = int(act.of) if act.of.isdecimal() and len(act.of) < 7 else 0
    return Answer(focus="request-title")

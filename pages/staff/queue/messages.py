"""« Demandes », file « Messages »: what families ask of one thing; the answer, which leaves by letter too; closing."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.ui import html, review_queue
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, acting_form, button
from components.ui.pager import pager, skip_to, within
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import status_chip
from components.ui.turns import draw_turns
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.messages import models as messages
from data.messages import review, subjects
from data.messages.models import MAX_LENGTH, About, Inquiry, InquiryState, InquiryTurn
from data.messages.review import Received
from pages.staff.families.families import PATH as FAMILIES
from pages.staff.queue import family_line, tabs

PAGE = 50
WORDS = review_queue.Words(
    _("Message"),
    _("Tout est lu : aucun message n’attend de réponse."),
    _("Aucun message ne correspond à cette recherche."),
)
KEYS = (("↑ ↓", _("message précédent, suivant")), (_("Ctrl + Entrée"), _("répondre depuis le texte")))
FILES = {  # where the office finds what is asked of it
    About.CHANGE: "",
    About.REENROLMENT: "reinscriptions",
    About.DOCUMENT: "pieces",
    About.ABSENCE: "absences",
}
RECORD_TABS = {About.INVOICE: "facturation", About.CREDIT: "facturation", About.COURSE: "eleves"}
FOCUS = "request-title"


@dataclass
class PageState:
    """What one open page shows: the message, the answered ones instead of the waiting, the search, the page."""

    opened: int | None = None
    closed: bool = False
    search: str = ""
    skip: int = 0
    faults: dict[str, UserError] = field(default_factory=dict)
    decided_id: int | None = None

    @property
    def url(self) -> str:
        return tabs.path_of("messages", self.opened, closed=self.closed, search=self.search)

    def turn_to(self, inquiry_id: int | None) -> None:
        self.opened, self.faults = inquiry_id, {}


def show_queue(uow: UnitOfWork, inquiry_id: int | None, *, closed: bool = False, search: str = "") -> None:
    page_state = PageState(inquiry_id, closed, search[:60])
    acts = {
        "open": review_queue.open_one,
        **review_queue.moves(_turn),
        "answer": _answer,
        "close": _close,
        "file": _file,
        "search": _search,
        "page": _page,
    }
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)])


def _listed(uow: UnitOfWork, page_state: PageState) -> list[Received]:
    return review.queue(uow, closed=page_state.closed, search=page_state.search, most=PAGE, skip=page_state.skip)


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    total = review.count(uow, closed=page_state.closed, search=page_state.search)
    page_state.skip = within(page_state.skip, PAGE, total)
    listed = _listed(uow, page_state)
    opened = review.received(uow, page_state.opened) if page_state.opened else None
    if opened is None and listed:
        opened, page_state.opened = listed[0], listed[0].inquiry.id
    rows = [_row(uow, page_state, each) for each in listed]
    drawn = review_queue.draw_queue(uow, WORDS, rows, closed=page_state.closed, narrowed=bool(page_state.search)) + (
        pager(uow, page_state.skip, PAGE, total) or ""
    )
    under = uow.ngettext("{count} message", "{count} messages", count=total)
    return (
        head(
            uow.translate("Messages des familles"),
            under if page_state.closed or page_state.search else review_queue.waiting(uow, total, None),
            review_queue.search_field(uow, page_state.search, uow.translate("Nom, sujet, numéro de famille")),
        )
        + tabs.draw(
            uow,
            "messages",
            review_queue.other_file(uow, closed=page_state.closed),
            closed="messages" if page_state.closed else None,
        )
        + html.div(
            html.section(drawn, class_="card list-card"),
            _detail(uow, page_state, opened) if opened else None,
            class_="queue opened",
        )
    )


def _row(uow: UnitOfWork, page_state: PageState, each: Received) -> Markup:
    inquiry = each.inquiry
    href = tabs.path_of("messages", inquiry.id, closed=page_state.closed, search=page_state.search)
    above = status_chip(uow, messages.state_of(inquiry)) if page_state.closed else None
    return review_queue.draw_row(
        inquiry.id,
        href,
        inquiry.asked_by,
        messages.title(inquiry, uow.language),
        review_queue.age_of(uow, inquiry.turned_at),
        current=inquiry.id == page_state.opened,
        above=above,
    )


def _detail(uow: UnitOfWork, page_state: PageState, each: Received) -> Markup:
    inquiry, written = each.inquiry, messages.turns(uow, each.inquiry.id)
    sent = uow.translate("Envoyé le {moment}", moment=formats.moment(inquiry.asked_at, uow.zone, uow.language))
    return html.section(
        review_queue.draw_head(
            inquiry.asked_by,
            html.p(_about(uow, each), class_="soft"),
            html.p(sent, class_="soft"),
            side=status_chip(uow, messages.state_of(inquiry)),
        ),
        family_line.draw(uow, each.family_number, families.adults_of(uow, inquiry.family_id)),
        review_queue.steps(uow),
        draw_turns(uow, written),
        _closed(uow, inquiry) if inquiry.state == InquiryState.CLOSED else _form(uow, page_state, inquiry, written),
        class_="card request flow",
        aria_labelledby=FOCUS,
    ) + review_queue.keys_help(uow, KEYS)


def _about(uow: UnitOfWork, each: Received) -> Content:
    """What it is about, with the way to it; its name alone when it left since."""
    named, subject = messages.title(each.inquiry, uow.language), subjects.of(uow, each.inquiry)
    if subject is None:
        return named
    if subject.about in FILES:
        href = tabs.path_of(FILES[subject.about], subject.key, closed=subject.decided)
    else:
        href = f"{FAMILIES}/{each.family_number}/{RECORD_TABS[subject.about]}"
    return html.a(named, href=href)


def _form(uow: UnitOfWork, page_state: PageState, inquiry: Inquiry, written: list[InquiryTurn]) -> Markup:
    """The answer; once there is one, the exchange can be closed without another word."""
    waits = inquiry.state == InquiryState.WAITING
    return acting_form(
        html.input(type="hidden", name="seen", value=written[-1].id),
        labelled(
            uow,
            "message-answer",
            _("Votre réponse") if waits else _("Ajouter une réponse"),
            "textarea",
            hint=_("La famille la lit sur le portail et la reçoit par e-mail."),
            fault=page_state.faults.get("answer"),
            maxlength=MAX_LENGTH,
            rows=4,
        ),
        html.div(
            html.button(uow.translate("Répondre"), type="submit", class_="btn"),
            html.button(
                uow.translate("Répondre et clore"), type="submit", name="closes", value="1", class_="btn quiet"
            ),
            None if waits else button(uow.translate("Clore"), do="close", of=inquiry.id, class_="link"),
            class_="actions",
        ),
        do="answer",
        of=inquiry.id,
        data_draft=f"answer-{inquiry.id}",
        class_="stack-form",
    )


def _closed(uow: UnitOfWork, inquiry: Inquiry) -> Markup:
    when = formats.moment(inquiry.closed_at or inquiry.turned_at, uow.zone, uow.language)
    text = (
        uow.translate("La famille a clos cet échange le {moment}.", moment=when)
        if inquiry.closed_by == messages.Side.FAMILY
        else uow.translate("Le secrétariat a clos cet échange le {moment}.", moment=when)
    )
    return html.div(icon("info"), html.p(text), class_="notice")


def _file(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.closed, page_state.skip = act.of == "closed", 0
    page_state.turn_to(None)
    return Answer(url=page_state.url, focus="file")


@only_shows
def _search(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.search, page_state.skip = act.values.get("search", "")[:60], 0
    page_state.turn_to(None)
    found = review.count(uow, closed=page_state.closed, search=page_state.search)
    return Answer(url=page_state.url, announce=uow.ngettext("{count} message", "{count} messages", count=found))


@only_shows
def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    page_state.turn_to(None)
    return Answer(focus=FOCUS)


def _ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    return [each.inquiry.id for each in _listed(uow, page_state)]


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    page_state.turn_to(review_queue.neighbour(_ids(uow, page_state), page_state.opened, by))


def _answer(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """Sent; then the next one opens by itself."""
    ids, closes = _ids(uow, page_state), act.values.get("closes") == "1"
    try:
        inquiry = review.answer(
            uow,
            act.number(),
            act.values.get("answer", ""),
            seen=parse_id(act.values.get("seen", "")) or 0,
            closes=closes,
        )
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="message-answer")
    text = uow.translate("La réponse à {name} est envoyée.", name=inquiry.asked_by)
    return _after(uow, page_state, ids, inquiry, text)


def _close(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    ids, inquiry = _ids(uow, page_state), review.close(uow, act.number())
    return _after(uow, page_state, ids, inquiry, uow.translate("L’échange est clos."))


def _after(uow: UnitOfWork, page_state: PageState, ids: list[int], inquiry: Inquiry, text: str) -> Answer:
    """Among those that were answered it stays where it is."""
    page_state.turn_to(inquiry.id if page_state.closed else review_queue.following(ids, inquiry.id))
    focus = FOCUS if page_state.opened else "file"
    return Answer(toast=text, url=page_state.url, focus=focus, forget=f"answer-{inquiry.id}")

"""« Demandes », file « Absences »: what families announce or justify; accept, or decline with a reason."""

from dataclasses import dataclass, field

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.ui import html, review_queue
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import Content, acting_form
from components.ui.pager import pager, skip_to, within
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import status_chip
from components.ui.tables import facts
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import protection
from data.office import absence_review
from data.office.absence_review import Written
from data.schooling import absences
from data.schooling.absences import NoticeState
from pages.staff.queue import family_line, tabs

PAGE = 50
WORDS = review_queue.Words(_("Absence"), _("Tout est traité : aucune absence n’attend."))
KEYS = (
    ("↑ ↓", _("demande précédente, suivante")),
    review_queue.ACCEPT,
    ("R", _("refuser, puis écrire le message")),
    review_queue.READY,
    review_queue.UNDO,
)


@dataclass
class PageState:
    """What one open page shows: the notice, the decided ones instead of the waiting; a refusal that lacks its reason."""

    notice_id: int | None = None
    closed: bool = False
    skip: int = 0
    refusing: bool = False  # the message is wanted
    faults: dict[str, UserError] = field(default_factory=dict)
    decided_id: int | None = None
    decided: str = ""

    @property
    def url(self) -> str:
        return tabs.path_of("absences", self.notice_id, closed=self.closed)

    def turn_to(self, notice_id: int | None) -> None:
        self.notice_id, self.refusing, self.faults = notice_id, False, {}


def show_queue(uow: UnitOfWork, notice_id: int | None, *, closed: bool = False) -> None:
    page_state = PageState(notice_id, closed)
    acts = {
        "open": review_queue.open_one,
        **review_queue.moves(_turn),
        "decide": _decide,
        "undo": _undo,
        "file": _file,
        "page": _page,
    }
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)])


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    waiting = absence_review.count(uow)
    total = absence_review.count(uow, closed=True) if page_state.closed else waiting
    page_state.skip = within(page_state.skip, PAGE, total)
    listed = absence_review.queue(uow, closed=page_state.closed, most=PAGE, skip=page_state.skip)
    opened = next((each for each in listed if each.notice.id == page_state.notice_id), None)
    if opened is None and listed:
        opened, page_state.notice_id = listed[0], listed[0].notice.id
    other = review_queue.just_decided(uow, page_state.decided, page_state.decided_id) or review_queue.other_file(
        uow, closed=page_state.closed
    )
    under = review_queue.waiting(uow, waiting, None)
    return (
        head(uow.translate("Absences annoncées et justifiées"), under)
        + tabs.draw(uow, "absences", other, closed="absences" if page_state.closed else None)
        + html.div(
            html.section(_list(uow, page_state, listed, total), class_="card list-card"),
            _detail(uow, page_state, opened) if opened else None,
            class_="queue opened",
        )
    )


def _list(uow: UnitOfWork, page_state: PageState, listed: list[Written], total: int) -> Markup:
    rows = [_row(uow, each, current=each.notice.id == page_state.notice_id) for each in listed]
    drawn = review_queue.draw_queue(uow, WORDS, rows, closed=page_state.closed)
    return drawn + (pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, each: Written, *, current: bool) -> Markup:
    notice = each.notice
    about = f"{_kind(uow, each)} · {absences.days_of(notice, uow.language)}"
    href = tabs.path_of("absences", notice.id, closed=notice.decided_at is not None)
    age = review_queue.age_of(uow, notice.decided_at or notice.submitted_at)
    return review_queue.draw_row(notice.id, href, each.pupil.full_name, about, age, current=current)


def _kind(uow: UnitOfWork, each: Written) -> str:
    return uow.translate("Justification") if each.notice.absence_id else uow.translate("Absence annoncée")


def _detail(uow: UnitOfWork, page_state: PageState, each: Written) -> Markup:
    notice = each.notice
    sent = formats.moment(notice.submitted_at, uow.zone, uow.language)
    about = uow.translate("Envoyée le {moment}", moment=sent)
    document: Content = ""
    if notice.document and protection.family_shown(uow, notice.family_id):
        document = html.a(
            icon("paper"), uow.translate("Voir le document"), href=f"/documents/{notice.document}", class_="link"
        )
    elif notice.document:
        document = uow.translate(protection.PAPERS_PROTECTED)
    pairs: list[tuple[str, object]] = [
        (_("Nature"), _kind(uow, each)),
        (_("Jours"), absences.days_of(notice, uow.language)),
        (_("Cours"), each.course or uow.translate("Tous les cours")),
        (_("Motif"), uow.translate(notice.reason)),
        (_("Précisions"), notice.comment),
        (_("Document"), document),
    ]
    return html.section(
        html.div(html.h2(each.pupil.full_name, id="request-title", tabindex="-1"), html.p(about, class_="soft")),
        family_line.draw(uow, each.family_number, families.adults_of(uow, notice.family_id)),
        facts((uow.translate(label), value) for label, value in pairs),
        _form(uow, page_state, each) if notice.state == NoticeState.PENDING else _answered(uow, each),
        class_="card request flow",
        aria_labelledby="request-title",
    ) + review_queue.keys_help(uow, KEYS)


def _form(uow: UnitOfWork, page_state: PageState, each: Written) -> Markup:
    ready = review_queue.ready_sentences(uow, "absence-answer", "absence", absence_review.READY, each.notice.author_id)
    return acting_form(
        page_state.refusing and html.input(type="hidden", name="verdict", value=NoticeState.DECLINED),
        labelled(
            uow,
            "absence-answer",
            "Message à la famille (obligatoire pour refuser)",
            "textarea",
            fault=page_state.faults.get("answer"),
            maxlength=500,
            rows=3,
            data_ready=True,
        ),
        ready,
        review_queue.verdicts(uow, NoticeState.DECLINED, NoticeState.ACCEPTED, review_queue.steps(uow)),
        do="decide",
        of=each.notice.id,
        data_draft=f"notice-{each.notice.id}",
    )


def _answered(uow: UnitOfWork, each: Written) -> Markup:
    notice = each.notice
    undo = notice.id if absence_review.may_undo(uow, notice) else None
    return html.div(
        html.p(status_chip(uow, NoticeState(notice.state))),
        notice.answer and html.p(notice.answer),
        review_queue.answered(uow, notice.decided_by, notice.decided_at, undo),
        class_="stack-form",
    )


def _file(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.closed, page_state.decided_id, page_state.skip = act.of == "closed", None, 0
    page_state.turn_to(None)
    return Answer(url=page_state.url, focus="file")


def _ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    listed = absence_review.queue(uow, closed=page_state.closed, most=PAGE, skip=page_state.skip)
    return [each.notice.id for each in listed]


@only_shows
def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    return Answer(focus="request-title")


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    page_state.turn_to(review_queue.neighbour(_ids(uow, page_state), page_state.notice_id, by))
    page_state.decided_id = None


def _decide(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The decision; then the next one opens by itself."""
    ids = _ids(uow, page_state)
    accept, answer = act.values.get("verdict") == NoticeState.ACCEPTED, act.values.get("answer", "")
    if not accept and not answer.strip() and not page_state.refusing:
        page_state.refusing = True
        return Answer(focus="absence-answer")
    try:
        notice = absence_review.decide(uow, act.number(), accept=accept, answer=answer)
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="absence-answer")
    after = review_queue.following(ids, notice.id)
    page_state.turn_to(after)
    text = uow.translate("L’absence est acceptée.") if accept else uow.translate("L’absence est refusée.")
    page_state.decided_id, page_state.decided = notice.id, text
    focus = "request-title" if after else "undo-last"
    return Answer(announce=text, url=page_state.url, focus=focus, forget=f"notice-{notice.id}")


def _undo(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    notice = absence_review.undo(uow, act.number())
    text = uow.translate("La décision est annulée : la demande est de nouveau en attente.")
    return review_queue.taken_back(page_state, notice.id, text)

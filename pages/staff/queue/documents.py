"""« Demandes », file « Pièces »: documents received, one after the other; accept, or refuse with a reason."""

from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.ui import html, review_queue
from components.ui.fields import labelled
from components.ui.markup import acting_form
from components.ui.pager import pager, skip_to, within
from components.ui.panel import Act, Answer, only_shows
from components.ui.status_chip import status_chip
from components.ui.tables import facts
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.fields import DATE
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import protection
from data.families.models import Pupil
from data.families.stored_files import StoredFile
from data.reenrolment import participation
from data.reenrolment import review as reenrolment_review
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.models import DocumentItem, DocumentState, SuppliedDocument
from data.reenrolment.review_queue import Given
from pages.staff.queue import document_viewer, family_line, tabs

PAGE = 50
WORDS = review_queue.Words(
    _("Pièce"),
    _("Tout est traité : aucune pièce n’attend. Celles des demandes envoyées se traitent avec leur demande."),
    _("Aucune pièce ne correspond à cette recherche."),
)
KEYS = (
    ("↑ ↓", _("pièce précédente, suivante")),
    review_queue.ENLARGE,
    review_queue.ACCEPT,
    ("R", _("refuser, puis donner la raison")),
    review_queue.READY,
    review_queue.FROM_REASON,
    review_queue.UNDO,
)
Row = tuple[SuppliedDocument, RequiredDocument, Pupil, int]
Found = tuple[SuppliedDocument, RequiredDocument, Pupil, int, StoredFile | None]


@dataclass
class PageState:
    """What one open page shows."""

    supplied_id: int | None = None
    closed: bool = False
    search: str = ""
    skip: int = 0
    refusing: bool = False  # the reason is wanted
    faults: dict[str, UserError] = field(default_factory=dict)
    decided_id: int | None = None
    decided: str = ""
    opens_first: bool = False

    @property
    def url(self) -> str:
        return tabs.path_of("pieces", self.supplied_id, closed=self.closed, search=self.search)

    def turn_to(self, supplied_id: int | None) -> None:
        self.supplied_id, self.refusing, self.faults = supplied_id, False, {}


def show_queue(uow: UnitOfWork, supplied_id: int | None, *, closed: bool = False, search: str = "") -> None:
    page_state = PageState(supplied_id, closed, search[:60], opens_first=supplied_id is None)
    acts = {
        "open": review_queue.open_one,
        **review_queue.moves(_turn),
        "decide": _decide,
        "undo": _undo,
        "search": _search,
        "page": _page,
        "file": _file,
    }
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)])


def _listed(uow: UnitOfWork, page_state: PageState) -> list[Row]:
    return participation.waiting_documents(
        uow, closed=page_state.closed, search=page_state.search, most=PAGE, skip=page_state.skip
    )


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    listed = _listed(uow, page_state)
    if page_state.skip and not listed:
        page_state.skip = within(page_state.skip, PAGE, _count(uow, page_state))
        listed = _listed(uow, page_state)
    if page_state.opens_first:
        page_state.opens_first = False
        page_state.turn_to(listed[0][0].id if listed else None)
    whole = not page_state.skip and len(listed) < PAGE
    total = len(listed) if whole else _count(uow, page_state)
    under = (
        uow.ngettext("{count} pièce", "{count} pièces", count=total)
        if page_state.closed or page_state.search
        else review_queue.waiting(uow, total, listed[0][0].given_at if listed and not page_state.skip else None)
    )
    hint = uow.translate("Élève, nom de la pièce, numéro de dossier ou de famille")
    return (
        head(uow.translate("Pièces reçues"), under, review_queue.search_field(uow, page_state.search, hint))
        + tabs.draw(
            uow,
            "pieces",
            review_queue.just_decided(uow, page_state.decided, page_state.decided_id)
            or review_queue.other_file(uow, closed=page_state.closed),
        )
        + html.div(
            html.section(_list(uow, page_state, listed, total), class_="card list-card"),
            _detail(uow, page_state),
            class_="queue opened cockpit",
        )
    )


def _count(uow: UnitOfWork, page_state: PageState) -> int:
    return participation.count_waiting_documents(uow, closed=page_state.closed, search=page_state.search)


def _list(uow: UnitOfWork, page_state: PageState, listed: list[Row], total: int) -> Markup:
    rows = [_row(uow, page_state, each) for each in listed]
    drawn = review_queue.draw_queue(uow, WORDS, rows, closed=page_state.closed, narrowed=bool(page_state.search))
    return drawn + (pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, page_state: PageState, each: Row) -> Markup:
    supplied, document, pupil, _number = each
    current = supplied.id == page_state.supplied_id
    since = supplied.decided_at if page_state.closed and supplied.decided_at else supplied.given_at
    href = tabs.path_of("pieces", supplied.id, closed=page_state.closed)
    age = review_queue.age_of(uow, since)
    return review_queue.draw_row(supplied.id, href, pupil.full_name, document.label, age, current=current)


def _detail(uow: UnitOfWork, page_state: PageState) -> Markup:
    return review_queue.draw_opened(
        page_state.supplied_id,
        lambda supplied_id: reenrolment_queue.waiting_document(uow, supplied_id),
        lambda found: _document(uow, page_state, found),
        gone=uow.translate("Cette pièce n’existe plus ou ne vous est pas accessible."),
        choose=uow.translate("Choisissez une pièce dans la liste."),
    )


def _document(uow: UnitOfWork, page_state: PageState, found: Found) -> Markup:
    supplied, document, pupil, number, file = found
    state = DocumentState(supplied.state)
    given = formats.moment(supplied.given_at, uow.zone, uow.language)
    about = uow.translate("Reçue le {moment} · dossier n° {number}", moment=given, number=pupil.number)
    size = f"{max(1, round(supplied.size / 1024))} Ko"
    item, adults = Given(DocumentItem(document, supplied, state), file), families.adults_of(uow, supplied.family_id)
    readable = protection.all_shown(uow, adults)
    named = document_viewer.file_name(uow, supplied, readable=readable)
    reading = html.div(
        review_queue.draw_head(f"{document.label} – {pupil.full_name}", html.p(about), side=status_chip(uow, state)),
        family_line.draw(uow, number, adults),
        facts(
            [
                (uow.translate("Fichier"), f"{named} · {size}"),
                (uow.translate("Consigne"), document.hint),
            ]
        ),
        class_="reading",
    )
    viewer = (
        document_viewer.draw(uow, item, file, (1, 1), readable=readable, refuses=False)
        if file
        else html.div(html.p(uow.translate("Le fichier n’est plus conservé.")), class_="viewer-box empty")
    )
    waits = state == DocumentState.RECEIVED
    return html.section(
        reading,
        viewer,
        _form(uow, page_state, supplied) if waits else _answered(uow, supplied),
        class_="card request",
        aria_labelledby="request-title",
    ) + review_queue.keys_help(uow, KEYS)


def _form(uow: UnitOfWork, page_state: PageState, supplied: SuppliedDocument) -> Markup:
    fault = page_state.faults.get("reason")
    ready = review_queue.ready_sentences(
        uow, "reason", "document", reenrolment_queue.READY["document"], supplied.author_id
    )
    text = review_queue.reason(uow, uow.translate("Raison du refus (la famille la lira)"), fault, ready, most=500)
    until = labelled(
        uow,
        "document-until",
        "Valable jusqu’au (facultatif)",
        "text",
        hint=_("jj/mm/aaaa"),
        fault=page_state.faults.get("until"),
        inputmode="numeric",
        autocomplete="off",
    )
    beside = html.div(until, class_="until") + review_queue.steps(uow)
    verdicts = review_queue.verdicts(uow, "declined", "accepted", beside)
    return acting_form(
        page_state.refusing and html.input(type="hidden", name="verdict", value="declined"),
        html.div(text, class_="why"),
        verdicts,
        do="decide",
        of=supplied.id,
        data_draft=f"document-{supplied.id}",
        class_="decision asks" if page_state.refusing or fault else "decision",
    )


def _answered(uow: UnitOfWork, supplied: SuppliedDocument) -> Markup:
    undo = supplied.id if reenrolment_review.may_undo_document(uow, supplied) else None
    return html.div(
        supplied.reason and html.p(supplied.reason),
        review_queue.answered(uow, supplied.decided_by, supplied.decided_at, undo),
        class_="decision",
    )


def _ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    return [row[0].id for row in _listed(uow, page_state)]


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    page_state.turn_to(review_queue.neighbour(_ids(uow, page_state), page_state.supplied_id, by))
    page_state.decided_id = None


def _file(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.closed, page_state.skip, page_state.decided_id = act.of == "closed", 0, None
    page_state.turn_to(None)
    page_state.opens_first = True
    return Answer(url=page_state.url, focus="file")


@only_shows
def _search(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.search, page_state.skip = act.values.get("search", "")[:60], 0
    count = _count(uow, page_state)
    return Answer(url=page_state.url, announce=uow.ngettext("{count} pièce", "{count} pièces", count=count))


def _undo(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    supplied = reenrolment_review.undo_document(uow, act.number())
    text = uow.translate("La décision est annulée : la pièce attend de nouveau.")
    return review_queue.taken_back(page_state, supplied.id, text)


def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = skip_to(act, PAGE)
    return Answer(focus="request-title")


def _decide(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The decision; then the next one opens by itself. From the reason (Ctrl + Entrée): UserError with it."""
    ids, reason = _ids(uow, page_state), act.values.get("reason", "")
    declined = act.values.get("verdict", "declined" if reason.strip() else "accepted") == "declined"
    if declined and not reason.strip() and not page_state.refusing:
        page_state.refusing = True
        return Answer(focus="reason")
    try:
        if declined:
            supplied = reenrolment_review.refuse_document(uow, act.number(), reason)
        else:
            supplied = reenrolment_review.validate_document(uow, act.number(), expires_on=_until(uow, act))
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="document-until" if "until" in invalid.faults else "reason")
    page_state.turn_to(review_queue.following(ids, supplied.id))
    text = uow.translate("La pièce est refusée.") if declined else uow.translate("La pièce est acceptée.")
    page_state.decided_id, page_state.decided = supplied.id, text
    return Answer(announce=text, url=page_state.url, focus="request-title", forget=f"document-{supplied.id}")


def _until(uow: UnitOfWork, act: Act) -> date | None:
    try:
        day: date | None = DATE.read(act.values.get("until", ""))
    except UserError as error:
        raise ValidationErrors({"until": error}) from None
    if day is not None and day < uow.today:
        raise ValidationErrors({"until": UserError("Cette date est passée.")})
    return day

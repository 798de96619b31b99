"""« Demandes », file « Pièces »: documents received, one after the other; accept, or refuse with a reason."""

from dataclasses import dataclass, field
from datetime import date

from markupsafe import Markup

from components.layout.layout import head
from components.nicegui_adapter.panel_element import page_panel
from components.ui import html, review_queue
from components.ui.fields import labelled
from components.ui.markup import acting_form
from components.ui.panel import Act, Answer
from components.ui.status_chip import status_chip
from components.ui.tables import facts
from data.core import formats
from data.core.errors import UserError, ValidationErrors
from data.core.fields import DATE
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.families.stored_files import StoredFile
from data.reenrolment import participation
from data.reenrolment import review as reenrolment_review
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.campaigns import RequiredDocument
from data.reenrolment.models import DocumentItem, DocumentState, SuppliedDocument
from data.reenrolment.review_queue import Given
from pages.staff.queue import document_viewer, tabs

PAGE = 50
KEYS = (
    ("↑ ↓", _("pièce précédente, suivante")),
    ("Z", _("agrandir la pièce")),
    ("V", _("accepter")),
    ("R", _("refuser, avec la raison écrite")),
    (_("Ctrl + Entrée"), _("décider depuis la raison")),
)
Row = tuple[SuppliedDocument, RequiredDocument, Pupil, int]
Found = tuple[SuppliedDocument, RequiredDocument, Pupil, int, StoredFile | None]


@dataclass
class PageState:
    """What one open page shows."""

    supplied_id: int | None = None
    skip: int = 0
    faults: dict[str, UserError] = field(default_factory=dict)
    opens_first: bool = False

    @property
    def url(self) -> str:
        return tabs.path_of("pieces", self.supplied_id)


def show_queue(uow: UnitOfWork, supplied_id: int | None) -> None:
    page_state = PageState(supplied_id, opens_first=supplied_id is None)
    acts = {"open": _open, **review_queue.moves(_turn), "decide": _decide, "page": _page}
    page_panel(uow, page_state, _draw, acts, [("queue", uow.site_id or 0)])


def _draw(uow: UnitOfWork, page_state: PageState) -> Markup:
    listed = participation.waiting_documents(uow, most=PAGE, skip=page_state.skip)
    if page_state.opens_first:
        page_state.opens_first, page_state.supplied_id = False, listed[0][0].id if listed else None
    total = participation.count_waiting_documents(uow) if page_state.skip or len(listed) == PAGE else len(listed)
    under = review_queue.waiting(uow, total, listed[0][0].given_at if listed and not page_state.skip else None)
    return (
        head(uow.translate("Pièces reçues"), under)
        + tabs.draw(uow, "pieces")
        + html.div(
            html.section(_list(uow, page_state, listed, total), class_="card list-card"),
            _detail(uow, page_state),
            class_="queue opened",
        )
    )


def _list(uow: UnitOfWork, page_state: PageState, listed: list[Row], total: int) -> Markup:
    empty = uow.translate("Tout est traité : aucune pièce n’attend.")
    rows = [_row(uow, page_state, each) for each in listed]
    drawn = review_queue.draw_list(uow, uow.translate("File d’attente"), uow.translate("Pièce"), rows, empty)
    return drawn + (review_queue.pager(uow, page_state.skip, PAGE, total) or "")


def _row(uow: UnitOfWork, page_state: PageState, each: Row) -> Markup:
    supplied, document, pupil, number = each
    about = f"{document.label} · {uow.translate('famille n° {family}', family=number)}"
    current = supplied.id == page_state.supplied_id
    age = review_queue.age_of(uow, supplied.given_at)
    return review_queue.draw_row(
        supplied.id, tabs.path_of("pieces", supplied.id), pupil.full_name, about, age, current=current
    )


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
    about = uow.translate(
        "Reçue le {moment} · dossier n° {number} · famille n° {family}",
        moment=given,
        number=pupil.number,
        family=number,
    )
    size = f"{max(1, round(supplied.size / 1024))} Ko"
    item = Given(DocumentItem(document, supplied, state), file)
    return html.section(
        review_queue.draw_head(f"{document.label} – {pupil.full_name}", html.p(about), side=status_chip(uow, state)),
        review_queue.steps(uow),
        facts(
            [
                (uow.translate("Fichier"), f"{document_viewer.file_name(uow, supplied)} · {size}"),
                (uow.translate("Consigne"), document.hint),
            ]
        ),
        document_viewer.draw(uow, item, file, 1, 1, refuses=False)
        if file
        else html.p(uow.translate("Le fichier n’est plus conservé.")),
        _form(uow, page_state, supplied) if state == DocumentState.RECEIVED else _answered(uow, supplied),
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
    return acting_form(
        text,
        html.div(until, class_="narrow-field"),
        review_queue.verdicts(uow, "declined", "accepted"),
        do="decide",
        of=supplied.id,
        data_draft=f"document-{supplied.id}",
    )


def _answered(uow: UnitOfWork, supplied: SuppliedDocument) -> Markup:
    when = formats.moment(supplied.decided_at or uow.now, uow.zone, uow.language)
    by = uow.translate("Décidée par {name} le {moment}.", name=supplied.decided_by, moment=when)
    return html.div(html.p(by), supplied.reason and html.p(supplied.reason), class_="stack-form")


def _open(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.supplied_id, page_state.faults = act.number(), {}
    return Answer(url=page_state.url, focus="request-title")


def _ids(uow: UnitOfWork, page_state: PageState) -> list[int]:
    return [row[0].id for row in participation.waiting_documents(uow, most=PAGE, skip=page_state.skip)]


def _turn(uow: UnitOfWork, page_state: PageState, by: int) -> None:
    page_state.supplied_id = review_queue.neighbour(_ids(uow, page_state), page_state.supplied_id, by)
    page_state.faults = {}


def _page(_uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    page_state.skip = parse_id(act.of) or 0
    return Answer(focus="request-title")


def _decide(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    """The decision; then the next one opens by itself. From the reason (Ctrl + Entrée): UserError with it."""
    ids, reason = _ids(uow, page_state), act.values.get("reason", "")
    declined = act.values.get("verdict", "declined" if reason.strip() else "accepted") == "declined"
    try:
        if declined:
            supplied = reenrolment_review.refuse_document(uow, act.number(), reason)
        else:
            supplied = reenrolment_review.validate_document(uow, act.number(), expires_on=_until(uow, act))
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="document-until" if "until" in invalid.faults else "reason")
    page_state.supplied_id, page_state.faults = review_queue.following(ids, supplied.id), {}
    text = uow.translate("La pièce est refusée.") if declined else uow.translate("La pièce est acceptée.")
    return Answer(toast=text, url=page_state.url, focus="request-title", forget=f"document-{supplied.id}")


def _until(uow: UnitOfWork, act: Act) -> date | None:
    try:
        day: date | None = DATE.read(act.values.get("until", ""))
    except UserError as error:
        raise ValidationErrors({"until": error}) from None
    if day is not None and day < uow.today:
        raise ValidationErrors({"until": UserError("Cette date est passée.")})
    return day

"""« Familles », tab « Demandes »: whatever the family asked, kind by kind; each leads to its place in the queue."""

from markupsafe import Markup

from components.ui import html
from components.ui.markup import Content
from components.ui.status_chip import status_chip
from components.ui.tables import table
from data.change_requests.models import ChangeRequest, ChangeState, FieldChange, RequestState
from data.core import formats
from data.core.fields import EditableField
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.directory import records as family_records
from data.families import protection
from data.messages import models as messages
from data.messages.models import InquiryState
from data.reenrolment.models import WAYS, ReenrolmentState, state_of
from data.schooling import absences
from data.schooling.absences import NoticeState
from pages.staff.families.family import FamilyView
from pages.staff.queue import document_viewer

QUEUE = "/gestion/demandes"


def draw(uow: UnitOfWork, view: FamilyView) -> Markup:
    kinds = (_reenrolments, _documents, _absences, _messages, _changes)
    cards = [drawn(uow, view) for drawn in kinds]
    if not any(cards):
        return html.p(uow.translate("Cette famille n’a rien demandé."), class_="card")
    return Markup("").join(card for card in cards if card)


def _card(uow: UnitOfWork, title: str, heads: tuple[str, ...], rows: list[tuple[Content, ...]]) -> Markup | None:
    if not rows:
        return None
    label = uow.translate(title)
    body = table(label, [uow.translate(head) for head in heads], rows)
    return html.section(body, class_="card", aria_label=label)


def _reenrolments(uow: UnitOfWork, view: FamilyView) -> Markup | None:
    rows: list[tuple[Content, ...]] = []
    for sent, pupil, campaign in family_records.reenrolments(uow, view.family.id):
        closed = "" if sent.state == ReenrolmentState.SUBMITTED else "&traitees=1"
        link = html.a(campaign.title, href=f"{QUEUE}?onglet=reinscriptions{closed}&demande={sent.id}")
        when = formats.moment(sent.submitted_at, uow.zone, uow.language)
        state = status_chip(uow, ReenrolmentState(sent.state))
        rows.append((link, pupil.full_name, uow.translate(WAYS[sent.way]), when, state))
    heads = (_("Campagne"), _("Élève"), _("Demande"), _("Envoyée le"), _("État"))
    return _card(uow, _("Réinscriptions"), heads, rows)


def _documents(uow: UnitOfWork, view: FamilyView) -> Markup | None:
    rows, readable = list[tuple[Content, ...]](), protection.all_shown(uow, view.adults)
    for supplied, document, pupil in family_records.documents(uow, view.family.id):
        link = html.a(document.label, href=f"{QUEUE}?onglet=pieces&demande={supplied.id}")
        when = formats.moment(supplied.given_at, uow.zone, uow.language)
        state = html.span(
            status_chip(uow, state_of(supplied, uow.today)), supplied.reason and html.small(supplied.reason)
        )
        rows.append((link, pupil.full_name, document_viewer.file_name(uow, supplied, readable=readable), when, state))
    heads = (_("Pièce"), _("Élève"), _("Fichier"), _("Reçue le"), _("État"))
    return _card(uow, _("Pièces"), heads, rows)


def _absences(uow: UnitOfWork, view: FamilyView) -> Markup | None:
    rows: list[tuple[Content, ...]] = []
    for notice, pupil in family_records.absences(uow, view.family.id):
        closed = "" if notice.state == NoticeState.PENDING else "&traitees=1"
        days = absences.days_of(notice, uow.language)
        link = html.a(days, href=f"{QUEUE}?onglet=absences{closed}&demande={notice.id}")
        when = formats.moment(notice.submitted_at, uow.zone, uow.language)
        state = html.span(status_chip(uow, NoticeState(notice.state)), notice.answer and html.small(notice.answer))
        rows.append((link, pupil.full_name, uow.translate(notice.reason), when, state))
    heads = (_("Absence"), _("Élève"), _("Motif"), _("Envoyée le"), _("État"))
    return _card(uow, _("Absences"), heads, rows)


def _messages(uow: UnitOfWork, view: FamilyView) -> Markup | None:
    rows: list[tuple[Content, ...]] = []
    for inquiry in family_records.messages(uow, view.family.id):
        closed = "" if inquiry.state == InquiryState.WAITING else "&traitees=1"
        link = html.a(
            messages.title(inquiry, uow.language), href=f"{QUEUE}?onglet=messages{closed}&demande={inquiry.id}"
        )
        when = formats.moment(inquiry.asked_at, uow.zone, uow.language)
        rows.append((link, inquiry.asked_by, when, status_chip(uow, messages.state_of(inquiry))))
    heads = (_("Message"), _("Écrit par"), _("Envoyé le"), _("État"))
    return _card(uow, _("Messages"), heads, rows)


def _changes(uow: UnitOfWork, view: FamilyView) -> Markup | None:
    rows: list[tuple[Content, ...]] = [
        (
            _number(uow, request),
            request.title,
            uow.translate(one.mark.label),
            *_values(uow, view, request, change, one),
            html.span(status_chip(uow, ChangeState(change.state)), change.reason and html.small(change.reason)),
        )
        for request, change, one in family_records.requests(uow, view.family.id)
    ]
    heads = (_("Demande"), _("Fiche"), _("Champ"), _("Avant"), _("Demandé"), _("État"))
    return _card(uow, _("Fiches"), heads, rows)


def _values(
    uow: UnitOfWork, view: FamilyView, request: ChangeRequest, change: FieldChange, one: EditableField
) -> tuple[Content, Content]:
    """Before and asked for; where an adult lives is not told to whom it is hidden from."""
    theirs = view.adults if request.sheet == "guardian" else [pupil for pupil, _ in view.pupils]
    whose = next((record for record in theirs if record.id == request.sheet_id), None)
    if change.field in protection.hidden_fields(uow, request.sheet, whose):
        return uow.translate("Coordonnées masquées"), uow.translate("Coordonnées masquées")
    return one.format_value(change.old, uow.language) or "–", one.format_value(change.new, uow.language) or "–"


def _number(uow: UnitOfWork, request: ChangeRequest) -> Markup:
    query = (
        f"demande={request.id}" if request.state == RequestState.PENDING else f"onglet=traitees&demande={request.id}"
    )
    when = formats.moment(request.submitted_at, uow.zone, uow.language)
    return html.span(
        html.a(uow.translate("n° {number}", number=request.id), href=f"/gestion/demandes?{query}"),
        html.small(when),
    )

"""One request: each field today and as asked, the decision on each, the reason, the message, what was decided."""

from markupsafe import Markup

from components.ui import html, review_queue
from components.ui.icons import icon
from components.ui.markup import Content, acting_form, join
from components.ui.status_chip import status_chip
from components.ui.tables import table
from data.change_requests import review
from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, ChangeState, RequestState
from data.core import edit_presence, formats, sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import protection
from pages.staff.queue import family_line

Cells = tuple[Content, Content, Content, Content]  # field, before, asked, decision
KEYS = (
    ("↑ ↓", _("demande précédente, suivante")),
    ("V", _("valider la décision")),
    ("R", _("refuser tous les champs, puis donner la raison")),
    (_("Ctrl + Entrée"), _("valider depuis la raison ou le message")),
    review_queue.UNDO,
)


def draw(uow: UnitOfWork, request_id: int | None) -> Markup:
    """The right half of the queue; words when nothing is chosen or the request is not there."""
    return review_queue.draw_opened(
        request_id,
        lambda opened: uow.get(ChangeRequest, opened),
        lambda request: _draw(uow, request),
        gone=uow.translate("Cette demande n’existe plus ou ne vous est pas accessible."),
        choose=uow.translate("Choisissez une demande dans la liste."),
    )


def _draw(uow: UnitOfWork, request: ChangeRequest) -> Markup:
    lines, (number, adults) = review.lines(uow, request), families.numbered_adults(uow, request.family_id)
    asked = formats.moment(request.submitted_at, sites.here(uow).zone, uow.language)
    under = uow.translate("Demande n° {number} du {moment}", number=request.id, moment=asked)
    pending = request.state == RequestState.PENDING
    chip = status_chip(uow, ChangeState.PENDING) if pending else html.span(uow.translate("Traitée"), class_="chip")
    body = _form(uow, request, lines) if pending else _decided(uow, request, lines)
    if pending and change_requests.record_of(uow, request) is None:
        text = uow.translate("Cette fiche n’existe plus : « Valider » classe la demande sans objet.")
        body = html.div(icon("info"), html.p(text), class_="notice pending") + body
    return html.section(
        review_queue.draw_head(request.title, html.p(under), side=chip),
        family_line.draw(uow, number, adults),
        review_queue.steps(uow),
        review_queue.seen_by(
            uow, edit_presence.colleague(uow, request) if request.state == RequestState.PENDING else ""
        ),
        body,
        class_="card request",
        aria_labelledby="request-title",
    ) + review_queue.keys_help(uow, KEYS)


def _table(uow: UnitOfWork, rows: list[Cells], before: str) -> Markup:
    heads = [uow.translate(label) for label in (_("Champ"), before, _("Demandé"), _("Décision"))]
    return table(uow.translate("Champs modifiés"), heads, rows, quiet_caption=True)


def _form(uow: UnitOfWork, request: ChangeRequest, lines: list[review.Line]) -> Markup:
    rows = [_row(uow, line) for line in lines]
    if all(line.hidden for line in lines if line.change.state == ChangeState.PENDING):
        stored = html.div(icon("info"), html.p(uow.translate(protection.PROTECTED)), class_="notice")
        return _table(uow, rows, _("Aujourd’hui")) + stored
    ready = review_queue.ready_sentences(uow, "reason", "sheet", review.READY, request.author_id)
    reason = html.div(
        html.label(uow.translate("Raison du refus (la famille la lira)"), for_="reason"),
        html.textarea(id="reason", name="reason", maxlength=500, data_then_focus=True, data_ready=True),
        ready,
        class_="field reason",
    )
    message = html.div(
        html.label(uow.translate("Message à la famille (facultatif)"), for_="message"),
        html.textarea(id="message", name="message", maxlength=1000),
        class_="field",
    )
    actions = html.div(
        review_queue.keyed(
            "R", uow.translate("Refuser"), type="button", class_="btn bad", data_checks=ChangeState.DECLINED
        ),
        review_queue.keyed("V", uow.translate("Valider"), type="submit", class_="btn"),
        class_="actions",
    )
    return acting_form(
        html.input(type="hidden", name="version", value=request.version),
        _table(uow, rows, _("Aujourd’hui")),
        reason,
        message,
        actions,
        do="decide",
        of=request.id,
        data_draft=f"request-{request.id}",
        id="request-form",
    )


def _value(uow: UnitOfWork, line: review.Line, shown: str) -> Markup | str:
    """For the eye: a photograph as a picture, anything else in words; not what a protection order hides."""
    if line.hidden:
        return uow.translate("Coordonnées masquées")
    if line.field.kind.control == "photo" and shown:
        alt = uow.translate(line.field.mark.label)
        return html.img(src=f"/documents/{shown}", alt=alt, class_="portrait small", width=96, height=96)
    return line.field.format_value(shown, uow.language) or uow.translate("vide")


def _row(uow: UnitOfWork, line: review.Line) -> Cells:
    name, label = line.field.name, uow.translate(line.field.mark.label)
    was, now, new = (_value(uow, line, shown) for shown in (line.change.old, line.now, line.change.new))
    if line.change.state != ChangeState.PENDING:
        return _decided_row(uow, line)
    today = (
        html.div(
            html.span(uow.translate("Lors de la demande :"), " ", was),
            html.strong(uow.translate("Maintenant :"), " ", now),
            class_="three",
        )
        if line.conflict
        else html.s(now)
        if line.now
        else html.span(now, class_="soft")
    )
    asked = html.strong(new)
    if line.blocked:
        asked += html.p(
            icon("mail"), html.span(uow.translate("Adresse pas encore confirmée par la famille")), class_="was"
        )
    if line.hidden:
        return (
            label,
            html.span(now, class_="soft"),
            html.span(new, class_="soft"),
            uow.translate("Réservée au responsable"),
        )
    seen = html.input(type="hidden", name=f"seen:{name}", value=line.now)
    return join([label, seen]), today, asked, _verdict(uow, line, label)


def _verdict(uow: UnitOfWork, line: review.Line, label: str) -> Markup:
    """Two words to choose from; « Accepter » is chosen beforehand unless the values must be compared first."""
    name, ready = f"verdict:{line.field.name}", not (line.conflict or line.blocked)
    return html.div(
        html.label(
            html.input(type="radio", name=name, value=ChangeState.ACCEPTED, checked=ready, disabled=line.blocked),
            icon("check"),
            uow.translate("Accepter"),
        ),
        html.label(
            html.input(type="radio", name=name, value=ChangeState.DECLINED),
            icon("cross"),
            uow.translate("Refuser"),
        ),
        class_="verdict",
        role="radiogroup",
        aria_label=uow.translate("Décision pour {field}", field=label),
    )


def _decided_row(uow: UnitOfWork, line: review.Line) -> Cells:
    was, new = (_value(uow, line, shown) for shown in (line.change.old, line.change.new))
    reason = html.p(line.change.reason, class_="small") if line.change.reason else None
    return (
        uow.translate(line.field.mark.label),
        was,
        html.strong(new),
        join([status_chip(uow, ChangeState(line.change.state)), reason]),
    )


def _decided(uow: UnitOfWork, request: ChangeRequest, lines: list[review.Line]) -> Markup:
    last = max(
        (line.change for line in lines if line.change.decided_at),
        key=lambda change: change.decided_at or uow.now,
        default=None,
    )
    by = (
        uow.translate(
            "Décidée par {name} le {moment}.",
            name=last.decided_by,
            moment=formats.moment(last.decided_at or uow.now, sites.here(uow).zone, uow.language),
        )
        if last
        else uow.translate("La famille a retiré cette demande.")
    )
    undo = review_queue.undo_button(uow, request.id) if review.may_undo(uow, lines) else None
    return _table(uow, [_decided_row(uow, line) for line in lines], _("Avant")) + html.div(
        html.p(by, class_="first soft"), undo, class_="actions"
    )

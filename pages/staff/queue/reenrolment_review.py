"""A re-enrolment request: what is asked, its documents beside their verdicts, the one that is shown, the decision."""

from typing import Protocol

from markupsafe import Markup

from components.ui import html, review_queue
from components.ui.icons import icon
from components.ui.markup import acting_form, button, join
from components.ui.status_chip import status_chip
from components.ui.tables import facts, table
from data.core import edit_presence, formats, sites
from data.core.errors import UserError
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.models import WAYS, Discipline, ReenrolmentState, Way
from data.reenrolment.review_queue import Given, RequestDetail
from pages.staff.queue import document_viewer

DONE: dict[str, str] = {
    ReenrolmentState.VALIDATED: _("La réinscription est validée."),
    ReenrolmentState.TO_CORRECT: _("La demande est renvoyée à la famille, à corriger."),
    ReenrolmentState.REFUSED: _("La demande est refusée."),
}
KEYS = (
    ("↑ ↓", _("demande précédente, suivante")),
    ("N", _("pièce suivante")),
    ("Z", _("agrandir la pièce")),
    ("V", _("valider la demande et toutes ses pièces")),
    ("R", _("refuser la pièce affichée, puis donner la raison")),
    ("C", _("renvoyer à la famille, à corriger")),
    (_("Ctrl + Entrée"), _("décider depuis la raison")),
    ("U", _("annuler la dernière décision")),
)


class Shows(Protocol):
    """What the page remembers of a request while it is read."""

    shown: int | None
    declined: set[int]
    faults: dict[str, UserError]


def with_files(detail: RequestDetail) -> list[int]:
    """The documents that can be looked at, in their order."""
    return [each.item.supplied.id for each in detail.documents if each.file and each.item.supplied]


def shown_document(detail: RequestDetail, shown: int | None) -> Given | None:
    """The one that was asked for, otherwise the first that waits, otherwise the first."""
    there = [each for each in detail.documents if each.file and each.item.supplied]
    wanted = [each for each in there if each.item.supplied and each.item.supplied.id == shown]
    return next(iter(wanted or [each for each in there if each.waits] or there), None)


def draw(uow: UnitOfWork, sent_id: int | None, page_state: Shows) -> Markup:
    """The right half of the queue; words when nothing is chosen or the request is not there."""
    return review_queue.draw_opened(
        sent_id,
        lambda opened: reenrolment_queue.detail(uow, opened),
        lambda detail: _draw(uow, detail, page_state),
        gone=uow.translate("Cette demande n’existe plus ou ne vous est pas accessible."),
        choose=uow.translate("Choisissez une demande dans la liste."),
    )


def _draw(uow: UnitOfWork, detail: RequestDetail, page_state: Shows) -> Markup:
    sent = detail.sent
    asked = formats.moment(sent.submitted_at, sites.here(uow).zone, uow.language)
    under = uow.translate("{campaign} · envoyée le {moment}", campaign=detail.campaign.title, moment=asked)
    about = uow.translate(
        "Dossier n° {number} · famille n° {family}", number=detail.pupil.number, family=detail.family_number
    )
    by = f"{about} · {detail.author}" if detail.author else about
    chip = status_chip(uow, ReenrolmentState(sent.state))
    return html.section(
        review_queue.draw_head(detail.pupil.full_name, html.p(under), html.p(by, class_="soft small"), side=chip),
        review_queue.steps(uow),
        review_queue.seen_by(
            uow, edit_presence.colleague(uow, detail.sent) if detail.sent.state == ReenrolmentState.SUBMITTED else ""
        ),
        _asked(uow, detail),
        _form(uow, detail, page_state)
        if sent.state == ReenrolmentState.SUBMITTED
        else _answered(uow, detail, page_state),
        class_="card request",
        aria_labelledby="request-title",
    ) + review_queue.keys_help(uow, KEYS)


def _asked(uow: UnitOfWork, detail: RequestDetail) -> Markup:
    wish, leaving = detail.wish, detail.sent.way == Way.LEAVING
    pairs: list[tuple[str, object]] = [(uow.translate("Demande"), html.strong(uow.translate(WAYS[detail.sent.way])))]
    if wish and leaving:
        pairs += [
            (uow.translate("Motif"), uow.translate(wish.reason) if wish.reason else ""),
            (uow.translate("Précisions"), wish.precision),
        ]
    if wish:
        pairs.append(
            (uow.translate("Demandes complémentaires"), wish.message and html.span(wish.message, class_="pre-line"))
        )
    chosen = set(detail.sent.chosen)
    lines = [line for line in detail.disciplines if line.active or line.enrolment.id in chosen]
    courses = (
        table(
            uow.translate("Cours demandés"),
            [uow.translate(each) for each in (_("Cours"), _("Enseignant"), _("Cycle"), _("Réinscription"))],
            [_course(uow, line, detail, chosen) for line in lines],
        )
        if lines and not leaving
        else None
    )
    return html.div(facts(pairs), courses, class_="asked")


def _course(uow: UnitOfWork, line: Discipline, detail: RequestDetail, chosen: set[int]) -> tuple[object, ...]:
    wanted = line.active if detail.sent.way == Way.ADMINISTRATIVE else line.enrolment.id in chosen
    message = (
        html.span(icon("check"), uow.translate("Oui"), class_="chip good")
        if wanted
        else html.span(uow.translate("Non"), class_="soft")
    )
    return line.course.name, line.teacher_name, line.course.cycle, message


def _form(uow: UnitOfWork, detail: RequestDetail, page_state: Shows) -> Markup:
    sent = detail.sent
    fault = page_state.faults.get("reason")
    text = review_queue.reason(
        uow,
        uow.translate("Raison (obligatoire pour refuser ou renvoyer à corriger ; la famille la lira)"),
        fault,
        review_queue.ready_sentences(
            uow, "reason", "reenrolment", reenrolment_queue.READY["reenrolment"], detail.sent.author_id
        ),
        most=800,
    )
    actions = html.div(
        _outcome(uow.translate("Refuser la demande"), "", ReenrolmentState.REFUSED, "btn bad first"),
        _outcome(uow.translate("À corriger"), "C", ReenrolmentState.TO_CORRECT, "btn quiet"),
        _outcome(uow.translate("Valider"), "V", ReenrolmentState.VALIDATED, "btn"),
        class_="actions",
    )
    return _documents(uow, detail, page_state, open_=True) + acting_form(
        html.input(type="hidden", name="version", value=sent.version),
        text,
        actions,
        do="decide",
        of=sent.id,
        data_draft=f"reenrolment-{sent.id}",
        id="request-form",
    )


def _outcome(label: str, key: str, value: str, look: str) -> Markup:
    return review_queue.keyed(key, label, type="submit", name="outcome", value=value, class_=look)


def _documents(uow: UnitOfWork, detail: RequestDetail, page_state: Shows, *, open_: bool) -> Markup:
    if not detail.documents:
        return html.p(uow.translate("Aucune pièce n’est demandée pour cet élève."), class_="soft")
    shown = shown_document(detail, page_state.shown)
    lines = [_document(uow, each, page_state, current=each is shown, open_=open_) for each in detail.documents]
    heads = (uow.translate("Pièce"), uow.translate("Décision"))
    missing = (
        html.div(
            icon("alert"),
            html.p(uow.translate("Il manque : {names}.", names=", ".join(detail.missing))),
            class_="notice pending",
        )
        if detail.missing and detail.sent.state == ReenrolmentState.SUBMITTED
        else None
    )
    listed = html.table(
        html.caption(uow.translate("Pièces")),
        html.thead(html.tr(html.th(each, scope="col") for each in heads)),
        html.tbody(lines),
        class_="documents",
    )
    ids = with_files(detail)
    place = ids.index(shown.item.supplied.id) + 1 if shown and shown.item.supplied else 0
    looked_at = document_viewer.draw(uow, shown, shown.file, place, len(ids)) if shown and shown.file else None
    return join([missing, html.div(listed, looked_at, class_="documents-row")])


def _document(uow: UnitOfWork, each: Given, page_state: Shows, *, current: bool, open_: bool) -> Markup:
    supplied = each.item.supplied
    name: object = html.strong(each.item.document.label)
    if supplied and each.file:
        name = button(
            each.item.document.label,
            do="show",
            of=supplied.id,
            class_="link",
            aria_pressed="true" if current else "false",
        )
    size = f"{max(1, round(supplied.size / 1024))} Ko" if supplied else ""
    about = html.span(f"{document_viewer.file_name(uow, supplied)} · {size}", class_="soft small") if supplied else None
    optional = None if each.item.document.required else html.span(uow.translate("facultative"), class_="soft small")
    reason = html.p(supplied.reason, class_="small") if supplied and supplied.reason else None
    verdict = _verdict(uow, each, page_state) if open_ and each.waits and supplied else None
    return html.tr(
        html.th(name, html.br() if about or optional else None, about, optional, scope="row"),
        html.td(verdict or status_chip(uow, each.item.state), reason),
        class_="current" if current else None,
    )


def _verdict(uow: UnitOfWork, each: Given, page_state: Shows) -> Markup:
    supplied = each.item.supplied
    number = supplied.id if supplied else 0
    declined = number in page_state.declined

    def option(value: str, drawing: str, text: str, checked: bool) -> Markup:
        mark = html.input(
            type="radio",
            name=f"verdict-{number}",
            value=value,
            checked=checked,
            data_change="mark",
            data_of=number,
            id=f"verdict-{number}-{value}",
        )
        return html.label(mark, icon(drawing), text)

    return html.div(
        option("accepted", "check", uow.translate("Accepter"), not declined),
        option("declined", "cross", uow.translate("Refuser"), declined),
        class_="verdict",
        role="radiogroup",
        aria_label=uow.translate("Décision pour {field}", field=each.item.document.label),
    )


def _answered(uow: UnitOfWork, detail: RequestDetail, page_state: Shows) -> Markup:
    sent = detail.sent
    when = formats.moment(sent.decided_at or uow.now, uow.zone, uow.language)
    by = (
        uow.translate("Décidée par {name} le {moment}.", name=sent.decided_by, moment=when)
        if sent.decided_at
        else uow.translate("La famille a repris sa demande pour la corriger : elle n’est pas encore renvoyée.")
    )
    answer = html.p(detail.wish.answer, class_="pre-line") if detail.wish and detail.wish.answer else None
    undo = (
        button(icon("undo"), uow.translate("Annuler la décision"), do="undo", of=sent.id, class_="btn quiet")
        if reenrolment_queue.may_undo(uow, sent)
        else None
    )
    asked = (
        html.p(
            uow.ngettext(
                "{count} inscription demandée pour l’an prochain.",
                "{count} inscriptions demandées pour l’an prochain.",
                count=len(sent.made),
            ),
        )
        if sent.made
        else None
    )
    return (
        _documents(uow, detail, page_state, open_=False)
        + join([answer, asked])
        + html.div(html.p(by, class_="first soft"), undo, class_="actions")
    )

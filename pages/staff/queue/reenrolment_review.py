"""A re-enrolment request: what is asked, its documents beside their verdicts, the one that is shown, the decision."""

from markupsafe import Markup

from components.ui import html, review_queue
from components.ui.icons import icon
from components.ui.markup import acting_form, button, join
from components.ui.status_chip import status_chip
from components.ui.tables import facts
from data.core import edit_presence, formats, sites
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.reenrolment import review_queue as reenrolment_queue
from data.reenrolment.models import WAYS, Discipline, ReenrolmentState, Way
from data.reenrolment.review_queue import Given, RequestDetail
from pages.staff.queue import document_viewer, family_line, reenrolment_batch, reenrolment_note
from pages.staff.queue.reenrolment_state import PageState

DONE: dict[str, str] = {
    ReenrolmentState.VALIDATED: _("La réinscription est validée."),
    ReenrolmentState.TO_CORRECT: _("La demande est renvoyée à la famille, à corriger."),
    ReenrolmentState.REFUSED: _("La demande est refusée."),
}
KEYS = (
    ("↑ ↓", _("demande précédente, suivante")),
    ("N", _("pièce suivante")),
    review_queue.ENLARGE,
    ("V", _("valider la demande et toutes ses pièces")),
    ("⇧ V", _("valider aussi celles des frères et sœurs")),
    ("R", _("refuser la pièce affichée, puis donner la raison")),
    ("C", _("renvoyer à la famille, à corriger")),
    review_queue.READY,
    review_queue.FROM_REASON,
    ("E", _("écrire une note pour les collègues")),
    ("A", _("prendre la demande pour soi")),
    ("S", _("marquer « à revoir »")),
    review_queue.UNDO,
)


def with_files(detail: RequestDetail) -> list[int]:
    """The documents that can be looked at, in their order."""
    return [each.item.supplied.id for each in detail.documents if each.file and each.item.supplied]


def shown_document(detail: RequestDetail, shown: int | None) -> Given | None:
    """The one that was asked for, otherwise the first that waits, otherwise the first."""
    there = [each for each in detail.documents if each.file and each.item.supplied]
    wanted = [each for each in there if each.item.supplied and each.item.supplied.id == shown]
    return next(iter(wanted or [each for each in there if each.waits] or there), None)


def draw(uow: UnitOfWork, sent_id: int | None, page_state: PageState) -> Markup:
    """The right half of the queue; words when nothing is chosen or the request is not there."""
    return review_queue.draw_opened(
        sent_id,
        lambda opened: reenrolment_queue.detail(uow, opened),
        lambda detail: _draw(uow, detail, page_state),
        gone=uow.translate("Cette demande n’existe plus ou ne vous est pas accessible."),
        choose=uow.translate("Choisissez une demande dans la liste."),
    )


def _draw(uow: UnitOfWork, detail: RequestDetail, page_state: PageState) -> Markup:
    sent = detail.sent
    waits = sent.state == ReenrolmentState.SUBMITTED
    asked = formats.moment(sent.submitted_at, sites.here(uow).zone, uow.language)
    under = uow.translate("{campaign} · envoyée le {moment}", campaign=detail.campaign.title, moment=asked)
    about = uow.translate("Dossier n° {number}", number=detail.pupil.number)
    by = f"{about} · {detail.author}" if detail.author else about
    chip = Markup() if waits else status_chip(uow, ReenrolmentState(sent.state))
    reading = html.div(
        review_queue.draw_head(
            detail.pupil.full_name, html.p(under, class_="small"), html.p(by, class_="soft small"), side=chip
        ),
        family_line.draw(uow, detail.family_number, detail.adults),
        review_queue.seen_by(uow, edit_presence.colleague(uow, sent) if waits else ""),
        _asked(uow, detail),
        _documents(uow, detail, page_state, open_=waits),
        None if waits else _answer(uow, detail),
        reenrolment_note.draw(uow, detail, page_state),
        class_="reading",
    )
    decision = _form(uow, detail, page_state) if waits else _decided(uow, detail)
    return html.section(
        reading, _viewer(uow, detail, page_state), decision, class_="card request", aria_labelledby="request-title"
    ) + review_queue.keys_help(uow, KEYS)


def _asked(uow: UnitOfWork, detail: RequestDetail) -> Markup:
    wish, leaving = detail.wish, detail.sent.way == Way.LEAVING
    pairs: list[tuple[str, object]] = [(uow.translate("Demande"), html.strong(uow.translate(WAYS[detail.sent.way])))]
    pairs += _courses(uow, detail)
    if wish and leaving:
        pairs += [
            (uow.translate("Motif"), uow.translate(wish.reason) if wish.reason else ""),
            (uow.translate("Précisions"), wish.precision),
        ]
    if wish:
        pairs.append(
            (uow.translate("Demandes complémentaires"), wish.message and html.span(wish.message, class_="pre-line"))
        )
    if detail.siblings:
        others = [
            button(each.pupil.full_name, do="open", of=each.sent.id, id=f"sibling-{each.sent.id}", class_="link")
            for each in detail.siblings
        ]
        pairs.append((uow.translate("Frères et sœurs en attente"), html.span(join(others, ", "))))
    if detail.due > 0:
        where = f"/gestion/familles/{detail.family_number}/facturation"
        pairs.append(
            (uow.translate("Solde dû"), html.a(formats.euros(detail.due, uow.language), href=where, class_="tight"))
        )
    return html.div(facts(pairs), class_="asked")


def _courses(uow: UnitOfWork, detail: RequestDetail) -> list[tuple[str, object]]:
    """What is asked for, course by course, and what is attended now and not asked for."""
    if detail.sent.way == Way.LEAVING:
        return []
    chosen, administrative = set(detail.sent.chosen), detail.sent.way == Way.ADMINISTRATIVE
    asked, dropped = list[Markup](), list[Markup]()
    for line in detail.disciplines:
        wanted = line.active if administrative else line.enrolment.id in chosen
        if wanted or line.active:
            (asked if wanted else dropped).append(_course(line))
    return [
        (uow.translate("Cours demandés"), html.span(join(asked, html.br())) if asked else ""),
        (uow.translate("Non repris"), html.span(join(dropped, html.br()), class_="dropped") if dropped else ""),
    ]


def _course(line: Discipline) -> Markup:
    about = " · ".join(part for part in (line.teacher_name, line.course.cycle) if part)
    return html.span(html.strong(line.course.name), " ", html.span(about, class_="soft small"))


def _form(uow: UnitOfWork, detail: RequestDetail, page_state: PageState) -> Markup:
    """The decision, always in sight; the reason once it is wanted, or written."""
    sent, fault = detail.sent, page_state.faults.get("reason")
    why = review_queue.reason(
        uow,
        uow.translate("Raison (obligatoire pour refuser ou renvoyer à corriger ; la famille la lira)"),
        fault,
        review_queue.ready_sentences(
            uow, "reason", "reenrolment", reenrolment_queue.READY["reenrolment"], detail.sent.author_id
        ),
        most=800,
    )
    together = _together(uow, detail) if detail.siblings else None
    actions = html.div(
        _outcome(uow.translate("Valider"), "V", ReenrolmentState.VALIDATED, "btn"),
        together,
        _outcome(uow.translate("À corriger"), "C", ReenrolmentState.TO_CORRECT, "btn quiet"),
        _outcome(uow.translate("Refuser la demande"), "", ReenrolmentState.REFUSED, "btn bad"),
        review_queue.steps(uow),
        class_="actions",
    )
    warning = (
        html.p(
            icon("alert"), html.span(reenrolment_batch.unseen_words(uow, page_state.warned)), class_="notice pending"
        )
        if page_state.warned
        else None
    )
    return acting_form(
        html.input(type="hidden", name="version", value=sent.version),
        [
            html.input(type="hidden", name=f"version-{each.id}", value=each.version)
            for each in (sent, *(one.sent for one in detail.siblings))
        ],
        page_state.outcome and html.input(type="hidden", name="outcome", value=page_state.outcome),
        warning,
        html.div(why, class_="why"),
        actions,
        do="decide",
        of=sent.id,
        data_draft=f"reenrolment-{sent.id}",
        id="request-form",
        class_="decision asks" if page_state.outcome is not None or fault else "decision",
    )


def _together(uow: UnitOfWork, detail: RequestDetail) -> Markup:
    """« Valider Irina et Nino »."""
    names = [detail.pupil.first_name, *(each.pupil.first_name for each in detail.siblings)]
    return button(
        uow.translate("Valider {names}", names=formats.listed(names, uow.language)),
        " ",
        html.kbd("⇧V", aria_hidden="true"),
        do="accept-siblings",
        data_with="request-form",
        aria_keyshortcuts="Shift+V",
        class_="btn quiet",
    )


def _outcome(label: str, key: str, value: str, look: str) -> Markup:
    return review_queue.keyed(key, label, type="submit", name="outcome", value=value, class_=look)


def _documents(uow: UnitOfWork, detail: RequestDetail, page_state: PageState, *, open_: bool) -> Markup:
    if not detail.documents:
        return html.p(uow.translate("Aucune pièce n’est demandée pour cet élève."), class_="soft")
    shown = shown_document(detail, page_state.shown)
    readable = protection.all_shown(uow, detail.adults)
    lines = [
        _document(uow, each, page_state, current=each is shown, open_=open_, readable=readable)
        for each in detail.documents
    ]
    heads = (uow.translate("Pièce"), uow.translate("Décision"))
    missing = (
        html.div(
            icon("alert"),
            html.p(uow.translate("Il manque : {names}.", names=", ".join(detail.missing))),
            class_="notice pending",
        )
        if detail.missing and open_
        else None
    )
    listed = html.table(
        html.caption(uow.translate("Pièces")),
        html.thead(html.tr(html.th(each, scope="col") for each in heads)),
        html.tbody(lines),
        class_="documents",
    )
    return join([missing, listed])


def _viewer(uow: UnitOfWork, detail: RequestDetail, page_state: PageState) -> Markup:
    """The documents beside what is read, each at full height, one under the other; words where there is none."""
    shown, readable = shown_document(detail, page_state.shown), protection.all_shown(uow, detail.adults)
    there = [each for each in detail.documents if each.file and each.item.supplied]
    if not there:
        return html.div(html.p(uow.translate("Aucune pièce à consulter."), class_="soft"), class_="viewer-box empty")
    drawn = [
        document_viewer.draw(uow, each, each.file, (at, len(there)), readable=readable, current=each is shown)
        for at, each in enumerate(there, start=1)
        if each.file
    ]
    return html.div(
        drawn,
        class_="viewers",
        id=f"viewers-{detail.sent.id}",
        role="group",
        aria_label=uow.translate("Pièces"),
        tabindex=0,
    )


def _document(
    uow: UnitOfWork, each: Given, page_state: PageState, *, current: bool, open_: bool, readable: bool
) -> Markup:
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
    about = (
        html.span(f"{document_viewer.file_name(uow, supplied, readable=readable)} · {size}", class_="soft small")
        if supplied
        else None
    )
    optional = None if each.item.document.required else html.span(uow.translate("facultative"), class_="soft small")
    unseen = (
        html.span(uow.translate("non vue"), class_="chip pending") if open_ and each.unseen and not current else None
    )
    reason = html.p(supplied.reason, class_="small") if supplied and supplied.reason else None
    verdict = _verdict(uow, each, page_state) if open_ and each.waits and supplied else None
    return html.tr(
        html.th(name, " ", unseen, html.br() if about or optional else None, about, optional, scope="row"),
        html.td(verdict or status_chip(uow, each.item.state), reason),
        class_="current" if current else None,
    )


def _verdict(uow: UnitOfWork, each: Given, page_state: PageState) -> Markup:
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


def _answer(uow: UnitOfWork, detail: RequestDetail) -> Markup:
    answer = html.p(detail.wish.answer, class_="pre-line") if detail.wish and detail.wish.answer else None
    asked = uow.ngettext(
        "{count} inscription demandée pour l’an prochain.",
        "{count} inscriptions demandées pour l’an prochain.",
        count=len(detail.sent.made),
    )
    return join([answer, html.p(asked) if detail.sent.made else None])


def _decided(uow: UnitOfWork, detail: RequestDetail) -> Markup:
    """Who decided and when; for a day, the button that takes it back, alone or with those decided in the same go."""
    sent = detail.sent
    when = formats.moment(sent.decided_at or uow.now, uow.zone, uow.language)
    by = (
        uow.translate("Décidée par {name} le {moment}.", name=sent.decided_by, moment=when)
        if sent.decided_at
        else uow.translate("La famille a repris sa demande pour la corriger : elle n’est pas encore renvoyée.")
    )
    undo, others = None, None
    if reenrolment_queue.may_undo(uow, sent):
        undo = review_queue.undo_button(uow, sent.id)
        if sent.batch and detail.together > 1:
            label = uow.translate("Annuler les {count} décisions prises ensemble", count=detail.together)
            others = button(label, do="undo-together", of=sent.batch, class_="btn quiet")
    return html.div(
        html.div(html.p(by, class_="first soft"), others, undo, review_queue.steps(uow), class_="actions"),
        class_="decision",
    )

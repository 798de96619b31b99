"""What colleagues keep of a request for themselves: the note, « à revoir », whose it is; and the form that says it."""

from markupsafe import Markup

from components.ui import html, review_queue
from components.ui.fields import labelled
from components.ui.icons import icon
from components.ui.markup import acting_form, button
from components.ui.panel import Act, Answer
from components.ui.review_queue import Acts
from data.core import formats
from data.core.errors import ValidationErrors
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import follow_up
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.review_queue import RequestDetail
from pages.staff.queue.reenrolment_state import PageState, detail


def draw(uow: UnitOfWork, opened: RequestDetail, page_state: PageState) -> Markup:
    """The note as it stands, with the three keys; or its form."""
    note = opened.note
    if page_state.noting:
        return _form(uow, opened.sent.id, note, page_state)
    mine = note is not None and note.assignee_id == uow.account_id
    revisit = note is not None and note.revisit
    keys = html.div(
        review_queue.keyed("E", uow.translate("Note"), do="write-note", class_="link"),
        review_queue.keyed(
            "A", uow.translate("Ne plus être à moi") if mine else uow.translate("À moi"), do="take", class_="link"
        ),
        review_queue.keyed(
            "S",
            uow.translate("Ne plus revoir") if revisit else uow.translate("À revoir"),
            do="revisit",
            class_="link",
        ),
        class_="steps",
    )
    return html.div(_standing(uow, note) if note else None, keys, class_="review-note")


def _standing(uow: UnitOfWork, note: ReviewNote) -> Markup | None:
    parts = [
        note.revisit and html.strong(uow.translate("À revoir")),
        note.assignee and uow.translate("Confiée à {name}", name=note.assignee),
        note.text and html.span(uow.translate("« {text} »", text=note.text), class_="pre-line"),
    ]
    there = [each for each in parts if each]
    if not there:
        return None
    when = formats.moment(note.changed_at, uow.zone, uow.language)
    by = html.span(f"{note.changed_by}, {when}", class_="soft small")
    return html.p(icon("pencil"), [html.span(each, " ") for each in there], by)


def _form(uow: UnitOfWork, sent_id: int, note: ReviewNote | None, page_state: PageState) -> Markup:
    chosen = str(note.assignee_id) if note and note.assignee_id else ""
    people = {"": uow.translate("Personne"), **{str(each.id): each.name for each in follow_up.colleagues(uow)}}
    box = html.input(type="checkbox", name="revisit", value="1", checked=bool(note and note.revisit))
    return acting_form(
        labelled(
            uow,
            "note",
            "Note pour les collègues (la famille la lit dans la copie de ses données)",
            "textarea",
            value=note.text if note else "",
            fault=page_state.faults.get("note"),
            maxlength=follow_up.MAX_NOTE,
            rows=3,
        ),
        labelled(uow, "assignee", "Confier à", "select", options=people, value=chosen),
        html.label(box, uow.translate("À revoir"), class_="check"),
        html.div(
            button(uow.translate("Annuler"), do="close-note", class_="link"),
            html.button(uow.translate("Enregistrer la note"), type="submit", class_="btn quiet"),
            class_="actions",
        ),
        do="keep-note",
        of=sent_id,
        data_draft=f"note-{sent_id}",
        class_="review-note",
    )


def _write(_uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    page_state.noting = True
    return Answer(focus="note")


def _close(_uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    page_state.noting = False
    return Answer(focus="request-title", forget=f"note-{page_state.sent_id}")


def _keep(uow: UnitOfWork, act: Act, page_state: PageState) -> Answer:
    values = act.values
    try:
        follow_up.write(
            uow,
            act.number(),
            values.get("note", ""),
            revisit="revisit" in values,
            assignee_id=parse_id(values.get("assignee", "")),
        )
    except ValidationErrors as invalid:
        page_state.faults = invalid.faults
        return Answer(focus="note")
    page_state.noting, page_state.faults = False, {}
    return Answer(announce=uow.translate("La note est enregistrée."), focus="request-title", forget=f"note-{act.of}")


def _take(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    note = follow_up.take(uow, detail(uow, page_state).sent.id)
    mine = note.assignee_id == uow.account_id
    return Answer(
        announce=uow.translate("La demande est à vous.") if mine else uow.translate("La demande n’est plus à vous.")
    )


def _revisit(uow: UnitOfWork, _act: Act, page_state: PageState) -> Answer:
    note = follow_up.turn_revisit(uow, detail(uow, page_state).sent.id)
    return Answer(
        announce=uow.translate("La demande est à revoir.")
        if note.revisit
        else uow.translate("La demande n’est plus à revoir.")
    )


ACTS: Acts[PageState] = {
    "write-note": _write,
    "close-note": _close,
    "keep-note": _keep,
    "take": _take,
    "revisit": _revisit,
}

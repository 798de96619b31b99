"""« Réinscription » of a pupil: what is ticked, the documents, the words; each change is kept at once, « Valider » sends it."""

from dataclasses import dataclass, field

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.file_notices import file_notice
from components.layout.plain_layout import alert
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.own_words import filled, own
from components.ui.panel import Act, Answer
from data.accounts.caller import Audience, Caller
from data.core import formats
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import Pupil
from data.reenrolment import campaigns
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import models as reenrolment
from data.reenrolment import submission as request_room
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import ReenrolmentState, Situation, Way
from data.uploads import validation
from pages.family.pupil import reenrolment_courses, reenrolment_import, reenrolment_sent, reenrolment_steps
from pages.family.pupil import reenrolment_documents as pupil_reenrolment_documents
from pages.family.pupil.dossier import dossier_head

DONE = _("Votre demande de réinscription a bien été prise en compte. Elle vous sera confirmée par e-mail.")

THEIRS: dict[str, str] = {
    ReenrolmentState.SUBMITTED: _(
        "L’autre foyer de l’élève a envoyé la demande de réinscription. Elle est en attente de validation."
    ),
    ReenrolmentState.TO_CORRECT: _(
        "L’autre foyer de l’élève a envoyé la demande de réinscription. Elle est à corriger."
    ),
    ReenrolmentState.VALIDATED: _("La demande de réinscription, envoyée par l’autre foyer de l’élève, est validée."),
    ReenrolmentState.REFUSED: _(
        "La demande de réinscription, envoyée par l’autre foyer de l’élève, n’a pas été acceptée."
    ),
}


@dataclass
class Page:
    """What one open page knows: its pupil, its campaign, what was missing at the last « Valider »."""

    n: int
    campaign_id: int
    message: str = ""  # of the upload that led here, by plain HTTP
    faults: dict[str, UserError] = field(default_factory=dict)

    def see(self, uow: UnitOfWork) -> tuple[list[Pupil], Situation]:
        """The family's pupils, and how it stands with this one."""
        family = [each for each, _ in families.pupils(uow)]
        for pupil in family:
            if pupil.number == self.n:
                return family, reenrolment.situation(uow, pupil, uow.get(Campaign, self.campaign_id))
        raise NotFound(f"pupil number {self.n}")


@screen("/eleves/{n}/reinscription", Audience.FAMILY, title=_("Réinscription"))
def page(uow: UnitOfWork, n: int, document: str = "") -> str:
    pupil, _rest = families.pupil_by_number(uow, n)
    campaign = reenrolment.shown_campaigns(uow, [pupil.id]).get(pupil.id)
    if campaign is None:
        raise NotFound(f"no campaign for pupil {n}")
    state = Page(n, campaign.id, document)
    Panel(
        uow,
        lambda w: _draw(w, state),
        follows=[("pupil", pupil.id), ("family", uow.family_id or 0), ("campaign", campaign.id)],
        classes="flow",
        on={
            "choose": lambda w, act: _choose(w, act, state),
            "write": lambda w, act: _write(w, act, state),
            "submit": lambda w, act: _submit(w, act, state),
            "reopen": lambda w, act: _reopen(w, act, state),
            "same": lambda w, act: _same(w, act, state),
            "remove": lambda w, act: _remove(w, act, state),
            "again": lambda w, act: _again(w, act, state),
            "again-all": lambda w, act: _again_all(w, act, state),
            "also": lambda w, act: _also(w, act, state),
        },
    )
    return pupil.full_name


def _draw(uow: UnitOfWork, page: Page) -> Markup:
    family, now = page.see(uow)
    if "documents" in page.faults:  # told at the last « Valider »: less is missing since
        page.faults.pop("documents")
        page.faults |= {name: it for name, it in request_room.missing(now, now.wish).items() if name == "documents"}
    message = (
        alert(uow.translate(reenrolment_import.REFUSALS[page.message]))
        if page.message in reenrolment_import.REFUSALS
        else file_notice(uow, page.message, uow.translate("Le document est reçu."))
    )
    theirs = now.sent is not None and not now.mine
    parts = (
        dossier_head(uow, now.pupil, "reinscription", family),
        message,
        _standing(uow, now),
        reenrolment_steps.progress(uow, now) if now.editable else None,
        reenrolment_sent.draw(uow, now) if now.answered_for else reenrolment_courses.draw(uow, now, page.faults),
        None if theirs else pupil_reenrolment_documents.draw(uow, now, page.faults.get("documents")),
        None
        if theirs
        else reenrolment_sent.message(uow, now)
        if now.answered_for
        else _message_form(uow, now, page.faults.get("message")),
    )
    return Markup("").join(part for part in parts if part)


def _standing(uow: UnitOfWork, now: Situation) -> Markup | None:
    """Where the request stands, first on the page; nothing while it is only prepared."""
    sent, wish = now.sent, now.wish
    answer = (
        html.p(filled(uow.translate("Réponse du conservatoire : {answer}"), answer=own(uow, wish.answer)))
        if wish and wish.answer
        else None
    )
    if sent and not now.mine:
        return _notice("", "info", html.p(uow.translate(THEIRS[sent.state])))
    if sent and sent.state == ReenrolmentState.VALIDATED:
        day = formats.day((sent.decided_at or uow.now).astimezone(uow.zone).date())
        message = uow.translate(
            _("Le conservatoire a noté le {day} que {name} ne se réinscrit pas pour {year}.")
            if sent.way == Way.LEAVING
            else _("La réinscription de {name} pour {year} a été validée le {day}."),
            day=day,
            name=now.pupil.full_name,
            year=now.campaign.school_year,
        )
        return _notice("good", "check", html.p(html.strong(message)), answer)
    if sent and sent.state == ReenrolmentState.REFUSED:
        message = uow.translate("La demande de réinscription n’a pas été acceptée.")
        return _notice("bad", "cross", html.p(html.strong(message)), answer)
    closed = now.closed_because
    if sent and sent.state == ReenrolmentState.TO_CORRECT and not closed:
        message = uow.translate("À corriger : modifiez la demande, puis validez-la de nouveau.")
        return _notice("pending", "alert", html.p(html.strong(message)), answer)
    if sent and sent.state == ReenrolmentState.SUBMITTED and not now.period_over:
        return None
    return _notice("", "info", html.p(closed.message(uow.language))) if closed else None


def _notice(look: str, drawing: str, *text: Markup | None) -> Markup:
    return html.div(icon(drawing), html.div(text), class_=f"notice {look}".strip(), role="status")


def _message_form(uow: UnitOfWork, now: Situation, fault: UserError | None) -> Markup:
    """Part 3, and « Valider »."""
    message, most = now.wish.message if now.wish else "", request_room.MAX_TEXT_LENGTH
    count = uow.ngettext("{count} caractère sur 2 000", "{count} caractères sur 2 000", count=len(message))
    box = html.textarea(
        message,
        id="message",
        name="message",
        maxlength=most,
        rows=4,
        data_search="write" if now.editable else None,
        readonly=not now.editable,
        aria_describedby="message-count" + (" message-fault" if fault else ""),
        aria_invalid="true" if fault else None,
    )
    return html.section(
        html.h2(uow.translate("3. Demandes complémentaires"), id="remarks-title", tabindex="-1"),
        html.form(
            html.div(
                html.label(uow.translate("Votre message à l’administration"), for_="message"),
                box,
                html.span(count, id="message-count", class_="hint"),
                fault
                and html.p(icon("alert"), html.span(fault.message(uow.language)), id="message-fault", class_="fault"),
                class_="field faulty" if fault else "field",
            ),
            reenrolment_steps.summary(uow, now) if now.editable else None,
            html.div(
                html.a(uow.translate("Retour"), href="/famille", class_="btn quiet"),
                html.button(uow.translate("Valider"), type="submit", class_="btn") if now.editable else None,
                class_="actions",
            ),
            id="remarks",
            method="dialog",
            data_do="submit",
            data_of=now.pupil.number,
            novalidate=True,
            data_draft=f"reenrolment-{now.pupil.number}-{now.campaign.id}" if now.editable else None,
        ),
        class_="card stack-form",
        aria_label=uow.translate("Demandes complémentaires"),
    )


def _choose(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    """A box that was ticked or not: the way, a cursus with its disciplines, or one discipline."""
    _, now = page.see(uow)
    pupil = now.pupil
    ticked = "true" in act.values.values()
    what, _, key = act.of.partition("-")
    chosen = set(now.wish.chosen) if now.wish and now.wish.way == Way.COURSES else set()
    if what in {Way.ADMINISTRATIVE, Way.LEAVING}:
        request_room.choose(uow, pupil, page.campaign_id, what if ticked else "")
    else:
        lines = {
            line.enrolment.id
            for line in now.disciplines
            if str(line.cursus.id if what == "cursus" and line.cursus else line.enrolment.id) == key
            and (what != "cursus" or line.cursus)
        }
        if not lines:
            raise NotFound(f"choice {act.of}")
        request_room.choose(uow, pupil, page.campaign_id, Way.COURSES, chosen | lines if ticked else chosen - lines)
    page.faults = {}
    return Answer(announce=uow.translate("Votre choix est enregistré."))


def _same(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    """« Continuer comme cette année »: on to what lacks."""
    _, now = page.see(uow)
    request_room.choose(uow, now.pupil, page.campaign_id, *request_room.as_this_year(now))
    page.faults = {}
    text = uow.translate("Votre choix est enregistré.")
    return Answer(announce=text, focus="documents-title" if now.lacking else "remarks-title")


def _write(uow: UnitOfWork, act: Act, page: Page) -> Answer | None:
    """What is typed, kept while one types."""
    pupil, _ = families.pupil_by_number(uow, page.n)
    page.faults = {name: fault for name, fault in page.faults.items() if name not in act.values}
    try:
        request_room.write(uow, pupil, page.campaign_id, act.values)
    except ValidationErrors as invalid:
        page.faults |= invalid.faults
    return None


def _submit(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    pupil, _ = families.pupil_by_number(uow, page.n)
    page.faults, page.message = {}, ""
    try:
        sent = request_room.submit(uow, pupil, page.campaign_id, act.values)
    except ValidationErrors as invalid:
        page.faults = invalid.faults
        text = "\n".join(fault.message(uow.language) for fault in invalid.faults.values())
        return Answer(dialog=text, focus=f"fault-{next(iter(invalid.faults))}")
    key = f"reenrolment-{page.n}-{page.campaign_id}"
    leaving = uow.translate("Nous avons bien noté que l’élève ne se réinscrit pas. Cela vous sera confirmé par e-mail.")
    return Answer(dialog=leaving if sent.way == Way.LEAVING else uow.translate(DONE), forget=key)


def _reopen(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    pupil, _ = families.pupil_by_number(uow, page.n)
    request_room.reopen(uow, pupil, page.campaign_id)
    return Answer(
        toast=uow.translate("Votre demande vous est rendue : corrigez-la, puis validez-la."), focus="fault-way"
    )


def _remove(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    pupil, _ = families.pupil_by_number(uow, page.n)
    reenrolment_documents.remove(uow, pupil, act.number())
    return Answer(toast=uow.translate("La pièce est retirée."), focus="documents-title")


def _again(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    _, now = page.see(uow)
    for document_id, (supplied, _other) in reenrolment_documents.shared(uow, now).offers.items():
        if document_id == act.number():
            reenrolment_documents.again_for(uow, now.pupil, document_id, supplied.id)
            return Answer(toast=uow.translate("Le document est reçu."), focus="documents-title")
    raise NotFound(f"offer {act.of}")


def _again_all(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    _, now = page.see(uow)
    offers = reenrolment_documents.shared(uow, now).offers
    for document_id, (supplied, _other) in offers.items():
        reenrolment_documents.again_for(uow, now.pupil, document_id, supplied.id)
    text = uow.ngettext("{count} document est reçu.", "{count} documents sont reçus.", count=len(offers))
    return Answer(toast=text, focus="documents-title")


def _also(uow: UnitOfWork, act: Act, page: Page) -> Answer:
    """« Aussi pour … »: what was given here, given for a brother or a sister too."""
    _, now = page.see(uow)
    for supplied_id, wanting in reenrolment_documents.shared(uow, now).wanting.items():
        for pupil, document in wanting:
            if act.of == f"{supplied_id}-{pupil.number}":
                reenrolment_documents.again_for(uow, pupil, document.id, supplied_id)
                text = uow.translate("Le document est aussi fourni pour {name}.", name=pupil.called)
                return Answer(toast=text, focus="documents-title")
    raise NotFound(f"offer {act.of[:30]}")


@plain("/eleves/{n}/reinscription/modeles/{document}", Audience.FAMILY)
def model(caller: Caller, request: Request, n: int, document: int) -> Response:
    """The file to fill in for a document."""
    with caller.unit_of_work() as uow:
        pupil, _ = families.pupil_by_number(uow, n)
        asked: RequiredDocument = uow.get(RequiredDocument, document)
        shown = reenrolment.shown_campaigns(uow, [pupil.id]).get(pupil.id)
        if shown is None or asked.campaign_id != shown.id:  # one that is being prepared is nobody's yet
            raise NotFound(f"model {document}")
        asked, content = campaigns.model_of(uow, document)
    return Response(
        content,
        media_type=asked.model_type,
        headers={
            "cache-control": "private, no-store",
            "content-disposition": validation.disposition(asked.model_name),
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'",
        },
    )

"""What the family says about a pupil's absences: announce days to come, follow what was sent, add a document."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.file_notices import file_field, file_form, file_notice, received_code
from components.layout.layout import way_back
from components.layout.plain_layout import alert
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import button
from components.ui.own_words import filled, own
from components.ui.panel import Act, Answer
from components.ui.question_link import question_link
from components.ui.status_chip import status_chip
from components.web.received_files import MAX_FILE_BODY, one_file, refused
from data.accounts.caller import Audience, Caller
from data.core.errors import NotFound, UserError
from data.core.i18n import _, translate_or_same
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import stored_files
from data.families.models import Rights
from data.messages.models import About
from data.schooling import absences
from data.schooling.absences import AbsenceNotice, NoticeState
from data.uploads import validation
from pages.family.pupil import absence_form
from pages.family.pupil.absence_form import Typed
from pages.family.pupil.dossier import dossier_head

THEN = {
    "recu": _("Le document est joint à votre message."),
    "repondu": _("Le conservatoire a déjà répondu : apportez ce document à l’accueil."),
}


@screen("/eleves/{n}/absences", Audience.FAMILY, title=_("Absences"))
def page(uow: UnitOfWork, n: int, document: str = "", absence: int = 0, cours: int = 0) -> str:
    pupil, _rest = families.pupil_by_number(uow, n)
    typed = Typed(absence, cours)
    Panel(
        uow,
        lambda w: _draw(w, n, typed, document),
        follows=[("pupil", pupil.id), ("family", uow.family_id or 0)],
        classes="flow",
        on={"announce": lambda w, act: absence_form.announce(w, act, n, typed), "withdraw": _withdraw},
    )
    return pupil.full_name


def _draw(uow: UnitOfWork, n: int, typed: Typed, document: str) -> Markup:
    pupil, link = families.pupil_by_number(uow, n)
    may, notices = link.rights == Rights.ALL, absences.notices(uow, pupil.id)
    message = (
        alert(uow.translate(THEN["repondu"]))
        if document == "repondu"
        else file_notice(uow, document, uow.translate(THEN["recu"]))
    )
    back = way_back(uow.translate("Retour aux cours"), f"/eleves/{n}/cours")
    reading = uow.translate(
        "Vous pouvez consulter ce dossier. Pour annoncer une absence, adressez-vous au conservatoire."
    )
    return Markup("").join(
        part
        for part in (
            dossier_head(uow, pupil, "cours"),
            html.p(back),
            message,
            absence_form.draw(uow, pupil, typed, notices)
            if may
            else html.div(icon("info"), html.p(reading), class_="notice"),
            _sent(uow, n, notices, may=may),
        )
        if part
    )


def _withdraw(uow: UnitOfWork, act: Act) -> Answer:
    justifies = uow.get(AbsenceNotice, act.number()).absence_id is not None
    absences.withdraw(uow, act.number())
    text = _("La justification est retirée.") if justifies else _("L’annonce est retirée.")
    return Answer(toast=uow.translate(text), focus="sent-title")


def _sent(uow: UnitOfWork, n: int, notices: list[AbsenceNotice], *, may: bool) -> Markup:
    title = html.h2(uow.translate("Ce que vous avez envoyé"), id="sent-title", tabindex="-1")
    if not notices:
        return html.section(
            title, html.p(uow.translate("Vous n’avez annoncé aucune absence.")), class_="card stack-form"
        )
    return html.section(
        title,
        html.ul((_notice(uow, n, each, may=may) for each in notices), class_="notices"),
        class_="card stack-form",
    )


def _notice(uow: UnitOfWork, n: int, notice: AbsenceNotice, *, may: bool) -> Markup:
    kind = uow.translate("Justification") if notice.absence_id else uow.translate("Absence annoncée")
    title = f"{kind} {absences.days_of(notice, uow.language)} · {translate_or_same(notice.reason, uow.language)}"
    shown = (
        html.a(icon("paper"), uow.translate("Voir le document"), href=f"/documents/{notice.document}")
        if notice.document
        else None
    )
    return html.li(
        html.div(
            html.strong(title),
            status_chip(uow, NoticeState(notice.state)),
            class_="card-head",
        ),
        notice.comment and html.p(notice.comment),
        notice.answer
        and html.p(filled(uow.translate("Réponse du conservatoire : {answer}"), answer=own(uow, notice.answer))),
        html.p(shown, question_link(uow, About.ABSENCE, notice.id, named=title), class_="links-row"),
        _while_pending(uow, n, notice) if may and notice.state == NoticeState.PENDING else None,
    )


def _while_pending(uow: UnitOfWork, n: int, notice: AbsenceNotice) -> Markup:
    """A document may be joined; what was sent may be taken back."""
    label = (
        uow.translate("Remplacer le document") if notice.document else uow.translate("Joindre un document (facultatif)")
    )
    hint = html.span(uow.translate("Une photo ou un PDF"), class_="hint")
    chooser = file_form(
        uow,
        file_field(label, validation.ACCEPTED, hint, id_=f"fichier-{notice.id}"),
        html.button(uow.translate("Envoyer le document"), type="submit", class_="btn quiet"),
        action=f"/eleves/{n}/absences/{notice.id}/document",
        class_="beside",
    )
    return html.div(
        chooser,
        button(
            uow.translate(_("Retirer cette justification") if notice.absence_id else _("Retirer cette annonce")),
            do="withdraw",
            of=notice.id,
            class_="link",
        ),
        class_="stack-form",
    )


@plain(
    "/eleves/{n}/absences/{notice}/document",
    Audience.FAMILY,
    methods=("POST",),
    most_bytes=MAX_FILE_BODY,
)
async def join_document(caller: Caller, request: Request, n: int, notice: int) -> Response:
    back = f"/eleves/{n}/absences"
    with caller.unit_of_work() as uow:
        pupil, link = families.pupil_by_number(uow, n)
        found = uow.get(AbsenceNotice, notice)
        if link.rights != Rights.ALL or found.pupil_id != pupil.id or found.state == NoticeState.WITHDRAWN:
            raise NotFound(f"notice {notice}")
    name, content = await one_file(request)
    if found.state != NoticeState.PENDING:  # before anything is kept
        return RedirectResponse(f"{back}?document=repondu", 303)
    try:
        with caller.unit_of_work() as uow:
            stored_files.within_quota(uow, "absence")
        kept = await validation.checked(content)
    except UserError as error:
        return refused(caller, request, error, f"{back}?document=")
    try:
        with caller.unit_of_work(writes=True) as uow:
            pupil, _ = families.pupil_by_number(uow, n)
            stored = stored_files.store(uow, pupil.id, "absence", kept.content, kept.media_type, name)
            absences.attach(uow, notice, stored.name)
    except UserError as error:
        code = validation.code_of(error, otherwise="repondu")
        return RedirectResponse(f"{back}?document={code}", 303)
    return RedirectResponse(f"{back}?document={received_code(kept.remarks)}", 303)

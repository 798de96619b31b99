"""« Identité » of a pupil: the same flow as the family's own record; the photograph is sent by plain HTTP."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.file_notices import file_field, file_form, file_notice
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import forms, html, record_acts
from components.ui.icons import icon
from components.web.received_files import MAX_FILE_BODY, one_file, refused
from data.accounts.caller import Audience, Caller
from data.change_requests import submission as change_requests
from data.change_requests.submission import Shown
from data.core import sites
from data.core.errors import NotFound, UserError
from data.core.fields import editables
from data.core.i18n import _
from data.core.sites import Policy
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families import stored_files
from data.families.models import Pupil, PupilLink, Rights
from data.uploads import validation
from pages.family.pupil.dossier import dossier_head


@screen("/eleves/{n}/identite", Audience.FAMILY, title=_("Identité"))
def identity(uow: UnitOfWork, n: int, photo: str = "") -> str:
    pupil, _rest = families.pupil_by_number(uow, n)
    typed = forms.Typed()
    Panel(
        uow,
        lambda w: _draw(w, n, typed, photo),
        follows=[("family", uow.family_id or 0), ("pupil", pupil.id)],
        classes="flow",
        on=record_acts.acts(Pupil, typed),
    )
    return pupil.full_name


def _draw(uow: UnitOfWork, n: int, typed: forms.Typed, photo: str) -> Markup:
    pupil, link = families.pupil_by_number(uow, n)
    site, beside = sites.here(uow), change_requests.shown(uow, [pupil])["pupil", pupil.id]
    may = link.rights == Rights.ALL
    text = uow.translate("Vous pouvez consulter cette fiche. Pour la modifier, adressez-vous au conservatoire.")
    notice = None if may else html.div(icon("info"), html.p(text), class_="notice")
    detail = forms.record_form(uow, site, pupil, beside, typed, may_change=may)
    shown = "photo" in sites.open_fields(site, Pupil)
    return Markup("").join(
        part
        for part in (
            dossier_head(uow, pupil, "identite"),
            file_notice(uow, photo, uow.translate("La photo a été envoyée. Le conservatoire va la valider.")),
            notice,
            html.section(detail, class_="card", aria_label=uow.translate("Identité")),
            _photo(uow, pupil, beside, _may_send(uow, pupil, link)) if shown else None,
        )
        if part
    )


def _may_send(uow: UnitOfWork, pupil: Pupil, link: PupilLink) -> bool:
    shown = sites.open_fields(sites.here(uow), type(pupil)).get("photo")
    return link.rights == Rights.ALL and shown is not None and shown[1] != Policy.READONLY


def _photo(uow: UnitOfWork, pupil: Pupil, beside: Shown, may_send: bool) -> Markup:
    """The portrait, recorded or waiting, and the form that sends another."""
    change, one = beside.pending.get("photo"), editables(Pupil)["photo"]
    refused = forms.refusal(uow, pupil, one, beside.refused.get("photo"), may_change=may_send)
    name = change.new if change else pupil.photo
    alt = uow.translate("Photo de {name}", name=pupil.full_name)
    portrait = (
        html.img(src=f"/documents/{name}", alt=alt, class_="portrait", width=160, height=160)
        if name
        else html.div(icon("person"), html.span(uow.translate("Pas de photo"), class_="small"), class_="portrait empty")
    )
    waits = (
        html.p(icon("clock"), html.span(uow.translate("Photo en attente de validation")), class_="was")
        if change
        else None
    )
    chooser = file_form(
        uow,
        file_field(uow.translate("Choisir une photo"), validation.ACCEPTED_PICTURES),
        html.button(uow.translate("Envoyer la photo"), type="submit", class_="btn quiet"),
        action=f"/eleves/{pupil.number}/photo",
        class_="stack-form",
    )
    around = html.div(waits, None if change else refused, chooser if may_send else None, class_="stack-form")
    return html.section(
        html.h2(uow.translate("Photo")),
        html.div(portrait, around, class_="portrait-row"),
        class_="card",
        aria_label=uow.translate("Photo"),
    )


@plain("/eleves/{n}/photo", Audience.FAMILY, methods=("POST",), most_bytes=MAX_FILE_BODY)
async def send_photo(caller: Caller, request: Request, n: int) -> Response:
    with caller.unit_of_work() as uow:
        if not _may_send(uow, *families.pupil_by_number(uow, n)):
            raise NotFound(f"photo of pupil number {n}")
    name, content = await one_file(request)
    try:
        with caller.unit_of_work() as uow:
            change_requests.may_propose(uow, families.pupil_by_number(uow, n)[0])
            stored_files.within_quota(uow, "photo")
        portrait = await validation.photo(content)
        with caller.unit_of_work(writes=True) as uow:
            pupil, _ = families.pupil_by_number(uow, n)
            stored = stored_files.store(uow, pupil.id, "photo", portrait, "image/jpeg", name)
            change_requests.propose(uow, pupil, {"photo": stored.name})
    except UserError as error:
        return refused(caller, request, error, f"/eleves/{n}/identite?photo=")
    return RedirectResponse(f"/eleves/{n}/identite?photo=recue", 303)

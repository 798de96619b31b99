"""« Identité » of a pupil: the same flow as the family's own sheet; the photograph is sent by plain HTTP."""

from fastapi import Request
from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from components.layout.plain_layout import alert, told
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import plain, screen
from components.ui import forms
from components.ui.icons import icon
from components.ui.markup import tag
from data.accounts.caller import Audience, Caller
from data.change_requests import submission as change_requests
from data.change_requests.models import FieldChange
from data.core import sites
from data.core.errors import NotYours, Refused
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families import stored_files
from data.families.models import Pupil, PupilLink
from data.uploads import validation
from pages.family.pupil.dossier import dossier_head


@screen("/eleves/{n}/identite", Audience.FAMILY, title="Identité")
def identity(v: Visit, n: int, photo: str = "") -> None:
    pupil, _ = families.pupil_by_number(v, n)
    typed = forms.Typed()
    Panel(
        v,
        lambda w: _draw(w, n, typed, photo),
        follows=[("family", v.family_id or 0), ("pupil", pupil.id)],
        classes="flow",
        on=forms.acts(Pupil, typed),
    )


def _draw(v: Visit, n: int, typed: forms.Typed, photo: str) -> Markup:
    pupil, link = families.pupil_by_number(v, n)
    site, waiting = sites.here(v), change_requests.pending(v, [pupil])["pupil", pupil.id]
    may = link.rights == "all"
    words = v.say("Vous pouvez consulter cette fiche. Pour la modifier, adressez-vous au conservatoire.")
    notice = None if may else tag("div", icon("info"), tag("p", words), class_="notice")
    sheet = forms.sheet(v, site, pupil, waiting, typed, may_change=may)
    shown = "photo" in sites.open_fields(site, Pupil)
    return Markup("").join(
        part
        for part in (
            dossier_head(v, pupil, "identite"),
            told(v.say("La photo a été envoyée. Le conservatoire va la valider.")) if photo == "recue" else None,
            alert(v.say(validation.REFUSALS[photo])) if photo in validation.REFUSALS else None,
            notice,
            tag("section", sheet, class_="card", aria_label=v.say("Identité")),
            _photo(v, pupil, waiting.get("photo"), _may_send(v, pupil, link)) if shown else None,
        )
        if part
    )


def _may_send(v: Visit, pupil: Pupil, link: PupilLink) -> bool:
    shown = sites.open_fields(sites.here(v), type(pupil)).get("photo")
    return link.rights == "all" and shown is not None and shown[1] != "readonly"


def _photo(v: Visit, pupil: Pupil, change: FieldChange | None, may_send: bool) -> Markup:
    """The portrait, recorded or waiting, and the form that sends another."""
    name = change.new if change else pupil.photo
    alt = v.say("Photo de {name}", name=pupil.full_name)
    portrait = (
        tag("img", src=f"/documents/{name}", alt=alt, class_="portrait", width=160, height=160)
        if name
        else tag("div", icon("person"), tag("span", v.say("Pas de photo"), class_="small"), class_="portrait empty")
    )
    waits = (
        tag("p", icon("clock"), tag("span", v.say("Photo en attente de validation")), class_="was") if change else None
    )
    chooser = tag(
        "form",
        tag(
            "div",
            tag("label", v.say("Choisir une photo (JPEG ou PNG)"), for_="fichier"),
            tag("input", id="fichier", name="fichier", type="file", accept=validation.ACCEPTED_PICTURES, required=True),
            class_="field",
        ),
        tag("button", v.say("Envoyer la photo"), type="submit", class_="btn quiet"),
        method="post",
        action=f"/eleves/{pupil.number}/photo",
        enctype="multipart/form-data",
        class_="stack-form",
    )
    beside = tag("div", waits, chooser if may_send else None, class_="stack-form")
    return tag(
        "section",
        tag("h2", v.say("Photo")),
        tag("div", portrait, beside, class_="portrait-row"),
        class_="card",
        aria_label=v.say("Photo"),
    )


@plain("/eleves/{n}/photo", Audience.FAMILY, methods=("POST",), most_bytes=validation.MOST_BYTES + 65536)
async def send_photo(caller: Caller, request: Request, n: int) -> Response:
    with caller.visit() as v:
        if not _may_send(v, *families.pupil_by_number(v, n)):
            raise NotYours(f"photo of pupil number {n}")
    async with request.form(max_files=1, max_fields=4) as form:
        sent = form.get("fichier")
        name = sent.filename or "" if isinstance(sent, UploadFile) else ""
        content = await sent.read(validation.MOST_BYTES + 1) if isinstance(sent, UploadFile) else b""
    try:
        with caller.visit() as v:
            stored_files.within_quota(v, "photo")
        portrait = await validation.photo(content)
        with caller.visit(writes=True) as v:
            pupil, _ = families.pupil_by_number(v, n)
            kept = stored_files.keep(v, pupil.id, "photo", portrait, "image/jpeg", name)
            change_requests.propose(v, pupil, {"photo": kept.name})
    except Refused as refused:
        return RedirectResponse(f"/eleves/{n}/identite?photo={validation.code_of(refused)}", 303)
    return RedirectResponse(f"/eleves/{n}/identite?photo=recue", 303)

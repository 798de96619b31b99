"""« Vérifier une attestation »: anyone with its code learns whether it is authentic, and for whom by initials only."""

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.layout.plain_layout import alert, entry, plain_page, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.tables import facts
from components.web.auth import page_for, site_of
from data.accounts.caller import Audience, Caller
from data.billing import pdf_archive
from data.core import formats, sites
from data.core.i18n import _


@plain("/verifier", Audience.ANYONE)
def ask(caller: Caller, request: Request) -> Response:
    code = "".join(char for char in request.query_params.get("code", "")[:40] if char.isalnum())
    if code:
        return RedirectResponse(f"/verifier/{pdf_archive.spaced(code.upper())}", 303)
    return page_for(caller, request, caller.translate("Vérifier une attestation"), _form(caller))


@plain("/verifier/{code}", Audience.ANYONE)
def verify(caller: Caller, request: Request, code: str) -> Response:
    found = pdf_archive.check(code)
    if found is None:
        message = alert(caller.translate("Aucune attestation ne porte ce code. Vérifiez les lettres et les chiffres."))
    elif not found.valid:
        message = alert(caller.translate("Cette attestation a été annulée par le conservatoire."))
    else:
        message = success(caller.translate("Cette attestation est authentique."))
    return plain_page(
        caller.translate("Vérifier une attestation"),
        message + (_facts(caller, found) if found else Markup("")) + _form(caller),
        language=caller.language,
        status=200 if found else 404,
        site=sites.known(found.site_id) if found else site_of(caller, request),
    )


def _facts(caller: Caller, found: pdf_archive.Checked) -> Markup:
    pairs: list[tuple[str, object]] = [
        (_("Document"), caller.translate(pdf_archive.KINDS[found.kind])),
        (_("Établissement"), found.site),
        (_("Année scolaire"), found.school_year),
        (_("Initiales de l’élève"), found.initials),
        (_("Établie le"), formats.day(found.issued_on)),
    ]
    return facts((caller.translate(label), value) for label, value in pairs)


def _form(caller: Caller) -> Markup:
    return html.form(
        entry(
            caller.translate("Code de l’attestation"),
            "code",
            hint=caller.translate("Il est écrit au bas du document : dix lettres et chiffres."),
            maxlength=40,
            required=True,
            autocomplete="off",
            spellcheck="false",
            language=caller.language,
        ),
        html.button(caller.translate("Vérifier"), type="submit", class_="btn"),
        method="get",
        action="/verifier",
        class_="stack-form",
    )

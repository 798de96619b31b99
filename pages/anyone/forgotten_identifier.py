"""« Identifiant oublié »: the same sentence whoever asks, and the work comes after it. The letter lists the identifiers."""

import logging

from fastapi import Request
from starlette.background import BackgroundTask
from starlette.responses import Response

from components.layout.plain_layout import asking_form, message, own_email, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web import way_on
from components.web.auth import page_for
from data.accounts import forgotten_identifier
from data.accounts.caller import Audience, Caller
from data.core.database import Unavailable
from data.core.i18n import _

PATH = "/identifiant-oublie"
SENT = _("Si cette adresse est celle d’un compte, un e-mail avec votre identifiant y arrive dans quelques minutes.")
log = logging.getLogger("anacrouse")


def _page(
    caller: Caller, request: Request, *, email: str = "", fault: str = "", done: str = "", after: str = ""
) -> Response:
    dialog = message(caller.translate("Vérifiez les renseignements saisis."), caller.language, focus="email")
    body = (
        success(done)
        + asking_form(
            html.p(
                caller.translate("Saisissez l’e-mail de votre fiche : votre identifiant y sera envoyé."),
                class_="soft",
            ),
            own_email(caller.translate("E-mail"), email, fault, caller.language),
            way_on.field(after),
            button=caller.translate("Valider"),
            action=PATH,
        )
        + html.div(html.a(caller.translate("Retour"), href=way_on.carried("/connexion", after)), class_="links")
        + (dialog if fault else "")
    )
    return page_for(caller, request, caller.translate("Identifiant oublié"), body, status=400 if fault else 200)


@plain(PATH, Audience.ANYONE)
def show(caller: Caller, request: Request) -> Response:
    return _page(caller, request, after=way_on.from_query(request))


@plain(PATH, Audience.ANYONE, methods=("POST",), writes=False)
async def ask(caller: Caller, request: Request) -> Response:
    form = await request.form()
    after, email = way_on.from_form(form), value if isinstance(value := form.get("email"), str) else ""
    if "@" not in email:
        fault = (
            _("Indiquez votre e-mail.")
            if not email.strip()
            else _("Une adresse e-mail s’écrit comme camille@example.org.")
        )
        return _page(caller, request, email=email[:254], fault=caller.translate(fault), after=after)
    response = _page(caller, request, done=caller.translate(SENT), after=after)
    response.background = BackgroundTask(_send, email, caller.address)
    return response


def _send(email: str, client: str) -> None:
    try:
        forgotten_identifier.send(email, client=client)
    except Unavailable as fault:
        log.warning("the letter of a forgotten identifier is not written: %s", fault.orig)

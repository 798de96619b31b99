"""The link that confirms a new e-mail address. A button, so that a mail program's preview confirms nothing."""

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import alert, asking_form, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web.auth import page_for
from data.accounts.caller import Audience, Caller
from data.change_requests import submission as change_requests


@plain("/confirmer/{token}", Audience.ANYONE)
def show(caller: Caller, request: Request, token: str) -> Response:
    text = html.p(caller.translate("Confirmez que cette adresse e-mail est bien la vôtre."))
    body = asking_form(text, button=caller.translate("Confirmer mon adresse"), action=request.url.path)
    return page_for(caller, request, caller.translate("Confirmer une adresse e-mail"), body)


@plain("/confirmer/{token}", Audience.ANYONE, methods=("POST",))
def confirm(caller: Caller, request: Request, token: str) -> Response:
    address = change_requests.confirm_email(token)
    if address is None:
        body = alert(
            caller.translate(
                "Ce lien n’est plus valable. Enregistrez à nouveau votre adresse dans la fiche pour en recevoir un autre."
            )
        )
    else:
        body = success(
            caller.translate(
                "L’adresse {address} est confirmée, merci. Vous n’avez rien d’autre à faire.", address=address
            )
        )
    body += html.div(html.a(caller.translate("Retour à l’accueil"), href="/"), class_="links")
    title = caller.translate("Confirmer une adresse e-mail")
    return page_for(caller, request, title, body, status=200 if address else 404)

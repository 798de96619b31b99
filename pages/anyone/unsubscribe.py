"""The link at the foot of a digest that its reader does without. A button, so that what looks through letters ends nothing;
mail programs send the same by themselves (RFC 8058): from any server, without a session, as often as they like."""

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import alert, asking_form, success
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web.auth import page_for
from data.accounts.caller import Audience, Caller
from data.core.i18n import _
from data.office import daily_digest

PATH = f"{daily_digest.UNSUBSCRIBE}/{{token}}"
TITLE = _("Récapitulatif du matin")


@plain(PATH, Audience.ANYONE)
def show(caller: Caller, request: Request, token: str) -> Response:
    text = html.p(caller.translate("Ce courriel vous dit chaque matin ce qui attend sur le portail."))
    body = asking_form(text, button=caller.translate("Ne plus le recevoir"), action=request.url.path)
    return page_for(caller, request, caller.translate(TITLE), body)


@plain(PATH, Audience.ANYONE, methods=("POST",), most_bytes=1000, foreign=True)
def stop(caller: Caller, request: Request, token: str) -> Response:
    done = daily_digest.unsubscribe(token)
    said = (
        success(
            caller.translate(
                "Vous ne recevrez plus le récapitulatif du matin. Pour le recevoir de nouveau : « Mot de passe », sur le portail."
            )
        )
        if done
        else alert(
            caller.translate(
                "Ce lien n’est pas valable. Le récapitulatif se règle aussi dans « Mot de passe », sur le portail."
            )
        )
    )
    return page_for(caller, request, caller.translate(TITLE), said, status=200 if done else 404)

"""The bank sends the browser back by POST from its own site: no cookie comes along, so the session's page is asked for again."""

import re

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import info
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web.auth import page_for
from data.accounts.caller import Audience, Caller
from data.core.errors import NotFound

MAX_BODY_BYTES = 64 * 1024


@plain("/facturation/retour/{payment}", Audience.ANYONE, methods=("POST",), most_bytes=MAX_BODY_BYTES, foreign=True)
def back(caller: Caller, request: Request, payment: str) -> Response:
    """At a pattern of its own: the screen of the same address would take this one's place. Nothing that is sent here is
    read. The page leads on by itself, and then comes from our own site: with the cookie."""
    if not re.fullmatch("[A-Za-z0-9]{16,60}", payment):
        raise NotFound("a reference that is none")
    there = f"/facturation/retour/{payment}"
    body = info(caller.translate("La banque vous ramène au portail.")) + html.p(
        html.a(caller.translate("Voir mon paiement"), href=there, class_="btn")
    )
    response = page_for(caller, request, caller.translate("Paiement"), body)
    response.headers["refresh"] = f"0; url={there}"
    return response

"""Staying signed in, signing out: plain POSTs, so that they hold when the websocket is down."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.nicegui_adapter.screens import plain
from components.web.auth import cookie, cookie_name
from components.web.erasing import erase_device
from data.accounts import push, sessions
from data.accounts.caller import Audience, Caller


@plain("/deconnexion", Audience.ACCOUNT, methods=("POST",), own=True)
def leave(caller: Caller, request: Request) -> Response:
    sessions.sign_out(cookie(request, "anacrouse"))
    push.forget(cookie(request, "appareil"))
    response = RedirectResponse("/connexion?fin=2", 303)
    erase_device(response)
    response.delete_cookie(cookie_name("anacrouse"), secure=cookie_name("").startswith("__"), httponly=True)
    return response


@plain("/rester", Audience.ACCOUNT, methods=("POST",), own=True)
def stay(caller: Caller, request: Request) -> Response:
    """« Rester connecté »: the request itself is the activity."""
    return Response(status_code=204)

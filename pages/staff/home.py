"""« Gestion »: the address leads to what waits."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.entrance import Audience, Caller
from components.screen import plain


@plain("/gestion", Audience.STAFF)
def home(caller: Caller, request: Request) -> Response:
    return RedirectResponse("/gestion/demandes", 303)

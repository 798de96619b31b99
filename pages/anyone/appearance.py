"""A site's colour and logo: public, and kept for ever, since what they are is in their address."""

import re

from fastapi import Request
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.web.errors import error_page
from data.accounts.caller import Audience, Caller
from data.core import appearance, sites
from data.core.errors import UserError
from data.families import stored_files

FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


@plain("/apparence/{colour}.css", Audience.ANYONE)
def stylesheet(caller: Caller, request: Request, colour: str) -> Response:
    """The tokens of any accent that passes: nothing here is anybody's."""
    try:
        accent = appearance.read_accent(colour) if re.fullmatch("[0-9a-f]{6}", colour) else ""
    except UserError:
        accent = ""
    if not accent:
        return error_page(404, language=caller.language)
    return Response(appearance.stylesheet(accent), media_type="text/css", headers=FOREVER)


@plain("/logo/{site}/{name}.png", Audience.ANYONE)
def logo(caller: Caller, request: Request, site: int, name: str) -> Response:
    """Only the logo that a site shows now."""
    if not any(each.id == site and each.logo and each.logo == name for each in sites.every_site()):
        return error_page(404, language=caller.language)
    content = stored_files.read(site, name)
    if content is None:
        return error_page(404, language=caller.language)
    return Response(content, media_type="image/png", headers=FOREVER)

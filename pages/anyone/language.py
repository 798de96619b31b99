"""The language, chosen at the foot of every page: kept on the device, and in the account when there is one."""

import re
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.nicegui_adapter.screens import plain
from data.accounts import models as accounts
from data.accounts.caller import Audience, Caller
from data.core.i18n import as_language


@plain("/langue", Audience.ANYONE, methods=("POST",))
async def choose(caller: Caller, request: Request) -> Response:
    chosen = as_language((await request.form()).get("langue"))
    if caller.account:
        with caller.unit_of_work(writes=True) as uow:
            accounts.choose_language(uow, chosen)
    back = urlsplit(request.headers.get("referer", "")).path
    response = RedirectResponse(back if re.fullmatch(r"/(?!/)[\w/-]*", back) else "/", 303)
    response.set_cookie("langue", chosen, max_age=365 * 86400, samesite="lax")
    return response

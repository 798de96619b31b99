"""The language, chosen at the foot of every page: kept on the device, and in the account when there is one.

What a stranger chose becomes the account's at the next sign-in; what somebody signed in chose is theirs already.
"""

import re

from fastapi import Request
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.web import way_on
from data.accounts import models as accounts
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core.i18n import Language, as_language
from data.core.unit_of_work import unit_of_work

FRESH = ".choisie"  # after the language, until somebody signs in


def _keep(response: Response, language: Language, mark: str = "") -> None:
    response.set_cookie("langue", language + mark, max_age=365 * 86400, samesite="lax")


@plain("/langue", Audience.ANYONE, methods=("POST",))
async def choose(caller: Caller, request: Request) -> Response:
    chosen = as_language((await request.form()).get("langue"))
    if caller.account:
        with caller.unit_of_work(writes=True) as uow:
            accounts.choose_language(uow, chosen)
    response = RedirectResponse(way_on.came_from(request), 303)
    _keep(response, chosen, "" if caller.account else FRESH)
    return response


def adopt(account: Account, request: Request, response: Response) -> None:
    """What was chosen on this device before signing in becomes the account's."""
    kept = request.cookies.get("langue", "")
    if kept.endswith(FRESH):
        language = as_language(kept.removesuffix(FRESH))
        with unit_of_work(account, writes=True) as uow:
            accounts.choose_language(uow, language)
        _keep(response, language)


def proposal(caller: Caller, request: Request) -> Markup | None:
    """English, to a browser that prefers it, until a language is chosen here."""
    wanted = request.headers.get("accept-language", "").lower()
    at = {name: found.start() for name in ("fr", "en") if (found := re.search(rf"\b{name}\b", wanted))}
    if "langue" in request.cookies or caller.language == "en" or "en" not in at or at.get("fr", 1000) < at["en"]:
        return None
    return html.form(
        icon("info"),
        html.p("This site is also in English.", lang="en"),
        html.button(
            "Read it in English", type="submit", name="langue", value="en", lang="en", class_="btn quiet small"
        ),
        method="post",
        action="/langue",
        class_="notice leads",
    )

"""The second step of Connexion: the code. There is no session before it is right."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.layout.plain_layout import alert, entry
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.web import way_on
from components.web.auth import page_for
from data.accounts import two_factor_login
from data.accounts.caller import Audience, Caller
from data.core.errors import UserError
from pages.anyone.connexion import STEP_PATH, come_in

COOKIE = "second"


def _page(caller: Caller, request: Request, after: str, *, wrong: str = "", status: int = 200) -> Response:
    translate = caller.translate
    form = html.form(
        entry(
            translate("Code à six chiffres, ou code de secours"),
            "code",
            autocomplete="one-time-code",
            inputmode="text",
            autocapitalize="none",
            maxlength=20,
            required=True,
            autofocus=True,
            language=caller.language,
        ),
        way_on.field(after),
        html.button(translate("Se connecter"), type="submit", class_="btn"),
        method="post",
        action=STEP_PATH,
        novalidate=True,
        class_="stack-form",
    )
    about = html.p(translate("Ouvrez l’application de codes de votre téléphone."), class_="soft")
    back = html.div(html.a(translate("Recommencer"), href=way_on.carried("/connexion", after)), class_="links")
    body = alert(wrong) + about + form + back
    return page_for(caller, request, translate("Second facteur"), body, status=status)


@plain(STEP_PATH, Audience.ANYONE)
def show(caller: Caller, request: Request) -> Response:
    if not request.cookies.get(COOKIE):
        return RedirectResponse(way_on.carried("/connexion", way_on.from_query(request)), 303)
    return _page(caller, request, way_on.from_query(request))


@plain(STEP_PATH, Audience.ANYONE, methods=("POST",))
async def enter(caller: Caller, request: Request) -> Response:
    form = await request.form()
    code, after = (value if isinstance(value := form.get(name), str) else "" for name in ("code", "suite"))
    try:
        account = two_factor_login.pass_second_step(
            request.cookies.get(COOKIE, "")[:1000], code[:40], client=caller.address
        )
    except UserError as error:
        return _page(caller, request, way_on.safe(after), wrong=error.message(caller.language), status=401)
    if account is None:
        return RedirectResponse(way_on.carried("/connexion?fin=3", after), 303)
    response = come_in(caller, request, account, after)
    response.delete_cookie(COOKIE, path=STEP_PATH)
    return response

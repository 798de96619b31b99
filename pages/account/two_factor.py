"""« Second facteur »: set up by scanning, its recovery codes shown once, changed or taken away. Plain HTTP."""

from collections.abc import Iterable

import segno
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.layout.plain_layout import alert, entry, plain_page, success
from components.nicegui_adapter.screens import FACTOR, plain
from components.ui import html
from components.ui.markup import Markup
from components.web import way_on
from components.web.errors import error_page
from data.accounts import two_factor, two_factor_login
from data.accounts.caller import Audience, Caller
from data.core import sites
from data.core.errors import ErrorCode, UserError
from data.core.i18n import ngettext


@plain(FACTOR, Audience.ACCOUNT)
def show(caller: Caller, request: Request) -> Response:
    return _page(caller, after=way_on.from_query(request))


@plain(FACTOR, Audience.ACCOUNT, methods=("POST",))
async def act(caller: Caller, request: Request) -> Response:
    """`faire` says what: set up, other recovery codes, take away."""
    form = await request.form()
    account, signin = caller.account, caller.signin
    if account is None or signin is None or not account.is_staff:
        return error_page(404, language=caller.language)
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    what, drafted = typed.get("faire", ""), typed.get("projet", "")
    code = next((typed[name] for name in ("code", "code-nouveaux", "code-retirer") if name in typed), "")
    if what not in {"poser", "codes", "retirer"}:
        return error_page(400, language=caller.language)
    try:
        two_factor_login.admit_code(account)
    except UserError as error:
        return _page(
            caller, wrong=error.message(caller.language), drafted=drafted, status=400, after=way_on.from_form(form)
        )
    try:
        with caller.unit_of_work(writes=True) as uow:
            if what == "poser":
                codes = two_factor.set_up(uow, account, drafted, code)
                two_factor_login.factor_is_set(uow, signin.id, account.id)
            elif what == "codes":
                codes = two_factor.new_codes(uow, account, code)
            else:
                codes = []
                two_factor.remove(uow, account, code)
    except UserError as error:
        if error.code != ErrorCode.WRONG_CODE:
            two_factor_login.code_not_judged(account)
        return _page(
            caller, wrong=error.message(caller.language), drafted=drafted, status=400, after=way_on.from_form(form)
        )
    two_factor_login.code_passed(account)
    return _shown(caller, codes, way_on.from_form(form)) if codes else RedirectResponse(FACTOR, 303)


def _page(caller: Caller, *, wrong: str = "", drafted: str = "", status: int = 200, after: str = "") -> Response:
    account, translate = caller.account, caller.translate
    if account is None or not account.is_staff:
        return error_page(404, language=caller.language)
    with caller.unit_of_work() as uow:
        site, stored = sites.here(uow), two_factor.of_account(uow, account.id)
    must = caller.signin is not None and caller.signin.sets_factor
    if stored is not None:
        body = _codes_left(caller, len(stored.recovery))
    else:
        try:
            drafted = drafted or two_factor.draft(account)
            secret = two_factor.secret_of(account, drafted)
        except UserError:
            drafted = two_factor.draft(account)
            secret = two_factor.secret_of(account, drafted)
        asked = translate(
            "Votre conservatoire demande un second facteur aux responsables : mettez-le en place pour continuer."
        )
        body = (html.p(asked) if must else "") + _set_up(
            caller, two_factor.address_of(account, site.name, secret), secret, drafted, after
        )
    back = (
        "" if must and stored is None else html.div(html.a(translate("Retour"), href="/mot-de-passe"), class_="links")
    )
    return plain_page(
        translate("Second facteur"), alert(wrong) + body + back, language=caller.language, status=status, site=site
    )


def _set_up(caller: Caller, address: str, secret: str, drafted: str, after: str) -> Markup:
    translate = caller.translate
    return (
        html.p(
            translate(
                "1. Ouvrez une application de codes sur votre téléphone (FreeOTP, Aegis, Google Authenticator…)."
            ),
        )
        + html.p(translate("2. Photographiez ce dessin avec elle, ou recopiez-y la clé."))
        + html.img(src=_drawn(address), alt=translate("Code QR à photographier"), class_="qr", width=208, height=208)
        + html.p(
            translate("Clé : "),
            html.span(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), class_="secret"),
        )
        + _form(
            caller,
            "poser",
            translate("3. Le code à six chiffres que l’application montre"),
            translate("Mettre en place"),
            (html.input(type="hidden", name="projet", value=drafted), way_on.field(after)),
        )
    )


def _drawn(address: str) -> str:
    return segno.make(address, error="m").svg_data_uri(border=2, dark="#000", light="#fff")


def _codes_left(caller: Caller, left: int) -> Markup:
    translate = caller.translate
    return (
        success(translate("Votre compte demande un code en plus du mot de passe."))
        + html.p(ngettext("{count} code de secours reste.", "{count} codes de secours restent.", count=left))
        + html.h2(translate("Nouveaux codes de secours"))
        + _form(caller, "codes", translate("Un code de votre téléphone"), translate("Faire dix nouveaux codes"))
        + html.h2(translate("Retirer le second facteur"))
        + _form(
            caller,
            "retirer",
            translate("Un code de votre téléphone, ou un code de secours"),
            translate("Retirer"),
            bad=True,
        )
    )


def _form(
    caller: Caller, what: str, label: str, text: str, more: Iterable[Markup | None] = (), *, bad: bool = False
) -> Markup:
    name = {"poser": "code", "codes": "code-nouveaux", "retirer": "code-retirer"}[what]
    code = entry(label, name, autocomplete="one-time-code", maxlength=20, required=True, language=caller.language)
    return html.form(
        html.input(type="hidden", name="faire", value=what),
        *more,
        code,
        html.button(text, type="submit", class_="btn bad" if bad else "btn" if what == "poser" else "btn quiet"),
        method="post",
        action=FACTOR,
        novalidate=True,
        class_="stack-form",
    )


def _shown(caller: Caller, codes: list[str], after: str) -> Response:
    translate = caller.translate
    body = (
        success(translate("Le second facteur est en place."))
        + html.p(
            translate(
                "Gardez ces dix codes de secours hors du téléphone : chacun sert une fois. Ils ne seront plus montrés."
            ),
        )
        + html.ul((html.li(html.code(f"{code[:5]}-{code[5:]}")) for code in codes), class_="codes")
        + html.p(html.a(translate("Continuer"), href=after or "/", class_="btn"))
    )
    return plain_page(
        translate("Codes de secours"),
        body,
        language=caller.language,
        site=sites.known(caller.account.site_id if caller.account else None),
    )

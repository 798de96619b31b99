"""« Connexion »: a plain page, a plain POST, our own cookie. Works with password managers and without websocket."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fastapi import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from components.layout.plain_layout import Frame, alert, info, message, password, plain_page, success, user_name
from components.nicegui_adapter.screens import plain
from components.nicegui_adapter.static_files import screen_assets
from components.ui import html
from components.ui.markup import Markup, join
from components.web import way_on
from components.web.auth import cookie, set_cookie
from components.web.erasing import COPY, erase_device
from data import demo
from data.accounts import devices, offline_copy, passwords, push, sessions, two_factor_login
from data.accounts import models as accounts
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core import sites
from data.core.errors import ErrorCode, UserError
from data.core.i18n import _, tight
from data.core.settings import settings
from data.core.sites import Site
from data.demo import mailbox
from pages.anyone import accessibility, demonstration_letters, language

NOT_AN_ADDRESS = _(
    "Écrivez ici votre identifiant, et non votre adresse e-mail. "
    "Vous ne l’avez plus ? Recevez-le avec « Identifiant oublié »."
)
STEP_PATH, CROWD = "/connexion/second-facteur", "/connexion/attente"

DEMO_ACCOUNTS = (
    ("valmont", "aubry.claire", _("Claire Aubry, deux enfants : Irina et Nino")),
    ("valmont", "aubry.marc", _("Marc Aubry, second foyer d’Irina, peut consulter")),
    ("valmont", "belkacem.samir", _("Samir Belkacem, élève adulte")),
    ("valmont", "nguyen.linh", _("Linh Nguyễn, première connexion")),
    ("valmont", "renard.paul", _("Paul Renard, secrétariat")),
    ("valmont", "lemoine.helene", _("Hélène Lemoine, responsable")),
    ("belrive", "aubry.claire", _("une autre Claire Aubry, à Belrive")),
    ("belrive", "petit.jean", _("Jean Petit, responsable")),
)


@dataclass(frozen=True)
class Typed:
    """What the form is filled in with."""

    site: str = ""  # its code
    login: str = ""
    after: str = ""  # where to go on to


def _page(
    caller: Caller,
    every: list[Site],
    typed: Typed,
    *,
    notice: Markup | None = None,
    faults: Mapping[str, str] = MappingProxyType({}),
    status: int = 200,
) -> Response:
    empty = _(
        "Ce portail n’a pas encore de conservatoire. L’adresse du premier démarrage est dans le journal du serveur."
    )
    links = html.div(
        html.a(caller.translate("Mot de passe perdu"), href=way_on.carried("/mot-de-passe-perdu", typed.after)),
        html.a(caller.translate("Identifiant oublié"), href=way_on.carried("/identifiant-oublie", typed.after)),
        html.a(caller.translate("Aide"), href="/aide"),
        html.a(caller.translate("Accessibilité"), href="/accessibilite"),
        class_="links",
    )
    faulty = (
        message(caller.translate("Vérifiez les renseignements saisis."), caller.language, focus=next(iter(faults)))
        if faults
        else None
    )
    return plain_page(
        caller.translate("Connexion"),
        join(
            [
                alert(caller.translate(empty)) if not every else None,
                notice,
                _form(caller, every, typed, faults, "refused" if status == 401 else ""),
                links,
                faulty,
            ]
        ),
        language=caller.language,
        site=_only(every),
        status=status,
        ahead=screen_assets(),
        frame=Frame(under=_demo_accounts(caller, every)),
    )


def _only(every: list[Site]) -> Site | None:
    return every[0] if len(every) == 1 else None


def _form(caller: Caller, every: list[Site], typed: Typed, faults: Mapping[str, str], refused: str) -> Markup:
    only, first = _only(every), next(iter(faults), "")
    options = [html.option(site.name, value=site.code, selected=site.code == typed.site) for site in every]
    choice = (
        html.input(type="hidden", name="site", value=only.code)
        if only
        else html.div(
            html.label(caller.translate("Site"), for_="site"),
            html.select(options, id="site", name="site"),
            class_="field",
        )
    )
    return html.form(
        choice,
        user_name(
            caller.translate("Identifiant"),
            typed.login,
            faults.get("identifiant", ""),
            caller.language,
            described_by=refused,
            autofocus=first in {"", "identifiant"} and not typed.login,
        ),
        password(
            caller.translate("Mot de passe"),
            "mot_de_passe",
            caller.language,
            autocomplete="current-password",
            fault=faults.get("mot_de_passe", ""),
            described_by=refused,
            autofocus=bool(typed.login) or first == "mot_de_passe",
        ),
        way_on.field(typed.after),
        html.button(caller.translate("Se connecter"), class_="btn", type="submit"),
        method="post",
        action="/connexion",
        novalidate=True,
        data_crowd=CROWD,
        class_="stack-form",
    )


def _demo_accounts(caller: Caller, every: list[Site]) -> Markup | None:
    """The demonstration's accounts, in demonstration only."""
    if not any(site.demonstration for site in every):
        return None
    names = {site.code: site.name for site in every}
    rows = [
        (html.dt(login), html.dd(f"{caller.translate(about)} ({names.get(code, code)})"))
        for code, login, about in DEMO_ACCOUNTS
    ]
    return html.details(
        html.summary(caller.translate("Comptes de démonstration")),
        html.p(caller.translate("Mot de passe de tous les comptes : "), html.strong(demo.PASSWORD)),
        html.dl(rows),
        mailbox.opened()
        and html.p(html.a(caller.translate(demonstration_letters.TITLE), href=demonstration_letters.PATH)),
        class_="demo-users card",
        open=True,
    )


@plain("/connexion", Audience.ANYONE)
def show(caller: Caller, request: Request) -> Response:
    if caller.account and "fin" not in request.query_params:
        return RedirectResponse("/", 303)
    fin = request.query_params.get("fin", "")
    done = {
        "1": _(
            "Votre session a expiré ou a été fermée. Reconnectez-vous ; ce que vous aviez tapé est gardé dans cet onglet."
        ),
        "2": _("Vous êtes déconnecté."),
        "3": _("Le délai de connexion est dépassé : recommencez."),
    }.get(fin, "")
    return _page(
        caller,
        sites.every_site(),
        Typed(cookie(request, "site"), after=way_on.from_query(request)),
        notice=join([language.proposal(caller, request), (success if fin == "2" else info)(caller.translate(done))]),
    )


@plain(CROWD, Audience.ANYONE)
def crowd(caller: Caller, request: Request) -> Response:
    """What the script says to somebody whose password waits its turn; nothing when few wait."""
    if not passwords.is_crowded():
        return Response(status_code=204)
    text = caller.translate(
        "Beaucoup de familles se connectent en ce moment : votre tour vient dans quelques secondes."
    )
    return PlainTextResponse(tight(text))


@plain("/connexion", Audience.ANYONE, methods=("POST",))
async def enter(caller: Caller, request: Request) -> Response:
    form = await request.form()
    code, login, word, after = (_text(form.get(name)) for name in ("site", "identifiant", "mot_de_passe", "suite"))
    every = sites.every_site()
    site = next((each for each in every if each.code == code), None)
    faults = {
        name: caller.translate(sentence)
        for name, value, sentence in (
            ("identifiant", login.strip(), _("Indiquez votre identifiant.")),
            ("identifiant", not accounts.is_address(login), NOT_AN_ADDRESS),
            ("mot_de_passe", word, _("Indiquez votre mot de passe.")),
        )
        if not value
    }
    typed = Typed(code, login, way_on.safe(after))
    if faults:
        return _page(caller, every, typed, faults=faults, status=400)
    try:
        account = await sessions.recognise(
            site.id if site and site.id else 0, login, word, device=cookie(request, "appareil"), client=caller.address
        )
    except UserError as error:
        status = 429 if error.code == ErrorCode.TOO_MANY_ATTEMPTS else 401
        return _page(caller, every, typed, notice=alert(error.message(caller.language), id_="refused"), status=status)
    if step := two_factor_login.second_step(account):
        response = RedirectResponse(way_on.carried(STEP_PATH, after), 303)
        response.set_cookie(
            "second",
            step,
            max_age=two_factor_login.STEP_SECONDS,
            path=STEP_PATH,
            httponly=True,
            secure=settings().https,
            samesite="lax",
        )
        set_cookie(response, "site", code, seconds=365 * 86400)
        return response
    response = come_in(caller, request, account, after)
    set_cookie(response, "site", code, seconds=365 * 86400)
    return response


def come_in(caller: Caller, request: Request, account: Account, after: str) -> RedirectResponse:
    """A new session, whatever cookies the browser held, and on to where it wanted."""
    push.forget(cookie(request, "appareil"), but=account.id)
    token, device = sessions.sign_in(
        account,
        old_token=cookie(request, "anacrouse"),
        device=cookie(request, "appareil"),
        label=device_label(request.headers.get("user-agent", "")),
        client=caller.address,
    )
    response = RedirectResponse(way_on.safe(after) or ("/gestion" if account.is_staff else "/"), 303)
    kept = cookie(request, COPY)
    if kept and not offline_copy.chosen(kept, account):
        erase_device(response)  # another account's pages, or of an older password
    set_cookie(response, "anacrouse", token)
    set_cookie(response, "appareil", device, seconds=365 * 86400)
    accessibility.adopt(account, request, response)
    language.adopt(account, request, response)
    return response


@plain("/deconnexion", Audience.ANYONE)
def left(caller: Caller, request: Request) -> Response:
    """A bookmark or a reload of the address: nobody is signed out by a link."""
    return RedirectResponse("/" if caller.account else "/connexion?fin=2", 303)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def device_label(agent: str) -> str:
    """« Firefox sur Android », for « Mes connexions »: enough to know one's own devices."""
    browser = next(
        (
            name
            for mark, name in (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
            if mark in agent
        ),
        devices.UNKNOWN_BROWSER,
    )
    system = next(
        (
            name
            for mark, name in (
                ("iPhone", "iPhone"),
                ("iPad", "iPad"),
                ("Android", "Android"),
                ("Windows", "Windows"),
                ("Mac OS", "Mac"),
                ("Linux", "Linux"),
            )
            if mark in agent
        ),
        "",
    )
    return f"{browser} · {system}" if system else browser

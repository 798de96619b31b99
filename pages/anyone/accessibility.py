"""« Accessibilité »: how the screens are drawn, chosen by anyone, signed in or not; and the declaration the law asks for."""

import re
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.layout import display_preferences
from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Markup, join
from data.accounts import display_preferences as choices
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core import sites
from data.core.i18n import _
from data.core.sites import Site
from data.core.unit_of_work import unit_of_work

PATH = "/accessibilite"
NOT_ACCESSIBLE = (_("Les documents que les familles déposent sont gardés tels qu’elles les ont faits."),)
TESTED = _(
    "HTML, CSS, SVG, JavaScript. Chaque écran est vérifié à chaque changement "
    "par axe et HTML_CodeSniffer, au clavier seul, de 320 à 1280 pixels, en contraste renforcé, en sombre et à 200 %."
)


@plain(PATH, Audience.ANYONE)
def page(caller: Caller, request: Request) -> Response:
    every = sites.every_site()
    mine = [site for site in every if caller.account and site.id == caller.account.site_id] or every
    declarations = [_declaration(caller, site, named=len(mine) > 1) for site in mine]
    body = html.div(_choices(caller), html.div(declarations, class_="prose"), class_="state")
    site = mine[0] if len(mine) == 1 else None
    return public_page(caller, caller.translate("Accessibilité"), body, path=PATH, site=site, bare=True)


def _choices(caller: Caller) -> Markup:
    """The script borrows this part for « Affichage » on every other screen."""
    close = html.button(
        icon("cross"),
        caller.translate("Fermer"),
        type="button",
        class_="btn quiet small",
        data_shuts=True,
        hidden=True,
    )
    title = html.h2(caller.translate("Affichage"), id="display-preferences-title", tabindex="-1")
    return html.section(
        html.header(title, close, class_="card-head"),
        html.div(
            display_preferences.form(caller.language),
            display_preferences.languages(caller.language),
            class_="state",
        ),
        id="display-preferences",
        class_="state",
        aria_labelledby="display-preferences-title",
    )


def _declaration(caller: Caller, site: Site, *, named: bool) -> Markup:
    """What the site says in its settings; without an audit the only true state is « non conforme »."""
    translate, audit = caller.translate, site.legal.get("accessibility_audit", "")
    state = sites.accessibility(site)
    contact = site.legal.get("accessibility_contact", "")
    lines = [line for line in (contact, site.address, site.phone, site.email) if line]
    text = translate("Déclaration d’accessibilité")
    return join(
        [
            html.h2(f"{text} – {site.name}" if named else text),
            html.p(
                translate(
                    "{site} s’engage à rendre ce portail accessible (article 47 de la loi n° 2005-102 du 11 février 2005).",
                    site=site.name,
                ),
            ),
            html.h3(translate("État de conformité")),
            html.p(
                translate("Accessibilité : {state}", state=translate(state)),
                ". ",
                translate("Référentiel : RGAA 4.1.2."),
            ),
            html.p(
                translate("Audit : {audit}", audit=audit)
                if audit
                else translate(
                    "Aucun audit n’a encore été enregistré par le conservatoire : "
                    "la loi veut que l’état soit alors « non conforme »."
                ),
            ),
            html.h3(translate("Contenus non accessibles")),
            html.ul(html.li(translate(each)) for each in NOT_ACCESSIBLE),
            html.h3(translate("Techniques et essais")),
            html.p(translate(TESTED)),
            html.h3(translate("Signaler une difficulté")),
            html.p(translate("Dites-nous ce qui vous gêne : nous vous donnerons l’information autrement.")),
            html.p(join(lines, Markup("<br>")) if lines else translate("à compléter par le conservatoire")),
            html.h3(translate("Voies de recours")),
            html.p(
                translate(
                    "Sans réponse satisfaisante, vous pouvez écrire au Défenseur des droits (www.defenseurdesdroits.fr), "
                    "Libre réponse 71120, 75342 Paris CEDEX 07."
                ),
            ),
        ]
    )


@plain(f"{PATH}/reglages", Audience.ANYONE, methods=("POST",))
async def choose(caller: Caller, request: Request) -> Response:
    sent = await request.form()
    mode = {"on": choices.MODE, "off": {}}.get(str(sent.get("mode")))
    preferences_ = choices.chosen(sent if mode is None else mode)
    if mode:
        preferences_ = {**choices.chosen(sent), **preferences_}
    if caller.account:
        with caller.unit_of_work(writes=True) as uow:
            choices.save(uow, preferences_)
    response: Response = Response(status_code=204) if sent.get("quiet") else RedirectResponse(back_to(request), 303)
    display_preferences.keep_on_device(response, preferences_, new=caller.account is None)
    return response


def back_to(request: Request) -> str:
    """The page of ours that the form was on."""
    back = urlsplit(request.headers.get("referer", "")).path
    return back if re.fullmatch(r"/(?!/)[\w/-]*", back) else "/"


def adopt(account: Account, request: Request, response: Response) -> None:
    """What was chosen on this device before signing in becomes the account's."""
    new = display_preferences.newly_chosen(request)
    if new is not None:
        with unit_of_work(account, writes=True) as uow:
            choices.save(uow, new)
        display_preferences.keep_on_device(response, new)

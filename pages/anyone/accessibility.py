"""« Accessibilité »: how the screens are drawn, chosen by anyone, signed in or not; and the declaration the law asks for."""

import re
from collections.abc import Iterator
from datetime import date

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.layout import display_preferences
from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Markup, join
from components.ui.own_words import filled
from components.web import way_on
from data.accounts import display_preferences as choices
from data.accounts.caller import Audience, Caller
from data.accounts.models import Account
from data.core import formats, sites
from data.core.i18n import _, pair
from data.core.settings import settings
from data.core.sites import Site
from data.core.unit_of_work import unit_of_work

PATH = "/accessibilite"
EXEMPT = _("Les documents que les familles déposent sont gardés tels qu’elles les ont faits.")
TECHNOLOGIES = _("HTML, CSS, SVG, JavaScript, WAI-ARIA, PDF.")
TESTED = _(
    "Chaque écran est vérifié à chaque changement par axe et HTML_CodeSniffer, au clavier seul, de 320 à 1280 pixels, "
    "en contraste renforcé, en sombre et à 200 %."
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
    """What the site says in its settings, in the order of the law's model (arrêté of 20 September 2019)."""
    translate = caller.translate
    text = translate("Déclaration d’accessibilité")
    address = _said(site, "address") or settings().public_url
    return join(
        [
            html.h2(f"{text} – {site.name}" if named else text),
            html.p(
                translate(
                    "{site} s’engage à rendre ce portail accessible (article 47 de la loi n° 2005-102 du 11 février 2005).",
                    site=site.name,
                ),
            ),
            _plans(caller, site),
            html.p(translate("Cette déclaration s’applique à {address}", address=address)),
            html.h3(translate("État de conformité")),
            html.p(
                translate("Accessibilité : {state}", state=translate(sites.accessibility(site))),
                ". ",
                translate("Référentiel : RGAA 4.1.2."),
            ),
            html.p(_audit(caller, site)),
            html.h3(translate("Contenus non accessibles")),
            _list(translate("Non-conformités"), _lines(site, "faults") or [_not_audited(caller, site)]),
            _list(
                translate("Dérogations pour charge disproportionnée"), _lines(site, "burden") or [translate("Aucune.")]
            ),
            _list(translate("Contenus non soumis à l’obligation"), [translate(EXEMPT), *_lines(site, "exempt")]),
            html.h3(translate("Établissement de cette déclaration")),
            html.p(_established(caller, site)),
            _list(translate("Technologies utilisées"), [translate(TECHNOLOGIES)]),
            _list(translate("Outils et environnement de test"), [translate(TESTED)]),
            _list(
                translate("Pages vérifiées"),
                _lines(site, "pages") or [translate("Tous les écrans du portail, par ces outils.")],
            ),
            *_contact(caller, site),
        ]
    )


def _said(site: Site, name: str) -> str:
    return str(site.legal.get(f"accessibility_{name}", ""))


def _lines(site: Site, name: str) -> list[str]:
    return [line for line in _said(site, name).splitlines() if line.strip()]


def _list(title: str, lines: list[str]) -> Markup:
    return html.h4(title) + html.ul(html.li(line) for line in lines)


def _plans(caller: Caller, site: Site) -> Markup | None:
    """The plan of several years and this year's, where the site publishes them; only what is an address is a link."""
    found = [
        html.li(pair(caller.translate(label), "", caller.language), html.a(address, href=address))
        for name, label in (("scheme", _("Schéma pluriannuel")), ("plan", _("Plan d’action de l’année")))
        if (address := _said(site, name)).startswith(("https://", "http://"))
    ]
    return html.ul(found) if found else None


def _audit(caller: Caller, site: Site) -> str:
    audit, by = _said(site, "audit"), _said(site, "auditor")
    if not audit:
        return caller.translate(
            "Aucun audit n’a encore été enregistré par le conservatoire : "
            "la loi veut que l’état soit alors « non conforme »."
        )
    day, rate = _day(audit), re.sub("[.,]", "." if caller.language == "en" else ",", _said(site, "rate"))
    text = (
        caller.translate("Audit du {day}, par {auditor}.", day=day, auditor=by)
        if by
        else caller.translate("Audit du {day}.", day=day)
    )
    return f"{text} {caller.translate('{rate} % des critères du RGAA sont respectés.', rate=rate)}" if rate else text


def _day(stored: str) -> str:
    """As it was written where it is no date: earlier versions took any words."""
    try:
        return formats.day(date.fromisoformat(stored))
    except ValueError:
        return stored


def _not_audited(caller: Caller, site: Site) -> str:
    return (
        caller.translate("Aucune n’est relevée.")
        if _said(site, "audit")
        else caller.translate("Elles seront relevées par l’audit.")
    )


def _established(caller: Caller, site: Site) -> str:
    day = _said(site, "day") or _said(site, "audit")
    if not day:
        return caller.translate("Sa date est à compléter par le conservatoire.")
    return caller.translate("Déclaration établie le {day}.", day=_day(day))


def _contact(caller: Caller, site: Site) -> Iterator[Markup]:
    """Whom to write to, and where to complain."""
    translate = caller.translate
    lines = [line for line in (_said(site, "contact"), site.address, site.phone, site.email) if line]
    yield html.h3(translate("Signaler une difficulté"))
    yield html.p(translate("Dites-nous ce qui vous gêne : nous vous donnerons l’information autrement."))
    yield html.p(join(lines, Markup("<br>")) if lines else translate("à compléter par le conservatoire"))
    yield html.h3(translate("Voies de recours"))
    yield html.p(
        filled(
            translate(
                "Sans réponse satisfaisante, vous pouvez écrire au Défenseur des droits, par {address} ou par lettre, sans timbre : "
                "Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07."
            ),
            address=html.a("www.defenseurdesdroits.fr", href="https://www.defenseurdesdroits.fr"),
        ),
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
    response: Response = (
        Response(status_code=204) if sent.get("quiet") else RedirectResponse(way_on.came_from(request), 303)
    )
    display_preferences.keep_on_device(response, preferences_, new=caller.account is None)
    return response


def adopt(account: Account, request: Request, response: Response) -> None:
    """What was chosen on this device before signing in becomes the account's."""
    new = display_preferences.newly_chosen(request)
    if new is not None:
        with unit_of_work(account, writes=True) as uow:
            choices.save(uow, new)
        display_preferences.keep_on_device(response, new)

"""What stays readable without network: the page that opens then, and the service worker that opens it. Neither says anything
of anybody: what a family keeps is pages/family/offline.py's, and lies encrypted in its browser."""

import json

from fastapi import Request
from starlette.responses import Response

from components.assets import serving
from components.assets.serving import url
from components.assets.sheets import Sheet
from components.layout.layout import logo_address
from components.layout.plain_layout import Frame, info, plain_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Markup
from components.web.auth import cookie, site_of
from components.web.erasing import COPY
from data.accounts import offline_copy
from data.accounts.caller import Audience, Caller
from data.accounts.offline_copy import READABLE_DAYS, Standing
from data.core import sites
from data.core.i18n import _

PAGE, WORKER = "/hors-ligne", "/hors-ligne.js"
OURS = (
    Sheet.WHOLE,
    "plain.js",
    "line.js",
    "stylesheet.js",
    "terms.js",
    "offline_store.js",
    "offline_lock.js",
    "offline_page.js",
    "hyperlegible-latin.woff2",
)
STATUS = {Standing.RENEW: 200, Standing.KEEP: 204, Standing.ERASE: 410}
NO_STORE = {"cache-control": "no-store"}


@plain(PAGE, Audience.ANYONE)
def page(caller: Caller, request: Request) -> Response:
    """Kept by the browser as it stands; offline_page.js puts the family's own copy in it."""
    body = (
        html.div(
            info(caller.translate("Pas de connexion : cette page n’est pas à jour, et rien ne peut y être changé.")),
            _states(caller),
            html.div(id="copy", hidden=True, class_="offline-copy"),
            html.p(html.a(caller.translate("Réessayer"), href="/", class_="btn quiet", data_again=True)),
            data_days=READABLE_DAYS,
            id="offline",
            class_="flow",
        )
        + html.script(src=url("offline_store.js"), defer=True)
        + html.script(src=url("offline_page.js"), type="module")
    )
    title = caller.translate("Hors connexion")
    return plain_page(
        title, body, language=caller.language, site=site_of(caller, request), frame=Frame(sheet=Sheet.WHOLE)
    )


def _states(caller: Caller) -> Markup:
    """Each is shown when it is so."""
    texts = {
        "none": _("Aucune page n’est gardée sur cet appareil. Réessayez quand la connexion sera revenue."),
        "old": _(
            "Vos pages n’ont pas pu être renouvelées depuis {days} jours : elles ont été effacées de cet appareil."
        ),
        "refused": _("L’appareil n’a pas été déverrouillé. Essayez de nouveau."),
    }
    button = html.button(caller.translate("Déverrouiller mes pages"), type="button", class_="btn", data_unlock=True)
    return html.div(
        (
            html.p(caller.translate(text, days=READABLE_DAYS), data_state=name, hidden=True)
            for name, text in texts.items()
        ),
        html.p(button, data_state="locked", hidden=True),
        role="status",
    )


@plain(WORKER, Audience.ANYONE)
def worker(caller: Caller, request: Request) -> Response:
    """Asked for again by the browser by itself: another version of the portal is another script."""
    every = sites.every_site()
    files = [
        *(url(name) for name in OURS),
        *(f"/apparence/{site.accent[1:]}.css" for site in every if site.accent),
        *(logo_address(site) for site in every if site.logo),
    ]
    known = {"page": PAGE, "files": files, "store": url("offline_store.js"), "days": READABLE_DAYS}
    known |= {"notice": caller.translate("Nouveau message du conservatoire"), "language": caller.language}
    script = f"const known = {json.dumps(known)};\n".encode() + serving.files()["offline_worker.js"]
    return Response(script, media_type="text/javascript", headers={"cache-control": "no-cache"})


@plain(f"{PAGE}/etat", Audience.ANYONE)
def state(caller: Caller, request: Request) -> Response:
    """What a device that may keep pages is to do with them."""
    account = None if caller.looking else caller.account
    return Response(status_code=STATUS[offline_copy.standing(cookie(request, COPY), account)], headers=NO_STORE)

"""What a telephone asks for that keeps the portal beside its applications, and where a password manager changes a password."""

import asyncio
import re

from fastapi import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from components.assets import app_icon
from components.layout.html_document import app_address
from components.nicegui_adapter.screens import plain
from components.web.errors import error_page
from data.accounts.caller import Audience, Caller
from data.core import appearance, sites
from data.core.i18n import LANGUAGES, Language, _, as_language, translate
from data.core.sites import Site
from data.families import stored_files
from pages.anyone.appearance import FOREVER

SHORTCUTS = (
    (_("Agenda"), "/agenda"),
    (_("Absences"), "/absences"),
    (_("Facturation"), "/facturation/cotisations"),
    (_("Réinscription"), "/reinscription"),
)
SHORT = 12  # letters that stand under an icon


@plain("/application/{site}/{language}.webmanifest", Audience.ANYONE)
def manifest(caller: Caller, request: Request, site: int, language: str) -> Response:
    """Asked for without cookies: the site and the language stand in the address."""
    found = _site(site)
    if found is None or language not in LANGUAGES:
        return error_page(404, language=caller.language)
    body = _manifest(found, as_language(language))
    return JSONResponse(
        body, headers={"content-type": "application/manifest+json", "cache-control": "public, max-age=3600"}
    )


def _manifest(site: Site, language: Language) -> dict[str, object]:
    icons = [
        {"src": app_address(site, f"{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for name, size, purpose in (("192", 192, "any"), ("512", 512, "any"), ("masque", 512, "maskable"))
    ]
    return {
        "id": "/",
        "name": site.name,
        "short_name": _short(site.name),
        "description": translate(_("Portail des usagers"), language),
        "lang": language,
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": appearance.PAPER,
        "theme_color": site.accent or appearance.ACCENT,
        "icons": icons,
        "shortcuts": [{"name": translate(label, language), "url": href} for label, href in SHORTCUTS],
    }


def _short(name: str) -> str:
    """« Conservatoire de Valmont » is « Valmont » under its icon: the last words that fit there."""
    words = re.split(r"[\s’']+", name)
    fitting = ""
    for word in reversed(words):
        longer = f"{word} {fitting}".strip()
        if fitting and (len(longer) > SHORT or word.islower()):
            break
        fitting = longer
    return fitting if len(fitting) >= 3 else name


@plain("/application/{site}/{mark}/{name}.png", Audience.ANYONE)
async def icon(caller: Caller, request: Request, site: int, mark: str, name: str) -> Response:
    found = _site(site)
    if found is None or name not in app_icon.SIZES or mark != app_icon.mark(found.accent, found.logo):
        return error_page(404, language=caller.language)
    return Response(await asyncio.to_thread(_drawn, found, name), media_type="image/png", headers=FOREVER)


def _drawn(site: Site, name: str) -> bytes:
    return app_icon.png(name, site.accent or appearance.ACCENT, stored_files.read(site.id, site.logo) or b"")


def _site(site_id: int) -> Site | None:
    return next((each for each in sites.every_site() if each.id == site_id), None)


@plain("/.well-known/change-password", Audience.ANYONE)
def change_password(caller: Caller, request: Request) -> Response:
    """Password managers lead here (W3C, « A Well-Known URL for Changing Passwords »)."""
    return RedirectResponse("/mot-de-passe", 303)

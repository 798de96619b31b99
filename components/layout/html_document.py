"""The HTML document of plain pages, and the head that every document shares."""

from collections.abc import Iterable

from markupsafe import Markup
from starlette.responses import HTMLResponse

from components.assets import app_icon, sheets
from components.assets.serving import FONT, url
from components.assets.sheets import Sheet
from components.layout import display_preferences
from components.ui import html
from data.core.i18n import Language, _, tight, translate
from data.core.sites import Site


def head(title: str, sheet: Sheet, *more: Markup) -> Markup:
    """What every document begins with. Nothing but one stylesheet is waited for before the first paint, and the document's last
    element: what is painted is whole, so nothing moves."""
    return html.head(
        html.meta(charset="utf-8"),
        html.title(title),
        html.meta(name="viewport", content="width=device-width, initial-scale=1"),
        html.meta(name="color-scheme", content="light dark"),
        html.meta(name="robots", content="noindex"),
        html.link(rel="expect", href="#line", blocking="render"),
        *_stylesheets(sheet),
        html.link(rel="icon", href=url("logo.svg"), type="image/svg+xml"),
        *more,
    )


def _stylesheets(sheet: Sheet) -> list[Markup]:
    """Modes that were chosen need the whole one, with its fonts; the script loads it when they are about to be."""
    whole, font, chosen = url(Sheet.WHOLE), url(FONT), display_preferences.current()
    if chosen or sheet == Sheet.WHOLE:
        of_mode = url("opendyslexic-latin-400-normal.woff2") if chosen.get("font") else font
        return [_preload(of_mode), html.link(rel="stylesheet", href=whole)]
    has_font = display_preferences.has_font()
    return [
        *([_preload(font), html.link(rel="stylesheet", href=url(Sheet.FONT))] if has_font else []),
        html.link(rel="stylesheet", href=url(sheet), data_whole=whole, data_font=None if has_font else font),
        html.link(rel="stylesheet", href=url(Sheet.PRINT), media="print"),
    ]


def _preload(font: str) -> Markup:
    return html.link(rel="preload", href=font, as_="font", type="font/woff2", fetchpriority="low", crossorigin=True)


def of_site(site: Site | None, language: Language) -> list[Markup]:
    """The stylesheet of a site that chose its accent; its colour is in its address, so it is kept for ever. What makes its
    portal an application of a telephone."""
    if site is None:
        return []
    return [
        *([html.link(rel="stylesheet", href=f"/apparence/{site.accent[1:]}.css")] if site.accent else []),
        html.link(rel="manifest", href=f"/application/{site.id}/{language}.webmanifest"),
        html.link(rel="apple-touch-icon", href=app_address(site, "apple.png")),
    ]


def app_address(site: Site, name: str) -> str:
    """Where an icon of the site's portal is: what it looks like is in its address."""
    return f"/application/{site.id}/{app_icon.mark(site.accent, site.logo)}/{name}"


def line_status(language: Language, *, by_itself: bool = True) -> Markup:
    """What the script says of a press without an answer yet: the line is slow, then whether it is sent again by itself."""
    again = (
        _("Toujours pas de réponse : l’envoi sera retenté tout seul. Rien de ce que vous avez saisi n’est perdu.")
        if by_itself
        else _("Toujours pas de réponse : patientez, ou appuyez de nouveau.")
    )
    texts = [
        tight(translate(text, language)) for text in (_("La connexion est lente : votre envoi est en cours…"), again)
    ]
    return html.div(id="line", role="status", class_="line-status", data_slow=texts[0], data_again=texts[1])


def page(
    title: str,
    body: Markup,
    *,
    language: Language = "fr",
    status: int = 200,
    ahead: Iterable[str] = (),
    site: Site | None = None,
    sheet: Sheet | None = None,
) -> HTMLResponse:
    """A plain page: no client in memory, works without script. `ahead`: addresses fetched while the person types. `sheet`: the
    smallest that has what the page wears, when none is named."""
    sheet = sheet or (Sheet.PLAIN if sheets.is_plain(body) else Sheet.FAMILY)
    document = Markup("<!doctype html>") + html.html(
        head(title, sheet, *of_site(site, language)),
        html.body(
            body,
            line_status(language, by_itself=False),
            html.script(src=url("plain.js"), defer=True, fetchpriority="low", data_ahead=" ".join(ahead) or None),
        ),
        lang=language,
        **display_preferences.attributes(),
    )
    return HTMLResponse(document, status, {"cache-control": "no-store"})

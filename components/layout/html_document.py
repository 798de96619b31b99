"""The HTML document of plain pages, and the head that every document shares."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import HTMLResponse

from components.assets import app_icon, first_styles
from components.assets.serving import FONT, url
from components.assets.sheets import Sheet
from components.layout import content_policy, display_preferences
from components.ui import html
from data.core import appearance
from data.core.i18n import Language, _, tight, translate
from data.core.settings import settings
from data.core.sites import Site

STYLE = re.compile("<style[^>]*>|</style>")


@dataclass(frozen=True)
class OfSite:
    """What a site adds to the head: its colours, and what makes its portal an application of a telephone."""

    colours: str = ""  # the text of a style element
    links: tuple[Markup, ...] = ()


def of_site(site: Site | None, language: Language) -> OfSite:
    if site is None:
        return OfSite()
    return OfSite(
        appearance.stylesheet(site.accent) if site.accent else "",
        (
            html.link(rel="manifest", href=f"/application/{site.id}/{language}.webmanifest"),
            html.link(rel="apple-touch-icon", href=app_address(site, "apple.png")),
        ),
    )


def document(
    title: str, body: Markup, *, sheet: Sheet, language: Language, status: int = 200, of_site: OfSite = OfSite()
) -> HTMLResponse:
    """The answer with the whole page. `body`: the element itself. Nothing is waited for before the first paint but the document's
    last element: what is painted is whole, so nothing moves."""
    stylesheets = _stylesheets(sheet, body)
    if of_site.colours:
        stylesheets.append(html.style(Markup(of_site.colours)))  # noqa: S704 - ours
    head = html.head(
        html.meta(charset="utf-8"),
        html.title(title),
        html.meta(name="viewport", content="width=device-width, initial-scale=1"),
        html.meta(name="color-scheme", content="light dark"),
        html.meta(name="robots", content="noindex"),
        html.link(rel="expect", href="#line", blocking="render"),
        *stylesheets,
        html.link(rel="icon", href=url("logo.svg"), type="image/svg+xml"),
        *of_site.links,
    )
    text = Markup("<!doctype html>") + html.html(head, body, lang=language, **display_preferences.attributes())
    styles = [STYLE.sub("", each) for each in stylesheets if STYLE.match(each)]
    allowed = content_policy.policy(settings().https, styles=styles)
    return HTMLResponse(text, status, {"cache-control": "no-store", content_policy.HEADER: allowed})


def _stylesheets(sheet: Sheet, body: str) -> list[Markup]:
    """In their order: paper's rules stand last. Modes that were chosen need the whole sheet, with its fonts; the script loads it
    when they are about to be."""
    whole, font, chosen = url(Sheet.WHOLE), url(FONT), display_preferences.current()
    if chosen or sheet == Sheet.WHOLE:
        of_mode = url("opendyslexic-latin-400-normal.woff2") if chosen.get("font") else font
        return [_preload(of_mode), html.link(rel="stylesheet", href=whole)]
    has_font = display_preferences.has_font()
    needed = html.style(
        Markup(first_styles.needed(sheet, body)),  # noqa: S704 - our own stylesheet
        data_light=url(sheet),
        data_whole=whole,
        data_font=None if has_font else font,
    )
    faces = [html.style(Markup(first_styles.faces()))] if has_font else []  # noqa: S704
    printed = html.link(rel="stylesheet", href=url(Sheet.PRINT), media="print")
    return [*([_preload(font)] if has_font else []), *faces, needed, printed]


def _preload(font: str) -> Markup:
    return html.link(rel="preload", href=font, as_="font", type="font/woff2", fetchpriority="low", crossorigin=True)


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
    sheet: Sheet = Sheet.FAMILY,
) -> HTMLResponse:
    """A plain page: no client in memory, works without script. `ahead`: addresses fetched while the person types."""
    return document(
        title,
        html.body(
            body,
            line_status(language, by_itself=False),
            html.script(src=url("plain.js"), defer=True, fetchpriority="low", data_ahead=" ".join(ahead) or None),
        ),
        sheet=sheet,
        language=language,
        status=status,
        of_site=of_site(site, language),
    )

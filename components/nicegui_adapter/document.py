"""The HTML document: plain pages, and NiceGUI's screens with their first paint in the first answer.

NiceGUI 3.18 sends an almost empty body, inline scripts and Quasar. Ours sends the whole screen as HTML, then the
script that takes it over, and needs neither Quasar nor `unsafe-inline` nor `unsafe-eval`: `build_response` replaces
Client's. What it stands on (createApp, parseElements, the boot values) is pinned with NiceGUI and tested in a browser.
"""

from typing import Any

from markupsafe import Markup
from nicegui import Client, __version__, json
from starlette.requests import Request
from starlette.responses import HTMLResponse

from components.assets.serving import url
from components.assets.sheets import Sheet
from components.layout.html_document import OfSite, document, line_status
from components.nicegui_adapter import static_files
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui import html
from components.ui.markup import tag
from data.core.i18n import Language, _, tight, translate
from data.core.settings import settings


def first_paint(element: Any) -> Markup:
    """An element of plain tags as Vue will draw it, its children in it. Panels give their own markup."""
    if isinstance(element, StaticPanel):
        inner, name = element.first, element.props["as"]
    else:
        if element.component or "-" in element.tag:
            raise ValueError(f"{element.tag}: screens are made of plain tags and panels")
        inner, name = Markup("").join(first_paint(child) for child in element.default_slot.children), element.tag
    attributes = {
        key: value for key, value in element.props.items() if key not in {"as", "content", "command", "address"}
    }
    return tag(name, inner, id=f"c{element.id}", class_=" ".join(element.classes) or None, **attributes)


def build_response(client: Client, request: Request, status_code: int = 200) -> HTMLResponse:
    """NiceGUI's answer for a page, with the first paint in it."""
    client._response_built = True
    client.outbox.updates.clear()
    language: Language = client.storage.get("language", "fr")
    boot = {
        "version": __version__,
        "library": static_files.ADDRESS,
        "idle": settings().idle_minutes if client.storage.get("signed_in") else 0,
        "account": client.storage.get("account", 0),
        "elements": {key: element._to_dict() for key, element in client.elements.items()},
        "query": {
            "client_id": client.id,
            "next_message_id": client.outbox.next_message_id,
            "implicit_handshake": not _is_prefetched(request),
        },
        "texts": _texts(language),
    }
    painted = first_paint(client.layout)
    for element in client.elements.values():
        if isinstance(element, StaticPanel):
            element.first = Markup("")  # the browser has it now; a connected client stays small
    return document(
        client.title or "",
        html.body(
            html.div(painted, id="app"),
            _lost(language),
            html.div(id="announcement", role="status", class_="unseen"),
            line_status(language),
            html.script(Markup(json.dumps(boot).replace("<", "\\u003c")), type="application/json", id="boot"),  # noqa: S704
            html.script(src=url("portal.js"), type="module", fetchpriority="low"),
        ),
        sheet=client.storage.get("sheet", Sheet.FAMILY),
        language=language,
        status=status_code,
        of_site=client.storage.get("of_site", OfSite()),
    )


def _texts(language: Language) -> dict[str, object]:
    """What the script says by itself."""

    def text(sentence: str, **kept: str) -> str:
        return tight(translate(sentence, language, **kept))

    return {
        "expires": text(_("Votre session va expirer dans 2 minutes.")),
        "stay": text(_("Rester connecté")),
        "ok": text(_("OK")),
        "back": text(_("Connexion rétablie.")),
        "busy": text(_("Le précédent envoi est encore en cours : appuyez de nouveau dans un instant.")),
        "left": text(
            _(
                "La page a été quittée avant la réponse à « {name} ». "
                "Vérifiez ce qui est enregistré, puis recommencez s’il le faut."
            ),
            name="{name}",
        ),
        "unsaved": {
            "mark": text(_("Non enregistré")),
            "bar": text(_("Modifications non enregistrées")),
            "one": text(_("1 modification non enregistrée")),
            "many": text(_("{count} modifications non enregistrées"), count="{count}"),
            "restore": text(_("Rétablir")),
            "restored": text(_("Les valeurs enregistrées sont rétablies.")),
        },
    }


def _is_prefetched(request: Request) -> bool:
    """Fetched without its script being run: whether it will be shown is not known."""
    purpose = (request.headers.get("sec-purpose") or request.headers.get("purpose") or "").lower()
    return "prefetch" in purpose and "prerender" not in purpose


def _lost(language: Language) -> Markup:
    """What NiceGUI shows and hides as the connection goes and comes; the announcement is the script's."""
    return html.div(
        translate("Connexion interrompue. Nouvelle tentative…", language),
        id="popup",
        class_="lost",
        aria_hidden="true",
    ) + html.div(
        translate("Ce texte est trop long pour être envoyé.", language),
        id="too_long_message_popup",
        class_="lost",
        aria_hidden="true",
    )

"""Pages for what went wrong: in words, with a way home, and a reference that stands in the log too."""

import logging
import secrets

from starlette.exceptions import HTTPException
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from components.layout import display_preferences, html_document
from components.ui import html
from components.ui.icons import LOGO, STAVE
from components.web import figures
from data.accounts import passwords
from data.core.i18n import Language, _, as_language, translate
from data.core.outages import Cause, cause_of
from data.core.settings import settings
from data.ops import health

BUSY_SECONDS = 60
log = logging.getLogger("anacrouse")
SENTENCES = {
    400: _("Cette demande n’a pas pu être lue. Revenez à la page précédente et réessayez."),
    403: _("Cette demande ne vient pas d’une page du portail : elle n’a pas été exécutée."),
    404: _("Cette page n’existe pas ou ne vous est pas accessible."),
    405: _("Cette page n’existe pas ou ne vous est pas accessible."),
    413: _("Ce que vous envoyez est trop volumineux."),
    421: _("Le portail ne se trouve pas à cette adresse. Ouvrez {address}"),
    422: _("Cette demande n’a pas pu être lue. Revenez à la page précédente et réessayez."),
    429: _("Trop de demandes en peu de temps. Réessayez dans une minute."),
    500: _("Une erreur est survenue. Rien de ce qui était enregistré n’est perdu."),
    503: passwords.OVERLOADED,
}
BUSY = _("Le service est occupé, votre saisie n’a pas été enregistrée. Réessayez.")
NO_ROOM = _("L’enregistrement est momentanément impossible. Rien n’a été modifié.")
AWAY = _(
    "Le portail ne joint plus sa base de données. Rien de ce qui était enregistré n’est perdu. "
    "Réessayez dans quelques minutes."
)
FILES_AWAY = _(
    "Le portail ne joint plus les documents qu’il conserve. Rien de ce qui était enregistré n’est perdu. "
    "Réessayez dans quelques minutes."
)
STOPS = _("Le portail redémarre. Rien de ce qui était enregistré n’est perdu. Réessayez dans une minute.")
OF_THE_DATABASE = {
    Cause.BUSY: BUSY,
    Cause.FULL: NO_ROOM,
    Cause.READ_ONLY: NO_ROOM,
    Cause.DISK: NO_ROOM,
    Cause.GONE: AWAY,
    Cause.CLOSED: AWAY,
    Cause.FILES: FILES_AWAY,
}


def sentence(status: int, language: Language = "fr") -> str:
    found = SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])
    return translate(found, language, address=settings().public_url)


def overload_page(text: str, *, language: Language = "fr", seconds: int = BUSY_SECONDS) -> HTMLResponse:
    """No place in a queue: nobody's fault, and the same may be asked again after so many seconds."""
    response = error_page(503, language=language, text=text, title=_("Service très sollicité"))
    response.headers["retry-after"] = str(seconds)
    return response


def stopping_page(cookies: str) -> HTMLResponse:
    """What a stopping server did not get done in its last seconds; known of the request is only its Cookie header."""
    language = as_language(cookie_parser(cookies).get("langue", ""))
    answer = error_page(503, language=language, text=translate(STOPS, language))
    answer.headers["retry-after"] = str(BUSY_SECONDS)
    return answer


def error_page(
    status: int, *, language: Language = "fr", reference: str = "", text: str = "", title: str = ""
) -> HTMLResponse:
    busy, away = _("Service très sollicité"), _("Service momentanément indisponible")
    titles = {
        404: _("Page introuvable"),
        503: away if text else busy,
        500: _("Une erreur est survenue"),
    }
    text = text or sentence(status, language)
    title = translate(title or titles.get(404 if status == 405 else status, _("Demande impossible")), language)
    card = html.div(
        html.h1(title),
        html.p(text),
        reference
        and html.p(translate("Référence à donner au conservatoire : {reference}", language, reference=reference)),
        html.p(html.a(translate("Retour à l’accueil", language), href="/", class_="btn")),
        class_="card",
    )
    brand = html.div(LOGO, html.span(translate("Portail des usagers", language)), class_="brand")
    body = html.div(html.main(STAVE, html.div(brand, card, class_="plain-body")), class_="plain-layout")
    return html_document.page(f"{title} – Anacrouse", body, language=language, status=status)


def reference_of(fault: BaseException, where: str) -> str:
    """A number to give by telephone; the log has it with the whole fault, or in one line when the database does not answer."""
    health.note(fault)
    if database_sentence(fault):
        log.error("at %s", where, exc_info=fault)
        return ""
    reference = secrets.token_hex(4).upper()
    log.error("reference %s at %s", reference, where, exc_info=fault)
    figures.faults.inc()
    return reference


def database_sentence(fault: BaseException) -> str:
    """What to tell when the database is locked, full, or gone, or the files; "" for any other fault."""
    cause = cause_of(fault)
    return OF_THE_DATABASE.get(cause, "") if cause else ""


async def on_http(request: Request, fault: Exception) -> Response:
    display_preferences.activate(request)
    status = fault.status_code if isinstance(fault, HTTPException) else 404
    return error_page(status, language=as_language(request.cookies.get("langue", "")))


async def on_invalid(request: Request, _fault: Exception) -> Response:
    """A number in an address that is none is an address that does not exist; a form that is none is a bad request."""
    return error_page(404 if request.method == "GET" else 400, language=as_language(request.cookies.get("langue", "")))


async def on_leaving(_request: Request, _fault: Exception) -> Response:
    """Who went before the whole request had come reads no answer, and is no fault of ours to keep in the log."""
    return PlainTextResponse("", 400)


async def on_fault(request: Request, fault: Exception) -> Response:
    return fault_page(fault, request.url.path, as_language(request.cookies.get("langue", "")))


def fault_page(fault: BaseException, path: str, language: Language) -> HTMLResponse:
    """500, or 503 when the database is only busy, full or away."""
    reference, known = reference_of(fault, path), database_sentence(fault)
    if not known:
        return error_page(500, language=language, reference=reference)
    text = "" if known == BUSY else translate(known, language)
    return error_page(503, language=language, text=text)

"""The demonstration's letters, to be read where there is no mail server: « Mot de passe perdu » can be followed to its end."""

from fastapi import Request
from starlette.responses import HTMLResponse, Response

from components.layout.plain_layout import Frame, plain_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.markup import Markup, join
from components.ui.tables import facts, table
from components.web.auth import from_this_machine
from data.accounts.caller import Audience, Caller
from data.core import formats, sites
from data.core.errors import NotFound
from data.core.i18n import Language, _
from data.core.ids import parse_id
from data.demo import mailbox
from data.mail.outbox import Letter

PATH = "/demonstration/courriels"
TITLE = _("Courriels de la démonstration")
# Of the HTML part alone: its styles stand in it, and nothing in it is loaded or run.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@plain(PATH, Audience.ANYONE)
def show(caller: Caller, request: Request) -> Response:
    _only_here(request)
    letters = mailbox.latest()
    heads = [caller.translate(word) for word in (_("Objet"), _("Destinataire"), _("Date"))]
    caption = caller.ngettext(
        "{count} courriel, du plus récent au plus ancien",
        "{count} courriels, du plus récent au plus ancien",
        count=len(letters),
    )
    rows = (
        (html.a(_subject(each), href=f"{PATH}/{each.id}"), each.recipient, _when(each, caller.language))
        for each in letters
    )
    under = caller.translate(
        "Ce que le portail aurait envoyé, mots de passe et liens compris. Cette page n’existe que dans la démonstration, et sur cet ordinateur."
    )
    back = html.p(html.a(caller.translate("Retour à la connexion"), href="/connexion", class_="way-back"))
    return _page(caller, caller.translate(TITLE), html.p(under, class_="soft"), table(caption, heads, rows), back)


@plain(PATH + "/{n}.html", Audience.ANYONE)  # before the next, whose {n} takes anything
def as_sent(caller: Caller, request: Request, n: str) -> Response:
    return HTMLResponse(_parts(request, n)[2], headers={"content-security-policy": POLICY, "cache-control": "no-store"})


@plain(PATH + "/{n}", Audience.ANYONE)
def one(caller: Caller, request: Request, n: str) -> Response:
    letter, text, _html = _parts(request, n)
    lines = [
        (caller.translate("Destinataire"), letter.recipient),
        (caller.translate("Date"), _when(letter, caller.language)),
        (caller.translate("Autre partie"), html.a(caller.translate("Le message en HTML"), href=f"{PATH}/{n}.html")),
    ]
    back = html.p(html.a(caller.translate("Retour"), href=PATH, class_="way-back"))
    return _page(
        caller, letter.subject, facts(lines), html.pre(text, class_="letter-preview", lang=letter.language), back
    )


def _parts(request: Request, n: str) -> tuple[Letter, str, str]:
    _only_here(request)
    if (number := parse_id(n)) is None:
        raise NotFound(f"letter {n:.40}")
    return mailbox.parts(number)


def _only_here(request: Request) -> None:
    """As if there were no page, for whoever asks from elsewhere."""
    if not from_this_machine(request):
        raise NotFound("the demonstration's letters")


def _page(caller: Caller, title: str, *body: Markup) -> Response:
    return plain_page(title, join(body), language=caller.language, frame=Frame(broad=True))


def _subject(letter: Letter) -> str:
    """Without the conservatoire's name."""
    return letter.subject.rpartition(" – ")[0] or letter.subject


def _when(letter: Letter, language: Language) -> str:
    zone = sites.every_site()[0].zone
    return f"{formats.day(letter.created_at.astimezone(zone).date())} {formats.hour(letter.created_at, zone, language)}"

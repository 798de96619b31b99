"""« Données personnelles », « Mentions légales »: public, never blank, the site's own facts in them."""

import asyncio
from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Content, Markup, ending, join
from components.ui.own_words import filled, own
from components.ui.statement_view import draw as draw_statement
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Audience, Caller
from data.core import clock, own_texts, sites
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.sites import Site
from data.mail.letterhead import letterhead_of
from data.pdf.statement import statement
from data.privacy import register
from data.privacy.register import UNSET

PRIVACY = "/donnees-personnelles"
Write = Callable[[Caller, Site], Markup]


def _page(caller: Caller, title: str, path: str, write: Write) -> Response:
    """The signed-in person's site, or every site of the installation one after the other."""
    every = sites.every_site()
    mine = [site for site in every if caller.account and site.id == caller.account.site_id] or every
    parts = [join([html.h2(site.name) if len(mine) > 1 else None, write(caller, site)]) for site in mine]
    site = mine[0] if len(mine) == 1 else None
    return public_page(caller, caller.translate(title), html.div(parts, class_="prose"), path=path, site=site)


def _fact(caller: Caller, site: Site, name: str) -> Content:
    return own(caller, site.legal.get(name, "")) or caller.translate(UNSET)


def _more(caller: Caller, site: Site, name: str) -> list[Markup]:
    """What the site adds in its own words, a paragraph a line; in English where it gave them so."""
    text, twin = site.legal.get(name, ""), site.legal.get(own_texts.twin(name), "")
    if caller.language == "en" and twin:
        return [html.p(line) for line in twin.split("\n") if line]
    return [html.p(own(caller, line)) for line in text.split("\n") if line]


def _contact(caller: Caller, site: Site) -> Markup:
    lines = [line for line in (site.address, site.phone, site.email) if line]
    return html.p(join(lines, Markup("<br>")) if lines else caller.translate(UNSET))


@plain("/mentions-legales", Audience.ANYONE)
def notice(caller: Caller, request: Request) -> Response:
    def write(who: Caller, site: Site) -> Markup:
        translate = who.translate
        return join(
            [
                html.p(filled(translate("Éditeur : {name}"), name=_fact(who, site, "publisher"))),
                _contact(who, site),
                html.p(filled(translate("Directeur de la publication : {name}"), name=_fact(who, site, "director"))),
                html.p(filled(translate("Hébergement : {name}"), name=_fact(who, site, "host"))),
                *_more(who, site, "notice_more"),
                html.p(translate("Ce portail est fait avec Anacrouse, un logiciel libre sous licence MIT.")),
            ]
        )

    return _page(caller, _("Mentions légales"), "/mentions-legales", write)


@plain(PRIVACY, Audience.ANYONE)
def privacy(caller: Caller, request: Request) -> Response:
    several = not caller.account and len(sites.every_site()) > 1

    def write(who: Caller, site: Site) -> Markup:
        shown = register.notice(site, who.language, clock.today(site.zone))
        paper = html.a(
            icon("paper"),
            who.translate("Cette notice en PDF"),
            ending(who.language, site.name),
            href=f"{PRIVACY}/{site.code}.pdf",
        )
        return join([draw_statement(shown, html.h3 if several else html.h2), html.p(paper)])

    return _page(caller, _("Données personnelles"), PRIVACY, write)


@plain(PRIVACY + "/{code}.pdf", Audience.ANYONE)
async def privacy_paper(caller: Caller, request: Request, code: str) -> Response:
    """The information notice, to be handed out or pinned up; it says nothing of anybody."""
    site = next((each for each in sites.every_site() if each.code == code), None)
    if site is None:
        raise NotFound(f"site {code[:40]}")
    shown = register.notice(site, caller.language, clock.today(site.zone))
    content = await asyncio.to_thread(statement, shown, letterhead_of(site))
    return pdf_answer(content, "notice-donnees-personnelles")

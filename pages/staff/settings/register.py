"""« Registre et notice »: what the law has the conservatoire say, made from its settings, on the screen and as PDF."""

import asyncio

from fastapi import Request
from markupsafe import Markup
from starlette.responses import Response

from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui import html, statement_view
from components.ui.icons import icon
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Caller
from data.core import sites
from data.core.audit import Action
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.mail.letterhead import letterhead_of
from data.office.audit_log import Asked
from data.pdf.statement import statement
from data.privacy import register
from data.site_admin.settings import REGISTER
from pages.staff.journal_query import path_of
from pages.staff.settings import frame

PATH = frame.path_of(REGISTER)


@screen(PATH, Audience.MANAGER, title=REGISTER.title)
def show(uow: UnitOfWork) -> None:
    Panel(uow, _draw, follows=[("site", uow.site_id or 0)], classes="flow")


def _draw(uow: UnitOfWork) -> Markup:
    site = sites.here(uow)
    links = (
        ("paper", f"{PATH}.pdf", _("Le registre en PDF"), "btn"),
        ("eye", "/donnees-personnelles", _("La notice, comme les familles la lisent"), "btn quiet"),
        ("paper", f"/donnees-personnelles/{site.code}.pdf", _("La notice en PDF"), "btn quiet"),
        ("clock", path_of(Asked(action=Action.DOCUMENT_OPENED)), _("Qui a ouvert quels documents"), "btn quiet"),
    )
    papers = html.section(
        html.h2(uow.translate("Papiers")),
        html.p(
            uow.translate(
                "Ils sont faits de vos réglages, « Textes légaux » et « Durées de conservation » : corrigez-les là. Faites-les relire par "
                "votre délégué à la protection des données."
            )
        ),
        html.div(
            [
                html.a(icon(drawing), uow.translate(text), href=href, class_=looks)
                for drawing, href, text, looks in links
            ],
            class_="actions",
        ),
        class_="card flow-card",
        aria_label=uow.translate("Papiers"),
    )
    written = register.register(site, uow.language, uow.today)
    title = html.h2(written.title)
    shown = html.section(
        title, statement_view.draw(written, html.h3), class_="card flow-card statement", aria_label=written.title
    )
    return frame.around(uow, REGISTER, papers, shown)


@plain(f"{PATH}.pdf", Audience.MANAGER)
async def paper(caller: Caller, request: Request) -> Response:
    with caller.unit_of_work() as uow:
        site = sites.here(uow)
        written = register.register(site, uow.language, uow.today)
        head = letterhead_of(site)
    return pdf_answer(await asyncio.to_thread(statement, written, head), "registre-des-traitements")

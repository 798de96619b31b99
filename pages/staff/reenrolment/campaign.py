"""One campaign, at its own address: its requests, its progress, reminders, the documents it asks for, its settings."""

from typing import Annotated

from fastapi import Query, Request
from markupsafe import Markup
from starlette.responses import Response

from components.layout.layout import head
from components.nicegui_adapter.panel_element import Panel
from components.nicegui_adapter.screens import Audience, plain, screen
from components.ui import html
from components.ui.review_queue import acts_of
from components.ui.status_chip import label_of
from components.web.received_files import MAX_FILE_BODY, keep_one
from components.web.sheet_answer import table_answer
from data.accounts.caller import Caller
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.reenrolment import campaign_admin, participation, request_list
from data.reenrolment import export as reenrolment_export
from data.reenrolment.campaigns import Campaign, RequiredDocument
from pages.staff.reenrolment import (
    campaign_documents,
    campaign_form,
    campaign_head,
    campaign_progress,
    campaign_reminders,
    campaign_table,
)
from pages.staff.reenrolment.campaign_head import PATH, CampaignQuery, PageState


@screen(f"{PATH}/nouvelle", Audience.STAFF, title=_("Nouvelle campagne"))
def new(uow: UnitOfWork) -> None:
    page_state = PageState(None, "reglages")
    title = uow.translate("Nouvelle campagne")
    Panel(
        uow,
        lambda w: head(title) + campaign_form.draw(w, None, page_state),
        classes="flow",
        on=acts_of(page_state, {"save": campaign_form.save, "audience": campaign_form.change_audience}),
    )


@screen(PATH + "/{n}", Audience.STAFF, title=_("Réinscriptions"))
def campaign(uow: UnitOfWork, n: int, query: Annotated[CampaignQuery, Query()]) -> None:
    uow.get(Campaign, n)
    tab = query.onglet if query.onglet in campaign_head.TABS else ""
    page_state = PageState(n, tab, query.wanted(some_wait=request_list.some_wait(uow, n)), query.columns())
    page_state.document_id = parse_id(query.piece)
    acts = {
        "activate": campaign_head.activate,
        "suspend": campaign_head.suspend,
        "close": campaign_head.close,
        "copy": campaign_head.copy,
        "save": campaign_form.save,
        "audience": campaign_form.change_audience,
        "filter-state": campaign_table.choose("state"),
        "filter-department": campaign_table.choose("department"),
        "filter-cycle": campaign_table.choose("cycle"),
        "find": campaign_table.find,
        "column": campaign_table.choose_column,
        "sort": campaign_table.sort,
        "page": campaign_table.turn,
        "write-piece": campaign_documents.write,
        "save-piece": campaign_documents.save,
        "remove-piece": campaign_documents.remove,
        "scope": campaign_reminders.choose,
    }
    Panel(
        uow,
        lambda w: _draw(w, page_state, query.modele),
        follows=[("campaign", n), ("campaigns", uow.site_id or 0), ("queue", uow.site_id or 0)],
        classes="flow",
        on={**acts_of(page_state, acts), "remind": campaign_reminders.sender(page_state)},
    )


def _draw(uow: UnitOfWork, page_state: PageState, modele: str) -> Markup:
    found = uow.get(Campaign, page_state.campaign_id)
    seen, counts = participation.tally(uow, found)
    part = {
        "": lambda: campaign_table.draw(uow, found, page_state, counts),
        "avancement": lambda: campaign_progress.draw(uow, found, seen, counts),
        "relances": lambda: campaign_reminders.draw(uow, found, page_state),
        "pieces": lambda: campaign_documents.draw(uow, found, page_state, modele),
        "reglages": lambda: campaign_form.draw(uow, found, page_state),
    }[page_state.tab]
    return campaign_head.draw(uow, found, page_state, seen) + html.div(part(), class_="flow")


@plain(PATH + "/{n}/demandes.{form}", Audience.STAFF)
async def export(
    caller: Caller, request: Request, n: int, form: str, query: Annotated[CampaignQuery, Query()]
) -> Response:
    """What the table shows, all its pages, as a spreadsheet."""
    return await table_answer(
        caller,
        form,
        lambda uow: reenrolment_export.table(uow, n, query.wanted(), label_of),
        lambda uow, rows: reenrolment_export.taken(uow, n, rows),
        sheet=_("Réinscriptions"),
    )


@plain(
    PATH + "/{n}/pieces/{piece}/modele",
    Audience.STAFF,
    methods=("POST",),
    most_bytes=MAX_FILE_BODY,
)
async def send_model(caller: Caller, request: Request, n: int, piece: int) -> Response:
    """The file that families download and fill in."""
    with caller.unit_of_work() as uow:
        if uow.get(RequiredDocument, piece).campaign_id != uow.get(Campaign, n).id:
            raise NotFound(f"document {piece}")
    back = f"{PATH}/{n}?onglet=pieces&piece={piece}&modele="
    return await keep_one(caller, request, back, lambda uow, *file: campaign_admin.set_model(uow, piece, *file))

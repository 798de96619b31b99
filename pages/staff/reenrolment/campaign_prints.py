"""What is printed of a campaign, as PDF: what its table shows, all its pages."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from components.nicegui_adapter.screens import Audience, plain
from components.ui.status_chip import label_of
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Caller
from data.core import sites
from data.core.database import free_to_write
from data.core.errors import NotFound
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.mail.letterhead import letterhead_of
from data.pdf.labels import labels
from data.pdf.statement import statement
from data.reenrolment import prints
from data.reenrolment.models import ReenrolmentState
from data.reenrolment.request_list import Wanted
from pages.staff.reenrolment.campaign_head import PATH, CampaignQuery

PAPERS = {  # as addresses call them, and as people do
    "dossiers": _("Dossiers"),
    "manques": _("Ce qui manque"),
    "classes": _("Listes de classe"),
    "etiquettes": _("Étiquettes"),
}


@plain(PATH + "/{n}/{paper}.pdf", Audience.STAFF)
async def paper(
    caller: Caller, request: Request, n: int, paper: str, query: Annotated[CampaignQuery, Query()]
) -> Response:
    if paper not in PAPERS:
        raise NotFound(f"paper {paper[:20]}")
    content, pupils = await asyncio.to_thread(_drawn, caller, n, paper, query.wanted())
    await free_to_write()
    with caller.unit_of_work(writes=True) as uow:
        prints.taken(uow, n, PAPERS[paper], pupils)
    return pdf_answer(content, f"{paper}-{n}")


def _drawn(caller: Caller, n: int, paper: str, wanted: Wanted) -> tuple[bytes, int]:
    """The PDF, and of how many pupils it is. Drawn when the unit of work is closed."""
    with caller.unit_of_work() as uow:
        those, head = prints.chosen(uow, n, wanted), letterhead_of(sites.here(uow))
        if paper == "etiquettes":
            title = f"{uow.translate(PAPERS[paper])} · {those.campaign.title}{_narrowed(uow, wanted)}"
            draw = partial(labels, head, title, prints.labels(uow, those), uow.today, uow.language)
        else:
            made = {
                "dossiers": lambda: prints.dossiers(uow, those, label_of),
                "manques": lambda: prints.missing(uow, those, label_of),
                "classes": lambda: prints.classes(uow, those),
            }[paper]()
            draw = partial(statement, replace(made, title=made.title + _narrowed(uow, wanted)), head)
    return draw(), len(those.rows)


def _narrowed(uow: UnitOfWork, wanted: Wanted) -> str:
    """« · En attente »: a paper of some pupils is not taken for that of all."""
    state = next((each for each in ReenrolmentState if each == wanted.state), None)
    said = (
        state and uow.translate(label_of(state)),
        wanted.department,
        wanted.cycle,
        wanted.search and f"« {wanted.search} »",
    )
    return "".join(f" · {each}" for each in said if each)

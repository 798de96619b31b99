"""Papers as PDF, shown in the browser: duplicates of bills, certificates, the pupil's course report."""

import asyncio
from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from components.layout.layout import way_back
from components.layout.plain_layout import public_page
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import Markup, join
from components.ui.own_words import own
from components.ui.tables import facts
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Audience, Caller
from data.billing import pdf_archive
from data.billing.pdf_archive import Draft
from data.core import sites
from data.core.database import free_to_write
from data.core.errors import NotFound
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.pdf.certificates import Certificate, sentences
from data.pdf.text import lines_of
from data.reenrolment import papers as reenrolment_papers


async def _paper(
    caller: Caller, ask: Callable[[UnitOfWork], bytes | Draft], name: str, *, issues: bool = False
) -> Response:
    """Ask for the paper; write it off the loop when it is the first time, and keep it."""
    with caller.unit_of_work(writes=issues) as uow:
        found = ask(uow)
    if isinstance(found, Draft):
        draft, content = found, await asyncio.to_thread(found.write)
        if draft.subject and not caller.looking:
            await free_to_write()
            with caller.unit_of_work(writes=True) as uow:
                content = pdf_archive.store(uow, draft, content)
        found = content
    return pdf_answer(found, name)


@plain("/facturation/factures/{number}.pdf", Audience.FAMILY)
async def invoice(caller: Caller, request: Request, number: str) -> Response:
    return await _paper(caller, lambda uow: pdf_archive.invoice(uow, number), f"facture-{number}")


@plain("/facturation/recus/{number}.pdf", Audience.FAMILY)
async def receipt(caller: Caller, request: Request, number: str) -> Response:
    return await _paper(caller, lambda uow: pdf_archive.receipt(uow, number), f"recu-{number}")


@plain("/eleves/{n}/parcours.pdf", Audience.FAMILY)
async def report(caller: Caller, request: Request, n: int) -> Response:
    return await _paper(
        caller, lambda uow: pdf_archive.report(uow, families.pupil_by_number(uow, n)[0]), f"parcours-{n}"
    )


@plain("/eleves/{n}/reinscription/{campaign}.pdf", Audience.FAMILY)
async def request(caller: Caller, request: Request, n: int, campaign: int) -> Response:
    return await _paper(
        caller,
        lambda uow: reenrolment_papers.request(uow, families.pupil_by_number(uow, n)[0], campaign),
        f"reinscription-{n}",
    )


def _enrolment(uow: UnitOfWork, n: int) -> Certificate:
    return pdf_archive.enrolment_certificate(uow, families.pupil_by_number(uow, n)[0])


def _payment(uow: UnitOfWork, n: int, year: str) -> Certificate:
    if len(year) != 9:
        raise NotFound(f"year {year[:20]}")
    return pdf_archive.payment_certificate(uow, families.pupil_by_number(uow, n)[0], year)


@plain("/eleves/{n}/attestations/inscription.pdf", Audience.FAMILY, writes=True)
async def enrolment(caller: Caller, request: Request, n: int) -> Response:
    return await _paper(
        caller,
        lambda uow: pdf_archive.certificate(uow, _enrolment(uow, n)),
        f"attestation-inscription-{n}",
        issues=True,
    )


@plain("/eleves/{n}/attestations/paiement-{year}.pdf", Audience.FAMILY, writes=True)
async def payment(caller: Caller, request: Request, n: int, year: str) -> Response:
    return await _paper(
        caller,
        lambda uow: pdf_archive.certificate(uow, _payment(uow, n, year)),
        f"attestation-paiement-{n}-{year}",
        issues=True,
    )


# The same certificates as pages, which a screen reader reads as it reads the portal.


@plain("/eleves/{n}/attestations/inscription/lire", Audience.FAMILY, writes=True)
def enrolment_page(caller: Caller, request: Request, n: int) -> Response:
    back = way_back(caller.translate("Retour aux cours"), f"/eleves/{n}/cours")
    return _page(caller, lambda uow: _enrolment(uow, n), f"/eleves/{n}/attestations/inscription", html.p(back))


@plain("/eleves/{n}/attestations/paiement-{year}/lire", Audience.FAMILY, writes=True)
def payment_page(caller: Caller, request: Request, n: int, year: str) -> Response:
    back = way_back(caller.translate("Retour à la facturation"), "/facturation/cotisations")
    return _page(caller, lambda uow: _payment(uow, n, year), f"/eleves/{n}/attestations/paiement-{year}", html.p(back))


def _page(caller: Caller, ask: Callable[[UnitOfWork], Certificate], path: str, back: Markup) -> Response:
    """Issued as its PDF is, with the same code."""
    with caller.unit_of_work(writes=True) as uow:
        paper, site = ask(uow), sites.here(uow)
    said = sentences(paper)
    letterhead = [paper.letterhead.name, *lines_of(paper.letterhead.address), paper.letterhead.phone]
    body = html.article(
        html.p(join(filter(None, letterhead), Markup("<br>"))),
        html.p(said.year, class_="soft"),
        html.p(said.attests, html.br(), html.strong(paper.pupil), html.br(), said.known),
        html.p(said.follows),
        facts((own(caller, label), value) for label, value in paper.lines),
        html.p(said.made, html.br(), html.strong(own(caller, paper.signatory))),
        html.p(said.check),
        html.p(html.a(icon("paper"), caller.translate("Ouvrir le PDF"), href=f"{path}.pdf"), class_="links-row"),
        class_="prose",
    )
    return public_page(caller, said.title, join([back, body]), path=f"{path}/lire", site=site)

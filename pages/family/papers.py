"""Papers as PDF, shown in the browser: duplicates of bills, certificates, the pupil's course report."""

import asyncio
from collections.abc import Callable

from fastapi import Request
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.web.pdf_answer import pdf_answer
from data.accounts.caller import Audience, Caller
from data.billing import pdf_archive
from data.billing.pdf_archive import Draft
from data.core.errors import NotFound
from data.core.unit_of_work import UnitOfWork
from data.families import models as families


async def _paper(
    caller: Caller, ask: Callable[[UnitOfWork], bytes | Draft], name: str, *, issues: bool = False
) -> Response:
    """Ask for the paper; write it off the loop when it is the first time, and keep it."""
    with caller.unit_of_work(writes=issues) as uow:
        found = ask(uow)
    if isinstance(found, Draft):
        draft, content = found, await asyncio.to_thread(found.write)
        if draft.subject and not caller.looking:
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


@plain("/eleves/{n}/attestations/inscription.pdf", Audience.FAMILY)
async def enrolment(caller: Caller, request: Request, n: int) -> Response:
    return await _paper(
        caller,
        lambda uow: pdf_archive.enrolment_certificate(uow, families.pupil_by_number(uow, n)[0]),
        f"attestation-inscription-{n}",
        issues=True,
    )


@plain("/eleves/{n}/attestations/paiement-{year}.pdf", Audience.FAMILY)
async def payment(caller: Caller, request: Request, n: int, year: str) -> Response:
    if len(year) != 9:
        raise NotFound(f"year {year[:20]}")
    return await _paper(
        caller,
        lambda uow: pdf_archive.payment_certificate(uow, families.pupil_by_number(uow, n)[0], year),
        f"attestation-paiement-{n}-{year}",
        issues=True,
    )

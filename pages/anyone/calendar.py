"""The calendar at a private address: no cookie, the address is the key. What is not there is not found."""

import asyncio

from fastapi import Request
from starlette.responses import Response

from components.entrance import Audience, Caller
from components.errors import error_page
from components.screen import plain
from data.school import agenda
from data.visits import NotYours


@plain("/agenda/{token}.ics", Audience.ANYONE)
async def calendar(caller: Caller, request: Request, token: str) -> Response:
    try:
        content = await asyncio.to_thread(agenda.calendar, token)
    except NotYours:  # not `not_found`: it would write the address in the journal
        return error_page(404, tongue=caller.tongue)
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={
            "cache-control": "private, no-store",
            "content-disposition": 'inline; filename="agenda.ics"',
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )

"""The calendar at a private address: no cookie, the address is the key. What is not there is not found."""

import asyncio

from fastapi import Request
from starlette.responses import Response

from components.nicegui_adapter.screens import plain
from components.web.errors import error_page
from data.accounts.caller import Audience, Caller
from data.core.errors import NotFound
from data.schooling import calendar_feed


@plain("/agenda/{token}.ics", Audience.ANYONE)
async def calendar(caller: Caller, request: Request, token: str) -> Response:
    try:
        content = await asyncio.to_thread(calendar_feed.calendar, token)
    except NotFound:  # not `not_found`: it would write the address in the journal
        return error_page(404, language=caller.language)
    return Response(
        content,
        media_type="text/calendar; charset=utf-8",
        headers={
            "cache-control": "private, no-store",
            "content-disposition": 'inline; filename="agenda.ics"',
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )

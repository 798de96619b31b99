"""Where payment services answer the server. Nothing is believed because it came here: the gateway proves it or not."""

import asyncio
import logging
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.responses import PlainTextResponse, Response

from components.nicegui_adapter.screens import plain
from data.accounts.caller import Audience, Caller
from data.billing import online_payments
from data.billing.gateways.protocol import Forged, Sent, Unreachable

MAX_BODY_BYTES, MAX_FIELDS = 64 * 1024, 200
log = logging.getLogger("anacrouse.payments")


@plain("/paiement/avis/{gateway}", Audience.ANYONE, methods=("GET", "POST"), most_bytes=MAX_BODY_BYTES, foreign=True)
async def notice(caller: Caller, request: Request, gateway: str) -> Response:
    try:
        sent = await _read(request)
    except ValueError:
        return PlainTextResponse("This cannot be read.", 400)
    try:
        await asyncio.to_thread(online_payments.receive, gateway, sent, client=caller.address)
    except Forged as forged:
        log.warning("an answer for %.40r that nothing proves: %s", gateway, forged)
        return PlainTextResponse("This answer is not proved.", 400)
    except Unreachable as fault:  # the service will say it again
        log.warning("the answer for %.40r cannot be fetched: %s", gateway, fault)
        return PlainTextResponse("Later, please.", 503)
    return PlainTextResponse("OK")


async def _read(request: Request) -> Sent:
    """The request as gateways read it; ValueError when it holds more fields than any service sends."""
    body = await request.body()
    headers = {name.lower(): text for name, text in request.headers.items() if name.lower() != "cookie"}
    encoded = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    text = body.decode("utf-8", "replace") if encoded else ""
    return Sent(
        query=dict(parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=MAX_FIELDS)),
        form=dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)),
        body=body,
        headers=headers,
    )

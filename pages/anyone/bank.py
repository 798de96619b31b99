"""The demonstration's bank: a page where one chooses what it answers. It speaks to our server by HTTP, as a bank does."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from components.layout.plain_layout import alert
from components.nicegui_adapter.screens import plain
from components.ui import html
from components.ui.icons import icon
from components.ui.markup import classes
from components.web.auth import page_for
from data.accounts.caller import Audience, Caller
from data.billing.gateways.protocol import Forged, Order, State
from data.billing.gateways.simulator import Simulator
from data.core.errors import NotFound
from data.core.formats import euros
from data.core.i18n import _
from data.core.settings import settings

PATH = Simulator.path + "{reference}"
LATE_SECONDS = 3.0
STATE_LABELS = {
    "accepter": _("Accepter"),
    "refuser": _("Refuser"),
    "abandonner": _("Abandonner"),
    "retard": _("Répondre en retard"),
    "deux": _("Répondre deux fois"),
    "fausse": _("Réponse falsifiée"),
}
STATES = {"refuser": State.REFUSED, "abandonner": State.ABANDONED}
_late: set[asyncio.Task[None]] = set()  # answers on their way: the loop itself keeps no hold of them


@plain(PATH, Audience.ANYONE)
def show(caller: Caller, request: Request, reference: str) -> Response:
    return _page(caller, request, _order(request, reference))


@plain(PATH, Audience.ANYONE, methods=("POST",))
async def answer(caller: Caller, request: Request, reference: str) -> Response:
    order, chosen = _order(request, reference), (await request.form()).get("reponse")
    if chosen not in STATE_LABELS:
        raise NotFound(f"answer {chosen!r:.40}")
    fields = Simulator().answer(order, STATES.get(str(chosen), State.PAID), forged=chosen == "fausse")
    if chosen == "retard":
        task = asyncio.create_task(_send_late(fields))
        _late.add(task)
        task.add_done_callback(_late.discard)
    else:
        try:
            for _ in range(2 if chosen == "deux" else 1):
                await asyncio.to_thread(_send, fields)
        except OSError:
            return _page(caller, request, order, caller.translate("Le portail ne répond pas. Réessayez."))
    return RedirectResponse(f"/facturation/retour/{reference}", 303)


def _order(request: Request, reference: str) -> Order:
    """What this page was opened with; as if there were no page when it is not signed, or outside the demonstration."""
    if not settings().demo:
        raise NotFound("the simulator")
    try:
        return Simulator().read(reference, request.query_params)
    except Forged as forged:
        raise NotFound("an order that is not ours") from forged


def _page(caller: Caller, request: Request, order: Order, fault: str = "") -> Response:
    buttons = [
        html.button(
            caller.translate(label),
            type="submit",
            name="reponse",
            value=name,
            class_=classes("btn", name != "accepter" and "quiet"),
        )
        for name, label in STATE_LABELS.items()
    ]
    body = (
        alert(fault)
        + html.div(
            icon("info"),
            html.p(caller.translate("Banque de démonstration – aucun argent n’est débité.")),
            class_="notice pending",
        )
        + html.p(html.strong(euros(order.cents, caller.language)), f" – {order.label}")
        + html.form(
            buttons,
            method="post",
            action=f"{request.url.path}?{request.url.query}",
            class_="stack-form",
        )
    )
    return page_for(caller, request, caller.translate("Paiement"), body, status=503 if fault else 200)


async def _send_late(fields: Mapping[str, str]) -> None:
    await asyncio.sleep(LATE_SECONDS)
    with suppress(OSError):  # the server is stopping
        await asyncio.to_thread(_send, fields)


def _send(fields: Mapping[str, str]) -> None:
    """To the notice address, from this machine. What the server answers is the test's and the log's affair."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings().host, settings().host)  # noqa: S104
    connection = HTTPConnection(host, settings().port, timeout=10)
    try:
        body, kind = urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"/paiement/avis/{Simulator.name}", body, kind)
        connection.getresponse().read()
    finally:
        connection.close()

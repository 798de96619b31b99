"""What comes by websocket, checked before NiceGUI sees it: the page's own browser, its own socket, a message of our script.

NiceGUI 3.18 asks for nothing but the page's id: whoever knew it could act in that page from any socket (measured).
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core, nicegui
from starlette.requests import Request
from starlette.types import Scope

from components.web.auth import cookie

ADDRESS = "/_nicegui_ws"  # the websocket, and the polling in its stead
log = logging.getLogger("anacrouse.sockets")


def own_page(scope: Scope) -> bool:
    """The page whose events a socket will carry was given to this same session. A page that is gone is NiceGUI's to
    refuse: its refusal makes the browser load again."""
    page = Client.instances.get(parse_qs(scope["query_string"].decode("latin-1")).get("client_id", [""])[0])
    return page is None or _same_session(page, scope)


def _same_session(page: Client, scope: Scope) -> bool:
    return cookie(page.request, "anacrouse") == cookie(Request({**scope, "type": "http"}), "anacrouse")


def take_over() -> None:
    """Put our handlers in the place of NiceGUI's. We never run script in a page, so no answer of one is awaited."""
    core.sio.on("event", _from_its_own_socket(lambda page, sent: page.handle_event(sent)))
    core.sio.on("ack", _from_its_own_socket(lambda page, sent: page.outbox.prune_history(int(sent["next_message_id"]))))
    core.sio.on(
        "log", _from_its_own_socket(lambda page, sent: log.warning("a browser says %.200r", sent.get("message")))
    )
    core.sio.on("javascript_response", _from_its_own_socket(lambda page, sent: None))
    core.sio.on("handshake", _handshake)


def _from_its_own_socket(handle: Callable[[Client, dict[str, Any]], object]) -> Callable[..., None]:
    def checked(sid: str, sent: object = None, *_: object) -> None:
        page = Client.instances.get(str(sent.get("client_id"))) if isinstance(sent, dict) else None
        if page is None or not isinstance(sent, dict) or sid not in page._socket_to_document_id:
            return
        try:
            handle(page, sent)
        except (ValueError, TypeError, KeyError, AttributeError) as fault:
            log.warning("a message that no script of ours sends: %r", fault)

    return checked


async def _handshake(sid: str, sent: object = None, *_: object) -> bool:
    """The page may be another than the one the socket's address named, or the address named none: asked again."""
    page = Client.instances.get(str(sent.get("client_id"))) if isinstance(sent, dict) else None
    try:
        if (
            page is None
            or not isinstance(sent, dict)
            or not _same_session(page, core.sio.get_environ(sid)["asgi.scope"])
        ):
            return False
        taken: bool = await nicegui._on_handshake(sid, sent)
        return taken
    except (ValueError, TypeError, KeyError) as fault:
        log.warning("a handshake that no script of ours sends: %r", fault)
        return False


class OneLine(logging.Filter):
    """Packets that engineio and socketio cannot read are strangers' doing: one line in the log, no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        trace = fault.__traceback__ if fault else None
        while trace and trace.tb_next:
            trace = trace.tb_next
        if trace and any(name in trace.tb_frame.f_code.co_filename for name in ("engineio", "socketio", "wsproto")):
            record.msg, record.args = f"a packet that cannot be read: {fault!r}", ()
            record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        return True

"""What comes by websocket, checked before NiceGUI sees it: the page's own browser, its own socket, a message of our script.

NiceGUI 3.18 asks for nothing but the page's id: whoever knew it could act in that page from any socket (measured).
"""

import ipaddress
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core, nicegui
from starlette.requests import Request
from starlette.types import Scope

from components.web.auth import cookie
from data.core.settings import settings

ADDRESS = "/_nicegui_ws"  # the websocket, and the polling in its stead
OWN_NETWORKS = [ipaddress.ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
MESSAGES = {"event", "ack", "log", "javascript_response", "handshake"}
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
    core.sio._handle_event = _only_what_scripts_send
    core.sio.eio.on("connect", _come)
    core.sio.eio.on("disconnect", _go)


@dataclass
class _Open:
    """The sockets that are open, by polling or not: whose they are, and how many each page and each address has."""

    whose: dict[str, tuple[str, str]] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)


_open = _Open()


async def _come(sid: str, environ: Mapping[str, Scope]) -> bool | None:
    """A page has one socket, two while it connects again; a household some pages. More are turned away at once."""
    scope = environ["asgi.scope"]
    page = parse_qs(scope["query_string"].decode("latin-1")).get("client_id", [""])[0]
    address = str((scope.get("client") or ("",))[0])
    chosen = settings()
    full = _open.count["page " + page] >= chosen.sockets_per_page
    if full or (not _of_a_proxy(address) and _open.count["address " + address] >= chosen.sockets_per_address):
        return False
    _open.whose[sid] = keys = ("page " + page, "address " + address)
    _open.count.update(keys)
    await core.sio._handle_eio_connect(sid, environ)
    return None


async def _go(sid: str, reason: str) -> None:
    for key in _open.whose.pop(sid, ()):
        _open.count[key] -= 1
        if not _open.count[key]:
            del _open.count[key]
    await core.sio._handle_eio_disconnect(sid, reason)


def _of_a_proxy(address: str) -> bool:
    """This machine or its own network: perhaps a proxy that TRUSTED_PROXIES does not name, and then everybody."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return True
    return found.is_loopback or found.is_link_local or any(found in network for network in OWN_NETWORKS)


def _from_its_own_socket(handle: Callable[[Client, dict[str, Any]], object]) -> Callable[..., None]:
    def checked(sid: str, sent: object = None, *_: object) -> None:
        page = Client.instances.get(str(sent.get("client_id"))) if isinstance(sent, dict) else None
        if page is None or not isinstance(sent, dict) or sid not in page._socket_to_document_id:
            return
        try:
            handle(page, sent)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
            log.warning("a message that no script of ours sends: %r", fault)

    return checked


async def _only_what_scripts_send(eio_sid: str, namespace: str, number: object, data: object) -> None:
    """socketio runs the handler of whatever a packet names: « connect », with an address of the sender's making, was NiceGUI's
    own handshake, that asks nobody whose page it is."""
    name = data[0] if isinstance(data, list) and data else None
    if isinstance(name, str) and name in MESSAGES:
        await type(core.sio)._handle_event(core.sio, eio_sid, namespace, number, data)
    else:
        log.warning("a message that no script of ours sends: %.80r", name)


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
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        log.warning("a handshake that no script of ours sends: %r", fault)
        return False


class OneLine(logging.Filter):
    """Packets that engineio and socketio cannot read are strangers' doing: one line in the log, no traceback. That a socket was
    turned away is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "engineio.server" and record.msg == "Application rejected connection":
            return False
        fault = record.exc_info[1] if record.exc_info else None
        files = [frame.filename for frame in traceback.extract_tb(fault.__traceback__)] if fault else []
        theirs = files and any(name in files[-1] for name in ("engineio", "socketio", "wsproto"))
        if theirs or any(file.endswith(("io/packet.py", "io/payload.py")) for file in files):
            record.msg, record.args = f"a packet that cannot be read: {fault!r}", ()
            record.exc_info, record.levelno, record.levelname = None, logging.WARNING, "WARNING"
        return True

"""The outermost middleware: host, origin, size of bodies, the client's true address, the headers of every answer."""

import asyncio
import ipaddress
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import lru_cache, partial
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.layout.content_policy import policy
from components.web import figures
from data.core.settings import settings

MAX_BODY_BYTES = 3 * 1024 * 1024
LEAST_SPEED = 4096  # bytes a second of a body, once the first seconds are over: a telephone far from any mast
PROCESS_COOKIE = "anacrouse-process"
SAFE = {"GET", "HEAD", "OPTIONS"}
_bodies: dict[str, int] = {}  # a route's pattern -> what its bodies may hold
_foreign: set[str] = set()  # patterns of routes that other servers send to: no browser, so no Origin
NO_ORIGIN_NEEDED = {"/healthz", "/readyz", "/metrics"}
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


@lru_cache(maxsize=2)
def headers(https: bool) -> list[tuple[bytes, bytes]]:
    """What every answer carries that does not say it otherwise."""
    found = {
        "content-security-policy": policy(https),
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }
    if https:
        found["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def allow(path: str, most_bytes: int, *, foreign: bool = False) -> None:
    """Larger or smaller bodies for one route: /eleves/{n}/photo. `foreign`: what another server sends needs no Origin."""
    pattern = re.sub(r"\{\w+\}", "[^/]+", path)
    _bodies[pattern] = most_bytes
    if foreign:
        _foreign.add(pattern)


def max_body_bytes(path: str) -> int:
    return next((most for pattern, most in _bodies.items() if re.fullmatch(pattern, path)), MAX_BODY_BYTES)


def needs_origin(path: str) -> bool:
    return path not in NO_ORIGIN_NEEDED and not any(re.fullmatch(pattern, path) for pattern in _foreign)


class SecurityMiddleware:
    """ASGI middleware around everything, the library's own addresses and websocket included."""

    def __init__(self, app: ASGIApp, sockets: str, own_page: Callable[[Scope], bool]) -> None:
        """`sockets`: where what a socket carries may come by HTTP too. `own_page`: whether the page that a socket asks
        for was given to the session that asks."""
        self.app, self.sockets, self.own_page = app, sockets, own_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        asked = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        scope["client"] = (client_address(scope, asked.get("x-forwarded-for", "")), 0)
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-prefix"]
        if scope["type"] == "websocket":
            if own_host(hosts) and own_origin(asked) and self.own_page(scope):
                return await self.app(scope, receive, send)
            return await send({"type": "websocket.close", "code": 1008})
        if not own_host(hosts) and scope["path"] not in asked_by_any_name():
            return await _reject(send, 421)
        by_polling = scope["path"].startswith(self.sockets)
        writes = scope["method"] not in SAFE or by_polling
        if writes and not own_origin(asked) and needs_origin(scope["path"]):
            return await _reject(send, 403)
        if by_polling and not self.own_page(scope):
            return await _reject(send, 403)
        if "\0" in scope["path"]:  # no address of ours has one, and PostgreSQL takes none
            return await _reject(send, 404)
        while b"%00" in scope["query_string"]:
            scope["query_string"] = scope["query_string"].replace(b"%00", b"")
        if scope["method"] == "HEAD":  # as GET is answered; the server leaves the body out of what it was asked for so
            scope = {**scope, "method": "GET"}
        length = asked.get("content-length", "0")
        if not length.isdecimal() or int(length) > max_body_bytes(scope["path"]):
            return await _reject(send, 413 if length.isdecimal() else 400)
        answer = _timed(_with_headers(_kept_here(send, asked.get("cookie", "")), hosts))
        body = _counted(receive, max_body_bytes(scope["path"]))
        cut_short = partial(_stops, scope, receive, answer, asked)
        return await _unless_it_stops(partial(self.app, scope, body), answer, cut_short)


async def _unless_it_stops(
    app: Callable[[Send], Awaitable[None]], send: Send, stops: Callable[[], Awaitable[None]]
) -> None:
    """A server that stops waits for its requests some seconds, then cancels them: the library would say « Internal Server Error »."""
    begun = False

    async def noted(message: Message) -> None:
        nonlocal begun
        begun = True
        await send(message)

    try:
        await app(noted)
    except asyncio.CancelledError:
        if not begun:
            await stops()


async def _stops(scope: Scope, receive: Receive, send: Send, asked: dict[str, str]) -> None:
    from components.web.errors import stopping_page

    await stopping_page(asked.get("cookie", ""))(scope, receive, send)


def own_host(hosts: Sequence[str]) -> bool:
    """The portal is asked for by the address families type, or by this machine's own name. Without BASE_URL by any."""
    if not settings().base_url:
        return True
    own = {_without_port(urlsplit(settings().base_url).netloc), *THIS_MACHINE}
    return bool(hosts) and all(_without_port(host) in own for host in hosts)


def asked_by_any_name() -> set[str]:
    """What a watch asks for by whatever name it knows this machine; figures when it shows its token."""
    return NO_ORIGIN_NEEDED if settings().metrics_token else NO_ORIGIN_NEEDED - {"/metrics"}


def _without_port(host: str) -> str:
    return re.sub(r":\d*$", "", host.lower())


def own_origin(asked: dict[str, str]) -> bool:
    """The page that sends is one of ours: its Origin is the request's own Host, or BASE_URL; behind https no page came by
    http, but to this machine itself."""
    origin = asked.get("origin", "")
    if not origin:  # a same-origin GET for the websocket's polling carries no Origin
        return asked.get("sec-fetch-site", "") == "same-origin"
    scheme, _, host = origin.partition("://")
    safe = scheme == "https" or not settings().https or _without_port(host) in THIS_MACHINE
    return origin == settings().base_url or (safe and host == asked.get("host", "-"))


def client_address(scope: Scope, forwarded: str) -> str:
    """The right-most hop that is not a proxy of ours."""
    address = _canonical(str((scope.get("client") or ("",))[0]))
    trusted = [ipaddress.ip_network(each) for each in settings().trusted_proxies.split(",") if each]
    for hop in reversed([each.strip() for each in forwarded.split(",") if each.strip()]):
        try:
            if not any(ipaddress.ip_address(address) in network for network in trusted):
                break
            address = str(_address(hop))
        except ValueError:
            break
    return address


def _canonical(address: str) -> str:
    """One form of each address; what is none (a socket's name) stays as it is."""
    try:
        return str(_address(address))
    except ValueError:
        return address


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An IPv4 address written within IPv6 is that IPv4 address: otherwise all of them would share one network's limit."""
    found = ipaddress.ip_address(text)
    return getattr(found, "ipv4_mapped", None) or found


def _counted(receive: Receive, most: int) -> Receive:
    """A body without a length is counted as it comes, and so is the time that it lets us wait; beyond the limits it ends as if
    the sender had left."""
    got, waited, whole = 0, 0.0, False

    async def count() -> Message:
        nonlocal got, waited, whole
        if whole:  # the sender may stay as long as the answer takes
            return await receive()
        begun = time.monotonic()
        try:
            async with asyncio.timeout(settings().slow_seconds + got / LEAST_SPEED - waited):
                message = await receive()
        except TimeoutError:
            return {"type": "http.disconnect"}
        waited += time.monotonic() - begun
        got += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        return message if got <= most else {"type": "http.disconnect"}

    return count


def _timed(send: Send) -> Send:
    """The time until the end of the answer goes to the figures of the watch."""
    begun, status = time.monotonic(), 500

    async def add(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif not message.get("more_body", False):
            figures.answered(status, time.monotonic() - begun)
        await send(message)

    return add


def _with_headers(send: Send, hosts: Sequence[str]) -> Send:
    """`hosts`: what the request calls us. A redirect to there is one of a library, that does not know the address behind
    the proxy: only its path is kept."""
    ours = tuple(f"{scheme}://{host}/".encode("latin-1") for scheme in ("http", "https") for host in hosts)

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [
                *(
                    (name, _path_of(value, ours) if name == b"location" else value)
                    for name, value in message["headers"]
                ),
                *(pair for pair in headers(settings().https) if pair[0] not in given),
            ]
        await send(message)

    return add


def _kept_here(send: Send, cookies: str) -> Send:
    """Of several processes, the one that a page comes from has its events and its memory: the browser's cookie names it, and the
    proxy goes by that."""
    own = settings().process
    named = f"{'__Host-' if settings().https else ''}{PROCESS_COOKIE}={own}"
    if not own or named in cookies.split("; "):
        return send

    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message["headers"]
            if any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers):
                cookie = f"{named}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if settings().https else ''}"
                message["headers"] = [*headers, (b"set-cookie", cookie.encode())]
        await send(message)

    return add


def _path_of(location: bytes, ours: tuple[bytes, ...]) -> bytes:
    own = next((each for each in ours if location.startswith(each)), None)
    return b"/" + location.removeprefix(own).lstrip(b"/\\") if own else location


async def _reject(send: Send, status: int) -> None:
    from components.web.errors import sentence

    body = sentence(status).encode()
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"content-length", str(len(body)).encode()),
                *headers(settings().https),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})

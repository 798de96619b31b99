"""What a browser keeps: our stylesheet, script and fonts, and the library's own, compressed once and served from memory."""

import asyncio
import gzip
import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import brotli
from PIL import Image
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.assets import sheets
from components.assets.sheets import THEME
from data.core.settings import settings

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
FONT, HAS_FONT = "hyperlegible-latin.woff2", "police"  # the cookie of a browser that has it
FOREVER = b"public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def files() -> dict[str, bytes]:
    """Name -> bytes of everything of ours."""
    fonts = {path.name: path.read_bytes() for path in (THEME / "fonts").glob("*.woff2")}
    own = {f'url("{name}")': f'url("{_address(name, font)}")' for name, font in fonts.items()}
    return {
        **{name: _with(style, own).encode() for name, style in sheets.made().items()},
        **{path.name: path.read_bytes() for path in THEME.glob("*.js")},
        "idiomorph.js": (THEME / "vendor" / "idiomorph.js").read_bytes(),
        "logo.svg": (THEME / "logo.svg").read_bytes(),
        **fonts,
        **{path.name: path.read_bytes() for path in (THEME / "help").glob("*.webp")},
    }


@lru_cache(maxsize=128)
def url(name: str) -> str:
    """Where a file of ours is: its content is in its address, so it is kept for ever. Scripts name each other, so they share an
    address; a font, the heaviest, is not fetched again because they changed."""
    return _address(name, files()[name]) if name.endswith(".woff2") else f"/theme/{_version()}/{name}"


def _address(name: str, content: bytes) -> str:
    return f"/theme/{_mark(content)}/{name}"


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _with(style: str, addresses: Mapping[str, str]) -> str:
    for name, address in addresses.items():
        style = style.replace(name, address)
    return style


@lru_cache(maxsize=1)
def _version() -> str:
    return _mark(b"".join(files().values()))


@lru_cache(maxsize=128)
def picture_size(name: str) -> tuple[int, int]:
    """Width and height, so that nothing moves when it arrives."""
    with Image.open(io.BytesIO(files()[name])) as picture:
        return picture.size


class Assets:
    """ASGI: answers /theme/… from memory, and keeps what `app` serves below `versioned` compressed once."""

    def __init__(self, app: ASGIApp, versioned: str) -> None:
        self.app, self.below = app, ("/theme/", f"{versioned}/")
        self.stored: dict[str, tuple[list[tuple[bytes, bytes]], dict[bytes, bytes]]] = {}
        self.one_at_a_time = asyncio.Lock()  # twenty browsers at once compress a file once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"} or not path.startswith(self.below):
            return await self.app(scope, receive, send)
        if path not in self.stored:
            async with self.one_at_a_time:
                found = path in self.stored or await self._store(path, scope)
            if not found:
                return await self.app(scope, receive, send)
        headers, forms = self.stored[path]
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"")
        coding = next((each for each in (b"br", b"gzip") if each in forms and each in accepted), b"")
        body = forms[coding]
        more = [(b"content-encoding", coding)] if coding else []
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [*headers, (b"content-length", str(len(body)).encode()), *more],
            }
        )
        return await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _store(self, path: str, scope: Scope) -> bool:
        """Fetch once what is asked for; False when there is no such file."""
        if path.startswith("/theme/"):
            name = path.rpartition("/")[2]
            if path != url(name) or name not in files():
                return False
            body, kind = files()[name], TYPES[Path(name).suffix]
        else:
            got = await _fetch(self.app, scope)
            if got is None:
                return False
            body, kind = got
        forms = {b"": body}
        if not kind.startswith(("font/", "image/webp")):
            forms[b"br"] = await asyncio.to_thread(brotli.compress, body, quality=11)
            forms[b"gzip"] = await asyncio.to_thread(gzip.compress, body, 9)
        headers = [(b"content-type", kind.encode()), (b"cache-control", FOREVER), (b"vary", b"Accept-Encoding")]
        if path == url(FONT):
            secure = "; Secure" if settings().https else ""
            said = f"{HAS_FONT}={path}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}"
            headers.append((b"set-cookie", said.encode()))
        self.stored[path] = (headers, forms)
        return True


async def _fetch(app: ASGIApp, scope: Scope) -> tuple[bytes, str] | None:
    """(body, type) of a file, whole or not at all: the browser that asked first may have left meanwhile."""
    plain = {**scope, "method": "GET", "extensions": {}}
    plain["headers"] = [pair for pair in scope["headers"] if pair[0] == b"host"]
    status, headers, parts = 0, dict[bytes, bytes](), []

    async def collect(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], dict(message["headers"])
        else:
            parts.append(message.get("body", b""))

    asked = False

    async def stay() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # nobody leaves
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    await app(plain, stay, collect)
    body, declared_length = b"".join(parts), headers.get(b"content-length")
    whole = status == 200 and body and (declared_length is None or int(declared_length) == len(body))
    return (body, headers.get(b"content-type", b"").decode()) if whole else None

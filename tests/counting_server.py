"""main.py with a meter: each answer says how many SQL statements it took (x-statements), /statements how many in all."""

import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nicegui import app
from sqlalchemy import event
from sqlalchemy.engine import Engine

import main
from components.nicegui_adapter import server

_of_this_request: ContextVar[list[str]] = ContextVar("statements")
_total = 0


@event.listens_for(Engine, "before_cursor_execute")
def _count(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    global _total
    if statement.startswith(("BEGIN", "PRAGMA", "SET ")):
        return
    _total += 1
    if (stored := _of_this_request.get(None)) is not None:
        stored.append(statement)


class Meter:
    """ASGI, outside everything."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self.inner(scope, receive, send)
        if scope["path"] == "/statements":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            return await send({"type": "http.response.body", "body": str(_total).encode()})
        stored: list[str] = []
        _of_this_request.set(stored)

        async def add(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-statements", str(len(stored)).encode())]
            await send(message)

        return await self.inner(scope, receive, add)


def _metered() -> None:
    _prepare()
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: Meter(build())


_prepare, server.prepare = server.prepare, _metered
main.main(["serve"])

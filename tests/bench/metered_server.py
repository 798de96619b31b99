"""main.py with a meter of time: each answer says in x-cost how many statements it took, and the milliseconds of SQL, of the ORM, of
the panels' markup and of all; what was asked with x-explain is explained by the database, in lines of the file PLANS."""

import json
import os
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nicegui import app
from sqlalchemy import event
from sqlalchemy.engine import Engine

import main
from components.nicegui_adapter import server
from components.nicegui_adapter.panel_element import Panel
from data.core import database
from data.core.unit_of_work import UnitOfWork


@dataclass
class Spent:
    """Seconds of a processor, but of `sql`, whose database may be another's process; `asking` and `drawing` hold what lies within."""

    statements: list[tuple[str, Any]] = field(default_factory=list)
    sql: float = 0
    sql_here: float = 0
    asking: float = 0
    drawing: float = 0
    asked_while_drawing: float = 0
    began: tuple[float, float] = (0, 0)


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


@event.listens_for(Engine, "before_cursor_execute")
def _begin(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
    if (spent := _spent.get()) is not None and not statement.startswith(("BEGIN", "PRAGMA", "SET ")):
        spent.statements.append((statement, values))
        spent.began = time.perf_counter(), time.thread_time()


@event.listens_for(Engine, "after_cursor_execute")
def _end(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    if (spent := _spent.get()) is not None and not statement.startswith(("BEGIN", "PRAGMA", "SET ")):
        spent.sql += time.perf_counter() - spent.began[0]
        spent.sql_here += time.thread_time() - spent.began[1]


def _timed_asking(ask: Callable[..., Any]) -> Callable[..., Any]:
    def through(*given: Any, **values: Any) -> Any:
        began = time.thread_time()
        try:
            return ask(*given, **values)
        finally:
            if (spent := _spent.get()) is not None:
                spent.asking += time.thread_time() - began

    return through


def _timed_drawing(begin: Callable[..., None]) -> Callable[..., None]:
    """Of a panel: what its first markup takes."""

    def through(panel: Any, uow: UnitOfWork, draw: Callable[[UnitOfWork], Any], *given: Any, **more: Any) -> None:
        def timed(within: UnitOfWork) -> Any:
            spent = _spent.get()
            if spent is None:
                return draw(within)
            began, asked = time.thread_time(), spent.asking
            drawn = draw(within)
            spent.drawing += time.thread_time() - began
            spent.asked_while_drawing += spent.asking - asked
            return drawn

        begin(panel, uow, timed, *given, **more)

    return through


def _explained(path: str, statements: list[tuple[str, Any]]) -> None:
    how = "EXPLAIN QUERY PLAN " if database.file() else "EXPLAIN "
    with database.engine().connect() as connection, Path(os.environ["PLANS"]).open("a") as plans:
        for statement, values in statements:
            if statement.startswith("SELECT"):
                found = connection.exec_driver_sql(how + statement, values).all()
                json.dump({"path": path, "statement": statement, "plan": [str(row[-1]) for row in found]}, plans)
                plans.write("\n")


class Meter:
    """ASGI, outside everything."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.inner(scope, receive, send)
            return
        spent = Spent()
        _spent.set(spent)
        began = time.thread_time()

        async def add(message: Any) -> None:
            if message["type"] == "http.response.start":
                whole = time.thread_time() - began + spent.sql - spent.sql_here
                markup = spent.drawing - spent.asked_while_drawing
                parts = (spent.sql, spent.asking - spent.sql_here, markup, whole)
                figures = (len(spent.statements), *(f"{1000 * each:.2f}" for each in parts))
                message["headers"] = [*message["headers"], (b"x-cost", " ".join(map(str, figures)).encode())]
            await send(message)

        await self.inner(scope, receive, add)
        if (b"x-explain", b"1") in scope["headers"]:
            _spent.set(None)
            _explained(scope["path"], spent.statements)


def _metered() -> None:
    _prepare()
    for name in ("all", "rows", "one", "get", "count"):
        setattr(UnitOfWork, name, _timed_asking(getattr(UnitOfWork, name)))
    Panel.__init__ = _timed_drawing(Panel.__init__)  # type: ignore[method-assign]
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: Meter(build())  # type: ignore[method-assign]


_prepare, server.prepare = server.prepare, _metered
main.main(["serve"])

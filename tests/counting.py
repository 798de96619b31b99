"""What a piece of work costs, counted, where its seconds would tell of the machine: hashes of passwords, questions to the database."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from argon2 import low_level
from sqlalchemy import event

from data.core import database as database_module
from tests.server import wait_for

Answer = TypeVar("Answer")


@contextmanager
def hashes() -> Iterator[list[str]]:
    """Grows with each computation of argon2, in whatever thread, by what was computed."""
    computed: list[str] = []
    with pytest.MonkeyPatch.context() as changed:
        for name in ("hash_secret", "verify_secret"):
            inner = getattr(low_level, name)

            def through(*given: Any, _inner: Any = inner, _name: str = name, **more: Any) -> Any:
                computed.append(_name)
                return _inner(*given, **more)

            changed.setattr(low_level, name, through)
        yield computed


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Grows with each statement and its values, in the order in which they are asked."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    event.listen(database_module.engine(), "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database_module.engine(), "before_cursor_execute", note)


def held_up(pool: Executor, work: Callable[[], Answer]) -> Future[Answer]:
    """Begin the work in another thread; it has come to a lock that others hold, and has not passed it."""
    with statements() as asked:
        begun = pool.submit(work)
        wait_for(lambda: any(each == "BEGIN IMMEDIATE" or "FOR UPDATE" in each for each, _ in asked), "the lock")
        assert not begun.done()
    return begun

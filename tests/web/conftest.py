"""Everybody signed in at the shared server, and the shared server itself."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.server import Server, launch, portal, running  # noqa: F401
from tests.web.http_client import Person


@pytest.fixture
def come(portal: Server) -> Iterator[Callable[..., Person]]:  # noqa: F811
    """Somebody comes to the portal: a stranger, or who signs in."""
    people: list[Person] = []

    def arrive(login: str = "", site: str = "valmont", *, to: Server = portal, **options: Any) -> Person:
        people.append(Person(to, login, site, **options))
        return people[-1]

    yield arrive
    for person in people:
        person.close()


@pytest.fixture
def claire(come: Callable[..., Person]) -> Person:
    return come("aubry.claire")


@pytest.fixture
def paul(come: Callable[..., Person]) -> Person:
    return come("renard.paul")

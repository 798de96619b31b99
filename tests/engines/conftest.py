"""Firefox and WebKitGTK, one after the other; a window of its own for each person. `make test-browsers`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engines.driver import Engine, Wishes
from tests.engines.firefox import Firefox
from tests.engines.page import Page
from tests.engines.webkit import WebKit
from tests.install import BROWSERS, advice, missing
from tests.server import Server, launch, portal, running  # noqa: F401
from tests.web.http_client import Person

ENGINES: dict[str, type[Any]] = {"firefox": Firefox, "webkit": WebKit}
WIDE, PHONE = (1280, 900), (390, 844)
Enter = Callable[..., Page]


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if lacking := missing(BROWSERS):
        pytest.fail(advice(lacking))
    begun: Engine = ENGINES[request.param](tmp_path_factory.mktemp(request.param))
    yield begun
    begun.close()


@pytest.fixture(params=[WIDE, PHONE], ids=["desk", "phone"])
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    found: tuple[int, int] = request.param
    return found


def windows(engine: Engine, portal: Server) -> Iterator[Enter]:  # noqa: F811
    """Open a window as somebody, at a path; afterwards no console has complained (a test that expects it says so on its page)."""
    pages: list[Page] = []

    def begin(login: str = "", path: str = "/", size: tuple[int, int] = WIDE, **more: Any) -> Page:
        to = more.pop("to", portal)
        page = Page(engine.window(*size), to, more.pop("url", ""))
        pages.append(page)
        if login:
            person = Person(to, login, more.pop("site", "valmont"))
            page.driver.goto(f"{page.url}/theme/logo.svg")  # a cookie wants its site
            for name, value in person.cookies.items():
                page.driver.cookie(name, value)
            person.close()
        page.goto(path)
        return page

    yield begin
    complaints = [each for page in pages if not page.expects_complaints for each in page.driver.complaints]
    for page in pages:
        page.driver.close()
    assert not complaints


@pytest.fixture
def enter(engine: Engine, portal: Server, launch: object) -> Iterator[Enter]:  # noqa: F811
    """`launch` is asked for so that windows close before their server does."""
    yield from windows(engine, portal)


@pytest.fixture
def wishing(engine: Engine, portal: Server, launch: object, tmp_path: Path) -> Iterator[Callable[[Wishes], Enter]]:  # noqa: F811
    """Windows of another browser of that engine, whose person asked something of it or of the system."""
    with ExitStack() as opened:

        def begin(wishes: Wishes) -> Enter:
            other = ENGINES[engine.name](tmp_path, wishes)
            opened.callback(other.close)
            return opened.enter_context(contextmanager(windows)(other, portal))

        yield begin

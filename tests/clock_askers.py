"""Which tests ask the clock: on further days the others need not run again (`python -m tests --days`).

The first day's tests all run, and those that asked nothing write their names down. Whoever has a database, or starts a
process, is held to have asked, but for programs that are given all they need.
"""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from data.core import clock

FOLDER, WRITES = "TESTS_ASKERS", "TESTS_ASKERS_WRITTEN"  # variables: where the names stand; "1" on the first day
DATED = {"database", "empty_database", "portal", "launch"}  # fixtures: what they give was made on that day
TIMELESS = ("pdftotext", "pdftoppm", "pdfinfo", "data.uploads.inspection")  # programs
OWN_DAYS = ("test_on_every_day_", "test_opened_later_")  # they set the clock themselves, to each of the days
_now, _asked = clock.now, [False]


def _counted() -> object:
    _asked[0] = True
    return _now()


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "subprocess.Popen":
        started = f"{arguments[0]} {arguments[1]}"
        _asked[0] |= not any(program in started for program in TIMELESS)
    elif event in {"os.fork", "os.posix_spawn"}:
        _asked[0] = True


def pytest_configure() -> None:
    clock.now = _counted  # type: ignore[assignment]
    sys.addaudithook(_hear)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ[WRITES] == "1":
        return
    names = {name for file in Path(os.environ[FOLDER]).iterdir() for name in file.read_text("utf-8").splitlines()}
    left_out = [item for item in items if item.nodeid in names]
    items[:] = [item for item in items if item.nodeid not in names]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    _asked[0] = bool(DATED & set(getattr(item, "fixturenames", ())))
    result = yield
    if os.environ[WRITES] == "1" and (not _asked[0] or item.name.startswith(OWN_DAYS)):
        with Path(os.environ[FOLDER], f"{os.getpid()}.txt").open("a", encoding="utf-8") as file:
            file.write(f"{item.nodeid}\n")
    return result

"""Processes that share out a pile of test files: each takes the next one that nobody took (`python -m tests`, which names the pile).

A file is taken by making an empty file of its name in the pile's folder, so that no process waits for a slower one's share.
"""

import os
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest

PILE = "TESTS_PILE"  # the variable that names the folder of what is taken


def _take(path: str) -> bool:
    try:
        Path(os.environ[PILE], Path(path).name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _tests(session: pytest.Session) -> Iterator[pytest.Item]:
    """Those of the files that are ours; a file is read when its turn comes, so that no process reads another's."""
    collected = 0
    for path in filter(_take, session.config.args):
        items = session.perform_collect([path])
        collected += len(items)
        session.testscollected = max(1, collected)  # pytest calls a run of no test at all a failure
        yield from items


@pytest.hookimpl
def pytest_collection(session: pytest.Session) -> bool | None:
    """Instead of pytest's own: nothing yet."""
    if PILE not in os.environ:
        return None
    session.testscollected = 1
    return True


@pytest.hookimpl
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own, but for `_tests`."""
    if PILE not in os.environ:
        return None
    for item, following in pairwise(chain(_tests(session), [None])):
        assert item
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True

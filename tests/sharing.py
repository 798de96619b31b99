"""Processes that share out a pile of test files: each takes the next one that nobody took (`python -m tests`, which names the pile).

A file is taken by making an empty file of its name in the pile's folder, so that no process waits for a slower one's share.
"""

import os
from collections.abc import Iterator
from itertools import chain, groupby, pairwise
from pathlib import Path

import pytest

PILE = "TESTS_PILE"  # the variable that names the folder of what is taken


def _take(file: Path) -> bool:
    try:
        Path(os.environ[PILE], file.name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _mine(session: pytest.Session) -> Iterator[pytest.Item]:
    for file, tests in groupby(session.items, key=lambda item: item.path):
        if _take(file):
            yield from tests
        else:  # the line that tells how far it is counts what is left; pytest calls a run of no test at all a failure
            session.testscollected = max(1, session.testscollected - sum(1 for _ in tests))


@pytest.hookimpl
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own, with the tests of the files that are ours."""
    if PILE not in os.environ or session.testsfailed or session.config.option.collectonly:
        return None
    for item, following in pairwise(chain(_mine(session), [None])):
        assert item
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True

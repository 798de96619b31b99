"""Processes that share out a pile of test files: each takes the next one that nobody took (`python -m tests`, which names the pile).

A file is taken by making an empty file of its name in the pile's folder, so that no process waits for a slower one's share.
"""

import os
from collections.abc import Iterator
from itertools import chain, pairwise
from pathlib import Path

import pytest

PILE = "TESTS_PILE"  # the variable that names the folder of what is taken


_modules = pytest.StashKey[list[pytest.Module]]()


def _take(file: Path) -> bool:
    try:
        Path(os.environ[PILE], file.name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _tests(session: pytest.Session) -> Iterator[pytest.Item]:
    """Those of the files that are ours; a file is read when its turn comes, so that no process reads another's."""
    collected = 0
    for module in session.stash[_modules]:
        if _take(module.path):
            session.items = list(session.genitems(module))
            session.config.hook.pytest_collection_modifyitems(
                session=session, config=session.config, items=session.items
            )
            collected += len(session.items)
            session.testscollected = max(1, collected)
            yield from session.items


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """The files that are named (no folder), and nothing of what is in them yet."""
    if PILE not in os.environ or session.config.option.collectonly:
        return (yield)
    modules = session.stash[_modules] = list[pytest.Module]()

    def only_the_file(module: pytest.Module) -> tuple[()]:
        modules.append(module)
        return ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "genitems", only_the_file)
        result = yield
    session.testscollected = 1  # pytest calls a run of no test at all a failure
    return result


@pytest.hookimpl
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """As pytest's own, but for `_tests`."""
    if _modules not in session.stash:
        return None
    for item, following in pairwise(chain(_tests(session), [None])):
        assert item
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True

"""Nobody reads the machine's clock but data/core/clock.py, and no test waits for time to pass."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from tests.names import nodes_of, parsed

ROOT = Path(__file__).resolve().parent.parent
READS = {  # what asks the machine, and with how many arguments (None: whatever is given)
    "now": None, "utcnow": None, "time_ns": None, "localtime": 0, "gmtime": 0, "ctime": 0, "today": 0, "astimezone": 0, "fromtimestamp": 1,
}  # fmt: skip
OF = {"datetime", "date", "time", "dt"}  # v.today is no call, and v.now neither
MAY_READ = {"data/core/clock.py"}
MAY_WAIT = {  # one helper waits, another reads a socket, the runner tells how long its parts took
    "tests/server.py", "tests/web/http_client.py", "tests/__main__.py", "tests/test_architecture.py", "tests/test_clock.py",
}  # fmt: skip
PRESSES = {
    "click", "dblclick", "press", "type", "insert_text", "tap", "check", "uncheck", "fill", "select_option", "set_input_files",
    "dispatch_event", "go_back",
}  # fmt: skip
READ_AT_ONCE = {
    "all_inner_texts", "all_text_contents", "count", "all", "inner_text", "text_content", "is_visible", "is_hidden", "is_checked",
    "is_enabled", "input_value", "get_attribute", "bounding_box",
}  # fmt: skip
WAITS = re.compile(r"\b(monotonic|perf_counter|time\.time|wait_for_timeout|setTimeout)\b|\bsleep\((?!0\))")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in (
        ROOT / "main.py",
        *(each for top in ("data", "components", "pages", "tests") for each in (ROOT / top).rglob("*.py")),
    ):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("tests/bench/", "data/migrations/versions/")):
            yield name, parsed(path.read_text(encoding="utf-8"))


def clocks_read(tree: ast.Module) -> Iterator[int]:
    imported = {
        alias.asname or alias.name
        for node in nodes_of(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }
    for node in nodes_of(tree):
        if not isinstance(node, ast.Call):
            continue
        given = len(node.args) + len(node.keywords)
        if isinstance(node.func, ast.Attribute):
            of = ast.unparse(node.func.value).split(".")[-1]
            if node.func.attr == "time" and of == "time" and not given:
                yield node.lineno
            elif node.func.attr in READS and (of in OF or node.func.attr in {"astimezone", "utcnow", "time_ns"}):
                most = READS[node.func.attr]
                if most is None or given <= most:
                    yield node.lineno
        elif (
            isinstance(node.func, ast.Name)
            and node.func.id in imported
            and node.func.id in {*READS, "time"}
            and not given
        ):
            yield node.lineno


def test_only_one_module_reads_the_machines_clock() -> None:
    assert not [f"{name}:{line}" for name, tree in sources() if name not in MAY_READ for line in clocks_read(tree)]


def test_tests_wait_for_what_happens_and_measure_no_time() -> None:
    """Figures are for tests/bench."""
    for path in (ROOT / "tests").rglob("*.py"):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("tests/bench/", "tests/fuzz/", "tests/cluster/")) and name not in MAY_WAIT:
            assert not WAITS.search(path.read_text(encoding="utf-8")), name


def _called(tree: ast.AST) -> set[str]:
    return {
        node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def read_too_soon(tree: ast.Module) -> Iterator[int]:
    """What a page shows is read in the line after a press, before the answer can have come; `expect` waits."""
    for block in nodes_of(tree):
        lines = getattr(block, "body", None)
        for one, following in pairwise(lines if isinstance(lines, list) else []):
            first = (
                getattr(following, "test", None)
                or getattr(following, "iter", None)
                or getattr(following, "value", None)
            )
            if isinstance(one, ast.Expr) and isinstance(first, ast.AST):
                pressed, read = _called(one) & PRESSES, _called(first)
                if pressed and read & READ_AT_ONCE and not read & PRESSES:
                    yield following.lineno


def test_no_test_reads_a_page_in_the_line_after_a_press() -> None:
    """`assert codes.count() == 10` after a click held for months, until a machine was slow."""
    assert not [
        f"{name}:{line}"
        for name, tree in sources()
        if name.startswith("tests/browser/")
        for line in read_too_soon(tree)
    ]


def test_no_test_waits_by_code_that_the_page_must_make_of_a_text() -> None:
    """Our policy refuses it, but only from the second look on: such a test holds while the machine is quick (`until` looks by itself)."""
    called = [f"{name}:{node.lineno}" for name, tree in sources() if name.startswith("tests/")
              for node in nodes_of(tree) if isinstance(node, ast.Attribute) and node.attr == "wait_for_function"]  # fmt: skip
    assert not called


@pytest.mark.parametrize("line", [
    "codes = page.locator('code').all_inner_texts()", "assert page.get_by_role('alert').is_visible()",
    "if page.locator('#boot').count(): go()", "for each in names.all(): each.check()",
])  # fmt: skip
def test_each_way_to_read_too_soon_is_seen(line: str) -> None:
    assert list(read_too_soon(ast.parse(f"button.click()\n{line}")))
    assert not list(read_too_soon(ast.parse(f"button.click()\nexpect(page).to_have_title('x')\n{line}")))


@pytest.mark.parametrize("line", [
    "datetime.now(UTC)", "datetime.datetime.now()", "date.today()", "datetime.utcnow()", "time.time()", "moment.astimezone()",
    "datetime.fromtimestamp(x)", "time.localtime()", "from time import time\ntime()", "time.time_ns()",
])  # fmt: skip
def test_each_way_to_read_it_is_seen(line: str) -> None:
    assert list(clocks_read(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["clock.now()", "clock.today(zone)", "moment.astimezone(zone)", "datetime.fromtimestamp(x, UTC)"]
)
def test_the_one_clock_may_be_asked(line: str) -> None:
    assert not list(clocks_read(ast.parse(line)))


@pytest.mark.parametrize(
    "line", ["time.sleep(1)", "asyncio.sleep(0.02)", "page.wait_for_timeout(50)", "sleep(x)", "time.monotonic()"]
)
def test_each_way_to_sleep_is_seen(line: str) -> None:
    assert WAITS.search(line)
    assert not WAITS.search("asyncio.sleep(0)")

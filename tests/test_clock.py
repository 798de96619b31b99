"""Nobody reads the machine's clock but data/clock.py, and no test waits for time to pass."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
READS = {  # what asks the machine, and with how many arguments (None: whatever is given)
    "now": None, "utcnow": None, "time_ns": None, "localtime": 0, "gmtime": 0, "ctime": 0, "today": 0, "astimezone": 0, "fromtimestamp": 1,
}  # fmt: skip
OF = {"datetime", "date", "time", "dt"}  # v.today is no call, and v.now neither
MAY_READ = {"data/clock.py"}
MAY_WAIT = {"tests/server.py"}  # wait_for: until what is awaited has come


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in (
        ROOT / "main.py",
        *(each for top in ("data", "components", "pages", "tests") for each in (ROOT / top).rglob("*.py")),
    ):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(("tests/bench/", "data/migrations/versions/")):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def clocks_read(tree: ast.Module) -> Iterator[int]:
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
    }
    for node in ast.walk(tree):
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


def sleeps(tree: ast.Module) -> Iterator[int]:
    """Pauses of some length; a pause of none lets others go first."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        no_time = bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0
        if name == "wait_for_timeout" or (name == "sleep" and not no_time):
            yield node.lineno


def test_only_one_module_reads_the_machines_clock() -> None:
    assert not [f"{name}:{line}" for name, tree in sources() if name not in MAY_READ for line in clocks_read(tree)]


def test_no_test_sleeps() -> None:
    assert not [
        f"{name}:{line}"
        for name, tree in sources()
        if name.startswith("tests/") and name not in MAY_WAIT
        for line in sleeps(tree)
    ]


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
    "line", ["time.sleep(1)", "asyncio.sleep(0.02)", "page.wait_for_timeout(50)", "from time import sleep\nsleep(x)"]
)
def test_each_way_to_sleep_is_seen(line: str) -> None:
    assert list(sleeps(ast.parse(line)))
    assert not list(sleeps(ast.parse("asyncio.sleep(0)")))

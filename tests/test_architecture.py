"""The portal's own rules: layers, sizes, and units of work that nobody waits in."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.names import nodes_of, parsed

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "components", "pages")
MAX_LINES, MAX_FUNCTION_LINES = 400, 60
OPENS = {"unit_of_work", "system_unit_of_work", "transaction", "here"}  # with one of these, a transaction is open
SLOW = {"sleep", "make_hash", "verify", "verify_and_update", "off_the_loop", "make_photo", "deliver", "sendmail", "SMTP",
        "SMTP_SSL", "urlopen", "Popen", "check_new_password", "recognise", "mail_new_password", "is_mine"}  # fmt: skip


def sources(*floors: str) -> Iterator[Path]:
    for floor in floors:
        yield from (
            path for path in sorted((ROOT / floor).rglob("*.py")) if "versions" not in path.relative_to(ROOT).parts
        )


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def inside(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """What runs there; what is only defined there runs elsewhere."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def open_units_of_work(tree: ast.AST) -> Iterator[tuple[int, list[ast.stmt]]]:
    """What runs while a unit of work is open: `with unit_of_work(…)` and the like, and functions that are given one."""
    for node in nodes_of(tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            opened = [item.context_expr for item in node.items]
            if any(isinstance(each, ast.Call) and name_of(each.func) in OPENS for each in opened):
                yield node.lineno, node.body
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if any(
                each.annotation is not None and ast.unparse(each.annotation).split(".")[-1] == "UnitOfWork"
                for each in given
            ):
                yield node.lineno, node.body


def faults_of(tree: ast.AST) -> Iterator[str]:
    for line, body in open_units_of_work(tree):
        for node in inside(body):
            if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith | ast.YieldFrom):
                yield f"{line}: waits while the unit of work is open"
            if isinstance(node, ast.Call) and name_of(node.func) in SLOW:
                yield f"{line}: {name_of(node.func)}() while the unit of work is open"


def test_a_file_is_read_in_one_go() -> None:
    files = [path for folder in (*PACKAGES, "tests", "deploy") for path in (ROOT / folder).rglob("*")
             if path.suffix in {".py", ".css", ".js"} and not {"versions", "vendor"} & set(path.relative_to(ROOT).parts)]  # fmt: skip
    long = {str(path.relative_to(ROOT)): lines for path in (*files, ROOT / "main.py")
            if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES}  # fmt: skip
    assert files
    assert not long


def test_a_function_is_read_at_a_glance() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in sources(*PACKAGES)
        for node in nodes_of(parsed(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    }
    assert not long


def compared_sentences(tree: ast.AST) -> Iterator[int]:
    """Lines where code asks an error's sentence which error it is; an error has a code for that (data/core/errors.py)."""
    caught = {node.name for node in nodes_of(tree) if isinstance(node, ast.ExceptHandler) and node.name}
    for node in nodes_of(tree):
        asked = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if isinstance(node, ast.Call) and name_of(node.func) in {"startswith", "endswith"}:
            asked = [node.func]
        if isinstance(node, ast.Match):
            asked = [node.subject]
        if any(is_message(each, caught) for part in asked for each in ast.walk(part)):
            yield node.lineno


def is_message(node: ast.AST, caught: set[str]) -> bool:
    """`error.sentence`, `error.message()`, and `str(error)` of what was caught."""
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Attribute) and node.attr == "sentence"
    if name_of(node.func) in {"str", "repr"}:
        return bool({getattr(each, "id", "") for each in node.args} & caught)
    return isinstance(node.func, ast.Attribute) and node.func.attr == "message"


def test_imports_go_down_only() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 kept, 0 broken" in done.stdout


def test_only_the_adapter_names_nicegui() -> None:
    """The contracts keep the imports; this keeps addresses, files and globals of NiceGUI. Docstrings may speak of it."""
    found = [f"{path.relative_to(ROOT)}:{number}" for path in sources(*PACKAGES) if path.parent.name != "nicegui_adapter"
             for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
             if re.search(r"nicegui(?!_adapter)", line, re.IGNORECASE) and not line.startswith('"""')]  # fmt: skip
    assert not found


def broken(rule: Callable[[ast.AST], Iterator[object]]) -> list[str]:
    """Where the code breaks it."""
    return [f"{path.relative_to(ROOT)}:{fault}" for path in sources(*PACKAGES)
            for fault in rule(parsed(path.read_text(encoding="utf-8")))]  # fmt: skip


def test_nothing_waits_and_nothing_slow_runs_while_a_unit_of_work_is_open() -> None:
    assert not broken(faults_of)


@pytest.mark.parametrize("fault", [
    "async def act():\n    with here() as uow:\n        await something()",
    "async def act():\n    with caller.unit_of_work() as uow, frame():\n        if uow:\n            async with lock:\n                pass",
    "def act():\n    with system_unit_of_work() as uow:\n        [passwords.verify(word, row) for row in rows]",
    "async def act(uow: UnitOfWork, word: str):\n    await passwords.off_the_loop(f)",
    "def act(*, uow: unit_of_work.UnitOfWork):\n    time.sleep(1)",
])  # fmt: skip
def test_the_rule_of_open_units_of_work_sees_each_way_to_break_it(fault: str) -> None:
    assert list(faults_of(ast.parse(fault)))
    assert not list(
        faults_of(
            ast.parse("async def act():\n    await something()\n    with here() as uow:\n        uow.translate('x')")
        )
    )


def test_no_code_compares_the_sentences_of_errors() -> None:
    assert not broken(compared_sentences)


@pytest.mark.parametrize("fault", [
    "wrong = error.sentence == WRONG",
    "code = next(code for code, text in REFUSALS.items() if text == error.sentence)",
    "if refusal.sentence in REFUSALS.values():\n    pass",
    "try:\n    act()\nexcept UserError as error:\n    again = 'Trop' in str(error)",
    "again = refusal.message().startswith('Trop')",
    "match error.sentence:\n    case 'x':\n        pass",
])  # fmt: skip
def test_the_rule_of_sentences_sees_each_way_to_break_it(fault: str) -> None:
    assert list(compared_sentences(ast.parse(fault)))
    assert not list(compared_sentences(ast.parse("if error.code == ErrorCode.WRONG_CODE:\n    tell(error.message())")))


def test_every_folder_of_a_package_is_a_package() -> None:
    """Otherwise the contracts above do not see it."""
    for path in sources(*PACKAGES):
        assert (path.parent / "__init__.py").is_file() or path.parent.name == "migrations", path


def test_the_tables_files_keep_their_annotations_alive() -> None:
    for path in sources("data"):
        assert "from __future__ import annotations" not in path.read_text(encoding="utf-8"), path


def test_every_folder_stands_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    for floor in ("data", "components"):
        [layers] = [each["layers"] for each in contracts if each["name"] == f"Inside {floor}/"]
        text = {folder.strip() for layer in layers for folder in layer.split("|")}
        there = {path.relative_to(ROOT / floor).parts[0] for path in sources(floor)} - {"__init__.py", "migrations"}
        assert there == text

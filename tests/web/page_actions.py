"""The acts that a page answers to, read from the modules behind its address and from components/."""

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from tests.conftest import ENVIRONMENT
from tests.ground import GROUND, made_once
from tests.server import ROOT

Route = tuple[str, str, str, list[str]]
LIST = """
import json, main
from nicegui import app
main.import_pages()
print(json.dumps([[route.path, getattr(getattr(getattr(route, "endpoint", None), "audience", None), "name", ""),
                   getattr(getattr(route, "endpoint", None), "module", ""), sorted(getattr(route, "methods", None) or []),
                   hasattr(getattr(route, "endpoint", None), "__wrapped__")]
                  for route in app.routes if getattr(route, "path", "")]))
"""
NAME = re.compile(r"[a-z]+(-[a-z]+)*")
LISTS = ("sort", "find", "turn")  # what components/ui/lists.py adds for each list, by its name
MODULES = {path.stem for path in (ROOT / "pages").rglob("*.py")} | {
    "choice",
    "pupil_reenrolment_documents",
    "queue_reenrolment_review",
}
SHARED = {ROOT / "components" / "ui" / name for name in ("forms.py", "record_acts.py", "correction_form.py")}


def registered() -> list[Route]:
    """(path, audience, module, methods) of every route, as the server registers them; asked for once a run."""
    return [route for route, _ in _asked()]


def screens() -> list[Route]:
    """Those of `@screen`, which a websocket goes with: NiceGUI wraps their function, `@plain` does not."""
    return [route for route, wrapped in _asked() if wrapped and route[1]]


@cache
def _asked() -> list[tuple[Route, bool]]:
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(os.environ.get(GROUND) or folder) / "routes"
        with made_once(kept) as first:
            if first:
                environment = {**ENVIRONMENT, "PATH": "/usr/bin", "PYTHONPATH": str(ROOT)}
                printed = subprocess.run(
                    [sys.executable, "-c", LIST],
                    capture_output=True,
                    text=True,
                    check=True,
                    env=environment,
                    cwd=folder,
                ).stdout
                kept.with_suffix(".json").write_text(printed, encoding="utf-8")
        return [
            ((path, audience, module, methods), wrapped)
            for path, audience, module, methods, wrapped in json.loads(
                kept.with_suffix(".json").read_text(encoding="utf-8")
            )
        ]


@cache
def acts_of(path: str) -> set[str]:
    """The acts of every module behind that address."""
    address = path.partition("?")[0]
    modules = {
        module for pattern, _, module, _ in registered() if re.fullmatch(re.sub(r"{\w+}", "[^/]+", pattern), address)
    }
    files = {file for module in modules if module.startswith("pages") for file in _behind(_file(module))}
    return set().union(*(_acts(file) for file in files | SHARED))


def _file(module: str) -> Path:
    return (ROOT / module.replace(".", "/")).with_suffix(".py")


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def _behind(file: Path) -> set[Path]:
    """That module, those of its folder that hang their parts into it, and all of pages/ that these stand on."""
    seen, waiting = set[Path](), [file, *(each for each in file.parent.glob("*.py") if file in _imported(each))]
    while waiting:
        each = waiting.pop()
        if each not in seen:
            seen.add(each)
            waiting += _imported(each)
    return seen


@cache
def _imported(file: Path) -> list[Path]:
    named = [
        module
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("pages")
        for module in (str(node.module), *(f"{node.module}.{name.name}" for name in node.names))
    ]
    return [_file(module) for module in named if _file(module).is_file()]


@cache
def _acts(file: Path) -> set[str]:
    """Keys of tables of functions, what buttons ask for, and the acts of its lists."""
    found = set[str]()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Dict):
            found |= {_word(key) for key, value in zip(node.keys, node.values, strict=True) if _is_ours(value)}
        elif isinstance(node, ast.keyword) and node.arg in {"do", "data_do"}:
            found.add(_word(node.value))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Listing":
            named = next(
                (each.value for each in node.keywords if each.arg == "name"), node.args[0] if node.args else None
            )
            found |= {f"{act}-{_word(named)}" for act in LISTS}
    return {each for each in found if NAME.fullmatch(each)}


def _is_ours(value: ast.expr) -> bool:
    """A function of that module, or made by one, or another module’s; said to show only, or not."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "only_shows":
        value = value.args[0]
    made = value.func if isinstance(value, ast.Call) else value
    if isinstance(value, ast.Attribute):  # another module's: campaign_form.save
        return isinstance(value.value, ast.Name) and value.value.id in MODULES
    return isinstance(value, ast.Lambda) or (isinstance(made, ast.Name) and made.id.startswith("_"))


def _word(node: ast.AST | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""

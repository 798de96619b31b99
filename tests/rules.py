"""`python -m tests.rules`: writes into docs/security.md which tests show each of its rules (`make rules`); with folders it names those
of them that SQLite alone is asked by in `make test` (`make test-postgresql`).

A test names the rules it shows, « R-12 » or « row 84 », in its name, its docstring or a comment in it; « R-20 to R-24 » and
« rows 8, 9, 11-13 » in a module's docstring are of the whole file.
"""

import ast
import io
import re
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.names import nodes_of, parsed

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "security.md"
NUMBERS = r"\d+(?:(?:-| to )\d+)?"
CITED = re.compile(
    rf"\bR-(?P<first>\d+)(?: to R-(?P<last>\d+))?|\b[Rr]ows? (?P<rows>{NUMBERS}(?:(?:, | and ){NUMBERS})*)"
)
IN_A_NAME = re.compile(r"_rows?_(\d+(?:_and_\d+)*)")
LINE = re.compile(r"^\| (R-\d+|\d+) \| ([^|]+?) \|.*$")  # number, rule, then its tests


def cited(text: str) -> set[str]:
    """« R-12 », « 84 »: the rules that a docstring or a comment names."""
    found: set[str] = set()
    for each in CITED.finditer(text):
        if each["first"]:
            found |= {f"R-{number}" for number in range(int(each["first"]), int(each["last"] or each["first"]) + 1)}
        else:
            for first, last in re.findall(r"(\d+)(?:(?:-| to )(\d+))?", each["rows"]):
                found |= {str(number) for number in range(int(first), int(last or first) + 1)}
    return found


@cache
def citations(path: Path) -> tuple[tuple[str, str], ...]:
    """(rule, test's name or "" where the whole file shows it)."""
    text = path.read_text(encoding="utf-8")
    return tuple(_citations(text)) if CITED.search(text) or IN_A_NAME.search(text) else ()


def _citations(text: str) -> Iterator[tuple[str, str]]:
    tree = parsed(text)
    comments = [each for each in tokenize.generate_tokens(io.StringIO(text).readline) if each.type == tokenize.COMMENT]
    spans: list[tuple[int, int, str]] = []
    for node in nodes_of(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            spans.append((node.lineno, node.end_lineno or node.lineno, node.name))
            for numbers in IN_A_NAME.findall(node.name):
                yield from ((number, node.name) for number in numbers.split("_and_"))
            yield from ((rule, node.name) for rule in cited(ast.get_docstring(node) or ""))
    yield from ((rule, "") for rule in cited(ast.get_docstring(tree) or ""))
    for comment in comments:
        line = comment.start[0]
        names = [name for first, last, name in spans if first <= line <= last]
        yield from ((rule, names[0] if names else "") for rule in cited(comment.string))


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def shown_by() -> dict[str, list[str]]:
    """Rule -> the tests that show it; a whole file only where no test of it names the rule."""
    tests: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in sources("tests"):
        for rule, test in citations(path):
            if path.name.startswith("test_"):
                tests[rule][path.relative_to(ROOT).as_posix()].add(test)
    return {
        rule: [
            f"{path}::{name}" if name else path
            for path, names in sorted(files.items())
            for name in sorted(names - {""}) or [""]
        ]
        for rule, files in tests.items()
    }


BOTH = r"\bboth\b|both_empty|postgresql"  # in the marks of a test of `make test` that runs on PostgreSQL too
SQLITE_ALONE = r"\bon_sqlite\b|\bsqlite_alone\b"  # of one that PostgreSQL has no use for


def marked(with_: str) -> set[str]:
    """The tests with such a mark."""
    found = set()
    for path in sources("tests"):
        text = path.read_text(encoding="utf-8")
        for node in nodes_of(parsed(text)) if re.search(with_, text) else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = " ".join(map(ast.unparse, node.decorator_list))
                if re.search(with_, marks):
                    found.add(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def on_sqlite_so_far(*folders: str) -> list[str]:
    """The tests of those folders that show a rule, and in `make test` on SQLite alone."""
    shown = {each for tests in shown_by().values() for each in tests}
    wanted = tuple(f"tests/{folder}/" for folder in folders)
    return sorted(each for each in shown - marked(BOTH) - marked(SQLITE_ALONE) if each.startswith(wanted))


def rewritten(document: str) -> str:
    """The document, each rule's line with the tests of today."""
    tests, both, alone = shown_by(), marked(BOTH), marked(SQLITE_ALONE)
    lines = []
    for line in document.splitlines():
        found = LINE.match(line)
        shown = found and "<br>".join(
            f"`{each}`{' ²' * (each in both)}{' ¹' * (each in alone)}" for each in tests.get(found[1], ())
        )
        lines.append(f"| {found[1]} | {found[2]} | {shown} |" if found else line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if folders := sys.argv[1:]:
        sys.exit(print(*on_sqlite_so_far(*folders)))
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")

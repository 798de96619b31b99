"""`python -m tests.rules`: writes into docs/security.md which tests show each of its rules (`make rules`).

A test names the rules it shows, « R-12 » or « row 84 », in its name, its docstring or a comment in it; « R-20 to R-24 » and
« rows 8, 9, 11-13 » in a module's docstring are of the whole file.
"""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

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


def citations(path: Path) -> Iterator[tuple[str, str]]:
    """(rule, test's name or "" where the whole file shows it)."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    comments = [each for each in tokenize.generate_tokens(io.StringIO(text).readline) if each.type == tokenize.COMMENT]
    spans: list[tuple[int, int, str]] = []
    for node in ast.walk(tree):
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


def on_both_databases() -> set[str]:
    """The tests of `make test` that run on PostgreSQL too: marked @both, or with a database of that name."""
    found = set()
    for path in sources("tests"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                marks = " ".join(map(ast.unparse, node.decorator_list))
                if re.search(r"\bboth\b|both_empty|postgresql", marks):
                    found.add(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return found


def rewritten(document: str) -> str:
    """The document, each rule's line with the tests of today."""
    tests, both = shown_by(), on_both_databases()
    lines = []
    for line in document.splitlines():
        found = LINE.match(line)
        shown = "<br>".join(f"`{each}`{' ²' * (each in both)}" for each in tests.get(found[1], ())) if found else ""
        lines.append(f"| {found[1]} | {found[2]} | {shown} |" if found else line)
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")

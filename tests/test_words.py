"""Words that were said in this project alone, and what says the same in the field's own: none comes back, in identifiers or comments."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "components", "pages", "tests")
# Parts of an identifier (cut at « _ » and at capitals), in small letters.
IDENTIFIERS = {
    "visit": "UnitOfWork, uow",
    "fence": "scope",
    "fenced": "scoped",
    "notyours": "NotFound",
    "tongue": "language",
    "desk": "page_state, review_queue, …_admin",
    "postman": "delivery",
    "postmen": "delivery",
    "wording": "templates",
    "doubt": "conflict",
    "doubts": "conflicts",
    "happenings": "school_events",
    "settlements": "payments",
    "findable": "search_text",
    "claim": "edit_presence",
    "claims": "edit_presence",
    "seal": "encrypt",
    "unseal": "decrypt",
    "seals": "encryption",
    "worn": "current",
    "sitting": "round",
    "told": "say what it is: text, banner, changes",
    "lately": "recently",
    "house": "the portal, the database, the letterhead",
    "world": "snapshot",
    "apart": "worker_process",
    "leak": "ScopeViolation",
}
# Whole identifiers.
NAMES = {
    "Refused": "UserError",
    "Faulty": "ValidationErrors",
    "whole_house": "system_unit_of_work",
    "kept_by_staff": "staff_managed",
    "v": "uow",
    "MOST": "MAX_… with a unit",
    "LONGEST": "MAX_LENGTH",
    "OVER": "TERMINAL_STATES",
    "OPEN": "OPEN_STATES",
    "Desk": "PageState",
    "say": "translate",
}
# Words of comments and docstrings; what stands between « » is French.
PROSE = {
    "visit": "unit of work",
    "visits": "units of work",
    "fence": "scope",
    "fenced": "scoped",
    "fences": "scopes",
    "tongue": "language",
    "desk": "queue page",
    "desks": "queues",
    "postman": "delivery",
    "postmen": "deliveries",
    "sitting": "round",
    "whole_house": "system_unit_of_work",
    "NotYours": "NotFound",
    "Leak": "ScopeViolation",
    "Visit": "UnitOfWork",
    "Faulty": "ValidationErrors",
    "house": "portal",
    "claims": "edit presence",
    "doubts": "conflicts",
}
# Where a word is right: (word, beginning of a path).
ALLOWED = {
    ("apart", "tests/bench/imports.py"),
    ("say", "tests/bench/imports.py"),
    ("told", "tests/browser/spoken.py"),
    ("house", "data/pdf/certificates.py"),  # {house} of a sentence
}
HERE = "tests/test_words.py"


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if "versions" not in path.parts and place != HERE:
                yield place, path.read_text(encoding="utf-8")
    yield "main.py", (ROOT / "main.py").read_text(encoding="utf-8")


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        for name in ("id", "attr", "arg", "name", "asname"):
            if isinstance(value := getattr(node, name, None), str):
                yield line, value


def parts(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def comments(text: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node, clean=False) or ""


def allowed(word: str, place: str) -> bool:
    return any(word == each and place.startswith(start) for each, start in ALLOWED)


def faults_of(place: str, text: str) -> Iterator[str]:
    tree = ast.parse(text)
    for line, name in identifiers(tree):
        for word in parts(name) & IDENTIFIERS.keys():
            if not allowed(word, place) and not (word == "told" and name.startswith("test_")):
                yield f"{place}:{line}: {name}: {IDENTIFIERS[word]}"
        if name in NAMES and not allowed(name, place):
            yield f"{place}:{line}: {name}: {NAMES[name]}"
    for line, comment in comments(text, tree):
        for word in set(re.findall(r"[\w-]+(?:\.\w+)*", re.sub("«[^»]*»", "", comment))) & PROSE.keys():
            if not allowed(word, place):
                yield f"{place}:{line}: « {word} » in a comment: {PROSE[word]}"


def test_the_private_words_do_not_come_back() -> None:
    found = [fault for place, text in sources() for fault in faults_of(place, text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("fault", [
    "def open_desk(): ...", "class Visit: ...", "x = v.site", "def f(tongue): ...", "# the postman", "raise Refused('x')",
    'def f():\n    """Every visit."""',
])  # fmt: skip
def test_the_rule_sees_each_way_to_break_it(fault: str) -> None:
    assert list(faults_of("data/x.py", fault))
    assert not list(
        faults_of("data/x.py", 'def f(uow):\n    """A unit of work; house.js; « la house »."""\n    uow.translate("x")')
    )

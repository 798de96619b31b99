"""Words that were said in this project alone, and what says the same in the field's own: none comes back, in identifiers or comments."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.names import nodes_of, parsed

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
    "told": "say what it is: text, banner, changes; of tests: reported, notified, shown",
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
    "NotYours": "NotFound",
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
# Parts of what stylesheets, scripts and markup name: classes, ids, data attributes; a script's own identifiers too.
THEME = IDENTIFIERS | {
    "comfort": "display preferences",
    "wear": "apply",
    "cover": "plain-layout",
    "piece": "document",
    "pieces": "documents",
    "sheet": "record, card",
    "exchange": "importing",
    "keep": "draft",
    "kept": "draft, saved, stored",
    "say": "announce",
    "said": "announcement",
    "words": "text, template",
    "cast": "users",
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
COMMENT = {".css": re.compile(r"/\*.*?\*/", re.DOTALL), ".js": re.compile(r"(?m)/\*.*?\*/|(?:^|\s)//.*$")}
HERE = "tests/test_words.py"


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if "versions" not in path.parts and place != HERE:
                yield place, path.read_text(encoding="utf-8")
    yield "main.py", (ROOT / "main.py").read_text(encoding="utf-8")


def theme_sources() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "components" / "assets" / "theme").glob("*.*s")):
        yield path.name, path.read_text(encoding="utf-8")


def identifiers(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in nodes_of(tree):
        line = getattr(node, "lineno", 0)
        for name in ("id", "attr", "arg", "name", "asname"):
            if isinstance(value := getattr(node, name, None), str):
                yield line, value


def parts(name: str) -> set[str]:
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def markup_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """`data_draft=…`, and each class of `class_="…"`, each `id="…"`."""
    for node in nodes_of(tree):
        if isinstance(node, ast.keyword) and node.arg:
            if node.arg.startswith("data_"):
                yield node.lineno, node.arg
            elif node.arg in {"class_", "id"} and isinstance(node.value, ast.Constant):
                yield from ((node.lineno, each) for each in str(node.value.value).split())


def comments(text: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in nodes_of(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node, clean=False) or ""


def allowed(word: str, place: str) -> bool:
    return any(word == each and place.startswith(start) for each, start in ALLOWED)


def faults_of(place: str, text: str) -> Iterator[str]:
    tree = parsed(text)
    for line, name in identifiers(tree):
        for word in parts(name) & IDENTIFIERS.keys():
            if not allowed(word, place):
                yield f"{place}:{line}: {name}: {IDENTIFIERS[word]}"
        if name in NAMES and not allowed(name, place):
            yield f"{place}:{line}: {name}: {NAMES[name]}"
    if place.startswith(("pages/", "components/")):
        for line, name in markup_names(tree):
            for word in parts(name) & THEME.keys():
                yield f"{place}:{line}: {name}: {THEME[word]}"
    for line, comment in comments(text, tree):
        for word in old_prose(comment):
            if not allowed(word, place):
                yield f"{place}:{line}: « {word} » in a comment: {PROSE[word]}"


def old_prose(comment: str) -> set[str]:
    return set(re.findall(r"[\w-]+(?:\.\w+)*", re.sub("«[^»]*»", "", comment))) & PROSE.keys()


def theme_faults(name: str, text: str) -> Iterator[str]:
    """A stylesheet's classes, ids, attributes and tokens; in a script every word that is no comment."""
    pattern = COMMENT[Path(name).suffix]
    for comment in pattern.findall(text):
        yield from (f"{name}: « {word} » in a comment: {PROSE[word]}" for word in old_prose(comment))
    code = pattern.sub("", text)
    names = (
        re.findall(r"(?:[.#]|--|data-)[A-Za-z][\w-]*", code) if name.endswith(".css") else re.findall(r"[\w-]+", code)
    )
    for each in {name.rpartition(".")[0], *names}:
        yield from (f"{name}: {each}: {THEME[word]}" for word in parts(each) & THEME.keys())


def test_the_private_words_do_not_come_back() -> None:
    found = [fault for place, text in sources() for fault in faults_of(place, text)]
    assert not found, "\n".join(found)


def test_nor_do_they_in_stylesheets_and_scripts() -> None:
    themed = list(theme_sources())
    found = [fault for name, text in themed for fault in theme_faults(name, text)]
    assert {name.rpartition(".")[2] for name, _ in themed} == {"css", "js"}
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("name", "text"), [
    ("desk.css", ""), ("a.css", ".desk-tabs { top: 0; }"), ("a.css", "form[data-keep] { top: 0; }"), ("a.css", "/* a desk */"),
    ("a.css", ":root { --cover: red; }"), ("a.js", "form.dataset.keep"), ("a.js", "function openComfort() {}"), ("a.js", "// the postman"),
    ("a.js", 'query("[data-comfort]")'),
])  # fmt: skip
def test_the_rule_of_the_theme_sees_each_way_to_break_it(name: str, text: str) -> None:
    assert list(theme_faults(name, text))
    assert not list(theme_faults("a.css", "img { object-fit: cover; } .apartment { top: 0; }"))
    assert not list(theme_faults("a.js", "const draft = 1; // keeps what is typed"))


@pytest.mark.parametrize("fault", [
    "def open_desk(): ...", "class Visit: ...", "x = v.site", "def f(tongue): ...", "# the postman", "raise Refused('x')",
    "def test_a_fault_is_told(): ...", "raise NotYours",
    'def f():\n    """Every visit."""', "div(data_keep=1)", 'div(class_="card cover")', 'div(id="said")',
])  # fmt: skip
def test_the_rule_sees_each_way_to_break_it(fault: str) -> None:
    assert list(faults_of("pages/x.py", fault))
    assert not list(
        faults_of(
            "data/x.py", 'def f(uow):\n    """A unit of work; portal.js; « la house »."""\n    uow.translate("x")'
        )
    )

"""Every sentence that people read is written in French where it is used, and has its English twin in one place."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "components", "pages")
# Constants that hold sentences; what else is said is found where it is said.
CONSTANTS = {
    "STATE_LABELS", "SAMPLE_VALUES", "GLOSSARY", "TYPE_NAMES", "DEMO_ACCOUNTS", "RECORD_TYPES", "RETENTION_LABELS",
    "AUDIENCE_LABELS", "RECIPIENT_LABELS", "POLICY_LABELS", "ROLE_LABELS", "SHORT_TERMS", "PERIOD_OVER",
    "READ_ONLY_VIEW", "text", "sentence", "caption", "message", "outcome",
    "READY", "REFUSALS", "SENTENCES", "BUSY", "NO_ROOM", "STATES", "STRENGTHS", "NOTICES", "RECEIPT", "NO_RECEIPT", "THEN",
    "TABS", "CHAPTERS", "FAMILY_MENU", "STAFF_MENU", "ROLES", "ACCESSIBILITY_STATES", "SENT", "UNSET", "WRONG",
    "GATEWAYS", "FIELDS", "HINTS", "DEVIATION", "OWN", "LAST", "WRONG_CODE", "TOO_LATE", "empty",
    "lines", "wanted", "REASONS", "LEDGERS", "METHODS", "pairs", "NOT_ACCESSIBLE", "TESTED", "HEADS", "LEAVING", "CLOSED",
    "SUSPENDED", "FIRST_CHOOSE", "ONLY_READ", "DONE", "THEIRS", "OTHER_KINDS", "PARTS", "ACTIONS", "SUBJECTS", "VALUES", "TITLES",
    "COLUMNS", "how", "held", "people", "known", "state", "pages", "WAYS",
    "TEXTS", "LABELS", "LEFT_OUT", "PHASES", "UNKNOWN", "FAULT_HEADS", "CHANGE_HEADS", "HOUSEHOLDS", "RIGHTS", "HOWS",
    "TERMS", "PROTECTED", "STAFF_CHAPTERS",
    "HELLO", "REMARKS", "WORDS", "OUTCOMES", "PASSWORD_LINE", "OFFICE_MESSAGE", "AUTOMATIC",
}  # fmt: skip
EVERY_WORD = {
    "WORDS",
    "VALUES",
    "FIELDS",
    "ACTIONS",
    "SUBJECTS",
    "SAMPLE_VALUES",
    "TYPE_NAMES",
    "LABELS",
    "STATE_LABELS",
}  # constants each of whose texts is said, single words too
NOT_SENTENCES = {"changes", "facts", "link", "secret", "message", ""}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for floor in PACKAGES:
        for path in sorted((ROOT / floor).rglob("*.py")):
            if not {"migrations", "demo"} & set(path.relative_to(ROOT).parts):
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.AST) -> Iterator[str]:
    """The literals of an argument: a text, a choice of texts, a tuple or dictionary of texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for each in node.elts:
            yield from texts(each)
    elif isinstance(node, ast.Dict):
        for each in node.values:
            yield from texts(each)


@cache
def sentences() -> dict[str, str]:
    """Sentence -> a file that says it."""
    found: dict[str, str] = {}
    for path, tree in sources():
        for node in ast.walk(tree):
            spoken: list[str] = []
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if (name in {"translate", "UserError"} and node.args) or (name == "Column" and node.args):
                    spoken += texts(node.args[0])
                elif name == "Record":
                    spoken += texts(node.args[1])
                elif name == "labelled" and len(node.args) > 2:
                    spoken += texts(node.args[2])
                elif name == "Editable":
                    spoken += [text for argument in node.args[:2] for text in texts(argument)]
                elif name == "Template":
                    spoken += [text for argument in node.args for text in texts(argument)]
                elif name == "Part":
                    spoken += [text for argument in node.args[1:3] for text in texts(argument)]
                elif name == "Setting" and len(node.args) > 1:
                    spoken += texts(node.args[1])
                elif name == "Choice":
                    spoken += [text for argument in node.args[1:] for text in texts(argument)]
                elif name == "Status":
                    spoken += texts(node.args[2])
                elif name == "choice":
                    spoken += texts(node.args[0])
                elif name in {"_change", "_choose_page"}:
                    spoken += [text for argument in node.args for text in texts(argument) if text[:1].isupper()]
                spoken += [
                    text
                    for word in node.keywords
                    if word.arg in {"title", "hint", "caption", "empty"}
                    for text in texts(word.value)
                    if text != "Anacrouse"
                ]
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names = {getattr(target, "id", "") for target in targets}
                if names & CONSTANTS:
                    whole = names & EVERY_WORD and isinstance(node.value, ast.Dict)
                    spoken += [text for text in texts(node.value) if whole or is_sentence(text)]
            spoken += in_turn(node)
            for text in spoken:
                if text not in NOT_SENTENCES:
                    found.setdefault(text, str(path.relative_to(ROOT)))
    return found


def in_turn(node: ast.AST) -> Iterator[str]:
    """Texts written in a row and said one after the other: `uow.translate(each) for each in ("…", "…")`."""
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        turns, body = [(turn.target, turn.iter) for turn in node.generators], ast.walk(node)
    elif isinstance(node, ast.For):
        turns, body = [(node.target, node.iter)], (each for inner in node.body for each in ast.walk(inner))
    else:
        return
    text = {
        call.args[0].id
        for call in body
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Name)
        and (getattr(call.func, "attr", "") or getattr(call.func, "id", "")) in {"translate", "translate_"}
    }  # fmt: skip
    for target, row in turns:
        if not isinstance(row, ast.Tuple | ast.List | ast.Set):
            continue
        if isinstance(target, ast.Name) and target.id in text:
            yield from texts(row)
        elif isinstance(target, ast.Tuple):
            places = [at for at, part in enumerate(target.elts) if isinstance(part, ast.Name) and part.id in text]
            for each in row.elts:
                if isinstance(each, ast.Tuple) and len(each.elts) == len(target.elts):
                    yield from (text for at in places for text in texts(each.elts[at]))


def is_sentence(text: str) -> bool:
    """Among a constant's texts: words for people, not keys, addresses or names of drawings."""
    return bool(re.search("[A-ZÀ-Ý«]", text[:2])) or " " in text


@cache
def twins() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "data" / "english").glob("*.toml")):
        more = tomllib.loads(path.read_text(encoding="utf-8"))
        assert not found.keys() & more.keys(), f"{path.name}: a sentence has one twin"
        found |= more
    return found


def test_every_sentence_has_its_english_twin() -> None:
    missing = {text: place for text, place in sentences().items() if text not in twins()}
    assert not missing, "\n".join(f"{place}: {text}" for text, place in missing.items())


def test_no_english_sentence_has_lost_its_french_one() -> None:
    written = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(set(twins()) - written) == []


def test_twins_use_the_same_words_and_the_same_forms() -> None:
    for french, english in twins().items():
        assert set(re.findall(r"\{(\w+)\}", french)) == set(re.findall(r"\{(\w+)\}", english)), french
        assert ("#" in french) == ("#" in english), french


def test_french_is_typeset_with_the_true_apostrophe() -> None:
    assert [text for text in sentences() if "'" in text] == []

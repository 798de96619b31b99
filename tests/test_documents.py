"""What documents say is true of the code: files, targets, commands, rules, words, and what is made from it."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from data.cli import Commands
from tests import draw_imports, rules

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "components", "pages")
ENDINGS = r"\.(?:py|md|toml|css|js|txt|svg|png|yaml|cfg|ini|service|timer|sh|lock)"
PATH = re.compile(rf"`((?:[\w.-]+/)*[\w.-]+{ENDINGS}|(?:[\w.-]+/)+)(?:::(\w+))?`")  # a file, a folder, a test
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
TARGET = re.compile(r"\bmake ([a-z][a-z-]*)")
MADE_BY_ITSELF = ("var/", ".venv/")


@cache
def documents() -> dict[str, str]:
    """docs/screens is written by a program of its own (tests/test_pictures.py)."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "deploy" / "README.md"]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in found
        if "screens" not in path.parts
    }


def code_in(text: str) -> Iterator[str]:
    """What stands between backticks or is set in as code."""
    yield from re.findall(r"`([^`]+)`", text)
    yield from re.findall(r"^ {4}\S.*$", text, re.MULTILINE)


def missing_paths(document: str, text: str) -> Iterator[str]:
    beside = (ROOT / document).parent
    for path, test in PATH.findall(text):
        found = next((each / path for each in (ROOT, beside) if (each / path).exists()), None)
        if path.startswith(MADE_BY_ITSELF):
            continue
        if found is None and "/" not in path and any(any((ROOT / top).rglob(path)) for top in PACKAGES):
            continue  # « delivery.py », named whole before
        if found is None or (test and f"def {test}(" not in found.read_text(encoding="utf-8")):
            yield f"{path}::{test}" if test else path
    yield from (link for link in LINK.findall(text) if not (beside / link).exists())


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_documents_name_only_files_that_exist() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/security.md"} <= documents().keys()
    found = {name: missing for name, text in documents().items() if (missing := list(missing_paths(name, text)))}
    assert not found


def test_targets_that_documents_name_exist() -> None:
    named = {target for text in documents().values() for code in code_in(text) for target in TARGET.findall(code)}
    assert "test" in named
    assert named <= targets()


def test_each_target_has_a_line_of_help() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^# .+\n([a-z-]+):", makefile, re.MULTILINE))
    assert explained == targets()
    [phony] = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert set(phony.split()) == targets()


@pytest.mark.parametrize(
    "fault", ["`data/nothing.py`", "`data/nothing/`", "[x](nothing.md)", "`tests/test_documents.py::test_nothing`"]
)
def test_each_way_to_name_what_is_not_there_is_seen(fault: str) -> None:
    assert list(missing_paths("README.md", fault))
    assert not list(missing_paths("README.md", "`main.py`, `data/cli/`, [x](CONTRIBUTING.md), `var/files/`"))


def test_the_readme_lists_every_command() -> None:
    import argparse

    from data.cli import accounts, backups, files, operation

    commands: Commands = argparse.ArgumentParser().add_subparsers()
    for part in (operation, accounts, backups, files):
        part.add(commands)
    [table] = re.findall(r"\| command \| what it does \|\n(.+?)\n\n", documents()["README.md"], re.DOTALL)
    listed = {name for line in table.split("\n")[1:] for name in re.findall(r"`([a-z-]+)", line.split("|")[1])}
    assert listed == {"serve", *commands.choices}


def test_every_rule_that_code_and_tests_name_stands_in_the_document() -> None:
    stands = {found[1] for line in documents()["docs/security.md"].splitlines() if (found := rules.LINE.match(line))}
    named = {
        (rule, path.name)
        for path in rules.sources("data", "components", "pages", "tests")
        if path != Path(rules.__file__)
        for rule, _ in rules.citations(path)
    }
    assert stands >= {str(row) for row in range(1, 110)}
    assert not {each for each in named if each[0] not in stands}


def test_every_rule_has_a_test_and_the_document_names_it() -> None:
    """Otherwise: make rules."""
    text = documents()["docs/security.md"]
    assert not [
        line
        for line in text.splitlines()
        if rules.LINE.match(line) and not re.search(r"`tests/[^`]+`(?: [¹²])? \|$", line)
    ]
    assert rules.rewritten(text) == text


@pytest.mark.parametrize(("text", "expected"), [
    ("Row 54, in the order that hurts.", {"54"}), ("(rules R-20 to R-22, rows 8, 9, 11-13)", {"R-20", "R-21", "R-22", "8", "9", "11", "12", "13"}),
    ("Rows 43 to 45.", {"43", "44", "45"}), ("Rows 20, 22 and 29.", {"20", "22", "29"}), ("R-12, R-16; a row of seats", {"R-12", "R-16"}),
])  # fmt: skip
def test_rules_are_read_from_comments(text: str, expected: set[str]) -> None:
    assert rules.cited(text) == expected


def test_the_picture_of_imports_is_of_the_code_as_it_is() -> None:
    """Otherwise: make picture."""
    drawn = draw_imports.draw(draw_imports.folders(), draw_imports.imports())
    assert draw_imports.PICTURE.read_text(encoding="utf-8") == drawn


def test_the_glossary_names_what_there_is() -> None:
    """Tables, classes and constants between backticks exist in data/."""
    glossary = documents()["docs/architecture.md"].partition("## Glossary")[2]
    names = set(re.findall(r"`([A-Z]\w+)(?:\.\w+)?`", glossary))
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "data").rglob("*.py"))
    assert "Guardian" in names
    assert not {name for name in names if not re.search(rf"^(?:class )?{name}\b", code, re.MULTILINE)}


def test_each_folder_stands_in_the_architecture() -> None:
    named = set(re.findall(r"^\| `((?:data|components)/\w+)/`", documents()["docs/architecture.md"], re.MULTILINE))
    assert named == {name.replace(".", "/") for name in draw_imports.folders() if not name.startswith("pages.")}

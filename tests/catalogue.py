"""`python -m tests.catalogue` (`make translations`): the catalogue follows the sentences that the code marks.

New ones stand there without an English sentence, or with that of a like one, marked « fuzzy »; those that nobody says any more leave.
"""

import ast
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog, Message

from data.core.i18n import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("data", "components", "pages")
PASSED_OVER = {"migrations", "demo"}  # they say nothing of ours
PLURAL = (1, 2)
# function -> which of its arguments is a sentence, when it stands there as such; everything else is marked by `_` or `plural`.
KEYWORDS = {
    "_": (1,), "translate": (1,), "UserError": (1,), "Column": (1,),
    "ngettext": PLURAL, "plural": PLURAL,
    "Record": (2,), "Setting": (2,), "column": (2,),
    "Status": (3,), "labelled": (3,),
}  # fmt: skip
HEADER = "# The English sentences of Anacrouse. A msgid is the French sentence as it stands in the code."


def in_python(
    file: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: object
) -> Iterator[tuple[int, str, tuple[str | None, ...], list[str]]]:
    """Babel's way to read a file; its own for Python loses calls inside calls and takes « REFUSALS["empty"] » for a sentence."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and node.args and (name := name_of(node)) in keywords:
            yield node.lineno, name, tuple(literal(each) for each in node.args), []


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def marked() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """(file, sentence or its two forms), wherever one is said."""
    for floor in PACKAGES:
        found = extract.extract_from_dir(
            ROOT / floor,
            method_map=[("**.py", "tests.catalogue:in_python")],
            keywords=KEYWORDS,
            directory_filter=lambda each: Path(each).name not in PASSED_OVER,
        )
        for name, _, sentence, *_ in found:
            yield f"{floor}/{name}", sentence


def template() -> Catalog:
    found = Catalog(project="anacrouse", header_comment=HEADER, fuzzy=False)
    for _, sentence in marked():
        found.add(sentence)
    return found


def read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="en")


def written(catalogue: Catalog) -> bytes:
    """In the order of the sentences, without dates and places: a line changes when its sentence does."""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    out = BytesIO()
    pofile.write_po(out, catalogue, width=0, sort_output=True, no_location=True, ignore_obsolete=True)
    return out.getvalue()


def unready(catalogue: Catalog) -> list[Message]:
    """Entries without an English sentence, or with one that was not looked at."""
    return [each for each in catalogue if each.id and (each.fuzzy or not all(forms(each.string)))]


def forms(sentence: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(sentence) if isinstance(sentence, list | tuple) else (sentence or "",)


def main() -> None:
    catalogue = read()
    catalogue.update(template(), update_creation_date=False)
    CATALOGUE.write_bytes(written(catalogue))
    for each in unready(catalogue):
        print("fuzzy: " if each.fuzzy else "no English:", *forms(each.id))


if __name__ == "__main__":
    main()

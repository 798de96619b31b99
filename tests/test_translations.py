"""Every sentence that people read is written in French where it is used, and has its English twin in the catalogue."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from pages.anyone.help_chapters import CHAPTERS, STAFF_CHAPTERS
from tests import catalogue
from tests.catalogue import KEYWORDS, PACKAGES, ROOT, name_of
from tests.names import nodes_of, parsed

SAID = {"title", "hint", "caption", "empty"}  # arguments by name that are read by people
ALL = slice(None)
# function -> its arguments by place that are, besides those that the catalogue reads by itself
DECLARED = {
    "Editable": slice(0, 2), "Template": ALL, "Choice": slice(1, None), "Part": slice(1, 3), "choice": slice(0, 1),
    "translate": slice(0, 1), "UserError": slice(0, 1),
}  # fmt: skip
BLOCKS = {"changes", "facts", "link", "secret", "message"}  # of a letter: names, not sentences
FRENCH = re.compile(
    r"[àâçéèêëîïôûùœÀÂÇÉÈÊŒ’«»]|\b(le|la|les|de|du|des|un|une|vous|votre|est|ou|pour|dans|pas|aucune?|par|avec)\b",
    re.IGNORECASE,
)
# French that is no sentence of ours: addresses of invented people, a name in the journal, heads of a file that is always French
NOT_OURS = {
    "3 place du Marché", "14 rue des Tilleuls", "Ligne de commande", "Ancienne valeur", "Nouvelle valeur", "Accepté le",
}  # fmt: skip
# Other programs' titles of columns stand there, and their words.
TITLES = ("data/importing/kinds/", "data/importing/columns.py", "data/importing/programs.py")


def texts(node: ast.AST) -> Iterator[ast.Constant]:
    """The bare literals of an argument: a text, a choice of texts, a tuple or dictionary of texts. What is marked is a call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for each in node.elts:
            yield from texts(each)
    elif isinstance(node, ast.Dict):
        for each in node.values:
            yield from texts(each)


def read_by_itself(node: ast.Call) -> list[ast.expr]:
    places = KEYWORDS.get(name_of(node), ())
    return [each for at, each in enumerate(node.args, 1) if at in places and isinstance(each, ast.Constant)]


def in_turn(node: ast.AST) -> Iterator[ast.Constant]:
    """Texts written in a row and said one after the other: `uow.translate(each) for each in ("…", "…")`."""
    if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
        turns, body = [(turn.target, turn.iter) for turn in node.generators], ast.walk(node)
    elif isinstance(node, ast.For):
        turns, body = [(node.target, node.iter)], (each for inner in node.body for each in ast.walk(inner))
    else:
        return
    calls = [each for each in body if isinstance(each, ast.Call) and each.args and name_of(each) == "translate"]
    said = {each.args[0].id for each in calls if isinstance(each.args[0], ast.Name)}
    for target, row in turns:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        places = [at for at, part in enumerate(names) if isinstance(part, ast.Name) and part.id in said]
        for each in row.elts if places and isinstance(row, ast.Tuple | ast.List | ast.Set) else ():
            parts = each.elts if isinstance(target, ast.Tuple) and isinstance(each, ast.Tuple) else [each]
            yield from (text for at in places if at < len(parts) for text in texts(parts[at]))


def beside_a_mark(node: ast.AST) -> Iterator[ast.Constant]:
    """Where one text of a row is marked, the others that look like one; of a table of rows, those in the same place."""
    row = node.values if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple | ast.List) else []
    lines = [each.elts for each in row if isinstance(each, ast.Tuple)]
    for place in zip(*lines, strict=False) if lines else [row]:
        if any(isinstance(each, ast.Call) and name_of(each) in {"_", "plural"} for each in place):
            yield from (text for each in place for text in texts(each) if is_text(text.value))


def is_text(text: str) -> bool:
    """Words for people, not a key, an address or the name of a drawing."""
    return bool(re.match("[A-ZÀ-Ý«].", text)) or (" " in text and bool(FRENCH.search(text)))


def is_french(text: str) -> bool:
    """Surely a sentence of ours, wherever it stands."""
    return bool(
        not text.isupper() and re.match(r"[A-ZÀ-Ý«{]", text) and re.search(r"\w[ ’]\w", text) and FRENCH.search(text)
    )


def unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) of what is said to people and is not marked for the catalogue."""
    found: set[ast.Constant] = set()
    passed: set[ast.AST] = set()  # what is marked, what is no text, docstrings
    lines: set[ast.AST] = set()  # of a table, seen with it
    for node in nodes_of(tree):
        if isinstance(node, ast.Call):
            passed.update(read_by_itself(node))
            if name_of(node) == "print":  # to the operator
                passed.update(node.args)
            if name_of(node) == "column":
                passed.update(node.args[2:])  # titles of other programs
                passed.update(each.value for each in node.keywords if each.arg == "example")
            found.update(text for each in node.args[DECLARED.get(name_of(node), slice(0, 0))] for text in texts(each))
            found.update(text for each in node.keywords if each.arg in SAID for text in texts(each.value))
        elif isinstance(node, ast.Expr):
            passed.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            passed.update(node.values)
        found.update(in_turn(node))
        if node not in lines:
            found.update(beside_a_mark(node))
        lines.update(ast.iter_child_nodes(node) if isinstance(node, ast.Tuple | ast.List | ast.Dict) else ())
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and is_french(node.value):
            found.add(node)
    for node in found - passed:
        if node.value not in BLOCKS | NOT_OURS | {"", "Anacrouse"}:
            yield node.lineno, str(node.value)


@cache
def sentences() -> dict[str, str]:
    """Sentence, or each of its two forms -> a file that says it."""
    found: dict[str, str] = {}
    for place, sentence in catalogue.marked():
        for form in catalogue.forms(sentence):
            found.setdefault(form, place)
    return found


@cache
def twins() -> dict[str, str]:
    """French -> English, form by form."""
    return {
        french: english
        for each in catalogue.read()
        if each.id
        for french, english in zip(catalogue.forms(each.id), catalogue.forms(each.string), strict=True)
    }


def test_no_sentence_is_forgotten() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for floor in PACKAGES
        for path in sorted((ROOT / floor).rglob("*.py"))
        if not catalogue.PASSED_OVER & set(path.relative_to(ROOT).parts)
        for line, text in unmarked(parsed(path.read_text(encoding="utf-8")))
        if len(text.split()) > 5 or not str(path.relative_to(ROOT)).startswith(TITLES)
    ]
    assert not found, "mark these with _(…) of data/core/i18n.py:\n" + "\n".join(found)


@pytest.mark.parametrize("fault", [
    'CLOSED = {"fini": "La période est terminée."}',
    'STATES = {"a": _("Reçue"), "b": "Valide"}',
    'MENU = ("/aide", "Aide", "help"), ("/aide", _("Aide"), "help")\nHEADS = (_("Nom"), "Ville")',
    'heads = [uow.translate(each) for each in ("Champ", "Avant")]',
    'for name, text in (("a", "Champ"), ("b", "Avant")):\n    uow.translate(text)',
    'phone: Annotated[str, Editable("Ville", _("Adresse"), PHONE)]',
    '@screen("/famille", Audience.FAMILY, title="Famille")\ndef page(uow): pass',
    'text = uow.translate("Oui" if right else "Non")',
    'raise UserError("Oui" if right else _("Non"))',
    'ask(uow, "Indiquez à la famille la raison du refus.")',
])  # fmt: skip
def test_the_rule_of_marks_sees_each_way_to_forget_one(fault: str) -> None:
    assert list(unmarked(ast.parse(fault)))


def test_the_rule_of_marks_lets_the_rest_be() -> None:
    right = (
        '"""Une phrase « en français »."""\n'
        'CLOSED = {"fini": _("La période est terminée.")}\n'
        'MENU = (("/aide", _("Aide"), "help"),)\n'
        'uow.translate("Oui")\nuow.ngettext("{count} élève ou adulte", "{count} élèves ou adultes", count=2)\n'
        'column("town", "Ville", TEXT, "Ville de résidence", "Commune de l’élève", example="La Ville")\n'
        'heads = [uow.translate(each) for each in (_("Champ"), _("Avant"))]'
    )
    assert list(unmarked(ast.parse(right))) == []


def test_the_catalogue_says_what_the_code_says() -> None:
    said = {sentence for _, sentence in catalogue.marked()}
    stored = {each.id for each in catalogue.read() if each.id}
    assert (sorted(map(str, said - stored)), sorted(map(str, stored - said))) == ([], []), "make translations"
    assert catalogue.read().obsolete == {}


def test_every_sentence_has_its_english_twin() -> None:
    assert [each.id for each in catalogue.unready(catalogue.read())] == []


def test_twins_use_the_same_words() -> None:
    for french, english in twins().items():
        assert set(re.findall(r"\{(\w+)\}", french)) == set(re.findall(r"\{(\w+)\}", english)), french


def test_french_is_typeset_with_the_true_apostrophe() -> None:
    assert [text for text in sentences() if "'" in text] == []


def test_the_catalogue_is_written_in_one_way() -> None:
    """So that a change of one sentence is a change of one place."""
    before = catalogue.CATALOGUE.read_bytes()
    assert catalogue.written(catalogue.read()) == before, "make translations"


LABEL = re.compile(r"« ([^«»{}]+?) »")


def test_a_label_that_a_sentence_quotes_is_quoted_in_english_as_its_screen_has_it() -> None:
    known = twins()
    wrong = [
        (label, known[label], english)
        for french, english in known.items()
        for label in LABEL.findall(french)
        if label in known and f"“{known[label]}”" not in english
    ]
    assert wrong == []


OF_BROWSERS = {"Partager", "Sur l’écran d’accueil", "Installer l’application", "Ajouter à l’écran d’accueil"}


def test_aide_quotes_only_what_stands_on_a_screen() -> None:
    said = sentences()
    steps = [step for chapter in (*CHAPTERS, *STAFF_CHAPTERS) for step in chapter[2]]
    assert [label for step in steps for label in LABEL.findall(step) if label not in {*said, *OF_BROWSERS}] == []


def test_a_colon_of_french_is_set_by_a_sentence_and_never_glued() -> None:
    """Its space is French: `ending` of components/ui/markup.py and `pair` of data/core/i18n.py know the reader's language."""
    glued = []
    for path in sorted([*(ROOT / "pages").rglob("*.py"), *(ROOT / "components").rglob("*.py")]):
        for node in nodes_of(parsed(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else node.args if isinstance(node, ast.Call) else []
            glued += [
                f"{path.relative_to(ROOT)}:{each.lineno}"
                for each in parts
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.startswith(" : ")
                if isinstance(node, ast.JoinedStr) or name_of(node) not in {"translate", "_"}
            ]
    assert glued == []


def test_what_families_receive_is_an_e_mail() -> None:
    """« Courriels » is the name of the office's screen and of what lies there."""
    theirs = (
        "pages/family/",
        "pages/anyone/unsubscribe",
        "components/",
        "data/mail/rendering",
        "data/reenrolment/letters",
    )
    assert [
        text for text, place in sentences().items() if place.startswith(theirs) and "courriel" in text.lower()
    ] == []

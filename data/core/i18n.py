"""Sentences for people, by gettext: the French one stands in the code, its translation in locale/.

`make translations` reads the code for them (tests/catalogue.py): what stands in `translate("…")`, `ngettext("…", "…")`, `UserError("…")`,
and what is marked by `_` or `plural` where it is kept for later.
"""

import logging
import re
from collections.abc import Mapping
from functools import lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

from babel import Locale
from babel.numbers import format_decimal

Language = Literal["fr", "en"]
log = logging.getLogger("anacrouse.i18n")
ELIDED = re.compile(
    r"[aâàeéèêiîoôuœ]|h[eéèiuy]|y[^aeiou]", re.IGNORECASE
)  # « d’Irina », « d’Hélène »; « de Harpe », « de Yann »
TIGHT = re.compile(r"(?<=«) | (?=[»?!:;%€·])|(?<=\d) (?=\d{3}\b)|(?<=\b\d\d) (?=\d\d\b)")
OF = re.compile(r"\bde {(\w+)}")
LANGUAGES: dict[Language, str] = {"fr": "Français", "en": "English"}
LOCALES: dict[Language, Locale] = {"fr": Locale("fr"), "en": Locale("en", "GB")}  # how figures and days are written
JOURNAL: Language = "fr"  # an amount that the journal keeps is written once, for everyone


CATALOGUE = Path(__file__).parents[1] / "locale" / "en" / "LC_MESSAGES" / "anacrouse.po"


class Plural(NamedTuple):
    """The two forms of a sentence that counts."""

    one: str
    many: str


class Written:
    """What fills a placeholder otherwise in each language: an amount."""

    def written(self, language: Language) -> str:
        raise NotImplementedError


def _(sentence: str) -> str:
    """Marks a sentence that is translated later: a constant, a label, a choice."""
    return sentence


def plural(one: str, many: str) -> Plural:
    """`_` for a sentence that counts; then `ngettext(*sentence, count=…)`."""
    return Plural(one, many)


@lru_cache(maxsize=1)
def english() -> GNUTranslations:
    """Compiled from the .po when the first sentence wants it: some tens of milliseconds, once."""
    from babel.messages import mofile, pofile

    compiled = BytesIO()
    with CATALOGUE.open("rb") as file:
        mofile.write_mo(compiled, pofile.read_po(file, locale="en"))
    compiled.seek(0)
    return GNUTranslations(compiled)


def as_language(value: object) -> Language:
    """The language a person chose, French for anything unknown; what a cookie adds after a point is not the language."""
    return "en" if isinstance(value, str) and value.partition(".")[0] == "en" else "fr"


def elided(sentence: str, placeholders: Mapping[str, object]) -> str:
    """« de {name} » made « d’{name} » where the name wants it."""
    if "de {" not in sentence:
        return sentence
    return OF.sub(lambda of: f"d’{{{of[1]}}}" if ELIDED.match(str(placeholders.get(of[1], ""))) else of[0], sentence)


def translate(sentence: str, language: Language = "fr", **placeholders: object) -> str:
    """The sentence in that language with its {words} filled in; « de {name} » becomes « d’Irina » where French wants it."""
    if language == "en" and sentence:
        sentence = _known(english().gettext(sentence), sentence)
    return _filled(sentence, language, placeholders)


def ngettext(one: str, many: str, language: Language = "fr", *, count: int, **placeholders: object) -> str:
    """The form that `count` wants, with {count} and the other {words} filled in. French says 0 and 1 alike, English 1 alone."""
    words = {**placeholders, "count": figures(count, language)}
    if language == "en":
        return _filled(_known(english().ngettext(one, many, count), one if count == 1 else many), language, words)
    return _filled(many if count > 1 else one, language, words)


def _known(found: str, sentence: str) -> str:
    if found is sentence:  # gettext gives back what it does not know
        log.warning("no English twin: %s", sentence)
    return found


def _filled(sentence: str, language: Language, placeholders: Mapping[str, object]) -> str:
    if not placeholders:
        return sentence
    words = {name: each.written(language) if isinstance(each, Written) else each for name, each in placeholders.items()}
    return (elided(sentence, words) if language == "fr" else sentence).format(**words)


def pair(label: str, value: object, language: Language = "fr") -> str:
    """« Ville : Metz », “Town: Metz”."""
    return translate("{label} : {sum}", language, label=label, sum=value)


def translate_or_same(text: str, language: Language = "fr") -> str:
    """For a text that may be a sentence of ours or a word of the data, as a choice of a list or a name in the journal."""
    return english().gettext(text) if language == "en" and text else text


@lru_cache(maxsize=1)
def _english_sentences() -> frozenset[str]:
    return frozenset(english()._catalog.values())  # type: ignore[attr-defined]


def is_english(text: str) -> bool:
    """Whether it is one of our sentences, in English: a ready answer that the office chose."""
    return text in _english_sentences()


def tight(text: str) -> str:
    """French typesetting: no line begins with « : » and the like nor ends with « « »; no number, no telephone is cut in two."""
    return TIGHT.sub("\N{NO-BREAK SPACE}", text)


def figures(count: int, language: Language = "fr") -> str:
    """« 9400 », « 20 000 », in English “20,000”."""
    return set_for_print(format_decimal(count, locale=LOCALES[language])) if count >= 10_000 else str(count)


def set_for_print(number: str) -> str:
    """Babel's number with the spaces and the minus that our typeface has."""
    return number.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}").replace("-", "−")

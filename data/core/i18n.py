"""The French sentence is the key; english/ holds its twin. Nothing that people read is written elsewhere."""

import logging
import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["fr", "en"]
log = logging.getLogger("anacrouse.i18n")
ELIDED = re.compile(
    r"[aâàeéèêiîoôuœ]|h[eéèiuy]|y[^aeiou]", re.IGNORECASE
)  # « d’Irina », « d’Hélène »; « de Harpe », « de Yann »
TIGHT = re.compile(r"(?<=«) | (?=[»?!:;%€·])|(?<=\d) (?=\d{3}\b)|(?<=\b\d\d) (?=\d\d\b)")
OF = re.compile(r"\bde {(\w+)}")
LANGUAGES: dict[Language, str] = {"fr": "Français", "en": "English"}


@lru_cache(maxsize=1)
def twins() -> dict[str, str]:
    """French sentence -> English sentence."""
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parents[1] / "english").glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def as_language(value: object) -> Language:
    """The language a person chose, French for anything unknown."""
    return "en" if value == "en" else "fr"


def elided(sentence: str, placeholders: Mapping[str, object]) -> str:
    """« de {name} » made « d’{name} » where the name wants it."""
    if "de {" not in sentence:
        return sentence
    return OF.sub(lambda of: f"d’{{{of[1]}}}" if ELIDED.match(str(placeholders.get(of[1], ""))) else of[0], sentence)


def translate(sentence: str, language: Language = "fr", **placeholders: object) -> str:
    """The sentence in that language with its {words} filled in.

    « de {name} » becomes « d’Irina » where French wants it. A sentence that holds « # » knows two forms:
    « {count} champ#{count} champs » is cut by `count` (0 and 1 are singular).
    """
    if language == "en" and sentence:
        if sentence not in twins():
            log.warning("no English twin: %s", sentence)
        sentence = twins().get(sentence, sentence)
    if "#" in sentence:
        one, many = sentence.split("#", 1)
        count = placeholders.get("count", 0)
        sentence = many if isinstance(count, int) and count > 1 else one
        if isinstance(count, int):
            placeholders = {**placeholders, "count": figures(count, language)}
    if language == "fr":
        sentence = elided(sentence, placeholders)
    return sentence.format(**placeholders) if placeholders else sentence


def pair(label: str, value: object, language: Language = "fr") -> str:
    """« Ville : Metz », “Town: Metz”."""
    return translate("{label} : {sum}", language, label=label, sum=value)


def translate_or_same(text: str, language: Language = "fr") -> str:
    """For a text that may be a sentence of ours or a word of the data, as a choice of a list or a name in the journal."""
    return twins().get(text, text) if language == "en" else text


def tight(text: str) -> str:
    """French typesetting: no line begins with « : » and the like nor ends with « « »; no number, no telephone is cut in two."""
    return TIGHT.sub("\N{NO-BREAK SPACE}", text)


def figures(count: int, language: Language = "fr") -> str:
    """« 9400 », « 20 000 », in English “20,000”."""
    return (
        f"{count:,}".replace(",", "," if language == "en" else "\N{NO-BREAK SPACE}") if count >= 10_000 else str(count)
    )

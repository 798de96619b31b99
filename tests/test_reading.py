"""A reader of level B1 understands what families are told: short sentences, short words, in both languages.

The ease of a text is Flesch's score for English (R. Flesch, « A new readability yardstick », Journal of Applied Psychology
32, 1948: 206.835 - 1.015 words a sentence - 84.6 syllables a word) and Kandel and Moles's for French (« Application de
l'indice de Flesch à la langue française », Cahiers d'études de radio-télévision 19, 1958: 207 - 1.015 words a sentence -
73.6 syllables a word). 60 and more is plain language. A score means nothing of ten words: it is taken of a whole file,
and a sentence alone is held to its length.
"""

import re
from collections.abc import Iterable

from tests.test_translations import sentences, twins

FOR_FAMILIES = (
    "pages/anyone/",
    "pages/account/",
    "pages/family/",
    "data/mail/templates.py",
    "data/reenrolment/reenrolment_",
)
PLAIN, MAX_SENTENCE_WORDS, ENOUGH = 60, 20, 100  # score; words of a sentence; words that a text needs to be measured
LEGAL = ("pages/anyone/legal.py", "pages/anyone/accessibility.py")  # the law's words
STOP = re.compile(r"(?<=[.!?…:;])\s+|\n")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
VOWELS = {"fr": "aàâäeéèêëiîïoôöuùûüyœæ", "en": "aeiouy"}


def parts(text: str) -> list[list[str]]:
    """The words of each sentence; a colon or a semicolon ends one, as for the voice."""
    found = [WORD.findall(part) for part in STOP.split(re.sub(r"\{\w+\}", "Camille", text))]
    return [words for words in found if words]


def syllables(word: str, language: str) -> int:
    """Groups of vowels, without the silent end: « e », « es », « ent » in French, « e » in English."""
    plain = word.casefold()
    silent = r"(?<=[^aeiouyéèê])(e|es|ent)$" if language == "fr" else r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$"
    return max(1, len(re.findall(f"[{VOWELS[language]}]+", re.sub(silent, "", plain))))


def ease(texts: Iterable[str], language: str) -> float:
    sentences = [part for text in texts for part in parts(text)]
    words = [word for part in sentences for word in part]
    each, base = (73.6, 207.0) if language == "fr" else (84.6, 206.835)
    return (
        base
        - 1.015 * len(words) / len(sentences)
        - each * sum(syllables(word, language) for word in words) / len(words)
    )


def texts_by_place() -> dict[str, list[str]]:
    """File -> the whole sentences that families read there, in French; the law's words left out."""
    found: dict[str, list[str]] = {}
    for text, place in sentences().items():
        whole = text.rstrip()[-1:] in ".!?…:" and len(WORD.findall(text)) > 3
        if whole and place.startswith(FOR_FAMILIES) and place not in LEGAL:
            found.setdefault(place, []).append(text)
    return found


def sentences_in(texts: Iterable[str], language: str) -> list[str]:
    return [text if language == "fr" else twins()[text] for text in texts]


def test_what_families_read_is_plain_language() -> None:
    hard = {
        (place, language): round(score)
        for place, texts in texts_by_place().items()
        for language in VOWELS
        if sum(len(WORD.findall(text)) for text in texts) >= ENOUGH
        and (score := ease(sentences_in(texts, language), language)) < PLAIN
    }
    assert hard == {}


def test_no_sentence_that_families_read_is_long() -> None:
    long = {
        " ".join(part)
        for texts in texts_by_place().values()
        for language in VOWELS
        for text in sentences_in(texts, language)
        for part in parts(text)
        if len(part) > MAX_SENTENCE_WORDS
    }
    assert long == set()


# What was met in French that nobody says, and what is said instead.
CLUMSY = {
    r"\bmessages? d’absence": "annonce d’absence",
    r"\bque voici\b": "suivant",
    r"\bau soir\b": "jusqu’au … inclus",
    r"\bpièces données\b": "pièces fournies",
    r"\bn’attend pas de réponse": "n’appelle pas de réponse",
}


def test_no_clumsy_phrase_comes_back() -> None:
    found = {
        (text, said) for text in sentences() for each, said in CLUMSY.items() if re.search(each, text, re.IGNORECASE)
    }
    assert not found

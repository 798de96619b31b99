"""What a person is found by: folded words, kept beside the record; and what is typed, cut into what to look for.

A word is met anywhere in the kept text, so « berg » finds « Lindberg »; separators and accents do not matter.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.core.phones import OVERSEAS
from data.core.plain_text import fold, sign_of_name, spelt_out, tidy

MAX_TYPED_LENGTH, MAX_TERMS, MAX_NEAR = 80, 6, 8
SEPARATORS = re.compile(r"[^\w@.+]+|_")
NAMELIKE = re.compile(r"[\w@.+’'-]*[^\W_][\w@.+’'-]*")  # other signs are meant as they are typed
ZERO_AFTER = ("33", "262", "590", "594", "596", "32", "41", "49")  # codes whose numbers are dialled with a 0 at home
SAINTS = {"st": "saint", "ste": "sainte", "saint": "st", "sainte": "ste"}
PHONE = re.compile(r"[+(]?[\d\s().+/-]{4,}")


def search_text_of(texts: Iterable[str], phones: Iterable[str] = ()) -> str:
    """The kept text of a record. A name of several words stands in it joined too: « le fort lefort »."""
    found: list[str] = []
    for text in texts:
        for parts in _spellings(text):
            found += [*parts, "".join(parts)] if len(parts) > 1 else parts
    for phone in phones:
        figures = re.sub(r"\D", "", phone)
        code = next((code for code in ZERO_AFTER if figures.startswith(code)), "")
        found += [figures, f"0{figures[len(code) :]}"] if code else [figures]
    return " ".join(dict.fromkeys(filter(None, found)))


def _spellings(text: str) -> list[list[str]]:
    """A text's parts; « Müller » is « mueller » too, « St Étienne » « saint etienne », and the other way round."""
    found = [_parts(fold(text))]
    if not text.isascii():
        found.append(_parts(spelt_out(text)))
    found += [[SAINTS.get(part, part) for part in parts] for parts in found if SAINTS.keys() & parts]
    return [parts for at, parts in enumerate(found) if parts not in found[:at]]


def _parts(folded: str) -> list[str]:
    return [part for part in SEPARATORS.sub(" ", folded).split() if part]


@dataclass(frozen=True)
class SearchTerm:
    """One thing typed, and the forms in which it may stand in a kept text: any of them will do."""

    forms: tuple[str, ...]

    @property
    def number(self) -> int | None:
        """A family's or a dossier's number, when it can be one."""
        text = self.forms[0]
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else None

    @property
    def may_be_misspelt(self) -> bool:
        return self.forms[0].isalpha() and len(self.forms[0]) > 2


def terms_in(typed: str) -> list[SearchTerm]:
    """What to look for; all of it must be met. A telephone number is one word however it is cut."""
    typed = sign_of_name(tidy(typed[:MAX_TYPED_LENGTH]))
    text = fold(typed)
    figures = re.sub(r"\D", "", text)
    if PHONE.fullmatch(text) and len(figures) > 4 and (" " in text or not text.isdecimal()):
        return [SearchTerm(_phone_forms(text, figures))]
    found = []
    for word in typed.split()[:MAX_TERMS]:
        token = fold(word)
        parts = _parts(token)
        if token.isdecimal() and token.isascii():
            found.append(SearchTerm(_phone_forms(token, token) if len(token) > 9 else (token,)))
        elif parts and NAMELIKE.fullmatch(token):
            other = [] if word.isascii() else ["".join(_parts(spelt_out(word)))]
            found.append(SearchTerm(tuple(dict.fromkeys(["".join(parts), " ".join(parts), token, *other]))))
        else:
            found.append(SearchTerm((token,)))
    return found


def _phone_forms(text: str, figures: str) -> tuple[str, ...]:
    """« 06 12… », « +33 (0)6 12… » and « 0033 6 12… » are one number; « 021 123 45 67 » ends +41 21 123 45 67."""
    plain = figures[2:] if figures.startswith("00") else figures
    if plain.startswith("330") and ("(" in text or len(plain) > 11):
        plain = "33" + plain[3:]
    if plain.startswith("33") and plain[2:5] in OVERSEAS and len(plain) == 11:
        plain = OVERSEAS[plain[2:5]] + plain[2:]
    at_home = figures[1:] if re.match("0[1-9]", figures) and len(figures) > 8 else plain
    return tuple(dict.fromkeys((plain, figures, at_home)))


def near(word: str, parts: Sequence[str]) -> tuple[str, ...]:
    """The parts of names that a typing error may have made into `word`, the nearest first: letters missing, doubled,
    swapped, at the beginning of a longer name too."""
    most = 1 if len(word) < 5 else 2
    found: dict[str, int] = {}
    for spelt in (parts, [part[: len(word)] for part in parts]):
        for _, away, at in process.extract_iter(word, spelt, scorer=OSA.distance, score_cutoff=most):
            part = parts[at]
            if away < 2 or part[0] == word[0]:  # two errors, and a wrong beginning too: another name
                found[part] = min(int(away), found.get(part, most))
    least = min(found.values(), default=0)  # where one error explains the word, two are not looked for
    nearest = [part for part in found if found[part] <= max(1, least)]
    return tuple(sorted(nearest, key=lambda part: (found[part], abs(len(part) - len(word)), part))[:MAX_NEAR])


def parts_of(names: Iterable[str]) -> list[str]:
    """What names are made of, folded, each part once."""
    return list({part for name in names for part in _name_parts(name)})


@lru_cache(maxsize=50_000)
def _name_parts(name: str) -> tuple[str, ...]:
    parts = _parts(fold(name))
    return tuple(part for part in {*parts, "".join(parts)} if len(part) > 2)

"""In which coding a text is: a mark says it, or UTF-8 fits, or the one in which its words read as French."""

import re
from collections.abc import Iterator

from data.core.errors import UserError
from data.core.spreadsheets.model import Coding

ONE_BYTE = ("cp1252", "mac_roman", "cp850", "iso8859_15")  # of like ones the first
CODINGS = ("utf-8", *ONE_BYTE, "utf-16", "utf-16-le", "utf-16-be", "utf-32")
MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)
WORD = re.compile(rb"[A-Za-z0-9 .'(]?[A-Za-z]*[\x80-\xff][A-Za-z\x80-\xff'-]{0,40}[ .,)]?")
MAX_WORDS, MAX_SAMPLES = 400, 4
LOWER, VOWELS = "éèêëàâçîïôùûœ", tuple("aeiouyéèœ")
WEIGHTS = dict(zip(LOWER, (9, 6, 4, 3, 4, 3, 4, 3, 4, 3, 2, 2, 3), strict=True))
FOREIGN = set("äöüßñáíóúãõåæøšžýčćłńśźżÿÄÖÜÑÁÍÓÚÃÕÅÆØŠŽÝÿ")
SIGNS = set("’‘“”«»–—…€°№²\xa0·")  # noqa: RUF001


def decoded(content: bytes, chosen: str = "") -> tuple[str, str, list[Coding]]:
    """The text, its coding, and the codings it may be in instead, the likeliest first."""
    if chosen and chosen.removesuffix("-sig") not in CODINGS:
        chosen = ""
    certain = next((coding for mark, coding in MARKS if content.startswith(mark)), "") or _without_mark(content)
    if certain:
        coding = chosen if chosen.startswith(certain[:5]) else certain
        return _text(content, coding), coding, []
    words = _words(content)
    codings = _ranked(content, words) if words else []
    if chosen and words:
        return _text(content, chosen), chosen, codings
    if not words:
        return _text(content, "utf-8"), "utf-8", []
    if not codings:
        raise _unreadable()
    return _text(content, codings[0].name), codings[0].name, codings


def _without_mark(content: bytes) -> str:
    """UTF-16 shows by the zeros of its letters."""
    first = content[:400]
    if first[1::2].count(0) > len(first) // 4:
        return "utf-16-le"
    return "utf-16-be" if first[0::2].count(0) > len(first) // 4 else ""


def _text(content: bytes, coding: str) -> str:
    """UTF-8 with a few broken places is still UTF-8: their cells are told."""
    try:
        text = content.decode(coding, "replace" if coding == "utf-8" else "strict")
    except UnicodeDecodeError:
        raise _unreadable() from None
    if "\x00" in text:
        raise _unreadable()
    return text.removeprefix("\ufeff")


def _unreadable() -> UserError:
    return UserError("Les caractères de ce fichier ne se lisent pas. Enregistrez-le en « CSV UTF-8 », ou en .xlsx.")


def _words(content: bytes) -> list[bytes]:
    """Some of the words that are not plain ASCII, each once."""
    found: dict[bytes, None] = {}
    for word in WORD.finditer(content):
        found[word[0]] = None
        if len(found) == MAX_WORDS:
            break
    return list(found)


def _ranked(content: bytes, words: list[bytes]) -> list[Coding]:
    """The codings in which the words can be, the most French first; none when they are French in none of them."""
    valid, broken = _utf8_letters(b"\n".join(words))
    if broken and valid < 4 * broken:
        valid = 0
    found: list[tuple[float, str, list[str]]] = []
    if valid:
        found.append((1_000_000, "utf-8", [word.decode("utf-8", "replace") for word in words]))
    for order, coding in enumerate(ONE_BYTE):
        try:
            content.decode(coding)
        except UnicodeDecodeError:
            continue
        texts = [word.decode(coding) for word in words]
        if all(texts != same for _, _, same in found):
            found.append((sum(map(_french, texts)) - order / 10, coding, texts))
    found.sort(key=lambda each: -each[0])
    if not found or found[0][0] < -3 * len(words):
        return []
    return [Coding(name, _sample(texts)) for _, name, texts in found]


def _utf8_letters(text: bytes) -> tuple[int, int]:
    """How many signs of several bytes are right UTF-8, and how many bytes are not."""
    read = text.decode("utf-8", "replace")
    broken = read.count("\ufffd")
    return sum(not each.isascii() for each in read) - broken, broken


def _french(word: str) -> float:
    """How much a word reads as French: its accents, each between its neighbours."""
    padded = f" {word} "
    return sum(
        _weight(padded[at - 1], char, padded[at + 1])
        for at, char in enumerate(padded)
        if not char.isascii()
    )  # fmt: skip


def _weight(before: str, char: str, after: str) -> float:
    if char.isupper() and (before.islower() or (before.isupper() and after.islower())):
        return -6  # no capital inside a word
    if char.islower() and before.isupper() and after.isupper():
        return -4  # nor a small letter among capitals
    if char.isalpha() and not before.isalpha() and not after.isalpha() and char not in "àÀ":
        return -3  # nor a letter alone
    if char.lower() in WEIGHTS:
        return (
            WEIGHTS[char.lower()] * _place_in_word(before.lower(), char.lower(), after) * (1 if char.islower() else 0.7)
        )
    if char in FOREIGN:
        return 0.5 if (before.isalpha() and before.isascii()) or (after.isalpha() and after.isascii()) else -4
    return _sign(before, char, after) if char in SIGNS else -5


def _place_in_word(before: str, char: str, after: str) -> float:
    """« à » and « ù » end words, « è » and the like do not; « ë » and « ï » follow a vowel, « â » does not."""
    if char in "àù":
        rare = after.isalpha()
    elif char in "èêîûôâ":
        rare = not after.isalpha() or (char == "â" and before in VOWELS)
    else:
        rare = char in "ëï" and before not in VOWELS
    return 0.15 if rare else 1


def _sign(before: str, char: str, after: str) -> float:
    if char == "’":
        return 3 if before.isalpha() and after.isalpha() else -1
    if char == "€":
        return 2 if not after.isalpha() else -4
    return 1 if not (before.isalpha() and after.isalpha()) else -4


def _sample(texts: list[str]) -> str:
    return ", ".join(_distinct(text.strip(" .,()'") for text in texts))


def _distinct(words: Iterator[str]) -> list[str]:
    """A few, the long ones before those of one letter."""
    found = sorted(dict.fromkeys(words), key=lambda word: len(word) < 3)
    return found[:MAX_SAMPLES]

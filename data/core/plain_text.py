# ruff: noqa: RUF001
"""Text as it is kept, and as it is compared: without what nobody sees, without accents, in plain letters."""

import re
import unicodedata

# Controls, zero-width, direction-changing, tag characters and lone surrogates.
INVISIBLE = re.compile(
    "[\u0000-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Letters that Unicode does not take for another one with an accent, and the signs of other keyboards.
PLAIN = str.maketrans({
    "œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e",
    "’": "'", "ʼ": "'", "‘": "'", "´": "'", "`": "'", "\u2010": "-", "\u2011": "-", "–": "-", "—": "-",
})  # fmt: skip
SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
SIGNS_OF_NAMES = str.maketrans({
    **dict.fromkeys("\u2010\u2011\u2012–—−\uff0d", "-"), **dict.fromkeys("ʼ‘‛´`′\u1fbf", "’"),
})  # fmt: skip


def tidy(text: str) -> str:
    """NFC, without control, zero-width and direction-changing characters, spaces folded."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    visible = INVISIBLE.sub(lambda found: " " if found[0] in "\t\r\n" else "", text)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def tidy_lines(text: str) -> str:
    """As `tidy`, a line at a time: what is written in a large field."""
    return "\n".join(tidy(line) for line in text.splitlines()).strip()


def fold(text: str) -> str:
    """For searching and sorting: accents and case do not matter, « œ » is « oe », « Łukasz » « lukasz », « ’ » is what a keyboard types."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text.casefold().translate(PLAIN))
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(PLAIN)


def spelt_out(text: str) -> str:
    """As `fold`, where two letters stand for a vowel of German or a Nordic language: « Müller » is « mueller » too."""
    return fold(unicodedata.normalize("NFC", text).casefold().translate(SPELT_OUT))


def sign_of_name(text: str) -> str:
    """The hyphens and apostrophes of other keyboards as ours: « Jean\u2011Luc », « N`Diaye »."""
    return text.translate(SIGNS_OF_NAMES)

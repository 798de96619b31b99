"""Hashing, off the event loop and as many at a time as there are cores; what a good password is; how one is made.

argon2id (RFC 9106), parameters from the settings; policy: CNIL, délibération 2022-100 (entropy), OWASP ASVS 6.2.
"""

import math
import os
import re
import secrets
import string
import unicodedata
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import TypeVar

from passlib.context import CryptContext

from data.core import database
from data.core.errors import UserError
from data.core.i18n import _, plural
from data.core.settings import settings
from data.core.turns import Full, Turns

Answer = TypeVar("Answer")
MAX_LENGTH = 256
AT_ONCE = min(max(2, os.cpu_count() or 2), 8)
MAX_QUEUE = 200 * AT_ONCE  # half a minute: the day on which every family signs in, nobody is sent away
CROWD = 12 * AT_ONCE  # so many wait that the next one waits for seconds
MADE_OF = "".join(sorted(set(string.ascii_letters + string.digits) - set("0O1lIio")))
BEFORE_ONE = re.compile(r"(?:motdepasse|password)[:\uff1a]", re.IGNORECASE)
AROUND_ONE = "\"'`«»“”’()[]<>*.,;"
DEMONSTRATION = "Anacrouse-demo-2026"  # of the demonstration's accounts, hence known to everybody
OVERLOADED = _("Le service est momentanément très sollicité. Réessayez dans une minute.")
_turns = Turns("hash", AT_ONCE, most=MAX_QUEUE, niceness=5)


class Busy(RuntimeError):
    """Too many passwords wait to be checked: answer 503 and ask to come back."""


@lru_cache(maxsize=1)
def context() -> CryptContext:
    chosen = settings()
    made = CryptContext(
        schemes=["argon2"],
        argon2__type="ID",
        argon2__memory_cost=chosen.hash_memory_kib,
        argon2__time_cost=chosen.hash_rounds,
        argon2__parallelism=4,
    )
    made.dummy_verify()  # what stands for an unknown account's hash is made now, not at the first unknown account
    return made


async def off_the_loop(work: Callable[..., Answer], *arguments: object) -> Answer:
    """Run hashing work in a thread when its turn comes, and then wait until its caller may write; Busy when too much waits already."""
    try:
        answer = await _turns.wait(partial(work, *arguments))
    except Full:
        raise Busy from None
    await database.free_to_write()
    return answer


def is_crowded() -> bool:
    """Whether who signs in now waits for seconds."""
    return _turns.held >= CROWD


def normal(word: str) -> str:
    """NFC: é typed on a Mac and é typed elsewhere are one password."""
    return unicodedata.normalize("NFC", word)


def readable(word: str) -> bool:
    return 0 < len(word) <= MAX_LENGTH and not any(unicodedata.category(char) in {"Cc", "Cs"} for char in word)


def make_hash(word: str) -> str:
    hashed: str = context().hash(normal(word))
    return hashed


def verify(word: str, hashed: str | None, *, temporary: bool = False) -> tuple[bool, str | None]:
    """Whether the word is right, and a newer hash if the parameters changed.

    One hash is computed whatever the account, unknown ones included: time tells nothing. A temporary password was copied
    from a letter: what came along with it is forgiven.
    """
    if not (readable(word) or readable(pasted(word))):
        return False, None
    known = hashed if temporary or readable(word) else None
    tried = normal(pasted(word) if temporary else word)
    try:
        right, newer = context().verify_and_update(tried, known) if known else (_dummy(), None)
    except (ValueError, TypeError):  # a damaged hash is a wrong password, not a fault page
        return False, None
    return bool(right), newer


def pasted(word: str) -> str:
    """A password of a letter without what was copied with it and cannot be part of it: spaces, line ends, marks of no width
    anywhere; « Mot de passe : » before it; quotation marks and a full stop around it."""
    seen = (char for char in word[: 2 * MAX_LENGTH] if not char.isspace() and unicodedata.category(char) != "Cf")
    text = "".join(seen)
    return text[found.end() if (found := BEFORE_ONE.match(text)) else 0 :].strip(AROUND_ONE)


def _dummy() -> bool:
    context().dummy_verify()
    return False


def make_password() -> str:
    """14 characters of 55 without look-alikes: 81 bits; never all of one class."""
    while True:
        word = "".join(secrets.choice(MADE_OF) for _ in range(14))
        if all(re.search(kind, word) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
            return word


def entropy(word: str) -> int:
    """Bits, as the CNIL counts them: round(length x log2 of the classes used)."""
    classes = [("[a-z]", 26), ("[A-Z]", 26), ("[0-9]", 10), ("[^a-zA-Z0-9]", 37)]
    size = sum(count for kind, count in classes if re.search(kind, word))
    return round(len(word) * math.log2(size)) if size else 0


def check_policy(word: str, *, staff: bool, context_words: list[str], old: str = "") -> None:
    """UserError with the mend when the word is too weak, too common, or about the person or the place."""
    if not readable(word):
        raise UserError("Choisissez un mot de passe de {least} à {most} caractères.", least=12, most=MAX_LENGTH)
    if len(word) < 12:
        raise UserError(
            plural(
                "Il manque {count} caractère : il en faut au moins 12.",
                "Il manque {count} caractères : il en faut au moins 12.",
            ),
            count=12 - len(word),
        )
    if old and normal(word) == normal(old):
        raise UserError("Choisissez un mot de passe différent de l’ancien.")
    plain = _plain(word)
    if _is_common(plain) or _plain(DEMONSTRATION) in plain:
        raise UserError("Ce mot de passe est trop courant. Trois ou quatre mots sans lien font un bon mot de passe.")
    for item in context_words:
        if len(item) >= 4 and _plain(item) in plain:
            raise UserError("N’y mettez ni votre nom, ni votre identifiant, ni celui du conservatoire.")
    if entropy(word) < (80 if staff else 50):
        raise UserError("Ce mot de passe est trop simple. Allongez-le, ou ajoutez des chiffres et d’autres signes.")


def is_very_good(word: str) -> bool:
    """Of a word that the policy takes: whether it is better than it must be."""
    return entropy(word) >= 80


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in letters if not unicodedata.combining(char))


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    path = Path(__file__).parents[1] / "reference" / "common-passwords.txt"
    return frozenset(path.read_text(encoding="utf-8").split("\n"))


def _is_common(plain: str) -> bool:
    """A common password, alone, repeated, or with figures and signs around it."""
    core = plain.strip("0123456789!?.,;:*-_+@#$%&/ ")
    halves = {core[: len(core) // count] for count in (2, 3, 4) if core and core == core[: len(core) // count] * count}
    run = any(
        plain in line * 3
        for line in (
            "0123456789",
            "abcdefghijklmnopqrstuvwxyz",
            "azertyuiopqsdfghjklmwxcvbn",
            "qwertyuiopasdfghjklzxcvbnm",
        )
    )
    return run or len(set(plain)) <= 3 or any(each in _common() for each in {plain, core, *halves} if len(each) > 3)

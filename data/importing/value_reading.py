"""Numbers, amounts, lengths of time, school years, weekdays and answers as files write them, each to the value that is kept."""

import re

from data.core.errors import UserError
from data.core.plain_text import fold
from data.importing.conventions import GROUPED, SPLIT, no_number

LARGEST = 2**31 - 1
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def read_number(typed: str) -> int | None:
    bare = re.sub(r"[\s']", "", re.sub(r"[.,]0+$", "", typed))
    if not bare:
        return None
    if SPLIT.search(GROUPED.sub("1", typed)) or not re.fullmatch(r"\d{1,10}", bare) or int(bare) > LARGEST:
        raise UserError("« {typed} » n’est pas un nombre entier. Exemple : 1042.", typed=typed[:40])
    return int(bare)


def read_hundredths(typed: str) -> int | None:
    bare = re.sub(r"[\s'€]|EUR$", "", typed.replace("−", "-"))
    if not bare:
        return None
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d{1,2}", bare) or re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d{1,2}", bare):
        bare = re.sub(r"[.,](?=\d{3})", "", bare)
    found = re.fullmatch(r"(-?)(\d{1,8})(?:[.,](\d{1,2})0*)?", bare)
    if not found or int(found[2]) * 100 > LARGEST - 100:
        raise no_number(typed)
    cents = int(found[2]) * 100 + int((found[3] or "0").ljust(2, "0"))
    return -cents if found[1] else cents


def read_minutes(typed: str) -> int:
    bare = typed.casefold()
    if not bare:
        return 0
    found = re.fullmatch(r"(\d{1,3})\s*(?:min(?:utes?)?|mn|')?", bare)
    if found:
        return int(found[1])
    found = re.fullmatch(r"(\d{1,2})\s*[h:]\s*(\d{1,2})?(?::00)?\s*(?:min|mn)?", bare)
    if not found or int(found[2] or 0) > 59:
        raise UserError(
            "« {typed} » n’est pas une durée. Écrivez-la en minutes (45), ou ainsi : 1 h 30.", typed=typed[:40]
        )
    return int(found[1]) * 60 + int(found[2] or 0)


def read_seconds(typed: str) -> int | None:
    bare = typed.casefold()
    if not bare:
        return None
    if re.fullmatch(r"\d{1,5}", bare):
        return int(bare)
    found = re.fullmatch(r"(?:(\d{1,2})\s*[h:]\s*)?(\d{1,3})\s*(?:min|mn|['’:])\s*(\d{1,2})?\s*(?:s|sec|''|\")?", bare)
    if not found or int(found[3] or 0) > 59:
        raise UserError(
            "« {typed} » n’est pas une durée. Écrivez-la en secondes (210), ou ainsi : 3 min 30.", typed=typed[:40]
        )
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3] or 0)


def read_year(typed: str) -> str:
    if not typed:
        return ""
    found = re.fullmatch(r"(\d{4})(?:\s*[-/–]?\s*(\d{4}|\d{2}))?", typed) or re.fullmatch(
        r"(\d{2})\s*[-/–]\s*(\d{2})", typed
    )
    first = int(found[1]) if found else 0
    first += 2000 if found and len(found[1]) == 2 else 0
    second = (int(found[2]) % 100 if found[2] else (first + 1) % 100) if found else 0
    if not 1900 <= first <= 2100 or second != (first + 1) % 100:
        raise UserError("« {typed} » n’est pas une année scolaire. Écrivez-la ainsi : 2026-2027.", typed=typed[:40])
    return f"{first}-{first + 1}"


def read_weekday(typed: str) -> int | None:
    bare = fold(typed).rstrip(".")
    if not bare:
        return None
    if re.fullmatch("[1-7]", bare):
        return int(bare)
    for number, name in enumerate(WEEKDAYS, 1):
        if len(bare) >= 2 and name.startswith(bare):
            return number
    raise UserError("« {typed} » n’est pas un jour de la semaine. Exemple : mercredi.", typed=typed[:40])


def read_flag(typed: str) -> bool:
    bare = fold(typed)
    if bare in {"", "non", "n", "0", "faux", "false", "no"}:
        return False
    if bare in {"oui", "o", "1", "vrai", "true", "yes", "x", "y"}:
        return True
    raise UserError("« {typed} » : répondez par oui ou non.", typed=typed[:40])

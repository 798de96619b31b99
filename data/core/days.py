"""Days and hours as people write them: 16/06/2012, 16 juin 2012, 2012-06-16. Day before month, unless it is said otherwise."""

import re
from datetime import date, time

from data.core.errors import UserError
from data.core.plain_text import fold

MONTHS = (
    ("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april"), ("mai", "may"), ("juin", "june"),
    ("juillet", "july"), ("aout", "august"), ("septembre", "september"), ("octobre", "october"), ("novembre", "november"),
    ("decembre", "december"),
)  # fmt: skip
WEEKDAY = re.compile(r"^(lun|mar|mer|jeu|ven|sam|dim)[a-z]*[.,]? +(?=\d)")
MIDNIGHT = re.compile(r"[T ]0{1,2}:00(:00(\.0+)?)?Z?$")
FIGURES = re.compile(r"(\d{1,2}) ?[/. \-] ?(\d{1,2}) ?[/. \-] ?(\d{4}|\d{2})")

TOGETHER = re.compile(r"(19\d\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")  # 20120616; « 20102012 » is October's


def age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def no_day(typed: str) -> UserError:
    return UserError(
        "« {typed} » n’est pas une date que l’on sait lire. Écrivez-la ainsi : 16/06/2012.", typed=typed[:40]
    )


def read_day(text: str, *, month_first: bool = False) -> date | None:
    """A day, None of nothing; UserError when the calendar has no such day, or when a part of it lacks."""
    if not text:
        return None
    bare = MIDNIGHT.sub("", text)
    year, month, day = _parts(bare, month_first=month_first)
    if not int(year) + int(month) + int(day):
        raise UserError("« {typed} » n’est aucune date. Écrivez-la ainsi : 16/06/2012, ou laissez vide.", typed=bare)
    if int(year) >= 1900 and 0 in {int(month), int(day)}:
        raise UserError(
            "Il manque le jour ou le mois à « {typed} ». Écrivez la date entière, comme sur la pièce d’identité, ou laissez vide.",
            typed=bare[:40],
        )
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise UserError("Le {typed} n’existe pas. Vérifiez le jour et le mois.", typed=text[:40]) from None


def _parts(text: str, *, month_first: bool) -> tuple[str, str, str]:
    """Year, month, day."""
    if found := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text) or TOGETHER.fullmatch(text):
        return found[1], found[2], found[3]
    if found := FIGURES.fullmatch(text) or re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text):
        first, second, year = found.groups()
        if len(year) == 2:
            raise UserError(
                "Écrivez l’année avec ses quatre chiffres : {recent} ou {old}.",
                recent=f"{first}/{second}/20{year}",
                old=f"{first}/{second}/19{year}",
            )
        return (year, first, second) if month_first else (year, second, first)
    return _in_words(text)


def _in_words(text: str) -> tuple[str, str, str]:
    """« 1er septembre 2012 », « 14-mars-1982 », « sam. 16 juin 2012 »."""
    plain = WEEKDAY.sub("", re.sub(r"[\s\-]+", " ", fold(text)))
    found = re.fullmatch(r"(?:(\d{1,2})(?:er|st|nd|rd|th)?[ .]+)?([a-z]{3,})\.?,? +(\d{4})", plain)
    month = _month(found[2]) if found else 0
    if not found or not month:
        raise no_day(text)
    if found[1] is None:
        raise UserError("Il manque le jour à « {typed} ». Écrivez la date ainsi : 16/06/2012.", typed=text[:40])
    return found[3], str(month), found[1]


def _month(word: str) -> int:
    """Its number by its name or the beginning of it, 0 when it is none or may be two (« jui »)."""
    fitting = [number for number, names in enumerate(MONTHS, 1) if any(name.startswith(word) for name in names)]
    return fitting[0] if len(fitting) == 1 else 0


def read_hour(typed: str) -> time | None:
    """« 17 h 15 », « 17:15 », « 1715 »; None of nothing."""
    if not typed:
        return None
    found = re.fullmatch(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?|(\d{2}))(?::\d{2})?", typed.casefold())
    hours, minutes = (int(found[1]), int(found[2] or found[3] or 0)) if found else (24, 0)
    if hours > 23 or minutes > 59:
        raise UserError("« {typed} » n’est pas une heure. Écrivez-la ainsi : 17:15.", typed=typed[:40])
    return time(hours, minutes)

"""How dates, hours, amounts, figures and lists are written. Pure functions; Babel knows each language's ways.

« 1 190,00 € », « 15,25 », « 17 h 15 », « 1 h 30 » in French; “€1,190.00”, “15.25”, “17:15”, “1 h 30 min” in English, which is Britain's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from data.core.i18n import LOCALES, Language, Written, set_for_print, translate

NBSP = "\N{NO-BREAK SPACE}"
WRITTEN_AGAIN = lru_cache(maxsize=8192)  # screens write the same days and amounts again and again, Babel takes its time
CLOCKS: dict[Language, str] = {"fr": f"H'{NBSP}h{NBSP}'mm", "en": "HH:mm"}


def day(value: date | None) -> str:
    """16/06/2026, in both languages: families compare it with their papers."""
    return value.strftime("%d/%m/%Y") if value else ""


def long_day(value: date, language: Language) -> str:
    """« mardi 16 juin 2026 », “Tuesday 16 June 2026”."""
    return _written(value, "EEEE d MMMM y", language)


def short_day(value: date, language: Language) -> str:
    """« 16 juin », “16 June”."""
    return _written(value, "d MMMM", language)


def day_of_year(value: date, language: Language) -> str:
    """« 16 juin 2026 »."""
    return _written(value, "d MMMM y", language)


def month(value: date, language: Language) -> str:
    """« juin 2026 »."""
    return _written(value, "MMMM y", language)


def day_number(value: date, language: Language) -> str:
    """« 16 », « 1er »."""
    return _written(value, "d", language)


def first_of_days(first: date, last: date, language: Language) -> str:
    """As it is said before « au 20 décembre »: without a month that both have."""
    alike = (first.year, first.month) == (last.year, last.month)
    return day_number(first, language) if alike else short_day(first, language)


def month_of_day(value: date, language: Language) -> str:
    """« juin », beside the number of its day."""
    return _written(value, "MMMM", language)


def day_of_week(value: date, language: Language) -> str:
    """« mardi 16 juin »."""
    return _written(value, "EEEE d MMMM", language)


def near_day(value: date, today: date, language: Language) -> str:
    """« aujourd’hui », « demain », « jeudi 26 novembre »."""
    days = (value - today).days
    if days == 0:
        return translate("aujourd’hui", language)
    if days == 1:
        return translate("demain", language)
    return day_of_week(value, language)


@WRITTEN_AGAIN
def _written(value: date, pattern: str, language: Language) -> str:
    """French counts from « 1er »."""
    if (value.day, language) == (1, "fr"):
        pattern = pattern.replace("d", "d'er'")
    return format_date(value, pattern, locale=LOCALES[language])


def hour(value: datetime, zone: ZoneInfo, language: Language) -> str:
    """« 17 h 15 », “17:15”, in the site's time zone."""
    return clock(value.astimezone(zone).time(), language)


@WRITTEN_AGAIN
def clock(value: time | None, language: Language) -> str:
    """« 17 h 15 », “17:15”: an hour of the site's own day."""
    return "" if value is None else format_time(value, CLOCKS[language], locale=LOCALES[language])


def weekday(number: int | None, language: Language) -> str:
    """« mercredi » for 3."""
    return get_day_names("wide", locale=LOCALES[language])[number - 1] if number and 1 <= number <= 7 else ""


def duration(minutes: int, language: Language) -> str:
    """« 45 min », « 1 h 30 », “1 h 30 min”."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min" if rest else ""
    if not rest:
        return f"{hours}{NBSP}h"
    return f"{hours}{NBSP}h{NBSP}{rest}{NBSP}min" if language == "en" else f"{hours}{NBSP}h{NBSP}{rest:02d}"


def length(seconds: int | None) -> str:
    """« 3 min 30 s »: of a piece of music."""
    minutes, rest = divmod(seconds or 0, 60)
    parts = [f"{minutes}{NBSP}min" if minutes else "", f"{rest}{NBSP}s" if rest else ""]
    return NBSP.join(part for part in parts if part)


@WRITTEN_AGAIN
def decimal(hundredths: int | None, language: Language, *, places: int = 2) -> str:
    """« 15,75 » for 1575; with `places=0`, « 20 » for 2000 and « 0,5 » for 50."""
    if hundredths is None:
        return ""
    written = format_decimal(Decimal(hundredths).scaleb(-2), "0.00" if places else "0.##", locale=LOCALES[language])
    return set_for_print(written)


def moment(value: datetime, zone: ZoneInfo, language: Language) -> str:
    """« 16 juin 2026 à 9 h 38 »."""
    written = _written(value.astimezone(zone).date(), "d MMMM y", language)
    return translate("{day} à {hour}", language, day=written, hour=hour(value, zone, language))


def greeting(name: str, language: Language) -> str:
    """How a letter begins; also one to somebody whose name is not known."""
    return translate("Bonjour {name},", language, name=name) if name.strip() else translate("Bonjour,", language)


def ago(value: datetime, now: datetime, zone: ZoneInfo, language: Language) -> str:
    """« il y a 2 h », « hier », « il y a 3 jours »: how long something has waited."""
    days = (now.astimezone(zone).date() - value.astimezone(zone).date()).days
    minutes = max(0, int((now - value).total_seconds() // 60))
    if days == 0 and minutes < 1:
        return translate("à l’instant", language)
    if days == 0 and minutes < 60:
        return translate("il y a {count} min", language, count=minutes)
    if days == 0:
        return translate("il y a {count} h", language, count=minutes // 60)
    if days == 1:
        return translate("hier", language)
    return translate("il y a {count} jours", language, count=days)


def school_year(today: date) -> str:
    """« 2026-2027 »: years begin on 1 September."""
    first = today.year if today.month >= 9 else today.year - 1
    return f"{first}-{first + 1}"


@WRITTEN_AGAIN
def euros(cents: int, language: Language) -> str:
    """« 1 234,50 € », “€1,234.50”; amounts are whole cents."""
    return set_for_print(format_currency(Decimal(cents).scaleb(-2), "EUR", locale=LOCALES[language]))


@dataclass(frozen=True)
class Euros(Written):
    """An amount in a sentence whose language is only known when it is read: a UserError."""

    cents: int

    def written(self, language: Language) -> str:
        return euros(self.cents, language)


def listed(names: Sequence[str], language: Language) -> str:
    """« Nino et Irina », “Nino, Irina and Louis”: a list within a sentence."""
    return format_list(names, locale=LOCALES[language])

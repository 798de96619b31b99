"""How dates, hours, amounts and sizes are written. Pure functions; languages « fr » and « en »."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from babel.lists import format_list

from data.core.i18n import Language, translate

NBSP = "\N{NO-BREAK SPACE}"


def day(value: date | None) -> str:
    """16/06/2026, in both languages: families compare it with their papers."""
    return value.strftime("%d/%m/%Y") if value else ""


def long_day(value: date, language: Language = "fr") -> str:
    """« mardi 16 juin 2026 », “Tuesday 16 June 2026”."""
    return _written(value, "EEEE d MMMM y", language)


def short_day(value: date, language: Language = "fr") -> str:
    """« 16 juin », “16 June”."""
    return _written(value, "d MMMM", language)


def day_of_year(value: date, language: Language = "fr") -> str:
    """« 16 juin 2026 »."""
    return _written(value, "d MMMM y", language)


def month(value: date, language: Language = "fr") -> str:
    """« juin 2026 »."""
    return _written(value, "MMMM y", language)


def day_number(value: date, language: Language = "fr") -> str:
    """« 16 », « 1er »."""
    return _written(value, "d", language)


def month_of_day(value: date, language: Language = "fr") -> str:
    """« juin », beside the number of its day."""
    return _written(value, "MMMM", language)


def together(names: list[str], language: Language = "fr") -> str:
    """« Irina, Nino et Samir »."""
    return format_list(names, locale=language)


def day_of_week(value: date, language: Language = "fr") -> str:
    """« mardi 16 juin »."""
    return _written(value, "EEEE d MMMM", language)


def near_day(value: date, today: date, language: Language = "fr") -> str:
    """« aujourd’hui », « demain », « jeudi 26 novembre »."""
    days = (value - today).days
    if days == 0:
        return translate("aujourd’hui", language)
    if days == 1:
        return translate("demain", language)
    return day_of_week(value, language)


def _written(value: date, pattern: str, language: Language) -> str:
    """French counts from « 1er »."""
    return format_date(
        value, pattern.replace("d", "d'er'") if (value.day, language) == (1, "fr") else pattern, locale=language
    )


def hour(value: datetime, zone: ZoneInfo, language: Language = "fr") -> str:
    """« 17 h 15 », “17:15”, in the site's time zone."""
    return clock(value.astimezone(zone).time(), language)


def clock(value: time | None, language: Language = "fr") -> str:
    """« 17 h 15 », “17:15”: an hour of the site's own day."""
    if value is None:
        return ""
    return f"{value:%H:%M}" if language == "en" else f"{value.hour}{NBSP}h{NBSP}{value.minute:02d}"


def weekday(number: int | None, language: Language = "fr") -> str:
    """« mercredi » for 3."""
    return get_day_names("wide", locale=language)[number - 1] if number and 1 <= number <= 7 else ""


def duration(minutes: int) -> str:
    """« 45 min », « 1 h 30 »."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min" if rest else ""
    return f"{hours}{NBSP}h{NBSP}{rest:02d}" if rest else f"{hours}{NBSP}h"


def length(seconds: int | None) -> str:
    """« 3 min 30 s »: of a piece of music."""
    minutes, rest = divmod(seconds or 0, 60)
    parts = [f"{minutes}{NBSP}min" if minutes else "", f"{rest}{NBSP}s" if rest else ""]
    return NBSP.join(part for part in parts if part)


def decimal(hundredths: int | None, language: Language = "fr", *, places: int = 2) -> str:
    """« 15,75 » for 1575; with `places=0`, « 20 » for 2000."""
    if hundredths is None:
        return ""
    whole, rest = divmod(abs(hundredths), 100)
    figures = f"{rest:02d}" if rest or places == 2 else ""
    return (
        ("−" if hundredths < 0 else "") + f"{whole}" + (("." if language == "en" else ",") + figures if figures else "")
    )


def moment(value: datetime, zone: ZoneInfo, language: Language = "fr") -> str:
    """« 16 juin 2026 à 9 h 38 »."""
    written = _written(value.astimezone(zone).date(), "d MMMM y", language)
    return translate("{day} à {hour}", language, day=written, hour=hour(value, zone, language))


def greeting(name: str, language: Language = "fr") -> str:
    """How a letter begins; also one to somebody whose name is not known."""
    return translate("Bonjour {name},", language, name=name) if name.strip() else translate("Bonjour,", language)


def ago(value: datetime, now: datetime, zone: ZoneInfo, language: Language = "fr") -> str:
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


def euros(cents: int) -> str:
    """1 234,50 € with no-break spaces, in both languages as on their papers; amounts are whole cents."""
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", NBSP) + f",{rest:02d}{NBSP}€"

"""How dates, hours, amounts and sizes are written. Pure functions; languages « fr » and « en »."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from data.i18n import Language, say

NBSP = "\N{NO-BREAK SPACE}"


def day(value: date | None) -> str:
    """16/06/2026, in both languages: families compare it with their papers."""
    return value.strftime("%d/%m/%Y") if value else ""


def long_day(value: date, tongue: Language = "fr") -> str:
    """« mardi 16 juin 2026 », “Tuesday 16 June 2026”."""
    return format_date(value, "EEEE d MMMM y", locale=tongue)


def short_day(value: date, tongue: Language = "fr") -> str:
    """« 16 juin », “16 June”."""
    return format_date(value, "d MMMM", locale=tongue)


def hour(value: datetime, zone: ZoneInfo, tongue: Language = "fr") -> str:
    """« 17 h 15 », “17:15”, in the site's time zone."""
    local = value.astimezone(zone)
    return f"{local:%H:%M}" if tongue == "en" else f"{local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def moment(value: datetime, zone: ZoneInfo, tongue: Language = "fr") -> str:
    """« 16 juin 2026 à 9 h 38 »."""
    written = format_date(value.astimezone(zone).date(), "d MMMM y", locale=tongue)
    return say("{day} à {hour}", tongue, day=written, hour=hour(value, zone, tongue))


def ago(value: datetime, now: datetime, zone: ZoneInfo, tongue: Language = "fr") -> str:
    """« il y a 2 h », « hier », « il y a 3 jours »: how long something has waited."""
    days = (now.astimezone(zone).date() - value.astimezone(zone).date()).days
    minutes = max(0, int((now - value).total_seconds() // 60))
    if days == 0 and minutes < 1:
        return say("à l’instant", tongue)
    if days == 0 and minutes < 60:
        return say("il y a {count} min", tongue, count=minutes)
    if days == 0:
        return say("il y a {count} h", tongue, count=minutes // 60)
    if days == 1:
        return say("hier", tongue)
    return say("il y a {count} jours", tongue, count=days)


def school_year(today: date) -> str:
    """« 2026-2027 »: years begin on 1 September."""
    first = today.year if today.month >= 9 else today.year - 1
    return f"{first}-{first + 1}"


def euros(cents: int) -> str:
    """1 234,50 € with no-break spaces; amounts are whole cents."""
    sign = "−" if cents < 0 else ""
    whole, rest = divmod(abs(cents), 100)
    return f"{sign}{whole:,}".replace(",", NBSP) + f",{rest:02d}{NBSP}€"

"""Days without lessons: the site's own closures, and the holidays of the schools around it (data/reference/school-holidays.tsv)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from data.core import formats
from data.core.days import read_day
from data.core.errors import UserError
from data.core.i18n import _
from data.core.plain_text import tidy_lines
from data.core.sites import Site

MAX_CLOSURES, MAX_LABEL_LENGTH = 60, 80
LINE = re.compile(r"(?:du\s+|le\s+)?(?P<first>[^:]+?)(?:\s+(?:au|[-–—])\s+(?P<last>[^:]+?))?\s*:\s*(?P<label>.+)", re.I)
SCHOOL_ZONES = ("A", "B", "C")
NAMES = (  # as the table has them
    _("Vacances de la Toussaint"),
    _("Vacances de Noël"),
    _("Vacances d’hiver"),
    _("Vacances de printemps"),
    _("Pont de l’Ascension"),
    _("Vacances d’été"),
)


@dataclass(frozen=True)
class DaysOff:
    """From a day to another, both without lessons; `zone` of the schools' holidays, "" where the conservatoire is closed."""

    first: date
    last: date
    label: str
    zone: str = ""


def tidy_closures(typed: str) -> str:
    """One closure a line, as `closures` reads them; UserError says which line cannot be read."""
    lines = [line for line in tidy_lines(typed).split("\n") if line]
    if len(lines) > MAX_CLOSURES:
        raise UserError("{count} fermetures, c’est trop : {most} au plus.", count=len(lines), most=MAX_CLOSURES)
    return "\n".join(_written(_closure(line)) for line in lines)


def closures(site: Site) -> list[DaysOff]:
    """The site's own, by day."""
    lines = site.calendar.get("closures", "").split("\n")
    return sorted((_closure(line) for line in lines if line), key=lambda each: each.first)


def between(site: Site, first: date, last: date) -> list[DaysOff]:
    """What touches these days, the site's own first."""
    every = (*closures(site), *_holidays(site.calendar.get("zone", "")))
    return [each for each in every if each.first <= last and each.last >= first]


def _closure(line: str) -> DaysOff:
    found = LINE.fullmatch(line)
    if found is None:
        raise UserError("« {line} » : écrivez « du 24/12/2026 au 02/01/2027 : fin d’année ».", line=line[:60])
    first = read_day(found["first"].strip())
    last = read_day(found["last"].strip()) if found["last"] else first
    if first is None or last is None or last < first:
        raise UserError("« {line} » : le dernier jour est avant le premier.", line=line[:60])
    if (last - first).days > 370:
        raise UserError("« {line} » : plus d’un an de fermeture. Vérifiez l’année.", line=line[:60])
    return DaysOff(first, last, found["label"].strip()[:MAX_LABEL_LENGTH])


def _written(closed: DaysOff) -> str:
    days = formats.day(closed.first)
    if closed.last != closed.first:
        days = f"du {days} au {formats.day(closed.last)}"
    return f"{days} : {closed.label}"


@lru_cache(maxsize=4)
def _holidays(zone: str) -> tuple[DaysOff, ...]:
    """Those of one zone; none where the site follows none."""
    if zone not in SCHOOL_ZONES:
        return ()
    path = Path(__file__).parents[1] / "reference" / "school-holidays.tsv"
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(
        DaysOff(date.fromisoformat(first), date.fromisoformat(last), name, zone)
        for first, last, zones, name in lines
        if zone in zones
    )

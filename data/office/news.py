"""The site's news, shown to families on « Accueil » between two days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import SkipValidation
from sqlmodel import Field, col, or_, select

from data.core import audit
from data.core.errors import Faulty, Refused
from data.core.fields import DATE, TEXT, Editable, Kind, editables, tidy_lines
from data.core.scope import OfSite
from data.core.unit_of_work import Visit

LINES = Kind("textarea", read=tidy_lines)


class News(OfSite, table=True):
    """One piece of news. Without a last day it stays until it is taken down."""

    fence: ClassVar[str] = "site"
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    rank: int = 0
    title: Annotated[str, Field(max_length=120), Editable("Titre", "", TEXT, 12, required=True)]
    body: Annotated[str, Field(max_length=2000), Editable("Texte", "", LINES, 12, required=True)]
    first_day: Annotated[date, Editable("Du", "", DATE, 3)]
    last_day: Annotated[date | None, Editable("Au", "", DATE, 3)] = None

    def shown_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def current(v: Visit) -> Sequence[News]:
    """What families read today, in the site's order."""
    return v.all(
        select(News)
        .where(News.first_day <= v.today, or_(col(News.last_day).is_(None), col(News.last_day) >= v.today))
        .order_by(col(News.rank), col(News.id))
        .limit(10)
    )


def every(v: Visit) -> Sequence[News]:
    v.manager_only()
    return v.all(select(News).order_by(col(News.rank), col(News.id)))


def save(v: Visit, news_id: int | None, typed: Mapping[str, str]) -> News:
    """A new one at the end (None), or that one changed; Faulty with what is wrong beside its field."""
    v.manager_only()
    values, faults = _read(v, typed)
    if faults:
        raise Faulty(faults)
    if news_id is None:
        row = v.add(News(site_id=v.site_id or 0, rank=len(every(v)), **values))
        changes = {name: ["", str(value or "")] for name, value in values.items()}
    else:
        row = v.get(News, news_id, lock=True)
        before = {name: getattr(row, name) for name in values}
        changes = {
            name: [str(before[name] or ""), str(values[name] or "")] for name in values if before[name] != values[name]
        }
        for name, value in values.items():
            setattr(row, name, value)
        v.add(row)
    if changes:
        audit.note(v, "news written", subject="news", subject_id=row.id, changes=changes)
        v.tell(("news", v.site_id or 0))
    return row


def _read(v: Visit, typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Refused]]:
    values: dict[str, Any] = {}
    faults: dict[str, Refused] = {}
    for name, one in editables(News).items():
        try:
            values[name] = one.read(typed.get(name, ""))
            if one.mark.required and not values[name]:
                raise Refused("Ce champ ne peut pas rester vide.")
        except Refused as refused:
            faults[name] = refused
    values["first_day"] = values.get("first_day") or v.today
    first, last = values["first_day"], values.get("last_day")
    if isinstance(first, date) and isinstance(last, date) and last < first and not faults:
        faults["last_day"] = Refused("La fin est avant le début. Vérifiez les deux dates.")
    return values, faults


def delete(v: Visit, news_id: int) -> None:
    v.manager_only()
    row = v.get(News, news_id, lock=True)
    v.delete(row)
    audit.note(v, "news taken down", subject="news", subject_id=news_id, changes={"title": [row.title, ""]})
    v.tell(("news", v.site_id or 0))


def move(v: Visit, news_id: int, by: int) -> None:
    """Up (-1) or down (1) in the order families read it."""
    v.manager_only()
    rows = list(every(v))
    at = next((place for place, row in enumerate(rows) if row.id == news_id), None)
    if at is None:
        v.get(News, news_id)  # not there: NotYours
        return
    to = min(max(at + by, 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    for rank, row in enumerate(rows):
        row.rank = rank
        v.add(row)
    v.tell(("news", v.site_id or 0))

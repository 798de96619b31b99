"""The site's news, shown to families on « Accueil » between two days."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import ColumnElement, and_, bindparam, or_
from sqlmodel import Field, col, select

from data.core import audit, own_texts
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.fields import DATE, TEXT, Editable, Kind, editables
from data.core.i18n import _
from data.core.plain_text import tidy_lines
from data.core.scope import OfSite, Scope
from data.core.unit_of_work import UnitOfWork

MAX_SHOWN = 10  # on « Accueil »
TWINS = {"title": 120, "body": 2000}
LINES = Kind("textarea", read=tidy_lines)


class News(OfSite, table=True):
    """One piece of news. Without a last day it stays until it is taken down."""

    scope: ClassVar[Scope] = Scope.SITE
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    rank: int = 0
    title: Annotated[str, Field(max_length=120), Editable(_("Titre"), "", TEXT, 12, required=True)]
    body: Annotated[str, Field(max_length=2000), Editable(_("Texte"), "", LINES, 12, required=True)]
    first_day: Annotated[date, Editable(_("Du"), "", DATE, 3)]
    last_day: Annotated[date | None, Editable(_("Au"), "", DATE, 3)] = None
    english: dict[str, str] = own_texts.english_column()  # title, body

    def shown_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


def current() -> ColumnElement[bool]:
    """What families read on the day that the parameter `today` is."""
    return and_(
        col(News.first_day) <= bindparam("today"),
        or_(col(News.last_day).is_(None), col(News.last_day) >= bindparam("today")),
    )


def every(uow: UnitOfWork) -> Sequence[News]:
    uow.manager_only()
    return uow.all(select(News).order_by(col(News.rank), col(News.id)))


def save(uow: UnitOfWork, news_id: int | None, typed: Mapping[str, str]) -> News:
    """A new one at the end (None), or that one changed; ValidationErrors with what is wrong beside its field."""
    uow.manager_only()
    values, faults = _read(uow, typed)
    english, too_long = own_texts.read(typed, TWINS)
    if faults or too_long:
        raise ValidationErrors(faults | too_long)
    if news_id is None:
        row = uow.add(News(site_id=uow.site_id or 0, rank=len(every(uow)), **values))
        changes: dict[str, list[object]] = {name: ["", str(value or "")] for name, value in values.items()}
    else:
        row = uow.get(News, news_id, lock=True)
        before = {name: getattr(row, name) for name in values}
        changes = {
            name: [str(before[name] or ""), str(values[name] or "")] for name in values if before[name] != values[name]
        }
        for name, value in values.items():
            setattr(row, name, value)
    changes |= own_texts.changed(row.english, english, TWINS)
    row.english = english
    uow.add(row)
    if changes:
        audit.note_record(uow, Action.NEWS_WRITTEN, row, changes=changes)
        uow.publish(("news", uow.site_id or 0))
    return row


def _read(uow: UnitOfWork, typed: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, UserError]]:
    values: dict[str, Any] = {}
    faults: dict[str, UserError] = {}
    for name, one in editables(News).items():
        try:
            values[name] = one.read(typed.get(name, ""))
            if one.mark.required and not values[name]:
                raise UserError("Ce champ ne peut pas rester vide.")
        except UserError as error:
            faults[name] = error
    values["first_day"] = values.get("first_day") or uow.today
    first, last = values["first_day"], values.get("last_day")
    if isinstance(first, date) and isinstance(last, date) and last < first and not faults:
        faults["last_day"] = UserError("La fin est avant le début. Vérifiez les deux dates.")
    return values, faults


def delete(uow: UnitOfWork, news_id: int) -> None:
    uow.manager_only()
    row = uow.get(News, news_id, lock=True)
    uow.delete(row)
    audit.note(uow, Action.NEWS_TAKEN_DOWN, subject="news", subject_id=news_id, changes={"title": [row.title, ""]})
    uow.publish(("news", uow.site_id or 0))


def move(uow: UnitOfWork, news_id: int, by: int) -> None:
    """Up (-1) or down (1) in the order families read it."""
    uow.manager_only()
    rows = list(every(uow))
    at = next((place for place, row in enumerate(rows) if row.id == news_id), None)
    if at is None:
        uow.get(News, news_id)  # not there: NotFound
        return
    to = min(max(at + by, 0), len(rows) - 1)
    rows.insert(to, rows.pop(at))
    for rank, row in enumerate(rows):
        row.rank = rank
        uow.add(row)
    uow.publish(("news", uow.site_id or 0))

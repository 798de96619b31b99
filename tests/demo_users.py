"""Who is who in the tests: the demonstration's people, and units of work as each of them."""

from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from data.accounts.models import Account
from data.core import clock
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.families.models import Guardian, Pupil, PupilLink
from tests.days import ZONE

both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # of what it alone does
both_empty = pytest.mark.parametrize("empty_database", ["sqlite", "postgresql"], indirect=True)

CLAIRE, MARC, SAMIR = "aubry.claire", "aubry.marc", "belkacem.samir"
PAUL, HELENE = "renard.paul", "lemoine.helene"


def site(code: str = "valmont") -> Site:
    with system_unit_of_work() as uow:
        return found(uow.one(select(Site).where(Site.code == code)))


def account(login: str, code: str = "valmont") -> Account:
    with system_unit_of_work() as uow:
        return found(
            uow.one(
                select(Account).join(Site, Site.id == Account.site_id).where(Account.login == login, Site.code == code)
            )
        )


def as_(
    login: str | None, code: str = "valmont", *, writes: bool = True, now: datetime | None = None
) -> AbstractContextManager[UnitOfWork]:
    """A unit of work as that person; None is a stranger."""
    return unit_of_work(account(login, code) if login else None, writes=writes, now=now)


def found(row: Any) -> Any:
    assert row is not None
    return row


def guardian(uow: UnitOfWork) -> Guardian:
    """The family's own first record."""
    return found(uow.one(select(Guardian).order_by(Guardian.rank)))


def pupil(uow: UnitOfWork, first_name: str) -> Pupil:
    return found(uow.one(select(Pupil).where(Pupil.first_name == first_name)))


def every(table: type[SQLModel], *conditions: Any) -> list[Any]:
    """All rows of the portal, by key."""
    with system_unit_of_work() as uow:
        return list(uow.all(select(table).where(*conditions).order_by(table.id)))  # type: ignore[attr-defined]


def last(table: type[SQLModel], *conditions: Any) -> Any:
    return every(table, *conditions)[-1]


def counts(*tables: type[SQLModel]) -> list[int]:
    return [len(every(table)) for table in tables]


def set_site(code: str = "valmont", **values: Any) -> None:
    with system_unit_of_work(writes=True) as uow:
        row = found(uow.one(select(Site).where(Site.code == code)))
        for name, value in values.items():
            setattr(row, name, value)
        uow.add(row)


def set_rights(login: str, rights: str) -> None:
    """What that account's household may do for its pupils."""
    with system_unit_of_work(writes=True) as uow:
        for link in uow.all(select(PupilLink).where(PupilLink.family_id == account(login).family_id)):
            link.rights = rights
            uow.add(link)


def today() -> date:
    """In the demonstration's zone."""
    return clock.today(ZONE)


def later(**time: float) -> datetime:
    return clock.now() + timedelta(**time)

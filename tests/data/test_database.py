"""What the database knows of itself: without it, SQLite looks through a whole site for one pupil's row."""

import pytest
from sqlmodel import select

from data.accounts.models import Account
from data.core import database as database_module
from data.core.system_unit_of_work import system_unit_of_work
from data.reenrolment import request_list as reenrolment_list
from data.reenrolment.campaigns import Campaign
from data.reenrolment.request_list import Wanted
from tests.demo_users import PAUL, as_, both, on_sqlite


def plan(question: str) -> str:
    with database_module.engine().connect() as connection:
        return " ".join(str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}"))


@both
def test_the_database_counts_its_rows_and_goes_on_as_before(database: str) -> None:
    def shown() -> list[tuple[str, str]]:
        with as_(PAUL) as uow:
            campaign = uow.all(select(Campaign).where(Campaign.state == "active"))[0]
            return [(row.pupil.full_name, row.state) for row in reenrolment_list.page(uow, campaign, Wanted())[0]]

    before = shown()
    database_module.take_stock()
    database_module.take_stock()
    assert len(before) > 20
    assert shown() == before


@on_sqlite
def test_sqlite_then_finds_a_pupils_links_by_the_pupil(database: str) -> None:
    question = "SELECT min(family_id) FROM pupil_link WHERE pupil_id = 1 AND site_id = 1 AND household = 'principal'"
    assert "ix_pupil_link_site_id" in plan(question)
    database_module.take_stock()
    assert "ix_pupil_link_pupil_id" in plan(question)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_counts_at_once_what_was_written(database: str) -> None:
    """By itself it does so in a minute or more, and asks as if the tables were empty until then: pages had no answer after an import."""
    question = "SELECT last_analyze FROM pg_stat_user_tables WHERE relname = 'pupil'"

    def counted() -> object:
        with database_module.engine().connect() as connection:
            return connection.exec_driver_sql(question).scalar()

    assert counted() is None
    database_module.take_stock()
    assert counted() is not None


@both
def test_a_text_with_nul_is_looked_for_and_not_found(database: str) -> None:
    """PostgreSQL holds none: whoever sent one to an address that looks a text up got a fault page."""
    with system_unit_of_work() as uow:
        assert uow.one(select(Account).where(Account.login == "aubry\0.claire")) is None
        assert uow.one(select(Account).where(Account.login == "aubry.claire")) is not None

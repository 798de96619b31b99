"""The database's shape comes from the migrations alone, on both databases, with the demonstration's rows in place."""

# ruff: noqa: PT012
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select

from data.accounts.models import Account
from data.change_requests.models import FieldChange
from data.core import audit, schema
from data.core import database as database_module
from data.core.audit import AuditEntry
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil, PupilLink
from tests.demo_users import CLAIRE, HELENE, account, as_, both, both_empty, counts, every
from tests.server import wait_for

TABLES = (Site, Family, Guardian, PupilLink, FieldChange, AuditEntry)


def differences() -> list[object]:
    database_module.table_classes()
    with database_module.engine().connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "include_name": lambda name, *_: not str(name).startswith("search_")},
        )
        return list(compare_metadata(context, database_module.metadata))


def tables() -> set[str]:
    with database_module.engine().connect() as connection:
        return set(sqlalchemy.inspect(connection).get_table_names())


def move(where: str) -> None:
    command.upgrade(schema.configuration(), where) if where == "head" else command.downgrade(
        schema.configuration(), where
    )


def upgrade_from_two_processes(url: str) -> None:
    """The second waits until the first is done, and finds nothing to do (PostgreSQL; SQLite has one process)."""
    if url.startswith("sqlite"):
        schema.upgrade()
        return
    waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    with ThreadPoolExecutor(1) as second:
        with database_module.one_after_the_other("schema"):
            waiting = second.submit(schema.upgrade)
            with database_module.engine().connect() as watch:
                wait_for(lambda: waiting.done() or watch.exec_driver_sql(waits).scalar(), "the second")
            assert not waiting.done()
            move("head")
        waiting.result()


@both_empty
def test_the_migrations_build_the_models_and_go_back(empty_database: str) -> None:
    upgrade_from_two_processes(empty_database)
    assert differences() == []
    assert schema.state()[0] == schema.state()[1]
    assert ScriptDirectory.from_config(schema.configuration()).get_heads() == [schema.newest()]
    schema.upgrade()
    move("base")
    assert tables() <= {"alembic_version"}
    move("head")
    assert differences() == []


@both_empty
def test_each_step_can_be_taken_and_taken_back(empty_database: str) -> None:
    steps = [step.revision for step in ScriptDirectory.from_config(schema.configuration()).walk_revisions()][::-1]
    for step in steps:
        command.upgrade(schema.configuration(), step)
        command.downgrade(schema.configuration(), "-1")
        command.upgrade(schema.configuration(), step)
    assert differences() == []


@both
def test_the_demonstrations_rows_survive_going_back_and_forth(database: str) -> None:
    """Parent tables are rebuilt on SQLite while their children stand."""
    before = counts(*TABLES)
    command.downgrade(schema.configuration(), "0002")
    command.upgrade(schema.configuration(), "head")
    assert counts(*TABLES) == before
    assert differences() == []
    assert broken_keys() == []


def broken_keys() -> list[object]:
    with database_module.engine().connect() as connection:
        if connection.dialect.name != "sqlite":
            return []
        return [*connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall(),
                *(name for name in sqlalchemy.inspect(connection).get_table_names() if name.startswith("_alembic_tmp"))]  # fmt: skip


ONCE = ("family", "guardian", "pupil", "account")


def families_made(count: int) -> list[int]:
    """New families of Valmont, deleted again: their keys."""
    made = []
    for _ in range(count):
        with system_unit_of_work(writes=True) as uow:
            row = uow.add(Family(site_id=1, number=990_000))
            made.append(row.id)
            uow.delete(row)
    return made


@both
def test_the_key_of_a_deleted_family_is_not_given_again(database: str) -> None:
    """R-39."""
    keys = families_made(3)
    with as_(HELENE, "valmont", writes=True) as uow:
        keys += uow.keys(Family, 2)
    assert len(set(keys)) == 5
    assert not set(keys) & {each.id for each in every(Family)}


def test_tables_whose_keys_are_used_once_say_so_on_sqlite(database: str) -> None:
    """A migration that makes such a table anew forgets it: alembic does not read it back."""
    with database_module.engine().connect() as connection:
        made = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'").scalars()
        assert set(made) == set(ONCE)
    marked = {
        table.name
        for table in database_module.metadata.tables.values()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert marked == set(ONCE)


def test_keys_that_only_the_journal_knows_are_not_given_again_after_the_migration(database: str) -> None:
    before = counts(Family, Guardian, PupilLink)
    move("0087")
    with system_unit_of_work(writes=True) as uow:
        for subject in ("family", "guardian", "pupil", "account"):
            audit.note(uow, "refused", subject=subject, subject_id=70_000, family_id=80_000, by=audit.Author(1))
    move("head")
    [family] = families_made(1)
    assert family == 80_001
    with as_(HELENE, "valmont", writes=True) as uow:
        assert [uow.keys(table, 1) for table in (Guardian, Pupil, Account)] == [[70_001]] * 3
    assert broken_keys() == []
    assert counts(Family, Guardian, PupilLink) == before


@both
def test_a_protection_order_of_before_is_of_the_whole_household_after_the_migration(database: str) -> None:
    with system_unit_of_work(writes=True) as uow:
        claire = uow.get(Guardian, account(CLAIRE).guardian_id)
        second = Guardian(
            site_id=1, family_id=claire.family_id, last_name="Aubry", first_name="Zoé", email="zoe@example.org"
        )
        claire.contact_hidden = True
        uow.add(claire)
        uow.add(second)
    others = every(Guardian, Guardian.family_id != claire.family_id)
    move("0121")
    move("head")
    [zoe] = every(Guardian, Guardian.id == second.id)
    assert (zoe.contact_hidden, zoe.search) == (True, "aubry zoe")
    assert every(Guardian, Guardian.family_id != claire.family_id) == others


TO_COME = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "to come", "{newest}", None, None


def upgrade():
    for table in ("site", "family", "pupil", "account", "change_request"):
        with op.batch_alter_table(table, recreate="always" if op.get_bind().dialect.name == "sqlite" else "auto") as batch:
            batch.add_column(sa.Column("nickname", sa.String(10)))
    {then}
"""


def a_migration_to_come(folder: Path, then: str) -> Config:
    """Ours, and one more that makes parent tables anew."""
    shutil.copytree(schema.FOLDER, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    step = TO_COME.format(newest=schema.state()[1], then=then)
    (folder / "migrations" / "versions" / "to_come.py").write_text(step)
    config = schema.configuration()
    config.set_main_option("script_location", str(folder / "migrations"))
    return config


@both
def test_parents_can_be_made_anew_while_their_children_stand(database: str, tmp_path: Path) -> None:
    before = counts(*TABLES)
    command.upgrade(a_migration_to_come(tmp_path, "pass"), "head")
    with database_module.engine().connect() as connection:
        assert "nickname" in {column["name"] for column in sqlalchemy.inspect(connection).get_columns("family")}
    assert counts(*TABLES) == before
    assert broken_keys() == []
    with pytest.raises(IntegrityError), system_unit_of_work(writes=True) as uow:
        uow.add(Guardian(site_id=1, family_id=10**6))
    with pytest.raises(SystemExit, match="newer than this program"):
        schema.upgrade()


@both
def test_a_migration_that_fails_leaves_the_database_as_it_was(database: str, tmp_path: Path) -> None:
    """Row 102, the part that a transaction answers for."""
    before = counts(*TABLES)
    with pytest.raises(ZeroDivisionError):
        command.upgrade(a_migration_to_come(tmp_path, "1 / 0"), "head")
    assert (counts(*TABLES), differences(), broken_keys()) == (before, [], [])
    assert schema.state()[0] == schema.state()[1]


@both
def test_a_migration_that_breaks_a_key_is_refused(database: str, tmp_path: Path) -> None:
    with pytest.raises((RuntimeError, IntegrityError)):
        command.upgrade(a_migration_to_come(tmp_path, 'op.execute("DELETE FROM family WHERE number = 1042")'), "head")
    assert len(every(Family, Family.number == 1042)) == 2
    with pytest.raises(IntegrityError), system_unit_of_work(writes=True) as uow:
        uow.add(Guardian(site_id=1, family_id=10**6))


@both
@pytest.mark.parametrize(
    "act", ["UPDATE audit_entry SET actor = 'X'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
def test_the_journal_refuses_to_be_changed_by_the_database_itself(database: str, act: str) -> None:
    """Row 88."""
    before = [entry.model_dump() for entry in every(AuditEntry)]
    with pytest.raises(DBAPIError, match=r"append-only|syntax error"), database_module.engine().begin() as connection:
        connection.exec_driver_sql(act)
    assert before
    assert [entry.model_dump() for entry in every(AuditEntry)] == before


def test_the_journal_is_not_changed_by_our_own_hand_either(database: str) -> None:
    def change(uow: UnitOfWork) -> None:
        uow.all(select(AuditEntry))[0].actor = "X"

    def delete(uow: UnitOfWork) -> None:
        uow.delete(uow.all(select(AuditEntry))[0])

    for act in (change, delete):
        with pytest.raises(DBAPIError, match="append-only"), system_unit_of_work(writes=True) as uow:
            act(uow)
            uow.flush()

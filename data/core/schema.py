"""The database's shape: brought up to date at the start, by migrations; never by guessing."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from data.core import database

FOLDER = Path(__file__).parents[1] / "migrations"


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def state() -> tuple[str | None, str | None]:
    """(the database's revision, the code's newest): equal when up to date."""
    with database.engine().connect() as connection:
        now = MigrationContext.configure(connection).get_current_revision()
    return now, ScriptDirectory.from_config(configuration()).get_current_head()


def write() -> None:
    """A write that changes nothing: what the database makes of it. At once, even where another one writes (SQLite)."""
    with database.hurried_engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def begin_again() -> None:
    """All tables go and come back empty. For the demonstration alone (data/demo/renewal.py)."""
    command.downgrade(configuration(), "base")
    command.upgrade(configuration(), "head")
    database.close()  # what its connections had prepared was of the tables that are gone


def upgrade() -> None:
    """Bring the database to the code's shape; SystemExit when it is newer than the code."""
    now, newest = state()
    if now == newest:
        return
    try:
        command.upgrade(configuration(), "head")
    except CommandError as error:
        raise SystemExit(
            f"The database ({now}) is newer than this program ({newest}): install the newer program. {error}"
        ) from error

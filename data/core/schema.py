"""The database's shape: brought up to date at the start, by migrations; never by guessing.

alembic is imported when something is to be done: a start that finds the newest shape does without.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from data.core import database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parents[1] / "migrations"


def configuration(connection: Connection | None = None) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def state() -> tuple[str | None, str]:
    """(the database's revision, the code's newest): equal when up to date."""
    with database.reading_engine().connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None, newest()
        return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar(), newest()


@lru_cache(maxsize=1)
def newest() -> str:
    """The number of the last migration, as its file begins; a test holds it against alembic's own answer."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def write() -> None:
    """A write that changes nothing: what the database makes of it. At once, even where another one writes (SQLite)."""
    with database.hurried_engine().begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def begin_again() -> None:
    """All tables go and come back empty. For the demonstration alone (data/demo/renewal.py)."""
    from alembic import command

    command.downgrade(configuration(), "base")
    command.upgrade(configuration(), "head")
    database.close()  # what its connections had prepared was of the tables that are gone


def upgrade() -> None:
    """Bring the database to the code's shape; SystemExit when it is newer than the code."""
    now, wanted = state()
    if now == wanted:
        return
    from alembic import command
    from alembic.util.exc import CommandError

    with database.one_after_the_other("schema"):
        if state()[0] == wanted:  # another process did it meanwhile
            return
        try:
            command.upgrade(configuration(), "head")
        except CommandError as error:
            raise SystemExit(
                f"The database ({now}) is newer than this program ({wanted}): install the newer program. {error}"
            ) from error

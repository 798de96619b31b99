"""Alembic's entry point. Batch mode for SQLite; foreign keys off while a parent table is rebuilt, then checked."""

from alembic import context
from sqlalchemy import Connection

from data.core import database

database.table_classes()


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")  # without effect inside a transaction: hence the commit
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
    # SQLite too takes back a half-done migration: our engine says BEGIN itself (data/core/database.py)
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"the migration broke foreign keys: {broken[:5]}")
        connection.commit()
    finally:
        if sqlite:
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with database.engine().connect() as opened:
        run(opened)

"""what the office searches by, found by indexes on PostgreSQL: parts of words (pg_trgm), the numbers of bills in small letters"""

import logging

import sqlalchemy as sa
from alembic import op

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None

PARTS = {"guardian": "search", "pupil": "search", "account": "login"}
NUMBERS = {"invoice": "number", "payment": "number", "outside_key": "key"}


def upgrade() -> None:
    """SQLite reads them all as quickly, and a table made anew there would lose such indexes."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    for table, column in NUMBERS.items():
        op.execute(f'CREATE INDEX search_{table}_{column} ON {table} (lower("{column}"))')
    try:  # of PostgreSQL's own package; the database's owner may bring it
        with bind.begin_nested():
            bind.execute(sa.text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    except sa.exc.DBAPIError as refused:
        logging.getLogger("anacrouse").warning(
            "searching reads every name: pg_trgm cannot be had (%s)", str(refused.orig).strip()
        )
        return
    for table, column in PARTS.items():
        op.execute(f"CREATE INDEX search_{table}_{column} ON {table} USING gin ({column} gin_trgm_ops)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (PARTS | NUMBERS).items():
            op.execute(f"DROP INDEX IF EXISTS search_{table}_{column}")

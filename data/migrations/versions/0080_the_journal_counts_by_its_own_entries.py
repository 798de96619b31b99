"""the journal keeps the six months before its newest entry: the database's own clock is not asked"""

from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None

MONTHS = 6
NEWEST = "(SELECT max(at) FROM audit_entry)"


def upgrade() -> None:
    _keep(f"strftime('%Y-%m-%d %H:%M:%f', {NEWEST}, '-{MONTHS} months')", f"{NEWEST} - interval '{MONTHS} months'")


def downgrade() -> None:
    _keep(f"strftime('%Y-%m-%d %H:%M:%f', 'now', '-{MONTHS} months')", f"now() - interval '{MONTHS} months'")


def _keep(on_sqlite: str, on_postgresql: str) -> None:
    """An entry later than that cannot be deleted."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry WHEN OLD.at > {on_sqlite} "
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION journal_keeps_its_time() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF OLD.at > {on_postgresql} THEN RAISE EXCEPTION 'the journal is append-only'; "
        "END IF; RETURN OLD; END $$"
    )

"""the journal refuses to be changed or deleted, in the database itself"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACTS = ("UPDATE", "DELETE")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ACTS:
            op.execute(f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry "
                       "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END")
        return
    op.execute("CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
               "$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$")
    op.execute("CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
               "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ACTS:
            op.execute(f"DROP TRIGGER audit_entry_no_{act.lower()}")
        return
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    op.execute("DROP FUNCTION journal_is_append_only()")

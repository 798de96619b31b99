"""on SQLite the number of a deleted family, adult, pupil or account is not given again: the journal goes on naming it"""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

NAMED = {  # table -> the highest number that the journal, or what is remembered of families made one, has of it
    "family": "max(coalesce((SELECT max(family_id) FROM audit_entry), 0), coalesce((SELECT max(gone_id) FROM family_merge), 0))",
    "guardian": "coalesce((SELECT max(subject_id) FROM audit_entry WHERE subject = 'guardian'), 0)",
    "pupil": "coalesce((SELECT max(subject_id) FROM audit_entry WHERE subject = 'pupil'), 0)",
    "account": (
        "max(coalesce((SELECT max(actor_id) FROM audit_entry), 0), "
        "coalesce((SELECT max(subject_id) FROM audit_entry WHERE subject = 'account'), 0))"
    ),
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL's sequences only rise
    for table, highest in NAMED.items():
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
        op.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name").bindparams(name=table))
        op.execute(
            f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', "  # noqa: S608
            f"max(coalesce((SELECT max(id) FROM {table}), 0), {highest})"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in reversed(NAMED):
            with op.batch_alter_table(table, recreate="always"):
                pass

"""what an import wrote, for a day, so that it can be taken back; colleagues' own families are found by an index"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

COLUMNS = ("undone_at", "undone_by", "removed", "restored", "stayed")


def upgrade() -> None:
    op.create_table(
        "import_write",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("record", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("whole", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "site_id"],
            ["import_run.id", "import_run.site_id"],
            name=op.f("fk_import_write_run_id_site_id_import_run"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_import_write_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_write")),
        sa.UniqueConstraint("run_id", "record", "row_id", name=op.f("uq_import_write_run_id_record_row_id")),
    )
    with op.batch_alter_table("import_write") as batch:
        batch.create_index(batch.f("ix_import_write_site_id"), ["site_id"], unique=False)
    with op.batch_alter_table("import_run") as batch:
        batch.add_column(sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch.add_column(
            sa.Column("undone_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False, server_default="")
        )
        for name in COLUMNS[2:]:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("account") as batch:
        batch.create_index(batch.f("ix_account_own_family_id"), ["own_family_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("account") as batch:
        batch.drop_index(batch.f("ix_account_own_family_id"))
    with op.batch_alter_table("import_run") as batch:
        for name in reversed(COLUMNS):
            batch.drop_column(name)
    op.drop_table("import_write")

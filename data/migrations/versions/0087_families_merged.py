"""families made one: what is remembered of it; further keys that other programs have for one row"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "family_merge",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("gone_number", sa.Integer(), nullable=False),
        sa.Column("author", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("undone_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_family_merge_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_merge")),
    )
    with op.batch_alter_table("family_merge") as batch:
        for name in ("at", "gone_id", "kept_id", "site_id"):
            batch.create_index(batch.f(f"ix_family_merge_{name}"), [name], unique=False)
    with op.batch_alter_table("outside_key") as batch:
        batch.add_column(sa.Column("alias", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.execute("DELETE FROM outside_key WHERE alias")
    with op.batch_alter_table("outside_key") as batch:
        batch.drop_column("alias")
    op.drop_table("family_merge")

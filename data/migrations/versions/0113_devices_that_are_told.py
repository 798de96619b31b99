"""devices that are told, by choice, that the conservatoire wrote"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0113"
down_revision = "0111"
branch_labels = None
depends_on = None

TEXT, TIME = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
INDEXED = ("account_id", "device_hash", "due_at", "family_id", "site_id")


def upgrade() -> None:
    op.create_table(
        "push_device",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", TEXT(length=1400), nullable=False),
        sa.Column("endpoint_hash", TEXT(length=64), nullable=False),
        sa.Column("device_hash", TEXT(length=64), nullable=False),
        sa.Column("created_at", TIME(), nullable=False),
        sa.Column("notified_at", TIME(), nullable=False),
        sa.Column("due_at", TIME(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["account.id", "account.site_id"],
            name=op.f("fk_push_device_account_id_site_id_account"),
        ),
        sa.ForeignKeyConstraint(
            ["family_id", "site_id"], ["family.id", "family.site_id"], name=op.f("fk_push_device_family_id_site_id_family")
        ),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_push_device_family_id_family")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_push_device_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_device")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_device_endpoint_hash")),
    )
    with op.batch_alter_table("push_device") as table:
        for column in INDEXED:
            table.create_index(op.f(f"ix_push_device_{column}"), [column], unique=False)


def downgrade() -> None:
    op.drop_table("push_device")

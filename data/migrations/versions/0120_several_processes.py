"""what several processes must know alike: accounts that failed by network, a mail server that does not answer"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0120"
down_revision = "0119"
branch_labels = None
depends_on = None

TEXT, TIME = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    op.create_table(
        "network_try",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("network", TEXT(length=64), nullable=False),
        sa.Column("login", TEXT(length=64), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_network_try_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_try")),
        sa.UniqueConstraint("network", "login", name=op.f("uq_network_try_network_login")),
    )
    with op.batch_alter_table("network_try") as table:
        for column in ("site_id", "at"):
            table.create_index(op.f(f"ix_network_try_{column}"), [column], unique=False)
    op.create_table(
        "mail_outage",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", TIME(), nullable=False),
        sa.Column("reason", TEXT(length=300), nullable=False),
        sa.Column("rest_until", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_mail_outage_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_outage")),
        sa.UniqueConstraint("site_id", name=op.f("uq_mail_outage_site_id")),
    )
    with op.batch_alter_table("mail_outage") as table:
        table.create_index(op.f("ix_mail_outage_site_id"), ["site_id"], unique=False)


def downgrade() -> None:
    op.drop_table("mail_outage")
    op.drop_table("network_try")

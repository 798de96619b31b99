"""the office follows requests up: notes between colleagues, files that were looked at, decisions taken in one go or taken back"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0098"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("reenrolment_id", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("revisit", sa.Boolean(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("assignee", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("changed_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_review_note_site_id_site")),
        sa.ForeignKeyConstraint(
            ["reenrolment_id", "site_id"],
            ["reenrolment.id", "reenrolment.site_id"],
            name=op.f("fk_review_note_reenrolment_id_site_id_reenrolment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_note")),
        sa.UniqueConstraint("reenrolment_id", name=op.f("uq_review_note_reenrolment_id")),
    )
    with op.batch_alter_table("review_note") as table:
        table.create_index(table.f("ix_review_note_site_id"), ["site_id"], unique=False)
    with op.batch_alter_table("reenrolment") as table:
        table.add_column(
            sa.Column("batch", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False, server_default="")
        )
        table.create_index(table.f("ix_reenrolment_batch"), ["batch"], unique=False)
    with op.batch_alter_table("supplied_document") as table:
        table.add_column(sa.Column("seen_file_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("absence_notice") as table:
        table.add_column(sa.Column("excused", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("absence_notice") as table:
        table.drop_column("excused")
    with op.batch_alter_table("supplied_document") as table:
        table.drop_column("seen_file_id")
    with op.batch_alter_table("reenrolment") as table:
        table.drop_index(table.f("ix_reenrolment_batch"))
        table.drop_column("batch")
    op.drop_table("review_note")

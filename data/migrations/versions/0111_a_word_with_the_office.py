"""a word with the office: what families ask about one thing, and what they are answered"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0111"
down_revision = "0110"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inquiry",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("about", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("turned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_by", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_inquiry_site_id_site")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_inquiry_family_id_family")),
        sa.ForeignKeyConstraint(
            ["family_id", "site_id"], ["family.id", "family.site_id"], name=op.f("fk_inquiry_family_id_site_id_family")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("id", "family_id", name=op.f("uq_inquiry_id_family_id")),
    )
    with op.batch_alter_table("inquiry") as table:
        table.create_index(table.f("ix_inquiry_site_id"), ["site_id"], unique=False)
        table.create_index(table.f("ix_inquiry_family_id"), ["family_id"], unique=False)
        table.create_index(table.f("ix_inquiry_asked_at"), ["asked_at"], unique=False)
        table.create_index("ix_inquiry_queue", ["site_id", "state", "turned_at"], unique=False)
    op.create_table(
        "inquiry_turn",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("inquiry_id", sa.Integer(), nullable=False),
        sa.Column("side", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_inquiry_turn_site_id_site")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_inquiry_turn_family_id_family")),
        sa.ForeignKeyConstraint(
            ["family_id", "site_id"],
            ["family.id", "family.site_id"],
            name=op.f("fk_inquiry_turn_family_id_site_id_family"),
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id", "family_id"],
            ["inquiry.id", "inquiry.family_id"],
            name=op.f("fk_inquiry_turn_inquiry_id_family_id_inquiry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_turn")),
    )
    with op.batch_alter_table("inquiry_turn") as table:
        table.create_index(table.f("ix_inquiry_turn_site_id"), ["site_id"], unique=False)
        table.create_index(table.f("ix_inquiry_turn_family_id"), ["family_id"], unique=False)
        table.create_index(table.f("ix_inquiry_turn_inquiry_id"), ["inquiry_id"], unique=False)
        table.create_index(table.f("ix_inquiry_turn_author_id"), ["author_id"], unique=False)


def downgrade() -> None:
    op.drop_table("inquiry_turn")
    op.drop_table("inquiry")

"""letters to groups: what is written, its documents, each household and what became of it there"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0115"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
        sa.Column("english", sa.JSON(), nullable=False),
        sa.Column("choice", sa.JSON(), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column("written_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_group_letter_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_letter")),
        sa.UniqueConstraint("id", "site_id", name=op.f("uq_group_letter_id_site_id")),
    )
    with op.batch_alter_table("group_letter") as table:
        table.create_index(table.f("ix_group_letter_site_id"), ["site_id"], unique=False)
        table.create_index(table.f("ix_group_letter_state"), ["state"], unique=False)
        table.create_index(table.f("ix_group_letter_created_at"), ["created_at"], unique=False)
    op.create_table(
        "group_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("file", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_group_document_site_id_site")),
        sa.ForeignKeyConstraint(
            ["letter_id", "site_id"],
            ["group_letter.id", "group_letter.site_id"],
            name=op.f("fk_group_document_letter_id_site_id_group_letter"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_document")),
    )
    with op.batch_alter_table("group_document") as table:
        table.create_index(table.f("ix_group_document_site_id"), ["site_id"], unique=False)
        table.create_index(table.f("ix_group_document_letter_id"), ["letter_id"], unique=False)
    op.create_table(
        "group_recipient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("reach", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("pupils", sa.JSON(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("read_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("accepted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("accepted_by", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_group_recipient_site_id_site")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_group_recipient_family_id_family")),
        sa.ForeignKeyConstraint(
            ["family_id", "site_id"],
            ["family.id", "family.site_id"],
            name=op.f("fk_group_recipient_family_id_site_id_family"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id", "site_id"],
            ["group_letter.id", "group_letter.site_id"],
            name=op.f("fk_group_recipient_letter_id_site_id_group_letter"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_recipient")),
        sa.UniqueConstraint("letter_id", "family_id", name=op.f("uq_group_recipient_letter_id_family_id")),
    )
    with op.batch_alter_table("group_recipient") as table:
        table.create_index(table.f("ix_group_recipient_site_id"), ["site_id"], unique=False)
        table.create_index(table.f("ix_group_recipient_family_id"), ["family_id"], unique=False)
    with op.batch_alter_table("letter") as table:
        table.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        table.create_index(table.f("ix_letter_group_id"), ["group_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.drop_index(table.f("ix_letter_group_id"))
        table.drop_column("group_id")
    op.drop_table("group_recipient")
    op.drop_table("group_document")
    op.drop_table("group_letter")

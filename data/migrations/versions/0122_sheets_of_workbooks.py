"""which sheet of a workbook an import read, and which others hold a table: what was imported before says none"""

import sqlalchemy as sa
from alembic import op

revision = "0122"
down_revision = "0121"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("import_run") as table:
        table.add_column(sa.Column("sheet", sa.String(length=120), nullable=False, server_default=""))
        table.add_column(sa.Column("sheets", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("import_run") as table:
        table.drop_column("sheets")
        table.drop_column("sheet")

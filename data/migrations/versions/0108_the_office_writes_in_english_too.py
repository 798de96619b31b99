"""what the office writes to families may stand in English too: news, campaigns and the documents they ask for"""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0098"
branch_labels = None
depends_on = None

TABLES = ("news", "campaign", "required_document")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("english", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("english")

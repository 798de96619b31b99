"""what a lesson was moved from: kept as a day and an hour, worded where it is read"""

import sqlalchemy as sa
from alembic import op

revision = "0118"
down_revision = "0116"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("lesson") as table:
        table.add_column(sa.Column("moved_from", sa.Date(), nullable=True))
        table.add_column(sa.Column("moved_from_starts", sa.Time(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("lesson") as table:
        table.drop_column("moved_from_starts")
        table.drop_column("moved_from")

"""campaigns remind by themselves: so many days before their last one; what there is reminds nobody until the office says so"""

import sqlalchemy as sa
from alembic import op

revision = "0116"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        table.add_column(sa.Column("reminder_days", sa.JSON(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("reminded", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("campaign") as table:
        table.drop_column("reminded")
        table.drop_column("reminder_days")

"""a family reads why a change was refused; refusals of before count as read"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0095"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("field_change") as batch:
        batch.add_column(sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute("UPDATE field_change SET read_at = decided_at WHERE state = 'declined'")


def downgrade() -> None:
    with op.batch_alter_table("field_change") as batch:
        batch.drop_column("read_at")

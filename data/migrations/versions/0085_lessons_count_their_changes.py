"""courses, enrolments and lessons count their changes: agendas follow them"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0085"
down_revision = "0082"
branch_labels = None
depends_on = None

TABLES = ("course", "enrolment", "lesson")


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
            batch.add_column(sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute("UPDATE lesson SET revision = 1 WHERE state IN ('moved', 'cancelled')")  # as agendas were told until now


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("changed_at")
            batch.drop_column("revision")

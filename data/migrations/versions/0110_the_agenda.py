"""the agenda: days off, what families were told of lessons, events that count their changes

What was cancelled or moved before counts as told: nobody is written to for it.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0110"
down_revision = "0108"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("site") as table:
        table.add_column(sa.Column("calendar", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("account") as table:
        table.add_column(
            sa.Column("lesson_letters", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False, server_default="")
        )
    with op.batch_alter_table("lesson") as table:
        table.add_column(
            sa.Column("notified", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False, server_default="")
        )
        table.add_column(sa.Column("notified_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("notified_starts", sa.Time(), nullable=True))
        table.create_index("ix_lesson_state_day", ["state", "day"], unique=False)
        table.create_index("ix_lesson_notified_day", ["notified", "day"], unique=False)
    with op.batch_alter_table("performance") as table:
        table.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute(
        "UPDATE lesson SET notified = state, notified_day = day, notified_starts = starts WHERE state IN ('cancelled', 'moved')"
    )


def downgrade() -> None:
    with op.batch_alter_table("performance") as table:
        table.drop_column("changed_at")
        table.drop_column("revision")
    with op.batch_alter_table("lesson") as table:
        table.drop_index("ix_lesson_notified_day")
        table.drop_index("ix_lesson_state_day")
        table.drop_column("notified_starts")
        table.drop_column("notified_day")
        table.drop_column("notified")
    with op.batch_alter_table("account") as table:
        table.drop_column("lesson_letters")
    with op.batch_alter_table("site") as table:
        table.drop_column("calendar")

"""whose words the reason of an absence is: a notice that was accepted had copied it where the other household reads"""

import sqlalchemy as sa
from alembic import op

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None

TOLD = """
SELECT max(notice.family_id) FROM absence_notice AS notice
WHERE notice.pupil_id = absence.pupil_id AND notice.state = 'accepted' AND notice.reason = absence.reason
  AND (notice.absence_id = absence.id OR (notice.absence_id IS NULL AND absence.day BETWEEN notice.first_day AND notice.last_day
       AND (notice.course_id IS NULL OR notice.course_id = absence.course_id)))
"""


def upgrade() -> None:
    with op.batch_alter_table("absence") as batch:
        batch.add_column(sa.Column("reason_from_id", sa.Integer(), nullable=True))
    op.execute(f"UPDATE absence SET reason_from_id = ({TOLD}) WHERE excused AND reason <> ''")  # noqa: S608


def downgrade() -> None:
    with op.batch_alter_table("absence") as batch:
        batch.drop_column("reason_from_id")

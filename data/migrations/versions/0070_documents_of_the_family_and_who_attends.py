"""a document asked for may serve the whole family; who attends a course is found without the rows"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("required_document") as batch:
        batch.add_column(sa.Column("shared", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index("ix_enrolment_attending", "enrolment", ["course_id", "site_id", "status", "pupil_id"])
    op.drop_index("ix_enrolment_course_id", "enrolment")


def downgrade() -> None:
    op.create_index("ix_enrolment_course_id", "enrolment", ["course_id"])
    op.drop_index("ix_enrolment_attending", "enrolment")
    with op.batch_alter_table("required_document") as batch:
        batch.drop_column("shared")

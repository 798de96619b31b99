"""adults under protection are found at once: each unit of work that reads a pupil asks for them"""

from alembic import op

revision = "0091"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_guardian_protected", "guardian", ["site_id", "contact_hidden"])


def downgrade() -> None:
    op.drop_index("ix_guardian_protected", table_name="guardian")

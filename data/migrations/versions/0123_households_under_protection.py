"""a protection order is of a household: of the other adults who live there too, and of what they are found by"""

import sqlalchemy as sa
from alembic import op

from data.core.search_text import search_text_of

revision = "0123"
down_revision = "0122"
branch_labels = None
depends_on = None


def upgrade() -> None:
    adult = sa.table(
        "guardian",
        sa.column("id", sa.Integer),
        sa.column("family_id", sa.Integer),
        sa.column("contact_hidden", sa.Boolean),
        *(sa.column(each, sa.String) for each in ("last_name", "first_name", "birth_name", "search")),
    )
    protected = sa.select(adult.c.family_id).where(adult.c.contact_hidden.is_(sa.true()))
    others = sa.select(adult).where(adult.c.family_id.in_(protected), adult.c.contact_hidden.is_(sa.false()))
    for row in op.get_bind().execute(others).all():
        words = search_text_of((row.last_name, row.first_name, row.birth_name))[:1200]
        op.execute(sa.update(adult).where(adult.c.id == row.id).values(contact_hidden=sa.true(), search=words))


def downgrade() -> None:
    """Who was protected alone is not known any more, and nobody is told an address by going back."""

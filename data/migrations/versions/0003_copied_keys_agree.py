"""a field's site is its family's; a colleague's own family is of the same site"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEYS = (
    ("field_change", "fk_field_change_family_id_site_id_family", ["family_id", "site_id"]),
    ("account", "fk_account_own_family_id_site_id_family", ["own_family_id", "site_id"]),
)


def upgrade() -> None:
    for table, name, columns in KEYS:
        with op.batch_alter_table(table) as batch:
            batch.create_foreign_key(name, "family", columns, ["id", "site_id"])


def downgrade() -> None:
    for table, name, _ in reversed(KEYS):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(name, type_="foreignkey")

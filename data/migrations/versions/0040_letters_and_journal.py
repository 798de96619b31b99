"""a site's own letters' texts, the letters' desk, the calendar's address, the journal that forgets after its time"""

import unicodedata

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
UTC = sqlmodel.sql.sqltypes.UTCDateTime
MONTHS = 6  # the shortest time a journal is kept: younger entries cannot be deleted by anybody
DIGITS = ("journal_months", "12"), ("letters_per_minute", "60")


def upgrade() -> None:
    with op.batch_alter_table("site") as batch:
        for name, value in DIGITS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default=value))
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("digest", TEXT(length=3), nullable=False, server_default=""))
    with op.batch_alter_table("letter") as batch:
        batch.add_column(sa.Column("needle", TEXT(length=400), nullable=False, server_default=""))
        batch.add_column(sa.Column("resent_of", sa.Integer(), nullable=True))
        batch.create_index(op.f("ix_letter_resent_of"), ["resent_of"])
        batch.create_index(op.f("ix_letter_sent_at"), ["sent_at"])
        batch.create_index("ix_letter_latest", ["site_id", "created_at"])
        batch.create_index("ix_letter_desk", ["site_id", "state", "kind", "created_at", "needle"])
    _fill_needles()
    op.create_table(
        "letter_text",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT(length=40), nullable=False),
        sa.Column("language", TEXT(length=2), nullable=False),
        sa.Column("subject", TEXT(length=120), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("link", TEXT(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", TEXT(length=120), nullable=False),
        sa.Column("changed_at", UTC(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_letter_text_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_text")),
        sa.UniqueConstraint("site_id", "kind", "language", name=op.f("uq_letter_text_site_id_kind_language")),
    )
    op.create_index(op.f("ix_letter_text_site_id"), "letter_text", ["site_id"])
    op.create_table(
        "agenda_key",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("family_id", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", TEXT(length=64), nullable=False),
        sa.Column("created_at", UTC(), nullable=False),
        sa.Column("read_at", UTC(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_agenda_key_site_id_site")),
        sa.ForeignKeyConstraint(["family_id"], ["family.id"], name=op.f("fk_agenda_key_family_id_family")),
        sa.ForeignKeyConstraint(
            ["family_id", "site_id"], ["family.id", "family.site_id"], name=op.f("fk_agenda_key_family_id_site_id_family")
        ),
        sa.ForeignKeyConstraint(
            ["account_id", "site_id"],
            ["account.id", "account.site_id"],
            name=op.f("fk_agenda_key_account_id_site_id_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_key")),
        sa.UniqueConstraint("account_id", name=op.f("uq_agenda_key_account_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_agenda_key_token_hash")),
    )
    for column in ("site_id", "family_id"):
        op.create_index(op.f(f"ix_agenda_key_{column}"), "agenda_key", [column])
    op.create_index("ix_audit_entry_latest", "audit_entry", ["site_id", "at"])
    _guard(f"OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{MONTHS} months')")


def downgrade() -> None:
    _guard("")
    op.drop_index("ix_audit_entry_latest", "audit_entry")
    op.drop_table("agenda_key")
    op.drop_table("letter_text")
    with op.batch_alter_table("letter") as batch:
        batch.drop_index("ix_letter_desk")
        batch.drop_index("ix_letter_latest")
        batch.drop_index(op.f("ix_letter_sent_at"))
        batch.drop_index(op.f("ix_letter_resent_of"))
        batch.drop_column("resent_of")
        batch.drop_column("needle")
    with op.batch_alter_table("account") as batch:
        batch.drop_column("digest")
    with op.batch_alter_table("site") as batch:
        for name, _ in DIGITS:
            batch.drop_column(name)


def _fill_needles() -> None:
    """What is searched for, of the letters that are there: as data.fields.fold writes it."""
    letter = sa.table("letter", sa.column("id"), sa.column("name"), sa.column("recipient"), sa.column("needle"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(letter.c.id, letter.c.name, letter.c.recipient)).all()
    for key, name, recipient in rows:
        connection.execute(letter.update().where(letter.c.id == key).values(needle=_fold(f"{name} {recipient}")[:400]))


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _guard(when: str) -> None:
    """The journal refuses that an entry is deleted; with `when`, only while the entry is that young."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_delete")
        op.execute(
            f"CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry {f'WHEN {when} ' if when else ''}"
            "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
        )
        return
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    acts = "UPDATE OR TRUNCATE" if when else "UPDATE OR DELETE OR TRUNCATE"
    op.execute(
        f"CREATE TRIGGER audit_entry_append_only BEFORE {acts} ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()"
    )
    if not when:
        op.execute("DROP TRIGGER audit_entry_kept ON audit_entry")
        op.execute("DROP FUNCTION journal_keeps_its_time()")
        return
    op.execute(
        "CREATE FUNCTION journal_keeps_its_time() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF OLD.at > now() - interval '{MONTHS} months' THEN RAISE EXCEPTION 'the journal is append-only'; "
        "END IF; RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry "
        "FOR EACH ROW EXECUTE FUNCTION journal_keeps_its_time()"
    )

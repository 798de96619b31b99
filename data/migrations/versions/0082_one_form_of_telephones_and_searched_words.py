"""overseas telephone numbers have their own code; what people are found by is written again in plain letters"""

import re

import sqlalchemy as sa
from alembic import op

from data.core.phones import OVERSEAS
from data.core.plain_text import fold
from data.core.search_text import search_text_of

revision = "0082"
down_revision = "0080"
branch_labels = None
depends_on = None

MANY = 500
TEXTS = {"guardian": ("last_name", "first_name", "birth_name", "email"), "pupil": ("last_name", "first_name", "number", "email")}
FOUND_BY_PHONE = {"guardian": ("phone_mobile", "phone_home", "phone_work"), "pupil": ("phone",)}
PHONES = {"guardian": ("phone_mobile", "phone_home", "phone_work", "emergency_phone"), "pupil": ("phone",)}
REACHED_BY = ("email", "phone_mobile", "phone_home", "phone_work")


def upgrade() -> None:
    """An import of before may have written +33 692…; requests that wait hold numbers as the record does."""
    for name in TEXTS:
        _write_again(name)
    change = sa.table("field_change", *(sa.column(each) for each in ("id", "field", "old", "new")))
    fields = {each for names in PHONES.values() for each in names}
    for row in op.get_bind().execute(sa.select(change).where(change.c.field.in_(fields))).all():
        old, new = _own_code(row.old), _own_code(row.new)
        if (old, new) != (row.old, row.new):
            op.execute(sa.update(change).where(change.c.id == row.id).values(old=old, new=new))
    letter = sa.table("letter", sa.column("id"), sa.column("needle"))
    for row in op.get_bind().execute(sa.select(letter)).all():
        if not row.needle.isascii():
            op.execute(sa.update(letter).where(letter.c.id == row.id).values(needle=fold(row.needle)[:400]))


def _write_again(name: str) -> None:
    names = {*TEXTS[name], *PHONES[name], *(["contact_hidden"] if name == "guardian" else [])}
    table = sa.table(name, sa.column("id", sa.Integer), sa.column("search"), *(sa.column(each) for each in sorted(names)))
    bind, last = op.get_bind(), 0
    while found := bind.execute(sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(MANY)).all():
        for row in found:
            now = dict(row._mapping)
            phones = {each: _own_code(now[each]) for each in PHONES[name]}
            hidden = REACHED_BY if now.get("contact_hidden") else ()
            words = search_text_of(
                (str(now[each]) for each in TEXTS[name] if each not in hidden),
                (phones[each] for each in FOUND_BY_PHONE[name] if each not in hidden),
            )[:1200]
            if {**now, **phones, "search": words} != now:
                bind.execute(sa.update(table).where(table.c.id == row.id).values(search=words, **phones))
        last = found[-1].id


def _own_code(number: str) -> str:
    """+33 692… is +262 692…."""
    french = re.fullmatch(r"\+33(\d{9})", number)
    return f"+{OVERSEAS.get(french[1][:3], '33')}{french[1]}" if french else number


def downgrade() -> None:
    """The words of before are a part of these, and a number is one whichever its code."""

"""A visit is one session, one transaction, one account, one site, one clock. The fetch is the permission.

Every statement of a visit is fenced to what the account may see; forms that cannot be fenced raise Leak.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Delete, Update, bindparam, func
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable
from sqlmodel import SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from data.core import clock, database, events
from data.core.errors import NotYours
from data.core.i18n import Language, say
from data.core.scope import _OWNERS, NOWHERE, Leak, _Guarded

Row = TypeVar("Row")
Table = TypeVar("Table", bound=SQLModel)
Question = TypeVar("Question", bound=Executable)


class Person(Protocol):
    """What a visit must know of an account."""

    id: int
    site_id: int
    family_id: int | None
    role: str
    language: str
    name: str


class Visit:
    """Ask (`all`, `one`, `get`, `count`), act (`add`, `change`, `delete`), and the one clock (`now`, `today`)."""

    def __init__(self, session: Session, now: datetime, writes: bool) -> None:
        self._session, self.now, self.writes = session, now, writes
        self.site_id: int | None = None  # None: the whole house
        self.family_id: int | None = None  # None: staff, or the whole house
        self.account_id: int | None = None
        self.role, self.name, self.language = "", "", "fr"
        self.zone = ZoneInfo("Europe/Paris")
        self.site: Any = None  # the site's row once asked for (sites.here)
        self.client = ""  # the person's network address, for the journal
        self._topics: set[events.Topic] = set()

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def tongue(self) -> Language:
        return "en" if self.language == "en" else "fr"

    @property
    def is_staff(self) -> bool:
        return self.role in {"secretariat", "responsable"}

    def say(self, sentence: str, **words: object) -> str:
        """The sentence in the person's language."""
        return say(sentence, self.tongue, **words)

    def all(self, question: SelectOfScalar[Row], **values: Any) -> Sequence[Row]:
        return self._session.scalars(question, values or None).unique().all()

    def rows(self, question: Any, **values: Any) -> Sequence[Any]:
        """Rows of several columns or entities; `values` of its parameters, where the question is `kept`."""
        return self._session.execute(question, values or None).all()

    def one(self, question: SelectOfScalar[Row], **values: Any) -> Row | None:
        return self._session.scalars(question if values else question.limit(1), values or None).first()

    def get(self, table: type[Table], key: object, *, lock: bool = False) -> Table:
        """The row of that key; NotYours when there is none that this account may see. `lock` until the visit ends."""
        if not isinstance(key, int) or isinstance(key, bool) or not 0 < key < 2**31:
            raise NotYours(table.__name__)
        row = self._session.scalars(_by_key(table, lock), {"key": key}).first()
        if row is None:
            raise NotYours(f"{table.__name__} {key}")
        return row

    def count(self, question: SelectOfScalar[int]) -> int:
        return self._session.scalar(question) or 0

    def add(self, row: Table) -> Table:
        """Into the database now, so that the row has its number."""
        self._session.add(row)
        self._session.flush()
        return row

    def add_all(self, rows: Iterable[SQLModel]) -> None:
        """Many rows at once: an import, a demonstration."""
        self._session.add_all(rows)
        self._session.flush()

    def keys(self, table: type[SQLModel], count: int) -> list[int]:
        """That many numbers for new rows, nobody else's. Staff only."""
        self._bulk(table, ())
        core: CoreTable = table.__table__  # type: ignore[attr-defined]
        connection = self._session.connection()
        if connection.dialect.name == "sqlite":  # this visit holds the lock: nobody else adds rows
            last = connection.execute(select(func.max(core.c.id))).scalar() or 0
            return list(range(last + 1, last + 1 + count))
        following = func.nextval(func.pg_get_serial_sequence(core.name, "id"))
        return list(connection.execute(select(following).select_from(func.generate_series(1, count))).scalars())

    def insert(self, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
        """Thousands of rows at once, as plain and complete values, all with the same columns. Staff only, of their site."""
        self._bulk(table, rows)
        core: CoreTable = table.__table__  # type: ignore[attr-defined]
        if rows:
            self._session.connection().execute(core.insert(), list(rows))

    def amend(self, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
        """Set some columns of many rows, all the same columns: each has its `id` and `site_id`. Staff only, of their site."""
        self._bulk(table, rows)
        if not rows:
            return
        core: CoreTable = table.__table__  # type: ignore[attr-defined]
        names = [name for name in rows[0] if name not in {"id", "site_id"}]
        if _OWNERS & set(names):
            raise Leak(f"the rows would leave the fence: {names}")
        statement = (
            core.update()
            .where(core.c.id == bindparam("the_id"), core.c.site_id == bindparam("the_site"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        sent = {"the_id": "id", "the_site": "site_id", **{f"new_{name}": name for name in names}}
        self._session.connection().execute(statement, [{key: row[name] for key, name in sent.items()} for row in rows])

    def _bulk(self, table: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
        self.staff_only()
        if not self.writes or not self.site_id or table.fence == "door":  # type: ignore[attr-defined]
            raise Leak(f"many rows of {table.__name__}, in a visit that may not write them")
        if any(row.get("site_id") != self.site_id for row in rows):
            raise Leak(f"{table.__name__}.site_id leaves the fence")

    def delete(self, row: SQLModel) -> None:
        self._session.delete(row)

    def flush(self) -> None:
        """Tell the database what was set so far, so that a question or a conflict shows now."""
        self._session.flush()

    def change(self, statement: Update | Delete) -> int:
        """How many rows the statement changed."""
        return getattr(self._session.execute(statement.execution_options(synchronize_session="fetch")), "rowcount", 0)

    def tell(self, *topics: "events.Topic") -> None:
        """Open pages that follow these topics are redrawn once this visit is committed."""
        self._topics.update(topics)

    def staff_only(self) -> None:
        if not self.is_staff:
            raise NotYours("staff")

    def manager_only(self) -> None:
        """For settings, staff accounts, imports, the journal: « responsable »."""
        if self.role != "responsable":
            raise NotYours("responsable")


def kept(question: Question) -> Question:
    """A question made once, its values given each time (bindparam), fenced once a family: half of what it costs."""
    return question.execution_options(kept=True)


@lru_cache(maxsize=256)
def _by_key(table: Any, lock: bool) -> SelectOfScalar[Any]:
    question = kept(select(table).where(table.id == bindparam("key")))
    # locked: whatever the visit read before it waited is read again
    return question.with_for_update().execution_options(populate_existing=True) if lock else question


@contextmanager
def visit(account: Person | None, *, writes: bool = False, now: datetime | None = None) -> Iterator[Visit]:
    """Open the house for `account`; a stranger (None) sees nothing that belongs to anyone."""
    with whole_house(writes=writes, now=now) as v:
        v.site_id = v.family_id = NOWHERE
        if account is not None:
            v.account_id, v.site_id, v.role, v.name = account.id, account.site_id, account.role, account.name
            v.family_id = None if v.is_staff else (account.family_id or NOWHERE)
            v.language = account.language
        yield v


@contextmanager
def whole_house(*, writes: bool = False, waits: bool = True, now: datetime | None = None) -> Iterator[Visit]:
    """No fence: for the door, the postman, the imports and the demonstration, never for a page."""
    engine = (database.engine if waits else database.hurried_engine)() if writes else database.reading_engine()
    session = _Guarded(engine, expire_on_commit=False, close_resets_only=False)
    v = session.info["visit"] = Visit(session, now or clock.now(), writes)
    try:
        yield v
        if writes:
            session.commit()
    finally:
        session.close()  # after an exception: closed uncommitted
    if v._topics:
        events.publish(v._topics)

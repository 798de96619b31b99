"""A unit of work is one session, one transaction, one account, one site, one clock. The fetch is the permission.

Every statement of a unit of work is scoped to what the account may see; forms that cannot be scoped raise ScopeViolation.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Delete, Subquery, Update, bindparam, column, func, literal, table, union_all
from sqlalchemy import Table as CoreTable
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable
from sqlmodel import SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from data.core import clock, database, events, relay
from data.core.errors import NotFound
from data.core.i18n import Language, as_language, ngettext, translate
from data.core.revisions import Revised
from data.core.roles import Role
from data.core.scope import NO_SCOPE, OWNER_COLUMNS, Scope, ScopedSession, ScopeViolation

Row = TypeVar("Row")
Table = TypeVar("Table", bound=SQLModel)
Question = TypeVar("Question", bound=Executable)


class Person(Protocol):
    """What a unit of work must know of an account."""

    id: int
    site_id: int
    family_id: int | None
    role: str
    language: str
    name: str


class UnitOfWork:
    """Ask (`all`, `one`, `get`, `count`), act (`add`, `change`, `delete`), and the one clock (`now`, `today`)."""

    def __init__(self, session: Session, now: datetime, writes: bool) -> None:
        self._session, self.now, self.writes = session, now, writes
        self.as_of = events.moment()  # it reads at least what was published before
        self.site_id: int | None = None  # None: the system unit of work
        self.family_id: int | None = None  # None: staff, or the system unit of work
        self.account_id: int | None = None
        self.role, self.name = "", ""
        self.language: Language = "fr"
        self.zone = ZoneInfo("Europe/Paris")
        self.site: Any = None  # the site's row once asked for (sites.here)
        self.kept_back: frozenset[int] | None = (
            None  # pupils whose address it may not read (data/families/pupil_scope.py)
        )
        self.client = ""  # the person's network address, for the journal
        self._topics: set[events.Topic] = set()
        self._answers: dict[object, Sequence[object]] = {}

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def is_staff(self) -> bool:
        return self.role in {Role.OFFICE, Role.MANAGER}

    def translate(self, sentence: str, **placeholders: object) -> str:
        """The sentence in the person's language."""
        return translate(sentence, self.language, **placeholders)

    def ngettext(self, one: str, many: str, *, count: int, **placeholders: object) -> str:
        """The form that `count` wants, in the person's language."""
        return ngettext(one, many, self.language, count=count, **placeholders)

    def all(self, question: SelectOfScalar[Row], **values: Any) -> Sequence[Row]:
        return self._once(question, values, lambda: self._session.scalars(question, values or None).unique().all())

    def rows(self, question: Any, **values: Any) -> Sequence[Any]:
        """Rows of several columns or entities; `values` of its parameters, where the question is `prepared`."""
        return self._once(question, values, lambda: self._session.execute(question, values or None).all())

    def _once(
        self, question: Executable, values: Mapping[str, object], ask: Callable[[], Sequence[Row]]
    ) -> Sequence[Row]:
        """Where nothing is written, a `prepared` question has one answer: the parts of a screen that need it share it."""
        if self.writes or not question.get_execution_options().get("prepared"):
            return ask()
        known = tuple((name, tuple(each) if isinstance(each, list) else each) for name, each in values.items())
        key = (question, self.site_id, self.family_id, known)
        if key not in self._answers:
            self._answers[key] = ask()
        return cast("Sequence[Row]", self._answers[key])

    def one(self, question: SelectOfScalar[Row], **values: Any) -> Row | None:
        return self._session.scalars(question if values else question.limit(1), values or None).first()

    def get(self, table: type[Table], key: object, *, lock: bool = False) -> Table:
        """The row of that key; NotFound when there is none that this account may see. `lock` until the unit of work ends."""
        if not isinstance(key, int) or isinstance(key, bool) or not 0 < key < 2**31:
            raise NotFound(table.__name__)
        row = self._session.scalars(_by_key(table, lock), {"key": key}).first()
        if row is None:
            raise NotFound(f"{table.__name__} {key}")
        return row

    def count(self, question: SelectOfScalar[int]) -> int:
        return self._session.scalar(question) or 0

    def add(self, row: Table) -> Table:
        """Into the database now, so that the row has its number."""
        self._session.add(row)
        self._session.flush()
        return row

    def add_unless_there(self, row: SQLModel) -> None:
        """Like `add`, but nothing where another unit of work has just added the row with its unique values."""
        try:
            with self._session.begin_nested():
                self._session.add(row)
        except IntegrityError:
            return

    def add_all(self, rows: Iterable[SQLModel]) -> None:
        """Many rows at once: an import, a demonstration."""
        self._session.add_all(rows)
        self._session.flush()

    def keys(self, table: type[SQLModel], count: int) -> list[int]:
        """That many numbers for new rows, nobody else's. Staff only."""
        self._bulk(table, ())
        core: CoreTable = table.__table__  # type: ignore[attr-defined]
        connection = self._session.connection()
        if connection.dialect.name == "sqlite":  # this unit of work holds the lock: nobody else adds rows
            last = connection.execute(select(func.max(core.c.id))).scalar() or 0
            if core.dialect_options["sqlite"]["autoincrement"]:  # nor anybody's who was deleted
                last = max(last, connection.execute(_LAST_KEY, {"table": core.name}).scalar() or 0)
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
        """Set some columns of many rows, all the same columns: each has its `id` and `site_id`. Staff only, of their site.
        Rows that count their changes count this one."""
        self._bulk(table, rows)
        if not rows:
            return
        core: CoreTable = table.__table__  # type: ignore[attr-defined]
        names = [name for name in rows[0] if name not in {"id", "site_id"}]
        if OWNER_COLUMNS & set(names):
            raise ScopeViolation(f"the rows would leave the scope: {names}")
        statement = (
            core.update()
            .where(core.c.id == bindparam("the_id"), core.c.site_id == bindparam("the_site"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        if issubclass(table, Revised):
            statement = statement.values(revision=core.c.revision + 1, changed_at=self.now)
        sent = {"the_id": "id", "the_site": "site_id", **{f"new_{name}": name for name in names}}
        self._session.connection().execute(statement, [{key: row[name] for key, name in sent.items()} for row in rows])

    def remove(self, table: type[SQLModel], keys: Sequence[int]) -> None:
        """Thousands of rows at once, by their keys. Staff only, of their site."""
        self._bulk(table, ())
        core: CoreTable = table.__table__  # type: ignore[attr-defined]
        if keys:
            statement = core.delete().where(core.c.id == bindparam("the_id"), core.c.site_id == self.site_id)
            self._session.connection().execute(statement, [{"the_id": key} for key in keys])

    def _bulk(self, table: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
        self.staff_only()
        if not self.writes or not self.site_id or table.scope == Scope.SYSTEM:  # type: ignore[attr-defined]
            raise ScopeViolation(f"many rows of {table.__name__}, in a unit of work that may not write them")
        if any(row.get("site_id") != self.site_id for row in rows):
            raise ScopeViolation(f"{table.__name__}.site_id leaves the scope")

    def delete(self, row: SQLModel) -> None:
        self._session.delete(row)

    def flush(self) -> None:
        """Tell the database what was set so far, so that a question or a conflict shows now."""
        self._session.flush()

    def change(self, statement: Update | Delete) -> int:
        """How many rows the statement changed."""
        return getattr(self._session.execute(statement.execution_options(synchronize_session="fetch")), "rowcount", 0)

    def publish(self, *topics: "events.Topic") -> None:
        """Open pages that follow these topics are redrawn once this unit of work is committed."""
        self._topics.update(topics)

    def staff_only(self) -> None:
        if not self.is_staff:
            raise NotFound("staff")

    def manager_only(self) -> None:
        """For settings, staff accounts, imports, the journal: « responsable »."""
        if self.role != Role.MANAGER:
            raise NotFound(Role.MANAGER)


_SEQUENCES = table("sqlite_sequence", column("name"), column("seq"))
_LAST_KEY = select(_SEQUENCES.c.seq).where(_SEQUENCES.c.name == bindparam("table"))


def prepared(question: Question) -> Question:
    """A question made once, its values given each time (bindparam), scoped once a family: half of what it costs. A unit of work
    that only reads asks it once with the same values; its answer is not to be changed."""
    return question.execution_options(prepared=True)


def parts(count: int) -> Subquery:
    """To ask several questions in one: a row for each, `part` 0 and on, to which each joins its tables where `part` is its own, so
    that none multiplies another's rows."""
    return union_all(*(select(literal(each).label("part")) for each in range(count))).subquery("parts")


@lru_cache(maxsize=256)
def _by_key(table: Any, lock: bool) -> SelectOfScalar[Any]:
    question = prepared(select(table).where(table.id == bindparam("key")))
    # locked: whatever the unit of work read before it waited is read again
    return question.with_for_update().execution_options(populate_existing=True) if lock else question


@contextmanager
def unit_of_work(account: Person | None, *, writes: bool = False, now: datetime | None = None) -> Iterator[UnitOfWork]:
    """Open the portal for `account`; a stranger (None) sees nothing that belongs to anyone."""
    with transaction(writes=writes, now=now) as uow:
        uow.site_id = uow.family_id = NO_SCOPE
        if account is not None:
            uow.account_id, uow.site_id, uow.role, uow.name = account.id, account.site_id, account.role, account.name
            uow.family_id = None if uow.is_staff else (account.family_id or NO_SCOPE)
            uow.language = as_language(account.language)
        yield uow


@contextmanager
def transaction(*, writes: bool = False, waits: bool = True, now: datetime | None = None) -> Iterator[UnitOfWork]:
    """One session and one transaction, bound to nobody yet. For `unit_of_work` and data/core/system_unit_of_work.py only."""
    engine = (database.engine if waits else database.hurried_engine)() if writes else database.reading_engine()
    session = ScopedSession(engine, expire_on_commit=False, close_resets_only=False)
    uow = session.info["unit_of_work"] = UnitOfWork(session, now or clock.now(), writes)
    try:
        yield uow
        if writes:
            session.flush()
            if uow._topics:
                relay.tell(session.connection(), uow._topics)
            session.commit()
    finally:
        session.close()  # after an exception: closed uncommitted
    if uow._topics:
        (relay.hand_over if writes else relay.publish)(uow._topics)

"""A visit is one session, one transaction, one account, one site, one clock. The fetch is the permission.

Every statement of a visit is fenced to what the account may see; forms that cannot be fenced raise Leak.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Delete, Select, TextClause, Update, and_, bindparam, event, false, func, inspect
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import InstanceState, LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import Executable, visitors
from sqlmodel import Field, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from data import clock, database, live
from data.i18n import Language, say

Row = TypeVar("Row")
Table = TypeVar("Table", bound=SQLModel)
Question = TypeVar("Question", bound=Executable)
_OWNERS = {"id", "site_id", "family_id", "pupil_id"}
_CHANGING = {"_sa_orm_update_options", "_sa_orm_delete_options"}  # SQLAlchemy asks which rows a change will meet
NOWHERE = 0  # no site, no family has this key


class Leak(RuntimeError):
    """A statement or a row would cross the fence: a fault of ours, never of the person."""


class OnlyReads(Leak):
    """A visit that only reads was asked to write."""


class NotYours(LookupError):
    """No such row, or not this account's: the two are not told apart."""


class OfSite(database.Base):
    """A row of one site. `fence` says who of that site meets it."""

    fence: ClassVar[str] = "site"  # site: everyone there | staff: staff, though a family's act may add one | door
    staff_columns: ClassVar[frozenset[str]] = frozenset()  # what a family never sets, in a row of its own either
    kept_by_staff: ClassVar[bool] = False  # read by families, never written by them
    site_id: int = Field(foreign_key="site.id", index=True)


class OfFamily(OfSite):
    """A row of one family (None: of the staff). Another family never meets it."""

    fence: ClassVar[str] = "family"
    family_id: int | None = Field(default=None, foreign_key="family.id", index=True)


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
        self._topics: set[live.Topic] = set()

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

    def tell(self, *topics: "live.Topic") -> None:
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


class _Guarded(Session):
    """A session whose statements and flushes are fenced."""


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
        live.publish(v._topics)


@event.listens_for(_Guarded, "do_orm_execute")
def _only_theirs(state: ORMExecuteState) -> None:
    v: Visit = state.session.info["visit"]
    if not state.is_orm_statement:
        raise Leak(f"not an ORM statement: {state.statement}")
    if state.is_insert or state.is_executemany or state.is_from_statement:
        raise Leak(f"this form is not fenced: {state.statement}")
    if (state.is_update or state.is_delete) and not v.writes:
        raise OnlyReads(f"this visit only reads: {state.statement}")
    if state.is_select and not v.writes and getattr(state.statement, "_for_update_arg", None) is not None:
        raise OnlyReads(f"this visit only reads, it locks nothing: {state.statement}")
    if v.site_id is None:
        return
    if state.is_select and state.execution_options.get("kept"):
        state.statement = _fenced(state.statement, v.site_id, v.family_id)
        return
    met = _tables_in(state.statement, ours=state.is_select and bool(_CHANGING & set(state.execution_options)))
    if state.is_update or state.is_delete:
        _refuse_change(state, v)
    state.statement = state.statement.options(*_criteria(v.site_id, v.family_id, met))


@lru_cache(maxsize=2048)
def _fenced(question: Any, site_id: int, family_id: int | None) -> Any:
    return question.options(*_criteria(site_id, family_id, _tables_in(question, ours=False)))


def _refuse_change(state: ORMExecuteState, v: Visit) -> None:
    """An UPDATE or DELETE that a family may not make, or that would move rows out of the fence."""
    mapper = state.bind_mapper
    if mapper is None or (v.family_id is not None and _kept_by_staff(mapper.class_)):
        raise Leak(f"a family does not write there: {state.statement}")
    staffs: frozenset[str] = (
        getattr(mapper.class_, "staff_columns", frozenset()) if v.family_id is not None else frozenset()
    )
    changed = {column.key for column in getattr(state.statement, "_values", None) or ()}
    if state.is_update and changed & (_OWNERS | staffs):
        raise Leak(f"the row would leave the fence: {state.statement}")
    if state.is_delete and staffs:
        raise Leak(f"a family does not decide that: {state.statement}")


def _tables_in(statement: Any, *, ours: bool) -> frozenset[str]:
    """Every table of a statement, those of its subqueries and aliases too: the fence of each is put on it.

    Text and columns of a Core table are not fenced, and could hide in a statement of the ORM: Leak. `ours`: SQLAlchemy's
    own question, before a change, of the rows that it will meet.
    """
    met = set[str]()
    for part in visitors.iterate(statement):
        if isinstance(part, CoreTable):
            met.add(part.name)
        elif isinstance(part, Column):
            if isinstance(part.table, CoreTable) and "parententity" not in part._annotations and not ours:
                raise Leak(f"this part is not fenced: {part}")
            met.add(_beneath(part.table))
        elif not ours and (isinstance(part, TextClause) or (getattr(part, "is_literal", False) and str(part) != "*")):
            raise Leak(f"this part is not fenced: {part}")
    return frozenset(met - {""})


def _kept_by_staff(table: Any) -> bool:
    """What everyone of the site meets, and what only the conservatoire writes: read by families, never written."""
    return table.fence == "site" or getattr(table, "kept_by_staff", False)


def _beneath(table: Any) -> str:
    """The name of the table that an alias, or an alias of it, stands for."""
    while not isinstance(table, CoreTable) and hasattr(table, "element"):
        table = table.element
    return str(getattr(table, "name", ""))


@lru_cache(maxsize=4096)
def _criteria(site_id: int, family_id: int | None, tables: frozenset[str]) -> tuple[LoaderCriteriaOption, ...]:
    """The fence of these tables. With those of every table, each question would cost twice its time (measured)."""
    return tuple(
        with_loader_criteria(table, _rule(table, site_id, family_id), include_aliases=True)
        for table in database.table_classes()
        if table.__tablename__ in tables
    )


def _rule(table: Any, site_id: int, family_id: int | None) -> Any:
    """What a row of `table` must satisfy to be met by that family (None: staff) of that site.

    A function of the entity, not an expression: SQLAlchemy gives a function the alias of an aliased JOIN, whereas an
    expression would there fence the other occurrence of the table (tests/data/test_privacy.py).
    """
    fence, called = table.fence, table.__name__
    if fence == "door" or (fence == "staff" and family_id is not None):
        return false()
    if called == "Site":
        return lambda each: each.id == site_id
    if family_id is None or fence in {"site", "staff"}:
        return lambda each: each.site_id == site_id
    if called == "Family":
        return lambda each: and_(each.site_id == site_id, each.id == family_id)
    if fence == "family":
        return lambda each: and_(each.site_id == site_id, each.family_id == family_id)
    mine = linked_pupils(family_id)
    if called == "Pupil":
        return lambda each: and_(each.site_id == site_id, each.id.in_(mine))
    return lambda each: and_(each.site_id == site_id, each.pupil_id.in_(mine))


def linked_pupils(family_id: int) -> Select[tuple[int]]:
    """The pupils of a family, over the Core table: it is not fenced again."""
    link = database.metadata.tables["pupil_link"]
    return select(link.c.pupil_id).where(link.c.family_id == family_id)


@event.listens_for(_Guarded, "before_flush")
def _only_into_theirs(session: Session, _context: Any, _instances: Any) -> None:
    v: Visit = session.info["visit"]
    touched = [*session.new, *session.dirty, *session.deleted]
    if touched and not v.writes:
        raise OnlyReads(f"this visit only reads: {touched[0]!r}")
    if v.site_id is None:
        return
    for row in touched:
        state = inspect(row)
        expected = {"site_id": v.site_id}
        if row.fence == "family" and v.family_id is not None and type(row).__name__ != "Family":
            expected["family_id"] = v.family_id
        if row.fence == "door":
            raise Leak(f"a row of the door, written in a visit: {row!r}")
        if row.fence == "staff" and v.family_id is not None and row not in session.new:
            raise Leak(f"a staff row, changed by a family: {row!r}")
        if _kept_by_staff(type(row)) and v.family_id is not None:
            raise Leak(f"a family does not write there: {row!r}")
        staffs = getattr(row, "staff_columns", ())
        if v.family_id is not None and staffs and (row in session.new or any(_moved(state, each) for each in staffs)):
            raise Leak(f"a family does not decide that: {row!r}")
        if type(row).__name__ == "Site" and row.id != v.site_id:
            raise Leak(f"another site: {row!r}")
        for column, value in expected.items():
            if column in state.attrs and any(met != value for met in _values(state, column)):
                raise Leak(f"{type(row).__name__}.{column} leaves the fence")
        if row.fence == "pupil" and v.family_id is not None and (row in session.new or _moved(state, "pupil_id")):
            _pupil_is_theirs(session, v.family_id, row)


def _moved(state: InstanceState[Any], column: str) -> bool:
    return column in state.attrs and state.attrs[column].history.has_changes()


def _values(state: InstanceState[Any], column: str) -> list[Any]:
    """The values a column has and had in this session."""
    history = state.attrs[column].history
    return [*history.added, *history.deleted, *history.unchanged]


def _pupil_is_theirs(session: Session, family_id: int, row: Any) -> None:
    theirs = session.connection().execute(linked_pupils(family_id)).scalars()
    if type(row).__name__ == "Pupil" or row.pupil_id not in set(theirs):
        raise Leak(f"{type(row).__name__} of a pupil who is not theirs")

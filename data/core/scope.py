"""Row-level access control: a statement meets only rows that the account may see, a flush writes only rows that it may write."""

from functools import lru_cache
from typing import Any, ClassVar, Protocol

from sqlalchemy import Column, Select, TextClause, and_, event, false, inspect
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import InstanceState, LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlmodel import Field, select

from data.core import database

_OWNERS = {"id", "site_id", "family_id", "pupil_id"}
_CHANGING = {"_sa_orm_update_options", "_sa_orm_delete_options"}  # SQLAlchemy asks which rows a change will meet
NOWHERE = 0  # no site, no family has this key


class _Bounds(Protocol):
    """What a statement is bound by, of the visit that makes it."""

    site_id: int | None
    family_id: int | None
    writes: bool


class Leak(RuntimeError):
    """A statement or a row would cross the fence: a fault of ours, never of the person."""


class OnlyReads(Leak):
    """A visit that only reads was asked to write."""


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


class _Guarded(Session):
    """A session whose statements and flushes are fenced."""


@event.listens_for(_Guarded, "do_orm_execute")
def _only_theirs(state: ORMExecuteState) -> None:
    v: _Bounds = state.session.info["visit"]
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


def _refuse_change(state: ORMExecuteState, v: _Bounds) -> None:
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
    expression would there fence the other occurrence of the table (tests/data/test_scope.py).
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
    v: _Bounds = session.info["visit"]
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

"""Row-level access control: a statement meets only rows that the account may see, a flush writes only rows that it may write."""

from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, Protocol

from sqlalchemy import Column, Select, TextClause, and_, event, false, inspect
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import InstanceState, LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlmodel import Field, select

from data.core import database

OWNER_COLUMNS = {"id", "site_id", "family_id", "pupil_id"}
_CHANGING = {"_sa_orm_update_options", "_sa_orm_delete_options"}  # SQLAlchemy asks which rows a change will meet
NO_SCOPE = 0  # no site, no family has this key


class Scope(StrEnum):
    """Who meets a row."""

    SITE = "site"  # everyone of the site
    FAMILY = "family"  # that family, and the site's staff
    PUPIL = "pupil"  # the families linked to the pupil, and the staff
    STAFF = "staff"  # the staff; a family's act may add one (the audit trail)
    SYSTEM = "system"  # no account at all: only system_unit_of_work()


class _Bounds(Protocol):
    """What a statement is bound by, of the unit of work that makes it."""

    site_id: int | None
    family_id: int | None
    writes: bool


class ScopeViolation(RuntimeError):
    """A statement or a row would cross the scope: a fault of ours, never of the person."""


class ReadOnlyViolation(ScopeViolation):
    """A unit of work that only reads was asked to write."""


class OfSite(database.Base):
    """A row of one site. `scope` says who of that site meets it."""

    scope: ClassVar[Scope] = Scope.SITE
    staff_columns: ClassVar[frozenset[str]] = frozenset()  # what a family never sets, in a row of its own either
    staff_managed: ClassVar[bool] = False  # read by families, never written by them
    site_id: int = Field(foreign_key="site.id", index=True)


class OfFamily(OfSite):
    """A row of one family (None: of the staff). Another family never meets it."""

    scope: ClassVar[Scope] = Scope.FAMILY
    family_id: int | None = Field(default=None, foreign_key="family.id", index=True)


class ScopedSession(Session):
    """A session whose statements and flushes are scoped."""


@event.listens_for(ScopedSession, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    uow: _Bounds = state.session.info["unit_of_work"]
    if not state.is_orm_statement:
        raise ScopeViolation(f"not an ORM statement: {state.statement}")
    if state.is_insert or state.is_executemany or state.is_from_statement:
        raise ScopeViolation(f"this form has no scope: {state.statement}")
    if (state.is_update or state.is_delete) and not uow.writes:
        raise ReadOnlyViolation(f"this unit of work only reads: {state.statement}")
    if state.is_select and not uow.writes and getattr(state.statement, "_for_update_arg", None) is not None:
        raise ReadOnlyViolation(f"this unit of work only reads, it locks nothing: {state.statement}")
    if uow.site_id is None:
        return
    if state.is_select and state.execution_options.get("prepared"):
        state.statement = _scoped(state.statement, uow.site_id, uow.family_id)
        return
    met = _tables_in(state.statement, ours=state.is_select and bool(_CHANGING & set(state.execution_options)))
    if state.is_update or state.is_delete:
        _check_change(state, uow)
    state.statement = state.statement.options(*_criteria(uow.site_id, uow.family_id, met))


@lru_cache(maxsize=2048)
def _scoped(question: Any, site_id: int, family_id: int | None) -> Any:
    return question.options(*_criteria(site_id, family_id, _tables_in(question, ours=False)))


def _check_change(state: ORMExecuteState, uow: _Bounds) -> None:
    """An UPDATE or DELETE that a family may not make, or that would move rows out of the scope."""
    mapper = state.bind_mapper
    if mapper is None or (uow.family_id is not None and _staff_managed(mapper.class_)):
        raise ScopeViolation(f"a family does not write there: {state.statement}")
    staffs: frozenset[str] = (
        getattr(mapper.class_, "staff_columns", frozenset()) if uow.family_id is not None else frozenset()
    )
    changed = {column.key for column in getattr(state.statement, "_values", None) or ()}
    if state.is_update and changed & (OWNER_COLUMNS | staffs):
        raise ScopeViolation(f"the row would leave the scope: {state.statement}")
    if state.is_delete and staffs:
        raise ScopeViolation(f"a family does not decide that: {state.statement}")


def _tables_in(statement: Any, *, ours: bool) -> frozenset[str]:
    """Every table of a statement, those of its subqueries and aliases too: the scope of each is put on it.

    Text and columns of a Core table are not scoped, and could hide in a statement of the ORM: ScopeViolation. `ours`: SQLAlchemy's
    own question, before a change, of the rows that it will meet.
    """
    met = set[str]()
    for part in visitors.iterate(statement):
        if isinstance(part, CoreTable):
            met.add(part.name)
        elif isinstance(part, Column):
            if isinstance(part.table, CoreTable) and "parententity" not in part._annotations and not ours:
                raise ScopeViolation(f"this part has no scope: {part}")
            met.add(_table_beneath(part.table))
        elif not ours and (isinstance(part, TextClause) or (getattr(part, "is_literal", False) and str(part) != "*")):
            raise ScopeViolation(f"this part has no scope: {part}")
    return frozenset(met - {""})


def _staff_managed(table: Any) -> bool:
    """What everyone of the site meets, and what only the conservatoire writes: read by families, never written."""
    return table.scope == Scope.SITE or getattr(table, "staff_managed", False)


def _table_beneath(table: Any) -> str:
    """The name of the table that an alias, or an alias of it, stands for."""
    while not isinstance(table, CoreTable) and hasattr(table, "element"):
        table = table.element
    return str(getattr(table, "name", ""))


@lru_cache(maxsize=4096)
def _criteria(site_id: int, family_id: int | None, tables: frozenset[str]) -> tuple[LoaderCriteriaOption, ...]:
    """The scope of these tables. With those of every table, each question would cost twice its time (measured)."""
    return tuple(
        with_loader_criteria(table, _clause(table, site_id, family_id), include_aliases=True)
        for table in database.table_classes()
        if table.__tablename__ in tables
    )


def _clause(table: Any, site_id: int, family_id: int | None) -> Any:
    """What a row of `table` must satisfy to be met by that family (None: staff) of that site.

    A function of the entity, not an expression: SQLAlchemy gives a function the alias of an aliased JOIN, whereas an
    expression would there scope the other occurrence of the table (tests/data/test_scope.py).
    """
    scope, called = table.scope, table.__name__
    if scope == Scope.SYSTEM or (scope == Scope.STAFF and family_id is not None):
        return false()
    if called == "Site":
        return lambda each: each.id == site_id
    if family_id is None or scope in {Scope.SITE, Scope.STAFF}:
        return lambda each: each.site_id == site_id
    if called == "Family":
        return lambda each: and_(each.site_id == site_id, each.id == family_id)
    if scope == Scope.FAMILY:
        return lambda each: and_(each.site_id == site_id, each.family_id == family_id)
    mine = linked_pupils(family_id)
    if called == "Pupil":
        return lambda each: and_(each.site_id == site_id, each.id.in_(mine))
    return lambda each: and_(each.site_id == site_id, each.pupil_id.in_(mine))


def linked_pupils(family_id: int) -> Select[tuple[int]]:
    """The pupils of a family, over the Core table: it is not scoped again."""
    link = database.metadata.tables["pupil_link"]
    return select(link.c.pupil_id).where(link.c.family_id == family_id)


@event.listens_for(ScopedSession, "before_flush")
def _scope_flush(session: Session, _context: Any, _instances: Any) -> None:
    uow: _Bounds = session.info["unit_of_work"]
    touched = [*session.new, *session.dirty, *session.deleted]
    if touched and not uow.writes:
        raise ReadOnlyViolation(f"this unit of work only reads: {touched[0]!r}")
    if uow.site_id is None:
        return
    for row in touched:
        state = inspect(row)
        expected = {"site_id": uow.site_id}
        if row.scope == Scope.FAMILY and uow.family_id is not None and type(row).__name__ != "Family":
            expected["family_id"] = uow.family_id
        if row.scope == Scope.SYSTEM:
            raise ScopeViolation(f"a row of the system, written for an account: {row!r}")
        if row.scope == Scope.STAFF and uow.family_id is not None and row not in session.new:
            raise ScopeViolation(f"a staff row, changed by a family: {row!r}")
        if _staff_managed(type(row)) and uow.family_id is not None:
            raise ScopeViolation(f"a family does not write there: {row!r}")
        staffs = getattr(row, "staff_columns", ())
        if (
            uow.family_id is not None
            and staffs
            and (row in session.new or any(_has_changed(state, each) for each in staffs))
        ):
            raise ScopeViolation(f"a family does not decide that: {row!r}")
        if type(row).__name__ == "Site" and row.id != uow.site_id:
            raise ScopeViolation(f"another site: {row!r}")
        for column, value in expected.items():
            if column in state.attrs and any(met != value for met in _values(state, column)):
                raise ScopeViolation(f"{type(row).__name__}.{column} leaves the scope")
        if (
            row.scope == Scope.PUPIL
            and uow.family_id is not None
            and (row in session.new or _has_changed(state, "pupil_id"))
        ):
            _check_pupil(session, uow.family_id, row)


def _has_changed(state: InstanceState[Any], column: str) -> bool:
    return column in state.attrs and state.attrs[column].history.has_changes()


def _values(state: InstanceState[Any], column: str) -> list[Any]:
    """The values a column has and had in this session."""
    history = state.attrs[column].history
    return [*history.added, *history.deleted, *history.unchanged]


def _check_pupil(session: Session, family_id: int, row: Any) -> None:
    theirs = session.connection().execute(linked_pupils(family_id)).scalars()
    if type(row).__name__ == "Pupil" or row.pupil_id not in set(theirs):
        raise ScopeViolation(f"{type(row).__name__} of a pupil who is not theirs")

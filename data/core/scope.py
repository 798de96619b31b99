"""Row-level access control: a statement meets only rows that the account may see, a flush writes only rows that it may write."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, Protocol, TypeAlias

from sqlalchemy import BindParameter, Column, Integer, Select, TextClause, and_, bindparam, event, false, inspect
from sqlalchemy import Table as CoreTable
from sqlalchemy.orm import LoaderCriteriaOption, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlmodel import Field

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


OWNED = {Scope.FAMILY, Scope.PUPIL}  # some rows of the site are one family's, others another's

# What a row must satisfy to be met. A function of the entity, not an expression: SQLAlchemy gives a function the alias of an
# aliased JOIN, whereas an expression would there scope the other occurrence of the table (tests/data/test_scope.py). A lambda
# that closes over nothing but the keys it was given and questions made of them: SQLAlchemy knows it by its code alone.
Clause: TypeAlias = Callable[[Any], Any]
# A site's or a family's key, or the parameter that stands for that of whoever asks.
Key: TypeAlias = int | BindParameter[int]
# Column -> the key that a written row must have in it, or the question of the keys that it may have.
OwnerKeys: TypeAlias = Mapping[str, int | Select[tuple[int]]]


class _Bounds(Protocol):
    """What a statement is bound by, of the unit of work that makes it."""

    site_id: int | None
    family_id: int | None
    writes: bool


_asking = ContextVar[_Bounds]("the unit of work whose statement is being executed")
# What statements are scoped by is given when they are executed, so that a statement is scoped once for all accounts.
_SITE: BindParameter[int] = bindparam("scope_site", callable_=lambda: _asking.get().site_id, type_=Integer)
_FAMILY: BindParameter[int] = bindparam("scope_family", callable_=lambda: _asking.get().family_id, type_=Integer)


class ScopeViolation(RuntimeError):
    """A statement or a row would cross the scope: a fault of ours, never of the person."""


class ReadOnlyViolation(ScopeViolation):
    """A unit of work that only reads was asked to write."""


class Scoped(database.Base):
    """What every table says of itself to the access control below, which names no table. `family_id` None: staff."""

    scope: ClassVar[Scope]
    staff_columns: ClassVar[frozenset[str]] = frozenset()  # what a family never sets, in a row of its own either
    staff_managed: ClassVar[bool] = False  # read by families, never written by them
    staff_added: ClassVar[bool] = False  # changed by families, added and taken away by the staff alone

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        """Which rows of the table that account meets, where `scope` lets it meet any."""
        raise NotImplementedError

    @classmethod
    def owner_keys(cls, site_id: int, family_id: int | None) -> OwnerKeys:
        """Whose a row is that this account writes."""
        raise NotImplementedError


class OfSite(Scoped):
    """A row of one site. `scope` says who of that site meets it."""

    scope: ClassVar[Scope] = Scope.SITE
    site_id: int = Field(foreign_key="site.id", index=True)

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is not None and cls.scope in OWNED:
            raise ScopeViolation(f"{cls.__name__} does not say which of its rows are a family's")
        return lambda each: each.site_id == site_id

    @classmethod
    def owner_keys(cls, site_id: int, family_id: int | None) -> OwnerKeys:
        if family_id is not None and cls.scope in OWNED and not (cls.staff_managed or cls.staff_added):
            raise ScopeViolation(f"{cls.__name__} does not say whose the rows are that a family writes")
        return {"site_id": site_id}


class OfFamily(OfSite):
    """A row of one family (None: of the staff). Another family never meets it."""

    scope: ClassVar[Scope] = Scope.FAMILY
    family_id: int | None = Field(default=None, foreign_key="family.id", index=True)

    @classmethod
    def scope_clause(cls, site_id: Key, family_id: Key | None) -> Clause:
        if family_id is None:
            return super().scope_clause(site_id, family_id)
        return lambda each: and_(each.site_id == site_id, each.family_id == family_id)

    @classmethod
    def owner_keys(cls, site_id: int, family_id: int | None) -> OwnerKeys:
        return {"site_id": site_id} if family_id is None else {"site_id": site_id, "family_id": family_id}


class ScopedSession(Session):
    """A session whose statements and flushes are scoped."""


@event.listens_for(ScopedSession, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    """Row-level access control of reads and of bulk changes: refuse what cannot be scoped, scope the rest."""
    uow: _Bounds = state.session.info["unit_of_work"]
    _refuse_unscopable_form(state)
    if not uow.writes:
        _refuse_writing_statement(state)
    if uow.site_id is None:
        return
    _asking.set(uow)
    if state.is_select and state.execution_options.get("prepared"):
        state.statement = _scoped(state.statement, by_family=uow.family_id is not None)
        return
    tables = _tables_in(state.statement, ours=state.is_select and bool(_CHANGING & set(state.execution_options)))
    if state.is_update or state.is_delete:
        _check_change(state, by_family=uow.family_id is not None)
    state.statement = state.statement.options(*_criteria(tables, by_family=uow.family_id is not None))


def _refuse_unscopable_form(state: ORMExecuteState) -> None:
    """Criteria are put on entities of a SELECT, UPDATE or DELETE; SQLAlchemy puts none on these forms."""
    if not state.is_orm_statement:
        raise ScopeViolation(f"not an ORM statement: {state.statement}")
    if state.is_insert or state.is_executemany or state.is_from_statement:
        raise ScopeViolation(f"this form has no scope: {state.statement}")


def _refuse_writing_statement(state: ORMExecuteState) -> None:
    """A transaction that only reads changes nothing, and locks nothing either: a lock makes others wait."""
    if state.is_update or state.is_delete:
        raise ReadOnlyViolation(f"this unit of work only reads: {state.statement}")
    if state.is_select and getattr(state.statement, "_for_update_arg", None) is not None:
        raise ReadOnlyViolation(f"this unit of work only reads, it locks nothing: {state.statement}")


@lru_cache(maxsize=2048)
def _scoped(question: Any, *, by_family: bool) -> Any:
    return question.options(*_criteria(_tables_in(question, ours=False), by_family=by_family))


def _check_change(state: ORMExecuteState, *, by_family: bool) -> None:
    """An UPDATE or DELETE that a family may not make, or that would move rows out of the scope."""
    mapper = state.bind_mapper
    if mapper is None or (by_family and _staff_managed(mapper.class_)):
        raise ScopeViolation(f"a family does not write there: {state.statement}")
    staffs: frozenset[str] = mapper.class_.staff_columns if by_family else frozenset()
    changed = {column.key for column in getattr(state.statement, "_values", None) or ()}
    if state.is_update and changed & (OWNER_COLUMNS | staffs):
        raise ScopeViolation(f"the row would leave the scope: {state.statement}")
    if state.is_delete and by_family and (staffs or mapper.class_.staff_added):
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


def _staff_managed(table: type[Scoped]) -> bool:
    """What everyone of the site meets, and what only the conservatoire writes: read by families, never written."""
    return table.scope == Scope.SITE or table.staff_managed


def _table_beneath(table: Any) -> str:
    """The name of the table that an alias, or an alias of it, stands for."""
    while not isinstance(table, CoreTable) and hasattr(table, "element"):
        table = table.element
    return str(getattr(table, "name", ""))


@lru_cache(maxsize=1024)
def _criteria(tables: frozenset[str], *, by_family: bool) -> tuple[LoaderCriteriaOption, ...]:
    """The scope of these tables. With those of every table, each question would cost twice its time (measured)."""
    return tuple(
        _criterion(table, by_family=by_family) for table in database.table_classes() if table.__tablename__ in tables
    )


@lru_cache(maxsize=256)
def _criterion(table: type[Scoped], *, by_family: bool) -> LoaderCriteriaOption:
    """Made once: screens ask of the same few tables in many combinations. What a clause closes over is not looked at again."""
    clause = _clause(table, by_family=by_family)
    return with_loader_criteria(table, clause, include_aliases=True, track_closure_variables=False)


def _clause(table: type[Scoped], *, by_family: bool) -> Any:
    """What a row of `table` must satisfy to be met by the family (or the staff) that asks; the table says it, within `scope`."""
    if table.scope == Scope.SYSTEM or (table.scope == Scope.STAFF and by_family):
        return false()
    return table.scope_clause(_SITE, _FAMILY if by_family else None)


@event.listens_for(ScopedSession, "before_flush")
def _scope_flush(session: Session, _context: Any, _instances: Any) -> None:
    """Row-level access control of writes: each row added, changed or deleted passes every check below."""
    uow: _Bounds = session.info["unit_of_work"]
    new = session.new
    touched: list[Scoped] = [*new, *session.dirty, *session.deleted]
    if touched and not uow.writes:
        raise ReadOnlyViolation(f"this unit of work only reads: {touched[0]!r}")
    if uow.site_id is None:
        return
    for row in touched:
        _check_not_of_the_system(row)
        if uow.family_id is not None:
            _check_family_writes_there(row, comes_or_goes=row in new or row in session.deleted, is_new=row in new)
            _check_staff_columns(row, is_new=row in new)
        for column, keys in _owner_keys(type(row), uow.site_id, uow.family_id).items():
            if isinstance(keys, int):
                _check_owner(row, column, keys)
            elif row in new or _has_changed(row, column):
                _check_owner_among(session, row, column, keys)


@lru_cache(maxsize=4096)
def _owner_keys(table: type[Scoped], site_id: int, family_id: int | None) -> OwnerKeys:
    return table.owner_keys(site_id, family_id)


def _check_not_of_the_system(row: Scoped) -> None:
    """What the portal notes of itself (attempts to sign in) is nobody's: no account writes it."""
    if row.scope == Scope.SYSTEM:
        raise ScopeViolation(f"a row of the system, written for an account: {row!r}")


def _check_family_writes_there(row: Scoped, *, comes_or_goes: bool, is_new: bool) -> None:
    """A family writes its own records alone. What it does may add to the staff's (the audit trail), and change nothing there."""
    if row.scope == Scope.STAFF and not is_new:
        raise ScopeViolation(f"a staff row, changed by a family: {row!r}")
    if _staff_managed(type(row)):
        raise ScopeViolation(f"a family does not write there: {row!r}")
    if row.staff_added and comes_or_goes:
        raise ScopeViolation(f"a family adds none and takes none away: {row!r}")


def _check_staff_columns(row: Scoped, *, is_new: bool) -> None:
    """Some columns of a family's own row decide what it may do (an account's role): the staff sets them, and so adds the row."""
    if row.staff_columns and (is_new or any(_has_changed(row, each) for each in row.staff_columns)):
        raise ScopeViolation(f"a family does not decide that: {row!r}")


def _check_owner(row: Scoped, column: str, key: int) -> None:
    """Neither before nor after may the row be another's: it would be taken from somebody, or given to somebody."""
    history = inspect(row).attrs[column].history
    known = {*history.added, *history.deleted, *history.unchanged} or {getattr(row, column)}
    if known != {key}:
        raise ScopeViolation(f"{type(row).__name__}.{column} leaves the scope")


def _check_owner_among(session: Session, row: Scoped, column: str, keys: Select[tuple[int]]) -> None:
    """A row that is hung on a record of theirs (a pupil's file): the database says which are theirs, in this very transaction."""
    if getattr(row, column) not in set(session.connection().execute(keys).scalars()):
        raise ScopeViolation(f"{type(row).__name__}.{column} is not one of theirs")


def _has_changed(row: Scoped, column: str) -> bool:
    attributes = inspect(row).attrs
    return column in attributes and attributes[column].history.has_changes()

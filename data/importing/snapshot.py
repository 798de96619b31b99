"""What a site holds, as an import meets it: each row once, found by what files call it. No database once it is loaded."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import func
from sqlmodel import SQLModel, col, select

from data.core.errors import UserError
from data.core.external_keys import ExternalKey
from data.core.unit_of_work import UnitOfWork
from data.importing.columns import Field
from data.importing.questions import Questions

C = TypeVar("C")  # the context of a kind of record
Keys = Callable[["Snapshot", Mapping[str, Any]], Iterable[Hashable]]


class Entity:
    """A row, there already (`id`) or to be added (None). `values` are as they will be; `changes` field -> (old, new)."""

    __slots__ = ("changes", "code", "guarded", "id", "line", "line_number", "refs", "table", "values")

    def __init__(self, table: type[SQLModel], id_: int | None, values: dict[str, Any]) -> None:
        self.table, self.id, self.values = table, id_, values
        self.refs: dict[str, Entity] = {}  # attribute -> the row it names, which may have no key yet
        self.changes: dict[str, tuple[Any, Any]] = {}
        self.line = 0  # of the file that is about it
        self.line_number = 0  # of the file that first spoke of it
        self.code = ""  # what another program calls it, when that is new
        self.guarded = False  # of a household under protection, for who may not read it (guarding.py)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


class Line:
    """A line of the file: what could be read, and what could not."""

    __slots__ = ("bad", "faults", "fields", "found", "guarded", "nobody", "number", "values")

    def __init__(self, number: int, fields: Mapping[str, Field]) -> None:
        self.number, self.fields = number, fields
        self.values: dict[str, Any] = {}  # by column; what is blank, and changes nothing, is absent
        self.bad: set[str] = set()  # columns whose fault is told already
        self.faults: list[tuple[str, Any, UserError]] = []  # column, what was read there, why
        self.guarded = False  # it would change a row that is guarded, or add one to it
        self.nobody: set[str] = set()  # groups of columns of which the file says that there is no such person
        self.found: dict[str, Entity] = {}  # column of a number -> the row that names stand for in its place

    def get(self, name: str, instead: Any = None) -> Any:
        value = self.values.get(name)
        return instead if value in ("", None) else value

    def own(self, columns: Iterable[Field], *, but: Iterable[str] = ()) -> dict[str, Any]:
        """The values of these columns that the line gives."""
        left = set(but)
        return {
            each.name: self.values[each.name] for each in columns if each.name in self.values and each.name not in left
        }

    def fault(self, name: str, why: UserError) -> None:
        if name not in self.bad:
            self.bad.add(name)
            self.faults.append((name, self.values.get(name, ""), why))


class Aside(NamedTuple):
    """A line that is not written: why, what it is about, and its amount in cents."""

    line: int
    why: UserError
    about: str = ""
    cents: int = 0


class Recognised(NamedTuple):
    """Whom names stand for: what the line says, the family or the pupil, and by which words of `SIGNS` they were recognised."""

    line: int
    written: str
    who: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Draft:
    """A row as a line gives it: found by `keys` (or it is `found` already); `new` are further values of an added one."""

    table: type[SQLModel]
    keys: Sequence[Hashable]
    values: Mapping[str, Any]
    refs: Mapping[str, Entity] = field(default_factory=dict)  # attribute -> the row it names
    code: str = ""  # what another program calls it
    new: Mapping[str, Any] = field(default_factory=dict)
    found: Entity | None = None

    @property
    def wanted(self) -> list[Hashable]:
        return [("code", self.code), *self.keys] if self.code else list(self.keys)


class Snapshot:
    """Rows of some tables of one site, by their keys."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.rows: dict[type[SQLModel], dict[int, Entity]] = {}
        self.index: dict[type[SQLModel], dict[Hashable, Entity]] = {}
        self.outside: dict[tuple[str, int], str] = {}
        self.size: dict[
            type[SQLModel], tuple[int, int]
        ] = {}  # how many rows, and the latest's key: what it was drawn from
        self.added: dict[type[SQLModel], list[Entity]] = {}
        self.changed: dict[int, Entity] = {}
        self.adds = self.moves = 0  # rows added, values changed so far
        self.conflicts: list[tuple[int, str, UserError]] = []  # line, what sort of conflict, the sentence
        self.questions = Questions({})  # what only a person can say; answers given before are in it
        self.today = date.min  # the site's day
        self.titles: dict[str, str] = {}  # the file's title of each column
        self.words: dict[
            str, dict[str, str]
        ] = {}  # column -> the site's words: as they are compared -> as they are written
        self.sheet_name = ""  # of a workbook, the one that is read
        self.above: list[str] = []  # texts above its titles
        self.unsaid: set[str] = set()  # columns whose title does not say whose they are
        self.adherents = False  # « Adhérent » is said of people, and nothing says whether they are pupils
        self.unsure: set[str] = set()  # those of them that are one adult's, and may be another's
        self.named: list[Entity] = []  # rows that have a new outside key
        self.guarded_families = 0  # how many are under protection, for who may not read them
        self.aside: dict[int, Aside] = {}  # lines that are not written
        self.recognised: list[Recognised] = []
        self._contexts: dict[type[object], object] = {}  # what one kind alone remembers

    def load(self, uow: UnitOfWork, tables: Sequence[type[SQLModel]], keys: Mapping[type[SQLModel], Keys]) -> None:
        """Read these tables, the ones that others refer to first. One question a table, whatever its length."""
        aliases: dict[tuple[str, int], list[str]] = {}  # of families that others became part of
        for record, key, row_id, alias in uow.rows(
            select(ExternalKey.record, ExternalKey.key, ExternalKey.row_id, ExternalKey.alias)
        ):
            if alias:
                aliases.setdefault((record, row_id), []).append(key)
            else:
                self.outside[record, row_id] = key
        for table in tables:
            names = list(table.model_fields)
            wanted = [getattr(table, name) for name in names]
            found: dict[int, Entity] = {}
            index = self.index.setdefault(table, {})
            name_of = table.__tablename__
            for row in uow.rows(select(*wanted).order_by(table.id)):  # type: ignore[attr-defined]
                values = dict(zip(names, row, strict=True))
                entity = found[values["id"]] = Entity(table, values["id"], values)
                for key in keys[table](self, values):
                    index.setdefault(key, entity)
                if (code := self.outside.get((str(name_of), values["id"]))) is not None:
                    index["code", code] = entity
                for code in aliases.get((str(name_of), values["id"]), ()):
                    index.setdefault(("code", code), entity)
            self.rows[table], self.size[table] = found, (len(found), max(found, default=0))

    def at(self, table: type[SQLModel], id_: int | None) -> Entity | None:
        return self.rows[table].get(id_) if id_ is not None else None

    def find(self, table: type[SQLModel], *keys: Hashable) -> Entity | None:
        index = self.index[table]
        return next((index[key] for key in keys if key in index), None)

    def code_of(self, entity: Entity) -> str:
        return entity.code or self.outside.get((str(entity.table.__tablename__), entity.id or 0), "")

    def every(self, table: type[SQLModel]) -> Iterable[Entity]:
        return self.rows[table].values()

    def context(self, kind: type[C]) -> C:
        """What one kind of record alone remembers from line to line: a dataclass of its own, made when it is first asked for."""
        found = self._contexts.get(kind)
        if not isinstance(found, kind):
            found = self._contexts[kind] = kind()
        return found

    def put(self, line: Line, draft: Draft, *, once: bool = True, updates: bool = True) -> Entity:
        """The row of these keys with these values: changed where they differ, added where there is none.

        `once`: a second line about the same row is a fault. `updates` False: what is there stays as it is.
        """
        entity = draft.found or self.find(draft.table, *draft.wanted)
        if entity is None:
            entity = self._add(draft)
        elif entity.line and once:
            line.fault(
                "", UserError("Cette fiche est déjà donnée à la ligne {line}. Gardez l’une des deux.", line=entity.line)
            )
            return entity
        elif updates:
            self._set(entity, draft.values)
        entity.line_number = entity.line_number or line.number
        if once:
            entity.line = line.number
        if draft.code and self.code_of(entity) != draft.code:
            self._name(line, entity, draft.code)
        for name, other in draft.refs.items():
            self._point(entity, name, other)
        for key in draft.wanted:
            self.index[draft.table].setdefault(key, entity)
        if entity.guarded or any(other.guarded for other in draft.refs.values()):
            line.guarded = line.guarded or entity.id is None or bool(entity.changes or entity.code)
        return entity

    def _add(self, draft: Draft) -> Entity:
        entity = Entity(draft.table, None, {**blank(draft.table), **draft.new, **draft.values, "site_id": self.site_id})
        self.added.setdefault(draft.table, []).append(entity)
        self.adds += 1
        return entity

    def _name(self, line: Line, entity: Entity, code: str) -> None:
        """What another program calls it."""
        if known := self.code_of(entity):
            line.fault("", UserError("Cette fiche est connue sous une autre clé : « {key} ».", key=known))
        entity.code = code
        self.named.append(entity)

    def _set(self, entity: Entity, values: Mapping[str, Any]) -> None:
        """These values; of a row that the database has, what each was before is remembered."""
        for name, value in values.items():
            before = entity.values[name]
            if before != value:
                if entity.id is not None:
                    entity.changes[name] = (entity.changes.get(name, (before,))[0], value)
                    self.moves += 1
                entity.values[name] = value
        if entity.changes and entity.id is not None:
            self.changed[id(entity)] = entity

    def _point(self, entity: Entity, name: str, other: Entity) -> None:
        if entity.id is None:
            entity.refs[name] = other
            entity.values[name] = other.id
        elif entity.values[name] != other.id or other.id is None:
            entity.refs[name] = other
            entity.changes[name] = (entity.changes.get(name, (entity.values[name],))[0], other.id)
            entity.values[name] = other.id
            self.changed[id(entity)] = entity
            self.moves += 1

    def put_aside(self, line: Line, why: UserError, about: str = "", cents: int = 0) -> None:
        self.aside.setdefault(line.number, Aside(line.number, why, about, cents))

    def add_conflict(self, line: Line, sort: str, sentence: UserError) -> None:
        self.conflicts.append((line.number, sort, sentence))


def blank(table: type[SQLModel]) -> dict[str, Any]:
    """What a new row has when nothing is said; the key is the database's to give."""
    plain, made = _blanks(table)
    return {**plain, **{name: make() for name, make in made}}


@lru_cache(maxsize=64)
def _blanks(table: type[SQLModel]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """The values that never change, and what makes the others: a list, a moment."""
    fields = {name: one for name, one in table.model_fields.items() if name != "id"}
    plain = {
        name: None if one.is_required() else one.default for name, one in fields.items() if not one.default_factory
    }
    return plain, [(name, one.default_factory) for name, one in fields.items() if one.default_factory]  # type: ignore[misc]


def size_of(uow: UnitOfWork, table: type[SQLModel]) -> tuple[int, int]:
    """As `Snapshot.size` had it: the table is as it was when both agree."""
    count, latest = uow.rows(select(func.count(col(table.id)), func.max(table.id)))[0]  # type: ignore[attr-defined]
    return count, latest or 0

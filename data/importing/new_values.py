"""What a new record holds, column by column: shown before it is written."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from sqlmodel import SQLModel

from data.accounts.models import Account
from data.core.fields import full_name
from data.families.models import Family
from data.importing.columns import Field
from data.importing.kinds.courses import TEACHER
from data.importing.kinds.families import FAMILIES
from data.importing.kinds.registry import KINDS
from data.importing.snapshot import Entity

Labelled = tuple[str, str]  # the column's name, not translated, and the value as files show it
IN_THE_NAME = {"number", "first_name", "last_name"}  # what a record is called by already
OF_HOUSEHOLDS = {Family: {"since"}, Account: {"login"}}  # in a file of adults, what is said of these tables


@lru_cache(maxsize=64)
def columns_of(table: type[SQLModel]) -> tuple[Field, ...]:
    """What people know of a table, as the kind that is about it has it."""
    if table in OF_HOUSEHOLDS:
        return tuple(one for one in FAMILIES if one.name in OF_HOUSEHOLDS[table])
    kinds = {each.table: each.columns for each in KINDS.values()}  # of two kinds, the one that is about it alone
    found = kinds.get(table, ())
    return tuple(one for one in found if one.name in table.model_fields and one.name not in IN_THE_NAME)


def values_of(entity: Entity) -> Iterator[Labelled]:
    for one in columns_of(entity.table):
        value = entity.values.get(one.name)
        if type(value) is int and value == entity.table.model_fields[one.name].default == 0:
            continue  # a duration that nobody gave
        if text := cell_text(one, value):
            yield one.label, ", ".join(text.splitlines())
    if (teacher := entity.refs.get("teacher_id")) is not None:
        yield TEACHER.label, full_name(teacher["first_name"], teacher["last_name"])


def cell_text(one: Field | None, value: object) -> str:
    """A value as a file shows it."""
    if value is None or value == "":
        return ""
    if one is None:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
    return one.kind.format_value(one.kind.show(value), "fr")[:300]

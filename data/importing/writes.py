"""What an import wrote, remembered for a day so that it can be taken back: each row added, each value changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import SQLModel

from data.accounts.models import Account
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.core.external_keys import ExternalKey
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.runs import ImportWrite
from data.importing.snapshot import Entity

Whole = tuple[str, int]  # a table's name and a row's number: what others are a part of
DERIVED = frozenset({"id", "site_id", "search"})  # what nobody types

# What a row is a part of: its table -> the first of these columns that says it.
PART_OF: dict[type[SQLModel], tuple[tuple[str, type[SQLModel]], ...]] = {
    Guardian: (("family_id", Family),),
    Account: (("family_id", Family),),
    PupilLink: (("pupil_id", Pupil),),
    InvoiceLine: (("invoice_id", Invoice),),
    Instalment: (("invoice_id", Invoice),),
    Allocation: (("payment_id", Payment), ("credit_id", Invoice)),
}
# What a row joins to what it is a part of, where the same import added both: a household and its pupils, a payment and its invoice.
JOINS: dict[type[SQLModel], tuple[str, type[SQLModel]]] = {
    PupilLink: ("family_id", Family),
    Allocation: ("invoice_id", Invoice),
}


def whole_of(table: type[SQLModel], row_id: int, values: Mapping[str, Any]) -> Whole:
    if table is ExternalKey:
        return values["record"], values["row_id"]
    for column, parent in PART_OF.get(table, ()):
        if values[column]:
            return str(parent.__tablename__), values[column]
    return str(table.__tablename__), row_id


def stored(value: Any) -> Any:
    """A value as JSON has it, the same whether it was written just now or read again."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    return value


def restored(table: type[SQLModel], column: str, value: Any) -> Any:
    """The value that `stored` made JSON of."""
    return _reader(table, column).validate_python(value)


@lru_cache(maxsize=512)
def _reader(table: type[SQLModel], column: str) -> TypeAdapter[Any]:
    typed: Any = table.model_fields[column].annotation
    return TypeAdapter(typed)


@lru_cache(maxsize=64)
def columns_of(table: type[SQLModel]) -> tuple[str, ...]:
    """What a row says: its own columns in their order."""
    return tuple(name for name in table.model_fields if name not in DERIVED)


def digest_of(table: type[SQLModel], values: Mapping[str, Any]) -> str:
    said = json.dumps([stored(values[name]) for name in columns_of(table)], default=str, sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def remember(
    uow: UnitOfWork,
    run_id: int,
    added: Iterable[tuple[type[SQLModel], Iterable[Mapping[str, Any]]]],
    changed: Iterable[Entity],
) -> None:
    """In the import's own transaction: rows added, with their keys, and rows changed, with what they were."""
    common = {"site_id": uow.site_id, "run_id": run_id}
    rows: list[dict[str, Any]] = [
        common | _named(table, values["id"], values) | {"digest": digest_of(table, values), "changes": {}}
        for table, several in added
        for values in several
    ]
    rows += [
        common
        | _named(each.table, each.id or 0, each.values)
        | {
            "digest": "",
            "changes": {name: [stored(old), stored(each.values[name])] for name, (old, _) in each.changes.items()},
        }
        for each in changed
    ]
    uow.insert(ImportWrite, rows)


def _named(table: type[SQLModel], row_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    name, number = whole_of(table, row_id, values)
    return {"record": str(table.__tablename__), "row_id": row_id, "whole": f"{name} {number}"}

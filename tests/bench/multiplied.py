"""`DATABASE_URL=… python -m tests.bench.multiplied N`: the demonstration's first site with N times its people, courses and bills, by
copies in the database itself; what the site has once (settings, campaigns, news) it has once still."""

import sys
from collections.abc import Iterator

from sqlalchemy import Column, Connection, Integer, String, Table, cast, func, literal, select
from sqlalchemy.schema import UniqueConstraint
from sqlalchemy.sql.elements import ColumnElement

from data.core import database

STEP = 1_000_000  # between the keys of a row's copies
ROOTS = {"family", "pupil", "course", "teacher"}
COPIES = 50  # of every row by one statement
NAMES = {("guardian", "last_name"), ("pupil", "last_name")}


def multiplied_tables() -> list[Table]:
    """Those that hang on people or courses, parents first."""
    found = set[str]()
    tables = database.metadata.sorted_tables
    for _ in range(2):  # twice: some refer to one that comes later
        for table in tables:
            parents = {key.column.table.name for key in table.foreign_keys}
            if "site_id" in table.c and (table.name in ROOTS or parents & found):
                found.add(table.name)
    return [table for table in tables if table.name in found]


def _uniques(table: Table) -> Iterator[set[Column[object]]]:
    yield from (set(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint))
    yield from ({*index.columns} for index in table.indexes if index.unique)


def _values(table: Table, copied: set[str], copy: ColumnElement[int]) -> dict[str, ColumnElement[object]]:
    """Column -> what stands in it in that copy of a row."""
    shared = {key.parent.name for key in table.foreign_keys if key.column.table.name not in copied}
    moved = {
        each.name
        for each in table.c
        if isinstance(each.type, Integer)
        and each.name not in shared
        and (each.name == "id" or each.name.endswith("_id"))
    } - {"site_id"}
    values: dict[str, ColumnElement[object]] = {each.name: each for each in table.c}
    values |= {name: table.c[name] + copy * STEP for name in moved}
    for columns in _uniques(table):
        names = {each.name for each in columns}
        if not names & moved and not any(values[name] is not table.c[name] for name in names):
            own = next(name for name in sorted(names) if name not in shared | {"site_id", "school_year"})
            column = table.c[own]
            if not isinstance(column.type, Integer):
                values[own] = (
                    func.substr(column, 1, (getattr(column.type, "length", None) or 1000) - 8)
                    + "-"
                    + cast(copy, String)
                )
            else:
                values[own] = column + copy * STEP
    for name in {name for of, name in NAMES if of == table.name}:
        values[name] = table.c[name] + func.substr("abcdefghijklmnopqrstuvwxyz", copy % 26 + 1, 1)
    return values


def multiply(connection: Connection, have: int, wanted: int) -> None:
    """From that many times what was made to so many."""
    tables = multiplied_tables()
    copied = {table.name for table in tables}
    for table in tables:
        for first in range(have, wanted, COPIES):
            one, *others = (select(literal(at).label("at")) for at in range(first, min(first + COPIES, wanted)))
            copies = one.union_all(*others).subquery()
            values = _values(table, copied, copies.c.at)
            key = table.c.id < STEP if "id" in table.c else literal(1) == 1
            rows = (
                select(*values.values())
                .select_from(table.join(copies, literal(1) == 1))
                .where(key, table.c.site_id == 1)
            )
            connection.execute(table.insert().from_select(list(values), rows))


def main() -> None:
    database.table_classes()
    have, wanted = (int(each) for each in sys.argv[1:3])
    with database.engine().begin() as connection:
        multiply(connection, have, wanted)
    database.take_stock()


if __name__ == "__main__":
    main()

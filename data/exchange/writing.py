"""A plan becomes rows: all of it, in one transaction kept short, or none. What it stood on is looked at again first."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import SQLModel, col, select

from data import import_runs
from data.exchange.planning import Plan
from data.exchange.world import Entity, blank, size_of
from data.families import Pupil
from data.import_runs import OutsideKey
from data.journal import AuditEntry
from data.sites import Site
from data.visits import Visit

CHUNK = 500


class Stale(RuntimeError):
    """The site changed since the plan was made: make it again."""


def write(v: Visit, plan: Plan, run_id: int) -> None:
    """Stale when somebody changed what the plan stood on; the caller plans again."""
    import_runs.manager_only(v)
    if plan.faults:
        raise AssertionError("a plan with faults is never written")
    v.get(Site, v.site_id, lock=True)  # of two imports at once, the second waits here, then finds its plan stale
    _as_planned(v, plan)
    late: list[Entity] = []
    for table in plan.record.tables:
        rows = plan.world.added.get(table, [])
        for entity in rows:
            for name, other in entity.refs.items():
                entity.values[name] = other.id
                if other.id is None:
                    late.append(entity)  # of the same table, and not there yet: a credit note and its invoice
        for entity, key in zip(rows, v.insert(table, [each.values for each in rows]), strict=True):
            entity.id = key
    _amend(v, plan.world.changed.values(), late)
    codes = {id(each): each for each in plan.world.extras.get("codes", ())}.values()
    v.insert(
        OutsideKey,
        [
            {"site_id": v.site_id, "record": str(each.table.__tablename__), "key": each.code, "row_id": each.id}
            for each in codes
        ],
    )
    _note(v, plan)
    import_runs.finish(v, run_id, **plan.counts)
    _tell(v, [*plan.world.changed.values(), *(each for rows in plan.world.added.values() for each in rows)])


def _as_planned(v: Visit, plan: Plan) -> None:
    """Nothing was added to, or left, the tables it read; what it changes still has the values it saw."""
    for table in plan.record.tables:
        if size_of(v, table) != plan.world.size[table]:
            raise Stale(table.__name__)
    for table, names, rows in _alike(plan.world.changed.values()):
        seen = {each.id: tuple(each.changes[name][0] for name in names) for each in rows}
        keys = list(seen)
        wanted = [getattr(table, name) for name in ("id", *names)]
        for at in range(0, len(keys), CHUNK):
            found = v.rows(select(*wanted).where(col(wanted[0]).in_(keys[at : at + CHUNK])))
            if len(found) != len(keys[at : at + CHUNK]) or any(tuple(row[1:]) != seen[row[0]] for row in found):
                raise Stale(table.__name__)


def _alike(changed: Iterable[Entity]) -> list[tuple[type[SQLModel], tuple[str, ...], list[Entity]]]:
    """Rows of a table whose same columns change, together."""
    found: dict[tuple[type[SQLModel], tuple[str, ...]], list[Entity]] = {}
    for each in changed:
        found.setdefault((each.table, tuple(sorted(each.changes))), []).append(each)
    return [(table, names, rows) for (table, names), rows in found.items()]


def _amend(v: Visit, changed: Iterable[Entity], late: Sequence[Entity]) -> None:
    for entity in changed:
        for name, other in entity.refs.items():
            if name in entity.changes:
                entity.values[name] = other.id
    for table, names, rows in _alike(changed):
        v.amend(
            table,
            [{"id": each.id, "site_id": v.site_id, **{name: each.values[name] for name in names}} for each in rows],
        )
    for entity in late:
        v.amend(
            entity.table,
            [
                {
                    "id": entity.id,
                    "site_id": v.site_id,
                    **{name: other.id for name, other in entity.refs.items() if name == "corrects_id"},
                }
            ],
        )


def _note(v: Visit, plan: Plan) -> None:
    """The journal keeps each value that changed, with the one before."""
    labels = {one.name: one for one in plan.record.columns}
    common = {**blank(AuditEntry), "site_id": v.site_id, "at": v.now, "actor_id": v.account_id, "actor": v.name[:120], "role": v.role,
              "action": "import changed", "client": v.client[:64]}  # fmt: skip
    rows = []
    for each in plan.world.changed.values():
        changes = {
            labels[name].label: [labels[name].kind.show(old), labels[name].kind.show(new)]
            for name, (old, new) in each.changes.items()
            if name in labels
        } or {name: [old, each.values[name]] for name, (old, _) in each.changes.items()}
        rows.append(
            {
                **common,
                "reference": secrets.token_hex(4),
                "subject": str(each.table.__tablename__),
                "subject_id": each.id,
                "family_id": each.values.get("family_id"),
                "changes": changes,
            }
        )
    v.insert(AuditEntry, rows)


def _tell(v: Visit, touched: Sequence[Entity]) -> None:
    """Open pages of these families and pupils are drawn again."""
    v.tell(("queue", v.site_id or 0))
    for each in touched:
        values: Mapping[str, Any] = each.values
        for name in ("family", "pupil"):
            if values.get(f"{name}_id"):
                v.tell((name, values[f"{name}_id"]))
        if values.get("family_id"):
            v.tell(("billing", values["family_id"]))
        if each.table is Pupil and each.id:
            v.tell(("pupil", each.id))

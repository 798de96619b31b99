"""A plan becomes rows: all of it, in one transaction kept short, or none. What it stood on is looked at again first."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel, col, select

from data.core.audit import Action, AuditEntry
from data.core.events import Topic
from data.core.external_keys import ExternalKey
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import Guardian, Pupil
from data.importing import guarding, writes
from data.importing import runs as import_runs
from data.importing.planning import Plan, fields_of
from data.importing.snapshot import Entity, blank, size_of

CHUNK = 500


class Stale(RuntimeError):
    """The site changed since the plan was made: make it again."""


@dataclass(frozen=True)
class Ready:
    """What a plan writes, put together while nobody waits for it."""

    plan: Plan
    added: list[tuple[type[SQLModel], list[Entity]]]
    changed: list[tuple[type[SQLModel], tuple[str, ...], list[Entity]]]  # a table's rows whose same columns change
    seen: list[dict[int, tuple[Any, ...]]]  # of each of those: key -> the values it stood on
    codes: list[Entity]
    notes: list[dict[str, Any]]  # for the journal


def prepare(plan: Plan) -> Ready:
    """Everything that needs no lock."""
    if plan.faults:
        raise AssertionError("a plan with faults is never written")
    changed = list(_alike(plan.snapshot.changed.values()))
    return Ready(
        plan,
        [(table, plan.snapshot.added[table]) for table in plan.record.tables if plan.snapshot.added.get(table)],
        changed,
        [{each.id or 0: tuple(each.changes[name][0] for name in names) for each in rows} for _, names, rows in changed],
        list({id(each): each for each in plan.snapshot.named}.values()),
        [_note(plan, each) for each in plan.snapshot.changed.values() if not each.refs],
    )


def write(uow: UnitOfWork, ready: Ready, run_id: int) -> None:
    """Stale when somebody changed what the plan stood on; the caller plans again."""
    import_runs.allowed(uow, import_runs.run_of(uow, run_id).kind)
    # Of two imports at once, the second waits here, then finds its plan stale. Others may go on writing of this site.
    uow.one(select(Site).where(Site.id == uow.site_id).with_for_update(key_share=True))
    _as_planned(uow, ready)
    for table, rows in ready.added:
        for entity, key in zip(rows, uow.keys(table, len(rows)), strict=True):
            entity.id = entity.values["id"] = key
        for entity in rows:
            for name, other in entity.refs.items():
                entity.values[name] = other.id  # it has one: what others refer to is added before them
        uow.insert(table, [each.values for each in rows])
    _amend(uow, ready)
    codes = _codes(uow, ready)
    uow.insert(ExternalKey, codes)
    writes.remember(
        uow,
        run_id,
        [*((table, [each.values for each in rows]) for table, rows in ready.added), (ExternalKey, codes)],
        (each for *_, rows in ready.changed for each in rows),
    )
    uow.insert(AuditEntry, _signed(uow, ready))
    import_runs.finish(uow, run_id, **ready.plan.counts)
    _publish(uow, ready)


def _codes(uow: UnitOfWork, ready: Ready) -> list[dict[str, Any]]:
    """What another program calls these rows."""
    keys = uow.keys(ExternalKey, len(ready.codes))
    return [
        {
            "id": key,
            "site_id": uow.site_id,
            "record": str(each.table.__tablename__),
            "key": each.code,
            "row_id": each.id,
            "alias": False,
        }
        for key, each in zip(keys, ready.codes, strict=True)
    ]


def _as_planned(uow: UnitOfWork, ready: Ready) -> None:
    """Nothing was added to, or left, the tables it read; what it changes still has the values it saw."""
    kept = guarding.guarded(uow)  # a household may be under protection since
    written = [*(rows for _, rows in ready.added), *(rows for *_, rows in ready.changed)]
    if kept.families and any(kept.has(each.table, each.values) for rows in written for each in rows):
        raise Stale("a household under protection")
    coming = [
        each.values for table, rows in ready.added if table is Guardian for each in rows if each.values["family_id"]
    ]
    protected = guarding.protected_families(uow) if coming else frozenset()
    if any(each["family_id"] in protected and not each["contact_hidden"] for each in coming):
        raise Stale("somebody comes to a household under protection")
    for table in ready.plan.record.tables:
        if size_of(uow, table) != ready.plan.snapshot.size[table]:
            raise Stale(table.__name__)
    for (table, names, _), seen in zip(ready.changed, ready.seen, strict=True):
        keys = list(seen)
        wanted = [getattr(table, name) for name in ("id", *names)]
        for at in range(0, len(keys), CHUNK):
            found = uow.rows(select(*wanted).where(col(wanted[0]).in_(keys[at : at + CHUNK])))
            if len(found) != len(keys[at : at + CHUNK]) or any(tuple(row[1:]) != seen[row[0]] for row in found):
                raise Stale(table.__name__)


def _alike(changed: Iterable[Entity]) -> list[tuple[type[SQLModel], tuple[str, ...], list[Entity]]]:
    """Rows of a table whose same columns change, together."""
    found: dict[tuple[type[SQLModel], tuple[str, ...]], list[Entity]] = {}
    for each in changed:
        found.setdefault((each.table, tuple(sorted(each.changes))), []).append(each)
    return [(table, names, rows) for (table, names), rows in found.items()]


def _amend(uow: UnitOfWork, ready: Ready) -> None:
    for table, names, rows in ready.changed:
        for entity in rows:
            for name in entity.refs.keys() & set(names):
                entity.values[name] = entity.refs[name].id
        uow.amend(
            table,
            [{"id": each.id, "site_id": uow.site_id, **{name: each.values[name] for name in names}} for each in rows],
        )


def _note(plan: Plan, changed: Entity) -> dict[str, Any]:
    """The journal keeps each value that changed, with the one before."""
    labels = fields_of(plan.record, changed.table)
    changes: dict[str, list[object]] = {
        labels[name].label: [labels[name].kind.show(old), labels[name].kind.show(new)]
        for name, (old, new) in changed.changes.items()
        if name in labels
    }
    if not changes:
        changes = {name: [_plain(old), _plain(changed.values[name])] for name, (old, _) in changed.changes.items()}
    return {
        "reference": secrets.token_hex(4),
        "subject": str(changed.table.__tablename__),
        "subject_id": changed.id,
        "family_id": changed.values.get("family_id"),
        "changes": changes,
    }


def _plain(value: object) -> object:
    """As the journal can keep it."""
    return value if value is None or isinstance(value, str | int) else str(value)


def _signed(uow: UnitOfWork, ready: Ready) -> list[dict[str, Any]]:
    common = {**blank(AuditEntry), "site_id": uow.site_id, "at": uow.now, "actor_id": uow.account_id, "actor": uow.name[:120], "role": uow.role,
              "action": Action.IMPORT_CHANGED, "client": uow.client[:64]}  # fmt: skip
    late = [_note(ready.plan, each) for *_, rows in ready.changed for each in rows if each.refs]  # of rows just added
    return [{**common, **each} for each in (*ready.notes, *late)]


def _publish(uow: UnitOfWork, ready: Ready) -> None:
    """Open pages of these families and pupils are drawn again, each once."""
    topics: set[Topic] = {("queue", uow.site_id or 0)}
    for each in (
        *(row for _, rows in ready.added for row in rows),
        *(row for *_, rows in ready.changed for row in rows),
    ):
        family, pupil = each.values.get("family_id"), each.id if each.table is Pupil else each.values.get("pupil_id")
        if family:
            topics |= {("family", family), ("billing", family)}
        if pupil:
            topics.add(("pupil", pupil))
    uow.publish(*topics)

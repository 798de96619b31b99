"""An import taken back, for a day: what it added goes, what it changed is as it was. All or nothing, in one transaction.

Work that came after it is never lost: what was changed since stays, with all that belongs to it, and is told row by row.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select

from data.core import audit, database
from data.core.audit import Action, AuditEntry
from data.core.errors import UserError
from data.core.events import Topic
from data.core.i18n import _
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import FOUND_BY, Family, Pupil, found_by_values
from data.importing import guarding, undo_notes, writes
from data.importing import runs as import_runs
from data.importing.pipeline import TIMES, Follow, OpenUnitOfWork
from data.importing.runs import UNDO_HOURS, ImportRun, ImportState, ImportWrite
from data.importing.undo_links import later_links, lost_targets
from data.importing.undo_notes import Since

Key = tuple[str, int]  # a table's name and a row's number
CHANGED, GONE, USED, LOST, HELD, PROTECTED = (
    _("Modifié depuis l’import"),
    _("Retiré depuis l’import"),
    _("Utilisé depuis l’import"),
    _("Sa valeur d’avant n’existe plus"),
    _("Tient à ce qui reste"),
    _("Sous protection : seule la direction peut le reprendre"),
)
TOO_LATE = UserError("Un import se reprend pendant 24 heures. Corrigez les fiches elles-mêmes.")
log = logging.getLogger("anacrouse.imports")


@dataclass
class Write:
    """A row as the import left it, and as it is now (`now` empty: it is gone)."""

    note_id: int
    table: type[SQLModel]
    row_id: int
    whole: str
    digest: str
    changes: dict[str, list[Any]]
    now: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return str(self.table.__tablename__), self.row_id


class Crossed(RuntimeError):
    """Somebody worked at these rows since the plan was made: make it again."""


class Left(NamedTuple):
    """What stays as it is: which row, what it is called, why, and who worked at it last."""

    record: str
    row_id: int
    name: str
    why: str
    who: str = ""
    at: datetime | None = None


@dataclass
class Report:
    """What taking an import back does, or did: rows by table, and what stays."""

    removed: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    stayed: dict[str, int] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    rises: list[UserError] = field(default_factory=list)  # rights that a household would have again
    mark: str = ""
    moved: bool = False  # the site changed since it was read: read again
    done: bool = False

    def sums(self) -> dict[str, int]:
        return {name: sum(getattr(self, name).values()) for name in ("removed", "restored", "stayed")}


@dataclass
class Plan:
    run: ImportRun
    writes: dict[Key, Write]
    stays: set[str]  # wholes that are left alone
    report: Report
    since: Since

    def goes(self) -> list[Write]:
        return [each for each in self.writes.values() if each.whole not in self.stays]


def may_undo(uow: UnitOfWork, run: ImportRun) -> bool:
    """Whether it was done within the day, and something of it is remembered."""
    if run.state != ImportState.DONE or run.finished_at is None or uow.now >= undo_until(run):
        return False
    return uow.one(select(ImportWrite.id).where(ImportWrite.run_id == run.id)) is not None


def undo_until(run: ImportRun) -> datetime:
    return (run.finished_at or run.created_at) + timedelta(hours=UNDO_HOURS)


def check_undo(open_unit_of_work: OpenUnitOfWork, run_id: int, follow: Follow) -> Report:
    """What taking it back would do; nothing is written."""
    return _plan(open_unit_of_work, run_id, follow).report


def carry_out_undo(open_unit_of_work: OpenUnitOfWork, run_id: int, follow: Follow, *, mark: str | None) -> Report:
    """Take it back, if that still does what `mark` says was read (None: whatever it does)."""
    for _rest in range(TIMES):
        made = _plan(open_unit_of_work, run_id, follow)
        if mark not in {None, made.report.mark}:
            return replace(made.report, moved=True)
        follow.enter("taking back")
        try:
            with open_unit_of_work(writes=True) as uow:
                _as_planned(uow, made)
                _take_back(uow, made)
            return replace(made.report, done=True)
        except (Crossed, IntegrityError) as crossed:
            log.info("import %s looked back at again: %s", run_id, type(crossed).__name__)
    raise UserError("Les fiches changent pendant la reprise, et rien n’a été changé. Réessayez dans un instant.")


def _plan(open_unit_of_work: OpenUnitOfWork, run_id: int, follow: Follow) -> Plan:
    """Long: while nobody waits for it."""
    follow.enter("looking back")
    with open_unit_of_work() as uow:
        return plan(uow, run_id)


def _as_planned(uow: UnitOfWork, made: Plan) -> None:
    """Nobody else works at these rows from here on; whoever did since the plan was made left a word in the journal.
    What came to hang on one of them keeps it by its key."""
    uow.one(select(Site).where(Site.id == uow.site_id).with_for_update(key_share=True))  # imports wait
    if not may_undo(uow, import_runs.run_of(uow, made.run.id, lock=True)):
        raise TOO_LATE
    going = made.goes()
    for record, table in {str(each.table.__tablename__): each.table for each in going}.items():
        question: Any = select(table.id).join(ImportWrite, of_run(made.run.id, record, table.id))  # type: ignore[attr-defined]
        uow.rows(question.with_for_update(of=table))
    families = {each.row_id if each.table is Family else each.now.get("family_id") or 0 for each in going} - {0}
    if made.since.crossed(uow, made.run, {each.key for each in going}, families):
        raise Crossed


def plan(uow: UnitOfWork, run_id: int) -> Plan:
    run = import_runs.run_of(uow, run_id)
    if not may_undo(uow, run):
        raise TOO_LATE
    since = Since.read(uow, run)  # first: what comes later crosses it
    written = _written(uow, run_id)
    why = {each.key: GONE if not each.now else CHANGED for each in written.values() if _changed(each)}
    holds = _named_within(written)  # of two wholes: while the first stays, the second does
    for link in later_links(uow, run_id, run.finished_at or run.created_at):
        parent, child = written[link.parent], written.get(link.child)
        if child and link.column in child.changes:
            holds.append((child.whole, parent.whole))
        else:
            why.setdefault(parent.key, USED)
            since.used(parent.key, link.child, link.family_id)
    why |= dict.fromkeys(lost_targets(uow, written.values()), LOST)
    kept = guarding.guarded(uow)
    why |= {each.key: PROTECTED for each in written.values() if kept.has(each.table, {**each.now, "id": each.row_id})}
    stays, held = _stays(written, why, holds)
    for key, each in written.items():
        if each.whole in held and f"{key[0]} {key[1]}" == each.whole:
            why.setdefault(key, HELD)
    return Plan(run, written, stays, _report(uow, written, stays, why, since), since)


def _written(uow: UnitOfWork, run_id: int) -> dict[Key, Write]:
    """Every row that the import wrote, with what it says now."""
    tables = {str(each.__tablename__): each for each in database.table_classes()}
    found: dict[Key, Write] = {}
    columns: list[Any] = [
        getattr(ImportWrite, name) for name in ("id", "record", "row_id", "whole", "digest", "changes")
    ]
    for note_id, record, row_id, whole, digest, changes in uow.rows(
        select(*columns).where(ImportWrite.run_id == run_id)
    ):
        found[record, row_id] = Write(note_id, tables[record], row_id, whole, digest, changes)
    for record in {name for name, _rest in found}:
        names = list(tables[record].model_fields)
        question: Any = select(*(getattr(tables[record], name) for name in names))
        for row in uow.rows(question.join(ImportWrite, of_run(run_id, record, tables[record].id))):  # type: ignore[attr-defined]
            values = dict(zip(names, row, strict=True))
            found[record, values["id"]].now = values
    return found


def of_run(run_id: int, record: str, row_id: Any) -> Any:
    """The import's own note of a row."""
    return and_(col(ImportWrite.run_id) == run_id, col(ImportWrite.record) == record, col(ImportWrite.row_id) == row_id)


def _changed(each: Write) -> bool:
    """A row that was added: whatever it says. One that was changed: only what the import wrote there."""
    if not each.now:
        return True
    if each.digest:
        return writes.digest_of(each.table, each.now) != each.digest
    return any(
        writes.stored(each.now[name]) != after
        for name, (_, after) in each.changes.items()
        if name not in writes.DERIVED
    )


def _stays(
    written: dict[Key, Write], why: Iterable[Key], holds: Sequence[tuple[str, str]]
) -> tuple[set[str], set[str]]:
    """The wholes that stay, and those of them that stay only for what they belong to."""
    together = _households(written)
    holds = [*holds, *together, *((second, first) for first, second in together)]
    below: dict[str, set[str]] = {}
    for first, second in holds:
        below.setdefault(first, set()).add(second)
    worked_at = {written[key].whole for key in why}
    stays, waiting = set(worked_at), list(worked_at)
    while waiting:
        for whole in below.get(waiting.pop(), set()) - stays:
            stays.add(whole)
            waiting.append(whole)
    return stays, stays - worked_at


def _named_within(written: dict[Key, Write]) -> list[tuple[str, str]]:
    """What a row that the import added names of what it added too."""
    columns: dict[type[SQLModel], list[tuple[str, str]]] = {}
    for table, column, parent in database.references():
        columns.setdefault(table, []).append((column, str(parent.__tablename__)))
    return [
        (each.whole, other.whole)
        for each in written.values()
        if each.digest
        for column, parent in columns.get(each.table, ())
        if (other := written.get((parent, each.now.get(column) or 0))) and other.digest and other.whole != each.whole
    ]


def _households(written: dict[Key, Write]) -> list[tuple[str, str]]:
    """Wholes of one import that are one: a household and its pupils, an invoice and the payment that came with it."""
    found = []
    for each in written.values():
        column, parent = writes.JOINS.get(each.table, ("", each.table))
        other = written.get((str(parent.__tablename__), each.now.get(column) or 0)) if column else None
        if other and other.digest:
            found.append((each.whole, other.whole))
    return found


def _report(uow: UnitOfWork, written: dict[Key, Write], stays: set[str], why: dict[Key, str], since: Since) -> Report:
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("removed", "restored", "stayed")}
    for (record, _rest), each in written.items():
        counts["stayed" if each.whole in stays else "removed" if each.digest else "restored"][record] += 1
    left = []
    for key, reason in sorted(why.items()):
        who, at = since.of(key, written[key].now.get("family_id"))
        left.append(Left(*key, undo_notes.name_of(uow, written[key].table, written[key].now), reason, who, at))
    mark = hashlib.sha256(repr((sorted(written), sorted(stays), left)).encode()).hexdigest()
    rises = undo_notes.rises(uow, (each for each in written.values() if each.whole not in stays and not each.digest))
    return Report(dict(counts["removed"]), dict(counts["restored"]), dict(counts["stayed"]), left, rises, mark)


def _take_back(uow: UnitOfWork, made: Plan) -> None:
    going = made.goes()
    _restore(uow, [each for each in going if not each.digest])
    for table in database.children_first():
        if keys := [each.row_id for each in going if each.digest and each.table is table]:
            uow.remove(table, keys)
    uow.insert(AuditEntry, undo_notes.entries(uow, [each for each in going if not each.digest]))
    _finish(uow, made)
    uow.publish(*_topics(going))


def _restore(uow: UnitOfWork, changed: Sequence[Write]) -> None:
    """Rows of a table whose same columns change, together."""
    alike: dict[tuple[type[SQLModel], tuple[str, ...]], list[dict[str, Any]]] = {}
    for each in changed:
        values = {
            name: writes.restored(each.table, name, before)
            for name, (before, _) in each.changes.items()
            if name not in writes.DERIVED
        }
        if each.table in FOUND_BY:
            values["search"] = found_by_values(each.table, {**each.now, **values})
        row = {"id": each.row_id, "site_id": uow.site_id, **values}
        alike.setdefault((each.table, tuple(sorted(values))), []).append(row)
    for (table, _rest), rows in alike.items():
        uow.amend(table, rows)


def _finish(uow: UnitOfWork, made: Plan) -> None:
    run, sums = import_runs.run_of(uow, made.run.id), made.report.sums()
    run.state, run.undone_at, run.undone_by = ImportState.UNDONE, uow.now, uow.name[:120]
    run.removed, run.restored, run.stayed = sums["removed"], sums["restored"], sums["stayed"]
    uow.add(run)
    uow.remove(ImportWrite, [each.note_id for each in made.writes.values()])
    audit.note(
        uow,
        Action.IMPORT_UNDONE,
        subject="import",
        subject_id=run.id,
        changes={"file": [run.file_name, ""], **{name: ["", count] for name, count in sums.items()}},
    )
    uow.publish(("import", run.id), ("imports", run.site_id))


def _topics(going: Iterable[Write]) -> set[Topic]:
    """Open pages of these families and pupils are drawn again, each once."""
    families, pupils = set[int](), set[int]()
    for each in going:
        families.add(each.row_id if each.table is Family else each.now.get("family_id") or 0)
        pupils.add(each.row_id if each.table is Pupil else each.now.get("pupil_id") or 0)
    families.discard(0)
    pupils.discard(0)
    return {(name, key) for key in families for name in ("family", "billing")} | {("pupil", key) for key in pupils}

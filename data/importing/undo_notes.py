"""What is told of an import taken back: what rows are called, who worked at them since, and the journal's entries."""

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlmodel import SQLModel, col, select

from data.core.audit import Action, AuditEntry
from data.core.errors import UserError
from data.core.fields import editables
from data.core.i18n import _
from data.core.unit_of_work import UnitOfWork
from data.families import models as families
from data.families.models import HouseholdRank, Pupil, PupilLink, Rights
from data.importing.runs import ImportRun
from data.importing.snapshot import blank
from data.importing.writes import DERIVED

Key = tuple[str, int]
Act = tuple[str, datetime | None]
NAMED_BY = (
    ("first_name", "last_name"),
    ("login",),
    ("number",),
    ("name",),
    ("title",),
    ("label",),
    ("work",),
    ("key",),
)


class _Restored(Protocol):
    table: type[SQLModel]
    row_id: int
    changes: dict[str, list[Any]]
    now: dict[str, Any]


@dataclass
class Since:
    """Who did something to what since an import, by the journal; the latest."""

    entries: frozenset[int] = frozenset()  # all of the journal that was read
    of_rows: dict[Key, Act] = field(default_factory=dict)
    of_families: dict[int, Act] = field(default_factory=dict)
    users: dict[Key, tuple[Key, int | None]] = field(default_factory=dict)  # a row -> what hangs on it, of which family

    @staticmethod
    def read(uow: UnitOfWork, run: ImportRun) -> "Since":
        found, begins = Since(), run.finished_at or run.created_at
        entries = _entries(uow, begins)
        found.entries = frozenset(entries)
        for subject, subject_id, family_id, actor, at in entries.values():
            if subject_id and at > begins:
                found.of_rows[subject, subject_id] = actor, at
            if family_id and at > begins:
                found.of_families[family_id] = actor, at
        return found

    def crossed(self, uow: UnitOfWork, run: ImportRun, rows: Collection[Key], families: Collection[int]) -> bool:
        """Whether somebody worked at these rows, or for these families, or imported, after this was read."""
        return any(
            subject == "import" or (subject, subject_id) in rows or family_id in families
            for entry, (subject, subject_id, family_id, _, _) in _entries(
                uow, run.finished_at or run.created_at
            ).items()
            if entry not in self.entries
        )

    def used(self, parent: Key, child: Key, family_id: int | None) -> None:
        self.users.setdefault(parent, (child, family_id))

    def of(self, key: Key, family_id: int | None) -> Act:
        child, whose = self.users.get(key, (key, family_id))
        nobody: Act = "", None
        return self.of_rows.get(child) or self.of_rows.get(key) or self.of_families.get(whose or 0, nobody)


def _entries(uow: UnitOfWork, begins: datetime) -> dict[int, tuple[str, int | None, int | None, str, datetime]]:
    """The journal since an import, in its order; a little before it too, for what was under way then."""
    names: list[Any] = [
        getattr(AuditEntry, name) for name in ("id", "subject", "subject_id", "family_id", "actor", "at")
    ]
    later = select(*names).where(col(AuditEntry.at) > begins - timedelta(hours=1)).order_by(col(AuditEntry.at))
    return {entry: (*rest,) for entry, *rest in uow.rows(later)}


def name_of(uow: UnitOfWork, table: type[SQLModel], values: Mapping[str, Any]) -> str:
    """What people call a row; "" when it is gone, or has no name."""
    for names in NAMED_BY:
        if values and all(name in values for name in names):
            return " ".join(str(values[name]) for name in names if values[name]).strip()
    return ""


RISES = {  # what a link is now, and was before the import
    ("rights", Rights.CONSULT, Rights.ALL): _(
        "{name} : la famille {number} ne peut que consulter son dossier depuis cet import, elle pourrait de nouveau tout y faire."
    ),
    ("household", HouseholdRank.SECOND, HouseholdRank.PRINCIPAL): _(
        "{name} : la famille {number}, second foyer depuis cet import, redeviendrait son foyer principal."
    ),
}


def rises(uow: UnitOfWork, restored: Iterable[_Restored]) -> list[UserError]:
    """Rights of households that would be higher again: no right rises unsaid."""
    found = [
        (each.now["pupil_id"], each.now["family_id"], sentence)
        for each in restored
        if each.table is PupilLink
        for (column, after, before), sentence in RISES.items()
        if each.changes.get(column) == [before, after]
    ]
    names = {
        each.id: each.full_name for each in uow.all(select(Pupil).where(col(Pupil.id).in_({at for at, *_ in found})))
    }
    numbers = families.numbers(uow, {at for _, at, _ in found})
    return [
        UserError(sentence, name=names[pupil_id], number=numbers[family_id]) for pupil_id, family_id, sentence in found
    ]


def entries(uow: UnitOfWork, restored: Iterable[_Restored]) -> list[dict[str, Any]]:
    """For the journal: each value that is as it was, with the one that the import had written."""
    common = {**blank(AuditEntry), "site_id": uow.site_id, "at": uow.now, "actor_id": uow.account_id, "actor": uow.name[:120], "role": uow.role,
              "action": Action.IMPORT_VALUE_UNDONE, "client": uow.client[:64]}  # fmt: skip
    return [
        {
            **common,
            "reference": secrets.token_hex(4),
            "subject": str(each.table.__tablename__),
            "subject_id": each.row_id,
            "family_id": each.now.get("family_id"),
            "changes": _labelled(each),
        }
        for each in restored
    ]


def _labelled(each: _Restored) -> dict[str, list[Any]]:
    labels = editables(each.table)
    return {
        labels[name].mark.label if name in labels else name: [after, before]
        for name, (before, after) in each.changes.items()
        if name not in DERIVED
    }

"""Files and their rows kept in step: what a power loss or a removal left behind goes, what is missing is told."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.access_grants.batches import AccessBatch
from data.billing.pdf_archive import Paper
from data.core import file_store
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.stored_files import StoredFile, key_of
from data.group_letters.models import GroupDocument
from data.reenrolment.campaigns import RequiredDocument
from data.schooling.absence_report import KIND
from data.schooling.absences import AbsenceNotice

# Every column that names a file; a test finds who else writes files.
HOLDERS: tuple[tuple[Any, Any], ...] = (
    (StoredFile.site_id, StoredFile.name),
    (Paper.site_id, Paper.name),
    (RequiredDocument.site_id, RequiredDocument.model),
    (AccessBatch.site_id, AccessBatch.file),
    (GroupDocument.site_id, GroupDocument.file),
    (Site.id, Site.logo),
)
WRITERS = {"pdf_archive", "campaign_admin", "batches", "writing", "look"}
AGE = timedelta(hours=24)  # a younger file may be one whose row is being written
MAX_ORPHANS = 20  # more, and more than half of all: this is not these files' database
log = logging.getLogger("anacrouse.files")


@dataclass
class Swept:
    """Names of the files removed, and of those that a row promises but the disk lacks."""

    removed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def sweep(now: datetime | None = None) -> Swept:
    """Remove files without a row once they are a day old, drafts too, and files whose row was discarded."""
    found = Swept()
    store = file_store.store()
    files = {each.key: each.written_at for each in store.held()}
    with system_unit_of_work(writes=True, now=now) as uow:
        for row in uow.all(select(StoredFile).where(StoredFile.removed_at < uow.now - AGE)):  # type: ignore[operator]
            uow.delete(row)
        for row in uow.all(_never_sent(uow)):
            row.removed_at = uow.now
            uow.add(row)
        uow.flush()
        known = {key_of(*row) for place, name in HOLDERS for row in uow.rows(select(place, name).where(name != ""))}
        left = {key_of(row.site_id, row.name) for row in _left(uow)}
        moment = uow.now
    strays = [key for key, written in files.items() if key not in known and moment - written > AGE]
    if len(strays) > MAX_ORPHANS and len(strays) * 2 > len(files):
        log.error(
            "%s of %s files have no row in this database: is it the right one? None is removed", len(strays), len(files)
        )
        strays = []
    for key in [*(left & files.keys()), *strays]:
        store.remove(key)
        found.removed.append(_name(key))
    found.missing = sorted(_name(key) for key in known - left - files.keys() if not store.has(key))
    for name in found.missing:
        log.error("a row promises a file that is not there: %s", name)
    return found


def _never_sent(uow: UnitOfWork) -> SelectOfScalar[StoredFile]:
    """Documents of absences that no message names: chosen and not sent, or replaced since."""
    named = select(AbsenceNotice.document).where(AbsenceNotice.document != "")
    return select(StoredFile).where(
        StoredFile.kind == KIND,
        col(StoredFile.removed_at).is_(None),
        StoredFile.created_at < uow.now - AGE,
        col(StoredFile.name).not_in(named),
    )


def _left(uow: UnitOfWork) -> list[StoredFile]:
    return list(uow.all(select(StoredFile).where(col(StoredFile.removed_at).is_not(None))))


def _name(key: str) -> str:
    return key.partition("/")[2]

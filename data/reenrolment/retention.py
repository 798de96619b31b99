"""Documents that have had their time: their files go, what was decided of them stays (R-72, and what a campaign says).

A health paper goes 30 days after it was validated; one about income, or a health paper that nobody validated, two months
after the campaign's last day; any that was refused, after two months. One that a waiting request stands on stays.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import col, select

from data.core import audit
from data.core.audit import Action
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.stored_files import StoredFile
from data.reenrolment.campaigns import Campaign, RequiredDocument, Sensitive
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument

MONTH_AFTER, TWO_MONTHS = timedelta(days=30), timedelta(days=61)
AT_ONCE = 500


def sweep(*, now: Any = None) -> int:
    """Once a day; how many files go, when the sweep of files passes (data/privacy/orphan_files.py)."""
    erased = 0
    while True:
        with system_unit_of_work(writes=True, now=now) as uow:
            found = _expired(uow)
            counts: dict[int, int] = {}
            for supplied, file in found:
                _erase(uow, supplied, file)
                counts[supplied.site_id] = counts.get(supplied.site_id, 0) + 1
            for site_id, count in counts.items():
                audit.note(uow, Action.DOCUMENTS_ERASED, subject="supplied_document", by=audit.Author(site_id, "–"),
                           changes={"count": ["", count]})  # fmt: skip
            erased += len(found)
        if len(found) < AT_ONCE:
            return erased


def _expired(uow: UnitOfWork) -> Sequence[Any]:
    """(document, file) of those whose time is over."""
    waiting = (
        select(Reenrolment.id)
        .where(
            Reenrolment.pupil_id == SuppliedDocument.pupil_id,
            Reenrolment.campaign_id == SuppliedDocument.campaign_id,
            Reenrolment.household_id == SuppliedDocument.family_id,
            Reenrolment.state == ReenrolmentState.SUBMITTED,
        )
        .correlate(SuppliedDocument)
        .exists()
    )
    state, decided, sensitive = (
        col(SuppliedDocument.state),
        col(SuppliedDocument.decided_at),
        col(RequiredDocument.sensitive),
    )
    over = or_(
        and_(state == DocumentState.REFUSED, decided < uow.now - TWO_MONTHS),
        and_(state == DocumentState.VALIDATED, sensitive == Sensitive.HEALTH, decided < uow.now - MONTH_AFTER),
        and_(sensitive != "", col(Campaign.closes_on) < uow.today - TWO_MONTHS, ~waiting),
    )
    return uow.rows(
        select(SuppliedDocument, StoredFile)
        .join(StoredFile, col(StoredFile.id) == SuppliedDocument.file_id)
        .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
        .join(Campaign, col(Campaign.id) == SuppliedDocument.campaign_id)
        .where(over)
        .order_by(col(SuppliedDocument.id))
        .limit(AT_ONCE)
    )


def _erase(uow: UnitOfWork, supplied: SuppliedDocument, file: StoredFile) -> None:
    """Nobody meets the file any more. A draft that nobody decided goes whole: nothing was said of it."""
    file.removed_at = uow.now
    uow.add(file)
    if supplied.state == DocumentState.RECEIVED:
        uow.delete(supplied)
    else:
        supplied.file_id, supplied.version = None, supplied.version + 1
        uow.add(supplied)
    uow.publish(("pupil", supplied.pupil_id), ("family", supplied.family_id or 0), ("queue", supplied.site_id))

"""What is known of a mail server that does not answer: a row a site, so that every process, and the staff of each site, read the same."""

from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, col, delete, select

from data.core.scope import OfSite, Scope
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork

MAX_FAILURES, REST = 5, timedelta(minutes=5)  # rounds without a server; then it is left alone for so long


class MailOutage(OfSite, table=True):
    """How often it failed in a row, since when, why; until when it is not tried. Gone when it answers, or when staff has it tried."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "mail_outage"
    __table_args__ = (UniqueConstraint("site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    failures: int = 0
    since: datetime
    reason: str = Field(default="", max_length=300)
    rest_until: datetime | None = None


def of_site(uow: UnitOfWork) -> MailOutage | None:
    """As the staff reads it."""
    uow.staff_only()
    return uow.one(select(MailOutage))


def resting() -> bool:
    """Whether the server is left alone: no site wants it tried."""
    with system_unit_of_work() as uow:
        left_alone = uow.count(select(func.count(col(MailOutage.id))).where(col(MailOutage.rest_until) > uow.now))
        return left_alone > 0 and left_alone >= uow.count(select(func.count(col(Site.id))))


def note(reason: str) -> None:
    """It failed once more."""
    with system_unit_of_work(writes=True) as uow:
        known = {row.site_id: row for row in uow.all(select(MailOutage).with_for_update())}
        since = min((row.since for row in known.values()), default=uow.now)
        for site_id in uow.all(select(Site.id)):
            row = known.get(site_id) or MailOutage(site_id=site_id, since=since)
            row.failures, row.reason = row.failures + 1, reason[:300]
            if row.failures % MAX_FAILURES == 0:
                row.rest_until = uow.now + REST
            uow.add(row)
            uow.publish(("letters", site_id))


def over() -> None:
    """It answers again."""
    with system_unit_of_work() as uow:
        known = uow.count(select(func.count(col(MailOutage.id))))
    if known:
        with system_unit_of_work(writes=True) as uow:
            uow.change(delete(MailOutage))
            uow.publish(*(("letters", site_id) for site_id in uow.all(select(Site.id))))


def try_now(uow: UnitOfWork) -> None:
    """Staff wants it tried: the next round does, whichever process it is."""
    uow.staff_only()
    uow.change(delete(MailOutage))
    uow.publish(("letters", uow.site_id or 0))

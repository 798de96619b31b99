"""A demonstration lives a week: its lesson is tomorrow, its campaign open. Later it is made anew at the start, unless
somebody has acted in it: then one line says how to. A database with a real conservatoire is never touched."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, func, select

from data import demo
from data.accounts.models import Account
from data.core import database, formats, schema
from data.core.audit import Action, AuditEntry
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families import stored_files
from data.importing.runs import ImportRun
from data.privacy import orphan_files
from data.reenrolment.models import Wish

FRESH = timedelta(days=7)
LOOKED = {  # what the journal tells of those who only look, and of the portal's own housekeeping
    Action.SIGNED_IN, Action.SIGNED_OUT, Action.SIGN_IN_FAILED, Action.SESSION_CLOSED, Action.SESSIONS_CLOSED,
    Action.PAGE_REFUSED, Action.JOURNAL_PURGED, Action.DOCUMENTS_ERASED,
}  # fmt: skip


@dataclass(frozen=True)
class _Made:
    """When the demonstration was made, with how many families more, and whether somebody has acted in it since."""

    day: date | None = None  # None: by a program that did not write it down
    families: int = 0
    touched: bool = True
    out_of_date: bool = True


def renew() -> str:
    """At the start: make anew what is past its week and untouched. What was done, or has to be, in one line; « » when
    nothing."""
    with database.one_after_the_other("renewal"):
        return _renew()


def _renew() -> str:
    made = _made()
    if made is None or not made.out_of_date:
        return ""
    since = f"is of {formats.day(made.day)}" if made.day else "is of another day"
    if not made.touched:
        make_anew(made.families)
        return f"the demonstration {since}: it was made anew, of today"
    more = f" --families {made.families}" if made.families else ""
    return (
        f"the demonstration {since} and somebody has acted in it, so it stays. "
        f"To make it anew, of today: python main.py demo --anew{more}"
    )


def make_anew(families: int = 0) -> None:
    """Whatever was done in it is gone. NotADemonstration where there is a real conservatoire."""
    with system_unit_of_work() as uow:
        if not all(site.demonstration for site in uow.all(select(Site))):
            raise demo.NotADemonstration(demo.REAL)
        held = [row for place, name in orphan_files.HOLDERS for row in uow.rows(select(place, name).where(name != ""))]
    schema.begin_again()
    for site_id, name in held:
        stored_files.remove(site_id, name)
    demo.fill(families)


def _made() -> _Made | None:
    """None where there is no demonstration."""
    with system_unit_of_work() as uow:
        sites = uow.all(select(Site))
        if not sites or not all(site.demonstration for site in sites):
            return None
        entry = uow.one(select(AuditEntry).where(AuditEntry.action == demo.MADE).order_by(col(AuditEntry.id).desc()))
        if entry is None:
            return _Made()
        day, today = entry.at.astimezone(uow.zone).date(), uow.today
        fresh = day <= today < day + FRESH and formats.school_year(day) == formats.school_year(today)
        return _Made(day, entry.changes["families"][1], _touched(uow, entry), not fresh)


def _touched(uow: UnitOfWork, made: AuditEntry) -> bool:
    """By anybody who did more than look. What is kept without a line of the journal: drafts, reading comfort, files to
    import."""
    acts = select(func.count(col(AuditEntry.id))).where(
        col(AuditEntry.id) > made.id, col(AuditEntry.action).not_in(LOOKED)
    )
    drafts = select(func.count(col(Wish.id))).where(col(Wish.changed_at) > made.at)
    settled = select(func.count(col(Account.id))).where(
        col(Account.comfort).is_not(None) | (col(Account.language) != "fr")
    )
    imports = select(func.count(col(ImportRun.id)))
    return any(uow.count(question) for question in (acts, drafts, settled, imports))

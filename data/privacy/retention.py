"""How long the portal keeps what it no longer needs, and the sweeping away of it. Days; each has its one default here."""

from datetime import timedelta

from sqlmodel import col, delete, select, update

from data.accounts.rate_limit import Throttle
from data.accounts.sessions import KnownDevice, SignIn
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.directory import part_families
from data.importing import runs as import_runs
from data.mail.outbox import TERMINAL_STATES, Letter

MIN_DAYS, MAX_DAYS = 6, 12  # months of the journal: the database itself refuses to forget younger entries
DAYS = {"letters": 60, "sessions": 30}


def days(site: Site, name: str) -> int:
    found = site.retention.get(name, "")
    return int(found) if found.isdecimal() else DAYS[name]


def journal_months(site: Site) -> int:
    """data/office/daily_digest.py forgets what is older."""
    return min(MAX_DAYS, max(MIN_DAYS, site.journal_months))


def sweep() -> None:
    """Once a day, for every site: letters keep their line and lose their text; ended sessions and old counters go."""
    with system_unit_of_work(writes=True) as uow:
        for site in uow.all(select(Site)):
            old = uow.now - timedelta(days=days(site, "letters"))
            uow.change(
                update(Letter)
                .where(
                    col(Letter.site_id) == site.id,
                    col(Letter.created_at) < old,
                    col(Letter.state).in_(TERMINAL_STATES),
                )
                .values(blocks=[], secret="")
            )
            ended = uow.now - timedelta(days=days(site, "sessions"))
            uow.change(delete(SignIn).where(col(SignIn.site_id) == site.id, col(SignIn.seen_at) < ended))
        import_runs.forget_writes(uow)
        part_families.forget(uow)
        uow.change(delete(KnownDevice).where(col(KnownDevice.seen_at) < uow.now - timedelta(days=365)))
        uow.change(delete(Throttle).where(col(Throttle.failed_at) < uow.now - timedelta(days=2)))

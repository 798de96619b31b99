"""Once a day, at every site, what has had its time is erased; and beforehand it can be asked what that would be.

Both ask the rules of data/privacy/erasing.py by one question, so that what is foretold is what happens.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, func, null
from sqlmodel import col, select

from data.core.database import logs_the_fault
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.privacy import erasing
from data.privacy.erasing import RULES, Rule
from data.privacy.records import RECORDS, PersonalRecord

AT_ONCE = 500  # rows of a transaction
SOON = timedelta(days=30)
log = logging.getLogger("anacrouse.retention")


@dataclass
class Forecast:
    """Of one kind of record: how many are held and since when; how many leave at the next passage, and within a month."""

    record: PersonalRecord
    held: int = 0
    oldest: datetime | None = None
    due: int = 0
    soon: int = 0


def sweep(now: datetime | None = None) -> int:
    """How many rows were erased, or lost what they held. One rule's fault stays its own."""
    erased = 0
    with system_unit_of_work(now=now) as uow:
        sites, moment = list(uow.all(select(Site).order_by(col(Site.id)))), uow.now
        found = [
            (site, rule) for site in sites for rule in RULES if uow.rows(_due_rows(site, rule, moment).limit(1))
        ]  # so that nobody waits where nothing is written
    for site, rule in found:
        with logs_the_fault(log, "%s of %s could not be erased", rule.record.name, site.code):
            erased += _apply(site, rule, moment)
    return erased


def _apply(site: Site, rule: Rule, now: datetime) -> int:
    erased = 0
    while True:
        with system_unit_of_work(writes=True, now=now) as uow:
            rows = uow.all(_due_rows(site, rule, now).limit(AT_ONCE))
            if rows:
                erasing.note(uow, rule, site.id, len(rows))
                rule.erase(uow, rows)
        erased += len(rows)
        if len(rows) < AT_ONCE:
            return erased


def _due_rows(site: Site, rule: Rule, now: datetime) -> Any:
    due = rule.due(now - rule.record.period(site))
    return select(rule.table).where(rule.table.site_id == site.id, rule.held, due).order_by(rule.table.id)


def forecast(site_id: int, now: datetime | None = None) -> list[Forecast]:
    """Every kind that leaves by itself, in the table's order."""
    with system_unit_of_work(now=now) as uow:
        site = uow.get(Site, site_id)
        found = {rule.record.name: Forecast(rule.record) for rule in RULES}
        for rule in RULES:
            _count(uow, site, rule, found[rule.record.name])
    order = [record.name for record in RECORDS]
    return sorted(found.values(), key=lambda each: order.index(each.record.name))


def _count(uow: UnitOfWork, site: Site, rule: Rule, into: Forecast) -> None:
    period = rule.record.period(site)
    now, soon = (case((rule.due(moment - period), 1)) for moment in (uow.now, uow.now + SOON))
    oldest = null() if rule.since is None else func.min(rule.since)
    question = select(func.count(rule.table.id), oldest, func.count(now), func.count(soon)).where(
        and_(rule.table.site_id == site.id, rule.held)
    )
    [(held, since, due, later)] = uow.rows(question)
    into.held, into.due, into.soon = into.held + held, into.due + due, into.soon + later
    into.oldest = min(filter(None, (into.oldest, since)), default=None)


def everywhere(now: datetime | None = None) -> Sequence[tuple[Site, list[Forecast]]]:
    """For the operator’s command: each site with what the next passage would erase."""
    with system_unit_of_work(now=now) as uow:
        sites = uow.all(select(Site).order_by(col(Site.id)))
    return [(site, forecast(site.id, now)) for site in sites]

"""What the process does by itself, by the day: the staff's digest in the morning; what has had its time is forgotten."""

import logging
from datetime import datetime, time, timedelta

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.billing import overpayments
from data.change_requests import review
from data.core import audit, formats
from data.core.audit import AuditEntry
from data.core.sites import Site
from data.core.unit_of_work import Visit, visit, whole_house
from data.mail.outbox import Fact, Letter
from data.office import dashboard_counts
from data.privacy import retention
from data.reenrolment import campaign_admin, campaigns
from data.reenrolment import request_list as reenrolment_list

log = logging.getLogger("anacrouse.daily")
MORNING, NOON = time(7, 30), time(12)  # a machine that slept till the afternoon sends no morning's letter
MONTH = timedelta(days=30.5)


def go_round(*, now: datetime | None = None) -> None:
    """Every minute: what is due and was not done."""
    with whole_house(now=now) as v:
        sites, moment = list(v.all(select(Site).order_by(col(Site.id)))), v.now
    for site in sites:
        _digests(site, moment)
        _forget(site, moment)


def _digests(site: Site, now: datetime) -> None:
    """One letter a morning for each member of staff who wants it, by a key that no second letter may have."""
    local = now.astimezone(site.zone)
    if not MORNING <= local.time() < NOON:
        return
    with whole_house(now=now) as v:
        staff = v.all(select(Account).where(Account.site_id == site.id, col(Account.family_id).is_(None)))
        wanting = {_key(each, local): each for each in staff if each.wants_digest and not each.disabled}
        written = set(v.all(select(Letter.key).where(col(Letter.key).in_(wanting))))
    for key, account in wanting.items():
        if key not in written:
            try:
                with visit(account, writes=True, now=now) as v:
                    _write(v, account, site, key)
            except IntegrityError:  # another process was quicker
                log.info("digest %s was written already", key)


def _key(account: Account, local: datetime) -> str:
    return f"digest-{account.id}-{local:%Y-%m-%d}"


def _write(v: Visit, account: Account, site: Site, key: str) -> None:
    v.zone = site.zone
    facts = waiting(v)
    if facts:
        accounts.write_to(
            v,
            account,
            "daily_digest",
            facts=facts,
            path="/gestion/demandes",
            once=key,
            day=formats.long_day(v.today, v.tongue),
        )


def waiting(v: Visit) -> list[Fact]:
    """What waits for the staff of that site, in words, and how far its campaigns are; empty when nothing does."""
    found: list[Fact] = []

    def tell(label: str, count: int, more: str = "") -> None:
        if count:
            found.append((v.say(label), f"{count}{more}"))

    waits, oldest = dashboard_counts.counts(v), review.queue(v, most=1)
    since = formats.ago(oldest[0].request.submitted_at, v.now, v.zone, v.tongue) if oldest else ""
    tell("Fiches à valider", waits[""], v.say(", la plus ancienne {age}", age=since) if since else "")
    tell("Réinscriptions à valider", waits["reinscriptions"])
    tell("Pièces à vérifier", waits["pieces"])
    tell("Absences à traiter", waits["absences"])
    tell("Trop-perçus à régler", len(overpayments.troubles(v)))
    trouble = select(func.count(col(Letter.id))).where(
        col(Letter.state).in_(["failed", "abandoned"]), Letter.created_at > v.now - timedelta(days=7)
    )
    tell("Courriels en échec depuis une semaine", v.count(trouble))
    return found + _campaigns(v)


def _campaigns(v: Visit) -> list[Fact]:
    """How far each open campaign is."""
    running = [each for each in campaign_admin.every(v) if campaigns.is_open(v, each)]
    answers = reenrolment_list.sums(v) if running else {}
    return [
        (
            each.title,
            v.say(
                "{answered} élèves sur {count} ont répondu, jusqu’au {day}",
                answered=sum(answers.get(each.id, {}).values()),
                count=campaigns.how_many(v, each),
                day=formats.day(each.closes_on),
            ),
        )
        for each in running
    ]


def _forget(site: Site, now: datetime) -> None:
    """The journal's entries that have had their time; the database keeps those of the six months before its newest one."""
    months = retention.journal_months(site)
    with whole_house(writes=True, now=now) as v:
        entries = v.all(
            select(AuditEntry.id)
            .where(AuditEntry.site_id == site.id, AuditEntry.at < v.now - months * MONTH)
            .limit(500)
        )
        if entries:
            audit.note(v, "journal purged", site_id=site.id, actor="–", changes={"count": ["", len(entries)]})
            v.change(delete(AuditEntry).where(col(AuditEntry.id).in_(entries)))

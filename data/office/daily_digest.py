"""What the process does by itself, by the day: the staff's digest, and on Mondays the managers' report."""

import logging
from datetime import datetime, time, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts import unsubscribe_links
from data.accounts.models import Account
from data.billing import overpayments
from data.change_requests import review
from data.core import formats
from data.core.database import logs_the_fault
from data.core.i18n import _
from data.core.roles import Role
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.mail import outbox
from data.mail.outbox import Fact, Letter, LetterState, Mail
from data.mail.templates import LetterKind
from data.office import dashboard_counts, outbox_admin, weekly_report
from data.office.outbox_admin import Wanted
from data.reenrolment import campaign_admin, campaigns, planned_reminders
from data.reenrolment import request_list as reenrolment_list

log = logging.getLogger("anacrouse.daily")
MORNING, NOON = time(7, 30), time(12)  # a machine that slept till the afternoon sends no morning's letter
MONDAY = 0
UNSUBSCRIBE, SEALED_FOR = "/recapitulatif/arret", "unsubscribe"  # where, and what for its tokens are encrypted


def go_round(*, now: datetime | None = None) -> None:
    """Every minute: what is due and was not done."""
    with system_unit_of_work(now=now) as uow:
        sites, moment = list(uow.all(select(Site).order_by(col(Site.id)))), uow.now
    for site in sites:
        with logs_the_fault(log, "the daily work of %s", site.code):
            _digests(site, moment)
            _reminders(site, moment)


def _digests(site: Site, now: datetime) -> None:
    """One letter a morning for each member of staff who wants it; on Mondays one more for those of them who are managers."""
    local = now.astimezone(site.zone)
    if not MORNING <= local.time() < NOON:
        return
    with system_unit_of_work(now=now) as uow:
        staff = uow.all(select(Account).where(Account.site_id == site.id, col(Account.family_id).is_(None)))
    wanting = [each for each in staff if each.wants_digest and not each.disabled]
    _write(site, now, LetterKind.DAILY_DIGEST, {f"digest-{each.id}-{local:%Y-%m-%d}": each for each in wanting})
    if local.weekday() == MONDAY:
        managers = [each for each in wanting if each.role == Role.MANAGER]
        _write(site, now, LetterKind.WEEKLY_REPORT, {f"week-{each.id}-{local:%Y-%m-%d}": each for each in managers})


def _reminders(site: Site, now: datetime) -> None:
    """In the morning too."""
    if MORNING <= now.astimezone(site.zone).time() < NOON:
        planned_reminders.go_round(site, now)


def _write(site: Site, now: datetime, kind: LetterKind, wanting: dict[str, Account]) -> None:
    """To each account that has no letter of that key yet: no second letter may have it."""
    with system_unit_of_work(now=now) as uow:
        written = set(uow.all(select(Letter.key).where(col(Letter.key).in_(wanting))))
    for key, account in wanting.items():
        if key not in written:
            try:
                with unit_of_work(account, writes=True, now=now) as uow:
                    uow.zone = site.zone
                    _write_one(uow, account, kind, key)
            except IntegrityError:  # another process was quicker
                log.info("the letter %s was written already", key)


def _write_one(uow: UnitOfWork, account: Account, kind: LetterKind, key: str) -> None:
    facts, path = (
        (waiting(uow), "/gestion/demandes")
        if kind == LetterKind.DAILY_DIGEST
        else (weekly_report.facts(uow), "/gestion")
    )
    if facts:
        to, day = accounts.recipient(uow, account), {"day": formats.long_day(uow.today, uow.language)}
        stop = unsubscribe_links.link(UNSUBSCRIBE, SEALED_FOR, account)
        outbox.write(uow, Mail(kind, to, day, facts=facts, path=path, once=key, unsubscribe=stop))


def unsubscribe(token: str, *, now: datetime | None = None) -> bool:
    """Whoever was sent this token gets no digest any more; said twice it is the same. False when no account is meant."""
    account = unsubscribe_links.account_of(token, SEALED_FOR, now=now)
    if account is None:
        return False
    if account.is_staff:
        with unit_of_work(account, writes=True, now=now) as uow:
            accounts.choose_digest(uow, False)
    return True


def waiting(uow: UnitOfWork) -> list[Fact]:
    """What waits for the staff of that site, in words, and how far its campaigns are; empty when nothing does."""
    found: list[Fact] = []

    def add_fact(label: str, count: int, more: str = "") -> None:
        if count:
            found.append((uow.translate(label), f"{count}{more}"))

    waits, oldest = dashboard_counts.counts(uow), review.queue(uow, most=1)
    since = formats.ago(oldest[0].request.submitted_at, uow.now, uow.zone, uow.language) if oldest else ""
    add_fact(_("Fiches à valider"), waits[""], uow.translate(", la plus ancienne {age}", age=since) if since else "")
    add_fact(_("Réinscriptions à valider"), waits["reinscriptions"])
    add_fact(_("Pièces à vérifier"), waits["pieces"])
    add_fact(_("Absences à traiter"), waits["absences"])
    add_fact(_("Messages à lire"), waits["messages"])
    add_fact(_("Trop-perçus à régler"), len(overpayments.troubles(uow)))
    letters = outbox_admin.counts(uow, Wanted(since=uow.today - timedelta(days=7)))
    trouble = letters[LetterState.FAILED] + letters[LetterState.ABANDONED]
    add_fact(_("Courriels en échec depuis une semaine"), trouble)
    return found + _campaigns(uow)


def _campaigns(uow: UnitOfWork) -> list[Fact]:
    """How far each open campaign is."""
    running = [each for each in campaign_admin.every(uow) if campaigns.is_open(uow, each)]
    answers = reenrolment_list.sums(uow) if running else {}
    return [
        (
            each.title,
            uow.translate(
                "{answered} élèves sur {count} ont répondu, jusqu’au {day}",
                answered=sum(answers.get(each.id, {}).values()),
                count=campaigns.how_many(uow, each),
                day=formats.day(each.closes_on),
            ),
        )
        for each in running
    ]

"""A campaign's reminders that its settings plan: so many days before its last one, to whoever has begun and not sent, or must correct.

Who answered is not among them any more when the day comes. The letters and the mark that they were written are one transaction,
under the campaign's lock: a second process or a restart writes none again.
"""

from datetime import date, datetime, timedelta

from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil
from data.mail.templates import LetterKind
from data.reenrolment import letters, participation
from data.reenrolment.campaigns import Campaign, CampaignState
from data.reenrolment.models import Reenrolment, ReenrolmentState

LATE = timedelta(days=2)  # a portal that was down that morning still reminds


def go_round(site: Site, now: datetime) -> None:
    """What is due at that site and was not done."""
    today = now.astimezone(site.zone).date()
    with system_unit_of_work(now=now) as uow:
        active = uow.all(select(Campaign).where(Campaign.site_id == site.id, Campaign.state == CampaignState.ACTIVE))
        due = [each.id for each in active if _due(each, today) is not None]
    for campaign_id in due:
        with system_unit_of_work(writes=True, now=now) as uow:
            uow.zone = site.zone
            campaign = uow.get(Campaign, campaign_id, lock=True)
            if campaign.state == CampaignState.ACTIVE and (days := _due(campaign, today)) is not None:
                _remind(uow, campaign, days)


def _mark(campaign: Campaign, days: int) -> str:
    """Of another last day it is another reminder."""
    return f"{campaign.closes_on:%Y-%m-%d} {days}"


def _due(campaign: Campaign, today: date) -> int | None:
    """How many days before the last one; None when nothing is to be done today. A later reminder stands for an earlier one."""
    if not campaign.opens_on <= today <= campaign.closes_on:
        return None
    for days in sorted(campaign.reminder_days):
        planned = campaign.closes_on - timedelta(days=days)
        if planned <= today <= planned + LATE:
            return days if _mark(campaign, days) not in campaign.reminded else None
    return None


def planned(campaign: Campaign, today: date) -> list[date]:
    """The days still to come."""
    every = (campaign.closes_on - timedelta(days=days) for days in campaign.reminder_days)
    return sorted(day for day in every if day > today)


def _remind(uow: UnitOfWork, campaign: Campaign, days: int) -> None:
    campaign.reminded = [*campaign.reminded, _mark(campaign, days)]
    uow.add(campaign)
    written = 0
    for each in participation.families_in(uow, campaign, ReenrolmentState.DRAFT):
        if not participation.is_today(uow, each.reminded_at):  # by hand
            letters.reminder(uow, each.account, each.pupils, campaign)
            written += 1
    for account, pupils in _to_correct(uow, campaign):
        letters.reminder(uow, account, pupils, campaign, LetterKind.REENROLMENT_CORRECTION)
        written += 1
    changes = {"letters": ["", written], "days_before": ["", days]}
    audit.note_record(uow, Action.CAMPAIGN_REMINDED, campaign, by=audit.Author(campaign.site_id, "–"), changes=changes)
    uow.publish(("campaign", campaign.id), ("letters", campaign.site_id))


def _to_correct(uow: UnitOfWork, campaign: Campaign) -> list[tuple[Account, list[Pupil]]]:
    """Whoever sent a request that came back, with the pupils of those."""
    found: dict[int, tuple[Account, list[Pupil]]] = {}
    for account, pupil in uow.rows(
        select(Account, Pupil)
        .join(Reenrolment, col(Reenrolment.author_id) == Account.id)
        .join(Pupil, col(Pupil.id) == Reenrolment.pupil_id)
        .where(
            Reenrolment.campaign_id == campaign.id,
            Reenrolment.state == ReenrolmentState.TO_CORRECT,
            col(Account.disabled).is_(False),
        )
        .order_by(col(Account.id), col(Pupil.first_name))
    ):
        found.setdefault(account.id, (account, []))[1].append(pupil)
    return list(found.values())

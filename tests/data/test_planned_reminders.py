"""A campaign's planned reminders: to whom, when, once, told in the journal, stopped by an answer."""

from datetime import datetime, time, timedelta

import pytest
from sqlmodel import col, select

from data.core.audit import AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.mail.outbox import Letter
from data.office import daily_digest
from data.reenrolment import campaign_admin, planned_reminders
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import Reenrolment, Wish
from tests.days import ZONE
from tests.demo_users import PAUL, as_, both, every

KINDS = ("reenrolment_reminder", "reenrolment_correction")


@pytest.fixture
def campaign(database: str) -> Campaign:
    """The demonstration's, with two reminders planned; one request of Claire's came back."""
    found: Campaign = every(Campaign, Campaign.state == "active")[0]
    with as_(PAUL) as uow:
        campaign_admin.save(uow, found.id, {"reminder_days": [14, 3]})
    with system_unit_of_work(writes=True) as uow:
        sent = uow.one(select(Reenrolment).where(Reenrolment.campaign_id == found.id, Reenrolment.state == "submitted"))
        assert sent
        sent.state = "to_correct"
        uow.add(sent)
    return found


def morning(campaign: Campaign, days: int, hour: int = 8) -> datetime:
    return datetime.combine(campaign.closes_on - timedelta(days=days), time(hour), ZONE)


def reminders() -> list[Letter]:
    return every(Letter, col(Letter.kind).in_(KINDS))


@both
def test_who_has_begun_or_must_correct_is_reminded_once_on_each_planned_day(campaign: Campaign) -> None:
    before = len(reminders())
    for days, hour, new in (
        (15, 8, 0),
        (14, 6, 0),
        (14, 8, 1),
        (14, 9, 0),
        (13, 8, 0),
        (3, 8, 1),
        (3, 9, 0),
        (0, 8, 0),
    ):
        daily_digest.go_round(now=morning(campaign, days, hour))
        written, before = len(reminders()) - before, len(reminders())
        assert bool(written) == bool(new), (days, hour)
    corrected = every(Reenrolment, Reenrolment.state == "to_correct", Reenrolment.campaign_id == campaign.id)
    to = {each.account_id for each in every(Letter, Letter.kind == "reenrolment_correction")}
    assert to == {each.author_id for each in corrected}
    begun = {each.family_id for each in every(Wish, Wish.campaign_id == campaign.id, Wish.way != "")}
    assert {each.family_id for each in every(Letter, Letter.kind == "reenrolment_reminder")} & begun
    entries = every(AuditEntry, AuditEntry.action == "campaign reminded", AuditEntry.actor == "–")
    assert [each.changes["days_before"][1] for each in entries] == [14, 3]
    assert {each.lane for each in reminders()[-2:]} == {2}


def test_a_morning_that_was_missed_is_made_up_for_and_an_old_one_is_not(campaign: Campaign) -> None:
    before = len(reminders())
    daily_digest.go_round(now=morning(campaign, 12))
    assert len(reminders()) > before
    with as_(PAUL) as uow:
        campaign_admin.save(uow, campaign.id, {"reminder_days": [21]})
    before = len(reminders())
    daily_digest.go_round(now=morning(campaign, 10))
    assert len(reminders()) == before


def test_nothing_goes_to_who_answered_nor_of_a_campaign_that_is_suspended(campaign: Campaign) -> None:
    with system_unit_of_work(writes=True) as uow:
        for each in uow.all(select(Reenrolment).where(Reenrolment.state == "to_correct")):
            each.state = "submitted"
            uow.add(each)
    with as_(PAUL) as uow:
        campaign_admin.suspend(uow, campaign.id)
    before = len(reminders())
    daily_digest.go_round(now=morning(campaign, 14))
    assert len(reminders()) == before
    with as_(PAUL) as uow:
        campaign_admin.activate(uow, campaign.id)
    daily_digest.go_round(now=morning(campaign, 14))
    assert not every(Letter, Letter.kind == "reenrolment_correction")


def test_the_days_to_come_are_shown(campaign: Campaign) -> None:
    [now] = every(Campaign, Campaign.id == campaign.id)
    last = campaign.closes_on
    assert planned_reminders.planned(now, last - timedelta(days=14)) == [last - timedelta(days=3)]
    assert planned_reminders.planned(now, last) == []

"""A campaign's table and the queue page's queues: who is where, how many, and whom to remind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit, formats, sites
from data.core.audit import Action
from data.core.errors import UserError
from data.core.fields import tidy
from data.core.i18n import as_language
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, HouseholdRank, Pupil, PupilLink, Rights
from data.mail import custom_templates
from data.mail.outbox import Letter
from data.mail.templates import LetterKind
from data.reenrolment import campaigns, letters
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument, Wish
from data.reenrolment.queue_list import called
from data.reenrolment.queue_terms import given_with

PLACES: tuple[str, ...] = (ReenrolmentState.SILENT, ReenrolmentState.DRAFT, *reenrolment.STANDINGS)


def tally(uow: UnitOfWork, campaign: Campaign) -> tuple[int, dict[str, int]]:
    """(pupils who see the campaign, state -> how many in the order of PLACES). A request whose pupil left the audience
    counts too."""
    uow.staff_only()
    found = dict.fromkeys(PLACES, 0)
    for state, number in uow.rows(
        select(Reenrolment.state, func.count(col(Reenrolment.id)))
        .where(Reenrolment.campaign_id == campaign.id)
        .group_by(col(Reenrolment.state))
    ):
        found[state] = number

    def sum_of(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    sent, begun = sent_by(campaign), begun_by(campaign)
    ((seen, answered, drafts),) = uow.rows(
        select(func.count(col(Pupil.id)), sum_of(sent), sum_of(begun & ~sent)).where(campaigns.audience(campaign))
    )
    found[ReenrolmentState.DRAFT], found[ReenrolmentState.SILENT] = drafts, seen - answered - drafts
    return seen, found


def sent_by(campaign: Campaign) -> ColumnElement[bool]:
    """Whether a request was sent for a Pupil. Lists, not EXISTS: they are made once, whatever the database knows of its rows."""
    return col(Pupil.id).in_(select(Reenrolment.pupil_id).where(Reenrolment.campaign_id == campaign.id))


def begun_by(campaign: Campaign) -> ColumnElement[bool]:
    return col(Pupil.id).in_(select(Wish.pupil_id).where(Wish.campaign_id == campaign.id, Wish.way != ""))


def condition(campaign: Campaign, state: str) -> ColumnElement[bool]:
    """Pupils in that state; "" for all that the table shows, "unsent" for the silent and the drafts."""
    seen, sent, begun = campaigns.audience(campaign), sent_by(campaign), begun_by(campaign)
    places: dict[str, ColumnElement[bool]] = {
        "": seen | sent,
        "unsent": seen & ~sent,
        ReenrolmentState.SILENT: seen & ~sent & ~begun,
        ReenrolmentState.DRAFT: seen & ~sent & begun,
    }
    if state in places:
        return places[state]
    theirs = select(Reenrolment.pupil_id).where(Reenrolment.campaign_id == campaign.id, Reenrolment.state == state)
    return col(Pupil.id).in_(theirs)


def alone() -> ColumnElement[bool]:
    """A document received that no request of its household waits with: those are decided with their request."""
    return and_(
        col(SuppliedDocument.state) == DocumentState.RECEIVED,
        ~_request(col(Reenrolment.state) == ReenrolmentState.SUBMITTED),
    )


def _decided_alone() -> ColumnElement[bool]:
    with_request = _request(col(Reenrolment.decided_at) == col(SuppliedDocument.decided_at))
    return and_(
        col(SuppliedDocument.state).in_([DocumentState.VALIDATED, DocumentState.REFUSED]),
        col(SuppliedDocument.decided_at).is_not(None),
        ~with_request,
    )


def _request(state: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the household's request for that pupil, in that state, is there."""
    return select(Reenrolment.id).where(given_with(), state).correlate(SuppliedDocument).exists()


def waiting_documents(
    uow: UnitOfWork, *, closed: bool = False, search: str = "", most: int = 50, skip: int = 0
) -> list[tuple[SuppliedDocument, RequiredDocument, Pupil, int]]:
    """The queue « Pièces »: documents to be decided one by one, the oldest first; or those that were, the latest first. With the
    family's number."""
    uow.staff_only()
    order = col(SuppliedDocument.decided_at).desc() if closed else col(SuppliedDocument.given_at)
    question = _of_documents(select(SuppliedDocument, RequiredDocument, Pupil, Family.number), closed, search)
    found = uow.rows(question.order_by(order, col(SuppliedDocument.id)).limit(most).offset(skip))
    return [(supplied, document, pupil, number) for supplied, document, pupil, number in found]


def count_waiting_documents(uow: UnitOfWork, *, closed: bool = False, search: str = "") -> int:
    uow.staff_only()
    return uow.count(_of_documents(select(func.count(col(SuppliedDocument.id))), closed, search))


def _of_documents(question: Any, closed: bool, search: str) -> Any:
    question = (
        question.select_from(SuppliedDocument)
        .join(RequiredDocument, col(RequiredDocument.id) == SuppliedDocument.document_id)
        .join(Pupil, col(Pupil.id) == SuppliedDocument.pupil_id)
        .join(Family, col(Family.id) == SuppliedDocument.family_id)
        .where(_decided_alone() if closed else alone())
    )
    for word in tidy(search).split()[:6]:
        named = col(RequiredDocument.label).icontains(word[:60], autoescape=True)
        question = question.where(or_(named, *called(word)))
    return question


@dataclass(frozen=True)
class Silent:
    """A family to remind: the pupils for whom nothing was sent, the account that is written to, the last reminder."""

    account: Account
    family_number: int
    pupils: list[Pupil]
    reminded_at: datetime | None


def is_today(uow: UnitOfWork, at: datetime | None) -> bool:
    """Of a reminder: nobody is reminded twice on a day."""
    return at is not None and at.astimezone(uow.zone).date() == uow.today


def silent_families(uow: UnitOfWork, campaign: Campaign) -> dict[int, datetime | None]:
    """Family that may answer and has not, by number -> its last reminder. Two questions, and no record is read."""
    uow.staff_only()
    reminded: dict[int, datetime] = dict(
        uow.rows(
            select(Letter.family_id, func.max(col(Letter.created_at)))
            .where(Letter.kind == LetterKind.REENROLMENT_REMINDER, Letter.created_at >= campaign.created_at)
            .group_by(col(Letter.family_id))
        )
    )
    known = uow.rows(
        select(PupilLink.family_id, Family.number)
        .join(Family, col(Family.id) == PupilLink.family_id)
        .join(Account, col(Account.family_id) == PupilLink.family_id)
        .where(
            col(PupilLink.pupil_id).in_(select(Pupil.id).where(condition(campaign, "unsent"))),
            PupilLink.household == HouseholdRank.PRINCIPAL,
            PupilLink.rights == Rights.ALL,
            col(Account.disabled).is_(False),
        )
        .distinct()
        .order_by(col(Family.number))
    )
    return {family_id: reminded.get(family_id) for family_id, _ in known}


def to_remind(uow: UnitOfWork, campaign: Campaign, only: Iterable[int] | None = None) -> list[Silent]:
    """The families that may answer and have not, by number; the first account of each. `only`: of these."""
    uow.staff_only()
    return families_in(uow, campaign, "unsent", only)


def families_in(uow: UnitOfWork, campaign: Campaign, state: str, only: Iterable[int] | None = None) -> list[Silent]:
    """The same of the pupils in that state of the campaign (`condition`); in a system's unit of work too."""
    among = [] if only is None else [col(PupilLink.family_id).in_(set(only))]
    children: dict[int, list[Pupil]] = {}
    for pupil, link in uow.rows(
        select(Pupil, PupilLink)
        .join(PupilLink, col(PupilLink.pupil_id) == Pupil.id)
        .where(
            PupilLink.site_id == campaign.site_id,
            col(PupilLink.pupil_id).in_(select(Pupil.id).where(condition(campaign, state))),
            PupilLink.household == HouseholdRank.PRINCIPAL,
            PupilLink.rights == Rights.ALL,
            *among,
        )
        .order_by(col(Pupil.first_name))
    ):
        children.setdefault(link.family_id, []).append(pupil)
    reminded: dict[int, datetime] = dict(
        uow.rows(
            select(Letter.family_id, func.max(col(Letter.created_at)))
            .where(
                Letter.site_id == campaign.site_id,
                Letter.kind == LetterKind.REENROLMENT_REMINDER,
                Letter.created_at >= campaign.created_at,
            )
            .group_by(col(Letter.family_id))
        )
    )
    found: dict[int, Silent] = {}
    for account, number in uow.rows(
        select(Account, Family.number)
        .join(Family, col(Family.id) == Account.family_id)
        .where(col(Account.family_id).in_(children), col(Account.disabled).is_(False))
        .order_by(col(Family.number), col(Account.id))
    ):
        found.setdefault(
            account.family_id, Silent(account, number, children[account.family_id], reminded.get(account.family_id))
        )
    return list(found.values())


def remind(uow: UnitOfWork, campaign_id: int, family_ids: Iterable[int]) -> int:
    """Write to those of `to_remind` that are named and were not written to today; how many letters."""
    uow.staff_only()
    campaign = uow.get(Campaign, campaign_id, lock=True)  # two who press at once write once
    if not campaigns.is_open(uow, campaign):
        raise UserError(reenrolment.PERIOD_OVER)
    wanted, written = set(family_ids), 0
    for each in to_remind(uow, campaign, wanted):
        if each.account.family_id in wanted and not is_today(uow, each.reminded_at):
            letters.reminder(uow, each.account, each.pupils, campaign)
            written += 1
    audit.note_record(uow, Action.CAMPAIGN_REMINDED, campaign, changes={"letters": ["", written]})
    return written


def reminder(uow: UnitOfWork, campaign: Campaign, each: Silent) -> tuple[str, str]:
    """What the reminder would say to that family: subject and text, before anything is written."""
    language, site = as_language(each.account.language), sites.here(uow)
    text = custom_templates.in_use(uow, LetterKind.REENROLMENT_REMINDER, language)
    sentence = {
        "site": site.name,
        "name": each.account.name,
        "moment": formats.moment(uow.now, site.zone, language),
        **letters.reminder_words(each.pupils, campaign, language),
    }
    message = [custom_templates.fill(part, sentence) for part in text.body if part not in custom_templates.PARTS]
    return text.subject, "\n\n".join([formats.greeting(each.account.name, language), *message])

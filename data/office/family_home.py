"""What a family and the office have to say to each other, for the family's « Accueil »: asked in one question."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, bindparam
from sqlmodel import col, select

from data.accounts.models import Account
from data.change_requests import submission as change_requests
from data.change_requests.models import Asked, ChangeRequest, FieldChange
from data.core import formats
from data.core.unit_of_work import UnitOfWork, parts, prepared
from data.families.models import Guardian
from data.group_letters import reading
from data.group_letters.models import GroupLetter, GroupRecipient
from data.messages import submission as message_submission
from data.messages.models import Inquiry
from data.office import news
from data.office.news import News
from data.reenrolment import campaigns
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import Reenrolment
from data.schooling import absences
from data.schooling.absences import AbsenceNotice

FRESH = timedelta(days=180)  # what moved before stands on the pages only
CHANGES, NOTICES = 5, 50


@dataclass(frozen=True)
class Exchange:
    """Of each kind, in the order in which it is shown."""

    adults: Sequence[Guardian]  # the responsible one first
    me: Guardian | None  # whose account this is
    messages: Sequence[Inquiry]
    changes: Sequence[Asked]
    notices: Sequence[AbsenceNotice]  # of absences, the latest first
    awaited: Sequence[GroupLetter]  # to be accepted, the oldest first
    news: Sequence[News]
    campaigns: Sequence[tuple[Campaign, Reenrolment | None]]  # with what was sent for a pupil of theirs


_PART = parts(7).c.part
_EXCHANGE = prepared(
    select(Guardian, Account.id, Inquiry, ChangeRequest)
    .add_columns(FieldChange, AbsenceNotice, GroupLetter, News, Campaign, Reenrolment)
    .select_from(_PART.table)
    .join(Guardian, _PART == 0, isouter=True)
    .join(Account, and_(col(Account.guardian_id) == Guardian.id, col(Account.id) == bindparam("account")), isouter=True)
    .join(Inquiry, and_(_PART == 1, message_submission.at_home()), isouter=True)
    .join(FieldChange, and_(_PART == 2, change_requests.latest()), isouter=True)
    .join(ChangeRequest, col(ChangeRequest.id) == FieldChange.request_id, isouter=True)
    .join(AbsenceNotice, and_(_PART == 3, absences.latest()), isouter=True)
    .join(GroupRecipient, and_(_PART == 4, reading.awaited()), isouter=True)
    .join(GroupLetter, col(GroupLetter.id) == GroupRecipient.letter_id, isouter=True)
    .join(News, and_(_PART == 5, news.current()), isouter=True)
    .join(Campaign, and_(_PART == 6, campaigns.listed()), isouter=True)
    .join(Reenrolment, col(Reenrolment.campaign_id) == Campaign.id, isouter=True)
    .order_by(
        *(col(Guardian.rank), col(Guardian.id)),
        *(col(Inquiry.turned_at).desc(), col(Inquiry.id).desc()),
        *(col(ChangeRequest.changed_at).desc(), col(FieldChange.id)),
        *(col(AbsenceNotice.submitted_at).desc(), col(AbsenceNotice.id).desc()),
        *(col(GroupLetter.sent_at), col(News.rank), col(News.id), col(Campaign.closes_on), col(Campaign.id)),
    )
)


def exchange(uow: UnitOfWork) -> Exchange:
    values = {"family": uow.family_id, "account": uow.account_id, "since": uow.now - FRESH, "today": uow.today}
    found = uow.rows(_EXCHANGE, changes=CHANGES, notices=NOTICES, year=formats.school_year(uow.today), **values)
    adults, _accounts, messages, _requests, _changes, notices, awaited, pieces, _campaigns, _sent = (
        [each for each in column if each] for column in zip(*found, strict=True)
    )
    return Exchange(
        adults,
        next((row[0] for row in found if row[1]), None),
        messages,
        change_requests.as_asked((row[3], row[4]) for row in found if row[4]),
        notices,
        awaited,
        pieces[: news.MAX_SHOWN],
        [(row[8], row[9]) for row in found if row[8]],
    )

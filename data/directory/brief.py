"""A family as the office tells of it on the telephone: what its pupils attend, where their re-enrolment stands, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, and_
from sqlalchemy.orm import Mapped
from sqlmodel import col, func, select

from data.billing import models as billing
from data.billing.models import Invoice, Payment
from data.change_requests.models import ChangeRequest
from data.core import formats
from data.core.external_keys import ExternalKey
from data.core.unit_of_work import UnitOfWork
from data.directory import records
from data.families.models import Family, Pupil
from data.mail.outbox import Letter
from data.messages.models import Inquiry
from data.reenrolment import campaigns
from data.reenrolment import models as reenrolment
from data.reenrolment.campaigns import Campaign, CampaignState, RequiredDocument
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument, Way, Wish
from data.reenrolment.queue_terms import balance
from data.schooling import models as schooling
from data.schooling.absences import AbsenceNotice
from data.schooling.models import Attended, Lesson

LETTERS = 3


@dataclass(frozen=True)
class PupilBrief:
    """`state` is of the campaign that the pupil sees, "" without one; `missing` are documents the family must still give."""

    pupil: Pupil
    courses: Sequence[Attended] = ()
    lesson: tuple[Lesson, Attended] | None = None
    campaign: Campaign | None = None
    sent: Reenrolment | None = None
    state: ReenrolmentState | None = None
    missing: Sequence[str] = ()
    note: ReviewNote | None = None


@dataclass(frozen=True)
class Brief:
    """Of one family. `next_due`: when the first part of what it owes is due."""

    pupils: Sequence[PupilBrief]
    next_due: date | None
    letters: Sequence[Letter]


@dataclass
class _Asked:
    """What a pupil was asked in a campaign, and answered."""

    sent: Reenrolment | None = None
    note: ReviewNote | None = None
    begun: bool = False
    documents: list[tuple[RequiredDocument, SuppliedDocument | None]] = field(default_factory=list)


def of_family(uow: UnitOfWork, family: Family, pupils: Sequence[Pupil]) -> Brief:
    """Four questions, whatever its pupils; one more for each open campaign."""
    uow.staff_only()
    ids = [pupil.id for pupil in pupils]
    attended, answers = schooling.coming(uow, ids), _answers(uow, family.id, ids)
    known = {campaign.id: campaign for campaign, _ in answers.values()}
    seen = campaigns.seeing(uow, [each for each in known.values() if campaigns.is_open(uow, each)], ids)
    letters = records.letters_of(uow, family.id, LETTERS)
    return Brief(
        [_pupil(uow, pupil, attended.get(pupil.id, []), answers, seen.get(pupil.id)) for pupil in pupils],
        billing.next_due(uow, family.id),
        letters,
    )


Answers = dict[tuple[int, int], tuple[Campaign, _Asked]]


def _answers(uow: UnitOfWork, family_id: int, pupil_ids: Sequence[int]) -> Answers:
    """(campaign, pupil) -> what was asked and answered, of the campaigns that began; in one question."""

    def theirs(table: type[Wish | SuppliedDocument]) -> ColumnElement[bool]:
        return and_(col(table.pupil_id) == Pupil.id, col(table.family_id) == family_id)

    request = and_(col(Reenrolment.campaign_id) == Campaign.id, col(Reenrolment.pupil_id) == Pupil.id)
    given = and_(col(SuppliedDocument.document_id) == RequiredDocument.id, theirs(SuppliedDocument))
    question = (
        select(Campaign, Pupil.id, Reenrolment, ReviewNote)
        .add_columns(col(Wish.way), RequiredDocument, SuppliedDocument)
        .select_from(Campaign)
        .join(Pupil, and_(col(Pupil.site_id) == Campaign.site_id, col(Pupil.id).in_(pupil_ids)))
        .join(Reenrolment, request, isouter=True)
        .join(ReviewNote, col(ReviewNote.reenrolment_id) == Reenrolment.id, isouter=True)
        .join(Wish, and_(col(Wish.campaign_id) == Campaign.id, theirs(Wish)), isouter=True)
        .join(RequiredDocument, col(RequiredDocument.campaign_id) == Campaign.id, isouter=True)
        .join(SuppliedDocument, given, isouter=True)
        .where(
            col(Campaign.state) != CampaignState.DRAFT,
            col(Campaign.school_year) >= formats.school_year(uow.today),
        )
        .order_by(col(Campaign.closes_on), col(Campaign.id), col(RequiredDocument.rank), col(RequiredDocument.id))
    )
    found: Answers = {}
    for campaign, pupil_id, sent, note, way, document, supplied in uow.rows(question):
        _, asked = found.setdefault((campaign.id, pupil_id), (campaign, _Asked(sent, note, bool(way))))
        if document:
            asked.documents.append((document, supplied))
    return found


def _pupil(
    uow: UnitOfWork, pupil: Pupil, attended: list[Attended], answers: Answers, seen: Campaign | None
) -> PupilBrief:
    latest = [(campaign, asked) for (_, pupil_id), (campaign, asked) in answers.items() if pupil_id == pupil.id]
    sent = [(campaign, asked) for campaign, asked in latest if asked.sent]
    shown = next(((each, asked) for each, asked in latest if seen and each.id == seen.id), None) or (
        sent[-1] if sent else None
    )
    year = min((each.course.school_year for each in attended), default="")
    now = [each for each in attended if each.course.school_year == year]
    lesson = schooling.next_lesson(attended)
    if shown is None:
        return PupilBrief(pupil, now, lesson)
    campaign, asked = shown
    state = (
        ReenrolmentState(asked.sent.state)
        if asked.sent
        else ReenrolmentState.DRAFT
        if asked.begun
        else ReenrolmentState.SILENT
    )
    return PupilBrief(
        pupil, now, lesson, campaign, asked.sent, state, _missing(uow, pupil, campaign, asked, attended), asked.note
    )


def _missing(
    uow: UnitOfWork, pupil: Pupil, campaign: Campaign, asked: _Asked, attended: Sequence[Attended]
) -> list[str]:
    """The obligatory documents that are not there, or must be given again."""
    if asked.sent and asked.sent.way == Way.LEAVING:
        return []
    departments = {each.course.department for each in attended if each.course.school_year == campaign.source_year}
    wanting = {DocumentState.MISSING, DocumentState.REFUSED, DocumentState.EXPIRED}
    return [
        document.label
        for document, supplied in asked.documents
        if document.required
        and (supplied or campaigns.asked_of(document, campaign, pupil, departments))
        and reenrolment.state_of(supplied, uow.today) in wanting
    ]


@dataclass(frozen=True)
class Numbers:
    """How much each tab of the record holds, what the family owes in all (cents), what other programs call it."""

    bills: int
    requests: int
    letters: int
    balance: int
    code: str


def numbers(uow: UnitOfWork, family_id: int) -> Numbers:
    """In one question: bills and payments, requests of every kind, letters."""
    uow.staff_only()

    def of(*keys: Mapped[int] | Mapped[int | None]) -> list[ScalarSelect[int]]:
        return [select(func.count(key)).where(key == family_id).scalar_subquery() for key in keys]

    invoices, payments = of(col(Invoice.family_id), col(Payment.family_id))
    asked = of(
        col(ChangeRequest.family_id),
        col(Reenrolment.household_id),
        col(SuppliedDocument.family_id),
        col(AbsenceNotice.family_id),
        col(Inquiry.family_id),
    )
    (letters,) = of(col(Letter.family_id))
    code = (
        select(func.max(ExternalKey.key))
        .where(ExternalKey.record == "family", ExternalKey.row_id == family_id, col(ExternalKey.alias).is_(False))
        .scalar_subquery()
    )
    question = select(Family.id).add_columns(
        invoices + payments,
        asked[0] + asked[1] + asked[2] + asked[3] + asked[4],
        letters,
        balance(col(Family.id)),
        code,
    )
    ((_, bills, requests, sent, owed, named),) = uow.rows(question.where(col(Family.id) == family_id))
    return Numbers(bills, requests, sent, owed, named or "")

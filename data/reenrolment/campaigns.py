"""Re-enrolment campaigns: for which school year, when, which pupils see it, which documents are asked of whom.

What the staff do with them is in data/reenrolment/campaign_admin.py; families meet a campaign through data/reenrolment/models.py.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ColumnElement, ForeignKeyConstraint, UniqueConstraint, and_, bindparam, func
from sqlmodel import Field, col, select
from sqlmodel.sql.expression import SelectOfScalar

from data.core import sites
from data.core.days import age_on
from data.core.errors import NotFound
from data.core.own_texts import english_column
from data.core.scope import OfSite
from data.core.unit_of_work import UnitOfWork, prepared
from data.families import stored_files
from data.families.models import Pupil
from data.families.pupil_scope import OfPupil
from data.schooling.models import Course, Enrolment, EnrolmentStatus, of_its_pupil


class CampaignAudience(StrEnum):
    ALL = "all"
    DEPARTMENTS = "departments"
    CYCLES = "cycles"
    HAND = "hand"


class Sensitive(StrEnum):
    """How long a document's file may be kept."""

    NO = ""
    HEALTH = "health"
    INCOME = "income"


class CampaignState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    UPCOMING = "upcoming"  # shown only: active, before its first day
    ENDED = "ended"  # shown only: active, after its last day


def list_column() -> Any:
    return Field(default_factory=list, sa_column=Column(JSON, nullable=False))


def of_its_campaign() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["campaign_id", "site_id"], ["campaign.id", "campaign.site_id"])


class Campaign(OfSite, table=True):
    """A season of re-enrolment for `school_year`, open from `opens_on` to the last second of `closes_on`, in the site's
    own time. Everyone of the site may read it: it says nothing of anybody."""

    __table_args__ = (UniqueConstraint("id", "site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    school_year: str = Field(max_length=9)  # « 2027-2028 »: the one that pupils re-enrol for
    title: str = Field(max_length=120)
    opens_on: date
    closes_on: date
    state: str = Field(default=CampaignState.DRAFT, max_length=10, index=True)
    audience: str = Field(default=CampaignAudience.ALL, max_length=12)
    chosen: list[str] = list_column()  # departments or cycles, by name
    reminder_days: list[int] = list_column()  # before the last one: whoever has begun or must correct is reminded
    reminded: list[str] = (
        list_column()
    )  # « 2027-06-30 14 »: the reminders that were made, by last day and days before it
    administrative: bool = True  # whether the box « Réinscription administrative » is offered
    introduction: str = Field(default="", max_length=2000)  # above the pupil's courses
    documents_text: str = Field(default="", max_length=1000)  # above « Pièces à fournir »
    confirmation: str = Field(default="", max_length=2000)  # in the letter « demande reçue »
    english: dict[str, str] = english_column()  # of these three texts
    created_at: datetime
    activated_at: datetime | None = None
    version: int = 1

    @property
    def source_year(self) -> str:
        """The year whose courses are continued: the one before."""
        first = int(self.school_year[:4])
        return f"{first - 1}-{first}"

    @property
    def starts(self) -> date:
        """The first day of its school year: ages are counted there."""
        return date(int(self.school_year[:4]), 9, 1)


class CampaignPupil(OfPupil, table=True):
    """A pupil chosen by hand."""

    staff_managed: ClassVar[bool] = True
    __tablename__ = "campaign_pupil"
    __table_args__ = (of_its_pupil(), of_its_campaign(), UniqueConstraint("campaign_id", "pupil_id"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    campaign_id: int
    pupil_id: int = Field(index=True)


class RequiredDocument(OfSite, table=True):
    """A document that a campaign asks for, of whom (`asked_of`). `model` is the name of a file to fill in, on disk."""

    __tablename__ = "required_document"
    __table_args__ = (of_its_campaign(), UniqueConstraint("id", "site_id"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    campaign_id: int = Field(index=True)
    rank: int = 0
    label: str = Field(max_length=120)
    hint: str = Field(default="", max_length=300)
    english: dict[str, str] = english_column()  # label, hint
    required: bool = True
    shared: bool = True  # one serves the whole family: offered for brothers and sisters
    min_age: int | None = None
    max_age: int | None = None
    departments: list[str] = list_column()  # none: of every department
    cycles: list[str] = list_column()
    sensitive: str = Field(default=Sensitive.NO, max_length=10)
    model: str = Field(default="", max_length=32)
    model_name: str = Field(default="", max_length=100)
    model_type: str = Field(default="", max_length=40)


def listed() -> ColumnElement[bool]:
    """Those that families meet: of the school year that the parameter `year` is, and of later ones."""
    return and_(col(Campaign.state) != CampaignState.DRAFT, col(Campaign.school_year) >= bindparam("year"))


def audience(campaign: Campaign) -> Any:
    """The condition on Pupil that says who sees the campaign: one rule for counting, reminding and one pupil's tab."""
    return _audience(CampaignAudience(campaign.audience), **audience_values(campaign))


def audience_values(campaign: Campaign) -> dict[str, Any]:
    """What a question with `audience_of` its kind is given."""
    return {"campaign": campaign.id, "year": campaign.source_year, "chosen": list(campaign.chosen)}


def audience_of(kind: CampaignAudience) -> Any:
    """The condition of all campaigns of that kind, for questions made once."""
    return _audience(kind, bindparam("campaign"), bindparam("year"), bindparam("chosen", expanding=True))


def _audience(kind: CampaignAudience, campaign: Any, year: Any, chosen: Any) -> Any:
    if kind == CampaignAudience.HAND:
        return col(Pupil.id).in_(select(CampaignPupil.pupil_id).where(CampaignPupil.campaign_id == campaign))
    attending = (
        select(Enrolment.pupil_id)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(Course.school_year == year, col(Enrolment.status) != EnrolmentStatus.LEFT)
    )
    if kind == CampaignAudience.DEPARTMENTS:
        attending = attending.where(col(Course.department).in_(chosen))
    seen = col(Pupil.id).in_(attending)
    return seen & col(Pupil.cycle).in_(chosen) if kind == CampaignAudience.CYCLES else seen


def how_many(uow: UnitOfWork, campaign: Campaign) -> int:
    """How many pupils see it, or would once it is active."""
    uow.staff_only()
    return uow.count(select(func.count(col(Pupil.id))).where(audience(campaign)))


def state_of(uow: UnitOfWork, campaign: Campaign) -> CampaignState:
    """Active from the first second of the first day to the last of the last one, in the site's own time."""
    state = CampaignState(campaign.state)
    if state != CampaignState.ACTIVE:
        return state
    sites.here(uow)
    if campaign.closes_on < uow.today:
        return CampaignState.ENDED
    return CampaignState.UPCOMING if uow.today < campaign.opens_on else state


def is_open(uow: UnitOfWork, campaign: Campaign) -> bool:
    return state_of(uow, campaign) == CampaignState.ACTIVE


def seeing(uow: UnitOfWork, among: Iterable[Campaign], pupil_ids: Iterable[int]) -> dict[int, Campaign]:
    """Pupil -> the first of these campaigns that it sees; a question for each campaign."""
    wanted, found = list(pupil_ids), dict[int, Campaign]()
    for campaign in among if wanted else ():
        question = _seeing(CampaignAudience(campaign.audience))
        for pupil_id in uow.all(question, pupils=wanted, **audience_values(campaign)):
            found.setdefault(pupil_id, campaign)
    return found


@lru_cache(maxsize=len(CampaignAudience))
def _seeing(kind: CampaignAudience) -> SelectOfScalar[int]:
    wanted = col(Pupil.id).in_(bindparam("pupils", expanding=True))
    return prepared(select(Pupil.id).where(wanted, audience_of(kind)))


def documents_of(uow: UnitOfWork, campaign_id: int) -> list[RequiredDocument]:
    """All that the campaign asks for, of anybody, in its order."""
    return list(
        uow.all(
            select(RequiredDocument)
            .where(RequiredDocument.campaign_id == campaign_id)
            .order_by(col(RequiredDocument.rank), col(RequiredDocument.id))
        )
    )


def attended_departments(
    uow: UnitOfWork, campaign: Campaign, among: Iterable[RequiredDocument | None], pupil_ids: Iterable[int]
) -> dict[int, set[str]]:
    """Pupil -> departments attended in the year that ends; asked only where one of these documents is some department's."""
    found: dict[int, set[str]] = {}
    if any(document and document.departments for document in among):
        values = {"pupils": sorted(set(pupil_ids)), "year": campaign.source_year}
        for pupil_id, department in uow.rows(_ATTENDED, **values):
            found.setdefault(pupil_id, set()).add(department)
    return found


_ATTENDED = prepared(
    select(Enrolment.pupil_id, Course.department)
    .join(Course, col(Course.id) == Enrolment.course_id)
    .where(col(Enrolment.pupil_id).in_(bindparam("pupils", expanding=True)), Course.school_year == bindparam("year"))
)


def asked_of(document: RequiredDocument, campaign: Campaign, pupil: Pupil, departments: Iterable[str]) -> bool:
    """Whether the document is asked of that pupil, who attends these departments. An unknown age is any age."""
    if document.departments and not set(document.departments) & set(departments):
        return False
    if document.cycles and pupil.cycle not in document.cycles:
        return False
    if pupil.birth_date is None:
        return True
    age = age_on(pupil.birth_date, campaign.starts)
    return (document.min_age is None or age >= document.min_age) and (
        document.max_age is None or age <= document.max_age
    )


def model_of(uow: UnitOfWork, document_id: int) -> tuple[RequiredDocument, bytes]:
    """The file to fill in; everyone of the site may read it. NotFound when there is none."""
    document = uow.get(RequiredDocument, document_id)
    content = stored_files.read(document.site_id, document.model)
    if content is None:
        raise NotFound(f"model of document {document_id}")
    return document, content

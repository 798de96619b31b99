"""A pupil's re-enrolment, as kept and as its page shows it.

Each household has a `Wish` of its own: what it ticked and wrote, kept at each change; never met by the other household. The
first one that sends makes the pupil's `Reenrolment`, which both households see: which courses, and where it stands. Documents
are the household's that gave them. So a pupil is re-enrolled once, and nobody reads the other's words or papers (R-73).

A request is submitted, then validated, refused or to_correct; sent again, it is submitted anew. What changes a wish is in
data/reenrolment/submission.py, what changes documents in data/reenrolment/documents.py, what staff decide in
data/reenrolment/review.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pydantic import SkipValidation
from sqlalchemy import ColumnElement, ForeignKeyConstraint, UniqueConstraint, and_, bindparam, func
from sqlmodel import Field, col, select

from data.core import formats, sites
from data.core.errors import NotFound, UserError
from data.core.i18n import _
from data.core.scope import OfFamily
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil, PupilLink, Rights, of_its_site
from data.families.pupil_scope import OfPupil
from data.families.stored_files import StoredFile
from data.reenrolment import campaigns
from data.reenrolment.campaigns import Campaign, CampaignState, RequiredDocument, list_column, of_its_campaign
from data.schooling.models import Course, Cursus, Enrolment, EnrolmentStatus, Teacher, of_its_pupil

SUSPENDED = _("La réinscription est suspendue pour le moment. Ce que vous avez préparé est gardé.")
ONLY_READ = _("Vous pouvez consulter ce dossier, mais pas le modifier. Adressez-vous au conservatoire.")
PERIOD_OVER = _("La période de réinscription est terminée.")


class Way(StrEnum):
    ADMINISTRATIVE = "administrative"
    COURSES = "courses"
    LEAVING = "leaving"


class ReenrolmentState(StrEnum):
    SUBMITTED = "submitted"
    TO_CORRECT = "to_correct"
    VALIDATED = "validated"
    REFUSED = "refused"
    DRAFT = "draft"  # shown only: begun, not sent
    SILENT = "silent"  # shown only: nothing begun


class DocumentState(StrEnum):
    RECEIVED = "received"
    VALIDATED = "validated"
    REFUSED = "refused"
    MISSING = "missing"  # shown only: nothing given
    EXPIRED = "expired"  # shown only: validated, no longer valid


WAYS: dict[str, str] = {
    Way.ADMINISTRATIVE: _("Réinscription administrative"),
    Way.COURSES: _("Cursus et disciplines"),
    Way.LEAVING: _("Ne se réinscrit pas"),
}
STANDINGS = (
    ReenrolmentState.SUBMITTED,
    ReenrolmentState.TO_CORRECT,
    ReenrolmentState.VALIDATED,
    ReenrolmentState.REFUSED,
)


class Wish(OfFamily, table=True):
    """What one household ticked and wrote for a pupil: the draft, and what was sent. `chosen` holds enrolments."""

    __tablename__ = "reenrolment_wish"
    __table_args__ = (
        of_its_site(),
        of_its_pupil(),
        of_its_campaign(),
        UniqueConstraint("campaign_id", "pupil_id", "family_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    campaign_id: int
    pupil_id: int = Field(index=True)
    way: str = Field(default="", max_length=14)  # "" (nothing yet) or one of WAYS
    chosen: list[int] = list_column()
    reason: str = Field(default="", max_length=60)  # of leaving
    precision: str = Field(default="", max_length=500)
    message: str = Field(default="", max_length=2000)  # « Demandes complémentaires »
    answer: str = Field(default="", max_length=1000)  # the staff's words to this household: to correct, refused
    author_id: int
    changed_at: datetime


class Reenrolment(OfPupil, table=True):
    """A pupil's request, sent by one household (`household_id`). No words of anybody are here: both households meet it."""

    __table_args__ = (
        of_its_pupil(),
        of_its_campaign(),
        ForeignKeyConstraint(["household_id", "site_id"], ["family.id", "family.site_id"]),
        UniqueConstraint("campaign_id", "pupil_id"),
        UniqueConstraint("id", "site_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    campaign_id: int
    pupil_id: int = Field(index=True)
    household_id: int = Field(index=True)
    author_id: int
    state: str = Field(default=ReenrolmentState.SUBMITTED, max_length=12, index=True)  # one of STANDINGS
    way: str = Field(max_length=14)
    chosen: list[int] = list_column()
    submitted_at: datetime = Field(index=True)
    version: int = 1  # moves whenever the family or the staff change something
    decided_at: datetime | None = None
    decided_by: str = Field(default="", max_length=120)
    made: list[int] = list_column()  # next year's enrolments that the validation asked for
    batch: str = Field(default="", max_length=12, index=True)  # shared by what was accepted in one go, and is undone so
    viewer_id: int | None = None  # the staff member who has it open
    viewer: str = Field(default="", max_length=120)
    viewed_at: datetime | None = None


class SuppliedDocument(OfFamily, table=True):
    """The file a household gave for one document asked of a pupil; giving another replaces it. Without `file_id` the file
    is gone (health papers are not kept), what was decided stays."""

    __tablename__ = "supplied_document"
    __table_args__ = (
        of_its_site(),
        of_its_pupil(),
        of_its_campaign(),
        ForeignKeyConstraint(["document_id", "site_id"], ["required_document.id", "required_document.site_id"]),
        UniqueConstraint("document_id", "pupil_id", "family_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    campaign_id: int = Field(index=True)
    document_id: int
    pupil_id: int = Field(index=True)
    file_id: int | None = Field(default=None, foreign_key="stored_file.id", index=True)
    file_name: str = Field(max_length=100)
    size: int
    state: str = Field(default=DocumentState.RECEIVED, max_length=10, index=True)
    reason: str = Field(default="", max_length=500)
    given_at: datetime = Field(index=True)
    times: int = 1  # how many files were given for it so far
    author_id: int
    decided_at: datetime | None = None
    decided_by: str = Field(default="", max_length=120)
    expires_on: date | None = None  # validated until then
    seen_file_id: int | None = (
        None  # the file that somebody of the office had on the screen; another is « non vue » again
    )
    version: int = 1


@dataclass(frozen=True)
class Discipline:
    """One line of the pupil's courses."""

    enrolment: Enrolment
    course: Course
    teacher: Teacher | None
    cursus: Cursus | None

    @property
    def active(self) -> bool:
        return self.enrolment.status == EnrolmentStatus.ENROLLED

    @property
    def teacher_name(self) -> str:
        return self.teacher.full_name if self.teacher else ""


@dataclass(frozen=True)
class DocumentItem:
    """A document asked of the pupil, and what this household gave."""

    document: RequiredDocument
    supplied: SuppliedDocument | None
    state: DocumentState
    file: str = ""  # the name of the file, for /documents/{name}

    @property
    def lacking(self) -> bool:
        """Whether a request cannot be sent without another file."""
        return self.document.required and self.state in {
            DocumentState.MISSING,
            DocumentState.REFUSED,
            DocumentState.EXPIRED,
        }


@dataclass(frozen=True)
class Situation:
    """All that the page of one pupil and one household shows."""

    campaign: Campaign
    pupil: Pupil
    disciplines: list[Discipline]
    document_items: list[DocumentItem]
    wish: Wish | None
    sent: Reenrolment | None
    family_id: int | None
    is_open: bool  # the campaign accepts requests now
    may_change: bool  # this household's rights

    @property
    def mine(self) -> bool:
        return self.sent is not None and self.sent.household_id == self.family_id

    @property
    def way(self) -> str:
        return self.sent.way if self.sent and not self.editable else self.wish.way if self.wish else ""

    @property
    def chosen(self) -> set[int]:
        """Enrolments ticked, or asked for once sent; only those of the pupil."""
        stored = self.sent.chosen if self.sent and not self.editable else self.wish.chosen if self.wish else []
        return set(stored) & {each.enrolment.id for each in self.disciplines}

    @property
    def editable(self) -> bool:
        """Whether part 1 and the text may be changed, and « Valider » pressed."""
        return self.closed_because is None

    @property
    def answered_for(self) -> bool:
        """This household sent it, and it is not to be corrected: it is read, no longer filled in."""
        return self.mine and self.sent is not None and self.sent.state != ReenrolmentState.TO_CORRECT

    @property
    def may_reopen(self) -> bool:
        """Whether « Demander une correction » is offered: until the last day, and until the staff answer."""
        waits = self.sent is not None and self.sent.state == ReenrolmentState.SUBMITTED
        return self.mine and waits and self.may_change and self.period_over is None

    @property
    def closed_because(self) -> UserError | None:
        """Why this household may not change its request; None when it may."""
        if not self.may_change:
            return UserError(ONLY_READ)
        if self.sent and not self.mine:
            return UserError("L’autre foyer de l’élève a déjà envoyé la demande de réinscription.")
        if self.sent and self.sent.state in {ReenrolmentState.VALIDATED, ReenrolmentState.REFUSED}:
            return UserError("Le conservatoire a déjà répondu à cette demande de réinscription.")
        if period := self.period_over:
            return period
        if self.sent and self.sent.state == ReenrolmentState.SUBMITTED:
            return UserError("Votre demande est envoyée : le conservatoire va y répondre.")
        return None

    @property
    def period_over(self) -> UserError | None:
        """What was sent back to be corrected may be, after the last day too, until staff close the campaign."""
        if self.campaign.state == CampaignState.SUSPENDED:
            return UserError(SUSPENDED, code="suspendu")
        correcting = (
            self.sent is not None
            and self.sent.state == ReenrolmentState.TO_CORRECT
            and self.campaign.state == CampaignState.ACTIVE
        )
        return None if self.is_open or correcting else UserError(PERIOD_OVER, code="fini")

    @property
    def lacking(self) -> list[DocumentItem]:
        return [item for item in self.document_items if item.lacking]


def shown_campaigns(uow: UnitOfWork, pupil_ids: Iterable[int]) -> dict[int, Campaign]:
    """Pupil -> the campaign of its tab: the open one that it sees, else the latest that a request was sent for."""
    wanted = list(pupil_ids)
    found = _sent(uow, wanted)
    active = {campaign.id: campaign for campaign, _ in found if campaigns.is_open(uow, campaign)}
    sent = {request.pupil_id: campaign for campaign, request in found if request}
    return {**sent, **campaigns.seeing(uow, active.values(), wanted)}


_SENT = prepared(
    select(Campaign, Reenrolment)
    .join(
        Reenrolment,
        and_(
            col(Reenrolment.campaign_id) == Campaign.id,
            col(Reenrolment.pupil_id).in_(bindparam("pupils", expanding=True)),
        ),
        isouter=True,
    )
    .where(campaigns.listed())
    .order_by(col(Campaign.closes_on), col(Campaign.id))
)


def _sent(uow: UnitOfWork, pupil_ids: Iterable[int]) -> Sequence[tuple[Campaign, Reenrolment | None]]:
    """The campaigns of this year on, each with what was sent for these pupils; the first to close first."""
    return uow.rows(_SENT, pupils=list(pupil_ids), year=formats.school_year(uow.today))


def situation(uow: UnitOfWork, pupil: Pupil, campaign: Campaign, *, family_id: int | None = None) -> Situation:
    """Seen from the unit of work's own family; staff say whose side they look at."""
    family_id = uow.family_id if uow.family_id is not None else family_id
    (wish, sent, rights), *_ = uow.rows(
        select(Wish, Reenrolment, PupilLink.rights)
        .select_from(Pupil)
        .join(Wish, _of(Wish, campaign.id) & (col(Wish.family_id) == family_id), isouter=True)
        .join(Reenrolment, _of(Reenrolment, campaign.id), isouter=True)
        .join(
            PupilLink,
            and_(col(PupilLink.pupil_id) == Pupil.id, col(PupilLink.family_id) == family_id),
            isouter=True,
        )
        .where(Pupil.id == pupil.id)
    )
    lines = disciplines(uow, pupil.id, campaign)
    return Situation(
        campaign,
        pupil,
        lines,
        document_items(uow, campaign, pupil, {line.course.department for line in lines}, family_id),
        wish,
        sent,
        family_id,
        is_open=campaigns.is_open(uow, campaign),
        may_change=uow.is_staff or rights == Rights.ALL,
    )


def _of(table: type[Wish] | type[Reenrolment], campaign_id: int) -> ColumnElement[bool]:
    return and_(col(table.pupil_id) == Pupil.id, col(table.campaign_id) == campaign_id)


def disciplines(uow: UnitOfWork, pupil_id: int, campaign: Campaign) -> list[Discipline]:
    """The pupil's courses of the year that ends, by cursus; those outside any cursus last."""
    return [
        Discipline(*found)
        for found in uow.rows(
            select(Enrolment, Course, Teacher, Cursus)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
            .join(Cursus, col(Cursus.id) == Enrolment.cursus_id, isouter=True)
            .where(
                Enrolment.pupil_id == pupil_id,
                Course.school_year == campaign.source_year,
                col(Enrolment.status).in_([EnrolmentStatus.ENROLLED, EnrolmentStatus.WAITING, EnrolmentStatus.LEFT]),
            )
            .order_by(col(Cursus.id).is_(None), col(Cursus.name), col(Course.name), col(Enrolment.id))
        )
    ]


def document_items(
    uow: UnitOfWork, campaign: Campaign, pupil: Pupil, departments: Iterable[str], family_id: int | None
) -> list[DocumentItem]:
    """The documents asked of that pupil, with what the household gave."""
    sites.here(uow)
    attended = set(departments)
    theirs = and_(
        col(SuppliedDocument.document_id) == RequiredDocument.id,
        col(SuppliedDocument.pupil_id) == pupil.id,
        col(SuppliedDocument.family_id) == family_id,
    )
    return [
        DocumentItem(document, supplied, state_of(supplied, uow.today), name or "")
        for document, supplied, name in uow.rows(
            select(RequiredDocument, SuppliedDocument, StoredFile.name)
            .join(SuppliedDocument, theirs, isouter=True)
            .join(StoredFile, col(StoredFile.id) == SuppliedDocument.file_id, isouter=True)
            .where(RequiredDocument.campaign_id == campaign.id)
            .order_by(col(RequiredDocument.rank), col(RequiredDocument.id))
        )
        if supplied or campaigns.asked_of(document, campaign, pupil, attended)
    ]


def state_of(supplied: SuppliedDocument | None, today: date) -> DocumentState:
    if supplied is None:
        return DocumentState.MISSING
    expired = (
        supplied.state == DocumentState.VALIDATED and supplied.expires_on is not None and supplied.expires_on < today
    )
    return DocumentState.EXPIRED if expired else DocumentState(supplied.state)


def locked(uow: UnitOfWork, pupil: Pupil, campaign_id: int) -> Situation:
    """The situation with the pupil locked: two tabs, two households, and staff wait for each other here."""
    campaign = uow.get(Campaign, campaign_id, lock=True)  # one that is being closed is closed, or waits
    found = situation(uow, uow.get(Pupil, pupil.id, lock=True), campaign)
    seen = campaign.state != CampaignState.DRAFT and uow.count(
        select(func.count(col(Pupil.id))).where(Pupil.id == pupil.id, campaigns.audience(campaign))
    )
    if not seen and found.sent is None:
        raise NotFound(f"campaign {campaign_id} for pupil {pupil.id}")
    return found


def announce(uow: UnitOfWork, site_id: int, family_id: int | None, pupil_id: int) -> None:
    """Redraw the household's pages, the other household's, and the queue page's."""
    uow.publish(("family", family_id or 0), ("pupil", pupil_id), ("queue", site_id))

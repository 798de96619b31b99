"""A message to the office: what it is about, where it stands; its turns, a few of them: it is no chat."""

from datetime import datetime
from enum import StrEnum

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field, col, select

from data.core import audit
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import Language, _, translate
from data.core.plain_text import tidy_lines
from data.core.scope import OfFamily
from data.core.unit_of_work import UnitOfWork
from data.families.models import of_its_site

MAX_LENGTH = 1000  # characters of a turn
MAX_TURNS = 6  # three questions at most, each with its answer: then it is for the telephone


class About(StrEnum):
    """What a message may be about. A course is that of one pupil: the row is the enrolment."""

    CHANGE = "change"
    REENROLMENT = "reenrolment"
    DOCUMENT = "document"
    ABSENCE = "absence"
    INVOICE = "invoice"
    CREDIT = "credit"
    COURSE = "course"


TITLES = {
    About.CHANGE: _("Fiche de {name}"),
    About.REENROLMENT: _("Réinscription de {name}"),
    About.DOCUMENT: _("Pièce ({name})"),
    About.ABSENCE: _("Absence de {name}"),
    About.INVOICE: _("Facture n° {name}"),
    About.CREDIT: _("Avoir n° {name}"),
    About.COURSE: _("Cours {name}"),
}


class InquiryState(StrEnum):
    WAITING = "waiting"  # for the office
    ANSWERED = "answered"
    CLOSED = "closed"  # by either side
    UNREAD = "unread"  # answered, and not opened by the family since; never kept (state_of)


class Side(StrEnum):
    FAMILY = "family"
    OFFICE = "office"


class Inquiry(OfFamily, table=True):
    """One exchange. `about_id` is no foreign key: what it is about may leave before it; `name` says what that was called."""

    __table_args__ = (
        of_its_site(),
        UniqueConstraint("id", "family_id"),
        Index("ix_inquiry_queue", "site_id", "state", "turned_at"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    about: str = Field(max_length=12)
    about_id: int
    name: str = Field(max_length=200)
    state: str = Field(default=InquiryState.WAITING, max_length=10)
    author_id: int
    asked_by: str = Field(default="", max_length=120)
    asked_at: datetime = Field(index=True)
    turned_at: datetime  # when the last turn was written
    answered_at: datetime | None = None  # the last answer
    read_at: datetime | None = None  # since when the family has read it
    closed_at: datetime | None = None
    closed_by: str = Field(default="", max_length=10)  # which side


class InquiryTurn(OfFamily, table=True):
    """What one side wrote at once."""

    __tablename__ = "inquiry_turn"
    __table_args__ = (
        of_its_site(),
        ForeignKeyConstraint(["inquiry_id", "family_id"], ["inquiry.id", "inquiry.family_id"]),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    inquiry_id: int = Field(index=True)
    side: str = Field(max_length=10)
    author_id: int = Field(index=True)
    written_by: str = Field(default="", max_length=120)
    text: str = Field(max_length=MAX_LENGTH)
    at: datetime


def title(inquiry: Inquiry, language: Language) -> str:
    """« Facture n° 26000007 »."""
    return translate(TITLES[About(inquiry.about)], language, name=inquiry.name)


def is_unread(inquiry: Inquiry) -> bool:
    return inquiry.answered_at is not None and inquiry.read_at is None


def state_of(inquiry: Inquiry) -> InquiryState:
    """As it is shown: an answer that the family has not opened comes before all."""
    return InquiryState.UNREAD if is_unread(inquiry) else InquiryState(inquiry.state)


def turns(uow: UnitOfWork, inquiry_id: int) -> list[InquiryTurn]:
    """In the order in which they were written."""
    return list(uow.all(select(InquiryTurn).where(InquiryTurn.inquiry_id == inquiry_id).order_by(col(InquiryTurn.id))))


def add_turn(uow: UnitOfWork, inquiry: Inquiry, side: Side, text: str) -> None:
    uow.add(
        InquiryTurn(
            site_id=inquiry.site_id,
            family_id=inquiry.family_id,
            inquiry_id=inquiry.id,
            side=side,
            author_id=uow.account_id or 0,
            written_by=uow.name,
            text=text,
            at=uow.now,
        )
    )


def read_text(typed: str, field: str, nothing: str) -> str:
    """What is written; ValidationErrors under that `field`, with the sentence `nothing` when it is blank."""
    text = tidy_lines(typed)
    if not text:
        raise ValidationErrors({field: UserError(nothing)})
    if len(text) > MAX_LENGTH:
        raise ValidationErrors({field: UserError("Ce texte est trop long : 1 000 caractères au plus.")})
    return text


def shut(uow: UnitOfWork, inquiry: Inquiry, side: Side) -> None:
    """Nothing more is written to it."""
    inquiry.state, inquiry.closed_at, inquiry.closed_by = InquiryState.CLOSED, uow.now, side


def note(uow: UnitOfWork, action: Action, inquiry: Inquiry) -> None:
    """In the journal: not what was said, that is between the family and the office."""
    audit.note_record(uow, action, inquiry, inquiry.family_id, changes={"title": ["", inquiry.name]})


def announce_change(uow: UnitOfWork, inquiry: Inquiry) -> None:
    uow.publish(("family", inquiry.family_id or 0), ("queue", inquiry.site_id))

"""The conditions of the office's queue on a request and its pupil: what a word of the address leaves, what documents lack."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, bindparam, case, false, func, or_
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, select

from data.billing.models import EntryState, Invoice, Nature, Payment
from data.families.models import Pupil
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument, Way, Wish
from data.schooling.models import Course, Enrolment, EnrolmentStatus

ATTENDED = (EnrolmentStatus.ENROLLED, EnrolmentStatus.WAITING, EnrolmentStatus.LEFT)


class Only(StrEnum):
    """What the queue is narrowed to, as its address says it."""

    COMPLETE = "completes"
    MISSING = "manque"
    UNSEEN = "non-vues"
    MESSAGE = "message"
    SIBLINGS = "fratries"
    UNPAID = "solde"
    MINE = "moi"
    REVISIT = "revoir"


class Asking(NamedTuple):
    """What is to be known of a campaign."""

    id: int
    source_year: str
    starts: date


class Document(NamedTuple):
    """What is to be known of a document that a campaign asks for."""

    id: int
    campaign: Asking
    required: bool
    departments: tuple[str, ...]
    cycles: tuple[str, ...]
    min_age: int | None
    max_age: int | None


@dataclass(frozen=True)
class Terms:
    """The conditions on a request and its pupil, from the documents that campaigns ask for. Questions of the same terms are made
    once; their parameters are `today` and `me`, an account."""

    campaigns: tuple[Asking, ...] = ()
    documents: tuple[Document, ...] = ()

    @property
    def asked(self) -> ColumnElement[int]:
        """What is obligatory, and what was given besides."""
        return _sum([_wanted(each) if each.required else self._held(each) for each in self.documents])

    @property
    def given(self) -> ColumnElement[int]:
        return _sum([self._held(each) for each in self.documents])

    @property
    def lacking(self) -> ColumnElement[int]:
        return _sum(self._missing())

    @property
    def lacks(self) -> ColumnElement[bool]:
        """The same, asked until the first that lacks: of thousands of requests it is a third of the work."""
        return or_(false(), *self._missing())

    def _missing(self) -> list[ColumnElement[bool]]:
        return [_wanted(each) & ~self._held(each) for each in self.documents if each.required]

    def _held(self, document: Document) -> ColumnElement[bool]:
        """Given, and neither refused nor expired."""
        until = col(SuppliedDocument.expires_on)
        good = or_(
            col(SuppliedDocument.state) == DocumentState.RECEIVED,
            and_(
                col(SuppliedDocument.state) == DocumentState.VALIDATED,
                or_(until.is_(None), until >= bindparam("today")),
            ),
        )
        return _is_there(_given().where(SuppliedDocument.document_id == document.id, good))

    def of(self, only: Only) -> ColumnElement[bool]:
        conditions: dict[Only, ColumnElement[bool]] = {
            Only.COMPLETE: ~self.lacks,
            Only.MISSING: self.lacks,
            Only.UNSEEN: _is_there(_given().where(_unseen())),
            Only.MESSAGE: _has_message(),
            Only.SIBLINGS: siblings_waiting() > 0,
            Only.UNPAID: balance(col(Reenrolment.household_id)) > 0,
            Only.MINE: col(ReviewNote.assignee_id) == bindparam("me"),
            Only.REVISIT: col(ReviewNote.revisit).is_(True),
        }
        return conditions[only]


def _sum(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """How many of them hold."""
    total: ColumnElement[int] = func.coalesce(0, 0)
    for each in conditions:
        total = total + case((each, 1), else_=0)
    return total


def _asked(document: Document) -> ColumnElement[bool]:
    """As campaigns.asked_of, of a request and its pupil."""
    campaign = document.campaign
    asked = [col(Reenrolment.campaign_id) == campaign.id, col(Reenrolment.way) != Way.LEAVING]
    if document.departments:
        attending = (
            select(Enrolment.pupil_id)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .where(
                Course.school_year == campaign.source_year,
                col(Course.department).in_(document.departments),
                col(Enrolment.status).in_(ATTENDED),
            )
        )
        asked.append(col(Reenrolment.pupil_id).in_(attending))
    if document.cycles:
        asked.append(col(Pupil.cycle).in_(document.cycles))
    born, start = col(Pupil.birth_date), campaign.starts
    if document.min_age is not None:
        asked.append(or_(born.is_(None), born <= start.replace(year=start.year - document.min_age)))
    if document.max_age is not None:
        asked.append(or_(born.is_(None), born > start.replace(year=start.year - document.max_age - 1)))
    return and_(*asked)


def given_with() -> ColumnElement[bool]:
    """A document belongs to a request: the household gave it, for that pupil and that campaign."""
    return and_(
        col(SuppliedDocument.campaign_id) == Reenrolment.campaign_id,
        col(SuppliedDocument.pupil_id) == Reenrolment.pupil_id,
        col(SuppliedDocument.family_id) == Reenrolment.household_id,
    )


def _given() -> Any:
    """The documents that the household gave for the pupil."""
    return select(SuppliedDocument.id).where(given_with()).correlate(Reenrolment)


def _wanted(document: Document) -> ColumnElement[bool]:
    """Asked of the pupil, or asked once: something was given for it."""
    return or_(_asked(document), _is_there(_given().where(SuppliedDocument.document_id == document.id)))


def _is_there(documents: Select[tuple[int]]) -> ColumnElement[bool]:
    """Of EXISTS PostgreSQL would read every request's documents first, for a page of fifty."""
    first: ColumnElement[int] = documents.limit(1).scalar_subquery()
    return first.is_not(None)


def unseen_files() -> ScalarSelect[int]:
    """How many files of a request wait and were never on the screen of anybody of the office."""
    return _given().with_only_columns(func.count(col(SuppliedDocument.id))).where(_unseen()).scalar_subquery()


def _unseen() -> ColumnElement[bool]:
    file = col(SuppliedDocument.file_id)
    return and_(
        col(SuppliedDocument.state) == DocumentState.RECEIVED,
        file.is_not(None),
        func.coalesce(SuppliedDocument.seen_file_id, 0) != file,
    )


def message() -> ColumnElement[str]:
    """What the family wrote with its request: « Demandes complémentaires », or of its leaving."""
    return case((col(Reenrolment.way) == Way.LEAVING, Wish.precision), else_=Wish.message)


def _has_message() -> ColumnElement[bool]:
    return func.coalesce(message(), "") != ""


def siblings_waiting() -> ScalarSelect[int]:
    """How many other requests of the same household wait."""
    other = aliased(Reenrolment)
    return (
        select(func.count(other.id))  # type: ignore[arg-type]
        .where(
            other.household_id == Reenrolment.household_id,
            other.state == ReenrolmentState.SUBMITTED,
            other.id != Reenrolment.id,
        )
        .correlate(Reenrolment)
        .scalar_subquery()
    )


def balance(family_id: Mapped[int]) -> ColumnElement[int]:
    """What a family owes, in cents, its ledgers together: billed minus paid."""
    signed = case((col(Invoice.nature) == Nature.CREDIT, -col(Invoice.total)), else_=col(Invoice.total))
    billed = select(func.coalesce(func.sum(signed), 0)).where(Invoice.family_id == family_id)
    paid = select(func.coalesce(func.sum(col(Payment.cents)), 0)).where(
        Payment.family_id == family_id, Payment.state != EntryState.REJECTED
    )
    return billed.scalar_subquery() - paid.scalar_subquery()

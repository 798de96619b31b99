"""The list of the office's queue: what waits, the oldest first, or what was answered; narrowed, searched and counted by the database.

What stands in a row (documents given of those asked, brothers and sisters, the note) is counted for the rows of one page alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, false, func, or_
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, select

from data.billing.models import EntryState, Invoice, Nature, Payment
from data.core.fields import tidy
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Pupil
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import DocumentState, Reenrolment, ReenrolmentState, SuppliedDocument, Way, Wish
from data.schooling.models import Course, Enrolment, EnrolmentStatus

CLOSED = (ReenrolmentState.VALIDATED, ReenrolmentState.REFUSED, ReenrolmentState.TO_CORRECT)
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


@dataclass(frozen=True)
class Narrowing:
    """Everything asked for must hold; `department`: of a course attended in the year that ends."""

    search: str = ""
    only: frozenset[Only] = frozenset()
    department: str = ""

    def __bool__(self) -> bool:
        return bool(self.search or self.only or self.department)


NOT_NARROWED = Narrowing()


@dataclass(frozen=True)
class Waiting:
    """A row of the queue. `lacking`: required documents that nobody gave; `unseen`: files that nobody opened."""

    sent: Reenrolment
    pupil: Pupil
    family_number: int
    note: ReviewNote | None = None
    message: str = ""
    asked: int = 0
    given: int = 0
    lacking: int = 0
    unseen: int = 0
    siblings: int = 0

    @property
    def complete(self) -> bool:
        return not self.lacking


@dataclass(frozen=True)
class _Terms:
    """The conditions on a request and its pupil, from the documents that campaigns ask for."""

    uow: UnitOfWork
    campaigns: Sequence[Campaign] = ()
    documents: Sequence[tuple[RequiredDocument, Campaign]] = ()

    @property
    def asked(self) -> ColumnElement[int]:
        """What is obligatory, and what was given besides."""
        return _sum([_wanted(*each) if each[0].required else self._held(each[0]) for each in self.documents])

    @property
    def given(self) -> ColumnElement[int]:
        return _sum([self._held(document) for document, _ in self.documents])

    @property
    def lacking(self) -> ColumnElement[int]:
        return _sum(self._missing())

    @property
    def lacks(self) -> ColumnElement[bool]:
        """The same, asked until the first that lacks: of thousands of requests it is a third of the work."""
        return or_(false(), *self._missing())

    def _missing(self) -> list[ColumnElement[bool]]:
        return [_wanted(*each) & ~self._held(each[0]) for each in self.documents if each[0].required]

    def _held(self, document: RequiredDocument) -> ColumnElement[bool]:
        """Given, and neither refused nor expired."""
        until = col(SuppliedDocument.expires_on)
        good = or_(
            col(SuppliedDocument.state) == DocumentState.RECEIVED,
            and_(col(SuppliedDocument.state) == DocumentState.VALIDATED, or_(until.is_(None), until >= self.uow.today)),
        )
        found: ColumnElement[bool] = _given().where(SuppliedDocument.document_id == document.id, good).exists()
        return found

    def of(self, only: Only) -> ColumnElement[bool]:
        conditions: dict[Only, ColumnElement[bool]] = {
            Only.COMPLETE: ~self.lacks,
            Only.MISSING: self.lacks,
            Only.UNSEEN: _given().where(_unseen()).exists(),
            Only.MESSAGE: _has_message(),
            Only.SIBLINGS: siblings_waiting() > 0,
            Only.UNPAID: balance(col(Reenrolment.household_id)) > 0,
            Only.MINE: col(ReviewNote.assignee_id) == self.uow.account_id,
            Only.REVISIT: col(ReviewNote.revisit).is_(True),
        }
        return conditions[only]


def _terms(uow: UnitOfWork) -> _Terms:
    """One question: the campaigns whose requests wait, and their documents."""
    waiting = select(Reenrolment.campaign_id).where(Reenrolment.state == ReenrolmentState.SUBMITTED)
    found = uow.rows(
        select(Campaign, RequiredDocument)
        .join(RequiredDocument, col(RequiredDocument.campaign_id) == Campaign.id, isouter=True)
        .where(col(Campaign.id).in_(waiting))
        .order_by(col(RequiredDocument.id))
    )
    campaigns = {campaign.id: campaign for campaign, _ in found}
    return _Terms(uow, [*campaigns.values()], [(document, campaign) for campaign, document in found if document])


@dataclass(frozen=True)
class Overview:
    """What stands above the queue and in it: its page, how many each word of `Only` leaves, the departments to choose from."""

    rows: list[Waiting]
    total: int
    tally: dict[Only, int]
    departments: list[str]


def overview(
    uow: UnitOfWork, narrowing: Narrowing, *, most: int, skip: int = 0, known: Overview | None = None
) -> Overview:
    """Four questions; five when one page does not hold it all. `known`: read while the queue was as it is now, its sums hold."""
    uow.staff_only()
    terms = _terms(uow)
    rows = _page(uow, narrowing, terms, most=most, skip=skip)
    whole = not skip and len(rows) < most
    total = len(rows) if whole else uow.count(_narrowed(_joined(_COUNT, closed=False), narrowing, terms))
    if known is not None:
        return Overview(rows, total, known.tally, known.departments)
    return Overview(rows, total, _tally(uow, terms), _departments(uow, terms))


def queue(
    uow: UnitOfWork, narrowing: Narrowing = NOT_NARROWED, *, closed: bool = False, most: int = 50, skip: int = 0
) -> list[Waiting]:
    """Requests that wait, the oldest first; or those that were answered, the latest first."""
    uow.staff_only()
    return _page(uow, narrowing, _Terms(uow) if closed else _terms(uow), closed=closed, most=most, skip=skip)


def _page(
    uow: UnitOfWork, narrowing: Narrowing, terms: _Terms, *, closed: bool = False, most: int, skip: int
) -> list[Waiting]:
    order = col(Reenrolment.decided_at).desc() if closed else col(Reenrolment.submitted_at)
    text: Any = select(Reenrolment, Pupil)
    text = text.add_columns(Family.number, ReviewNote, _message())
    if not closed:
        text = text.add_columns(terms.asked, terms.given, terms.lacking, unseen_files(), siblings_waiting())
    question = _narrowed(_joined(text, closed), narrowing, terms)
    return [
        Waiting(sent, pupil, number, note, message or "", *counts)
        for sent, pupil, number, note, message, *counts in uow.rows(
            question.order_by(order, col(Reenrolment.id)).limit(most).offset(skip)
        )
    ]


_COUNT = select(func.count(col(Reenrolment.id)))


def count(uow: UnitOfWork, narrowing: Narrowing = NOT_NARROWED, *, closed: bool = False) -> int:
    uow.staff_only()
    terms = _terms(uow) if narrowing.only or narrowing.department else _Terms(uow)
    return uow.count(_narrowed(_joined(_COUNT, closed), narrowing, terms))


def _tally(uow: UnitOfWork, terms: _Terms) -> dict[Only, int]:
    """How many of those that wait each word of `Only` leaves. What is not complete lacks something: one of the two is asked."""
    asked = [only for only in Only if only != Only.COMPLETE]
    sums = [func.coalesce(func.sum(case((terms.of(only), 1), else_=0)), 0) for only in asked]
    text: Any = _COUNT
    ((every, *numbers),) = uow.rows(_joined(text.add_columns(*sums), closed=False))
    found = dict(zip(asked, numbers, strict=True))
    return {only: found.get(only, every - found[Only.MISSING]) for only in Only}


def _departments(uow: UnitOfWork, terms: _Terms) -> list[str]:
    """Of the courses that the pupils who wait attend in the year that ends, by name."""
    waiting = select(Reenrolment.pupil_id).where(Reenrolment.state == ReenrolmentState.SUBMITTED)
    years = {campaign.source_year for campaign in terms.campaigns}
    return list(
        uow.all(
            select(Course.department)
            .join(Enrolment, col(Enrolment.course_id) == Course.id)
            .where(col(Course.school_year).in_(years), Course.department != "", col(Enrolment.pupil_id).in_(waiting))
            .distinct()
            .order_by(col(Course.department))
        )
    )


def _joined(question: Any, closed: bool) -> Any:
    mine = and_(
        col(Wish.campaign_id) == Reenrolment.campaign_id,
        col(Wish.pupil_id) == Reenrolment.pupil_id,
        col(Wish.family_id) == Reenrolment.household_id,
    )
    return (
        question.select_from(Reenrolment)
        .join(Pupil, col(Pupil.id) == Reenrolment.pupil_id)
        .join(Family, col(Family.id) == Reenrolment.household_id)
        .join(Wish, mine, isouter=True)
        .join(ReviewNote, col(ReviewNote.reenrolment_id) == Reenrolment.id, isouter=True)
        .where(_stands(closed=closed))
    )


def _stands(*, closed: bool) -> ColumnElement[bool]:
    """What a household took back to correct waits for nobody and was answered by nobody."""
    if closed:
        return and_(col(Reenrolment.state).in_(CLOSED), col(Reenrolment.decided_at).is_not(None))
    return col(Reenrolment.state) == ReenrolmentState.SUBMITTED


def _narrowed(question: Any, narrowing: Narrowing, terms: _Terms) -> Any:
    for only in sorted(narrowing.only):
        question = question.where(terms.of(only))
    if narrowing.department:
        question = question.where(or_(*(_attends(narrowing.department, each) for each in terms.campaigns), false()))
    for word in tidy(narrowing.search).split()[:6]:
        question = question.where(or_(*called(word)))
    return question


def _attends(department: str, campaign: Campaign) -> ColumnElement[bool]:
    """Whether the pupil attends a course of that department in the year that the campaign continues."""
    attending = (
        select(Enrolment.pupil_id)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .where(
            Course.school_year == campaign.source_year,
            Course.department == department,
            col(Enrolment.status).in_(ATTENDED),
        )
    )
    return and_(col(Reenrolment.campaign_id) == campaign.id, col(Reenrolment.pupil_id).in_(attending))


def called(word: str) -> list[Any]:
    """The conditions under which a pupil, or the family, is meant by a word that was typed. Nothing in it is a wildcard."""
    found: list[Any] = [col(each).icontains(word[:60], autoescape=True) for each in (Pupil.last_name, Pupil.first_name)]
    if number := parse_id(word):
        found += [col(Pupil.number) == number, col(Family.number) == number]
    return found


def _sum(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[int]:
    """How many of them hold."""
    total: ColumnElement[int] = func.coalesce(0, 0)
    for each in conditions:
        total = total + case((each, 1), else_=0)
    return total


def _asked(document: RequiredDocument, campaign: Campaign) -> ColumnElement[bool]:
    """As campaigns.asked_of, of a request and its pupil."""
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


def _wanted(document: RequiredDocument, campaign: Campaign) -> ColumnElement[bool]:
    """Asked of the pupil, or asked once: something was given for it."""
    given: ColumnElement[bool] = _given().where(SuppliedDocument.document_id == document.id).exists()
    return or_(_asked(document, campaign), given)


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


def _message() -> ColumnElement[str]:
    """What the family wrote with its request: « Demandes complémentaires », or of its leaving."""
    return case((col(Reenrolment.way) == Way.LEAVING, Wish.precision), else_=Wish.message)


def _has_message() -> ColumnElement[bool]:
    return func.coalesce(_message(), "") != ""


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

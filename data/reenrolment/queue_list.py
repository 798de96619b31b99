"""The list of the office's queue: what waits, the oldest first, or what was answered; narrowed, searched and counted by the database.

What stands in a row (documents given of those asked, brothers and sisters, the note) is counted for the rows of one page alone.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Integer, and_, bindparam, case, false, func, or_
from sqlmodel import col, select

from data.core.fields import tidy
from data.core.ids import parse_id
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Family, Pupil
from data.reenrolment.campaigns import Campaign, RequiredDocument
from data.reenrolment.follow_up import ReviewNote
from data.reenrolment.models import Reenrolment, ReenrolmentState, Wish
from data.reenrolment.queue_terms import (
    ATTENDED,
    Asking,
    Document,
    Only,
    Terms,
    message,
    siblings_waiting,
    unseen_files,
)
from data.schooling.models import Course, Enrolment

Question: TypeAlias = Any  # a statement, whose type follows from what is selected
CLOSED = (ReenrolmentState.VALIDATED, ReenrolmentState.REFUSED, ReenrolmentState.TO_CORRECT)


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


def _terms(uow: UnitOfWork) -> Terms:
    """One question: the campaigns whose requests wait, and their documents."""
    waiting = select(Reenrolment.campaign_id).where(Reenrolment.state == ReenrolmentState.SUBMITTED)
    found = uow.rows(
        select(Campaign, RequiredDocument)
        .join(RequiredDocument, col(RequiredDocument.campaign_id) == Campaign.id, isouter=True)
        .where(col(Campaign.id).in_(waiting))
        .order_by(col(RequiredDocument.id))
    )
    campaigns = {each.id: Asking(each.id, each.source_year, each.starts) for each, _ in found}
    documents = tuple(
        Document(
            document.id,
            campaigns[campaign.id],
            required=document.required,
            departments=tuple(document.departments),
            cycles=tuple(document.cycles),
            min_age=document.min_age,
            max_age=document.max_age,
        )
        for campaign, document in found
        if document
    )
    return Terms(tuple(campaigns.values()), documents)


def _values(uow: UnitOfWork) -> dict[str, object]:
    return {"today": uow.today, "me": uow.account_id}


@dataclass(frozen=True)
class Overview:
    """What stands above the queue and in it: its page, how many it has as it is narrowed and in all, how many each word of `Only`
    leaves, the departments to choose from."""

    rows: list[Waiting]
    total: int
    waiting: int
    tally: dict[Only, int]
    departments: list[str]


def overview(
    uow: UnitOfWork, narrowing: Narrowing, *, most: int, skip: int = 0, known: Overview | None = None
) -> Overview:
    """Four questions; five when it is narrowed and one page does not hold it all. `known`: read while the queue was as it is now,
    its sums hold."""
    uow.staff_only()
    terms = _terms(uow)
    rows = _page(uow, narrowing, terms, most=most, skip=skip)
    waiting, tally = (known.waiting, known.tally) if known else _tally(uow, terms)
    departments = known.departments if known else _departments(uow, terms)
    whole = not skip and len(rows) < most
    total = len(rows) if whole else _counted(uow, narrowing, terms, closed=False) if narrowing else waiting
    return Overview(rows, total, waiting, tally, departments)


def queue(
    uow: UnitOfWork, narrowing: Narrowing = NOT_NARROWED, *, closed: bool = False, most: int = 50, skip: int = 0
) -> list[Waiting]:
    """Requests that wait, the oldest first; or those that were answered, the latest first."""
    uow.staff_only()
    return _page(uow, narrowing, Terms() if closed else _terms(uow), closed=closed, most=most, skip=skip)


def _page(
    uow: UnitOfWork, narrowing: Narrowing, terms: Terms, *, closed: bool = False, most: int, skip: int
) -> list[Waiting]:
    question = _searched(_rows(terms, narrowing.only, narrowing.department, closed=closed), narrowing.search)
    return [
        Waiting(sent, pupil, number, note, message or "", *counts)
        for sent, pupil, number, note, message, *counts in uow.rows(question, most=most, skip=skip, **_values(uow))
    ]


@lru_cache(maxsize=200)
def _rows(terms: Terms, only: frozenset[Only], department: str, *, closed: bool) -> Question:
    order = col(Reenrolment.decided_at).desc() if closed else col(Reenrolment.submitted_at)
    text: Question = select(Reenrolment, Pupil)
    text = text.add_columns(Family.number, ReviewNote, message())
    if not closed:
        text = text.add_columns(terms.asked, terms.given, terms.lacking, unseen_files(), siblings_waiting())
    question = _narrowed(_joined(text, closed), only, department, terms).order_by(order, col(Reenrolment.id))
    return prepared(question.limit(bindparam("most", type_=Integer)).offset(bindparam("skip", type_=Integer)))


_COUNT = select(func.count(col(Reenrolment.id)))


def _counted(uow: UnitOfWork, narrowing: Narrowing, terms: Terms, *, closed: bool) -> int:
    question = _searched(_sum_of(terms, narrowing.only, narrowing.department, closed=closed), narrowing.search)
    ((found,),) = uow.rows(question, **_values(uow))
    return int(found)


@lru_cache(maxsize=200)
def _sum_of(terms: Terms, only: frozenset[Only], department: str, *, closed: bool) -> Question:
    return prepared(_narrowed(_joined(_COUNT, closed), only, department, terms))


def count(uow: UnitOfWork, narrowing: Narrowing = NOT_NARROWED, *, closed: bool = False) -> int:
    uow.staff_only()
    terms = _terms(uow) if narrowing.only or narrowing.department else Terms()
    return _counted(uow, narrowing, terms, closed=closed)


def _tally(uow: UnitOfWork, terms: Terms) -> tuple[int, dict[Only, int]]:
    """How many wait, and how many of them each word of `Only` leaves. What is not complete lacks something: one of the two is asked."""
    ((every, *numbers),) = uow.rows(_sums(terms), **_values(uow))
    found = dict(zip(_TALLIED, numbers, strict=True))
    return every, {only: found.get(only, every - found[Only.MISSING]) for only in Only}


_TALLIED = tuple(only for only in Only if only != Only.COMPLETE)


@lru_cache(maxsize=50)
def _sums(terms: Terms) -> Question:
    sums = [func.coalesce(func.sum(case((terms.of(only), 1), else_=0)), 0) for only in _TALLIED]
    text: Question = _COUNT
    return prepared(_joined(text.add_columns(*sums), closed=False))


def _departments(uow: UnitOfWork, terms: Terms) -> list[str]:
    """Of the courses that the pupils who wait attend in the year that ends, by name."""
    years = {campaign.source_year for campaign in terms.campaigns}
    one_who_waits = (  # the first of a course; of EXISTS PostgreSQL would make a look at every enrolment
        select(Reenrolment.id)
        .join(Enrolment, col(Enrolment.pupil_id) == Reenrolment.pupil_id)
        .where(Enrolment.course_id == Course.id, Reenrolment.state == ReenrolmentState.SUBMITTED)
        .limit(1)
        .scalar_subquery()
    )
    return list(
        uow.all(
            select(Course.department)
            .where(col(Course.school_year).in_(years), Course.department != "", one_who_waits.is_not(None))
            .distinct()
            .order_by(col(Course.department))
        )
    )


def _joined(question: Question, closed: bool) -> Question:
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


def _narrowed(question: Question, only: frozenset[Only], department: str, terms: Terms) -> Question:
    for each in sorted(only):
        question = question.where(terms.of(each))
    if department:
        question = question.where(or_(*(_attends(department, each) for each in terms.campaigns), false()))
    return question


def _searched(question: Question, typed: str) -> Question:
    """The question itself, or for what is typed one that is not kept."""
    words = tidy(typed).split()[:6]
    if words:
        question = question.execution_options(prepared=False)
    for word in words:
        question = question.where(or_(*called(word)))
    return question


def _attends(department: str, campaign: Asking) -> ColumnElement[bool]:
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

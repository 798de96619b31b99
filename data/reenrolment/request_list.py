"""A campaign's pupils as its table shows them: filtered, searched, sorted and cut in the database; its figures by week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, distinct, func
from sqlmodel import col, or_, select

from data.core.fields import fold, full_name, tidy
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, HouseholdRank, Pupil, PupilLink
from data.reenrolment.campaigns import Campaign
from data.reenrolment.models import STANDINGS, Reenrolment, ReenrolmentState, SuppliedDocument
from data.reenrolment.participation import PLACES, begun_by, condition
from data.reenrolment.queue_list import called
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Teacher

PAGE = 50
SORTS = ("name", "cycle", "family", "state", "sent")


@dataclass
class Wanted:
    """What the table shows. `state` is one of PLACES or ""; `sort` one of SORTS."""

    state: str = ""
    department: str = ""
    cycle: str = ""
    search: str = ""
    sort: str = "name"
    down: bool = False
    skip: int = 0


@dataclass(frozen=True)
class Row:
    """A pupil of the campaign. `pieces`: state of a document -> how many the household gave."""

    pupil: Pupil
    sent: Reenrolment | None
    state: str
    family_id: int | None
    family_number: int | None
    family_name: str  # of its first adult
    document_states: dict[str, int]


def page(
    uow: UnitOfWork, campaign: Campaign, wanted: Wanted, *, most: int = PAGE, counted: dict[str, int] | None = None
) -> tuple[list[Row], int]:
    """The rows and how many there are in all: four questions, whatever the campaign's size; three when the states were
    `counted` already and nothing else is asked. Which pupils first, then all about those alone."""
    uow.staff_only()
    state = place(campaign)
    order: dict[str, list[Any]] = {
        "name": [col(Pupil.last_name), col(Pupil.first_name)],
        "cycle": [col(Pupil.cycle)],
        "family": [col(Guardian.last_name), col(Guardian.first_name), col(Family.number)],
        "state": [state],
        "sent": [col(Reenrolment.id).is_(None), col(Reenrolment.submitted_at)],
    }
    chosen = order.get(wanted.sort, order["name"])
    at, last = (0, []) if wanted.sort != "sent" else (1, chosen[:1])  # who sent nothing comes last, either way
    arranged = [*last, *(each.desc() if wanted.down else each for each in chosen[at:])]
    listed = uow.all(
        _matching(_with_request(select(Pupil.id), campaign), campaign, wanted, joined=True)
        .order_by(*arranged, col(Pupil.last_name), col(Pupil.id))
        .limit(most)
        .offset(wanted.skip)
    )
    if counted and not (wanted.department or wanted.cycle or wanted.search):
        total = counted.get(wanted.state, sum(counted.values()))
    else:
        total = uow.count(_matching(select(func.count(col(Pupil.id))), campaign, wanted))
    text: Any = select(Pupil, Reenrolment, state, Family.id).add_columns(
        col(Family.number), col(Guardian.first_name), col(Guardian.last_name)
    )
    found = {
        row[0].id: row for row in uow.rows(_with_family(_with_request(text, campaign)).where(col(Pupil.id).in_(listed)))
    }
    items = _document_states(uow, campaign, listed)
    return [
        Row(
            pupil,
            sent,
            message,
            family,
            number,
            full_name(last or "", first or ""),
            items.get((pupil.id, sent.household_id if sent else None), {}),
        )
        for pupil, sent, message, family, number, first, last in (found[key] for key in listed)
    ], total


def place(campaign: Campaign) -> ColumnElement[str]:
    """Where a pupil stands, one of PLACES, in a question that has the requests."""
    return case(
        (col(Reenrolment.state).is_not(None), col(Reenrolment.state)),
        (begun_by(campaign), ReenrolmentState.DRAFT.value),
        else_=ReenrolmentState.SILENT.value,
    )


def _with_request(question: Any, campaign: Campaign) -> Any:
    mine = and_(col(Reenrolment.pupil_id) == Pupil.id, col(Reenrolment.campaign_id) == campaign.id)
    return question.select_from(Pupil).join(Reenrolment, mine, isouter=True)


def _with_family(question: Any) -> Any:
    """The family that sent, otherwise the principal one, and its first adult, of a question that has the requests."""
    principal = (
        select(func.min(PupilLink.family_id))
        .where(PupilLink.pupil_id == Pupil.id, PupilLink.household == HouseholdRank.PRINCIPAL)
        .correlate(Pupil)
        .scalar_subquery()
    )
    first = (
        select(Guardian.id)
        .where(Guardian.family_id == Family.id)
        .order_by(col(Guardian.rank), col(Guardian.id))
        .limit(1)
        .correlate(Family)
        .scalar_subquery()
    )
    theirs = col(Family.id) == func.coalesce(Reenrolment.household_id, principal)
    return question.join(Family, theirs, isouter=True).join(Guardian, col(Guardian.id) == first, isouter=True)


def _matching(question: Any, campaign: Campaign, wanted: Wanted, *, joined: bool = False) -> Any:
    """`joined`: the requests are in the question already. Families are met only where their number is asked for."""
    text = tidy(wanted.search).split()[:6]
    if wanted.sort == "family" or any(word.isdecimal() for word in text):
        question = _with_family(question if joined else _with_request(question, campaign))
    question = question.where(condition(campaign, wanted.state if wanted.state in PLACES else ""))
    if wanted.department:
        attends = (
            select(Enrolment.pupil_id)
            .join(Course, col(Course.id) == Enrolment.course_id)
            .where(Course.school_year == campaign.source_year, Course.department == wanted.department)
        )
        question = question.where(col(Pupil.id).in_(attends))
    if wanted.cycle:
        question = question.where(Pupil.cycle == wanted.cycle)
    for word in text:
        question = question.where(or_(*called(word)))
    return question


def _document_states(
    uow: UnitOfWork, campaign: Campaign, pupil_ids: Sequence[int]
) -> dict[tuple[int, int | None], dict[str, int]]:
    """(pupil, household) -> state -> documents; under (pupil, None) all of the pupil's, for one that nobody sent yet."""
    found: dict[tuple[int, int | None], dict[str, int]] = {}
    for pupil_id, family_id, state, number in uow.rows(
        select(SuppliedDocument.pupil_id, SuppliedDocument.family_id, SuppliedDocument.state, func.count())
        .where(SuppliedDocument.campaign_id == campaign.id, col(SuppliedDocument.pupil_id).in_(pupil_ids))
        .group_by(col(SuppliedDocument.pupil_id), col(SuppliedDocument.family_id), col(SuppliedDocument.state))
    ):
        for key in ((pupil_id, family_id), (pupil_id, None)):
            states = found.setdefault(key, {})
            states[state] = states.get(state, 0) + number
    return found


GROUPS: dict[str, list[Any]] = {  # by what the sums are taken, and the columns that tell one from another
    "department": [col(Course.department)],
    "teacher": [col(Teacher.id), col(Teacher.last_name), col(Teacher.first_name)],
    "course": [col(Course.id), col(Course.name), col(Course.number)],
}


def sums_by(uow: UnitOfWork, campaign: Campaign, group: str) -> list[tuple[str, dict[str, int]]]:
    """(department, teacher or course of this year, state -> pupils who attend there), by name; "" for no teacher."""
    uow.staff_only()
    keys, state = GROUPS[group], place(campaign)
    question = (
        _with_request(select(*keys), campaign)
        .add_columns(state, func.count(distinct(col(Pupil.id))))
        .join(Enrolment, col(Enrolment.pupil_id) == Pupil.id)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(
            Course.school_year == campaign.source_year,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            condition(campaign, ""),
        )
        .group_by(*keys, state)
    )
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for *key, standing, count in uow.rows(question):
        found.setdefault(tuple(key), dict.fromkeys(PLACES, 0))[standing] = count
    named = {
        "department": lambda key: key[0],
        "teacher": lambda key: full_name(key[2] or "", key[1] or ""),
        "course": lambda key: f"{key[1]} ({key[2]})",
    }[group]
    return sorted(((named(key), counts) for key, counts in found.items()), key=lambda each: fold(each[0]))


def sums(uow: UnitOfWork) -> dict[int, dict[str, int]]:
    """Campaign -> state of a request -> how many, in one question."""
    uow.staff_only()
    found: dict[int, dict[str, int]] = {}
    for campaign_id, state, number in uow.rows(
        select(Reenrolment.campaign_id, Reenrolment.state, func.count()).group_by(
            col(Reenrolment.campaign_id), col(Reenrolment.state)
        )
    ):
        found.setdefault(campaign_id, dict.fromkeys(STANDINGS, 0))[state] = number
    return found


def some_wait(uow: UnitOfWork, campaign_id: int) -> bool:
    waits = select(Reenrolment.id).where(
        Reenrolment.campaign_id == campaign_id, Reenrolment.state == ReenrolmentState.SUBMITTED
    )
    return bool(uow.rows(waits.limit(1)))


@dataclass(frozen=True)
class Week:
    """How far the campaign was at the end of a week that begins on `monday`."""

    monday: date
    received: int
    validated: int
    to_correct: int
    silent: int


def weeks(uow: UnitOfWork, campaign: Campaign, whole: int) -> list[Week]:
    """From its first day to today or its last, whichever is first, of `whole` pupils who see it. A request counts from its
    last sending on."""
    uow.staff_only()
    known = uow.rows(
        select(Reenrolment.submitted_at, Reenrolment.decided_at, Reenrolment.state).where(
            Reenrolment.campaign_id == campaign.id
        )
    )

    def on(moment: datetime | None) -> date:
        return moment.astimezone(uow.zone).date() if moment else date.max

    days = [(on(sent), on(decided), state) for sent, decided, state in known]
    first = min([campaign.opens_on, *(sent for sent, _, _ in days)])
    last = (
        max(min(uow.today, campaign.closes_on), *(sent for sent, _, _ in days), first)
        if days
        else min(uow.today, campaign.closes_on)
    )
    monday, found = first - timedelta(days=first.weekday()), list[Week]()
    while monday <= last and len(found) < 60:
        end = monday + timedelta(days=6)
        received = sum(sent <= end for sent, _, _ in days)
        decided = [state for _, at, state in days if at <= end]
        found.append(
            Week(
                monday,
                received,
                decided.count(ReenrolmentState.VALIDATED),
                decided.count(ReenrolmentState.TO_CORRECT),
                max(0, whole - received),
            )
        )
        monday += timedelta(days=7)
    return found

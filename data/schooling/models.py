"""Teachers, courses, lessons, and who attends them. Past enrolments carry their results: they are the « Historique »."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKeyConstraint,
    Index,
    Time,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    or_,
)
from sqlalchemy.orm import aliased
from sqlmodel import Field, col, select

from data.core import formats
from data.core.errors import NotFound
from data.core.fields import full_name
from data.core.i18n import Language, translate
from data.core.revisions import Revised
from data.core.scope import OfSite
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.pupil_scope import OfPupil

DAY_MINUTES = 24 * 60
AHEAD = timedelta(days=70)  # the summer is the longest time without a lesson


def of_its_pupil() -> ForeignKeyConstraint:
    """A row's copied site is its pupil's site, or the database refuses the row."""
    return ForeignKeyConstraint(["pupil_id", "site_id"], ["pupil.id", "pupil.site_id"])


def of_its_course() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["course_id", "site_id"], ["course.id", "course.site_id"])


class Teacher(OfSite, table=True):
    __table_args__ = (UniqueConstraint("id", "site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    first_name: str = Field(default="", max_length=80)
    last_name: str = Field(default="", max_length=80)

    @property
    def full_name(self) -> str:
        return full_name(self.first_name, self.last_name)


class Course(OfSite, Revised, table=True):
    """A class group in one school year (« 2026-2027 »), with its number in the conservatoire's own lists."""

    __table_args__ = (
        ForeignKeyConstraint(["teacher_id", "site_id"], ["teacher.id", "teacher.site_id"]),
        UniqueConstraint("site_id", "school_year", "number"),
        UniqueConstraint("id", "site_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    school_year: str = Field(max_length=9, index=True)
    number: str = Field(max_length=20)
    name: str = Field(max_length=120)
    department: str = Field(default="", max_length=80)
    cycle: str = Field(default="", max_length=40)
    teacher_id: int | None = Field(default=None, index=True)
    weekday: int | None = None  # 1 is Monday
    starts: time | None = None
    minutes: int = 0
    room: str = Field(default="", max_length=60)


class Cursus(OfSite, table=True):
    """A course of study that holds several disciplines: « Musique, cursus diplômant »."""

    __table_args__ = (UniqueConstraint("id", "site_id"), UniqueConstraint("site_id", "name"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)


class EnrolmentStatus(StrEnum):
    ENROLLED = "enrolled"
    ASKED = "asked"
    WAITING = "waiting"
    LEFT = "left"


class LessonState(StrEnum):
    PLANNED = "planned"
    HELD = "held"  # the roll was called
    MOVED = "moved"
    CANCELLED = "cancelled"


class Enrolment(OfPupil, Revised, table=True):
    """A pupil in a course; once the year is over, what came of it. Hours and averages are hundredths."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = (
        of_its_pupil(),
        of_its_course(),
        ForeignKeyConstraint(["cursus_id", "site_id"], ["cursus.id", "cursus.site_id"]),
        UniqueConstraint("pupil_id", "course_id"),
        Index("ix_enrolment_attending", "course_id", "site_id", "status", "pupil_id"),  # who attends, without the rows
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    course_id: int
    cursus_id: int | None = Field(default=None, index=True)  # None: a discipline outside any cursus
    level: str = Field(default="", max_length=40)  # « Niveau », of the pupil in that discipline
    status: str = Field(default=EnrolmentStatus.ENROLLED, max_length=10)
    slot: time | None = None  # « heure de passage »
    slot_minutes: int = 0
    starts_on: date | None = None
    ends_on: date | None = None
    hours: int | None = None
    hours_done: int | None = None
    absences: int | None = None
    absences_unexcused: int | None = None
    adapted_schedule: str = Field(default="", max_length=120)
    activity: str = Field(default="", max_length=120)
    main_instrument: str = Field(default="", max_length=80)
    average: int | None = None  # out of 20
    average_letter: str = Field(default="", max_length=10)
    mention: str = Field(default="", max_length=60)
    class_result: str = Field(default="", max_length=80)
    cycle_result: str = Field(default="", max_length=80)
    class_admission: str = Field(default="", max_length=80)
    cycle_admission: str = Field(default="", max_length=80)
    comment: str = Field(default="", max_length=2000)


class Lesson(OfSite, Revised, table=True):
    """One meeting of a course, in the site's own hours. `notified…`: what families were last told of it, where it did not go as
    planned (data/schooling/lesson_letters.py)."""

    __table_args__ = (
        of_its_course(),
        Index("ix_lesson_course_day", "course_id", "day"),
        Index("ix_lesson_state_day", "state", "day"),
        Index("ix_lesson_notified_day", "notified", "day"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    course_id: int
    day: date
    starts: time | None = None
    minutes: int = 0
    state: str = Field(default=LessonState.PLANNED, max_length=10)
    note: str = Field(default="", max_length=200)
    moved_from: date | None = None  # of a moved one: the day and hour that it is held instead of
    moved_from_starts: time | None = None
    notified: str = Field(default="", max_length=10)  # the state
    notified_day: date | None = None
    notified_starts: time | None = None


@dataclass(frozen=True)
class Attended:
    """An enrolment with its course and teacher, as lists show it."""

    enrolment: Enrolment
    course: Course
    teacher: Teacher | None
    lesson: Lesson | None = None  # its next one, where it is asked for
    cancelled: Lesson | None = None  # one that was to be before it

    @property
    def teacher_name(self) -> str:
        return self.teacher.full_name if self.teacher else ""

    @property
    def slot(self) -> time | None:
        return self.enrolment.slot or self.course.starts

    @property
    def slot_minutes(self) -> int:
        return self.enrolment.slot_minutes or self.course.minutes


def starts_for(lesson: Lesson, enrolment: Enrolment, course: Course) -> time | None:
    """When that pupil's lesson begins: their turn in it, of a moved one as much sooner or later as the lesson itself."""
    turn, usual, now = enrolment.slot, lesson.moved_from_starts or course.starts, lesson.starts
    if turn is None or lesson.state != LessonState.MOVED:
        return turn or now
    if now is None or usual is None:
        return now
    minutes = _minutes(turn) + _minutes(now) - _minutes(usual)
    return time(minutes // 60, minutes % 60) if 0 <= minutes < DAY_MINUTES else now


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def instead_of(lesson: Lesson, language: Language, whose: Enrolment | None = None) -> str:
    """« au lieu du mardi 30 mars à 17 h 00 », of a lesson that was moved; the hour is the pupil's own for who attends."""
    if lesson.state != LessonState.MOVED or lesson.moved_from is None:
        return ""
    was = (whose.slot if whose else None) or lesson.moved_from_starts
    day, at = formats.day_of_week(lesson.moved_from, language), formats.clock(was, language)
    if not at:
        return translate("au lieu du {day}", language, day=day)
    return translate("au lieu du {day} à {hour}", language, day=day, hour=at)


def _attended(condition: Any, *order: Any) -> Any:
    """The question of a pupil's courses, made once; its parameters are `pupil` and the condition's."""
    return prepared(
        select(Enrolment, Course, Teacher)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(Enrolment.pupil_id == bindparam("pupil"), condition)
        .order_by(*order, col(Enrolment.id))
    )


_COURSES = _attended(
    Course.school_year == bindparam("year"),
    col(Course.weekday).is_(None),
    col(Course.weekday),
    col(Course.starts),
    col(Course.name),
)
_HISTORY = _attended(
    Course.school_year < bindparam("year"), col(Course.school_year).desc(), col(Course.department), col(Course.name)
)
_ENROLMENT = _attended(Enrolment.id == bindparam("enrolment"))


def courses(uow: UnitOfWork, pupil_id: int) -> list[Attended]:
    """This school year's courses, in the order of the week."""
    return [Attended(*row) for row in uow.rows(_COURSES, pupil=pupil_id, year=formats.school_year(uow.today))]


def history(uow: UnitOfWork, pupil_id: int) -> list[Attended]:
    """Earlier years, the latest first."""
    return [Attended(*row) for row in uow.rows(_HISTORY, pupil=pupil_id, year=formats.school_year(uow.today))]


def attended(uow: UnitOfWork, pupil_id: int, enrolment_id: int) -> Attended:
    """NotFound when that pupil has no such enrolment."""
    if 0 < enrolment_id < 2**31:  # a larger number is no key, and the database would not take it
        for row in uow.rows(_ENROLMENT, pupil=pupil_id, enrolment=enrolment_id):
            return Attended(*row)
    raise NotFound(f"enrolment {enrolment_id}")


def coming(uow: UnitOfWork, pupil_ids: Iterable[int]) -> dict[int, list[Attended]]:
    """This year's courses and the next ones of several pupils, each with its next lesson, and one before it that is
    cancelled; in one question."""
    found: dict[int, list[Attended]] = {pupil_id: [] for pupil_id in pupil_ids}
    if found:
        taken: dict[int, Attended] = {}
        for enrolment, course, teacher, lesson in uow.rows(
            _coming(),
            pupils=list(found),
            year=formats.school_year(uow.today),
            today=uow.today,
            until=uow.today + AHEAD,
            now=uow.now.astimezone(uow.zone).time(),
        ):
            before = taken.get(enrolment.id)
            if before is None:
                taken[enrolment.id] = _with(Attended(enrolment, course, teacher), lesson)
            elif before.lesson is None:  # those that are cancelled come before the next one
                taken[enrolment.id] = _with(before, lesson)
        for each in taken.values():
            found[each.enrolment.pupil_id].append(each)
    return found


def _with(attended: Attended, lesson: Lesson | None) -> Attended:
    if lesson is None or lesson.state != LessonState.CANCELLED:
        return replace(attended, lesson=lesson)
    return replace(attended, cancelled=attended.cancelled or lesson)


@lru_cache(maxsize=1)
def _coming() -> Any:
    """Made once: to make it takes longer than to ask it."""
    one, today, now = aliased(Lesson), bindparam("today", type_=Date), bindparam("now", type_=Time)

    def ahead(of: type[Lesson]) -> tuple[ColumnElement[bool], ...]:
        return (
            col(of.course_id) == Enrolment.course_id,
            col(Enrolment.status) == EnrolmentStatus.ENROLLED,
            col(of.day) >= today,
            col(of.day) <= bindparam("until", type_=Date),
            or_(col(of.day) > today, func.coalesce(Enrolment.slot, of.starts, now) >= now),
        )

    first = (
        select(one.id)
        .where(*ahead(one), col(one.state).in_([LessonState.PLANNED, LessonState.MOVED]))
        .order_by(col(one.day), col(one.starts))
        .limit(1)
        .correlate(Enrolment)
        .scalar_subquery()
    )
    return prepared(
        select(Enrolment, Course, Teacher, Lesson)
        .join(Course, col(Course.id) == Enrolment.course_id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .join(
            Lesson,
            or_(col(Lesson.id) == first, and_(*ahead(Lesson), col(Lesson.state) == LessonState.CANCELLED)),
            isouter=True,
        )
        .where(
            col(Enrolment.pupil_id).in_(bindparam("pupils", expanding=True)), Course.school_year >= bindparam("year")
        )
        .order_by(col(Course.name), col(Enrolment.id), col(Lesson.day), col(Lesson.starts))
    )


def next_lesson(attended: Iterable[Attended]) -> tuple[Lesson, Attended] | None:
    """The lesson that comes first, and its course."""
    return min(
        ((each.lesson, each) for each in attended if each.lesson),
        key=lambda found: (found[0].day, found[0].starts or time()),
        default=None,
    )


_LESSONS = prepared(
    select(Lesson).where(Lesson.course_id == bindparam("course")).order_by(col(Lesson.day), col(Lesson.starts))
)


def lessons(uow: UnitOfWork, course_id: int) -> list[Lesson]:
    return list(uow.all(_LESSONS, course=course_id))

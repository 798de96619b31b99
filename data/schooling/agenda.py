"""« Agenda »: what the pupils of a family have on some days. The calendar feed tells the same (data/schooling/calendar_feed.py)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import BindParameter, Date, bindparam
from sqlmodel import col, select

from data.core.i18n import Language
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil
from data.schooling import announced as announcements
from data.schooling.absences import Absence
from data.schooling.models import (
    Course,
    Enrolment,
    EnrolmentStatus,
    Lesson,
    LessonState,
    Teacher,
    instead_of,
    starts_for,
)
from data.schooling.repertoire import Performance, Piece

_DAYS = bindparam("first", type_=Date), bindparam("last", type_=Date)
_PUPILS: BindParameter[int] = bindparam("pupils", expanding=True)


@dataclass(frozen=True)
class Meeting:
    """A lesson as one pupil has it."""

    lesson: Lesson
    course: Course
    enrolment: Enrolment
    teacher: Teacher | None

    @property
    def state(self) -> LessonState:
        return LessonState(self.lesson.state or LessonState.PLANNED)  # an import may have erased it

    def instead_of(self, language: Language) -> str:
        return instead_of(self.lesson, language, self.enrolment)

    @property
    def starts(self) -> time | None:
        """A moved lesson without an hour has none."""
        starts = starts_for(self.lesson, self.enrolment, self.course)
        return starts if self.state == LessonState.MOVED else starts or self.course.starts

    @property
    def minutes(self) -> int:
        return self.enrolment.slot_minutes or self.lesson.minutes or self.course.minutes or 60

    @property
    def teacher_name(self) -> str:
        return self.teacher.full_name if self.teacher else ""


@dataclass(frozen=True)
class Appointment:
    """One line of the agenda: a lesson (`meeting`), or an event in public."""

    day: date
    pupil: Pupil
    meeting: Meeting | None = None
    performance: Performance | None = None
    piece_id: int = 0  # one of those the pupil plays there
    absence: Absence | None = None
    announced: bool = False  # the family said that the pupil will not be there

    @property
    def starts(self) -> time | None:
        return self.meeting.starts if self.meeting else self.performance.starts if self.performance else None


_LESSONS = prepared(
    select(Lesson, Course, Enrolment, Teacher)
    .join(Course, col(Course.id) == Lesson.course_id)
    .join(Enrolment, col(Enrolment.course_id) == Course.id)
    .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
    .where(
        col(Enrolment.pupil_id).in_(_PUPILS),
        Enrolment.status == EnrolmentStatus.ENROLLED,
        col(Lesson.day) >= _DAYS[0],
        col(Lesson.day) <= _DAYS[1],
    )
    .order_by(col(Lesson.day), col(Lesson.starts), col(Lesson.id), col(Enrolment.id))
)
_EVENTS = prepared(
    select(Piece.pupil_id, Piece.id, Performance)
    .join(Performance, col(Performance.id) == Piece.performance_id)
    .where(col(Piece.pupil_id).in_(_PUPILS), col(Performance.day) >= _DAYS[0], col(Performance.day) <= _DAYS[1])
    .order_by(col(Performance.day), col(Performance.starts), col(Performance.id), col(Piece.id))
)
_ABSENCES = prepared(
    select(Absence).where(
        col(Absence.pupil_id).in_(_PUPILS), col(Absence.day) >= _DAYS[0], col(Absence.day) <= _DAYS[1]
    )
)


def meetings(uow: UnitOfWork, pupils: Mapping[int, Pupil], first: date, last: date) -> list[Meeting]:
    """The lessons of these days, cancelled ones too, by hour; one for each pupil who attends."""
    return [Meeting(*row) for row in uow.rows(_LESSONS, pupils=list(pupils), first=first, last=last)]


def events(
    uow: UnitOfWork, pupils: Mapping[int, Pupil], first: date, last: date
) -> list[tuple[Pupil, int, Performance]]:
    """(pupil, one of the pieces played there, the event) of these days: once, whatever the pupil plays."""
    found: dict[tuple[int, int], tuple[Pupil, int, Performance]] = {}
    for pupil_id, piece_id, performance in uow.rows(_EVENTS, pupils=list(pupils), first=first, last=last):
        found.setdefault((performance.id, pupil_id), (pupils[pupil_id], piece_id, performance))
    return list(found.values())


def between(uow: UnitOfWork, pupils: Sequence[Pupil], first: date, last: date) -> list[Appointment]:
    """All that these pupils have on these days, by day and hour."""
    known = {pupil.id: pupil for pupil in pupils}
    absences = uow.all(_ABSENCES, pupils=list(known), first=first, last=last)
    missed = {(each.pupil_id, each.course_id, each.day): each for each in absences}
    announced = announcements.between(uow, list(known), first, last)
    found = [
        Appointment(
            each.lesson.day,
            known[each.enrolment.pupil_id],
            each,
            absence=missed.get((each.enrolment.pupil_id, each.course.id, each.lesson.day)),
            announced=any(
                announcements.covers(notice, each.enrolment.pupil_id, each.lesson.day, each.course.id)
                for notice in announced
            ),
        )
        for each in meetings(uow, known, first, last)
    ]
    found += [
        Appointment(performance.day, pupil, performance=performance, piece_id=piece_id)
        for pupil, piece_id, performance in events(uow, known, first, last)
        if performance.day
    ]
    return sorted(found, key=lambda each: (each.day, each.starts or time.max, each.pupil.birth_date or date.max))

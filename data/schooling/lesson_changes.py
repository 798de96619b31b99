"""The office cancels or moves a lesson. Agenda and feed follow by themselves; families are told by letter
(data/schooling/lesson_letters.py), unless the office says that it told them already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from data.core import audit, sites
from data.core.audit import Action
from data.core.days import read_hour
from data.core.errors import UserError, ValidationErrors
from data.core.fields import fold, tidy
from data.core.unit_of_work import UnitOfWork
from data.families.models import PupilLink
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Lesson, LessonState, Teacher

MAX_NOTE = 120
NOT_MOVED: dict[str, object] = {"moved_from": None, "moved_from_starts": None}


@dataclass(frozen=True)
class Taught:
    """A lesson as the office sees it, with how many pupils attend."""

    lesson: Lesson
    course: Course
    teacher: Teacher | None
    pupils: int

    @property
    def starts(self) -> time | None:
        return self.lesson.starts or self.course.starts

    @property
    def teacher_name(self) -> str:
        return self.teacher.full_name if self.teacher else ""


def of_day(uow: UnitOfWork, day: date, search: str = "") -> list[Taught]:
    """By hour; narrowed by words of the course, the teacher or the room."""
    uow.staff_only()
    found = _taught(uow, col(Lesson.day) == day)
    words = fold(search).split()
    if words:
        found = [each for each in found if all(word in _searched(each) for word in words)]
    return sorted(found, key=lambda each: (each.starts or time.max, each.course.name, each.lesson.id))


def one(uow: UnitOfWork, lesson_id: int) -> Taught:
    """NotFound when there is none."""
    uow.staff_only()
    uow.get(Lesson, lesson_id)
    return _taught(uow, col(Lesson.id) == lesson_id)[0]


def _taught(uow: UnitOfWork, which: ColumnElement[bool]) -> list[Taught]:
    pupils = (
        select(func.count(col(Enrolment.id)))
        .where(Enrolment.course_id == Course.id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .correlate(Course)
        .scalar_subquery()
    )
    question = (
        select(Lesson, Course, Teacher, pupils)
        .join(Course, col(Course.id) == Lesson.course_id)
        .join(Teacher, col(Teacher.id) == Course.teacher_id, isouter=True)
        .where(which)
    )
    return [Taught(*row) for row in uow.rows(question)]


def _searched(each: Taught) -> str:
    return fold(f"{each.course.name} {each.course.number} {each.teacher_name} {each.course.room}")


def cancel(uow: UnitOfWork, lesson_id: int, note: str, *, tells: bool) -> Lesson:
    """`tells`: families get a letter."""
    lesson = _changeable(uow, lesson_id)
    if lesson.state == LessonState.CANCELLED:
        raise UserError("Ce cours est déjà annulé.")
    return _change(
        uow, lesson, Action.LESSON_CANCELLED, {"state": LessonState.CANCELLED, "note": _note(note), **NOT_MOVED}, tells
    )


def restore(uow: UnitOfWork, lesson_id: int, *, tells: bool) -> Lesson:
    """A lesson that was cancelled takes place after all."""
    lesson = _changeable(uow, lesson_id)
    if lesson.state != LessonState.CANCELLED:
        raise UserError("Ce cours n’est pas annulé.")
    return _change(uow, lesson, Action.LESSON_RESTORED, {"state": LessonState.PLANNED, "note": ""}, tells)


def move(uow: UnitOfWork, lesson_id: int, day: date | None, typed_hour: str, note: str, *, tells: bool) -> Lesson:
    """To another day or hour; ValidationErrors says which is wrong. What it was moved from is kept for the letter and the agenda."""
    lesson = _changeable(uow, lesson_id)
    known, faults = one(uow, lesson_id), dict[str, UserError]()
    if day is None or day < uow.today:
        faults["day"] = UserError("Indiquez un jour à partir d’aujourd’hui.")
    hour = known.starts
    try:
        hour = read_hour(tidy(typed_hour)) or hour
    except UserError as error:
        faults["hour"] = error
    if not faults and (day, hour) == (lesson.day, known.starts):
        faults["day"] = UserError("C’est le jour et l’heure actuels : changez l’un ou l’autre.")
    same = select(Lesson).where(Lesson.course_id == lesson.course_id, Lesson.day == day, Lesson.id != lesson.id)
    if not faults and any(each.state != LessonState.CANCELLED and each.starts == hour for each in uow.all(same)):
        faults["day"] = UserError("Ce cours a déjà lieu ce jour-là à cette heure.")
    if faults or day is None:
        raise ValidationErrors(faults)
    values = {"state": LessonState.MOVED, "day": day, "starts": hour, "note": _note(note)}
    before = {"moved_from": lesson.day, "moved_from_starts": known.starts}
    return _change(uow, lesson, Action.LESSON_MOVED, values | before, tells)


def _note(typed: str) -> str:
    note = tidy(typed)
    if len(note) > MAX_NOTE:
        raise ValidationErrors(
            {"note": UserError("Ce texte est trop long : {most} caractères au plus.", most=MAX_NOTE)}
        )
    return note


def _changeable(uow: UnitOfWork, lesson_id: int) -> Lesson:
    """Locked: two colleagues do not decide otherwise at once."""
    uow.staff_only()
    sites.here(uow)
    lesson = uow.get(Lesson, lesson_id, lock=True)
    if lesson.day < uow.today:
        raise UserError("Ce cours est passé : il ne se change plus.")
    if lesson.state == LessonState.HELD:
        raise UserError("L’appel de ce cours est fait : il ne se change plus.")
    return lesson


def _change(uow: UnitOfWork, lesson: Lesson, action: Action, values: dict[str, object], tells: bool) -> Lesson:
    changes = {
        name: [str(getattr(lesson, name) or ""), str(value or "")]
        for name, value in values.items()
        if name not in NOT_MOVED  # the day and the hour say it already
    }
    for name, value in values.items():
        setattr(lesson, name, value)
    if not tells:
        lesson.notified, lesson.notified_day, lesson.notified_starts = lesson.state, lesson.day, lesson.starts
    uow.add(lesson)
    audit.note_record(uow, action, lesson, changes={**changes, "notified": ["", "yes" if tells else "no"]})
    uow.publish(("lessons", lesson.site_id), *(("family", family_id) for family_id in _families(uow, lesson)))
    return lesson


def _families(uow: UnitOfWork, lesson: Lesson) -> Sequence[int]:
    attending = select(Enrolment.pupil_id).where(
        Enrolment.course_id == lesson.course_id, Enrolment.status == EnrolmentStatus.ENROLLED
    )
    rows = uow.rows(select(PupilLink.family_id).where(col(PupilLink.pupil_id).in_(attending)).distinct())
    return [family_id for (family_id,) in rows]

"""What Irina has around today, whatever the day: a lesson tomorrow, a mark of late, an absence to justify.

While the usual lessons rest (summer, two weeks at Christmas, the first days of September) she attends a course of a week.
"""

from datetime import date, timedelta

from sqlmodel import col, select

from data.core import formats
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.demo.people import today_at
from data.families.models import Pupil
from data.schooling import results
from data.schooling.absences import Absence
from data.schooling.models import Course, Enrolment, Lesson, LessonState
from data.schooling.results import Assessment, Mark

RECENT, SUNDAY = timedelta(days=21), 6


def resting(day: date) -> str:
    """What is offered in the weeks without the usual lessons; nothing in the others."""
    if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
        return "Stage d’hiver"
    if (6, 30) <= (day.month, day.day) <= (8, 31):
        return "Stage d’été"
    return "Stage de rentrée" if (9, 1) <= (day.month, day.day) <= (9, 13) else ""


def lessons(uow: UnitOfWork, site: Site, pupil: Pupil) -> None:
    """Those of the course of a week; in term one that is made up for, when none is usual tomorrow."""
    today = today_at(uow, site)
    main, *others = _courses(uow, pupil, today)
    taken = select(Lesson).where(col(Lesson.course_id).in_([main.id, *(each.id for each in others)]))
    usual = {lesson.day for lesson in uow.all(taken.where(Lesson.state != LessonState.CANCELLED))}
    for away in range(-7, 7):
        day = today + timedelta(days=away)
        stage = resting(day)
        attended = stage and day.weekday() != SUNDAY and (day >= today or _same_year(day, today))
        if day not in usual and (attended or away == 1):
            uow.add(
                Lesson(
                    site_id=site.id,
                    course_id=main.id,
                    day=day,
                    starts=main.starts,
                    minutes=60 if stage else main.minutes,
                    state=LessonState.HELD if away < 0 else LessonState.PLANNED if stage else LessonState.MOVED,
                    note=stage or ("Répétition du concert." if day.weekday() == SUNDAY else "Leçon rendue."),
                )
            )


def mark(uow: UnitOfWork, site: Site, pupil: Pupil) -> None:
    """One of the last days, unless a usual one is as recent."""
    today = today_at(uow, site)
    if results.last_marks(uow, [pupil.id], today - RECENT):
        return
    course, day = _courses(uow, pupil, today)[0], _not_sunday(today - timedelta(days=3))
    held = select(Lesson).where(Lesson.course_id == course.id, Lesson.state == LessonState.HELD, Lesson.day <= day)
    if found := uow.one(held.order_by(col(Lesson.day).desc())):
        day = found.day
    else:  # the year has only begun
        course = _courses(uow, pupil, today - timedelta(days=31))[0]
    stage = resting(day)
    assessment = uow.add(
        Assessment(
            site_id=site.id,
            course_id=course.id,
            kind="Audition de stage" if stage else "Contrôle continu",
            day=day,
            class_kind="Stage" if stage else "Cours",
            class_average=1410,
        )
    )
    text = "De la musicalité ; soignez les fins de phrase."
    uow.add(
        Mark(site_id=site.id, pupil_id=pupil.id, assessment_id=assessment.id, value=1575, mention="Bien", remark=text)
    )


def absence(uow: UnitOfWork, site: Site, pupil: Pupil) -> None:
    """One to justify, unless a usual one is there."""
    today = today_at(uow, site)
    courses = {each.id: each for each in _courses(uow, pupil, today)}
    known = uow.all(select(Absence).where(Absence.pupil_id == pupil.id, col(Absence.course_id).in_(courses)))
    if not all(each.excused for each in known):
        return
    ours = select(Lesson).where(col(Lesson.course_id).in_(courses))
    lesson = uow.one(
        ours.where(
            Lesson.state == LessonState.HELD, col(Lesson.id).not_in([each.lesson_id for each in known])
        ).order_by(col(Lesson.day).desc(), col(Lesson.id))
    ) or uow.one(ours.where(Lesson.day == today))  # on the first day of a school year nothing was held in it yet
    course = courses[lesson.course_id] if lesson else _courses(uow, pupil, today - timedelta(days=31))[0]
    uow.add(
        Absence(
            site_id=site.id,
            pupil_id=pupil.id,
            course_id=course.id,
            lesson_id=lesson.id if lesson else None,
            day=lesson.day if lesson else _not_sunday(today - timedelta(days=2)),
            starts=course.starts,
            minutes=lesson.minutes if lesson else 60,
        )
    )


def _not_sunday(day: date) -> date:
    return day - timedelta(days=day.weekday() == SUNDAY)


def _same_year(day: date, other: date) -> bool:
    return formats.school_year(day) == formats.school_year(other)


def _courses(uow: UnitOfWork, pupil: Pupil, day: date) -> list[Course]:
    """The pupil's courses of the school year of that day, the main discipline first."""
    taken = select(Course).join(Enrolment, col(Enrolment.course_id) == Course.id)
    year = taken.where(Enrolment.pupil_id == pupil.id, Course.school_year == formats.school_year(day))
    return list(uow.all(year.order_by(col(Enrolment.id))))

"""What a family says in one go: of lessons missed and of lessons to come, of other days; one reason, one document, one letter."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Date, bindparam, func
from sqlmodel import col, select

from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork, prepared
from data.families import stored_files
from data.families.models import Pupil
from data.schooling import absences, announced
from data.schooling.absences import AbsenceNotice, NoticeState
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Lesson, LessonState

KIND = "absence"  # of a file that goes with one
AHEAD = timedelta(days=15)  # lessons that are proposed


@dataclass(frozen=True)
class Days:
    """Other days than the lessons proposed, for one course or all."""

    first: date | None
    last: date | None
    course_id: int | None = None


@dataclass(frozen=True)
class Report:
    """`missed` are absences, `lessons` meetings to come; `document` a file received before (components/assets/theme/upload_at_once.js)."""

    missed: Sequence[int]
    lessons: Sequence[int]
    days: Days | None
    reason: str
    comment: str
    document: str = ""
    replaces: frozenset[int] = frozenset()  # numbers of what was announced before, in whose place this comes


_LESSONS = (
    select(Lesson, Enrolment, Course)
    .join(Enrolment, col(Enrolment.course_id) == Lesson.course_id)
    .join(Course, col(Course.id) == Lesson.course_id)
    .where(
        Enrolment.pupil_id == bindparam("pupil"),
        Enrolment.status == EnrolmentStatus.ENROLLED,
        Lesson.state != LessonState.CANCELLED,
        col(Lesson.day) >= bindparam("today", type_=Date),
    )
    .order_by(col(Lesson.day), func.coalesce(Enrolment.slot, Lesson.starts), col(Lesson.id))
)
_COMING = prepared(_LESSONS.where(col(Lesson.day) <= bindparam("until", type_=Date)))
_ONE = prepared(_LESSONS.where(Lesson.id == bindparam("lesson")))


def coming(uow: UnitOfWork, pupil_id: int, lesson_id: int = 0) -> list[tuple[Lesson, Enrolment, Course]]:
    """(lesson, enrolment, course) that a family may tick: those of two weeks, and that one where it is later."""
    found = list(uow.rows(_COMING, pupil=pupil_id, today=uow.today, until=uow.today + AHEAD))
    if lesson_id and all(lesson.id != lesson_id for lesson, *_ in found):
        found += uow.rows(_ONE, pupil=pupil_id, today=uow.today, lesson=lesson_id)
    return found


def no_lesson(uow: UnitOfWork, pupil: Pupil, days: Days) -> bool:
    """Whether the pupil has lessons to come, and none on these days. Days that `send` refuses are nothing to ask about."""
    if absences.day_errors(uow, days.first, days.last or days.first):
        return False
    question = (
        select(func.count(col(Lesson.id)))
        .join(Enrolment, col(Enrolment.course_id) == Lesson.course_id)
        .where(
            Enrolment.pupil_id == pupil.id,
            Enrolment.status == EnrolmentStatus.ENROLLED,
            Lesson.state != LessonState.CANCELLED,
        )
    )
    if days.course_id:
        question = question.where(Lesson.course_id == days.course_id)
    then = question.where(col(Lesson.day) >= days.first, col(Lesson.day) <= (days.last or days.first))
    return not uow.count(then) and uow.count(question.where(col(Lesson.day) >= uow.today)) > 0


def send(uow: UnitOfWork, pupil: Pupil, report: Report) -> list[AbsenceNotice]:
    """A notice for each absence and for each course and day, one for a day of which every lesson is ticked; one letter for all of
    them. ValidationErrors names what is missing: `what`, the days, the reason, the comment."""
    faults = absences.text_errors(report.reason, tidy_lines(report.comment))
    if report.days:
        faults |= absences.day_errors(uow, report.days.first, report.days.last or report.days.first)
    elif not report.missed and not report.lessons:
        faults["what"] = UserError("Cochez un cours, ou indiquez un autre jour.")
    if faults:
        raise ValidationErrors(faults)
    if report.document:
        stored = stored_files.by_name(uow, report.document)
        if (stored.pupil_id, stored.giver_id, stored.kind) != (pupil.id, uow.family_id, KIND):
            raise NotFound(f"document {report.document}")
    why, document = (report.reason, report.comment), report.document
    uow.get(Pupil, pupil.id, lock=True)
    older = already(uow, pupil, report)
    if any(each.state == NoticeState.ACCEPTED or each.id not in report.replaces for each in older):
        raise ValidationErrors({"first_day" if report.days else "what": announced.refusal(pupil, older, uow.language)})
    for each in older:
        document = document or each.document
        absences.withdraw(uow, each.id)
    recorded = [absences.justified(uow, pupil, number, why) for number in report.missed]
    for first, last, course_id in _days(uow, pupil, report):
        recorded.append(absences.announced(uow, pupil, (first, last), why, course_id))
    for notice, _new in recorded if document else ():
        absences.attach(uow, notice.id, document)
    if fresh := sorted((notice for notice, new in recorded if new), key=lambda notice: notice.first_day):
        absences.write_letter(uow, fresh[0], pupil, *fresh[1:])
    return [notice for notice, _new in recorded]


def already(uow: UnitOfWork, pupil: Pupil, report: Report) -> list[AbsenceNotice]:
    """What this family announced before and would say twice; the very same, sent twice, is none."""
    why = (report.reason, tidy_lines(report.comment))
    found: dict[int, AbsenceNotice] = {}
    for first, last, course_id in _days(uow, pupil, report):
        for each in announced.touched(uow, pupil, (first, last), course_id):
            said = (each.first_day, each.last_day, each.course_id, each.reason, each.comment)
            if each.state == NoticeState.ACCEPTED or said != (first, last, course_id, *why):
                found[each.id] = each
    return list(found.values())


def _days(uow: UnitOfWork, pupil: Pupil, report: Report) -> Iterable[tuple[date, date, int | None]]:
    """(first day, last day, course or all of them)."""
    if report.days and report.days.first:
        yield report.days.first, report.days.last or report.days.first, report.days.course_id
    chosen: dict[date, set[int]] = {}
    for number in report.lessons:
        found = uow.rows(_ONE, pupil=pupil.id, today=uow.today, lesson=number)
        if not found:
            raise NotFound(f"lesson {number}")
        chosen.setdefault(found[0][0].day, set()).add(found[0][0].course_id)
    for day, courses in sorted(chosen.items()):
        held = {lesson.course_id for lesson, *_ in uow.rows(_COMING, pupil=pupil.id, today=day, until=day)}
        whole = len(courses) > 1 and courses == held
        for course_id in [None] if whole else sorted(courses):
            yield day, day, course_id

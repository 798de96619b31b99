"""The staff's side of what families write about absences: the queue, the decision, what it changes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, formats
from data.core.errors import Faulty, Refused
from data.core.fields import tidy_lines
from data.core.unit_of_work import Visit
from data.families.models import Family, Pupil
from data.schooling.absences import LONGEST, Absence, AbsenceNotice, announce_change, days_of, told
from data.schooling.models import Course, Enrolment, Lesson

READY = (
    "Un justificatif est nécessaire : joignez-le.",
    "Ce motif n’excuse pas l’absence.",
    "L’élève était noté présent à ce cours.",
)


@dataclass(frozen=True)
class Written:
    """A notice as the queue shows it."""

    notice: AbsenceNotice
    pupil: Pupil
    family_number: int
    course: str


def queue(v: Visit, *, closed: bool = False, most: int = 50, skip: int = 0) -> list[Written]:
    """For the staff: waiting, the oldest first; or decided, the latest first."""
    v.staff_only()
    order = col(AbsenceNotice.decided_at).desc() if closed else col(AbsenceNotice.submitted_at)
    return [
        Written(notice, pupil, number, course or "")
        for notice, pupil, number, course in v.rows(
            select(AbsenceNotice, Pupil, Family.number, Course.name)
            .join(Pupil, col(Pupil.id) == AbsenceNotice.pupil_id)
            .join(Family, col(Family.id) == AbsenceNotice.family_id)
            .join(Course, col(Course.id) == AbsenceNotice.course_id, isouter=True)
            .where(_in_state(closed))
            .order_by(order, col(AbsenceNotice.id))
            .limit(most)
            .offset(skip)
        )
    ]


def count(v: Visit, *, closed: bool = False) -> int:
    v.staff_only()
    return v.count(select(func.count(col(AbsenceNotice.id))).where(_in_state(closed)))


def _in_state(closed: bool) -> Any:
    return col(AbsenceNotice.state).in_(["accepted", "declined"]) if closed else AbsenceNotice.state == "pending"


def decide(v: Visit, notice_id: int, *, accept: bool, answer: str = "") -> AbsenceNotice:
    """Accept (the absences are excused) or decline (with a reason).

    Refused when somebody else has decided, or when the notice is of the decider's own family.
    """
    v.staff_only()
    notice = v.get(AbsenceNotice, notice_id, lock=True)
    own = v.get(Account, v.account_id).own_family_id
    if own is not None and own == notice.family_id:
        raise Refused("Cette demande est celle de votre famille : un collègue doit la traiter.")
    if notice.state != "pending":
        if notice.state == "withdrawn":
            raise Refused("La famille a retiré cette annonce entre-temps.")
        raise Refused(
            "{name} a déjà répondu le {moment}.",
            name=notice.decided_by,
            moment=formats.moment(notice.decided_at or v.now, v.zone, v.tongue),
        )
    answer = tidy_lines(answer)[:500]
    if not accept and not answer:
        raise Faulty({"answer": Refused("Indiquez à la famille la raison du refus.")})
    notice.state = "accepted" if accept else "declined"
    notice.decided_at, notice.decided_by, notice.answer = v.now, v.name, answer
    v.add(notice)
    if accept:
        _excuse(v, notice)
    _tell_decision(v, notice)
    audit.note(
        v,
        "absence decided",
        subject="absence_notice",
        subject_id=notice.id,
        family_id=notice.family_id,
        changes={**told(notice), "decision": ["", notice.state]},
    )
    announce_change(v, notice)
    return notice


def _excuse(v: Visit, notice: AbsenceNotice) -> None:
    """The absence that was justified; or one for each lesson of the days announced."""
    if notice.absence_id:
        absence = v.get(Absence, notice.absence_id, lock=True)
        absence.excused, absence.reason = True, notice.reason
        v.add(absence)
        return
    last = min(notice.last_day, notice.first_day + timedelta(days=LONGEST))
    wanted = [
        col(Enrolment.pupil_id) == notice.pupil_id,
        col(Enrolment.status) == "enrolled",
        col(Lesson.day) >= notice.first_day,
        col(Lesson.day) <= last,
        col(Lesson.state) != "cancelled",
    ]
    if notice.course_id:
        wanted.append(col(Lesson.course_id) == notice.course_id)
    for lesson, enrolment in v.rows(
        select(Lesson, Enrolment)
        .join(Enrolment, col(Enrolment.course_id) == Lesson.course_id)
        .where(*wanted)
        .order_by(col(Lesson.day), col(Lesson.starts))
    ):
        that_day = v.all(
            select(Absence).where(
                Absence.pupil_id == notice.pupil_id, Absence.course_id == lesson.course_id, Absence.day == lesson.day
            )
        )
        starts = lesson.starts if that_day else enrolment.slot or lesson.starts
        same = (each for each in that_day if each.lesson_id in {lesson.id, None} or each.starts == starts)
        absence = next(same, None) or Absence(
            site_id=notice.site_id,
            pupil_id=notice.pupil_id,
            course_id=lesson.course_id,
            day=lesson.day,
            starts=starts,
            minutes=enrolment.slot_minutes or lesson.minutes,
        )
        absence.lesson_id = absence.lesson_id or lesson.id
        absence.excused, absence.reason = True, notice.reason
        v.add(absence)


def _tell_decision(v: Visit, notice: AbsenceNotice) -> None:
    author = v.get(Account, notice.author_id)
    pupil = v.get(Pupil, notice.pupil_id)
    accounts.write_to(
        v,
        author,
        "absence_accepted" if notice.state == "accepted" else "absence_declined",
        path=f"/eleves/{pupil.number}/cours",
        subject=pupil.full_name,
        days=days_of(notice, author.language),
        message=notice.answer,
    )

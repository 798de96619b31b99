"""The staff's side of what families write about absences: the queue, the decision, what it changes."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from data.accounts.models import Account
from data.core import audit, formats
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.i18n import _
from data.core.plain_text import tidy_lines
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Pupil
from data.mail import outbox
from data.mail.templates import LetterKind
from data.schooling.absences import (
    LETTERS,
    MAX_DAYS,
    Absence,
    AbsenceNotice,
    ExcusedBefore,
    NoticeState,
    announce_change,
    audit_changes,
    write_letter,
)
from data.schooling.models import Course, Enrolment, EnrolmentStatus, Lesson, LessonState

UNDO_HOURS = 24
READY = (
    _("Un justificatif est nécessaire : joignez-le."),
    _("Ce motif n’excuse pas l’absence."),
    _("L’élève était noté présent à ce cours."),
)


@dataclass(frozen=True)
class Written:
    """A notice as the queue shows it."""

    notice: AbsenceNotice
    pupil: Pupil
    family_number: int
    course: str


def queue(uow: UnitOfWork, *, closed: bool = False, most: int = 50, skip: int = 0) -> list[Written]:
    """For the staff: waiting, the oldest first; or decided, the latest first."""
    uow.staff_only()
    order = col(AbsenceNotice.decided_at).desc() if closed else col(AbsenceNotice.submitted_at)
    return [
        Written(notice, pupil, number, course or "")
        for notice, pupil, number, course in uow.rows(
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


def count(uow: UnitOfWork, *, closed: bool = False) -> int:
    uow.staff_only()
    return uow.count(select(func.count(col(AbsenceNotice.id))).where(_in_state(closed)))


def _in_state(closed: bool) -> Any:
    return (
        col(AbsenceNotice.state).in_([NoticeState.ACCEPTED, NoticeState.DECLINED])
        if closed
        else AbsenceNotice.state == NoticeState.PENDING
    )


def decide(uow: UnitOfWork, notice_id: int, *, accept: bool, answer: str = "") -> AbsenceNotice:
    """Accept (the absences are excused) or decline (with a reason).

    UserError when somebody else has decided, or when the notice is of the decider's own family.
    """
    uow.staff_only()
    notice = uow.get(AbsenceNotice, notice_id, lock=True)
    _not_own(uow, notice)
    if notice.state != NoticeState.PENDING:
        if notice.state == NoticeState.WITHDRAWN:
            raise UserError("La famille a retiré cette annonce entre-temps.")
        raise UserError(
            "{name} a déjà répondu le {moment}.",
            name=notice.decided_by,
            moment=formats.moment(notice.decided_at or uow.now, uow.zone, uow.language),
        )
    answer = tidy_lines(answer)[:500]
    if not accept and not answer:
        raise ValidationErrors({"answer": UserError("Indiquez à la famille la raison du refus.")})
    notice.state = NoticeState.ACCEPTED if accept else NoticeState.DECLINED
    notice.decided_at, notice.decided_by, notice.answer = uow.now, uow.name, answer
    notice.excused = _excuse(uow, notice) if accept else []
    uow.add(notice)
    write_letter(uow, notice, uow.get(Pupil, notice.pupil_id))
    audit.note_record(
        uow,
        Action.ABSENCE_DECIDED,
        notice,
        notice.family_id,
        changes={**audit_changes(notice), "decision": ["", notice.state]},
    )
    announce_change(uow, notice)
    return notice


def _not_own(uow: UnitOfWork, notice: AbsenceNotice) -> None:
    own = uow.get(Account, uow.account_id).own_family_id
    if own is not None and own == notice.family_id:
        raise UserError("Cette demande est celle de votre famille : un collègue doit la traiter.")


def _excuse(uow: UnitOfWork, notice: AbsenceNotice) -> list[ExcusedBefore]:
    """The absence that was justified; or one for each lesson of the days announced. What it takes to undo it."""
    if notice.absence_id:
        absence = uow.get(Absence, notice.absence_id, lock=True)
        return [_excused(uow, absence, notice)]
    before: list[ExcusedBefore] = []
    last = min(notice.last_day, notice.first_day + timedelta(days=MAX_DAYS))
    wanted = [
        col(Enrolment.pupil_id) == notice.pupil_id,
        col(Enrolment.status) == EnrolmentStatus.ENROLLED,
        col(Lesson.day) >= notice.first_day,
        col(Lesson.day) <= last,
        col(Lesson.state) != LessonState.CANCELLED,
    ]
    if notice.course_id:
        wanted.append(col(Lesson.course_id) == notice.course_id)
    for lesson, enrolment in uow.rows(
        select(Lesson, Enrolment)
        .join(Enrolment, col(Enrolment.course_id) == Lesson.course_id)
        .where(*wanted)
        .order_by(col(Lesson.day), col(Lesson.starts))
    ):
        that_day = uow.all(
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
        before.append(_excused(uow, absence, notice))
    return before


def _excused(uow: UnitOfWork, absence: Absence, notice: AbsenceNotice) -> ExcusedBefore:
    """How the absence stood before, as AbsenceNotice.excused keeps it."""
    made, before = absence.id is None, (absence.excused, absence.reason, absence.reason_from_id)
    absence.excused, absence.reason, absence.reason_from_id = True, notice.reason, notice.family_id
    return uow.add(absence).id, made, *before


def may_undo(uow: UnitOfWork, notice: AbsenceNotice) -> bool:
    return notice.decided_at is not None and uow.now - notice.decided_at < timedelta(hours=UNDO_HOURS)


def undo(uow: UnitOfWork, notice_id: int) -> AbsenceNotice:
    """« Annuler la décision », for 24 hours: the notice waits again, the absences are as they were."""
    uow.staff_only()
    notice = uow.get(AbsenceNotice, notice_id, lock=True)
    _not_own(uow, notice)
    if notice.state not in {NoticeState.ACCEPTED, NoticeState.DECLINED}:
        raise UserError("Cette demande attend déjà une décision.")
    if not may_undo(uow, notice):
        raise UserError("Cette décision date de plus de 24 heures : elle ne peut plus être annulée.")
    _excuse_no_more(uow, notice)
    _take_letter_back(uow, notice)
    before, notice.state = notice.state, NoticeState.PENDING
    notice.decided_at, notice.decided_by, notice.answer, notice.excused = None, "", "", []
    uow.add(notice)
    changes = {**audit_changes(notice), "decision": [before, NoticeState.PENDING]}
    audit.note_record(uow, Action.DECISION_UNDONE, notice, notice.family_id, changes=changes)
    announce_change(uow, notice)
    return notice


def _excuse_no_more(uow: UnitOfWork, notice: AbsenceNotice) -> None:
    """What the acceptance excused, but for what another one excuses too."""
    others = uow.all(
        select(AbsenceNotice).where(
            AbsenceNotice.pupil_id == notice.pupil_id,
            AbsenceNotice.state == NoticeState.ACCEPTED,
            AbsenceNotice.id != notice.id,
        )
    )
    shared = {line[0] for other in others for line in other.excused}
    for key, made, excused, reason, whose in notice.excused:
        absence = uow.one(select(Absence).where(Absence.id == key).with_for_update())
        if absence is None or key in shared:
            continue
        if (absence.excused, absence.reason) != (True, notice.reason):
            raise UserError("Une de ces absences a changé depuis : corrigez-la dans le dossier de l’élève.")
        if made:
            uow.delete(absence)
        else:
            absence.excused, absence.reason, absence.reason_from_id = excused, reason, whose
            uow.add(absence)


def _take_letter_back(uow: UnitOfWork, notice: AbsenceNotice) -> None:
    """The letter that has not left does not leave; otherwise another says what happened."""
    kind = LETTERS[NoticeState(notice.state)]
    if not outbox.call_back(uow, notice.author_id, kind, notice.decided_at):
        write_letter(uow, notice, uow.get(Pupil, notice.pupil_id), kind=LetterKind.ABSENCE_REOPENED)

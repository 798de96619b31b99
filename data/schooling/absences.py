"""Absences, and what families say of them: one to come, or why a past one happened. Staff decide; both households see
the absence, only the one that wrote sees its notice."""

from collections.abc import Iterable
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
    bindparam,
    event,
    func,
)
from sqlalchemy.orm import QueryContext, aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, formats
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.i18n import _, as_language, translate
from data.core.plain_text import tidy_lines
from data.core.scope import OfFamily
from data.core.unit_of_work import UnitOfWork, prepared
from data.families import models as families
from data.families import stored_files
from data.families.models import Pupil, of_its_site
from data.families.pupil_scope import OfPupil
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind
from data.schooling.models import Enrolment, of_its_course, of_its_pupil

MAX_DAYS = 92  # days: longer than a term is not an absence, it is for the conservatoire to hear
BACK = 366
# an absence, whether it was made for the notice; before: excused, the reason, whose words it was
ExcusedBefore = tuple[int, bool, bool, str, int | None]
REASONS = (
    _("Maladie"),
    _("Rendez-vous médical"),
    _("Sortie ou examen scolaire"),
    _("Raison familiale"),
    _("Transport"),
    _("Autre"),
)


class Absence(OfPupil, table=True):
    """A pupil was not there, or said they would not be. `excused` is the conservatoire's word."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = (
        of_its_pupil(),
        of_its_course(),
        ForeignKeyConstraint(["lesson_id"], ["lesson.id"]),
        UniqueConstraint("pupil_id", "course_id", "day", "starts"),
        UniqueConstraint("id", "site_id"),
        Index("ix_absence_pupil_day", "pupil_id", "day"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int
    course_id: int = Field(index=True)
    lesson_id: int | None = Field(default=None, index=True)
    day: date
    starts: time | None = None
    minutes: int = 0
    reason: str = Field(default="", max_length=120)
    reason_from_id: int | None = (
        None  # the family whose words the reason is: no other reads it. None: the conservatoire's
    )
    excused: bool = False
    comment: str = Field(default="", max_length=1000)


@event.listens_for(Absence, "load")
@event.listens_for(Absence, "refresh")
def _keep_back(row: Absence, context: QueryContext, _names: object = None) -> None:
    """Both households meet the absence; why, only the one that said it."""
    reader = context.session.info["unit_of_work"].family_id
    if row.reason_from_id is not None and reader is not None and row.reason_from_id != reader:
        set_committed_value(row, "reason", "")


class NoticeState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the family


LETTERS = {
    NoticeState.PENDING: LetterKind.ABSENCE_RECEIVED,
    NoticeState.ACCEPTED: LetterKind.ABSENCE_ACCEPTED,
    NoticeState.DECLINED: LetterKind.ABSENCE_DECLINED,
}


class AbsenceNotice(OfFamily, table=True):
    """What a family wrote: of a past absence (`absence_id`), or of days to come, for all courses or one."""

    __tablename__ = "absence_notice"
    __table_args__ = (
        of_its_site(),
        of_its_pupil(),
        ForeignKeyConstraint(["absence_id", "site_id"], ["absence.id", "absence.site_id"]),
        ForeignKeyConstraint(["course_id", "site_id"], ["course.id", "course.site_id"]),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    absence_id: int | None = Field(default=None, index=True)
    course_id: int | None = Field(default=None, index=True)
    first_day: date
    last_day: date
    reason: str = Field(max_length=120)
    comment: str = Field(default="", max_length=1000)
    document: str = Field(default="", max_length=32)
    author_id: int
    state: str = Field(default=NoticeState.PENDING, max_length=10, index=True)
    submitted_at: datetime = Field(index=True)
    decided_at: datetime | None = None
    decided_by: str = Field(default="", max_length=120)
    answer: str = Field(default="", max_length=500)
    # what accepting it excused, to be taken back
    excused: list[ExcusedBefore] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


ANSWERED = _("Le conservatoire a déjà répondu : apportez ce document à l’accueil.")
Recorded = tuple[AbsenceNotice, bool]  # whether it is new: what was sent before needs no other letter


def of_course(uow: UnitOfWork, pupil_id: int, course_id: int) -> list[Absence]:
    """The latest first."""
    return list(
        uow.all(
            select(Absence)
            .where(Absence.pupil_id == pupil_id, Absence.course_id == course_id)
            .order_by(col(Absence.day).desc(), col(Absence.starts))
        )
    )


def notices(uow: UnitOfWork, pupil_id: int) -> list[AbsenceNotice]:
    """What this family wrote about the pupil, the latest first."""
    return list(
        uow.all(
            select(AbsenceNotice)
            .where(AbsenceNotice.pupil_id == pupil_id, AbsenceNotice.state != NoticeState.WITHDRAWN)
            .order_by(col(AbsenceNotice.submitted_at).desc(), col(AbsenceNotice.id).desc())
            .limit(50)
        )
    )


def latest() -> ColumnElement[bool]:
    """Of what the family of the parameter `family` wrote, as many of the latest as the parameter `notices` says."""
    notice = aliased(AbsenceNotice)
    keys = (
        select(notice.id)
        .where(notice.family_id == bindparam("family"), notice.state != NoticeState.WITHDRAWN)
        .order_by(col(notice.submitted_at).desc(), col(notice.id).desc())
        .limit(bindparam("notices", type_=Integer))
    )
    return col(AbsenceNotice.id).in_(keys)


_OF_THE_FAMILY = prepared(
    select(AbsenceNotice, Pupil)
    .join(Pupil, col(Pupil.id) == AbsenceNotice.pupil_id)
    .where(latest())
    .order_by(col(AbsenceNotice.submitted_at).desc(), col(AbsenceNotice.id).desc())
)


def of_the_family(uow: UnitOfWork, most: int) -> list[tuple[AbsenceNotice, Pupil]]:
    """« Vos demandes »: what this family wrote, of all its pupils, the latest first."""
    return [(notice, pupil) for notice, pupil in uow.rows(_OF_THE_FAMILY, family=uow.family_id, notices=most)]


def announce(
    uow: UnitOfWork,
    pupil: Pupil,
    *,
    first_day: date | None,
    last_day: date | None,
    reason: str,
    comment: str,
    course_id: int | None = None,
) -> AbsenceNotice:
    """Days to come, or today. ValidationErrors names what cannot be read."""
    return _acknowledged(uow, pupil, announced(uow, pupil, (first_day, last_day), (reason, comment), course_id))


def announced(
    uow: UnitOfWork,
    pupil: Pupil,
    days: tuple[date | None, date | None],
    why: tuple[str, str],
    course_id: int | None = None,
) -> Recorded:
    """`announce` without its letter."""
    (first_day, last_day), (reason, comment) = days, (why[0], tidy_lines(why[1]))
    last_day = last_day or first_day
    faults = text_errors(reason, comment) | day_errors(uow, first_day, last_day)
    if faults or first_day is None or last_day is None:
        raise ValidationErrors(faults)
    if course_id is not None and not _attends(uow, pupil, course_id):
        raise NotFound(f"course {course_id}")
    return _record(uow, pupil, (reason, comment), (first_day, last_day), course_id)


def day_errors(uow: UnitOfWork, first_day: date | None, last_day: date | None) -> dict[str, UserError]:
    faults: dict[str, UserError] = {}
    if first_day is None or last_day is None:
        faults["first_day"] = UserError("Indiquez le premier jour de l’absence.")
    elif first_day < uow.today:
        faults["first_day"] = UserError(
            "Ce jour est passé. Pour une absence passée, ouvrez le cours, onglet « Absences », et justifiez-la."
        )
    elif (first_day - uow.today).days > BACK:
        faults["first_day"] = UserError("Cette date est trop lointaine. Vérifiez l’année.")
    elif last_day < first_day:
        faults["last_day"] = UserError("Le dernier jour est avant le premier.")
    elif (last_day - first_day).days >= MAX_DAYS:
        faults["last_day"] = UserError("Cette absence dure plus de trois mois : prévenez directement le conservatoire.")
    return faults


def _attends(uow: UnitOfWork, pupil: Pupil, course_id: int) -> bool:
    question = select(func.count(col(Enrolment.id))).where(Enrolment.pupil_id == pupil.id)
    return 0 < course_id < 2**31 and uow.count(question.where(Enrolment.course_id == course_id)) > 0


def justify(uow: UnitOfWork, pupil: Pupil, absence_id: int, *, reason: str, comment: str) -> AbsenceNotice:
    """Why a past absence happened. Writing again replaces what still waits."""
    return _acknowledged(uow, pupil, justified(uow, pupil, absence_id, (reason, comment)))


def justified(uow: UnitOfWork, pupil: Pupil, absence_id: int, why: tuple[str, str]) -> Recorded:
    """`justify` without its letter."""
    reason, comment = why[0], tidy_lines(why[1])
    absence = uow.get(Absence, absence_id, lock=True)
    if absence.pupil_id != pupil.id:
        raise NotFound(f"absence {absence_id}")
    if absence.excused:
        raise UserError("Cette absence est déjà justifiée.")
    if faults := text_errors(reason, comment):
        raise ValidationErrors(faults)
    for older in uow.all(
        select(AbsenceNotice).where(AbsenceNotice.absence_id == absence_id, AbsenceNotice.state == NoticeState.PENDING)
    ):
        if (older.reason, older.comment) != (reason, comment):
            older.state = NoticeState.WITHDRAWN
            uow.add(older)
    return _record(uow, pupil, (reason, comment), (absence.day, absence.day), absence.course_id, absence.id)


def text_errors(reason: str, comment: str) -> dict[str, UserError]:
    faults: dict[str, UserError] = {}
    if reason not in REASONS:
        faults["reason"] = UserError("Choisissez un motif.")
    elif reason == "Autre" and not comment.strip():
        faults["comment"] = UserError("Précisez le motif en quelques mots.")
    if len(comment) > 1000:
        faults["comment"] = UserError("Ce texte est trop long : 1 000 caractères au plus.")
    return faults


def _record(
    uow: UnitOfWork,
    pupil: Pupil,
    why: tuple[str, str],
    days: tuple[date, date],
    course_id: int | None,
    absence_id: int | None = None,
) -> Recorded:
    """The notice (its reason and comment, its first and last day) and the journal's line, together. The same one sent twice is
    one."""
    _may_change(uow, uow.get(Pupil, pupil.id, lock=True))
    (reason, comment), (first_day, last_day) = why, days
    for same in uow.all(
        select(AbsenceNotice).where(
            AbsenceNotice.pupil_id == pupil.id,
            AbsenceNotice.state == NoticeState.PENDING,
            AbsenceNotice.first_day == first_day,
            AbsenceNotice.last_day == last_day,
            AbsenceNotice.course_id == course_id,
            AbsenceNotice.absence_id == absence_id,
            AbsenceNotice.reason == reason,
            AbsenceNotice.comment == comment,
        )
    ):
        return same, False
    notice = uow.add(
        AbsenceNotice(
            site_id=pupil.site_id,
            family_id=uow.family_id,
            pupil_id=pupil.id,
            author_id=uow.account_id or 0,
            submitted_at=uow.now,
            reason=reason,
            comment=comment,
            first_day=first_day,
            last_day=last_day,
            course_id=course_id,
            absence_id=absence_id,
        )
    )
    audit.note_record(uow, Action.ABSENCE_REPORTED, notice, changes=audit_changes(notice))
    announce_change(uow, notice)
    return notice, True


def _acknowledged(uow: UnitOfWork, pupil: Pupil, recorded: Recorded) -> AbsenceNotice:
    notice, new = recorded
    if new:
        write_letter(uow, notice, pupil)
    return notice


def write_letter(
    uow: UnitOfWork, notice: AbsenceNotice, pupil: Pupil, *more: AbsenceNotice, kind: LetterKind | None = None
) -> None:
    """To the one who wrote the notice, how it stands: received, accepted or declined; or what `kind` says. `more`: written with it.
    The link leads to the form, where an absence that was not excused is ticked."""
    author = uow.get(Account, notice.author_id)
    again = notice.absence_id if notice.state == NoticeState.DECLINED else None
    mail = Mail(
        kind or LETTERS[NoticeState(notice.state)],
        accounts.recipient(uow, author),
        {"subject": pupil.full_name, "days": days_listed((notice, *more), author.language)},
        path=f"/eleves/{pupil.number}/absences" + (f"?absence={again}" if again else ""),
        message=notice.answer,
    )
    outbox.write(uow, mail)


def audit_changes(notice: AbsenceNotice) -> dict[str, Any]:
    return {"days": ["", f"{notice.first_day} – {notice.last_day}"], "reason": ["", notice.reason]}


def days_of(notice: AbsenceNotice, language: str = "fr", *, noun: bool = False) -> str:
    """« le 12 janvier », after a noun « du 12 janvier »; « du 12 au 14 janvier »."""
    in_language = as_language(language)
    last = formats.short_day(notice.last_day, in_language)
    if notice.first_day == notice.last_day:
        return translate(_("du {day}") if noun else _("le {day}"), in_language, day=last)
    first = formats.first_of_days(notice.first_day, notice.last_day, in_language)
    return translate("du {first} au {last}", in_language, first=first, last=last)


def days_listed(several: Iterable[AbsenceNotice], language: str) -> str:
    """« le 12 janvier, le 14 janvier et du 20 au 22 janvier »."""
    return formats.listed([days_of(each, language) for each in several], as_language(language))


def _may_change(uow: UnitOfWork, pupil: Pupil) -> None:
    """UserError for a household that only consults, also of what it wrote while it could do more."""
    if not families.may_change(uow, pupil):
        raise UserError("Vous pouvez consulter ce dossier, mais pas le modifier. Adressez-vous au conservatoire.")


def attach(uow: UnitOfWork, notice_id: int, document: str) -> None:
    """A document for a notice that still waits; it replaces the one before."""
    notice = uow.get(AbsenceNotice, notice_id, lock=True)
    _may_change(uow, uow.get(Pupil, notice.pupil_id))
    if notice.state != NoticeState.PENDING:
        raise UserError(ANSWERED)
    if stored_files.by_name(uow, document).pupil_id != notice.pupil_id:
        raise NotFound(f"document {document}")
    notice.document = document
    uow.add(notice)
    audit.note_record(uow, Action.ABSENCE_DOCUMENT, notice)
    announce_change(uow, notice)


def withdraw(uow: UnitOfWork, notice_id: int) -> None:
    notice = uow.get(AbsenceNotice, notice_id, lock=True)
    _may_change(uow, uow.get(Pupil, notice.pupil_id))
    if notice.state == NoticeState.PENDING:
        notice.state = NoticeState.WITHDRAWN
        uow.add(notice)
        audit.note_record(uow, Action.ABSENCE_WITHDRAWN, notice)
        announce_change(uow, notice)


def announce_change(uow: UnitOfWork, notice: AbsenceNotice) -> None:
    uow.publish(("family", notice.family_id or 0), ("queue", notice.site_id), ("pupil", notice.pupil_id))

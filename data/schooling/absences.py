"""Absences, and what families say of them: one to come, or why a past one happened. Staff decide; both households see
the absence, only the one that wrote sees its notice."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlmodel import Field, col, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, formats
from data.core.errors import Faulty, NotYours, Refused
from data.core.fields import tidy_lines
from data.core.i18n import language, say
from data.core.scope import OfFamily, OfSite
from data.core.unit_of_work import Visit
from data.families import models as families
from data.families import stored_files
from data.families.models import Pupil, PupilLink, of_its_site
from data.schooling.models import Enrolment, of_its_course, of_its_pupil

LONGEST = 92  # days: longer than a term is not an absence, it is for the conservatoire to hear
BACK = 366
REASONS = ("Maladie", "Rendez-vous médical", "Sortie ou examen scolaire", "Raison familiale", "Transport", "Autre")


class Absence(OfSite, table=True):
    """A pupil was not there, or said they would not be. `excused` is the conservatoire's word."""

    fence: ClassVar[str] = "pupil"
    kept_by_staff: ClassVar[bool] = True
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
    excused: bool = False
    comment: str = Field(default="", max_length=1000)


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
    state: str = Field(default="pending", max_length=10, index=True)  # pending | accepted | declined | withdrawn
    submitted_at: datetime = Field(index=True)
    decided_at: datetime | None = None
    decided_by: str = Field(default="", max_length=120)
    answer: str = Field(default="", max_length=500)


def of_course(v: Visit, pupil_id: int, course_id: int) -> list[Absence]:
    """The latest first."""
    return list(
        v.all(
            select(Absence)
            .where(Absence.pupil_id == pupil_id, Absence.course_id == course_id)
            .order_by(col(Absence.day).desc(), col(Absence.starts))
        )
    )


def of_the_pupils(v: Visit) -> list[tuple[Pupil, PupilLink, int]]:
    """The family's pupils by age, with the link, and how many absences of this school year are not excused; in one question."""
    missed = (
        select(func.count(col(Absence.id)))
        .where(
            Absence.pupil_id == Pupil.id,
            col(Absence.excused).is_(False),
            Absence.day >= date(int(formats.school_year(v.today)[:4]), 9, 1),
            Absence.day <= v.today,
        )
        .correlate(Pupil)
        .scalar_subquery()
    )
    return [tuple(row) for row in v.rows(families.pupils_with(missed))]


def notices(v: Visit, pupil_id: int) -> list[AbsenceNotice]:
    """What this family wrote about the pupil, the latest first."""
    return list(
        v.all(
            select(AbsenceNotice)
            .where(AbsenceNotice.pupil_id == pupil_id, AbsenceNotice.state != "withdrawn")
            .order_by(col(AbsenceNotice.submitted_at).desc(), col(AbsenceNotice.id).desc())
            .limit(50)
        )
    )


def recent_notices(v: Visit, most: int = 3) -> list[tuple[AbsenceNotice, Pupil]]:
    """What this family wrote in the last month, of all its pupils, the latest first."""
    return [
        (notice, pupil)
        for notice, pupil in v.rows(
            select(AbsenceNotice, Pupil)
            .join(Pupil, col(Pupil.id) == AbsenceNotice.pupil_id)
            .where(
                AbsenceNotice.family_id == v.family_id,
                AbsenceNotice.state != "withdrawn",
                col(AbsenceNotice.submitted_at) >= v.now - timedelta(days=31),
            )
            .order_by(col(AbsenceNotice.submitted_at).desc(), col(AbsenceNotice.id).desc())
            .limit(most)
        )
    ]


def announce(
    v: Visit,
    pupil: Pupil,
    *,
    first_day: date | None,
    last_day: date | None,
    reason: str,
    comment: str,
    course_id: int | None = None,
) -> AbsenceNotice:
    """Days to come, or today. Faulty names what cannot be read."""
    last_day, comment = last_day or first_day, tidy_lines(comment)
    faults = _words(reason, comment)
    if first_day is None or last_day is None:
        faults["first_day"] = Refused("Indiquez le premier jour de l’absence.")
    elif first_day < v.today:
        faults["first_day"] = Refused(
            "Ce jour est passé. Pour une absence passée, ouvrez le cours, onglet « Absences », et justifiez-la."
        )
    elif (first_day - v.today).days > BACK:
        faults["first_day"] = Refused("Cette date est trop lointaine. Vérifiez l’année.")
    elif last_day < first_day:
        faults["last_day"] = Refused("Le dernier jour est avant le premier.")
    elif (last_day - first_day).days >= LONGEST:
        faults["last_day"] = Refused("Cette absence dure plus de trois mois : prévenez directement le conservatoire.")
    if faults or first_day is None or last_day is None:
        raise Faulty(faults)
    if course_id is not None and not _attends(v, pupil, course_id):
        raise NotYours(f"course {course_id}")
    return _record(
        v,
        pupil,
        AbsenceNotice(
            site_id=pupil.site_id,
            family_id=v.family_id,
            pupil_id=pupil.id,
            course_id=course_id,
            first_day=first_day,
            last_day=last_day,
            reason=reason,
            comment=comment,
            author_id=v.account_id or 0,
            submitted_at=v.now,
        ),
    )


def _attends(v: Visit, pupil: Pupil, course_id: int) -> bool:
    question = select(func.count(col(Enrolment.id))).where(Enrolment.pupil_id == pupil.id)
    return 0 < course_id < 2**31 and v.count(question.where(Enrolment.course_id == course_id)) > 0


def justify(v: Visit, pupil: Pupil, absence_id: int, *, reason: str, comment: str) -> AbsenceNotice:
    """Why a past absence happened. Writing again replaces what still waits."""
    absence = v.get(Absence, absence_id, lock=True)
    if absence.pupil_id != pupil.id:
        raise NotYours(f"absence {absence_id}")
    if absence.excused:
        raise Refused("Cette absence est déjà justifiée.")
    comment = tidy_lines(comment)
    if faults := _words(reason, comment):
        raise Faulty(faults)
    for older in v.all(
        select(AbsenceNotice).where(AbsenceNotice.absence_id == absence_id, AbsenceNotice.state == "pending")
    ):
        if (older.reason, older.comment) != (reason, comment):
            older.state = "withdrawn"
            v.add(older)
    return _record(
        v,
        pupil,
        AbsenceNotice(
            site_id=pupil.site_id,
            family_id=v.family_id,
            pupil_id=pupil.id,
            absence_id=absence.id,
            course_id=absence.course_id,
            first_day=absence.day,
            last_day=absence.day,
            reason=reason,
            comment=comment,
            author_id=v.account_id or 0,
            submitted_at=v.now,
        ),
    )


def _words(reason: str, comment: str) -> dict[str, Refused]:
    faults: dict[str, Refused] = {}
    if reason not in REASONS:
        faults["reason"] = Refused("Choisissez un motif.")
    elif reason == "Autre" and not comment.strip():
        faults["comment"] = Refused("Précisez le motif en quelques mots.")
    if len(comment) > 1000:
        faults["comment"] = Refused("Ce texte est trop long : 1 000 caractères au plus.")
    return faults


def _record(v: Visit, pupil: Pupil, notice: AbsenceNotice) -> AbsenceNotice:
    """The notice, its acknowledgement and the journal's line, together. The same one sent twice is one."""
    v.get(Pupil, pupil.id, lock=True)
    if not families.may_change(v, pupil):
        raise Refused("Vous pouvez consulter ce dossier, mais pas le modifier. Adressez-vous au conservatoire.")
    for same in v.all(
        select(AbsenceNotice).where(
            AbsenceNotice.pupil_id == pupil.id,
            AbsenceNotice.state == "pending",
            AbsenceNotice.first_day == notice.first_day,
            AbsenceNotice.last_day == notice.last_day,
            AbsenceNotice.course_id == notice.course_id,
            AbsenceNotice.absence_id == notice.absence_id,
            AbsenceNotice.reason == notice.reason,
            AbsenceNotice.comment == notice.comment,
        )
    ):
        return same
    notice = v.add(notice)
    who = v.get(Account, v.account_id)
    accounts.write_to(
        v,
        who,
        "absence_received",
        path=f"/eleves/{pupil.number}/cours",
        subject=pupil.full_name,
        days=days_of(notice, who.language),
    )
    audit.note(v, "absence told", subject="absence_notice", subject_id=notice.id, changes=told(notice))
    announce_change(v, notice)
    return notice


def told(notice: AbsenceNotice) -> dict[str, Any]:
    return {"days": ["", f"{notice.first_day} – {notice.last_day}"], "reason": ["", notice.reason]}


def days_of(notice: AbsenceNotice, tongue: str = "fr") -> str:
    """« le 12 janvier », « du 12 au 14 janvier »."""
    spoken = language(tongue)
    first, last = formats.short_day(notice.first_day, spoken), formats.short_day(notice.last_day, spoken)
    if notice.first_day == notice.last_day:
        return say("le {day}", spoken, day=first)
    return say("du {first} au {last}", spoken, first=first, last=last)


def attach(v: Visit, notice_id: int, document: str) -> None:
    """A document for a notice that still waits; it replaces the one before."""
    notice = v.get(AbsenceNotice, notice_id, lock=True)
    if notice.state != "pending":
        raise Refused("Le conservatoire a déjà répondu : apportez ce document à l’accueil.")
    if stored_files.by_name(v, document).pupil_id != notice.pupil_id:
        raise NotYours(f"document {document}")
    notice.document = document
    v.add(notice)
    audit.note(v, "absence document", subject="absence_notice", subject_id=notice.id)
    announce_change(v, notice)


def withdraw(v: Visit, notice_id: int) -> None:
    notice = v.get(AbsenceNotice, notice_id, lock=True)
    if notice.state == "pending":
        notice.state = "withdrawn"
        v.add(notice)
        audit.note(v, "absence withdrawn", subject="absence_notice", subject_id=notice.id)
        announce_change(v, notice)


def announce_change(v: Visit, notice: AbsenceNotice) -> None:
    v.tell(("family", notice.family_id or 0), ("queue", notice.site_id), ("pupil", notice.pupil_id))

"""Assessments and marks; the averages over the years. Marks, scales and coefficients are hundredths."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, ScalarSelect, UniqueConstraint, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Field, col, select

from data.core.i18n import _
from data.core.scope import OfSite
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil
from data.families.pupil_scope import OfPupil
from data.schooling.models import Attended, of_its_course, of_its_pupil

# What other programs write as a result, told in English too; any other word is told as it stands (components/ui/own_words.py).
RESULTS = (
    _("Admis"), _("Admise"), _("Admis(e)"), _("Ajourné"), _("Ajournée"), _("Maintien"), _("Maintenu"), _("Maintenue"), _("Passage"),
    _("Très bien"), _("Bien"), _("Assez bien"), _("Passable"), _("Insuffisant"), _("Félicitations"), _("Encouragements"),
    _("Acquis"), _("Non acquis"), _("Validé"), _("Validée"), _("Obtenu"), _("Dispensé"), _("Dispensée"), _("Abandon"),
    _("Contrôle continu"), _("Devoir collectif"), _("Examen"), _("Examen de fin d’année"), _("Audition"), _("Jury"), _("Stage"),
)  # fmt: skip


class Assessment(OfSite, table=True):
    """A test or an examination of a course."""

    __table_args__ = (of_its_course(), UniqueConstraint("id", "site_id"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    course_id: int = Field(index=True)
    kind: str = Field(default="", max_length=80)
    day: date | None = None
    class_kind: str = Field(default="", max_length=80)
    scale: int = 2000
    coefficient: int = 100
    class_average: int | None = None


class Mark(OfPupil, table=True):
    """What a pupil got."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = (
        of_its_pupil(),
        ForeignKeyConstraint(["assessment_id", "site_id"], ["assessment.id", "assessment.site_id"]),
        UniqueConstraint("assessment_id", "pupil_id"),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    assessment_id: int = Field(index=True)
    value: int | None = None
    letter: str = Field(default="", max_length=10)
    mention: str = Field(default="", max_length=60)
    remark: str = Field(default="", max_length=1000)
    absent: bool = False


Marked = tuple[Mark, Assessment]


_MARKS = prepared(
    select(Mark, Assessment)
    .join(Assessment, col(Assessment.id) == Mark.assessment_id)
    .where(Mark.pupil_id == bindparam("pupil"), Assessment.course_id == bindparam("course"))
    .order_by(col(Assessment.day).desc().nulls_last(), col(Assessment.id))
)


def marks(uow: UnitOfWork, pupil_id: int, course_id: int) -> list[Marked]:
    """A pupil's marks in a course, the latest first."""
    return [(mark, assessment) for mark, assessment in uow.rows(_MARKS, pupil=pupil_id, course=course_id)]


def last_mark() -> ScalarSelect[int]:
    """Of each pupil of a question, the key of the latest mark; its parameter is `since`, a day."""
    mark, assessment = aliased(Mark), aliased(Assessment)
    return (
        select(mark.id)
        .join(assessment, col(assessment.id) == mark.assessment_id)
        .where(mark.pupil_id == Pupil.id, col(mark.value).is_not(None), col(assessment.day) >= bindparam("since"))
        .order_by(col(assessment.day).desc(), col(assessment.id).desc())
        .limit(1)
        .correlate(Pupil)
        .scalar_subquery()
    )


_LAST = prepared(
    select(Mark, Assessment)
    .select_from(Pupil)
    .join(Mark, col(Mark.id) == last_mark())
    .join(Assessment, col(Assessment.id) == Mark.assessment_id)
    .where(col(Pupil.id).in_(bindparam("pupils", expanding=True)))
)


def last_marks(uow: UnitOfWork, pupil_ids: Iterable[int], since: date) -> dict[int, Marked]:
    """Pupil -> the latest mark since that day, in one question."""
    found = uow.rows(_LAST, pupils=list(pupil_ids), since=since)
    return {mark.pupil_id: (mark, assessment) for mark, assessment in found}


def averages(past: Sequence[Attended], department: str) -> list[tuple[str, int]]:
    """(school year, mean of the averages of that department), the earliest first. Hundredths, out of 20."""
    years: dict[str, list[int]] = {}
    for each in past:
        if each.course.department == department and each.enrolment.average is not None:
            years.setdefault(each.course.school_year, []).append(each.enrolment.average)
    return [(year, round(sum(found) / len(found))) for year, found in sorted(years.items())]

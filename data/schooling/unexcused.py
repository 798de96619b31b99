"""What pupils missed that is not excused, and what their family says of it: for « Accueil » and for the form of an absence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, exists, func
from sqlalchemy.orm import Mapped
from sqlmodel import col, select

from data.core import formats
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil
from data.schooling.absences import Absence, AbsenceNotice, NoticeState
from data.schooling.models import Course, Enrolment


@dataclass(frozen=True)
class Missed:
    """Absences of this school year that are not excused. `count`: of which this family says nothing yet; the last of these, its
    enrolment and its day. `waiting`: those whose justification the office has not answered."""

    count: int
    waiting: int
    absence_id: int | None
    enrolment_id: int | None
    day: date | None


_EXPLAINED = exists().where(
    col(AbsenceNotice.absence_id) == Absence.id,
    col(AbsenceNotice.family_id) == bindparam("family"),
    col(AbsenceNotice.state) == NoticeState.PENDING,
)
_NOT_EXCUSED = (
    Absence.pupil_id == Pupil.id,
    col(Absence.excused).is_(False),
    Absence.day >= bindparam("first_day"),
    Absence.day <= bindparam("last_day"),
)


def _counted(more: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count(col(Absence.id))).where(*_NOT_EXCUSED, more).correlate(Pupil).scalar_subquery()


def _of_the_last(column: Mapped[int] | Mapped[date]) -> ScalarSelect[date | int]:
    attended = and_(col(Enrolment.course_id) == Absence.course_id, col(Enrolment.pupil_id) == Absence.pupil_id)
    return (
        select(column)
        .select_from(Absence)
        .join(Enrolment, attended)
        .where(*_NOT_EXCUSED, ~_EXPLAINED)
        .order_by(col(Absence.day).desc(), col(Absence.id).desc())
        .limit(1)
        .correlate(Pupil)
        .scalar_subquery()
    )


def columns() -> Sequence[ScalarSelect[int] | ScalarSelect[date | int]]:
    """Of each pupil of a question what makes its Missed; its parameters are those of `values`."""
    last = (_of_the_last(each) for each in (col(Absence.id), col(Enrolment.id), col(Absence.day)))
    return [_counted(~_EXPLAINED), _counted(_EXPLAINED), *last]


def values(uow: UnitOfWork) -> dict[str, object]:
    """For that question: this family, this school year."""
    first_day = date(int(formats.school_year(uow.today)[:4]), 9, 1)
    return {"family": uow.family_id, "first_day": first_day, "last_day": uow.today}


_TO_EXPLAIN = prepared(
    select(Absence, Course)
    .join(Course, col(Course.id) == Absence.course_id)
    .join(Pupil, col(Pupil.id) == Absence.pupil_id)
    .where(*_NOT_EXCUSED, ~_EXPLAINED, Pupil.id == bindparam("pupil"))
    .order_by(col(Absence.day).desc(), col(Absence.id).desc())
    .limit(20)
)


def to_explain(uow: UnitOfWork, pupil_id: int) -> Sequence[tuple[Absence, Course]]:
    """(absence, course) of this school year of which this family says nothing yet, the latest first."""
    return uow.rows(_TO_EXPLAIN, pupil=pupil_id, **values(uow))

"""What a family announced of days to come: whether a day, a lesson or a new announcement touches it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, bindparam
from sqlmodel import col, select

from data.core.errors import UserError
from data.core.i18n import Language, plural
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import Pupil
from data.schooling import absences
from data.schooling.absences import AbsenceNotice, NoticeState

REPLACES = plural(
    "Une absence de {name} est déjà annoncée {days}. Envoyez de nouveau pour la remplacer par celle-ci, ou changez les jours.",
    "Des absences de {name} sont déjà annoncées {days}. Envoyez de nouveau pour les remplacer par celle-ci, ou changez les jours.",
)
_BETWEEN = prepared(
    select(AbsenceNotice)
    .where(
        col(AbsenceNotice.pupil_id).in_(bindparam("pupils", expanding=True)),
        AbsenceNotice.family_id == bindparam("family"),
        col(AbsenceNotice.absence_id).is_(None),
        col(AbsenceNotice.state).in_([NoticeState.PENDING, NoticeState.ACCEPTED]),
        col(AbsenceNotice.first_day) <= bindparam("last", type_=Date),
        col(AbsenceNotice.last_day) >= bindparam("first", type_=Date),
    )
    .order_by(col(AbsenceNotice.first_day), col(AbsenceNotice.id))
)


def between(uow: UnitOfWork, pupils: Sequence[int], first: date, last: date) -> Sequence[AbsenceNotice]:
    """What this family announced of these pupils that touches these days, and that holds."""
    return uow.all(_BETWEEN, pupils=list(pupils), family=uow.family_id, first=first, last=last)


def stands(notice: AbsenceNotice) -> bool:
    """Of days to come, neither withdrawn nor declined."""
    return notice.absence_id is None and notice.state in {NoticeState.PENDING, NoticeState.ACCEPTED}


def covers(notice: AbsenceNotice, pupil_id: int, day: date, course_id: int) -> bool:
    """Whether a lesson is one of those that were announced as missed."""
    return (
        notice.pupil_id == pupil_id
        and notice.first_day <= day <= notice.last_day
        and notice.course_id in {None, course_id}
    )


def touched(uow: UnitOfWork, pupil: Pupil, days: tuple[date, date], course_id: int | None) -> list[AbsenceNotice]:
    """What a new announcement would say twice: all that waits and touches it, and what was accepted and has the whole of it."""
    first, last = days
    return [
        each
        for each in between(uow, [pupil.id], first, last)
        if (each.state == NoticeState.PENDING and (course_id is None or each.course_id in {None, course_id}))
        or (each.first_day <= first and last <= each.last_day and each.course_id in {None, course_id})
    ]


def refusal(pupil: Pupil, older: Sequence[AbsenceNotice], language: Language) -> UserError:
    """Why it is not sent as it is: accepted ones stay, those that wait may be replaced."""
    if accepted := [each for each in older if each.state == NoticeState.ACCEPTED]:
        return UserError(
            "Le conservatoire a déjà pris note de l’absence de {name} {days}. Pour la changer, adressez-vous à lui.",
            name=pupil.called,
            days=absences.days_listed(accepted, language),
        )
    days = absences.days_listed(older, language)
    return UserError(REPLACES, count=len(older), name=pupil.called, days=days)

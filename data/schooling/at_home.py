"""A family's pupils as « Accueil » shows them, in one question."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col

from data.core.unit_of_work import UnitOfWork, prepared
from data.families import models as families
from data.families.models import Pupil, PupilLink
from data.schooling import results, unexcused
from data.schooling.results import Assessment, Mark, Marked
from data.schooling.unexcused import Missed

RECENT = timedelta(days=400)  # a mark before is no news


@dataclass(frozen=True)
class AtHome:
    """A pupil, the family's link to it, what it missed, its latest mark."""

    pupil: Pupil
    link: PupilLink
    missed: Missed
    last: Marked | None


_PUPILS = prepared(
    families.pupils_with(Mark, Assessment, *unexcused.columns())
    .join(Mark, col(Mark.id) == results.last_mark(), isouter=True)
    .join(Assessment, col(Assessment.id) == Mark.assessment_id, isouter=True)
)


def pupils(uow: UnitOfWork) -> list[AtHome]:
    """By age."""
    found = uow.rows(_PUPILS, since=uow.today - RECENT, **unexcused.values(uow))
    return [
        AtHome(pupil, link, Missed(*missed), (mark, assessment) if mark else None)
        for pupil, link, mark, assessment, *missed in found
    ]

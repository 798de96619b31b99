"""Grown-up pupils: who learns is who signs, and nobody asks whether they may leave alone."""

from collections.abc import Sequence

from data.core.days import age_on
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil, PupilLink

AGE = 18  # years


def all_of_age(uow: UnitOfWork, pupils: Sequence[tuple[Pupil, PupilLink]]) -> bool:
    """Whether there are pupils, and none of them is a child; one whose birth is not known may be."""
    return bool(pupils) and all(
        pupil.birth_date is not None and age_on(pupil.birth_date, uow.today) >= AGE for pupil, _ in pupils
    )

"""« Répertoire »: the musical events a pupil took part in, and what was played."""

from datetime import date, time
from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, col, select

from data.core.revisions import Revised
from data.core.scope import OfSite
from data.core.unit_of_work import UnitOfWork
from data.families.pupil_scope import OfPupil
from data.schooling.models import of_its_pupil


class Performance(OfSite, Revised, table=True):
    """A concert, an audition, an examination in public."""

    __table_args__ = (UniqueConstraint("id", "site_id"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    title: str = Field(max_length=160)
    place: str = Field(default="", max_length=160)
    day: date | None = None
    starts: time | None = None


class Piece(OfPupil, table=True):
    """What one pupil played there. Partners are named as the conservatoire wrote them."""

    staff_managed: ClassVar[bool] = True
    __table_args__ = (
        of_its_pupil(),
        ForeignKeyConstraint(["performance_id", "site_id"], ["performance.id", "performance.site_id"]),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    performance_id: int = Field(index=True)
    work: str = Field(default="", max_length=200)
    composer: str = Field(default="", max_length=120)
    movement: str = Field(default="", max_length=120)
    arrangement: str = Field(default="", max_length=120)
    seconds: int | None = None
    role: str = Field(default="", max_length=80)
    ensemble: str = Field(default="", max_length=120)
    partners: str = Field(default="", max_length=300)
    teacher: str = Field(default="", max_length=120)
    comment: str = Field(default="", max_length=1000)


Played = tuple[Piece, Performance]


def played(uow: UnitOfWork, pupil_id: int) -> list[Played]:
    """A pupil's pieces, the latest event first."""
    return [
        (piece, performance)
        for piece, performance in uow.rows(
            select(Piece, Performance)
            .join(Performance, col(Performance.id) == Piece.performance_id)
            .where(Piece.pupil_id == pupil_id)
            .order_by(col(Performance.day).desc().nulls_last(), col(Performance.id).desc(), col(Piece.id))
        )
    ]

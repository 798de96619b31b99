"""Tables whose rows count their changes, for who outside must know that something changed: an agenda (RFC 5545, SEQUENCE)."""

from datetime import datetime

from sqlalchemy import event, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import set_attribute
from sqlmodel import Field, SQLModel


class Revised(SQLModel):
    """`revision` grows with each change, of one row (here) or of many at once (`UnitOfWork.amend`)."""

    revision: int = Field(default=0)
    changed_at: datetime | None = None


@event.listens_for(Revised, "before_update", propagate=True)
def _count(_mapper: Mapper[Revised], _connection: object, row: Revised) -> None:
    session = inspect(row).session
    if session is not None and session.is_modified(row):
        set_attribute(
            row, "revision", row.revision + 1
        )  # `row.revision = …` would check, and so set, every column again
        set_attribute(row, "changed_at", session.info["unit_of_work"].now)

"""What other programs call our rows that have no number of their own: written by imports, read wherever a row is found by it."""

from typing import ClassVar

from pydantic import SkipValidation
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from data.core.scope import OfSite, Scope


class ExternalKey(OfSite, table=True):
    """What another program calls a row that has no number of its own here."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "outside_key"
    __table_args__ = (UniqueConstraint("site_id", "record", "key"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    record: str = Field(max_length=20)  # the table's name
    key: str = Field(max_length=80)
    row_id: int = Field(index=True)
    alias: bool = False  # another name of a row that has its own: of a family that became part of it

"""Papers that leave the house: duplicates of bills, certificates that anyone can check. Written once, kept as bytes."""

from datetime import date, datetime
from typing import Any

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from data.families import of_its_site
from data.schooling import of_its_pupil
from data.visits import OfFamily


class Paper(OfFamily, table=True):
    """A PDF as it was written the first time: `subject` says which (invoice:07000004:fr), `name` its file."""

    __table_args__ = (of_its_site(), UniqueConstraint("family_id", "subject"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    subject: str = Field(max_length=80)
    name: str = Field(max_length=32, unique=True)
    size: int
    sha256: str = Field(max_length=64)
    created_at: datetime


class Certificate(OfFamily, table=True):
    """An « attestation »: `facts` is what it says; the public page tells kind, year, day and initials only."""

    __table_args__ = (of_its_site(), of_its_pupil(), UniqueConstraint("family_id", "pupil_id", "kind", "digest"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    pupil_id: int = Field(index=True)
    kind: str = Field(max_length=10)  # enrolment | payment
    school_year: str = Field(max_length=9)
    code: str = Field(max_length=16, unique=True)
    initials: str = Field(max_length=10)
    issued_on: date
    digest: str = Field(max_length=64)  # of the facts: the same facts are the same certificate
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    revoked_at: datetime | None = None

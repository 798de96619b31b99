"""What families ask to change: one request a record, one row a field."""

from datetime import datetime
from enum import StrEnum

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, UniqueConstraint, event
from sqlalchemy.orm import QueryContext
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Field, col, select

from data.core.fields import EditableField
from data.core.scope import OfFamily
from data.families.models import PUPIL_CONTACT, Guardian, Pupil, Record, of_its_site
from data.families.pupil_scope import kept_back

Asked = tuple["ChangeRequest", "FieldChange", EditableField]
RECORD_TYPES: dict[str, type[Record]] = {"guardian": Guardian, "pupil": Pupil}


class RequestState(StrEnum):
    PENDING = "pending"
    CLOSED = "closed"  # every field is decided or withdrawn


class ChangeState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"  # by the family
    MOOT = "moot"  # the record left since


class ChangeRequest(OfFamily, table=True):
    """The pending or decided changes of one record. `version` moves at each change of the family or the staff."""

    __tablename__ = "change_request"
    __table_args__ = (of_its_site(), UniqueConstraint("id", "family_id"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    sheet: str = Field(max_length=10)  # guardian | pupil
    sheet_id: int = Field(index=True)
    title: str = Field(default="", max_length=170)  # whose record, as named when asked
    author_id: int = Field(index=True)
    state: str = Field(default=RequestState.PENDING, max_length=10, index=True)
    submitted_at: datetime = Field(index=True)
    changed_at: datetime
    closed_at: datetime | None = None
    version: int = 1
    viewer_id: int | None = None  # the staff member who has it open
    viewer: str = Field(default="", max_length=120)
    viewed_at: datetime | None = None


class FieldChange(OfFamily, table=True):
    """One field: what was recorded, what is asked, what was decided. Values as the field's kind shows them."""

    __tablename__ = "field_change"
    __table_args__ = (
        of_its_site(),
        ForeignKeyConstraint(["request_id", "family_id"], ["change_request.id", "change_request.family_id"]),
    )
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    request_id: int = Field(index=True)
    field: str = Field(max_length=40)
    old: str = Field(default="", max_length=300)
    new: str = Field(default="", max_length=300)
    state: str = Field(default=ChangeState.PENDING, max_length=10, index=True)
    reason: str = Field(default="", max_length=500)
    decided_by: str = Field(default="", max_length=120)
    decided_at: datetime | None = None
    read_at: datetime | None = None  # the family read why it was refused
    confirmed_at: datetime | None = None  # of an e-mail, by its owner
    confirm_hash: str = Field(default="", max_length=64, index=True)


@event.listens_for(FieldChange, "load")
@event.listens_for(FieldChange, "refresh")
def _keep_back(row: FieldChange, context: QueryContext, _names: object = None) -> None:
    """What was recorded of a pupil whose address is kept from whoever reads; from the secretariat, what is asked too."""
    if row.field not in PUPIL_CONTACT or not (pupils := kept_back(context.session)):
        return
    whose = select(col(ChangeRequest.sheet), col(ChangeRequest.sheet_id)).where(ChangeRequest.id == row.request_id)
    sheet, sheet_id = context.session.connection().execute(whose).one()
    if sheet == "pupil" and sheet_id in pupils:
        set_committed_value(row, "old", "")
        if context.session.info["unit_of_work"].is_staff:
            set_committed_value(row, "new", "")

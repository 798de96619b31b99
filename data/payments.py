"""Online payments: asked of a gateway, believed only from its signed or fetched answer, counted once."""

from datetime import datetime
from typing import Any

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from data.families import of_its_site
from data.visits import OfFamily


class OnlinePayment(OfFamily, table=True):
    """One attempt to pay. `reference` is ours, `transaction` the bank's; `chosen` is [[invoice id, cents], …]."""

    __tablename__ = "online_payment"
    __table_args__ = (of_its_site(), UniqueConstraint("gateway", "transaction"))
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    reference: str = Field(max_length=32, unique=True)
    gateway: str = Field(max_length=40)
    account_id: int
    ledger: str = Field(max_length=8)
    chosen: list[list[int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    cents: int
    state: str = Field(default="started", max_length=10, index=True)  # started | paid | refused | abandoned | differs
    transaction: str | None = Field(default=None, max_length=80)
    payment_id: int | None = None
    overpaid: int = 0  # cents that settle nothing: for the staff to give back
    started_at: datetime = Field(index=True)
    answered_at: datetime | None = None
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))  # without secret
    seen_by: str = Field(default="", max_length=120)  # the member of staff who dealt with an overpayment
    seen_at: datetime | None = None

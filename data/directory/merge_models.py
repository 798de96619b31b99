"""Two families made one: what is remembered of it, for the journal and, for a day, to part them again."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column
from sqlmodel import Field

from data.accounts.models import Account
from data.accounts.sessions import KnownDevice, SignIn
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.billing.online_payments import OnlinePayment
from data.billing.pdf_archive import Certificate, Paper
from data.change_requests.models import ChangeRequest, FieldChange
from data.core.scope import OfSite, Scope
from data.families.models import Guardian, PupilLink
from data.families.stored_files import StoredFile
from data.mail.outbox import Letter
from data.reenrolment.models import Reenrolment, SuppliedDocument, Wish
from data.schooling.absences import AbsenceNotice
from data.schooling.calendar_feed import AgendaKey

UNDO_HOURS = 24


class FamilyMerge(OfSite, table=True):
    """One family that became part of another. `rows` are what it takes to part them, for a day."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "family_merge"
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    kept_id: int = Field(index=True)
    gone_id: int = Field(index=True)
    gone_number: int
    author: str = Field(default="", max_length=120)
    at: datetime = Field(index=True)
    rows: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    undone_at: datetime | None = None


# Every column by which a row is a family's, and what people call such rows; parts come before what they are a part of: while
# rows change hands, these are nobody's for a moment. A new table must be thought of here (tests/data/test_merge_families.py).
MOVES: tuple[tuple[type[Any], str, str], ...] = (
    (Allocation, "family_id", ""),
    (InvoiceLine, "family_id", ""),
    (Instalment, "family_id", ""),
    (FieldChange, "family_id", ""),
    (SignIn, "family_id", ""),
    (KnownDevice, "family_id", ""),
    (AgendaKey, "family_id", ""),
    (Account, "family_id", "Comptes"),
    (Guardian, "family_id", "Adultes"),
    (Invoice, "family_id", "Factures et avoirs"),
    (Payment, "family_id", "Règlements"),
    (OnlinePayment, "family_id", "Paiements en ligne"),
    (ChangeRequest, "family_id", "Demandes de modification"),
    (Letter, "family_id", "Courriers"),
    (AbsenceNotice, "family_id", "Messages d’absence"),
    (Wish, "family_id", "Réponses de réinscription"),
    (SuppliedDocument, "family_id", "Pièces envoyées"),
    (Certificate, "family_id", "Attestations"),
    (Paper, "family_id", ""),
    (PupilLink, "family_id", "Élèves"),
    (Reenrolment, "household_id", "Réinscriptions envoyées"),
    (StoredFile, "giver_id", "Fichiers envoyés"),
    (Account, "own_family_id", ""),
)
PARTS = (
    Allocation,
    InvoiceLine,
    Instalment,
    FieldChange,
    Account,
)  # a key to what they are a part of holds the family too

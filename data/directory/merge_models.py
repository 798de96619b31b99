"""Two families made one: what is remembered of it, for the journal and, for a day, to part them again."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import SkipValidation
from sqlalchemy import JSON, Column
from sqlmodel import Field

from data.accounts.models import Account
from data.accounts.sessions import KnownDevice, PushDevice, SignIn
from data.billing.models import Allocation, Instalment, Invoice, InvoiceLine, Payment
from data.billing.online_payments import OnlinePayment
from data.billing.pdf_archive import Certificate, Paper
from data.change_requests.models import ChangeRequest, FieldChange
from data.core.i18n import _
from data.core.scope import OfSite, Scope
from data.families.models import Guardian, PupilLink
from data.families.stored_files import StoredFile
from data.group_letters.models import GroupRecipient
from data.mail.outbox import Letter
from data.messages.models import Inquiry, InquiryTurn
from data.reenrolment.models import Reenrolment, SuppliedDocument, Wish
from data.schooling.absences import Absence, AbsenceNotice
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
    (InquiryTurn, "family_id", ""),
    (SignIn, "family_id", ""),
    (KnownDevice, "family_id", ""),
    (PushDevice, "family_id", ""),
    (AgendaKey, "family_id", ""),
    (Account, "family_id", _("Comptes")),
    (Guardian, "family_id", _("Adultes")),
    (Invoice, "family_id", _("Factures et avoirs")),
    (Payment, "family_id", _("Règlements")),
    (OnlinePayment, "family_id", _("Paiements en ligne")),
    (ChangeRequest, "family_id", _("Demandes de modification")),
    (Letter, "family_id", _("Courriers")),
    (GroupRecipient, "family_id", _("Courriers à un groupe")),
    (AbsenceNotice, "family_id", _("Annonces d’absence")),
    (Inquiry, "family_id", _("Messages au secrétariat")),
    (Wish, "family_id", _("Réponses de réinscription")),
    (SuppliedDocument, "family_id", _("Pièces envoyées")),
    (Certificate, "family_id", _("Attestations")),
    (Paper, "family_id", ""),
    (PupilLink, "family_id", _("Élèves")),
    (Reenrolment, "household_id", _("Réinscriptions envoyées")),
    (StoredFile, "giver_id", _("Fichiers envoyés")),
    (Absence, "reason_from_id", ""),
    (Account, "own_family_id", ""),
)
PARTS = (
    Allocation,
    InvoiceLine,
    Instalment,
    FieldChange,
    InquiryTurn,
    Account,
)  # a key to what they are a part of holds the family too

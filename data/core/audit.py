"""Who did what to which record, when. Rows are added, never changed: the database itself refuses (a trigger)."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple, Protocol

from pydantic import SkipValidation
from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, col, select

from data.core import formats
from data.core.errors import UserError
from data.core.i18n import plural
from data.core.scope import OfSite, Scope
from data.core.settings import settings
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork

AGAIN = timedelta(hours=1)  # what is done twice within it was done once: browsers ask for a PDF in pieces


class Action(StrEnum):
    """What was done. The words that people read are in data/office/audit_words.py."""

    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    SIGN_IN_FAILED = "sign-in failed"
    SESSION_CLOSED = "session closed"
    SESSIONS_CLOSED = "sessions closed"
    PAGE_REFUSED = "refused"
    PASSWORD_CHANGED = "password changed"
    NEW_PASSWORD_MAILED = "new password mailed"
    NEW_PASSWORD_REFUSED = "new password refused: too often"
    IDENTIFIERS_MAILED = "identifiers mailed"
    IDENTIFIERS_REFUSED = "identifiers refused: too often"
    SECOND_FACTOR_FAILED = "second factor failed"
    SECOND_FACTOR_SET = "second factor set"
    SECOND_FACTOR_REMOVED = "second factor removed"
    RECOVERY_CODE_USED = "recovery code used"
    RECOVERY_CODES_MADE = "recovery codes made"
    CHANGE_ASKED = "change asked"
    CHANGE_SAVED = "change saved"
    CHANGE_WITHDRAWN = "change withdrawn"
    FIELDS_IGNORED = "fields ignored"
    EMAIL_CONFIRMED = "e-mail confirmed"
    REQUEST_DECIDED = "request decided"
    REQUEST_MOOT = "request moot"
    DECISION_UNDONE = "decision undone"
    ABSENCE_REPORTED = "absence told"
    ABSENCE_DOCUMENT = "absence document"
    ABSENCE_WITHDRAWN = "absence withdrawn"
    ABSENCE_DECIDED = "absence decided"
    MESSAGE_SENT = "message sent"
    MESSAGE_ANSWERED = "message answered"
    MESSAGE_CLOSED = "message closed"
    REQUEST_FOLLOWED_UP = "request followed up"
    CERTIFICATE_ISSUED = "certificate issued"
    ONLINE_PAYMENT_STARTED = "online payment started"
    ONLINE_PAYMENT_RESUMED = "online payment resumed"
    ONLINE_PAYMENT_PAID = "online payment paid"
    ONLINE_PAYMENT_REFUSED = "online payment refused"
    ONLINE_PAYMENT_ABANDONED = "online payment abandoned"
    ONLINE_PAYMENT_TWICE = "online payment twice"
    ONLINE_PAYMENT_DIFFERS = "online payment differs"
    PAYMENT_ANSWER_REFUSED = "payment answer refused"
    OVERPAYMENT_DEALT_WITH = "overpayment dealt with"
    LETTER_SENT_AGAIN = "letter sent again"
    LETTER_CALLED_BACK = "letter called back"
    LETTER_TRIED = "letter tried"
    LETTER_TEXT_CHANGED = "letter text changed"
    LETTER_TEXT_RESTORED = "letter text restored"
    TRIAL_LETTER_ASKED = "trial letter asked"
    RESTORED_LETTERS_SENT = "restored letters sent"
    RESTORED_LETTERS_GIVEN_UP = "restored letters given up"
    GROUP_LETTER_SENT = "group letter sent"
    GROUP_LETTER_ACCEPTED = "group letter accepted"
    DIGEST_CHOSEN = "digest chosen"
    LESSON_LETTERS_CHOSEN = "lesson letters chosen"
    LESSON_CANCELLED = "lesson cancelled"
    LESSON_MOVED = "lesson moved"
    LESSON_RESTORED = "lesson restored"
    AGENDA_OPENED = "agenda opened"
    AGENDA_RENEWED = "agenda renewed"
    AGENDA_CLOSED = "agenda closed"
    DATA_COPIED = "data copied"
    JOURNAL_EXPORTED = "journal exported"
    JOURNAL_PURGED = "journal purged"
    DOCUMENTS_ERASED = "documents erased"
    RECORDS_ERASED = "records erased"
    DOCUMENT_OPENED = "document opened"
    BREACH_SHEET = "breach sheet"
    CAMPAIGN_MADE = "campaign made"
    CAMPAIGN_CLOSED = "campaign closed"
    CAMPAIGN_SAVED = "campaign saved"
    CAMPAIGN_PUPILS = "campaign pupils"
    CAMPAIGN_DOCUMENT = "campaign document"
    CAMPAIGN_ACTIVE = "campaign active"
    CAMPAIGN_SUSPENDED = "campaign suspended"
    DOCUMENT_TAKEN_BACK = "document taken back"
    ROLE_CHANGED = "role changed"
    ACCOUNT_DISABLED = "account disabled"
    ACCOUNT_ENABLED = "account enabled"
    REENROLMENTS_EXPORTED = "export"
    CAMPAIGN_REMINDED = "campaign reminded"
    REENROLMENT_SENT = "re-enrolment sent"
    REENROLMENT_CORRECTED = "re-enrolment corrected"
    REENROLMENT_REOPENED = "re-enrolment reopened"
    REENROLMENT_VALIDATED = "re-enrolment validated"
    REENROLMENT_TO_CORRECT = "re-enrolment to_correct"
    REENROLMENT_REFUSED = "re-enrolment refused"
    DOCUMENT_GIVEN = "document given"
    DOCUMENT_VALIDATED = "document validated"
    DOCUMENT_REFUSED = "document refused"
    SETTINGS_CHANGED = "settings changed"
    NEWS_WRITTEN = "news written"
    NEWS_TAKEN_DOWN = "news taken down"
    SITE_MADE = "site made"
    STAFF_ACCOUNT_MADE = "staff account made"
    STAFF_ACCOUNT_CHANGED = "staff account changed"
    FILE_IMPORTED = "imported"
    IMPORT_CHANGED = "import changed"
    IMPORT_UNDONE = "import undone"
    IMPORT_VALUE_UNDONE = "import value undone"
    RECORDS_EXPORTED = "exported"
    RECORD_CORRECTED = "corrected"
    FAMILY_ADDED = "family added"
    FAMILY_DELETED = "family deleted"
    FAMILIES_MERGED = "families merged"
    ADULTS_MERGED = "adults merged"
    MERGING_UNDONE = "merging undone"
    ADULT_ADDED = "adult added"
    ADULT_REMOVED = "adult removed"
    ADULT_PUT_FIRST = "adult put first"
    CONTACT_HIDDEN = "contact hidden"
    CONTACT_SHOWN = "contact shown"
    PUPIL_ADDED = "pupil added"
    PUPIL_LINKED = "pupil linked"
    PUPIL_UNLINKED = "pupil unlinked"
    LINK_CHANGED = "link changed"
    ACCOUNT_CREATED = "account created"
    ACCOUNT_BLOCKED = "account blocked"
    ACCOUNT_UNBLOCKED = "account unblocked"
    ACCESS_MAILED = "access mailed"
    ACCESS_LETTER = "access letter"
    ACCESS_LETTERS_READ = "access letters read"
    ACCESS_BATCH = "access batch"
    VIEWED_AS_FAMILY = "viewed as family"
    VIEWING_ENDED = "viewing ended"
    DEMONSTRATION_MADE = "demonstration made"
    # Of entries that earlier versions wrote
    ONLINE_PAYMENT_CANCELLED = "online payment cancelled"
    ONLINE_PAYMENT_WAITING = "online payment waiting"
    CAMPAIGN_CHANGED = "campaign changed"
    CAMPAIGN_ACTIVATED = "campaign activated"
    DOCUMENT_REMOVED = "document removed"


# An account of a family acts `acts_an_hour` times: each act leaves an entry here, and rows or a letter elsewhere, and whoever saves ever
# other values fills none of them. A new act is bounded without being named.
OF_THEIR_OWN = {  # counted alone: what guards an account, or ends letters, never waits for other acts
    Action.PASSWORD_CHANGED: 10,
    Action.LESSON_LETTERS_CHOSEN: 20,
}
UNCOUNTED = frozenset(
    {
        Action.SIGNED_IN,
        Action.SIGNED_OUT,
        Action.SESSION_CLOSED,
        Action.SESSIONS_CLOSED,
        Action.PAGE_REFUSED,  # one a minute (data/accounts/refusals.py)
        Action.DATA_COPIED,  # once an hour, like the next: `was_noted`
        Action.FIELDS_IGNORED,
        Action.CERTIFICATE_ISSUED,  # one for each content
        Action.DOCUMENT_GIVEN,  # thirty files an hour (data/families/stored_files.py)
        Action.ABSENCE_DOCUMENT,
        Action.MESSAGE_SENT,  # ten an hour (data/messages/submission.py)
        # What takes back or ends what was counted when it began
        Action.MESSAGE_CLOSED,
        Action.CHANGE_WITHDRAWN,
        Action.ABSENCE_WITHDRAWN,
        Action.AGENDA_CLOSED,
        Action.DOCUMENT_TAKEN_BACK,
        Action.LESSON_LETTERS_CHOSEN,  # bounded where they are wanted again
    }
)
TOO_OFTEN = plural(
    "Vous avez déjà fait {count} enregistrement ou envoi depuis une heure : le portail n’en accepte pas davantage. Vous pourrez "
    "continuer à partir de {time} ; ce que vous avez saisi ici n’est pas perdu.",
    "Vous avez déjà fait {count} enregistrements ou envois depuis une heure : le portail n’en accepte pas davantage. Vous pourrez "
    "continuer à partir de {time} ; ce que vous avez saisi ici n’est pas perdu.",
)
PASSWORD_TOO_OFTEN = plural(
    "Vous avez déjà changé {count} fois de mot de passe depuis une heure. Vous pourrez en changer à nouveau à partir de {time}.",
    "Vous avez déjà changé {count} fois de mot de passe depuis une heure. Vous pourrez en changer à nouveau à partir de {time}.",
)


class AuditEntry(OfSite, table=True):
    """One act. `changes` is field -> [old, new], as kept; never a password, a token or a file."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_latest", "site_id", "at"),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    reference: str = Field(max_length=12, index=True)
    at: datetime = Field(index=True)
    actor_id: int | None = None
    actor: str = Field(default="", max_length=120)
    role: str = Field(default="", max_length=20)
    action: str = Field(max_length=40, index=True)
    subject: str = Field(default="", max_length=40)
    subject_id: int | None = None
    family_id: int | None = Field(default=None, index=True)
    client: str = Field(default="", max_length=64)
    changes: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class Author(NamedTuple):
    """Who acts, and at which site, where the unit of work does not say it: the system's is bound to no account."""

    site_id: int | None
    name: str = ""


class Recorded(Protocol):
    """A row that an entry is about."""

    id: int

    @property
    def __tablename__(self) -> object: ...


def note(
    uow: UnitOfWork,
    action: Action,
    *,
    subject: str = "",
    subject_id: int | None = None,
    family_id: int | None = None,
    by: Author = Author(None),
    changes: Mapping[str, object] | None = None,
) -> None:
    """Write the act in the unit of work's own transaction: what is undone leaves no entry. UserError, and the act is not done,
    when the account of a family acts without end."""
    place = by.site_id if uow.site_id is None else uow.site_id
    if not place:
        return
    if uow.family_id is not None and action not in UNCOUNTED:
        not_too_often(uow, action)
    uow.add(
        AuditEntry(
            site_id=place,
            reference=secrets.token_hex(4),
            at=uow.now,
            actor_id=uow.account_id,
            actor=(by.name or uow.name)[:120],
            role=uow.role,
            action=action,
            subject=subject,
            subject_id=subject_id,
            family_id=family_id if uow.family_id is None else uow.family_id,
            client=uow.client[:64],
            changes=dict(changes or {}),
        )
    )


def note_record(
    uow: UnitOfWork,
    action: Action,
    record: Recorded,
    family_id: int | None = None,
    *,
    by: Author = Author(None),
    changes: Mapping[str, object] | None = None,
) -> None:
    """`note` of one row: its table and its number are the subject."""
    subject = str(record.__tablename__)
    note(uow, action, subject=subject, subject_id=record.id, family_id=family_id, by=by, changes=changes)


def not_too_often(uow: UnitOfWork, action: Action) -> None:
    """UserError when the account did it, or what is counted with it, so often within the hour that it must wait. What this unit of
    work wrote itself does not count: several absences at once are one act."""
    most = OF_THEIR_OWN.get(action, settings().acts_an_hour)
    counted = (
        AuditEntry.action == action
        if action in OF_THEIR_OWN
        else col(AuditEntry.action).not_in([*UNCOUNTED, *OF_THEIR_OWN])
    )
    question = select(AuditEntry.at).where(
        AuditEntry.site_id == uow.site_id,
        AuditEntry.family_id == uow.family_id,
        AuditEntry.actor_id == uow.account_id,
        AuditEntry.at > uow.now - AGAIN,
        AuditEntry.at <= uow.now,
        counted,
    )
    with system_unit_of_work() as system:  # a family reads no journal
        done = system.rows(question.order_by(col(AuditEntry.at).desc()).limit(most))
    if len(done) >= most:
        sentence = PASSWORD_TOO_OFTEN if action == Action.PASSWORD_CHANGED else TOO_OFTEN
        again = (done[-1].at + AGAIN + timedelta(minutes=1)).replace(second=0)  # the minute after: then it is over
        raise UserError(sentence, count=most, time=formats.hour(again, uow.zone, uow.language))


def was_noted(uow: UnitOfWork, action: Action, subject: str, subject_id: int) -> bool:
    """Whether the account did it to that row since `AGAIN`: what is done again and again is written once."""
    question = select(AuditEntry.id).where(
        AuditEntry.site_id == uow.site_id,
        AuditEntry.at > uow.now - AGAIN,
        AuditEntry.action == action,
        col(AuditEntry.actor_id) == uow.account_id,
        AuditEntry.subject == subject,
        AuditEntry.subject_id == subject_id,
    )
    with system_unit_of_work() as system:  # a family reads no journal
        return system.one(question.limit(1)) is not None


def note_refused(uow: UnitOfWork, action: Action, record: Recorded, site_id: int, family_id: int | None) -> None:
    """That a stranger asked something of that row too often: once in an hour, for whoever goes on asking would fill the journal."""
    subject = str(record.__tablename__)
    question = select(AuditEntry.id).where(
        AuditEntry.site_id == site_id,
        AuditEntry.at > uow.now - AGAIN,
        AuditEntry.action == action,
        AuditEntry.subject == subject,
        AuditEntry.subject_id == record.id,
    )
    if uow.one(question) is None:
        note_record(uow, action, record, family_id, by=Author(site_id, "–"))


def note_opened(uow: UnitOfWork, record: Recorded, family_id: int | None, changes: Mapping[str, object]) -> None:
    """That somebody of the staff opened a document of a family; what a family opens of its own is not written."""
    if not uow.is_staff:
        return
    if not was_noted(uow, Action.DOCUMENT_OPENED, str(record.__tablename__), record.id):
        note_record(uow, Action.DOCUMENT_OPENED, record, family_id, changes=changes)

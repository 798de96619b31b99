"""The letters of change requests: received, decided, and those that guard a change of e-mail address."""

from collections.abc import Iterable, Sequence

from data.accounts import models as accounts
from data.accounts.models import Account
from data.change_requests.models import RECORD_TYPES, ChangeRequest, ChangeState, FieldChange
from data.core.fields import editables
from data.core.i18n import _, as_language, translate
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.families.models import Pupil, Record
from data.mail import outbox
from data.mail.outbox import Change, Mail
from data.mail.templates import LetterKind

OUTCOMES = {  # state of a change -> what the family reads of it
    ChangeState.ACCEPTED: _("Acceptée"),
    ChangeState.DECLINED: _("Refusée : {reason}"),
    ChangeState.MOOT: _("Sans objet"),
    ChangeState.PENDING: _("Décision annulée : la demande est de nouveau en attente."),
}


IN_TITLE = {  # the same, in the letter's title
    ChangeState.ACCEPTED: _("acceptée"),
    ChangeState.DECLINED: _("refusée"),
    ChangeState.MOOT: _("sans objet"),
    ChangeState.PENDING: _("de nouveau en attente"),
}
DECISIONS = {ChangeState.ACCEPTED, ChangeState.DECLINED}
IN_PART, SEVERAL = _("acceptée en partie"), _("plusieurs réponses")


def received(
    uow: UnitOfWork, row: Record, request: ChangeRequest | None, asked: Sequence[Change], saved: Sequence[Change]
) -> bool:
    """What is asked and what is recorded at once, each in a letter of its own; whether there is an address to send them to."""
    to, subject = accounts.recipient(uow, uow.get(Account, uow.account_id)), {"subject": row.full_name}
    if asked and request:
        words = {**subject, "number": request.id}
        outbox.write(uow, Mail(LetterKind.REQUEST_RECEIVED, to, words, changes=asked, path=_path(row)))
    if saved:
        outbox.write(uow, Mail(LetterKind.CHANGES_SAVED, to, subject, changes=saved, path=_path(row)))
    return bool(to.address)


def email_asked(uow: UnitOfWork, row: Record, before: str, new: str, token: str) -> None:
    """Word to the old address; to the new one, the link that confirms it."""
    who, subject = uow.get(Account, uow.account_id), {"subject": row.full_name}
    if before:
        outbox.write(uow, Mail(LetterKind.EMAIL_CHANGE_ASKED, accounts.recipient(uow, who, before), subject))
    if new:
        link = f"/confirmer/{token}"
        outbox.write(uow, Mail(LetterKind.CONFIRM_EMAIL, accounts.recipient(uow, who, new), subject, path=link))


def decided(
    uow: UnitOfWork, request: ChangeRequest, row: Record | None, changes: Iterable[FieldChange], message: str = ""
) -> None:
    """How these changes stand now: accepted, declined, moot, or pending again. One letter one round of decisions, but a
    message has a letter of its own. `row` is None when the record left."""
    author, fields = uow.get(Account, request.author_id), editables(RECORD_TYPES[request.sheet])
    language, changes = as_language(author.language), list(changes)
    states = {ChangeState(change.state) for change in changes}
    outcome = (
        IN_TITLE[states.pop()] if len(states) == 1 else SEVERAL if states - DECISIONS else IN_PART if states else ""
    )

    def line(change: FieldChange) -> Change:
        field = fields[change.field]
        return (
            translate(field.mark.label, language),
            field.format_value(change.old, language),
            field.format_value(change.new, language),
            translate(OUTCOMES[ChangeState(change.state)], language, reason=change.reason),
        )

    mail = Mail(
        LetterKind.REQUEST_DECIDED,
        accounts.recipient(uow, author),
        changes=[line(change) for change in changes],
        message=message,
        path=_path(row) if row else "/",
        delay=settings().decision_letter_delay,
        joins=not message,
        outcome=translate(outcome, language),
        mixed=translate(SEVERAL, language),
    )
    outbox.write(uow, mail)


def _path(row: Record) -> str:
    """Where a family finds that record."""
    return f"/eleves/{row.number}/identite" if isinstance(row, Pupil) else "/famille"

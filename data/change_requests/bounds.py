"""What a family may not do without end in its records, beside the acts of an hour (data/core/audit.py)."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from data.core import audit
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.formats import moment
from data.core.i18n import plural
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Letter
from data.mail.templates import LetterKind

MOST_ADDRESSES = 6  # of an account in a day: each is written to, whoever's it is


def not_too_many_addresses(uow: UnitOfWork, name: str) -> None:
    """ValidationErrors when the account had so many written to within a day."""
    written = select(Letter.created_at).where(
        Letter.account_id == uow.account_id,
        Letter.kind == LetterKind.CONFIRM_EMAIL,
        col(Letter.created_at) > uow.now - timedelta(days=1),
    )
    sent = uow.rows(written.order_by(col(Letter.created_at).desc()).limit(MOST_ADDRESSES))
    if len(sent) < MOST_ADDRESSES:
        return
    fault = UserError(
        plural(
            "Vous avez déjà proposé {count} adresse en un jour, et le portail écrit à chacune. Vous pourrez en proposer une autre "
            "à partir du {moment}.",
            "Vous avez déjà proposé {count} adresses en un jour, et le portail écrit à chacune. Vous pourrez en proposer une autre "
            "à partir du {moment}.",
        ),
        count=MOST_ADDRESSES,
        moment=moment(sent[-1].created_at + timedelta(days=1, minutes=1), uow.zone, uow.language),
    )
    raise ValidationErrors({name: fault})


def note_ignored(uow: UnitOfWork, subject: str, key: int, names: Sequence[str]) -> None:
    """Once an hour for each record."""
    if not audit.was_noted(uow, Action.FIELDS_IGNORED, subject, key):
        changes = {"fields": ["", list(names[:20])]}
        audit.note(uow, Action.FIELDS_IGNORED, subject=subject, subject_id=key, changes=changes)

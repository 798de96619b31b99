"""The second factor of staff: a code that changes every half minute (RFC 6238, by pyotp), and ten recovery codes.

Each code counts once, one step early or late is forgiven. The secret is encrypted, recovery codes are kept as HMACs.
"""

import hashlib
import hmac
import json
import secrets
from datetime import datetime
from typing import ClassVar

import pyotp
from pydantic import SkipValidation
from sqlalchemy import JSON, Column, ForeignKeyConstraint
from sqlmodel import Field, select

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit, encryption
from data.core.audit import Action
from data.core.errors import ErrorCode, UserError
from data.core.i18n import _
from data.core.roles import Role
from data.core.scope import OfSite, Scope
from data.core.settings import key
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind

CODES, DRAFT_SECONDS = 10, 1800
MADE_OF = "abcdefghjkmnpqrstuvwxyz23456789"  # without look-alikes: 10 of 31 are 49 bits
ENCRYPTED_FOR = "second factor"
WRONG_CODE = _("Ce code n’est pas bon, ou il a déjà servi. Attendez le suivant et réessayez.")
TOO_LATE = _("Cette page est restée ouverte trop longtemps. Reprenez depuis le début.")


class SecondFactor(OfSite, table=True):
    """One account's. `last_step` is the half minute of the last code taken."""

    scope: ClassVar[Scope] = Scope.STAFF
    __tablename__ = "second_factor"
    __table_args__ = (ForeignKeyConstraint(["account_id", "site_id"], ["account.id", "account.site_id"]),)
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    account_id: int = Field(unique=True)
    secret: str = Field(max_length=300)
    set_at: datetime
    last_step: int = 0
    recovery: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


def of_account(uow: UnitOfWork, account_id: int, *, lock: bool = False) -> SecondFactor | None:
    question = select(SecondFactor).where(SecondFactor.account_id == account_id)
    return uow.one(question.with_for_update() if lock else question)


def must_be_set(uow: UnitOfWork, account: Account) -> bool:
    """The site asks it of its « responsable », and this one has none yet."""
    if account.role != Role.MANAGER or not uow.get(Site, account.site_id).second_factor_required:
        return False
    return of_account(uow, account.id) is None


def draft(account: Account) -> str:
    """A secret not yet kept, encrypted for the form: what a page shows changes nothing."""
    return encryption.encrypt(ENCRYPTED_FOR, json.dumps([account.id, pyotp.random_base32(), secrets.token_hex(16)]))


def secret_of(account: Account, drafted: str) -> str:
    """The secret in a draft of this account, for its QR code; UserError when it is too old."""
    return _read(account, drafted)[0]


def address_of(account: Account, site: str, secret: str) -> str:
    """What the QR code says to the telephone's application."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=site)


def set_up(uow: UnitOfWork, account: Account, drafted: str, typed: str) -> list[str]:
    """Keep the drafted secret once a code proves that the telephone has it; the ten recovery codes, shown once.

    Sent twice, the same answer: the codes come of the draft.
    """
    secret, seed = _read(account, drafted)
    codes, factor = _codes(seed), of_account(uow, account.id, lock=True)
    if factor is not None:
        if _opened(factor) == secret and factor.recovery == [_mark(code) for code in codes]:
            return codes
        raise UserError("Un second facteur est déjà en place sur ce compte.")
    step = _step_of(secret, typed, uow.now, 0)
    if not step:
        raise UserError(WRONG_CODE, code=ErrorCode.WRONG_CODE)
    uow.add(
        SecondFactor(
            site_id=account.site_id,
            account_id=account.id,
            secret=encryption.encrypt(ENCRYPTED_FOR, secret),
            set_at=uow.now,
            last_step=step,
            recovery=[_mark(code) for code in codes],
        )
    )
    _notify(uow, account, LetterKind.SECOND_FACTOR_ON, Action.SECOND_FACTOR_SET)
    return codes


def passes(uow: UnitOfWork, account: Account, typed: str) -> bool:
    """Whether the code is the account's present one, or one of its recovery codes; either counts once."""
    factor = of_account(uow, account.id, lock=True)
    if factor is None:
        return False
    plain = "".join(char for char in typed.lower() if char.isalnum())[:40]
    step = _step_of(_opened(factor), plain, uow.now, factor.last_step)
    if step:
        factor.last_step = step
        uow.add(factor)
        return True
    mark = _mark(plain)
    if len(plain) == CODES and any(hmac.compare_digest(mark, each) for each in factor.recovery):
        factor.recovery = [each for each in factor.recovery if each != mark]
        uow.add(factor)
        note(uow, account, Action.RECOVERY_CODE_USED, {"left": ["", len(factor.recovery)]})
        return True
    return False


def new_codes(uow: UnitOfWork, account: Account, typed: str) -> list[str]:
    """Ten others, against a code; the former ones are void."""
    if not passes(uow, account, typed):
        raise UserError(WRONG_CODE, code=ErrorCode.WRONG_CODE)
    codes, factor = _codes(secrets.token_hex(16)), of_account(uow, account.id, lock=True)
    if factor is not None:
        factor.recovery = [_mark(code) for code in codes]
        uow.add(factor)
    note(uow, account, Action.RECOVERY_CODES_MADE)
    return codes


def remove(uow: UnitOfWork, account: Account, typed: str) -> None:
    """By its owner, against a code, unless the site asks for it."""
    if account.role == Role.MANAGER and uow.get(Site, account.site_id).second_factor_required:
        raise UserError("Le conservatoire demande un second facteur aux responsables : il ne peut pas être retiré.")
    if not passes(uow, account, typed):
        raise UserError(WRONG_CODE, code=ErrorCode.WRONG_CODE)
    reset(uow, account)


def reset(uow: UnitOfWork, account: Account) -> bool:
    """Away with it: a telephone was lost. Whoever calls has the right to, and closes the sessions."""
    factor = of_account(uow, account.id, lock=True)
    if factor is None:
        return False
    uow.delete(factor)
    _notify(uow, account, LetterKind.SECOND_FACTOR_OFF, Action.SECOND_FACTOR_REMOVED)
    return True


def note(uow: UnitOfWork, account: Account, action: Action, changes: dict[str, object] | None = None) -> None:
    """In the journal; at sign-in the actor is the account itself."""
    audit.note_record(
        uow,
        action,
        account,
        by=audit.Author(account.site_id, "" if uow.account_id else account.name),
        changes=changes,
    )


def _notify(uow: UnitOfWork, account: Account, kind: LetterKind, action: Action) -> None:
    outbox.write(uow, Mail(kind, accounts.recipient(uow, account), {"login": account.login}, path="/mot-de-passe"))
    note(uow, account, action)
    uow.publish(("account", account.id), ("staff", account.site_id))


def _read(account: Account, drafted: str) -> tuple[str, str]:
    try:
        owner, secret, seed = json.loads(encryption.decrypt(ENCRYPTED_FOR, drafted, seconds=DRAFT_SECONDS))
    except (encryption.CannotDecrypt, ValueError):
        raise UserError(TOO_LATE) from None
    if owner != account.id:
        raise UserError(TOO_LATE)
    return secret, seed


def _opened(factor: SecondFactor) -> str:
    """ "" when the key file is another one: no code then passes, and a colleague or the operator resets it."""
    try:
        return encryption.decrypt(ENCRYPTED_FOR, factor.secret)
    except encryption.CannotDecrypt:
        return ""


def _step_of(secret: str, typed: str, now: datetime, after: int) -> int:
    """The step whose code this is, later than `after`; 0 when it is none."""
    if not secret or len(typed) != 6 or not (typed.isascii() and typed.isdecimal()):
        return 0
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now)
    steps = (step for step in (present, present - 1, present + 1) if step > after)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)), 0)


def _codes(seed: str) -> list[str]:
    """Ten codes of ten characters, always the same ones for a seed."""
    found = []
    for number in range(CODES):
        drawn = hmac.new(key("recovery codes"), f"{seed} {number}".encode(), hashlib.sha256).digest()
        found.append("".join(MADE_OF[byte % len(MADE_OF)] for byte in drawn[:CODES]))
    return found


def _mark(code: str) -> str:
    return hmac.new(key("recovery marks"), code.encode(), hashlib.sha256).hexdigest()

"""The accounts of the conservatoire's own people. Only a « responsable » touches them, never their own role."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import col, func, select

from data.accounts import models as accounts
from data.accounts import sessions, two_factor
from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.accounts.two_factor import SecondFactor
from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import EMAIL, NAME
from data.core.i18n import _
from data.core.password_lifetimes import MAILED_DAYS
from data.core.roles import Role
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind

STAFF_ROLES = (Role.OFFICE, Role.MANAGER)
OWN = _("Votre propre compte se change par un autre responsable.")
LAST = _("C’est le dernier responsable : nommez-en un autre d’abord.")


def every(uow: UnitOfWork) -> list[tuple[Account, datetime | None, bool]]:
    """Each account of the staff, when it was last active, whether it has a second factor."""
    uow.manager_only()
    found: Sequence[Account] = uow.all(
        select(Account).where(col(Account.role).in_(STAFF_ROLES)).order_by(col(Account.name), col(Account.id))
    )
    ids = [each.id for each in found]
    seen = dict(
        uow.rows(
            select(SignIn.account_id, func.max(SignIn.seen_at))
            .where(col(SignIn.account_id).in_(ids))
            .group_by(col(SignIn.account_id))
        )
    )
    factors = set(uow.all(select(SecondFactor.account_id)))
    return [(each, seen.get(each.id), each.id in factors) for each in found]


def get(uow: UnitOfWork, account_id: int) -> Account:
    """A colleague's account, locked; NotFound for a family's."""
    _acting(uow)
    found = uow.get(Account, account_id, lock=True)
    if not found.is_staff:
        raise NotFound(f"account {account_id}")
    return found


def check(uow: UnitOfWork, login: str, name: str, email: str, role: str, *, but: int = 0) -> dict[str, str]:
    """The values as kept; ValidationErrors with what is wrong."""
    uow.manager_only()
    faults: dict[str, UserError] = {}
    login = accounts.normal_login(login)
    try:
        accounts.check_login(login)
        if uow.one(select(Account).where(Account.login == login, Account.id != but)):
            raise UserError("Cet identifiant est déjà pris.")
    except UserError as error:
        faults["login"] = error
    values = {"login": login, "role": role}
    for field, read, typed, most in (("name", NAME.read, name, 120), ("email", EMAIL.read, email, 254)):
        try:
            values[field] = read(typed[: most + 1])
            if not values[field]:
                raise UserError("Ce champ ne peut pas rester vide.")
            if len(values[field]) > most:
                raise UserError("{count} caractères, c’est trop : {most} au plus.", count=len(typed), most=most)
        except UserError as error:
            faults[field] = error
    if role not in STAFF_ROLES:
        faults["role"] = UserError("Choisissez une réponse de la liste.")
    if faults:
        raise ValidationErrors(
            {field: faults[field] for field in ("login", "name", "email", "role") if field in faults}
        )
    return values


def create(uow: UnitOfWork, values: dict[str, str], word: str, hashed: str) -> Account:
    """A colleague; their first password goes by mail and is changed at the first sign-in."""
    _acting(uow)
    values = check(uow, values["login"], values["name"], values["email"], values["role"])
    row = uow.add(
        Account(
            site_id=uow.site_id or 0,
            role=values["role"],
            login=values["login"],
            name=values["name"],
            email=values["email"],
            password_hash=hashed,
            must_change=True,
            password_expires_at=uow.now + timedelta(days=MAILED_DAYS),
        )
    )
    _mail_password(uow, row, word)
    _note(uow, row, Action.STAFF_ACCOUNT_MADE, {name: ["", value] for name, value in values.items()})
    return row


def rename(uow: UnitOfWork, account_id: int, name: str, email: str) -> None:
    """Another name or address; the old address is told."""
    row = get(uow, account_id)
    values = check(uow, row.login, name, email, row.role, but=row.id)
    changes = {key: [getattr(row, key), values[key]] for key in ("name", "email") if getattr(row, key) != values[key]}
    if "email" in changes and row.email:
        outbox.write(uow, Mail(LetterKind.STAFF_EMAIL_CHANGED, accounts.recipient(uow, row), {"login": row.login}))
    row.name, row.email = values["name"], values["email"]
    uow.add(row)
    if changes:
        _note(uow, row, Action.STAFF_ACCOUNT_CHANGED, changes)


def change_role(uow: UnitOfWork, account_id: int, role: str) -> None:
    """Sessions end: open pages are sent to Connexion at once."""
    row = _anothers(uow, account_id)
    if role not in STAFF_ROLES:
        raise UserError("Choisissez une réponse de la liste.")
    if row.role == role:
        return
    before, row.role = row.role, role
    _close(uow, row, Action.ROLE_CHANGED, {"role": [before, role]})


def disable(uow: UnitOfWork, account_id: int, disabled: bool) -> None:
    row = _anothers(uow, account_id)
    if row.disabled == disabled:
        return
    row.disabled = disabled
    _close(uow, row, Action.ACCOUNT_DISABLED if disabled else Action.ACCOUNT_ENABLED, {})


def close_sessions(uow: UnitOfWork, account_id: int) -> None:
    row = get(uow, account_id)
    sessions.end_all(uow, row.id, but=0)
    _note(uow, row, Action.SESSIONS_CLOSED, {})


def reset_factor(uow: UnitOfWork, account_id: int) -> None:
    """A lost telephone: the colleague signs in by the password and sets up another."""
    row = _anothers(uow, account_id)
    if not two_factor.reset(uow, row):
        raise UserError("Ce compte n’a pas de second facteur.")
    sessions.end_all(uow, row.id)


def renew_password(uow: UnitOfWork, account_id: int, word: str, hashed: str) -> None:
    """A new password by mail; the old one and every session end."""
    row = _anothers(uow, account_id)
    row.password_hash, row.must_change = hashed, True
    row.password_expires_at = uow.now + timedelta(days=MAILED_DAYS)
    uow.add(row)
    outbox.cancel_waiting(uow, row.id, LetterKind.STAFF_WELCOME)
    outbox.cancel_waiting(uow, row.id, LetterKind.NEW_PASSWORD)
    sessions.end_all(uow, row.id)
    _mail_password(uow, row, word)
    _note(uow, row, Action.NEW_PASSWORD_MAILED, {})


def _acting(uow: UnitOfWork) -> None:
    """Two who would remove each other wait here; the second is no manager any more."""
    uow.manager_only()
    uow.get(Site, uow.site_id, lock=True)
    own = uow.get(Account, uow.account_id, lock=True)
    if own.role != Role.MANAGER or own.disabled:
        raise NotFound(Role.MANAGER)


def _anothers(uow: UnitOfWork, account_id: int) -> Account:
    row = get(uow, account_id)
    if row.id != uow.account_id:
        return row
    others = uow.count(
        select(func.count())
        .select_from(Account)
        .where(Account.role == Role.MANAGER, col(Account.disabled).is_(False), Account.id != row.id)
    )
    raise UserError(OWN if others else LAST)


def _close(uow: UnitOfWork, row: Account, action: Action, changes: dict[str, list[str]]) -> None:
    uow.add(row)
    sessions.end_all(uow, row.id)
    _note(uow, row, action, changes)


def _note(uow: UnitOfWork, row: Account, action: Action, changes: dict[str, list[str]]) -> None:
    audit.note_record(uow, action, row, changes=changes)
    uow.publish(("staff", uow.site_id or 0))


def _mail_password(uow: UnitOfWork, row: Account, word: str) -> None:
    words = {"login": row.login, "days": MAILED_DAYS}
    outbox.write(
        uow, Mail(LetterKind.STAFF_WELCOME, accounts.recipient(uow, row), words, secret=word, path="/connexion")
    )

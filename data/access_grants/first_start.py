"""The first site and its first « responsable »: by the operator's commands, or by a link that the log shows once."""

import hashlib
import re
from datetime import timedelta

from sqlmodel import col, delete, func, select, update

from data.accounts import models as accounts
from data.accounts import passwords, sessions, two_factor
from data.accounts.models import Account
from data.core import audit, database, encryption
from data.core.audit import Action
from data.core.errors import UserError, ValidationErrors
from data.core.fields import EMAIL, NAME, tidy
from data.core.roles import Role
from data.core.settings import key
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.mail.outbox import LetterState

LINK = "first start"
LINK_SECONDS = 3600
STAFF_ROLES = (Role.OFFICE, Role.MANAGER)
DAYS = 7


def is_empty() -> bool:
    """No site yet: nobody can sign in."""
    with system_unit_of_work() as uow:
        return not uow.count(select(func.count()).select_from(Site))


def link() -> str:
    """What opens the first start for an hour, and only while there is no site: so it serves once."""
    return encryption.encrypt(LINK, "first start")


def opens(encrypted: str) -> bool:
    try:
        encryption.decrypt(LINK, encrypted, seconds=LINK_SECONDS)
    except encryption.CannotDecrypt:
        return False
    return is_empty()


def check_site(code: str, name: str) -> dict[str, UserError]:
    faults = {}
    if not re.fullmatch("[a-z0-9-]{2,40}", code):
        faults["code"] = UserError("Un code de site a de 2 à 40 caractères : lettres sans accent, chiffres, tiret.")
    if not 0 < len(tidy(name)) <= 120:
        faults["site"] = UserError("Donnez le nom du conservatoire.")
    return faults


def create_site(code: str, name: str) -> None:
    """Another conservatoire; ValidationErrors when its code is taken or cannot be one."""
    with system_unit_of_work(writes=True) as uow:
        _create_site(uow, code, name)


def _create_site(uow: UnitOfWork, code: str, name: str) -> Site:
    faults = check_site(code, name)
    if not faults and uow.count(select(func.count()).select_from(Site).where(Site.code == code)):
        faults["code"] = UserError("Ce code de site est déjà pris.")
    if faults:
        raise ValidationErrors(faults)
    row = uow.add(Site(code=code, name=tidy(name)))
    audit.note_record(uow, Action.SITE_MADE, row, by=audit.Author(row.id, "operator"))
    return row


def create_staff(code: str, login: str, name: str, email: str, *, role: str = Role.MANAGER) -> str:
    """A member of staff of that site; the password to give them, changed at the first sign-in."""
    word = passwords.make_password()
    hashed = passwords.make_hash(word)
    with system_unit_of_work(writes=True) as uow:
        row = _create_staff(uow, _site(uow, code), login, name, email, role, hashed)
        row.must_change, row.password_expires_at = True, uow.now + timedelta(days=DAYS)
        uow.add(row)
    return word


def _site(uow: UnitOfWork, code: str) -> Site:
    site = uow.one(select(Site).where(Site.code == code))
    if site is None:
        raise ValidationErrors({"site": UserError("Il n’y a pas de site de ce code.")})
    return site


def _create_staff(uow: UnitOfWork, site: Site, login: str, name: str, email: str, role: str, hashed: str) -> Account:
    login, faults = accounts.normal_login(login), {}
    for field, check, typed in (
        ("login", accounts.check_login, login),
        ("name", NAME.read, name),
        ("email", EMAIL.read, email),
    ):
        try:
            check(typed)
            if not typed.strip():
                raise UserError("Ce champ ne peut pas rester vide.")
        except UserError as error:
            faults[field] = error
    if uow.one(select(Account).where(Account.site_id == site.id, Account.login == login)):
        faults["login"] = UserError("Cet identifiant est déjà pris.")
    if role not in STAFF_ROLES or faults:
        raise ValidationErrors(faults or {"role": UserError("Choisissez une réponse de la liste.")})
    row = uow.add(
        Account(
            site_id=site.id, role=role, login=login, name=NAME.read(name), email=EMAIL.read(email), password_hash=hashed
        )
    )
    audit.note_record(
        uow,
        Action.STAFF_ACCOUNT_MADE,
        row,
        by=audit.Author(site.id, "operator"),
        changes={"login": ["", login], "role": ["", role]},
    )
    return row


def begin(code: str, site: str, login: str, name: str, email: str, hashed: str) -> Account:
    """Site and first « responsable » by the link, together or not at all; of two who begin at once, one."""
    with database.one_after_the_other("first start"), system_unit_of_work(writes=True) as uow:
        if uow.count(select(func.count()).select_from(Site)):
            raise UserError("Ce lien a déjà servi.")
        return _create_staff(uow, _create_site(uow, code, site), login, name, email, Role.MANAGER, hashed)


def reset_factor(code: str, login: str) -> bool:
    """By the operator, when nobody else can: the second factor goes, every session ends."""
    with system_unit_of_work(writes=True) as uow:
        site = _site(uow, code)
        row = uow.one(select(Account).where(Account.site_id == site.id, Account.login == accounts.normal_login(login)))
        if row is None:
            return False
        sessions.end_all(uow, row.id)
        return two_factor.reset(uow, row)


def key_is_known(*, accept: bool = False) -> bool:
    """Whether the key file is the one this database's secrets were encrypted with; the first start notes it.

    `accept` a lost key: second factors cannot be read any more and go, passwords that wait in letters too.
    """
    mark = hashlib.sha256(key("mark of the key")).hexdigest()
    with system_unit_of_work(writes=True) as uow:
        rows = uow.all(select(Site))
        if not accept and any(row.key_mark not in {"", mark} for row in rows):
            return False
        if accept:
            uow.change(delete(two_factor.SecondFactor).where(col(two_factor.SecondFactor.id) > 0))
            waiting = col(outbox.Letter.secret) != ""
            uow.change(update(outbox.Letter).where(waiting).values(secret="", state=LetterState.CANCELLED))
        for row in rows:
            row.key_mark = mark
            uow.add(row)
    return True

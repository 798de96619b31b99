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
from data.core.errors import Faulty, NotYours, Refused
from data.core.fields import EMAIL, NAME
from data.core.password_lifetimes import MAILED_DAYS
from data.core.sites import Site
from data.core.unit_of_work import Visit
from data.mail import outbox

STAFF_ROLES = ("secretariat", "responsable")
OWN = "Votre propre compte se change par un autre responsable."
LAST = "C’est le dernier responsable : nommez-en un autre d’abord."


def every(v: Visit) -> list[tuple[Account, datetime | None, bool]]:
    """Each account of the staff, when it was last active, whether it has a second factor."""
    v.manager_only()
    found: Sequence[Account] = v.all(
        select(Account).where(col(Account.role).in_(STAFF_ROLES)).order_by(col(Account.name), col(Account.id))
    )
    ids = [each.id for each in found]
    seen = dict(
        v.rows(
            select(SignIn.account_id, func.max(SignIn.seen_at))
            .where(col(SignIn.account_id).in_(ids))
            .group_by(col(SignIn.account_id))
        )
    )
    factors = set(v.all(select(SecondFactor.account_id)))
    return [(each, seen.get(each.id), each.id in factors) for each in found]


def get(v: Visit, account_id: int) -> Account:
    """A colleague's account, locked; NotYours for a family's."""
    _acting(v)
    found = v.get(Account, account_id, lock=True)
    if not found.is_staff:
        raise NotYours(f"account {account_id}")
    return found


def check(v: Visit, login: str, name: str, email: str, role: str, *, but: int = 0) -> dict[str, str]:
    """The values as kept; Faulty with what is wrong."""
    v.manager_only()
    faults: dict[str, Refused] = {}
    login = accounts.normal_login(login)
    try:
        accounts.check_login(login)
        if v.one(select(Account).where(Account.login == login, Account.id != but)):
            raise Refused("Cet identifiant est déjà pris.")
    except Refused as refused:
        faults["login"] = refused
    values = {"login": login, "role": role}
    for field, read, typed, most in (("name", NAME.read, name, 120), ("email", EMAIL.read, email, 254)):
        try:
            values[field] = read(typed[: most + 1])
            if not values[field]:
                raise Refused("Ce champ ne peut pas rester vide.")
            if len(values[field]) > most:
                raise Refused("{count} caractères, c’est trop : {most} au plus.", count=len(typed), most=most)
        except Refused as refused:
            faults[field] = refused
    if role not in STAFF_ROLES:
        faults["role"] = Refused("Choisissez une réponse de la liste.")
    if faults:
        raise Faulty({field: faults[field] for field in ("login", "name", "email", "role") if field in faults})
    return values


def create(v: Visit, values: dict[str, str], word: str, hashed: str) -> Account:
    """A colleague; their first password goes by mail and is changed at the first sign-in."""
    _acting(v)
    values = check(v, values["login"], values["name"], values["email"], values["role"])
    row = v.add(
        Account(
            site_id=v.site_id or 0,
            role=values["role"],
            login=values["login"],
            name=values["name"],
            email=values["email"],
            password_hash=hashed,
            must_change=True,
            password_expires_at=v.now + timedelta(days=MAILED_DAYS),
        )
    )
    _mail_password(v, row, word)
    _note(v, row, "staff account made", {name: ["", value] for name, value in values.items()})
    return row


def rename(v: Visit, account_id: int, name: str, email: str) -> None:
    """Another name or address; the old address is told."""
    row = get(v, account_id)
    values = check(v, row.login, name, email, row.role, but=row.id)
    changes = {key: [getattr(row, key), values[key]] for key in ("name", "email") if getattr(row, key) != values[key]}
    if "email" in changes and row.email:
        accounts.write_to(v, row, "staff_email_changed")
    row.name, row.email = values["name"], values["email"]
    v.add(row)
    if changes:
        _note(v, row, "staff account changed", changes)


def change_role(v: Visit, account_id: int, role: str) -> None:
    """Sessions end: open pages are sent to Connexion at once."""
    row = _anothers(v, account_id)
    if role not in STAFF_ROLES:
        raise Refused("Choisissez une réponse de la liste.")
    if row.role == role:
        return
    before, row.role = row.role, role
    _close(v, row, "role changed", {"role": [before, role]})


def disable(v: Visit, account_id: int, disabled: bool) -> None:
    row = _anothers(v, account_id)
    if row.disabled == disabled:
        return
    row.disabled = disabled
    _close(v, row, "account disabled" if disabled else "account enabled", {})


def close_sessions(v: Visit, account_id: int) -> None:
    row = get(v, account_id)
    sessions.end_all(v, row.id, but=0)
    _note(v, row, "sessions closed", {})


def reset_factor(v: Visit, account_id: int) -> None:
    """A lost telephone: the colleague signs in by the password and sets up another."""
    row = _anothers(v, account_id)
    if not two_factor.reset(v, row):
        raise Refused("Ce compte n’a pas de second facteur.")
    sessions.end_all(v, row.id)


def renew_password(v: Visit, account_id: int, word: str, hashed: str) -> None:
    """A new password by mail; the old one and every session end."""
    row = _anothers(v, account_id)
    row.password_hash, row.must_change = hashed, True
    row.password_expires_at = v.now + timedelta(days=MAILED_DAYS)
    v.add(row)
    outbox.cancel_waiting(v, row.id, "staff_welcome")
    outbox.cancel_waiting(v, row.id, "new_password")
    sessions.end_all(v, row.id)
    _mail_password(v, row, word)
    _note(v, row, "new password mailed", {})


def _acting(v: Visit) -> None:
    """Two who would remove each other wait here; the second is no manager any more."""
    v.manager_only()
    v.get(Site, v.site_id, lock=True)
    own = v.get(Account, v.account_id, lock=True)
    if own.role != "responsable" or own.disabled:
        raise NotYours("responsable")


def _anothers(v: Visit, account_id: int) -> Account:
    row = get(v, account_id)
    if row.id != v.account_id:
        return row
    others = v.count(
        select(func.count())
        .select_from(Account)
        .where(Account.role == "responsable", col(Account.disabled).is_(False), Account.id != row.id)
    )
    raise Refused(OWN if others else LAST)


def _close(v: Visit, row: Account, action: str, changes: dict[str, list[str]]) -> None:
    v.add(row)
    sessions.end_all(v, row.id)
    _note(v, row, action, changes)


def _note(v: Visit, row: Account, action: str, changes: dict[str, list[str]]) -> None:
    audit.note(v, action, subject="account", subject_id=row.id, changes=changes)
    v.tell(("staff", v.site_id or 0))


def _mail_password(v: Visit, row: Account, word: str) -> None:
    accounts.write_to(v, row, "staff_welcome", secret=word, login=row.login, days=MAILED_DAYS, path="/connexion")

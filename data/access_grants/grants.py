"""How families come in: staff create accounts, tell their owners by mail or by letter, block, reset, close sessions.

A mail holds a password that lasts seven days and opens only « Choisissez votre mot de passe »; a letter on paper holds
none: it tells how to ask for one.
"""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, or_, select

from data.accounts import models as accounts
from data.accounts import passwords
from data.accounts import sessions as accounts_sessions
from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.core import audit, password_lifetimes, sites
from data.core.audit import Action
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.fields import fold
from data.core.i18n import _, as_language
from data.core.roles import Role
from data.core.settings import settings
from data.core.unit_of_work import UnitOfWork
from data.families import protection
from data.families.models import Family, Guardian, PupilLink
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import Lane, LetterKind
from data.pdf.access_letters import AccessLetter

AGAIN = timedelta(minutes=1)  # a second press is the first one's


@dataclass(frozen=True)
class Password:
    """A new password and its hash, made before the unit of work opens: hashing is slow."""

    word: str
    hashed: str


async def make_password() -> Password:
    word = passwords.make_password()
    return Password(word, await passwords.off_the_loop(passwords.make_hash, word))


def make_password_now() -> Password:
    """The same, for a thread that has all its time."""
    word = passwords.make_password()
    return Password(word, passwords.make_hash(word))


def propose_login(uow: UnitOfWork, adult: Guardian) -> str:
    """« nom.prenom » in plain letters, with a number when somebody of the site has it."""
    uow.staff_only()
    base = _plain_name(uow, adult)
    return _free(base, set(uow.all(select(Account.login).where(col(Account.login).startswith(base, autoescape=True)))))


def _plain_name(uow: UnitOfWork, adult: Guardian) -> str:
    parts = [re.sub("[^a-z0-9]+", "-", fold(part)).strip("-") for part in (adult.last_name, adult.first_name)]
    base = ".".join(filter(None, parts))[:36].strip(".-")
    return base if len(base) > 2 else f"famille.{uow.get(Family, adult.family_id).number}"


def _free(base: str, taken: Container[str]) -> str:
    return next(name for name in (base, *(f"{base}{count}" for count in range(2, 9999))) if name not in taken)


def without_account(uow: UnitOfWork, family_ids: Iterable[int] | None = None) -> list[int]:
    """The keys of the adults who have no account: of these families, or of all that have a pupil."""
    uow.staff_only()
    of_them = select(PupilLink.family_id) if family_ids is None else family_ids
    question = select(Guardian.id).where(_no_account(), col(Guardian.family_id).in_(of_them))
    return list(uow.all(question.order_by(col(Guardian.id))))


def _no_account() -> Any:
    return col(Guardian.id).not_in(select(Account.guardian_id).where(col(Account.guardian_id).is_not(None)))


def anybody_informed(uow: UnitOfWork) -> bool:
    """Whether one account of a family at least can be used, or was told about."""
    informed = or_(col(Account.access_sent_at).is_not(None), col(Account.password_hash) != "")
    return bool(uow.all(select(Account.id).where(Account.role == Role.FAMILY, informed).limit(1)))


def create_some(uow: UnitOfWork, adult_ids: Iterable[int]) -> int:
    """An account for each of these adults who has none, under the identifier that is proposed; how many were made."""
    uow.staff_only()
    uow.get(sites.Site, uow.site_id, lock=True)  # two presses wait for each other
    taken, made = set(uow.all(select(Account.login))), []
    lacking = select(Guardian).where(_no_account(), col(Guardian.id).in_(list(adult_ids)))
    for adult in uow.all(lacking.order_by(col(Guardian.id))):
        login = _free(_plain_name(uow, adult), taken)
        taken.add(login)
        made.append(_account(adult, login))
    uow.add_all(made)
    for account in made:
        _note(uow, Action.ACCOUNT_CREATED, account, {_("Identifiant"): ["", account.login]})
    return len(made)


def _account(adult: Guardian, login: str) -> Account:
    return Account(
        site_id=adult.site_id,
        family_id=adult.family_id,
        guardian_id=adult.id,
        login=login,
        name=adult.full_name[:120],
    )


def create(uow: UnitOfWork, adult: Guardian, login: str) -> Account:
    """The adult's account, without password until its owner is told. ValidationErrors names « login »; one that is there stays."""
    uow.staff_only()
    known = uow.one(select(Account).where(Account.guardian_id == adult.id))
    if known is not None:
        return known
    login = accounts.normal_login(login)
    try:
        accounts.check_login(login)
        if uow.one(select(Account.id).where(Account.login == login)) is not None:
            raise UserError("Cet identifiant est déjà pris. Libre : {login}.", login=propose_login(uow, adult))
    except UserError as error:
        raise ValidationErrors({"login": error}) from None
    try:
        account = uow.add(_account(adult, login))
    except IntegrityError:  # somebody took it in the same moment
        raise UserError("Cet identifiant vient d’être pris. Choisissez-en un autre.") from None
    _note(uow, Action.ACCOUNT_CREATED, account, {_("Identifiant"): ["", login]})
    return account


def mail(uow: UnitOfWork, account_id: int, new: Password, *, delay: int = 0, lane: Lane | None = None) -> Account:
    """A password for seven days, by mail to the recorded address; the old one and every session end. `delay` in seconds.

    The same words whether it is the first access or a new one. UserError without an address.
    """
    uow.staff_only()
    account = _family_account(uow, account_id)
    to, site = accounts.recipient(uow, account), sites.here(uow)
    if account.disabled:
        raise UserError("Ce compte est bloqué : débloquez-le d’abord.")
    if not to.address:
        raise UserError("Aucune adresse e-mail n’est enregistrée : imprimez la lettre, ou ajoutez l’adresse.")
    if account.access_sent_by == "mail" and account.access_sent_at and uow.now - account.access_sent_at < AGAIN:
        return account
    first = not account.password_hash
    account.password_hash, account.must_change = new.hashed, site.must_change_mailed_password
    account.password_expires_at = uow.now + timedelta(days=password_lifetimes.MAILED_DAYS)
    account.access_sent_at, account.access_sent_by = uow.now, "mail"
    uow.add(account)
    accounts_sessions.end_all(uow, account.id)
    for kind in (LetterKind.ACCESS_SENT, LetterKind.ACCESS_RENEWED, LetterKind.NEW_PASSWORD):
        outbox.cancel_waiting(uow, account.id, kind)
    mail = Mail(
        LetterKind.ACCESS_SENT if first else LetterKind.ACCESS_RENEWED,
        to,
        {"login": account.login, "days": password_lifetimes.MAILED_DAYS},
        secret=new.word,
        path="/connexion",
        delay=delay,
        lane=lane,
    )
    outbox.write(uow, mail)
    _note(uow, Action.ACCESS_MAILED, account)
    return account


def hand_out(uow: UnitOfWork, chosen: Sequence[Account], day: datetime) -> None:
    """Their letters are printed: said once in each account and in the journal."""
    uow.staff_only()
    for account in chosen:
        if account.access_sent_at is None:
            account.access_sent_at, account.access_sent_by = day, "letter"
            uow.add(account)
        _note(uow, Action.ACCESS_LETTER, account)


def letters_for(uow: UnitOfWork, account_ids: Iterable[int]) -> list[tuple[Account, AccessLetter]]:
    """What the paper letters of these accounts say, by town and name as a post office likes them; four questions.

    An address under protection stands only on letters that the « responsable » prints.
    """
    uow.staff_only()
    site = sites.here(uow)
    wanted = list(account_ids)
    found = uow.rows(
        select(Account, Guardian, Family)
        .join(Guardian, col(Guardian.id) == Account.guardian_id)
        .join(Family, col(Family.id) == Account.family_id)
        .where(col(Account.id).in_(wanted), Account.role == Role.FAMILY, col(Account.disabled).is_(False))
        .order_by(col(Guardian.postcode), col(Guardian.search), col(Account.id))
    )
    return [(account, _letter(uow, site, account, adult, family.number)) for account, adult, family in found]


def _letter(uow: UnitOfWork, site: sites.Site, account: Account, adult: Guardian, number: int) -> AccessLetter:
    civility = {"mme": _("Mme"), "m": _("M.")}.get(adult.civility, "")
    return AccessLetter(
        name=f"{civility} {adult.full_name}".strip(),
        address=protection.postal_lines(uow, adult),
        family=number,
        login=account.login,
        has_email=bool(adult.email),
        language=as_language(account.language),
    )


def portal_address() -> str:
    return settings().public_url


def block(uow: UnitOfWork, account_id: int) -> Account:
    """Nobody comes in with it any more; who is in is out at once."""
    uow.staff_only()
    account = _family_account(uow, account_id)
    if not account.disabled:
        account.disabled = True
        uow.add(account)
        accounts_sessions.end_all(uow, account.id)
        _note(uow, Action.ACCOUNT_BLOCKED, account, {_("Bloqué"): ["non", "oui"]})
    return account


def unblock(uow: UnitOfWork, account_id: int) -> Account:
    """It opens again. The waits after wrong passwords are the sign-in's: `sessions.forget_failures` ends them."""
    uow.staff_only()
    account = _family_account(uow, account_id)
    if account.guardian_id is None:
        raise UserError("Ce compte n’a plus de titulaire dans la famille : créez-en un autre.")
    before = ["oui", "non"] if account.disabled else ["attente", "aucune"]
    account.disabled = False
    uow.add(account)
    _note(uow, Action.ACCOUNT_UNBLOCKED, account, {_("Bloqué"): before})
    return account


def sessions(uow: UnitOfWork, account_ids: Sequence[int]) -> dict[int, list[SignIn]]:
    """Account -> its open sessions, the latest first."""
    uow.staff_only()
    found: dict[int, list[SignIn]] = {each: [] for each in account_ids}
    for signin in uow.all(
        select(SignIn)
        .where(col(SignIn.account_id).in_(account_ids), col(SignIn.ended_at).is_(None))
        .order_by(col(SignIn.seen_at).desc())
    ):
        found[signin.account_id].append(signin)
    return found


def last_seen(uow: UnitOfWork, account_ids: Sequence[int]) -> dict[int, datetime]:
    """Account -> when its owner was last in; as far as sessions are kept."""
    return dict(
        uow.rows(
            select(SignIn.account_id, func.max(col(SignIn.seen_at)))
            .where(col(SignIn.account_id).in_(account_ids))
            .group_by(col(SignIn.account_id))
        )
    )


def close_session(uow: UnitOfWork, signin_id: int) -> None:
    """Of a family's account only: staff close their own on their own page."""
    uow.staff_only()
    signin = uow.get(SignIn, signin_id, lock=True)
    account = _family_account(uow, signin.account_id)
    if signin.ended_at is None:
        accounts_sessions.close(uow, signin)
        _note(uow, Action.SESSION_CLOSED, account)


def of_family(uow: UnitOfWork, family_id: int) -> list[Account]:
    uow.staff_only()
    return list(uow.all(select(Account).where(Account.family_id == family_id).order_by(col(Account.id))))


def of_families(uow: UnitOfWork, family_ids: Iterable[int]) -> list[int]:
    """The keys of the accounts with which somebody of these families may come in."""
    uow.staff_only()
    question = select(Account.id).where(
        col(Account.family_id).in_(family_ids), col(Account.guardian_id).is_not(None), col(Account.disabled).is_(False)
    )
    return list(uow.all(question.order_by(col(Account.id))))


def _family_account(uow: UnitOfWork, account_id: int) -> Account:
    """NotFound for staff's own accounts: they are the « Réglages » of another."""
    account = uow.get(Account, account_id, lock=uow.writes)
    if account.role != Role.FAMILY or account.family_id is None:
        raise NotFound(f"account {account_id}")
    return account


def _note(uow: UnitOfWork, action: Action, account: Account, changes: dict[str, list[str]] | None = None) -> None:
    audit.note_record(uow, action, account, account.family_id, changes=dict(changes or {}))
    uow.publish(("family", account.family_id or 0), ("account", account.id))

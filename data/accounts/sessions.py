"""Sessions: signing in, who is signed in, signing out, the lost password. Each opens the system unit of work itself."""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta

from pydantic import SkipValidation
from sqlalchemy import ForeignKeyConstraint, bindparam
from sqlmodel import Field, col, delete, func, select, update

from data.accounts import devices, passwords, rate_limit, refusals, two_factor
from data.accounts import models as accounts
from data.accounts.models import Account
from data.core import audit
from data.core.audit import Action
from data.core.database import Unavailable
from data.core.errors import ErrorCode, NotFound, UserError
from data.core.i18n import _
from data.core.scope import OfFamily
from data.core.settings import settings
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, prepared
from data.families.models import of_its_site
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind

FAMILY_HOURS, STAFF_HOURS, MAX = 12, 10, 10
TOUCH = timedelta(seconds=60)
DEVICE_DAYS = 365
MAX_DEVICES = 50  # known of an account at once
SIGNED_IN = "signed in"  # the counter of who is, and is asked for the password again
WRONG = _("Identifiant ou mot de passe incorrect.")


def of_its_account() -> tuple[ForeignKeyConstraint, ForeignKeyConstraint]:
    return of_its_site(), ForeignKeyConstraint(["account_id", "site_id"], ["account.id", "account.site_id"])


class OfBrowser(OfFamily):
    """What a browser's cookie opens: it holds a token, the row its SHA-256."""

    id: SkipValidation[int] = Field(default=None, primary_key=True)
    account_id: int = Field(index=True)
    token_hash: str = Field(max_length=64, unique=True)
    seen_at: datetime


class SignIn(OfBrowser, table=True):
    """A signed-in browser; every page and event reads the row."""

    __tablename__ = "sign_in"
    __table_args__ = of_its_account()
    device: str = Field(default="", max_length=120)
    started_at: datetime
    ended_at: datetime | None = None
    viewing_account_id: int | None = (
        None  # staff: the family's account they look as (data/access_grants/impersonation.py)
    )
    viewing_until: datetime | None = None
    sets_factor: bool = False  # a second factor is set up before anything else (data/accounts/two_factor.py)


class KnownDevice(OfBrowser, table=True):
    """A browser that has signed in to this account before: nobody else's failures slow it."""

    __tablename__ = "known_device"
    __table_args__ = of_its_account()


class PushDevice(OfFamily, table=True):
    """A browser that is told. `endpoint` is encrypted: who has it can be told of; `device_hash`: of the browser's own cookie."""

    __tablename__ = "push_device"
    __table_args__ = of_its_account()
    id: SkipValidation[int] = Field(default=None, primary_key=True)
    account_id: int = Field(index=True)
    endpoint: str = Field(max_length=1400)
    endpoint_hash: str = Field(max_length=64, unique=True)
    device_hash: str = Field(max_length=64, index=True)
    created_at: datetime
    notified_at: datetime  # letters that left since are not told yet
    due_at: datetime = Field(index=True)
    failures: int = 0


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def recognise(
    site_id: int, login: str, word: str, *, device: str = "", client: str = "", now: datetime | None = None
) -> Account:
    """The account of a right pair; UserError with one sentence whatever was wrong, or with the wait."""
    login, too_often = accounts.login_at_the_door(login), None
    if not site_id:  # a site that is none: nobody can be there, and it costs the same
        await passwords.off_the_loop(passwords.verify, word, None)
        raise UserError(WRONG, code=ErrorCode.WRONG_PASSWORD)
    with system_unit_of_work(now=now) as uow:
        known = _known_device(uow, _by_login(uow, site_id, login), device)
    async with rate_limit.in_turn(client, known):
        with system_unit_of_work(writes=True, now=now) as uow:
            rate_limit.admit(uow, site_id, login, known, client)
            account = _by_login(uow, site_id, login)
        expired = bool(account and account.password_expires_at and account.password_expires_at < uow.now)
        usable = account if account and not account.disabled and not expired else None
        try:
            hashed, temporary = (usable.password_hash, bool(usable.password_expires_at)) if usable else (None, False)
            right, newer = await passwords.off_the_loop(lambda: passwords.verify(word, hashed, temporary=temporary))
        except passwords.Busy:
            with system_unit_of_work(writes=True, now=now) as uow:
                rate_limit.give_back(uow, site_id, login, known)
            raise
        with system_unit_of_work(writes=True, now=now) as uow:
            uow.client = client
            fresh = _by_login(uow, site_id, login)
            everybodys = uow.get(Site, site_id).demonstration
            if word == passwords.DEMONSTRATION and not everybodys:
                right = False  # everybody knows it
            if not (right and usable and fresh and fresh.password_hash == usable.password_hash and not fresh.disabled):
                why = (
                    "unknown" if not account else "disabled" if account.disabled else "expired" if expired else "wrong"
                )
                rate_limit.failed(uow, site_id, login, known, client)
                identifier = rate_limit.fingerprint(login)[:16]
                refusals.note_sign_in(uow, site_id, account, {"reason": why, "identifier": identifier})
            else:
                rate_limit.forget(uow, site_id, login, known)
                too_often = None if everybodys else rate_limit.too_often_in(uow, site_id, login)
                if too_often is None:
                    if newer:
                        fresh.password_hash = newer
                    if not fresh.must_change:  # the site lets a mailed password be kept
                        fresh.password_expires_at = None
                    uow.add(fresh)
                    return fresh
    raise too_often or UserError(WRONG, code=ErrorCode.WRONG_PASSWORD)


async def is_mine(account: Account, word: str, *, now: datetime | None = None) -> bool:
    """Whether the person signed in knows the account's password; UserError with the wait after too many guesses. Nothing
    typed is no guess."""
    if not word:
        return False
    with system_unit_of_work(writes=True, now=now) as uow:
        rate_limit.admit(uow, account.site_id, account.login, SIGNED_IN, "")
    try:
        right, _ = await passwords.off_the_loop(passwords.verify, word, account.password_hash)
    except passwords.Busy:
        with system_unit_of_work(writes=True, now=now) as uow:
            rate_limit.give_back(uow, account.site_id, account.login, SIGNED_IN)
        raise
    if right:
        with system_unit_of_work(writes=True, now=now) as uow:
            rate_limit.forget(uow, account.site_id, account.login, SIGNED_IN)
    return right


def _by_login(uow: UnitOfWork, site_id: int, login: str) -> Account | None:
    return uow.one(select(Account).where(Account.site_id == site_id, Account.login == login))


def _known_device(uow: UnitOfWork, account: Account | None, device: str) -> str:
    """The device's digest when it belongs to the account, else ""."""
    if not account or not device:
        return ""
    row = uow.one(
        select(KnownDevice).where(KnownDevice.account_id == account.id, KnownDevice.token_hash == digest(device))
    )
    return row.token_hash if row and uow.now - row.seen_at < timedelta(days=DEVICE_DAYS) else ""


def sign_in(
    account: Account,
    *,
    old_token: str = "",
    device: str = "",
    label: str = "",
    client: str = "",
    now: datetime | None = None,
) -> tuple[str, str]:
    """A new session, whatever cookie the browser held: (token, device token). The eleventh closes the oldest."""
    token = secrets.token_urlsafe(32)
    with system_unit_of_work(writes=True, now=now) as uow:
        uow.client = client
        if old_token:
            _end(uow, select(SignIn).where(SignIn.token_hash == digest(old_token)))
        open_ones = uow.all(
            select(SignIn)
            .where(SignIn.account_id == account.id, col(SignIn.ended_at).is_(None))
            .order_by(col(SignIn.seen_at).desc())
        )
        for oldest in open_ones[MAX - 1 :]:
            close(uow, oldest)
        uow.add(
            SignIn(
                site_id=account.site_id,
                family_id=account.family_id,
                account_id=account.id,
                token_hash=digest(token),
                device=label[:120],
                started_at=uow.now,
                seen_at=uow.now,
                sets_factor=two_factor.must_be_set(uow, account),
            )
        )
        known = _known_device(uow, account, device)
        if known:
            uow.change(update(KnownDevice).where(col(KnownDevice.token_hash) == known).values(seen_at=uow.now))
        else:
            device = _know_device(uow, account)
            if account.is_staff:
                shown = devices.called(label[:60], account.language)
                to, words = accounts.recipient(uow, account), {"login": account.login, "device": shown}
                outbox.write(uow, Mail(LetterKind.STAFF_SIGNED_IN, to, words, path="/mot-de-passe"))
        audit.note_record(
            uow,
            Action.SIGNED_IN,
            account,
            account.family_id,
            by=audit.Author(account.site_id, account.name),
        )
    return token, device


def _know_device(uow: UnitOfWork, account: Account) -> str:
    """The token of one more device; of many, those that came longest ago are strangers again."""
    question = select(KnownDevice).where(KnownDevice.account_id == account.id)
    latest = question.order_by(col(KnownDevice.seen_at).desc(), col(KnownDevice.id).desc())
    for row in uow.all(latest.offset(MAX_DEVICES - 1)):
        uow.delete(row)
    token = secrets.token_urlsafe(32)
    uow.add(
        KnownDevice(
            site_id=account.site_id,
            family_id=account.family_id,
            account_id=account.id,
            token_hash=digest(token),
            seen_at=uow.now,
        )
    )
    return token


_BY_TOKEN = prepared(
    select(SignIn, Account, Site)
    .join(Account, col(Account.id) == SignIn.account_id)
    .join(Site, col(Site.id) == Account.site_id)
    .where(SignIn.token_hash == bindparam("hashed"), col(SignIn.ended_at).is_(None))
)


def by_token(token: str, *, now: datetime | None = None, touch: bool = False) -> tuple[Account, SignIn, Site] | None:
    """Who holds this token, and their site; or None: signed out, idle too long, too old, or closed. `touch` counts as activity."""
    if not 20 <= len(token) <= 100:
        return None
    with system_unit_of_work(now=now) as uow:
        found = uow.rows(_BY_TOKEN, hashed=digest(token))
        if not found:
            return None
        signin, account, site = found[0]
        hours = STAFF_HOURS if account.is_staff else FAMILY_HOURS
        idle = abs(uow.now - signin.seen_at)  # abs: a clock set back must not prolong a session
        if (
            account.disabled
            or idle > timedelta(minutes=settings().idle_minutes)
            or uow.now - signin.started_at > timedelta(hours=hours)
        ):
            return None
    if touch and idle > TOUCH:
        _touch(signin.id, now)
    return account, signin, site


def _touch(signin_id: int, now: datetime | None) -> None:
    """Another page does it where an import writes: nobody waits for that."""
    with suppress(Unavailable), system_unit_of_work(writes=True, waits=False, now=now) as uow:
        uow.change(
            update(SignIn).where(col(SignIn.id) == signin_id, col(SignIn.ended_at).is_(None)).values(seen_at=uow.now)
        )


def sign_out(token: str) -> None:
    with system_unit_of_work(writes=True) as uow:
        for signin in _end(uow, select(SignIn).where(SignIn.token_hash == digest(token))):
            audit.note(
                uow,
                Action.SIGNED_OUT,
                by=audit.Author(signin.site_id),
                family_id=signin.family_id,
                subject="account",
                subject_id=signin.account_id,
            )


_MINE = prepared(
    select(SignIn)
    .where(SignIn.account_id == bindparam("account"), col(SignIn.ended_at).is_(None))
    .order_by(col(SignIn.seen_at).desc())
)


def mine(uow: UnitOfWork) -> list[SignIn]:
    """« Mes connexions »: the account's open sessions, the latest first."""
    return list(uow.all(_MINE, account=uow.account_id))


def families_seen(uow: UnitOfWork, since: datetime) -> int:
    """How many families were here since then."""
    uow.staff_only()
    return uow.count(
        select(func.count(func.distinct(SignIn.family_id))).where(
            SignIn.seen_at >= since, col(SignIn.family_id).is_not(None)
        )
    )


def close_mine(uow: UnitOfWork, signin_id: int) -> None:
    """Close one of one's own sessions; NotFound for any other."""
    row = uow.get(SignIn, signin_id)
    if row.account_id != uow.account_id:
        raise NotFound(f"sign-in {signin_id}")
    close(uow, row)
    audit.note(uow, Action.SESSION_CLOSED, subject="account", subject_id=row.account_id)


def change_password(uow: UnitOfWork, signin_id: int, hashed: str) -> str:
    """The new password and this session's new token; every other session ends."""
    account, row, token = uow.get(Account, uow.account_id), uow.get(SignIn, signin_id), secrets.token_urlsafe(32)
    accounts.set_password(uow, account, hashed)
    end_all(uow, account.id, but=row.id)
    row.token_hash = digest(token)
    uow.add(row)
    uow.publish(("signin", row.id))
    return token


def end_all(uow: UnitOfWork, account_id: int, *, but: int = 0) -> None:
    """Close every session of the account, in the unit of work's transaction; open pages are sent to Connexion. Its devices are told of
    letters no more: who has an old password, and a device that was let in with it, hears of nothing."""
    uow.change(delete(PushDevice).where(col(PushDevice.account_id) == account_id))
    _end(uow, select(SignIn).where(SignIn.account_id == account_id, SignIn.id != but, col(SignIn.ended_at).is_(None)))


def _end(uow: UnitOfWork, question) -> list[SignIn]:  # type: ignore[no-untyped-def]
    ended = [row for row in uow.all(question) if row.ended_at is None]
    for row in ended:
        close(uow, row)
    return ended


def close(uow: UnitOfWork, row: SignIn) -> None:
    row.ended_at = uow.now
    uow.add(row)
    uow.publish(("signin", row.id))


def forget_failures(account: Account) -> None:
    """« Débloquer » ends the waits after wrong passwords, on every device."""
    with system_unit_of_work(writes=True) as uow:
        forget_failures_of(uow, account)


def forget_failures_of(uow: UnitOfWork, account: Account) -> None:
    for counted in ("", rate_limit.RIGHT_ONES):
        rate_limit.forget(uow, account.site_id, account.login, counted)
    for device in uow.all(select(KnownDevice.token_hash).where(KnownDevice.account_id == account.id)):
        rate_limit.forget(uow, account.site_id, account.login, device)

"""« Mot de passe perdu »: a new password by letter, for whoever knows identifier and address. Opens the system unit of work itself."""

from datetime import datetime, timedelta

from data.accounts import models as accounts
from data.accounts import passwords, rate_limit, sessions
from data.accounts.models import Account
from data.core import audit, password_lifetimes
from data.core.audit import Action
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.mail.outbox import Mail
from data.mail.templates import LetterKind


async def mail_new_password(
    login: str, email: str, *, client: str = "", back: str = "/connexion", now: datetime | None = None
) -> None:
    """Mail a new password to each account that both match; the old one and every session die in that transaction.
    `back`: where the letter's link leads.

    Answers nothing, and takes the time of one hash, whoever asks; a pair that is none writes nothing and asks one question.
    """
    login, email = accounts.login_at_the_door(login), accounts.address_at_the_door(email)
    word = passwords.make_password()
    hashed = await passwords.off_the_loop(passwords.make_hash, word)
    with system_unit_of_work(writes=True, now=now) as uow:
        uow.client = client
        allowed = rate_limit.may_reset(client, rate_limit.fingerprint(login), uow.now)
        for account, recorded in accounts.with_addresses(uow, login):
            if account.disabled or not recorded or recorded.casefold() != email:
                continue
            if not allowed or not _may_reset(uow, account):
                audit.note_refused(uow, Action.NEW_PASSWORD_REFUSED, account, account.site_id, account.family_id)
                continue
            site = uow.get(Site, account.site_id)
            account.password_hash, account.must_change = hashed, site.must_change_mailed_password
            account.password_expires_at = uow.now + timedelta(days=password_lifetimes.TEMPORARY_DAYS)
            uow.add(account)
            sessions.end_all(uow, account.id)
            sessions.forget_failures_of(uow, account)
            outbox.cancel_waiting(uow, account.id, LetterKind.NEW_PASSWORD)
            to = accounts.recipient(uow, account, recorded)
            words = {"login": account.login, "hours": 24 * password_lifetimes.TEMPORARY_DAYS}
            outbox.write(uow, Mail(LetterKind.NEW_PASSWORD, to, words, secret=word, path=back))
            audit.note_record(
                uow,
                Action.NEW_PASSWORD_MAILED,
                account,
                account.family_id,
                by=audit.Author(account.site_id, "–"),
            )


def _may_reset(uow: UnitOfWork, account: Account) -> bool:
    """One in five minutes, three in a day."""
    if account.reset_at and uow.now - account.reset_at < timedelta(minutes=5):
        return False
    if not account.reset_since or uow.now - account.reset_since > timedelta(days=1):
        account.reset_count, account.reset_since = 0, uow.now
    if account.reset_count >= 3:
        return False
    account.reset_count, account.reset_at = account.reset_count + 1, uow.now
    return True

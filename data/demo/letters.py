"""What became of the demonstration's letters: most left, some wait, some never arrived; one text is the site's own."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from data.accounts.models import Account, recipient
from data.billing.models import Payment
from data.core import clock, formats
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import unit_of_work
from data.mail import custom_templates
from data.mail.outbox import Letter, LetterState, Mail, write
from data.mail.templates import LetterKind

WAITING = 3  # the latest ones
TROUBLE = (
    ("famille.3004", LetterState.FAILED, "550 5.1.1 <…>: Recipient address rejected: User unknown"),
    ("famille.3007", LetterState.ABANDONED, "451 4.2.2 Mailbox full"),
    ("famille.3010", LetterState.CANCELLED, "called back"),
)


def fill() -> None:
    now = clock.now()
    with system_unit_of_work(writes=True) as uow:
        rows = list(uow.all(select(Letter).order_by(col(Letter.created_at), col(Letter.id))))
        for letter in rows[:-WAITING]:
            letter.state, letter.attempts, letter.sent_at = (
                LetterState.SENT,
                1,
                letter.created_at + timedelta(seconds=3),
            )
            uow.add(letter)
        for login, state, error in TROUBLE:
            account = uow.one(select(Account).where(Account.login == login))
            letter = next(each for each in rows if account and each.account_id == account.id)
            letter.state, letter.error, letter.sent_at, letter.attempts = (
                state,
                error,
                None,
                12 if state == LetterState.ABANDONED else 1,
            )
            uow.add(letter)
    _paid()
    with system_unit_of_work() as uow:
        helene = uow.one(select(Account).where(Account.login == "lemoine.helene"))
    with unit_of_work(helene, writes=True, now=now - timedelta(days=12)) as uow:
        given = custom_templates.given(LetterKind.REQUEST_DECIDED, "fr")
        message = "Merci de tenir votre fiche à jour. Le secrétariat a répondu à votre demande."
        text = custom_templates.TemplateText(given.subject, (message, *given.body[1:]), given.link)
        custom_templates.save(uow, LetterKind.REQUEST_DECIDED, "fr", text, version=0)


def _paid() -> None:
    """A letter with an amount, that left long ago: of the last payment."""
    with system_unit_of_work() as uow:
        account = uow.one(
            select(Account)
            .join(Site, col(Site.id) == Account.site_id)
            .where(Account.login == "aubry.claire", Site.code == "valmont")
        )
        paid = account and uow.one(
            select(Payment).where(Payment.family_id == account.family_id).order_by(col(Payment.day).desc())
        )
    if account and paid:
        at = datetime.combine(paid.day, time(18), ZoneInfo("Europe/Paris"))
        with system_unit_of_work(writes=True, now=at) as uow:
            to, words = recipient(uow, account), {"amount": formats.euros(paid.cents, "fr"), "number": paid.number}
            letter = write(uow, Mail(LetterKind.PAYMENT_RECEIVED, to, words, path="/facturation/cotisations"))
            letter.state, letter.attempts, letter.sent_at = LetterState.SENT, 1, at
            uow.add(letter)

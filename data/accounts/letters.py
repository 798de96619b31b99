"""The letter of « Identifiant oublié »."""

from collections.abc import Sequence

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core.unit_of_work import UnitOfWork
from data.mail import outbox
from data.mail.outbox import Mail, Recipient
from data.mail.templates import LetterKind


def identifiers(uow: UnitOfWork, address: str, found: Sequence[Account]) -> None:
    """The identifiers of these accounts of one site, to the address they share. A letter of several families is none's."""
    first = accounts.recipient(uow, found[0], address)
    to = first if len(found) == 1 else Recipient(first.address, first.name, first.language, first.site_id)
    facts = [(account.name, account.login) for account in found]
    outbox.write(uow, Mail(LetterKind.IDENTIFIERS, to, facts=facts, path="/connexion"))

"""The link that ends a kind of letter: encrypted for one account and one kind; whoever follows it need not be signed in (R-37)."""

from datetime import datetime

from sqlmodel import select

from data.accounts.models import Account
from data.core import encryption
from data.core.system_unit_of_work import system_unit_of_work


def link(path: str, purpose: str, account: Account) -> str:
    """`purpose` tells the kinds of letters apart: a token of one ends no other."""
    return f"{path}/{encryption.encrypt(purpose, str(account.id))}"


def account_of(token: str, purpose: str, *, now: datetime | None = None) -> Account | None:
    """Whose letters this token ends; None when it is nobody's."""
    try:
        account_id = int(encryption.decrypt(purpose, token))
    except (encryption.CannotDecrypt, ValueError):
        return None
    with system_unit_of_work(now=now) as uow:
        return uow.one(select(Account).where(Account.id == account_id))

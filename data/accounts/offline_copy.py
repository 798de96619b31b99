"""The choice to keep one's last pages on a device: a cookie of that device says whose they are, and nothing of it is in the database.

It ends with the password that it was made under, and when the account is closed; the device then erases what it keeps.
"""

import hashlib
from enum import StrEnum

from data.accounts.models import Account
from data.core import encryption
from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work

READABLE_DAYS = 14  # a copy that could not be renewed is erased then
CHOICE_DAYS = 365
_PURPOSE = "offline copy"


class Standing(StrEnum):
    """What a device that may keep pages does with them."""

    RENEW = "renew"  # the same account is signed in
    KEEP = "keep"  # nobody is
    ERASE = "erase"


def token(account: Account) -> str:
    """What the device's cookie holds."""
    return encryption.encrypt(_PURPOSE, f"{account.id}:{_mark(account)}")


def chosen(cookie: str, account: Account | None) -> bool:
    """Whether this device keeps pages of that account, under its present password."""
    return account is not None and _read(cookie) == (account.id, _mark(account))


def standing(cookie: str, account: Account | None) -> Standing:
    """`account`: who is signed in there, if anybody."""
    whose, mark = _read(cookie)
    if account is not None:
        return Standing.RENEW if chosen(cookie, account) else Standing.ERASE
    if not whose:
        return Standing.ERASE
    with system_unit_of_work() as uow:
        try:
            found = uow.get(Account, whose)
        except NotFound:
            return Standing.ERASE
        return Standing.ERASE if found.disabled or mark != _mark(found) else Standing.KEEP


def _read(cookie: str) -> tuple[int, str]:
    try:
        whose, _, mark = encryption.decrypt(_PURPOSE, cookie, seconds=CHOICE_DAYS * 86400).partition(":")
    except encryption.CannotDecrypt:
        return 0, ""
    return (int(whose), mark) if whose.isdecimal() else (0, "")


def _mark(account: Account) -> str:
    """Another password, or another family, is another mark."""
    return hashlib.sha256(f"{account.family_id}:{account.password_hash}".encode()).hexdigest()[:16]

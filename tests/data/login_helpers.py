"""How the tests come in: signing in, being refused, asking for a lost password."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from data.accounts import lost_password, sessions
from data.accounts.models import Account
from data.core.errors import UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.demo import PASSWORD
from data.mail import outbox
from data.mail.outbox import Letter
from tests.days import MOMENT
from tests.demo_users import CLAIRE, account, every, site

WRONG = "Identifiant ou mot de passe incorrect."
MAIL = "claire.aubry@example.org"


def enter(login: str = CLAIRE, word: str = PASSWORD, code: str = "valmont", **more: Any) -> Account:
    return asyncio.run(sessions.recognise(site(code).id if code else 0, login, word, **more))


def refusal(*given: Any, **more: Any) -> str:
    with pytest.raises(UserError) as raised:
        enter(*given, **more)
    return str(raised.value)


def lose(login: str = CLAIRE, email: str = MAIL, **more: Any) -> None:
    asyncio.run(lost_password.mail_new_password(login, email, **more))


def mailed(which: int = -1) -> str:
    """The password in the latest letter."""
    return outbox.decrypt(every(Letter, Letter.kind == "new_password")[which].secret)


def change(login: str, **values: Any) -> None:
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Account, account(login).id)
        for name, value in values.items():
            setattr(row, name, value)
        uow.add(row)


def at(minutes: float = 0, **more: float) -> datetime:
    return MOMENT + timedelta(minutes=minutes, **more)

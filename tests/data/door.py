"""How the tests come in: signing in, being refused, asking for a lost password."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from data.demo import PASSWORD
from data.door import signins
from data.door.accounts import Account
from data.i18n import Refused
from data.post import letters
from data.post.letters import Letter
from data.visits import whole_house
from tests.cast import CLAIRE, account, every, site
from tests.days import MOMENT

WRONG = "Identifiant ou mot de passe incorrect."
MAIL = "claire.aubry@example.org"


def enter(login: str = CLAIRE, word: str = PASSWORD, code: str = "valmont", **more: Any) -> Account:
    return asyncio.run(signins.recognise(site(code).id if code else 0, login, word, **more))


def refusal(*given: Any, **more: Any) -> str:
    with pytest.raises(Refused) as refused:
        enter(*given, **more)
    return str(refused.value)


def lose(login: str = CLAIRE, email: str = MAIL, **more: Any) -> None:
    asyncio.run(signins.lost_password(login, email, **more))


def mailed(which: int = -1) -> str:
    """The password in the latest letter."""
    return letters.unseal(every(Letter, Letter.kind == "new_password")[which].secret)


def change(login: str, **values: Any) -> None:
    with whole_house(writes=True) as v:
        row = v.get(Account, account(login).id)
        for name, value in values.items():
            setattr(row, name, value)
        v.add(row)


def at(minutes: float = 0, **more: float) -> datetime:
    return MOMENT + timedelta(minutes=minutes, **more)

"""Between the right password and the session: the code of the second factor, throttled as passwords are."""

import json
from datetime import datetime

from sqlmodel import col, select, update

from data.accounts import rate_limit, sessions, two_factor
from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.core import encryption
from data.core.audit import Action
from data.core.errors import ErrorCode, UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork

STEP_SECONDS = 600
STEP = "second step"


def second_step(account: Account) -> str:
    """What the browser holds between the right password and the code: no session yet. "" when no code is asked."""
    with system_unit_of_work() as uow:
        if two_factor.of_account(uow, account.id) is None:
            return ""
    return encryption.encrypt(STEP, json.dumps([account.id, sessions.digest(account.password_hash)]))


def pass_second_step(step: str, code: str, *, client: str = "", now: datetime | None = None) -> Account | None:
    """The account whose password and code are right. None: begin again. UserError: a wrong code, or the wait."""
    try:
        account_id, hashed = json.loads(encryption.decrypt(STEP, step, seconds=STEP_SECONDS))
    except (encryption.CannotDecrypt, ValueError):
        return None
    with system_unit_of_work(writes=True, now=now) as uow:
        uow.client = client
        account = uow.one(select(Account).where(Account.id == account_id).with_for_update())
        if account is None or account.disabled or sessions.digest(account.password_hash) != hashed:
            return None
        rate_limit.admit(uow, account.site_id, account.login, STEP, client)
        if two_factor.passes(uow, account, code):
            rate_limit.forget(uow, account.site_id, account.login, STEP)
            return account
        rate_limit.failed(uow, account.site_id, account.login, STEP, client)
        two_factor.note(uow, account, Action.SECOND_FACTOR_FAILED)
    raise UserError(two_factor.WRONG_CODE, code=ErrorCode.WRONG_CODE)


def admit_code(account: Account) -> None:
    """UserError with the wait after too many wrong codes of somebody who is signed in. The code counts as wrong until it is judged."""
    with system_unit_of_work(writes=True) as uow:
        rate_limit.admit(uow, account.site_id, account.login, STEP, "")


def code_passed(account: Account) -> None:
    with system_unit_of_work(writes=True) as uow:
        rate_limit.forget(uow, account.site_id, account.login, STEP)


def code_not_judged(account: Account) -> None:
    with system_unit_of_work(writes=True) as uow:
        rate_limit.give_back(uow, account.site_id, account.login, STEP)


def factor_is_set(uow: UnitOfWork, signin_id: int, account_id: int) -> None:
    """The session that had to set up a second factor goes on; others of the account end."""
    uow.change(update(SignIn).where(col(SignIn.id) == signin_id).values(sets_factor=False))
    sessions.end_all(uow, account_id, but=signin_id)

"""« Voir comme la famille »: staff look through a family's account, for a quarter of an hour, without changing anything.

The session stays the staff's own. It only remembers whom it looks as; the pages of families are then drawn in a reading
unit of work of that account (components/web/auth.py), which is scoped to the family and which no write leaves.
"""

from datetime import datetime, timedelta

from sqlmodel import select

from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.core import audit
from data.core.audit import Action
from data.core.errors import NotFound, UserError
from data.core.roles import Role
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.families import protection
from data.families.models import Family

MINUTES = 15


def begin(uow: UnitOfWork, signin_id: int, family: Family, account_id: int) -> Account:
    """From now on, the pages of families are seen as that account sees them."""
    uow.staff_only()
    account, signin = uow.get(Account, account_id), _own(uow, signin_id)
    if account.family_id != family.id or account.role != Role.FAMILY:
        raise NotFound(f"account {account_id} of family {family.id}")
    if not protection.family_shown(uow, family.id):
        raise UserError(protection.PROTECTED)
    signin.viewing_account_id, signin.viewing_until = account.id, uow.now + timedelta(minutes=MINUTES)
    uow.add(signin)
    audit.note_record(uow, Action.VIEWED_AS_FAMILY, account, family.id)
    uow.publish(("viewing", signin.id))
    return account


def end(uow: UnitOfWork, signin_id: int) -> int | None:
    """The number of the family that was looked at, None when there was none."""
    uow.staff_only()
    signin = _own(uow, signin_id)
    if signin.viewing_account_id is None:
        return None
    account = uow.one(select(Account).where(Account.id == signin.viewing_account_id))
    signin.viewing_account_id = signin.viewing_until = None
    uow.add(signin)
    uow.publish(("viewing", signin.id))
    if account is None or account.family_id is None:
        return None
    audit.note_record(uow, Action.VIEWING_ENDED, account, account.family_id)
    return uow.get(Family, account.family_id).number


def viewed(account: Account, signin: SignIn, *, now: datetime | None = None) -> Account | None:
    """The family's account that a member of staff looks as, of their own site, while it lasts."""
    if not account.is_staff or signin.viewing_account_id is None or signin.viewing_until is None:
        return None
    with unit_of_work(account, now=now) as uow:
        if signin.viewing_until < uow.now:
            return None
        seen = uow.one(
            select(Account).where(
                Account.id == signin.viewing_account_id,
                Account.role == Role.FAMILY,
            )
        )
        return seen if seen and protection.family_shown(uow, seen.family_id) else None


def _own(uow: UnitOfWork, signin_id: int) -> SignIn:
    signin = uow.get(SignIn, signin_id, lock=True)
    if signin.account_id != uow.account_id:
        raise NotFound(f"sign-in {signin_id}")
    return signin

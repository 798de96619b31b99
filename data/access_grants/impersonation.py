"""« Voir comme la famille »: staff look through a family's account, for a quarter of an hour, without changing anything.

The session stays the staff's own. It only remembers whom it looks as; the pages of families are then drawn in a reading
visit of that account (components/web/auth.py), which is fenced to the family and which no write leaves.
"""

from datetime import datetime, timedelta

from sqlmodel import select

from data.accounts.models import Account
from data.accounts.sessions import SignIn
from data.core import audit
from data.core.errors import NotYours, Refused
from data.core.unit_of_work import Visit, visit
from data.families import models as families
from data.families.models import Family, Guardian

MINUTES = 15


def begin(v: Visit, signin_id: int, family: Family, account_id: int) -> Account:
    """From now on, the pages of families are seen as that account sees them."""
    v.staff_only()
    account, signin = v.get(Account, account_id), _own(v, signin_id)
    if account.family_id != family.id or account.role != "family":
        raise NotYours(f"account {account_id} of family {family.id}")
    adults = v.all(select(Guardian).where(Guardian.family_id == family.id))
    if not families.all_shown(v, adults):
        raise Refused(families.PROTECTED)
    signin.viewing_account_id, signin.viewing_until = account.id, v.now + timedelta(minutes=MINUTES)
    v.add(signin)
    audit.note(v, "viewed as family", subject="account", subject_id=account.id, family_id=family.id)
    v.tell(("viewing", signin.id))
    return account


def end(v: Visit, signin_id: int) -> int | None:
    """The number of the family that was looked at, None when there was none."""
    v.staff_only()
    signin = _own(v, signin_id)
    if signin.viewing_account_id is None:
        return None
    account = v.one(select(Account).where(Account.id == signin.viewing_account_id))
    signin.viewing_account_id = signin.viewing_until = None
    v.add(signin)
    v.tell(("viewing", signin.id))
    if account is None or account.family_id is None:
        return None
    audit.note(v, "viewing ended", subject="account", subject_id=account.id, family_id=account.family_id)
    return v.get(Family, account.family_id).number


def viewed(account: Account, signin: SignIn, *, now: datetime | None = None) -> Account | None:
    """The family's account that a member of staff looks as, of their own site, while it lasts."""
    if not account.is_staff or signin.viewing_account_id is None or signin.viewing_until is None:
        return None
    with visit(account, now=now) as v:
        if signin.viewing_until < v.now:
            return None
        return v.one(
            select(Account).where(
                Account.id == signin.viewing_account_id,
                Account.role == "family",
            )
        )


def _own(v: Visit, signin_id: int) -> SignIn:
    signin = v.get(SignIn, signin_id, lock=True)
    if signin.account_id != v.account_id:
        raise NotYours(f"sign-in {signin_id}")
    return signin

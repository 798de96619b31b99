"""How far the demonstration's families are in: told, not told yet, blocked, without account, protected."""

from datetime import timedelta

from sqlmodel import select

from data.access_grants import grants as access_grants
from data.accounts.models import Account
from data.core.sites import Site
from data.core.unit_of_work import Visit, visit, whole_house
from data.directory import edit_families
from data.families.models import Family, Guardian

NOT_TOLD = 5  # of ten families beyond the tests' cast, those who have an account and do not know it yet


def fill() -> None:
    with whole_house(writes=True) as v:
        valmont = v.one(select(Site).where(Site.code == "valmont"))
        paul = v.one(select(Account).where(Account.login == "renard.paul"))
        if valmont is None or paul is None:
            return
        for account in v.all(select(Account).where(Account.site_id == valmont.id, Account.role == "family")):
            number = int(account.login[8:]) if account.login.startswith("famille.") else 0
            if number in {3018, 3019} or (number >= 3024 and number % 10 < NOT_TOLD):
                account.password_hash = ""
                v.add(account)
            if number == 3021:
                v.delete(account)
            if number == 3023:
                account.password_hash, account.access_sent_at = "", v.now - timedelta(days=6)
                account.access_sent_by = "letter"
                v.add(account)
    with visit(paul, writes=True) as v:
        _the_desk(v)


def _the_desk(v: Visit) -> None:
    """What Paul Renard did: a second adult, a blocked account, an address under protection, a correction."""
    second = edit_families.add_adult(
        v,
        _family(v, 3022),
        {"civility": "m", "last_name": "Bailly", "first_name": "Olivier", "email": "olivier.bailly@example.org"},
    )
    access_grants.create(v, second, "bailly.olivier")
    access_grants.block(v, v.all(select(Account).where(Account.login == "famille.3020"))[0].id)
    protected = v.all(select(Guardian).where(Guardian.family_id == _family(v, 3017).id))[0]
    edit_families.hide_contact(v, protected, hidden=True)
    corrected = v.all(select(Guardian).where(Guardian.family_id == _family(v, 3016).id))[0]
    edit_families.correct(v, corrected, {"profession": "Luthier", "complement": "Bâtiment A"})


def _family(v: Visit, number: int) -> Family:
    return v.all(select(Family).where(Family.number == number))[0]

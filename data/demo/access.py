"""How far the demonstration's families are in: told, not told yet, blocked, without account, protected."""

from datetime import timedelta

from sqlmodel import select

from data.access_grants import grants as access_grants
from data.accounts.models import Account
from data.core.roles import Role
from data.core.sites import Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork, unit_of_work
from data.directory import edit_families
from data.families.models import Family, Guardian

NOT_INFORMED = 5  # of ten families beyond the tests' demonstration, those who have an account and do not know it yet


def fill() -> None:
    with system_unit_of_work(writes=True) as uow:
        valmont = uow.one(select(Site).where(Site.code == "valmont"))
        paul = uow.one(select(Account).where(Account.login == "renard.paul"))
        if valmont is None or paul is None:
            return
        for account in uow.all(select(Account).where(Account.site_id == valmont.id, Account.role == Role.FAMILY)):
            number = int(account.login[8:]) if account.login.startswith("famille.") else 0
            if number in {3018, 3019} or (number >= 3024 and number % 10 < NOT_INFORMED):
                account.password_hash = ""
                uow.add(account)
            if number == 3021:
                uow.delete(account)
            if number == 3023:
                account.password_hash, account.access_sent_at = "", uow.now - timedelta(days=6)
                account.access_sent_by = "letter"
                uow.add(account)
    with unit_of_work(paul, writes=True) as uow:
        _the_office(uow)


def _the_office(uow: UnitOfWork) -> None:
    """What Paul Renard did: a second adult, a blocked account, an address under protection, a correction."""
    second = edit_families.add_adult(
        uow,
        _family(uow, 3022),
        {"civility": "m", "last_name": "Bailly", "first_name": "Olivier", "email": "olivier.bailly@example.org"},
    )
    access_grants.create(uow, second, "bailly.olivier")
    access_grants.block(uow, uow.all(select(Account).where(Account.login == "famille.3020"))[0].id)
    protected = uow.all(select(Guardian).where(Guardian.family_id == _family(uow, 3017).id))[0]
    edit_families.hide_contact(uow, protected, hidden=True)
    corrected = uow.all(select(Guardian).where(Guardian.family_id == _family(uow, 3016).id))[0]
    edit_families.correct(uow, corrected, {"profession": "Luthier", "complement": "Bâtiment A"})


def _family(uow: UnitOfWork, number: int) -> Family:
    return uow.all(select(Family).where(Family.number == number))[0]

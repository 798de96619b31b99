"""A family is deleted when it is empty, by the staff alone; why not, when it is not."""

import pytest

from data.accounts.models import Account
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.external_keys import ExternalKey
from data.core.scope import ScopeViolation
from data.directory import delete_family
from data.families.models import Family, Guardian, Pupil
from tests.data.import_helpers import bring
from tests.data.test_imports_write import FAMILIES, PUPILS
from tests.demo_users import CLAIRE, MARC, PAUL, account, as_, both, every, pupil


def imported() -> int:
    bring("families", FAMILIES)
    [key] = every(ExternalKey, ExternalKey.key == "F-77")
    return int(key.row_id)


@both
def test_an_empty_family_goes_with_its_adults_and_unused_accounts_and_the_journal_says_so(database: str) -> None:
    family_id = imported()
    with as_(PAUL) as uow:
        assert delete_family.obstacles(uow, family_id) == []
        delete_family.delete(uow, family_id)
    assert every(Family, Family.id == family_id) == every(Guardian, Guardian.family_id == family_id) == []
    assert every(Account, Account.login == "okubo.nadege") == every(ExternalKey, ExternalKey.key == "F-77") == []
    [entry] = every(AuditEntry, AuditEntry.action == "family deleted")
    assert entry.changes["Nom"] == ["Nadège Ōkubo, Jun Ōkubo", ""]


@both
def test_a_family_that_has_something_stays_and_it_is_said_what(database: str) -> None:
    family_id = imported()
    bring("pupils", PUPILS)
    with as_(PAUL) as uow:
        with pytest.raises(UserError, match="élèves"):
            delete_family.delete(uow, family_id)
        with pytest.raises(UserError, match=r"factures et avoirs.*élèves.*un compte qui a servi"):
            delete_family.delete(uow, account(CLAIRE).family_id or 0)
    assert len(every(Family, Family.id == family_id)) == 1


def test_a_family_account_deletes_neither_a_family_nor_a_pupil(database: str) -> None:
    for login, code in ((CLAIRE, "valmont"), ("petit.jean", "belrive")):
        with as_(login, code) as uow, pytest.raises(NotFound):
            delete_family.delete(uow, account(MARC).family_id or 0)
    with pytest.raises(ScopeViolation), as_(CLAIRE) as uow:
        uow.delete(pupil(uow, "Irina"))
    assert every(Pupil, Pupil.first_name == "Irina")

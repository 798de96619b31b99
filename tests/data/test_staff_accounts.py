"""Accounts of the staff: made, changed, closed by a « responsable », never one's own, never the last."""

import pytest

from data.access_grants import staff_accounts
from data.accounts import passwords, sessions
from data.accounts.models import Account
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.unit_of_work import unit_of_work
from data.mail.outbox import Letter, decrypt
from tests.data.login_helpers import change, enter
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, last

ANNE = {"login": "Dupont.Anne ", "name": "Anne Dupont", "email": "anne@example.org", "role": "secretariat"}


def make(**values: str) -> Account:
    with as_(HELENE) as uow:
        return staff_accounts.create(
            uow, {**ANNE, **values}, "Zephyr-Mangue-41", passwords.make_hash("Zephyr-Mangue-41")
        )


def test_a_colleague_comes_in_with_the_password_of_the_letter_and_must_change_it(database: str) -> None:
    made = make()
    assert decrypt(last(Letter, Letter.kind == "staff_welcome").secret) == "Zephyr-Mangue-41"
    assert enter("dupont.anne", "Zephyr-Mangue-41").id == made.id
    assert account("dupont.anne").must_change
    assert last(AuditEntry, AuditEntry.action == "staff account made").changes["role"] == ["", "secretariat"]


@pytest.mark.parametrize(
    ("values", "invalid"),
    [
        ({"login": "renard.paul"}, "login"),
        ({"login": "é"}, "login"),
        ({"email": "nothing"}, "email"),
        ({"email": ""}, "email"),
        ({"name": " "}, "name"),
        ({"role": "family"}, "role"),
        ({"role": "operator"}, "role"),
    ],
)
def test_what_cannot_be_is_refused(database: str, values: dict[str, str], invalid: str) -> None:
    with pytest.raises(ValidationErrors) as raised:
        make(**values)
    assert set(raised.value.faults) == {invalid}


def test_nobody_touches_their_own_role_and_the_last_manager_stays(database: str) -> None:
    """Row 87."""
    own = account(HELENE).id
    acts = (
        lambda uow: staff_accounts.disable(uow, own, True),
        lambda uow: staff_accounts.change_role(uow, own, "secretariat"),
        lambda uow: staff_accounts.reset_factor(uow, own),
    )
    for sentence in (staff_accounts.LAST, staff_accounts.OWN):
        for act in acts:
            with pytest.raises(UserError) as raised, as_(HELENE) as uow:
                act(uow)
            assert raised.value.sentence == sentence
        change(PAUL, role="responsable")


@both
def test_two_managers_do_not_remove_each_other(database: str) -> None:
    change(PAUL, role="responsable")
    with as_(HELENE) as helene:
        staff_accounts.disable(helene, account(PAUL).id, True)
    paul = account(PAUL)
    paul.disabled = False  # as his page read him, a moment before
    with pytest.raises(NotFound), unit_of_work(paul, writes=True) as uow:
        staff_accounts.disable(uow, account(HELENE).id, True)
    assert not account(HELENE).disabled


def test_nobody_else_touches_any_account(database: str) -> None:
    target = account(HELENE).id
    for login in (PAUL, CLAIRE):
        for act in (
            staff_accounts.every,
            lambda uow: staff_accounts.create(uow, ANNE, "x", "y"),
            lambda uow: staff_accounts.rename(uow, target, "X", "x@example.org"),
            lambda uow: staff_accounts.change_role(uow, target, "secretariat"),
            lambda uow: staff_accounts.disable(uow, target, True),
            lambda uow: staff_accounts.close_sessions(uow, target),
            lambda uow: staff_accounts.renew_password(uow, target, "x", "y"),
        ):
            with pytest.raises(NotFound), as_(login) as uow:
                act(uow)
    for stranger in (account(CLAIRE).id, account("petit.jean", "belrive").id):
        with pytest.raises(NotFound), as_(HELENE) as uow:
            staff_accounts.disable(uow, stranger, True)


@pytest.mark.parametrize("act", ["disable", "role", "close", "renew"])
def test_sessions_end_with_the_role(database: str, act: str) -> None:
    """Row 36."""
    paul = account(PAUL)
    token, _ = sessions.sign_in(paul)
    assert sessions.by_token(token)
    with as_(HELENE) as uow:
        {
            "disable": lambda: staff_accounts.disable(uow, paul.id, True),
            "role": lambda: staff_accounts.change_role(uow, paul.id, "responsable"),
            "close": lambda: staff_accounts.close_sessions(uow, paul.id),
            "renew": lambda: staff_accounts.renew_password(uow, paul.id, "x", "y"),
        }[act]()
    assert sessions.by_token(token) is None


def test_a_changed_address_is_notified_to_the_old_one(database: str) -> None:
    with as_(HELENE) as uow:
        staff_accounts.rename(uow, account(PAUL).id, "Paul Renard", "autre@example.org")
    assert last(Letter, Letter.kind == "staff_email_changed").recipient == "renard.paul@example.org"
    assert account(PAUL).email == "autre@example.org"

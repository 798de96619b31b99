"""Accounts of the staff: made, changed, closed by a « responsable », never one's own, never the last."""

import pytest

from data.access_grants import staff_accounts
from data.accounts import passwords, sessions
from data.accounts.models import Account
from data.core.audit import AuditEntry
from data.core.errors import Faulty, NotYours, Refused
from data.core.unit_of_work import visit
from data.mail.outbox import Letter, unseal
from tests.data.login_helpers import change, enter
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, last

ANNE = {"login": "Dupont.Anne ", "name": "Anne Dupont", "email": "anne@example.org", "role": "secretariat"}


def make(**values: str) -> Account:
    with as_(HELENE) as v:
        return staff_accounts.create(v, {**ANNE, **values}, "Zephyr-Mangue-41", passwords.make_hash("Zephyr-Mangue-41"))


def test_a_colleague_comes_in_with_the_password_of_the_letter_and_must_change_it(house: str) -> None:
    made = make()
    assert unseal(last(Letter, Letter.kind == "staff_welcome").secret) == "Zephyr-Mangue-41"
    assert enter("dupont.anne", "Zephyr-Mangue-41").id == made.id
    assert account("dupont.anne").must_change
    assert last(AuditEntry, AuditEntry.action == "staff account made").changes["role"] == ["", "secretariat"]


@pytest.mark.parametrize(
    ("values", "faulty"),
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
def test_what_cannot_be_is_refused(house: str, values: dict[str, str], faulty: str) -> None:
    with pytest.raises(Faulty) as refused:
        make(**values)
    assert set(refused.value.faults) == {faulty}


def test_nobody_touches_their_own_role_and_the_last_manager_stays(house: str) -> None:
    """Row 87."""
    own = account(HELENE).id
    acts = (
        lambda v: staff_accounts.disable(v, own, True),
        lambda v: staff_accounts.change_role(v, own, "secretariat"),
        lambda v: staff_accounts.reset_factor(v, own),
    )
    for sentence in (staff_accounts.LAST, staff_accounts.OWN):
        for act in acts:
            with pytest.raises(Refused) as refused, as_(HELENE) as v:
                act(v)
            assert refused.value.sentence == sentence
        change(PAUL, role="responsable")


@both
def test_two_managers_do_not_remove_each_other(house: str) -> None:
    change(PAUL, role="responsable")
    with as_(HELENE) as helene:
        staff_accounts.disable(helene, account(PAUL).id, True)
    paul = account(PAUL)
    paul.disabled = False  # as his page read him, a moment before
    with pytest.raises(NotYours), visit(paul, writes=True) as v:
        staff_accounts.disable(v, account(HELENE).id, True)
    assert not account(HELENE).disabled


def test_nobody_else_touches_any_account(house: str) -> None:
    target = account(HELENE).id
    for login in (PAUL, CLAIRE):
        for act in (
            staff_accounts.every,
            lambda v: staff_accounts.create(v, ANNE, "x", "y"),
            lambda v: staff_accounts.rename(v, target, "X", "x@example.org"),
            lambda v: staff_accounts.change_role(v, target, "secretariat"),
            lambda v: staff_accounts.disable(v, target, True),
            lambda v: staff_accounts.close_sessions(v, target),
            lambda v: staff_accounts.renew_password(v, target, "x", "y"),
        ):
            with pytest.raises(NotYours), as_(login) as v:
                act(v)
    for stranger in (account(CLAIRE).id, account("petit.jean", "belrive").id):
        with pytest.raises(NotYours), as_(HELENE) as v:
            staff_accounts.disable(v, stranger, True)


@pytest.mark.parametrize("act", ["disable", "role", "close", "renew"])
def test_sessions_end_with_the_role(house: str, act: str) -> None:
    """Row 36."""
    paul = account(PAUL)
    token, _ = sessions.sign_in(paul)
    assert sessions.by_token(token)
    with as_(HELENE) as v:
        {
            "disable": lambda: staff_accounts.disable(v, paul.id, True),
            "role": lambda: staff_accounts.change_role(v, paul.id, "responsable"),
            "close": lambda: staff_accounts.close_sessions(v, paul.id),
            "renew": lambda: staff_accounts.renew_password(v, paul.id, "x", "y"),
        }[act]()
    assert sessions.by_token(token) is None


def test_a_changed_address_is_told_to_the_old_one(house: str) -> None:
    with as_(HELENE) as v:
        staff_accounts.rename(v, account(PAUL).id, "Paul Renard", "autre@example.org")
    assert last(Letter, Letter.kind == "staff_email_changed").recipient == "renard.paul@example.org"
    assert account(PAUL).email == "autre@example.org"

"""The first conservatoire: by commands or by the one-time link; the demonstration's password opens nothing real."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from data import demo
from data.access_grants import first_start
from data.accounts import passwords
from data.accounts.models import Account
from data.core import clock, encryption, schema
from data.core.errors import UserError, ValidationErrors
from data.core.sites import Site
from tests.data.login_helpers import enter, refusal
from tests.demo_users import CLAIRE, PAUL, account, both_empty, every, set_site

GIVEN = ("lyon", "Conservatoire de Lyon", "martin.anne", "Anne Martin", "anne@example.org", "hash")


@both_empty
def test_an_empty_portal_is_begun_by_its_link_once(empty_database: str) -> None:
    """By one of two browsers that press at once, each at a process of its own, as PostgreSQL has several."""
    schema.upgrade()
    link, ready, refusals = first_start.link(), threading.Barrier(2), list[str]()
    assert first_start.is_empty()
    assert first_start.opens(link)
    assert not first_start.opens("x")

    def begin(code: str) -> None:
        ready.wait()
        try:
            assert first_start.begin(code, *GIVEN[1:]).role == "responsable"
        except UserError as error:
            refusals.append(str(error))

    with ThreadPoolExecutor(2) as browsers:
        list(browsers.map(begin, ("lyon", "metz")))
    assert refusals == ["Ce lien a déjà servi."]
    assert not first_start.opens(link)
    with pytest.raises(UserError):
        first_start.begin(*GIVEN)
    assert len(every(Site)) == len(every(Account)) == 1


def test_the_link_is_good_for_an_hour(empty_database: str) -> None:
    schema.upgrade()
    hour_ago = int(clock.now().timestamp()) - 3700
    old = encryption._of(first_start.LINK).encrypt_at_time(b"first start", hour_ago).decode()
    assert not first_start.opens(old)


def test_a_start_with_a_fault_leaves_nothing(empty_database: str) -> None:
    schema.upgrade()
    for at, wrong in ((0, "É"), (1, " "), (2, "a"), (3, ""), (4, "nothing")):
        with pytest.raises(ValidationErrors):
            first_start.begin(*GIVEN[:at], wrong, *GIVEN[at + 1 :])
    assert every(Site) == []


def test_a_second_site_and_its_manager_by_command(database: str) -> None:
    first_start.create_site("lyon", "Conservatoire de Lyon")
    word = first_start.create_staff("lyon", "martin.anne", "Anne Martin", "anne@example.org")
    found = enter("martin.anne", word, "lyon")
    assert found.must_change
    assert found.role == "responsable"
    for act in (
        lambda: first_start.create_site("lyon", "Autre"),
        lambda: first_start.create_staff("lyon", "martin.anne", "A", "a@example.org"),
        lambda: first_start.create_staff("nowhere", "martin.anne", "A", "a@example.org"),
        lambda: first_start.create_staff("lyon", "other.one", "A", "a@example.org", role="family"),
    ):
        with pytest.raises(ValidationErrors):
            act()


def test_the_demonstration_stays_out_of_a_real_installation(empty_database: str) -> None:
    schema.upgrade()
    first_start.create_site("lyon", "Conservatoire de Lyon")
    with pytest.raises(demo.NotADemonstration):
        demo.fill()


def test_a_real_installation_refuses_the_demonstrations_password(database: str) -> None:
    assert enter(CLAIRE).id == account(CLAIRE).id
    set_site(demonstration=False)
    assert "incorrect" in refusal(CLAIRE, demo.PASSWORD)
    for word in (demo.PASSWORD, demo.PASSWORD.upper(), f"x{demo.PASSWORD}9"):
        with pytest.raises(UserError):
            passwords.check_policy(word, staff=False, context_words=[])
    assert asyncio.run(passwords.off_the_loop(passwords.verify, demo.PASSWORD, account(PAUL).password_hash))[0]


def test_another_key_file_is_noticed_and_can_be_accepted(database: str) -> None:
    """Row 106."""
    assert first_start.key_is_known()
    set_site(key_mark="of another key")
    assert not first_start.key_is_known()
    assert first_start.key_is_known(accept=True)
    assert first_start.key_is_known()

"""Signing in: one sentence whatever was wrong, guessing slowed without anybody locked out, sessions that end."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from data.accounts import models as accounts
from data.accounts import passwords, rate_limit, sessions
from data.accounts.models import Account
from data.accounts.rate_limit import Throttle
from data.accounts.sessions import SignIn
from data.core.audit import AuditEntry
from data.core.errors import UserError, ValidationErrors
from data.core.system_unit_of_work import system_unit_of_work
from data.demo import PASSWORD
from data.families.models import Guardian
from data.mail.outbox import Letter
from tests.counting import hashes, statements
from tests.data.login_helpers import MAIL, WRONG, at, change, enter, lose, mailed, refusal
from tests.demo_users import CLAIRE, MARC, PAUL, account, as_, both, counts, every, last, on_sqlite, set_site, site


@on_sqlite
def test_nobody_waits_for_a_writer_to_be_seen(database: str) -> None:
    token, _ = sessions.sign_in(account(CLAIRE))
    with system_unit_of_work(writes=True) as busy:
        seen = busy.one(select(SignIn.seen_at).order_by(col(SignIn.id).desc()))
        assert seen is not None
        soon = seen + timedelta(minutes=2)
        with statements() as asked:
            assert sessions.by_token(token, now=soon, touch=True) is not None  # while the other still writes
        assert not [each for each, _ in asked if each.startswith("UPDATE")]
    assert last(SignIn).seen_at == seen
    assert sessions.by_token(token, now=soon, touch=True) is not None
    assert last(SignIn).seen_at == soon


# Connexion


@both
def test_one_sentence_whatever_was_wrong(database: str) -> None:
    """Rows 1, 4, 6, 7 and 16."""
    change(PAUL, disabled=True)
    change("nguyen.linh", password_hash="$argon2id$damaged")
    change("lemoine.helene", password_hash="")
    for login, word, code in (
        ("nobody.here", PASSWORD, "valmont"), (CLAIRE, "wrong", "valmont"), (PAUL, PASSWORD, "valmont"),
        (MARC, PASSWORD, "belrive"), (CLAIRE, PASSWORD, ""), ("aubry.claire".replace("a", "\u0430"), PASSWORD, "valmont"),
        ("' OR 1=1 --", PASSWORD, "valmont"), ("admin'/*", "' OR '1'='1", "valmont"), (CLAIRE, "x" * 1_000_000, "valmont"),
        (CLAIRE, f"{PASSWORD}\0", "valmont"), (CLAIRE, f"{PASSWORD}\n", "valmont"), ("a\0b", PASSWORD, "valmont"),
        ("\ud800", PASSWORD, "valmont"), ("x" * 10_000, PASSWORD, "valmont"), ("nguyen.linh", PASSWORD, "valmont"),
        ("lemoine.helene", "", "valmont"),
    ):  # fmt: skip
        assert refusal(login, word, code) == WRONG, login
    reasons = [entry.changes["reason"][1] for entry in every(AuditEntry, AuditEntry.action == "sign-in failed")]
    assert {"unknown", "wrong", "disabled"} == set(reasons)
    assert "nobody.here" not in str([entry.model_dump() for entry in every(AuditEntry)])


def test_spaces_case_and_width_of_the_identifier_do_not_matter(database: str) -> None:
    """Rows 3 and 5, R-14."""
    wide = "".join(chr(ord(char) + 0xFEE0) for char in CLAIRE)
    for typed in (f"  {CLAIRE.upper()} ", wide, wide.upper(), CLAIRE):
        assert enter(typed).id == account(CLAIRE).id
    for around in ("\u200b {} \u200b", "{}\0", "\0\u00a0{}", "\t{}\r\n", "Identifiant\u00a0: {}", "\u2066{}\u2069"):
        assert enter(around.format(CLAIRE.title())).id == account(CLAIRE).id, around
    assert enter("aubry. claire").id == enter("aub\u00adry.claire").id == account(CLAIRE).id
    assert enter(CLAIRE, code="belrive").id == account(CLAIRE, "belrive").id
    for good in ("abc", "a.b-c_9", "x" * 40):
        accounts.check_login(good)
    for bad in ("ab", "x" * 41, "aub ry", "\u0430ubry", "Aubry", "a\nbc", "abc\n", ""):
        with pytest.raises(UserError):
            accounts.check_login(bad)


@pytest.mark.parametrize("word", ["wrong", PASSWORD])
def test_an_unknown_identifier_costs_what_a_known_one_costs(database: str, word: str) -> None:
    """Row 1, R-15: the same questions in the same order, and one hash; time can tell nothing else."""
    set_site(demonstration=False)
    change(PAUL, disabled=True)
    change(MARC, password_expires_at=at(-1))
    passwords.verify(word, None)  # the hash that stands for nobody's is made once
    for _ in range(2):  # with counters of failures, too
        asked = {}
        for login in (CLAIRE, "nobody.here", PAUL, MARC):
            with hashes() as computed, statements() as each:
                assert refusal(login, word, now=at()) == WRONG
            assert computed == ["verify_secret"], login
            asked[login] = [statement for statement, _ in each]
        assert asked["nobody.here"] == asked[CLAIRE] == asked[PAUL] == asked[MARC]
    with hashes() as computed:
        assert refusal(CLAIRE, word, "") == WRONG
    assert computed == ["verify_secret"]


@both
def test_after_five_failures_one_waits_longer_and_longer_and_is_never_locked_out(database: str) -> None:
    """Rows 8 and 13: kept in the database, so a restart forgets nothing."""
    for _ in range(5):
        assert refusal(CLAIRE, "wrong", now=at()) == WRONG
    assert refusal(now=at(0.5)) == "Trop d’essais. Réessayez dans 1 minute ou utilisez « Mot de passe perdu »."
    assert refusal(now=at(0.9)).startswith("Trop d’essais.")
    now = 1.0
    for minutes in (2, 4, 8, 15, 15):
        assert refusal(CLAIRE, "wrong", now=at(now)) == WRONG
        assert f"dans {minutes} minutes" in refusal(now=at(now))
        now += minutes
    assert enter(now=at(now)).login == CLAIRE
    assert refusal(CLAIRE, "wrong", now=at(now)) == WRONG
    assert enter(now=at(now)).login == CLAIRE


def test_an_identifier_that_is_nobodys_is_slowed_like_another(database: str) -> None:
    for _ in range(5):
        refusal("nobody.here", "wrong", now=at())
    assert refusal("nobody.here", now=at()).startswith("Trop d’essais.")


def test_a_hundred_failures_of_others_do_not_slow_a_browser_that_was_here_before(database: str) -> None:
    """Row 9."""
    _, device = sessions.sign_in(account(CLAIRE), now=at(-60))
    for turn in range(100):
        refusal(CLAIRE, "wrong", client=f"10.0.0.{turn}", now=at(turn / 10))
    assert refusal(now=at(10)).startswith("Trop d’essais.")
    assert enter(device=device, now=at(10)).login == CLAIRE
    assert refusal(device=device[:-1] + "x", now=at(10)).startswith("Trop d’essais.")
    _, others = sessions.sign_in(account(MARC), now=at(-60))
    assert refusal(device=others, now=at(10)).startswith("Trop d’essais.")


def test_no_more_than_twenty_five_words_a_day_are_tried_from_unknown_devices(database: str) -> None:
    tried = [refusal(CLAIRE, "wrong", now=at(turn * 20)) for turn in range(30)]
    assert [text == WRONG for text in tried] == [True] * 25 + [False] * 5
    assert enter(now=at(hours=25)).login == CLAIRE


def test_two_hundred_families_behind_one_address_all_enter(database: str) -> None:
    """Row 10."""
    able = [each.login for each in every(Account, Account.role == "family") if each.password_hash and not each.disabled]
    for turn in range(200):
        enter(able[turn % len(able)], client="203.0.113.7", now=at(turn / 40))
    assert counts(Account) == [len(every(Account))]


def test_fifty_accounts_failed_from_one_address_space_its_unknown_devices(database: str) -> None:
    """Rows 11 and 12: the addresses of one IPv6 network are one client."""
    for client in ("203.0.113.7", "2001:db8:1:2::"):
        for turn in range(50):
            refusal(f"nobody.{turn}.{client[:4]}", "x", client=client + (f"{turn:x}" if ":" in client else ""),
                    now=at(turn / 4 if turn > 20 else 5))  # fmt: skip
        here, now = client + ("ffff" if ":" in client else ""), 13
        enter("famille.3001", client=here, now=at(now))
        assert refusal("famille.3002", client=here, now=at(now)).startswith("Trop d’essais depuis ce réseau.")
        assert enter("famille.3002", client=here, now=at(now, seconds=15)).login == "famille.3002"
        _, device = sessions.sign_in(account(CLAIRE), now=at())
        assert enter(device=device, client=here, now=at(now, seconds=16)).login == CLAIRE
        assert enter("famille.3003", client="198.51.100.1", now=at(now)).login == "famille.3003"
        assert enter("famille.3002", client=here, now=at(60)).login == "famille.3002"


def test_a_right_word_forgets_the_failures_and_a_better_hash_is_kept(database: str) -> None:
    change(CLAIRE, password_hash=passwords.context().using(argon2__memory_cost=2048).hash(PASSWORD))
    for _ in range(4):
        refusal(CLAIRE, "wrong", now=at())
    enter(now=at())
    assert "m=1024" in account(CLAIRE).password_hash
    assert {row.failures for row in every(Throttle)} == {0}


def test_guessing_ones_own_word_while_signed_in_is_slowed_too(database: str) -> None:
    claire = account(CLAIRE)
    for _ in range(6):
        assert asyncio.run(sessions.is_mine(claire, "", now=at())) is False  # a field left empty is no guess
    for _ in range(5):
        assert asyncio.run(sessions.is_mine(claire, "wrong", now=at())) is False
    with pytest.raises(UserError, match="Trop d’essais"):
        asyncio.run(sessions.is_mine(claire, PASSWORD, now=at()))
    assert asyncio.run(sessions.is_mine(claire, PASSWORD, now=at(2))) is True
    assert enter(now=at()).login == CLAIRE


@both
def test_of_many_guesses_at_once_no_more_are_judged_than_one_after_the_other(database: str) -> None:
    """A try counts before its hash is computed: at Connexion, for the present password, whichever process it came to."""
    claire, samir = account(CLAIRE), account("belkacem.samir")

    async def guess(count: int) -> list[object]:
        asked = [sessions.recognise(claire.site_id, CLAIRE, "wrong", now=at()) for _ in range(count)]
        mine = [sessions.is_mine(samir, "wrong", now=at()) for _ in range(count)]
        return await asyncio.gather(*asked, *mine, return_exceptions=True)

    answers = [str(each) for each in asyncio.run(guess(12))]
    assert answers.count(WRONG) == answers.count("False") == rate_limit.FREE
    assert sum(each.startswith("Trop d’essais.") for each in answers) == 2 * (12 - rate_limit.FREE)


def test_of_many_accounts_tried_at_once_from_one_network_no_more_are_judged_than_one_after_the_other(
    database: str,
) -> None:
    """Other networks do not wait behind them, nor a browser that the account knows."""
    here, flood, order = site().id, "198.51.100.9", list[str]()
    _, device = sessions.sign_in(account(CLAIRE), now=at())

    async def guess(login: str, client: str, device: str = "") -> str:
        try:
            return (await sessions.recognise(here, login, PASSWORD, client=client, device=device, now=at())).login
        except (UserError, passwords.Busy) as error:
            return str(error)
        finally:
            order.append(login)

    async def all_at_once() -> list[str]:
        many = [guess(f"somebody.{number}", flood) for number in range(45)]
        return await asyncio.gather(*many, guess(CLAIRE, flood, device), guess("belkacem.samir", "198.51.100.10"))

    *guessed, owner, elsewhere = asyncio.run(all_at_once())
    assert (guessed.count(WRONG), len({*guessed}), owner) == (rate_limit.ACCOUNTS_A_CLIENT + 2, 2, CLAIRE)
    assert max(map(order.index, (CLAIRE, elsewhere))) < 20


@both
def test_threads_that_count_at_once_count_each_other(database: str) -> None:
    """Also the first try of an identifier, whose counter nobody has made yet."""
    here, gate = site().id, threading.Barrier(8)

    def admitted(_: int) -> bool:
        gate.wait()
        with suppress(UserError), system_unit_of_work(writes=True, now=at()) as uow:
            rate_limit.admit(uow, here, "nobody.here", "", "")
            return True
        return False

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(admitted, range(8))) == rate_limit.FREE


def test_an_overload_is_not_counted_as_a_wrong_password(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    claire = account(CLAIRE)
    monkeypatch.setattr(passwords._turns, "most", 0)
    for _ in range(rate_limit.FREE + 1):
        with pytest.raises(passwords.Busy):
            enter(now=at())
        with pytest.raises(passwords.Busy):
            asyncio.run(sessions.is_mine(claire, PASSWORD, now=at()))
    monkeypatch.undo()
    assert enter(now=at()).login == CLAIRE
    assert asyncio.run(sessions.is_mine(claire, PASSWORD, now=at())) is True


# Mot de passe perdu


@both
def test_a_right_pair_gets_a_new_word_and_the_old_one_and_every_session_die(database: str) -> None:
    """Rows 20, 22 and 29."""
    token, _ = sessions.sign_in(account(CLAIRE))
    other, _ = sessions.sign_in(account(MARC))
    lose(f" {CLAIRE.upper()} ", f" {MAIL.title()} ")
    assert refusal() == WRONG
    assert sessions.by_token(token) is None
    assert sessions.by_token(other) is not None
    assert enter(MARC).login == MARC
    letter, word = last(Letter, Letter.kind == "new_password"), mailed()
    assert (letter.recipient, letter.state) == (MAIL, "waiting")
    assert word not in str(letter.model_dump())
    assert word not in str([entry.model_dump() for entry in every(AuditEntry)])
    back = enter(CLAIRE, f" {word}\u2003")
    assert back.must_change
    assert last(AuditEntry, AuditEntry.action == "new password mailed").subject_id == back.id


def test_a_wrong_pair_changes_nothing(database: str) -> None:
    """Rows 18 and 23."""
    change(PAUL, disabled=True)
    with system_unit_of_work(writes=True) as uow:
        samir = uow.get(Guardian, account("belkacem.samir").guardian_id)
        samir.email = ""
        uow.add(samir)
    before = counts(Letter, AuditEntry), [row.password_hash for row in every(Account)]
    for login, email in ((CLAIRE, "marc.aubry@example.org"), ("nobody.here", MAIL), (CLAIRE, ""), ("", MAIL), ("belkacem.samir", ""),
                         (CLAIRE, f"{MAIL}\r\nBcc: evil@example.org"), (CLAIRE, f"{MAIL},evil@example.org"), (CLAIRE, "\0"),
                         (CLAIRE, "claire.aubry+x@example.org"), (PAUL, "renard.paul@example.org"), ("a\0b", MAIL),
                         ("\ud800", "\ud800")):  # fmt: skip
        lose(login, email)
    assert (counts(Letter, AuditEntry), [row.password_hash for row in every(Account)]) == before


@both
def test_who_asks_for_a_new_word_costs_one_hash_and_a_wrong_pair_one_question(database: str) -> None:
    """R-11: nobody's identifier, a wrong address and a disabled account cannot be told apart by what they cost."""
    change(PAUL, disabled=True)
    right, wrong = (CLAIRE, MAIL), ((CLAIRE, "x@example.org"), ("nobody.here", MAIL), (PAUL, account(PAUL).email))
    asked = {}
    for pair in (*wrong, right):
        with hashes() as computed, statements() as each:
            lose(*pair, now=at())
        assert computed == ["hash_secret"], pair
        asked[pair] = [statement for statement, _ in each]
    assert len({str(asked[pair]) for pair in wrong}) == 1
    assert sum(statement.startswith("SELECT") for statement in asked[wrong[0]]) == 1
    assert last(Letter, Letter.kind == "new_password").state == "waiting"  # no mail server is waited for


def test_asked_five_times_quickly_one_letter_leaves(database: str) -> None:
    """Row 21, R-12."""
    for seconds in range(5):
        lose(now=at(seconds=seconds))
    assert len(every(Letter, Letter.kind == "new_password")) == 1
    assert len(every(AuditEntry, AuditEntry.action == "new password refused: too often")) == 1  # once in an hour
    for minutes in (6, 12, 18):
        lose(now=at(minutes))
    sent = every(Letter, Letter.kind == "new_password")
    assert [letter.state for letter in sent] == ["cancelled", "cancelled", "waiting"]
    assert [bool(letter.secret) for letter in sent] == [False, False, True]
    lose(now=at(hours=25))
    assert len(every(Letter, Letter.kind == "new_password")) == 4


def test_twenty_identifiers_an_hour_are_asked_for_from_one_client(database: str) -> None:
    for turn in range(20):
        lose(f"nobody.{turn}", "x@example.org", client="203.0.113.7", now=at())
    lose(client="203.0.113.7", now=at(1))
    assert every(Letter, Letter.kind == "new_password") == []
    lose(client="198.51.100.1", now=at(1))
    lose(MARC, "marc.aubry@example.org", client="203.0.113.7", now=at(62))
    assert len(every(Letter, Letter.kind == "new_password")) == 2


def test_the_same_identifier_and_address_in_two_sites_get_two_letters(database: str) -> None:
    """Row 28."""
    with system_unit_of_work(writes=True) as uow:
        namesake = uow.get(Guardian, account(CLAIRE, "belrive").guardian_id)
        namesake.email = MAIL
        uow.add(namesake)
    lose()
    sent = every(Letter, Letter.kind == "new_password")
    assert [letter.subject.rpartition(" – ")[2] for letter in sent] == [
        "Conservatoire de Valmont",
        "École de musique de Belrive",
    ]
    assert enter(CLAIRE, mailed(), "belrive").site_id == site("belrive").id


def test_a_mailed_word_lives_a_day_and_another_can_be_asked_for(database: str) -> None:
    """Row 24."""
    lose(now=at())
    assert enter(CLAIRE, mailed(), now=at(hours=23.9)).must_change
    assert refusal(CLAIRE, mailed(), now=at(hours=24.1)) == WRONG
    assert last(AuditEntry).changes["reason"] == ["", "expired"]
    lose(now=at(hours=24.2))
    assert enter(CLAIRE, mailed(), now=at(hours=24.3)).login == CLAIRE


def test_a_mailed_word_that_the_site_lets_keep_lasts_once_used(database: str) -> None:
    set_site(must_change_mailed_password=False)
    lose(now=at())
    assert not enter(CLAIRE, mailed(), now=at(1)).must_change
    assert enter(CLAIRE, mailed(), now=at(hours=48)).login == CLAIRE
    lose(MARC, "marc.aubry@example.org", now=at())
    assert refusal(MARC, mailed(), now=at(hours=25)) == WRONG


def test_a_new_word_by_mail_clears_the_counters_of_every_device(database: str) -> None:
    """R-16."""
    _, device = sessions.sign_in(account(CLAIRE), now=at(-60))
    for each in ("", device):
        for _ in range(6):
            refusal(CLAIRE, "wrong", device=each, now=at())
    lose(now=at())
    assert enter(CLAIRE, mailed(), now=at()).login == CLAIRE
    assert enter(CLAIRE, mailed(), device=device, now=at()).login == CLAIRE


def test_the_new_word_is_neither_the_mailed_one_nor_the_old_one_nor_about_oneself(database: str) -> None:
    """Row 26, R-5."""
    lose()
    claire = account(CLAIRE)
    with as_(CLAIRE) as uow:
        expected = accounts.personal_terms(uow, claire, site())

    def choose(new: str, again: str = "") -> dict[str, Any]:
        with pytest.raises(ValidationErrors) as invalid:
            asyncio.run(accounts.check_new_password(expected, claire, new, again or new))
        return invalid.value.faults

    assert list(choose(mailed())) == ["new"]
    for about in ("tuba pour Irina 7", "Nino et le tuba", "valmont tuba 77", f"tuba{13 - 13}Aubry tambour"):
        assert list(choose(about)) == ["new"]
    assert list(choose("un tuba vert 77", "un tuba vert 78")) == ["again"]
    hashed = asyncio.run(accounts.check_new_password(expected, claire, "un tuba vert 77", "un tuba vert 77"))
    assert passwords.verify("un tuba vert 77", hashed)[0]

"""What a good password is, how it is kept, and that hashing never holds up the rest."""

import asyncio
import os
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from data.accounts import passwords
from data.accounts.passwords import MAX_QUEUE, Busy, check_policy, entropy, make_hash, make_password, readable, verify
from data.core.errors import UserError
from tests.counting import hashes

ROOT = Path(__file__).resolve().parents[2]


def good(word: str, *, staff: bool = False, context: tuple[str, ...] = (), old: str = "") -> bool:
    try:
        check_policy(word, staff=staff, context_words=list(context), old=old)
    except UserError as raised:
        return not str(raised)
    return True


def test_a_right_word_is_recognised_whatever_its_unicode_form() -> None:
    """Row 5, R-3."""
    composed = "Été-à-Valmont-2026"
    hashed = make_hash(composed)
    assert hashed.startswith("$argon2id$")
    assert verify(unicodedata.normalize("NFD", composed), hashed) == (True, None)
    assert verify(composed + " ", hashed)[0] is False
    assert verify(f"\t {composed} ", hashed)[0] is False


def test_white_space_around_is_forgiven_to_a_temporary_word_only() -> None:
    hashed = make_hash("k7Wm3xPqRt9aZb")
    assert verify(" k7Wm3xPqRt9aZb  ", hashed, temporary=True)[0]
    assert not verify(" k7Wm3xPqRt9aZb  ", hashed)[0]
    assert not verify("   ", hashed, temporary=True)[0]


@pytest.mark.parametrize(
    "around",
    [
        "\t{}",
        "{}\r\n",
        "\u200b{}\ufeff",
        "Mot de passe : {}",
        " mot de passe\u00a0: {}",
        "Password: {}",
        "k7W m3xPqR t9aZb",
        "\ufeff\u200b Mot de passe\u202f:\u00a0{}\t",
        "mot\u00a0de\u00a0passe\uff1a{}",
        "«\u00a0{}\u00a0».",
        "“{}”",
        "Mot de passe : « {} »",
        "{}\u2060\n\n",
    ],
)
def test_what_was_copied_with_a_temporary_word_is_forgiven(around: str) -> None:
    word, hashed = around.format("k7Wm3xPqRt9aZb"), make_hash("k7Wm3xPqRt9aZb")
    assert verify(word, hashed, temporary=True)[0]
    assert not verify(word, hashed)[0]


@pytest.mark.parametrize("word", ["wrong", " wrong ", "wrong\n", "a\x85b", "\u200bwrong", "Mot de passe : wrong"])
def test_one_hash_whatever_the_account_and_whatever_is_around_the_word(word: str) -> None:
    hashed = make_hash("k7Wm3xPqRt9aZb")
    for kept, temporary in ((hashed, True), (hashed, False), (None, False)):
        with hashes() as computed:
            assert verify(word, kept, temporary=temporary) == (False, None)
        assert len(computed) == 1


def test_a_chosen_password_may_be_like_what_stands_before_one_in_a_letter() -> None:
    assert verify("Mot de passe :", make_hash("Mot de passe :"))[0]


@pytest.mark.parametrize("word", ["", "x" * 257, "x" * 1_000_000, "a\0b", "\ud800"])
def test_a_word_that_cannot_be_one_is_refused_at_once(word: str) -> None:
    """Row 6, R-2: no hash is computed, nothing breaks."""
    hashed = make_hash("x")
    with hashes() as computed:
        assert verify(word, hashed) == (False, None)
        assert verify(word, None) == (False, None)
        assert not readable(word)
        assert not good(word)
    assert computed == []


@pytest.mark.parametrize("hashed", [
    "", "x", "$argon2id$", "$argon2id$v=19$m=1024,t=1,p=4$abc", "$2b$12$abcdefghijklmnopqrstuv", "\0", "é",
    "$argon2id$v=19$m=1024,t=1,p=4$c2FsdHNhbHRzYWx0$!!!!", "$argon2id$v=99$m=1024,t=1,p=4$c2FsdHNhbHRzYWx0$aGFzaGhhc2g",
])  # fmt: skip
def test_a_damaged_hash_is_a_wrong_password(hashed: str) -> None:
    """Row 16."""
    assert verify("Anacrouse-demo-2026", hashed) == (False, None)


def test_a_hash_of_other_parameters_is_made_again() -> None:
    older = passwords.context().using(argon2__memory_cost=2048).hash("Anacrouse-demo-2026")
    right, newer = verify("Anacrouse-demo-2026", older)
    assert right
    assert newer is not None
    assert "m=1024" in newer
    assert verify("Anacrouse-demo-2026", newer) == (True, None)


def test_weak_parameters_are_refused_outside_the_tests() -> None:
    """R-1."""
    ask = "from data.core.settings import settings; settings()"
    for changed, good_start in (({}, True), ({"HASH_MEMORY_KIB": "19455"}, False), ({"HASH_ROUNDS": "1"}, False)):
        done = subprocess.run([sys.executable, "-c", ask], cwd="/", capture_output=True, text=True, check=False,
                              env={"PYTHONPATH": str(ROOT), **changed})  # fmt: skip
        assert (done.returncode == 0) is good_start
        assert good_start or "HASH_MEMORY_KIB: at least 19456" in done.stderr


def test_entropy_is_counted_as_the_cnil_counts_it() -> None:
    """R-4: twelve characters of the four classes are 80 bits by rounding."""
    assert [entropy(word) for word in ("", "123456789012", "chevaldebois", "aA1!aA1!aA1!")] == [0, 40, 56, 80]


def test_a_familys_word_may_be_simpler_than_a_staffs() -> None:
    assert good("chevaldebois")
    assert not good("chevaldebois", staff=True)
    assert good("trois chevaux et un tuba", staff=True)
    assert not good("123456789012")
    assert not good("x7Wm3xPqRt9")
    assert good("x7Wm3xPqRt9a" * 6)
    assert good("é" * 3 + "àçù ôêîûë 12")


@pytest.mark.parametrize("word", [
    "motdepasse123", "azertyuiop12", "qwertyuiop12", "abcdefghijkl", "aaaaaaaaaaaaaa", "abcabcabcabc", "password!!!!", "MotDePasse2026!",
    "Soleilsoleil", "doudoudoudou",
])  # fmt: skip
def test_common_words_are_refused(word: str) -> None:
    """R-5."""
    assert not good(word)


def test_words_about_the_person_or_the_place_are_refused() -> None:
    context = ("aubry.claire", "Claire", "Aubry", "valmont", "14031982", "Éloïse", "Li")
    for word in ("ClaireEtSonTuba7", "tuba-AUBRY-tambour", "Tuba de Valmont", "tuba14031982tuba", "eloise au tambour"):
        assert not good(word, context=context)
    assert good("le tuba du lièvre", context=context)  # « Li » is too short to mean somebody


def test_the_old_word_is_refused_in_any_form() -> None:
    old = "L’été du tambour 7"
    assert not good(unicodedata.normalize("NFD", old), old=old)


def test_made_words_are_long_mixed_and_without_look_alikes() -> None:
    """R-7."""
    made = {make_password() for _ in range(300)}
    assert len(made) == 300
    assert len(passwords.MADE_OF) == 55
    for word in made:
        assert len(word) == 14
        assert not set(word) & set("0O1lIio")
        assert good(word, staff=True)


@settings(max_examples=60)
@given(word=some.text(some.characters(), max_size=300))
def test_no_word_breaks_the_policy_or_the_check(word: str) -> None:
    assert good(word) in {True, False}
    assert verify(word, None) == (False, None)


def test_a_word_for_each_core_is_hashed_at_a_time_and_who_finds_the_queue_full_is_asked_to_come_back() -> None:
    """Row 17."""
    at_once, most, crowded = 0, 0, False

    def work() -> str:
        nonlocal at_once, most, crowded
        at_once += 1
        crowded = crowded or passwords.is_crowded()
        most = max(most, at_once)
        hashed = make_hash("Anacrouse-demo-2026")
        at_once -= 1
        return hashed

    async def a_crowd() -> tuple[list[object], int]:
        tasks, turns = [asyncio.ensure_future(passwords.off_the_loop(work)) for _ in range(MAX_QUEUE + 50)], 0
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            turns += 1
        return list(await asyncio.gather(*tasks, return_exceptions=True)), turns

    with hashes() as computed:
        answers, turns = asyncio.run(a_crowd())
    assert (crowded, passwords.is_crowded()) == (True, False)
    assert sum(isinstance(answer, Busy) for answer in answers) == 50
    assert sum(isinstance(answer, str) for answer in answers) == MAX_QUEUE
    assert most <= passwords.AT_ONCE
    assert len(computed) == MAX_QUEUE
    assert turns > 50  # the loop went round between one hash and the next
    assert asyncio.run(passwords.off_the_loop(make_hash, "x")).startswith("$argon2id$")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has its process's niceness")
def test_hashes_come_after_the_loop_when_there_are_more_of_them_than_cores() -> None:
    """The morning on which every family signs in, others go on reading."""

    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert asyncio.run(passwords.off_the_loop(niceness)) == min(niceness() + 5, 19)

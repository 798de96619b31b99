"""A signed-in browser: one row, a digest, an end."""

import pytest

from data.door import passwords, signins
from data.door.signins import KnownDevice, SignIn
from data.journal import AuditEntry
from data.post.letters import Letter
from data.visits import NotYours
from tests.cast import CLAIRE, MARC, PAUL, account, as_, both, counts, every, last
from tests.data.door import MAIL, WRONG, at, change, enter, refusal


def test_a_session_is_one_rows_and_keeps_only_a_digest(house: str) -> None:
    """Rows 15 and 38, R-20, R-23."""
    planted, device = signins.sign_in(account(CLAIRE), label="Firefox sur Android")
    token, again = signins.sign_in(account(CLAIRE), old_token=planted, device=device)
    assert again == device
    assert signins.by_token(planted) is None
    who, *_ = signins.by_token(token) or (None,)
    assert who is not None
    assert who.login == CLAIRE
    kept = str([row.model_dump() for table in (SignIn, KnownDevice, AuditEntry) for row in every(table)])
    assert token not in kept
    assert device not in kept
    for wrong in ("", "x", token[:-1], token + "x", "x" * 8192, "\0" * 43, "é" * 43, token.swapcase()):
        assert signins.by_token(wrong) is None


def test_a_session_ends_when_idle_or_old_and_pings_do_not_keep_it(house: str) -> None:
    """Rows 33, 34 and 40, R-22."""
    token, _ = signins.sign_in(account(CLAIRE), now=at())
    assert signins.by_token(token, now=at(30))
    assert signins.by_token(token, now=at(31)) is None
    assert signins.by_token(token, now=at(-60)) is None
    for turn in range(1, 25):
        assert signins.by_token(token, now=at(turn * 29), touch=True)
    assert signins.by_token(token, now=at(12 * 60 + 1), touch=True) is None
    staff, _ = signins.sign_in(account(PAUL), now=at())
    for turn in range(1, 21):
        assert signins.by_token(staff, now=at(turn * 29), touch=True)
    assert signins.by_token(staff, now=at(10 * 60 + 1)) is None


def test_a_disabled_account_is_out_at_once_and_signing_out_ends_the_row(house: str) -> None:
    token, _ = signins.sign_in(account(CLAIRE))
    change(CLAIRE, disabled=True)
    assert signins.by_token(token) is None
    change(CLAIRE, disabled=False)
    signins.sign_out(token)
    signins.sign_out(token)
    signins.sign_out("unknown")
    assert signins.by_token(token) is None
    assert len(every(AuditEntry, AuditEntry.action == "signed out")) == 1


def test_the_eleventh_session_closes_the_oldest(house: str) -> None:
    """R-24."""
    tokens = [signins.sign_in(account(CLAIRE), now=at(turn))[0] for turn in range(12)]
    alive = [signins.by_token(token, now=at(12)) is not None for token in tokens]
    assert alive == [False, False] + [True] * 10
    with as_(CLAIRE) as v:
        assert len(signins.mine(v)) == 10


@both
def test_a_new_password_closes_the_other_sessions_and_renews_this_one(house: str) -> None:
    """Row 35, R-6."""
    here, _ = signins.sign_in(account(CLAIRE))
    there, _ = signins.sign_in(account(CLAIRE))
    found = signins.by_token(here)
    assert found is not None
    with as_(CLAIRE, writes=True) as v:
        fresh = signins.change_password(v, found[1].id, passwords.make_hash("un tuba vert 77"))
    assert signins.by_token(here) is None
    assert signins.by_token(there) is None
    assert signins.by_token(fresh) is not None
    assert refusal() == WRONG
    assert enter(CLAIRE, "un tuba vert 77").login == CLAIRE
    letter = last(Letter)
    assert (letter.kind, letter.recipient, letter.secret) == ("password_changed", MAIL, "")


def test_one_closes_ones_own_sessions_only(house: str) -> None:
    token, _ = signins.sign_in(account(CLAIRE))
    other, _ = signins.sign_in(account(MARC))
    ours, theirs = signins.by_token(token), signins.by_token(other)
    assert ours is not None
    assert theirs is not None
    with pytest.raises(NotYours), as_(CLAIRE, writes=True) as v:
        signins.close_mine(v, theirs[1].id)
    with pytest.raises(NotYours), as_(PAUL, writes=True) as v:
        signins.close_mine(v, ours[1].id)
    with as_(CLAIRE, writes=True) as v:
        signins.close_mine(v, ours[1].id)
    assert signins.by_token(token) is None
    assert signins.by_token(other) is not None


def test_staff_hear_of_a_new_device_and_only_then(house: str) -> None:
    _, device = signins.sign_in(account(PAUL), label="Firefox")
    assert (last(Letter).kind, last(Letter).recipient) == ("staff_signed_in", "renard.paul@example.org")
    before = counts(Letter)
    signins.sign_in(account(PAUL), device=device)
    signins.sign_in(account(CLAIRE))
    assert counts(Letter) == before

"""A signed-in browser: one row, a digest, an end."""

import pytest

from data.accounts import passwords, rate_limit, sessions
from data.accounts.rate_limit import Throttle
from data.accounts.sessions import KnownDevice, SignIn
from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.mail.outbox import Letter
from tests.data.login_helpers import MAIL, WRONG, at, change, enter, refusal
from tests.demo_users import CLAIRE, MARC, PAUL, account, as_, both, counts, every, last, set_site


def test_a_session_is_one_rows_and_keeps_only_a_digest(database: str) -> None:
    """Rows 15 and 38, R-20, R-23."""
    planted, device = sessions.sign_in(account(CLAIRE), label="Firefox sur Android")
    token, again = sessions.sign_in(account(CLAIRE), old_token=planted, device=device)
    assert again == device
    assert sessions.by_token(planted) is None
    who, *_ = sessions.by_token(token) or (None,)
    assert who is not None
    assert who.login == CLAIRE
    stored = str([row.model_dump() for table in (SignIn, KnownDevice, AuditEntry) for row in every(table)])
    assert token not in stored
    assert device not in stored
    for wrong in ("", "x", token[:-1], token + "x", "x" * 8192, "\0" * 43, "é" * 43, token.swapcase()):
        assert sessions.by_token(wrong) is None


def test_a_session_ends_when_idle_or_old_and_pings_do_not_keep_it(database: str) -> None:
    """Rows 33, 34 and 40, R-22."""
    token, _ = sessions.sign_in(account(CLAIRE), now=at())
    assert sessions.by_token(token, now=at(30))
    assert sessions.by_token(token, now=at(31)) is None
    assert sessions.by_token(token, now=at(-60)) is None
    for turn in range(1, 25):
        assert sessions.by_token(token, now=at(turn * 29), touch=True)
    assert sessions.by_token(token, now=at(12 * 60 + 1), touch=True) is None
    staff, _ = sessions.sign_in(account(PAUL), now=at())
    for turn in range(1, 21):
        assert sessions.by_token(staff, now=at(turn * 29), touch=True)
    assert sessions.by_token(staff, now=at(10 * 60 + 1)) is None


def test_a_disabled_account_is_out_at_once_and_signing_out_ends_the_row(database: str) -> None:
    token, _ = sessions.sign_in(account(CLAIRE))
    change(CLAIRE, disabled=True)
    assert sessions.by_token(token) is None
    change(CLAIRE, disabled=False)
    sessions.sign_out(token)
    sessions.sign_out(token)
    sessions.sign_out("unknown")
    assert sessions.by_token(token) is None
    assert len(every(AuditEntry, AuditEntry.action == "signed out")) == 1


def test_the_eleventh_session_closes_the_oldest(database: str) -> None:
    """R-24."""
    tokens = [sessions.sign_in(account(CLAIRE), now=at(turn))[0] for turn in range(12)]
    alive = [sessions.by_token(token, now=at(12)) is not None for token in tokens]
    assert alive == [False, False] + [True] * 10
    with as_(CLAIRE) as uow:
        assert len(sessions.mine(uow)) == 10


@both
def test_a_right_password_used_without_end_waits_and_fills_nothing(database: str) -> None:
    """Each sign-in leaves a session, a line of the journal and, of the staff, a letter."""
    word = "chant du matin clair"
    change(CLAIRE, password_hash=passwords.make_hash(word))
    set_site(demonstration=False)
    for minute in range(rate_limit.SIGN_INS_AN_HOUR):
        sessions.sign_in(enter(CLAIRE, word, now=at(minute / 2)), now=at(minute / 2))
    before = counts(SignIn, KnownDevice, Letter)
    assert "Réessayez dans 30 minutes" in refusal(CLAIRE, word, now=at(30))
    assert "Réessayez dans 30 minutes" in refusal(CLAIRE, word, now=at(30))
    assert refusal(CLAIRE, "autre chose", now=at(30)) == WRONG
    assert counts(SignIn, KnownDevice, Letter) == before
    assert enter(CLAIRE, word, now=at(61)).login == CLAIRE
    sessions.forget_failures(account(CLAIRE))  # as a new password by mail does: the owner comes in
    assert all(row.checks == 0 for row in every(Throttle))


@both
def test_a_new_password_closes_the_other_sessions_and_renews_this_one(database: str) -> None:
    """Row 35, R-6."""
    here, _ = sessions.sign_in(account(CLAIRE))
    there, _ = sessions.sign_in(account(CLAIRE))
    found = sessions.by_token(here)
    assert found is not None
    with as_(CLAIRE, writes=True) as uow:
        fresh = sessions.change_password(uow, found[1].id, passwords.make_hash("un tuba vert 77"))
    assert sessions.by_token(here) is None
    assert sessions.by_token(there) is None
    assert sessions.by_token(fresh) is not None
    assert refusal() == WRONG
    assert enter(CLAIRE, "un tuba vert 77").login == CLAIRE
    letter = last(Letter)
    assert (letter.kind, letter.recipient, letter.secret) == ("password_changed", MAIL, "")


def test_one_closes_ones_own_sessions_only(database: str) -> None:
    token, _ = sessions.sign_in(account(CLAIRE))
    other, _ = sessions.sign_in(account(MARC))
    ours, theirs = sessions.by_token(token), sessions.by_token(other)
    assert ours is not None
    assert theirs is not None
    with pytest.raises(NotFound), as_(CLAIRE, writes=True) as uow:
        sessions.close_mine(uow, theirs[1].id)
    with pytest.raises(NotFound), as_(PAUL, writes=True) as uow:
        sessions.close_mine(uow, ours[1].id)
    with as_(CLAIRE, writes=True) as uow:
        sessions.close_mine(uow, ours[1].id)
    assert sessions.by_token(token) is None
    assert sessions.by_token(other) is not None


def test_staff_hear_of_a_new_device_and_only_then(database: str) -> None:
    _, device = sessions.sign_in(account(PAUL), label="Firefox")
    assert (last(Letter).kind, last(Letter).recipient) == ("staff_signed_in", "renard.paul@example.org")
    before = counts(Letter)
    sessions.sign_in(account(PAUL), device=device)
    sessions.sign_in(account(CLAIRE))
    assert counts(Letter) == before

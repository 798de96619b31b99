"""The second factor: each code once, one step of grace, recovery codes, nobody in before it, a way out for a lost telephone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from data.access_grants import first_start, staff_accounts
from data.accounts import rate_limit, sessions, two_factor, two_factor_login
from data.accounts.two_factor import SecondFactor
from data.core.audit import AuditEntry
from data.core.errors import ErrorCode, UserError
from data.mail.outbox import Letter
from tests.demo_users import HELENE, PAUL, account, as_, both, every, last, set_site

NOW = datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)


def set_up(login: str = PAUL) -> tuple[str, list[str]]:
    """The secret on the telephone and the recovery codes; the code of NOW is spent."""
    who = account(login)
    drafted = two_factor.draft(who)
    secret = two_factor.secret_of(who, drafted)
    with as_(login, now=NOW) as uow:
        return secret, two_factor.set_up(uow, who, drafted, pyotp.TOTP(secret).at(NOW))


def passes(code: str, at: datetime = NOW, login: str = PAUL) -> bool:
    with as_(login, now=at) as uow:
        return two_factor.passes(uow, account(login), code)


@both
def test_each_code_counts_once_and_one_step_is_forgiven(database: str) -> None:
    secret, _ = set_up()
    totp = pyotp.TOTP(secret)
    assert not passes(totp.at(NOW))
    assert passes(totp.at(NOW + timedelta(seconds=30)))
    assert not passes(totp.at(NOW + timedelta(seconds=30)))
    assert not passes(totp.at(NOW + timedelta(seconds=90)))
    assert passes(totp.at(NOW + timedelta(seconds=60)), NOW + timedelta(seconds=90))
    assert not passes(totp.at(NOW - timedelta(seconds=30)), NOW)
    for odd in ("", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "x" * 10_000):
        assert not passes(odd)


def test_a_recovery_code_counts_once_however_it_is_typed(database: str) -> None:
    _, codes = set_up()
    assert len(set(codes)) == 10
    assert passes(f" {codes[0][:5].upper()}-{codes[0][5:]} ")
    assert not passes(codes[0])
    assert passes(codes[1])
    assert len(last(SecondFactor).recovery) == 8
    assert not any(code in str(last(SecondFactor).model_dump()) for code in codes)
    assert every(AuditEntry, AuditEntry.action == "recovery code used")


def test_the_secret_is_sealed_and_a_letter_tells(database: str) -> None:
    secret, _ = set_up()
    assert secret not in str(last(SecondFactor).model_dump())
    assert last(Letter).kind == "second_factor_on"


def test_the_same_form_sent_twice_gives_the_same_codes(database: str) -> None:
    who = account(PAUL)
    drafted = two_factor.draft(who)
    code = pyotp.TOTP(two_factor.secret_of(who, drafted)).at(NOW)
    answers = []
    for _ in range(2):
        with as_(PAUL, now=NOW) as uow:
            answers.append(two_factor.set_up(uow, who, drafted, code))
    assert answers[0] == answers[1]
    with pytest.raises(UserError), as_(PAUL, now=NOW) as uow:
        two_factor.set_up(uow, who, two_factor.draft(who), code)
    with pytest.raises(UserError):
        two_factor.secret_of(account(HELENE), drafted)


def test_nobody_is_in_before_the_code_and_guessing_is_slowed(database: str) -> None:
    secret, _ = set_up()
    step, totp = two_factor_login.second_step(account(PAUL)), pyotp.TOTP(secret)
    assert two_factor_login.second_step(account(HELENE)) == ""
    later = NOW + timedelta(minutes=1)
    wrong = str((int(totp.at(later)) + 1) % 1_000_000).zfill(6)
    for _ in range(5):
        with pytest.raises(UserError) as raised:
            two_factor_login.pass_second_step(step, wrong, now=later)
        assert raised.value.code == ErrorCode.WRONG_CODE
    with pytest.raises(UserError) as raised:
        two_factor_login.pass_second_step(step, totp.at(later), now=later)
    assert raised.value.code == ErrorCode.TOO_MANY_ATTEMPTS
    after = later + timedelta(minutes=20)
    found = two_factor_login.pass_second_step(step, totp.at(after), now=after)
    assert found is not None
    assert found.id == account(PAUL).id
    for forged in ("", "x", step[:-4] + "AAAA"):
        assert two_factor_login.pass_second_step(forged, totp.at(after), now=after) is None


@both
def test_of_many_codes_at_once_five_are_judged(database: str) -> None:
    _, codes = set_up()
    later, gate = NOW + timedelta(minutes=1), threading.Barrier(8)
    step = two_factor_login.second_step(account(PAUL))

    def judged(number: int) -> bool:
        gate.wait()
        with pytest.raises(UserError) as raised:
            two_factor_login.pass_second_step(step, "a-code" if number % 2 else codes[0][::-1], now=later)
        return raised.value.code == ErrorCode.WRONG_CODE

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(judged, range(8))) == rate_limit.FREE


def test_a_manager_is_led_to_set_it_up_where_the_site_asks(database: str) -> None:
    set_site(second_factor_required=True)
    token, _ = sessions.sign_in(account(HELENE))
    found = sessions.by_token(token)
    assert found is not None
    assert found[1].sets_factor
    token, _ = sessions.sign_in(account(PAUL))
    assert not sessions.by_token(token)[1].sets_factor  # type: ignore[index]
    secret, _ = set_up(HELENE)
    token, _ = sessions.sign_in(account(HELENE))
    assert not sessions.by_token(token)[1].sets_factor  # type: ignore[index]
    with pytest.raises(UserError), as_(HELENE, now=NOW + timedelta(minutes=1)) as uow:
        two_factor.remove(uow, account(HELENE), pyotp.TOTP(secret).at(NOW + timedelta(minutes=1)))


@pytest.mark.parametrize("by", ["colleague", "operator"])
def test_a_lost_telephone_is_reset_and_its_sessions_end(database: str, by: str) -> None:
    set_up()
    token, _ = sessions.sign_in(account(PAUL))
    if by == "operator":
        assert first_start.reset_factor("valmont", PAUL)
    else:
        with as_(HELENE) as uow:
            staff_accounts.reset_factor(uow, account(PAUL).id)
    assert every(SecondFactor) == []
    assert sessions.by_token(token) is None
    assert last(Letter).kind == "second_factor_off"

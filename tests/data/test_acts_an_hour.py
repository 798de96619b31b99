"""What a family does without end fills neither journal nor outbox: sixty acts of an account in an hour, whatever they are (R-29)."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from data.accounts import models as accounts
from data.accounts import sessions
from data.accounts.models import Account
from data.accounts.sessions import KnownDevice
from data.change_requests import submission as change_requests
from data.change_requests.bounds import MOST_ADDRESSES
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import audit, formats
from data.core.audit import OF_THEIR_OWN, Action, AuditEntry
from data.core.errors import UserError, ValidationErrors
from data.core.settings import Settings
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Letter
from data.schooling import absences, calendar_feed, lesson_letters
from data.schooling.absences import AbsenceNotice
from tests.conftest import move_to
from tests.data.payment_helpers import bill
from tests.data.payment_helpers import start as pay
from tests.demo_users import (
    CLAIRE,
    MARC,
    SAMIR,
    account,
    as_,
    both,
    counts,
    every,
    guardian,
    later,
    pupil,
    site,
)

ROWS: tuple[type[SQLModel], ...] = (AuditEntry, Letter, ChangeRequest, FieldChange, AbsenceNotice)


@pytest.fixture(autouse=True)
def _as_delivered(database: str) -> None:
    move_to(DATABASE_URL=database, ACTS_AN_HOUR=f"{Settings.model_fields['acts_an_hour'].default}")


def did(actions: Iterable[Action], login: str = CLAIRE, **when: float) -> None:
    """As one unit of work, which its own entries do not stop."""
    with as_(login, now=later(**when)) as uow:
        for action in actions:
            audit.note(uow, action)


def save(uow: UnitOfWork) -> object:
    return change_requests.propose(uow, guardian(uow), {"phone_work": "03 82 00 00 01"})


def begin_with_a_photo(uow: UnitOfWork) -> object:
    return change_requests.may_propose(uow, pupil(uow, "Irina"))


def stay_away(uow: UnitOfWork) -> object:
    day = uow.today + timedelta(days=9)
    return absences.announce(uow, pupil(uow, "Irina"), first_day=day, last_day=day, reason="Maladie", comment="")


@both
def test_the_sixty_first_act_of_an_hour_is_not_done_and_says_when_it_may_be(database: str) -> None:
    did([Action.CHANGE_SAVED] * 30, minutes=-40)
    did([Action.AGENDA_RENEWED] * 30 + [Action.MESSAGE_SENT, Action.SIGNED_OUT, Action.PASSWORD_CHANGED] * 9)
    before, again = counts(*ROWS), later(minutes=21).astimezone(site().zone)
    for act in (save, begin_with_a_photo, stay_away, calendar_feed.renew):
        with (
            pytest.raises(UserError, match="60 enregistrements ou envois depuis une heure") as refused,
            as_(CLAIRE) as uow,
        ):
            act(uow)
    assert f"partir de {formats.clock(again.time(), 'fr')} ; ce que vous avez saisi" in str(refused.value)
    assert counts(*ROWS) == before
    with as_(MARC) as uow:
        save(uow)  # the other adult's acts are another account's
    for act in (save, begin_with_a_photo, stay_away, calendar_feed.renew):
        with as_(CLAIRE, now=later(minutes=21)) as uow:
            act(uow)


def test_what_ends_or_guards_never_waits_for_other_acts(database: str) -> None:
    with as_(CLAIRE) as uow:
        save(uow)
        calendar_feed.renew(uow)
    did([Action.CHANGE_SAVED] * 60)
    with as_(CLAIRE) as uow:
        change_requests.withdraw(uow, guardian(uow))
        calendar_feed.close(uow)
        accounts.set_password(uow, uow.get(Account, uow.account_id), "hash")
        lesson_letters.choose(uow, False)
    did([Action.LESSON_LETTERS_CHOSEN] * OF_THEIR_OWN[Action.LESSON_LETTERS_CHOSEN])
    with pytest.raises(UserError, match="20 enregistrements"), as_(CLAIRE) as uow:
        lesson_letters.choose(uow, True)
    did([Action.PASSWORD_CHANGED] * OF_THEIR_OWN[Action.PASSWORD_CHANGED])
    with pytest.raises(UserError, match="changé 10 fois de mot de passe"), as_(CLAIRE) as uow:
        accounts.set_password(uow, uow.get(Account, uow.account_id), "hash")


def test_a_payment_begun_without_end_is_bounded_too(database: str) -> None:
    move_to(DATABASE_URL=database, DEMO="1")  # where the simulator plays the bank
    number = bill(5_000)
    did([Action.ONLINE_PAYMENT_STARTED] * 60, SAMIR)
    with pytest.raises(UserError, match="60 enregistrements"):
        pay(ids=[number])


def test_six_addresses_are_written_to_in_a_day(database: str) -> None:
    """Each proposed address gets a letter, whoever's it is."""
    for turn in range(MOST_ADDRESSES):
        with as_(CLAIRE) as uow:
            change_requests.propose(uow, guardian(uow), {"email": f"a{turn}@example.org"})
    with pytest.raises(ValidationErrors) as refused, as_(CLAIRE) as uow:
        change_requests.propose(uow, guardian(uow), {"phone_work": "03 82 00 00 01", "email": "a@example.org"})
    assert "6 adresses en un jour" in str(refused.value.faults["email"])
    with as_(CLAIRE) as uow:  # what waits already, sent with the rest, is written to no more
        change_requests.propose(uow, guardian(uow), {"phone_work": "03 82 00 00 01", "email": f"a{turn}@example.org"})
    with as_(CLAIRE, now=later(days=1, minutes=1)) as uow:
        change_requests.propose(uow, guardian(uow), {"email": "a@example.org"})


def test_ignored_fields_of_a_record_are_noted_once_an_hour(database: str) -> None:
    for _ in range(3):
        with as_(CLAIRE) as uow:
            change_requests.propose(uow, guardian(uow), {"rank": "9"})
    assert len(every(AuditEntry, AuditEntry.action == Action.FIELDS_IGNORED)) == 1


def test_an_account_knows_its_last_fifty_devices(database: str) -> None:
    of = account(CLAIRE)
    with system_unit_of_work(writes=True) as uow:
        for n in range(sessions.MAX_DEVICES + 2):
            own = {"site_id": of.site_id, "family_id": of.family_id, "account_id": of.id}
            uow.add(KnownDevice(**own, token_hash=f"{n:064}", seen_at=later(days=-1, minutes=n)))
    _, device = sessions.sign_in(of)
    known = {each.token_hash for each in every(KnownDevice, KnownDevice.account_id == of.id)}
    assert known == {f"{n:064}" for n in range(3, sessions.MAX_DEVICES + 2)} | {sessions.digest(device)}

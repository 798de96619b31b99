"""« Voir comme la famille »: a quarter of an hour, of a family of the site, that only reads, and that the journal tells."""

import pytest
from sqlmodel import select

from data.access_grants import impersonation
from data.accounts import sessions
from data.accounts.sessions import SignIn
from data.change_requests import submission as change_requests
from data.core.audit import AuditEntry
from data.core.errors import NotFound
from data.core.scope import ReadOnlyViolation
from data.core.unit_of_work import unit_of_work
from data.families import models as families
from data.families.models import Guardian
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, every, guardian, last, later


def session_of(login: str, code: str = "valmont") -> tuple[str, SignIn]:
    token, _ = sessions.sign_in(account(login, code))
    return token, last(SignIn)


def begin(login: str = PAUL) -> tuple[str, SignIn]:
    token, signin = session_of(login)
    with as_(login) as uow:
        impersonation.begin(uow, signin.id, families.by_number(uow, 1042), account(CLAIRE).id)
    return token, last(SignIn)


def test_it_lasts_a_quarter_of_an_hour_and_the_session_stays_the_staffs(database: str) -> None:
    token, signin = begin()
    who, row, _ = sessions.by_token(token) or pytest.fail("signed out")
    assert (who.login, row.viewing_account_id) == (PAUL, account(CLAIRE).id)
    seen = impersonation.viewed(who, row)
    assert seen is not None
    assert seen.login == CLAIRE
    assert impersonation.viewed(who, row, now=later(minutes=14)) is not None
    assert impersonation.viewed(who, row, now=later(minutes=16)) is None
    assert [(entry.actor, entry.family_id) for entry in every(AuditEntry, AuditEntry.action == "viewed as family")] == [
        ("Paul Renard", account(CLAIRE).family_id)
    ]
    with as_(PAUL) as uow:
        assert impersonation.end(uow, signin.id) == 1042
        assert impersonation.end(uow, signin.id) is None
    assert last(SignIn).viewing_account_id is None
    assert last(AuditEntry).action == "viewing ended"


def test_nobody_looks_as_who_is_not_a_family_of_the_site(database: str) -> None:
    _, signin = session_of(PAUL)
    with as_(PAUL) as uow:
        claires = families.by_number(uow, 1042)
        for other in (account(HELENE), account(PAUL), account("belkacem.samir"), account(CLAIRE, "belrive")):
            with pytest.raises(NotFound):
                impersonation.begin(uow, signin.id, claires, other.id)
    _, colleagues = session_of(HELENE)
    with as_(PAUL) as uow:
        for act in (
            lambda: impersonation.begin(uow, colleagues.id, claires, account(CLAIRE).id),
            lambda: impersonation.end(uow, colleagues.id),
        ):
            with pytest.raises(NotFound):
                act()
    _, own = session_of(CLAIRE)
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        impersonation.begin(uow, own.id, claires, account("belkacem.samir").id)
    assert every(SignIn, SignIn.viewing_account_id != None) == []  # noqa: E711


def test_a_family_that_would_hold_such_a_mark_looks_as_nobody(database: str) -> None:
    _, signin = session_of(CLAIRE)
    signin.viewing_account_id, signin.viewing_until = account("belkacem.samir").id, later(minutes=5)
    assert impersonation.viewed(account(CLAIRE), signin) is None
    _, staffs = session_of("petit.jean", "belrive")
    staffs.viewing_account_id, staffs.viewing_until = account(CLAIRE).id, later(minutes=5)
    assert impersonation.viewed(account("petit.jean", "belrive"), staffs) is None


def test_the_unit_of_work_is_the_familys_and_only_reads(database: str) -> None:
    with unit_of_work(account(CLAIRE)) as uow:
        assert not uow.is_staff
        assert [each.first_name for each in uow.all(select(Guardian))] == ["Claire"]
        with pytest.raises(ReadOnlyViolation):
            uow.get(Guardian, guardian(uow).id, lock=True)
        with pytest.raises(ReadOnlyViolation):
            change_requests.propose(uow, guardian(uow), {"phone_mobile": "06 12 34 56 78"})

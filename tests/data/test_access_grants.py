"""Accounts are created, told about once, blocked and opened again; many are told by one press, whatever is interrupted."""

import asyncio
import io
from collections.abc import Sequence
from datetime import timedelta

import pytest
from pypdf import PdfReader

from data.access_grants import batches as access_batches
from data.access_grants import grants as access_grants
from data.access_grants.batches import AccessBatch, AccessItem
from data.accounts import rate_limit, sessions
from data.accounts.models import Account
from data.accounts.sessions import SignIn, sign_in
from data.core import sites
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError, ValidationErrors
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.directory import search as family_search
from data.families import models as families
from data.families.models import Guardian
from data.mail import letterhead, outbox
from data.mail.outbox import Letter
from data.pdf import access_letters
from data.privacy import retention
from tests.conftest import stored_path
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, last, later

TO_INFORM = ("famille.3018", "famille.3019", "bailly.olivier")


def adult(uow: UnitOfWork, number: int) -> Guardian:
    return families.of_family(uow, families.by_number(uow, number).id)[0][0]


def send(login: str, **options: int) -> Account:
    new = access_grants.make_password_now()
    with as_(PAUL) as uow:
        return access_grants.mail(uow, account(login).id, new, **options)


def text_of(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


@both
def test_an_account_is_created_with_an_identifier_that_is_free(database: str) -> None:
    with as_(PAUL) as uow:
        one = adult(uow, 3021)
        assert access_grants.propose_login(uow, one) == "yilmaz.diane"
        for odd in ("", "ab", "é" * 5, "a b c", "x" * 41, "aubry.claire", "\u0420\u0410\u041d\u041e"):
            with pytest.raises(ValidationErrors) as invalid:
                access_grants.create(uow, one, odd)
            assert list(invalid.value.faults) == ["login"]
        made = access_grants.create(uow, one, " Yilmaz.DIANE ")
        assert (made.login, made.password_hash, made.role) == ("yilmaz.diane", "", "family")
        assert access_grants.create(uow, one, "autre.chose").id == made.id  # a second press
        namesake = Guardian(site_id=one.site_id, family_id=one.family_id, first_name="Diane", last_name="Yilmaz")
        assert access_grants.propose_login(uow, uow.add(namesake)) == "yilmaz.diane2"
        odd_name = Guardian(
            site_id=one.site_id, family_id=one.family_id, first_name="Łukasz", last_name="O’Brien-Ñandú"
        )
        login = access_grants.propose_login(uow, uow.add(odd_name))
        assert access_grants.create(uow, odd_name, login).login == login


@both
def test_accounts_are_made_at_once_for_all_who_have_none_each_under_a_free_identifier(database: str) -> None:
    with as_(PAUL) as uow:
        one = adult(uow, 3021)
        for first_name in ("Diane", "Nils"):
            uow.add(
                Guardian(
                    site_id=one.site_id, family_id=one.family_id, rank=3, first_name=first_name, last_name="Yilmaz"
                )
            )
        before, lacking = len(every(Account)), access_grants.without_account(uow, [one.family_id])
    assert access_batches.create_accounts(lambda **how: as_(PAUL, **{"writes": False, **how}), [one.family_id]) == 3
    made = every(Account)[before:]
    assert sorted(each.login for each in made) == ["yilmaz.diane", "yilmaz.diane2", "yilmaz.nils"]
    assert sorted(each.guardian_id for each in made) == sorted(lacking)
    assert all((each.role, each.password_hash, each.access_sent_at) == ("family", "", None) for each in made)
    assert len(every(AuditEntry, AuditEntry.action == "account created")) >= 3
    with as_(PAUL) as uow:
        assert access_grants.without_account(uow, [one.family_id]) == []
        assert access_grants.create_some(uow, lacking) == 0  # a second press
    with as_("petit.jean", "belrive") as uow:
        assert access_grants.create_some(uow, lacking) == 0
        assert not set(access_grants.without_account(uow)) & set(lacking)


@both
def test_nobody_comes_in_before_being_notified_and_the_mailed_password_opens_for_seven_days(database: str) -> None:
    who = account("famille.3018")
    with pytest.raises(UserError):
        asyncio.run(sessions.recognise(who.site_id, who.login, ""))
    shown = send(who.login)
    letter = last(Letter)
    assert (letter.kind, letter.recipient, shown.must_change) == ("access_sent", "famille.3018@example.org", True)
    word = outbox.decrypt(letter.secret)
    assert word not in str(every(AuditEntry)) + str(letter.blocks)
    found = asyncio.run(sessions.recognise(who.site_id, who.login, word, now=later(days=6)))
    assert found.id == who.id
    with pytest.raises(UserError):
        asyncio.run(sessions.recognise(who.site_id, who.login, word, now=later(days=8)))


def test_a_reset_ends_the_old_password_and_every_session_and_a_second_press_is_the_first(database: str) -> None:
    sign_in(account(CLAIRE))
    send(CLAIRE)
    send(CLAIRE)
    mailed = every(Letter, Letter.account_id == account(CLAIRE).id, Letter.kind == "access_renewed")
    assert [letter.state for letter in mailed] == ["waiting"]
    assert all(row.ended_at for row in every(SignIn, SignIn.account_id == account(CLAIRE).id))
    with pytest.raises(UserError):
        asyncio.run(sessions.recognise(account(CLAIRE).site_id, CLAIRE, "Anacrouse-demo-2026"))


def test_blocking_puts_out_at_once_and_unblocking_ends_the_waits(database: str) -> None:
    sign_in(account(CLAIRE))
    with as_(PAUL) as uow:
        access_grants.block(uow, account(CLAIRE).id)
    assert all(row.ended_at for row in every(SignIn, SignIn.account_id == account(CLAIRE).id))
    with pytest.raises(UserError):
        send(CLAIRE)
    with system_unit_of_work(writes=True) as uow:
        for _ in range(rate_limit.FREE):
            rate_limit.admit(uow, account(CLAIRE).site_id, CLAIRE, "", "")
    with as_(PAUL) as uow:
        opened = access_grants.unblock(uow, account(CLAIRE).id)
    sessions.forget_failures(opened)
    word = "Anacrouse-demo-2026"
    assert asyncio.run(sessions.recognise(opened.site_id, CLAIRE, word)).id == opened.id


def test_a_session_of_a_family_is_closed_and_none_of_the_staff(database: str) -> None:
    sign_in(account(CLAIRE))
    sign_in(account(HELENE))
    theirs, staffs = (every(SignIn, SignIn.account_id == account(login).id)[-1] for login in (CLAIRE, HELENE))
    with as_(PAUL) as uow:
        assert [row.id for row in access_grants.sessions(uow, [account(CLAIRE).id])[account(CLAIRE).id]] == [theirs.id]
        access_grants.close_session(uow, theirs.id)
        for act in (
            lambda: access_grants.close_session(uow, staffs.id),
            lambda: access_grants.block(uow, account(HELENE).id),
            lambda: access_grants.mail(uow, account(HELENE).id, access_grants.make_password_now()),
        ):
            with pytest.raises(NotFound):
                act()
    assert every(SignIn, SignIn.id == theirs.id)[0].ended_at


def test_the_letter_says_how_to_come_in_and_no_password(database: str) -> None:
    with as_(PAUL) as uow:
        found = access_grants.letters_for(uow, [account(CLAIRE).id])
        portal = access_letters.Portal(
            letterhead.letterhead_of(sites.here(uow)), "https://portail.example.org", uow.today
        )
    [page] = text_of(access_letters.write(portal, [letter for _, letter in found]))
    for word in (
        "Mme Claire Aubry",
        "3 place du Marché",
        "aubry.claire",
        "https://portail.example.org",
        "aucun mot de passe",
    ):
        assert word in page
    assert "Mot de passe perdu" in page


def test_a_hidden_address_stands_on_no_letter_of_the_secretariat(database: str) -> None:
    with as_(HELENE) as uow:
        row = uow.get(Guardian, account(CLAIRE).guardian_id)
        row.contact_hidden = True
        uow.add(row)
    for login, there in ((PAUL, False), (HELENE, True)):
        with as_(login, writes=False) as uow:
            [(_, letter)] = access_grants.letters_for(uow, [account(CLAIRE).id])
            assert ("3 place du Marché" in letter.address) == there


def batch_of(how: str, ids: Sequence[int] | None = None, login: str = PAUL) -> int:
    with as_(login) as uow:
        return access_batches.start(uow, how, ids).id


@both
def test_letters_for_all_are_one_pdf_and_a_second_press_is_the_first(database: str) -> None:
    """Row 86, on paper."""
    batch_id = batch_of("letter")
    assert batch_of("letter", login=HELENE) == batch_id
    assert access_batches.waiting() == [batch_id]
    access_batches.work(batch_id)
    access_batches.work(batch_id)
    [batch] = every(AccessBatch)
    assert (batch.state, batch.done, batch.total, batch.skipped) == ("done", 3, 3, 0)
    with as_(PAUL) as uow:
        pages = text_of(access_batches.content_of(uow, batch_id))
        assert access_batches.to_inform(uow) == (0, 0)
    assert all(any(login in page for page in pages) for login in TO_INFORM)
    assert len(pages) == 3
    assert {account(login).access_sent_by for login in TO_INFORM} == {"letter"}
    with as_(PAUL) as uow, pytest.raises(UserError):
        access_batches.start(uow, "letter")
    with as_("petit.jean", "belrive") as uow, pytest.raises(NotFound):
        access_batches.content_of(uow, batch_id)
    with as_(CLAIRE) as uow, pytest.raises(NotFound):
        access_batches.start(uow, "letter")


@both
def test_chosen_families_have_their_letters_in_one_file_and_no_others(database: str) -> None:
    with as_(PAUL) as uow:
        families_ = family_search.everyone(uow, "belkacem") + family_search.everyone(uow, "1042")
        ids = access_grants.of_families(uow, families_)
    assert set(ids) == {account(CLAIRE).id, account("belkacem.samir").id}
    batch_id = batch_of("letter", ids)
    assert batch_of("letter", ids, login=HELENE) == batch_id
    with as_(PAUL) as uow, pytest.raises(UserError, match="Un autre envoi"):
        access_batches.start(uow, "letter", ids[:1])
    access_batches.work(batch_id)
    with as_(PAUL) as uow:
        pages = text_of(access_batches.content_of(uow, batch_id))
        assert access_grants.of_families(uow, [10**6, 0]) == []
        assert set(family_search.everyone(uow, "belcacem")) == set(family_search.everyone(uow, "belkacem"))
        assert len(family_search.everyone(uow, without_access=True)) == len(TO_INFORM)
    assert len(pages) == len(ids)
    with as_("petit.jean", "belrive") as uow:
        assert access_grants.of_families(uow, families_) == []


def test_letters_that_bear_a_protected_address_are_opened_by_the_responsable_alone(database: str) -> None:
    ids = [account(CLAIRE).id]
    with as_(HELENE) as uow:
        row = uow.get(Guardian, account(CLAIRE).guardian_id)
        row.contact_hidden = True
        uow.add(row)
    batch_id = batch_of("letter", ids, login=HELENE)
    access_batches.work(batch_id)
    with as_(HELENE) as uow:
        assert "3 place du Marché" in text_of(access_batches.content_of(uow, batch_id))[0]
    with as_(PAUL) as uow, pytest.raises(NotFound):
        access_batches.content_of(uow, batch_id)


@both
def test_mails_for_all_go_once_each_spread_over_time_and_are_taken_up_after_a_crash(database: str) -> None:
    """Row 86, by mail."""
    batch_id = batch_of("mail")
    assert access_batches.mail_some(account(PAUL), batch_id, most=2)  # and the process dies
    assert [item.state for item in every(AccessItem)] == ["done", "done", "waiting"]
    access_batches.work(batch_id)  # its lease is another's still
    assert every(AccessItem)[-1].state == "waiting"
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(AccessBatch, batch_id)
        row.lease_until = uow.now - timedelta(seconds=1)
        uow.add(row)
    access_batches.work(batch_id)
    sent = every(Letter, Letter.kind == "access_sent")
    assert sorted(account(login).id for login in TO_INFORM) == sorted(letter.account_id for letter in sent)
    waits = [round((letter.due_at - letter.created_at).total_seconds()) for letter in sent]
    assert waits == [0, 1, 2]
    assert len({outbox.decrypt(letter.secret) for letter in sent}) == 3
    [batch] = every(AccessBatch)
    assert (batch.state, batch.done) == ("done", 3)


def test_an_account_notified_meanwhile_or_blocked_is_left_aside(database: str) -> None:
    batch_id = batch_of("mail")
    send("famille.3018")
    with as_(PAUL) as uow:
        access_grants.block(uow, account("famille.3019").id)
    access_batches.work(batch_id)
    [batch] = every(AccessBatch)
    assert (batch.done, batch.skipped, batch.state) == (1, 2, "done")
    assert len(every(Letter, Letter.account_id == account("famille.3018").id, Letter.kind == "access_sent")) == 1


def test_letters_to_print_are_kept_for_a_week(database: str) -> None:
    batch_id = batch_of("letter")
    access_batches.work(batch_id)
    [batch] = every(AccessBatch)
    path = stored_path(batch.site_id, batch.file)
    assert path.is_file()
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(AccessBatch, batch_id)
        row.created_at = uow.now - timedelta(days=8)
        uow.add(row)
    retention.sweep()
    assert not path.exists()
    with as_(PAUL) as uow, pytest.raises(NotFound):
        access_batches.content_of(uow, batch_id)

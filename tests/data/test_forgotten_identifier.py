"""« Identifiant oublié »: who has the address gets its identifiers there; nobody else learns anything."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from data.accounts import forgotten_identifier
from data.core.audit import AuditEntry
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Guardian
from data.mail.outbox import Letter
from tests.counting import hashes, statements
from tests.data.login_helpers import MAIL, at, change, lose
from tests.demo_users import CLAIRE, MARC, PAUL, account, both, counts, every, last

SENT, REFUSED = "identifiers mailed", "identifiers refused: too often"


def ask(address: str = MAIL, *, client: str = "203.0.113.7", now: datetime | None = None) -> None:
    forgotten_identifier.send(address, client=client, now=now or at())


def record(login: str, address: str, code: str = "valmont") -> None:
    with system_unit_of_work(writes=True) as uow:
        guardian = uow.get(Guardian, account(login, code).guardian_id)
        guardian.email = address
        uow.add(guardian)


def sent() -> list[Letter]:
    return every(Letter, Letter.kind == "identifiers")


def facts(letter: Letter) -> list[list[str]]:
    return [block[1:] for block in letter.blocks if block[0] == "fact"]


@both
def test_the_recorded_address_gets_its_identifier_and_the_journal_keeps_it(database: str) -> None:
    ask()
    [letter] = sent()
    assert (letter.recipient, letter.account_id, letter.state) == (MAIL, account(CLAIRE).id, "waiting")
    assert facts(letter) == [["Claire Aubry", CLAIRE]]
    assert "Conservatoire de Valmont" in letter.subject
    noted = last(AuditEntry, AuditEntry.action == SENT)
    assert (noted.subject_id, noted.client) == (account(CLAIRE).id, "203.0.113.7")
    assert MAIL not in str(noted.model_dump())


def test_an_address_typed_with_capitals_spaces_and_marks_of_no_width_is_the_same_address(database: str) -> None:
    for minutes, typed in enumerate((f"\u200b {MAIL.upper()}\t", f"{MAIL}\0", " claire.aubry @example.org\u00a0")):
        ask(typed, now=at(10 * minutes))
    assert [letter.recipient for letter in sent()] == [MAIL] * 3


def test_two_parents_who_share_an_address_are_both_in_one_letter_that_is_neithers(database: str) -> None:
    record(MARC, MAIL.title())
    ask()
    [letter] = sent()
    assert facts(letter) == [["Claire Aubry", CLAIRE], ["Marc Aubry", MARC]]
    assert letter.recipient.lower() == MAIL
    assert (letter.account_id, letter.family_id) == (None, None)
    assert len(every(AuditEntry, AuditEntry.action == SENT)) == 2


def test_one_address_at_two_sites_gets_a_letter_from_each_with_its_own_identifiers(database: str) -> None:
    record(CLAIRE, MAIL, "belrive")
    ask()
    assert [letter.subject.rpartition(" – ")[2] for letter in sent()] == [
        "Conservatoire de Valmont",
        "École de musique de Belrive",
    ]
    assert all(len(facts(letter)) == 1 for letter in sent())


@both
def test_of_many_who_ask_in_one_instant_one_gets_a_letter(database: str) -> None:
    """Each waits for the one before: also for a new password."""
    gate = threading.Barrier(4)

    def together(number: int) -> None:
        gate.wait()
        ask() if number % 2 else lose(now=at())

    with ThreadPoolExecutor(4) as crowd:
        list(crowd.map(together, range(4)))
    assert len(sent()) == len(every(Letter, Letter.kind == "new_password")) == 1


def test_staff_get_theirs_at_the_address_of_their_account(database: str) -> None:
    ask(account(PAUL).email)
    assert facts(sent()[0]) == [["Paul Renard", PAUL]]


@both
def test_an_address_that_is_nobodys_a_blocked_accounts_or_none_costs_the_same_and_writes_nothing(database: str) -> None:
    change(PAUL, disabled=True)
    record("belkacem.samir", "")
    before, asked = counts(Letter, AuditEntry), set()
    for address in ("nobody@example.org", account(PAUL).email, "@", "' OR 1=1 --@", f"{MAIL},evil@example.org",
                    f"{MAIL}\r\nBcc: evil@example.org", "claire.aubry+x@example.org", "%@%", "x@" + "y" * 10_000):  # fmt: skip
        with hashes() as computed, statements() as each:
            ask(address)
        asked.add(str([statement for statement, _ in each]))
        assert computed == []
    ask("")
    assert len(asked) == 1
    assert counts(Letter, AuditEntry) == before


def test_asked_for_again_and_again_three_letters_a_day_leave(database: str) -> None:
    for minutes in (0, 1, 4, 6, 12, 18, 24):
        ask(now=at(minutes))
    assert len(sent()) == 3
    assert len(every(AuditEntry, AuditEntry.action == REFUSED)) == 1
    for minutes in (70, 70, 71):
        ask(now=at(minutes))
    assert len(every(AuditEntry, AuditEntry.action == REFUSED)) == 2  # once in an hour, however often somebody asks
    ask(now=at(hours=25))
    assert len(sent()) == 4


def test_one_network_asks_for_twenty_addresses_an_hour(database: str) -> None:
    for number in range(20):
        ask(f"nobody.{number}@example.org")
    ask(now=at(1))
    assert sent() == []
    ask(client="198.51.100.1", now=at(1))
    ask(account(PAUL).email, now=at(62))
    assert len(sent()) == 2

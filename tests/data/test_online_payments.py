"""Online payments: what of the bank's answers counts, once (R-80)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from data.billing import models as billing
from data.billing import online_payments, overpayments
from data.billing.gateways import simulator
from data.billing.gateways.protocol import Forged, Sent
from data.billing.models import Allocation, Invoice, Payment
from data.billing.online_payments import OnlinePayment
from data.core.audit import AuditEntry
from data.core.errors import NotFound, UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.mail.outbox import Letter
from tests.conftest import move_to
from tests.data.payment_helpers import (
    answer,
    balance,
    bill,
    due,
    now,
    parts,
    pay_at_the_counter,
    receive,
    start,
    url_of,
)
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, SAMIR, account, as_, both, counts, every, last, later, set_site

ROWS = (Payment, Allocation, Letter, OnlinePayment)


@pytest.fixture(autouse=True)
def _demonstration(database: str) -> None:
    """The simulator plays the bank only there."""
    move_to(DATABASE_URL=database, DEMO="1")


@both
def test_the_whole_balance_is_paid_by_the_signed_answer(database: str) -> None:
    bill(3_000)
    before, owed, ids = counts(*ROWS), balance(), due()
    row = start()
    assert (row.cents, row.state, len(row.chosen)) == (owed, "started", len(ids))
    assert balance() == owed
    done = receive(answer(row))
    assert (done.state, done.overpaid, balance()) == ("paid", 0, 0)
    receipt = last(Payment)
    assert (receipt.id, receipt.number) == (done.payment_id, f"EL-{row.id:06d}")
    assert (receipt.method, receipt.payer, receipt.cents) == ("Carte bancaire (en ligne)", "Samir Belkacem", owed)
    assert (receipt.operation, receipt.ledger) == (done.transaction, "rental")
    assert receipt.label.startswith("Factures ")
    assert sum(parts(row).values()) == owed
    assert [after - old for after, old in zip(counts(*ROWS), before, strict=True)] == [1, len(ids), 1, 1]
    letter = last(Letter)
    assert (letter.kind, letter.recipient) == ("payment_received", "samir.belkacem@example.org")
    assert letter.subject.startswith("Paiement reçu – ")
    assert letter.blocks[1][2].endswith("/facturation/locations")
    assert [each.action for each in every(AuditEntry, AuditEntry.subject == "online payment")] == [
        "online payment started",
        "online payment paid",
    ]


@both
def test_chosen_invoices_only(database: str) -> None:
    first, second = bill(3_000), bill(4_500)
    others = set(due()) - {second}
    row = start(ids=[second, second])
    receive(answer(row))
    assert (now(row).cents, parts(row)) == (4_500, {second: 4_500})
    assert set(due()) == others >= {first}
    with as_(SAMIR) as uow:
        invoice = uow.get(Invoice, second)
        assert billing.payment_by_number(uow, online_payments.receipt(row)).label == f"Facture {invoice.number}"


def test_what_is_not_theirs_or_of_the_other_ledger_is_not_found(database: str) -> None:
    theirs, tuition, mine = bill(5_000, CLAIRE), bill(6_000, ledger="tuition"), bill(7_000)
    credit = bill(1_000, nature="credit")
    for ids in ([theirs], [mine, theirs], [tuition], [credit], [mine, 0], [999_999], [-1], [2**40]):
        with pytest.raises(NotFound):
            start(ids=ids)
    for login in (PAUL, MARC):
        with pytest.raises((NotFound, UserError)):
            start(login, [mine])
    assert every(OnlinePayment) == []


def test_nothing_due_and_nothing_chosen_is_refused_in_words(database: str) -> None:
    with pytest.raises(UserError, match="au moins une facture"):
        start(ids=[])
    invoice = bill(2_000)
    pay_at_the_counter(invoice, 2_000)
    with pytest.raises(UserError, match="n’est plus à payer"):
        start(ids=[invoice])
    receive(answer(start()))
    with pytest.raises(UserError, match="au moins une facture"):
        start(ids=[])


def test_credit_that_settles_no_invoice_is_taken_off(database: str) -> None:
    receive(answer(start()))
    first, second = bill(10_000), bill(5_000)
    pay_at_the_counter(first, 12_000, allocated=False)
    assert (balance(), due()) == (3_000, [second])
    row = start(ids=[second])
    assert row.cents == 3_000
    with pytest.raises(UserError):
        start(ids=[first])
    receive(answer(row))
    assert (balance(), due(), now(row).overpaid) == (0, [], 0)


def test_a_site_that_offers_none_and_a_gateway_that_is_not_there(database: str) -> None:
    invoice = bill(2_000)
    for chosen in ({}, {"gateway": ""}, {"gateway": "zzz"}):
        set_site(payment=chosen)
        with pytest.raises(UserError, match="pas proposé"):
            start(ids=[invoice])
    set_site(payment={"gateway": "simulator"})
    move_to(DATABASE_URL=database, DEMO="0")
    with as_(SAMIR) as uow:
        assert online_payments.offered(uow) is None
    with pytest.raises(NotFound):
        receive(Sent(form={"reference": "x"}))


@both
def test_the_same_choice_twice_is_one_payment(database: str) -> None:
    invoice, gate = bill(2_000), Barrier(2)

    def click() -> int:
        gate.wait(timeout=240)
        return start(ids=[invoice]).id

    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(click), pool.submit(click)]
    assert len({each.result() for each in clicks}) == 1
    assert len(every(OnlinePayment)) == 1
    other = start()
    assert other.id != clicks[0].result()
    late = start(ids=[invoice], now=later(minutes=31))
    assert late.id not in {other.id, clicks[0].result()}


@both
def test_forged_answers_change_nothing_and_are_journalled(database: str) -> None:
    row, before = start(), counts(*ROWS)
    good = answer(row).form
    forgeries = [
        {**good, "signature": "0" * 64},
        {**good, "montant": "1"},
        {**good, "reference": "f" * 24},
        {**good, "plus": "1"},
        {name: text for name, text in good.items() if name != "signature"},
        {**good, "signature": "é" * 64},
        {},
        answer(row, forged=True).form,
    ]
    for form in forgeries:
        with pytest.raises(Forged):
            receive(Sent(form=form))
    with pytest.raises(Forged):  # the order's own signature is none of an answer's
        receive(Sent(form={**good, "signature": parse_qs(urlsplit(url_of(row)).query)["signature"][0]}))
    signed_nonsense = [
        {"montant": "-5"},
        {"montant": "0"},
        {"montant": "beaucoup"},
        {"montant": "9" * 30},
        {"devise": "E" * 500},
        {"transaction": "a\0b"},
        {"transaction": ""},
    ]
    for wrong in signed_nonsense:
        form = {name: text for name, text in {**good, **wrong}.items() if name != "signature"}
        with pytest.raises(Forged):
            receive(Sent(form={**form, "signature": simulator._signature("answer", form)}))
    with pytest.raises(Forged):
        receive(Sent(form={**good, "reference": "a\0b"}))
    assert counts(*ROWS) == before
    assert now(row).state == "started"
    entries = every(AuditEntry, AuditEntry.action == "payment answer refused")
    assert {entry.subject_id for entry in entries} == {row.id}
    assert entries[0].client == "198.51.100.7"
    assert entries[0].site_id == account(SAMIR).site_id


def test_a_flood_of_forgeries_does_not_fill_the_journal(database: str) -> None:
    row = start()
    for _ in range(online_payments.MAX_FORGERIES_NOTED + 5):
        with pytest.raises(Forged):
            receive(answer(row, forged=True))
    assert len(every(AuditEntry, AuditEntry.action == "payment answer refused")) == online_payments.MAX_FORGERIES_NOTED


@pytest.mark.parametrize(("text", "overpaid"), [({"cents": 1}, 1), ({"currency": "USD"}, 0)])
@both
def test_another_amount_or_currency_pays_nothing_and_is_shown(
    database: str, text: dict[str, Any], overpaid: int
) -> None:
    row, owed = start(), balance()
    receive(answer(row, **text))
    assert (now(row).state, now(row).overpaid, now(row).payment_id, balance()) == ("differs", overpaid, None, owed)
    with as_(PAUL) as uow:
        assert [each.id for each in overpayments.troubles(uow)] == [row.id]
    with pytest.raises(UserError, match="déjà arrivé"), as_(SAMIR, writes=True) as uow:
        online_payments.resume(uow, row.reference)
    entry = last(AuditEntry, AuditEntry.action == "online payment differs")
    assert entry.family_id == account(SAMIR).family_id


def test_a_payment_is_confirmed_by_its_own_gateway_only(database: str) -> None:
    row = start()
    with system_unit_of_work(writes=True) as uow:
        mine = uow.get(OnlinePayment, row.id)
        mine.gateway = "payfip"
        uow.add(mine)
    with pytest.raises(Forged):
        receive(answer(row))
    with pytest.raises(Forged):
        receive(Sent(form={"refdet": row.reference, "resultrans": "P"}), "payfip")
    with pytest.raises(NotFound):
        receive(answer(row), "nobody")
    assert now(row).state == "started"
    assert len(every(AuditEntry, AuditEntry.action == "payment answer refused")) == 2


@both
def test_the_same_answer_three_times_counts_once(database: str) -> None:
    row = start()
    shown = answer(row)
    receive(shown)
    before, entries = counts(*ROWS), len(every(AuditEntry))
    for _ in range(3):
        assert receive(shown).state == "paid"
    receive(answer(row, "refused"))
    receive(answer(row, "abandoned"))
    assert (counts(*ROWS), len(every(AuditEntry)), balance()) == (before, entries, 0)
    assert (now(row).state, now(row).overpaid) == ("paid", 0)


@both
def test_the_same_answer_twice_at_once_gives_one_receipt(database: str) -> None:
    row, gate, receipts = start(), Barrier(4), len(every(Payment))
    shown = answer(row)

    def come() -> str:
        gate.wait(timeout=240)
        return receive(shown).state

    with ThreadPoolExecutor(4) as pool:
        assert [each.result() for each in [pool.submit(come) for _ in range(4)]] == ["paid"] * 4
    assert len(every(Payment)) == receipts + 1
    assert balance() == 0


@both
def test_the_bank_that_takes_money_twice_gives_one_receipt_and_word_to_the_staff(database: str) -> None:
    row = start()
    receive(answer(row))
    again = answer(row)
    receive(again)
    receive(again)
    assert (now(row).state, now(row).overpaid, balance()) == ("paid", row.cents, 0)
    assert len(every(Payment, Payment.number == online_payments.receipt(row))) == 1


@both
def test_a_payment_that_comes_late_after_a_refusal_counts(database: str) -> None:
    row = start()
    assert receive(answer(row, "refused")).state == "refused"
    assert receive(answer(row, "abandoned")).state == "abandoned"
    assert receive(answer(row), now=later(days=9)).state == "paid"
    assert (balance(), now(row).overpaid) == (0, 0)


@pytest.mark.parametrize("allocated", [True, False])
@both
def test_what_was_paid_at_the_counter_meanwhile_is_too_much(database: str, allocated: bool) -> None:
    """Row 82."""
    receive(answer(start()))
    first, second = bill(3_000), bill(4_500)
    row = start()
    pay_at_the_counter(first, 3_000, allocated=allocated)
    receive(answer(row))
    assert (now(row).state, now(row).overpaid, parts(row)) == ("paid", 3_000, {second: 4_500})
    assert balance() == -3_000
    with as_(PAUL) as uow:
        assert [each.overpaid for each in overpayments.troubles(uow)] == [3_000]
    with as_(SAMIR) as uow, pytest.raises(NotFound):
        overpayments.troubles(uow)
    with as_(SAMIR, writes=True) as uow, pytest.raises(NotFound):
        overpayments.mark_seen(uow, row.id)
    with pytest.raises(NotFound), as_("petit.jean", "belrive", writes=True) as uow:
        overpayments.mark_seen(uow, row.id)
    for login in (HELENE, PAUL):
        with as_(login, writes=True) as uow:
            overpayments.mark_seen(uow, row.id)
    with as_(PAUL) as uow:
        assert overpayments.troubles(uow) == []
    assert now(row).seen_by == "Hélène Lemoine"


@both
def test_two_choices_that_share_an_invoice_never_settle_it_twice(database: str) -> None:
    receive(answer(start()))
    shared, other, gate = bill(3_000), bill(4_500), Barrier(2)
    rows = [start(ids=[shared]), start(ids=[shared, other])]

    def come(row: OnlinePayment) -> None:
        gate.wait(timeout=240)
        receive(answer(row))

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(come, row) for row in rows]:
            each.result()
    settled = [each.cents for each in every(Allocation, Allocation.invoice_id == shared)]
    assert settled == [3_000]
    assert sum(now(row).overpaid for row in rows) == 3_000


def test_a_transaction_pays_one_reference(database: str) -> None:
    first, second = start(ids=[bill(1_000)]), start(ids=[bill(1_000)])
    shown = {name: text for name, text in answer(first).form.items() if name != "signature"}
    receive(Sent(form={**shown, "signature": simulator._signature("answer", shown)}))
    reused = {**shown, "reference": second.reference}
    with pytest.raises(Forged):
        receive(Sent(form={**reused, "signature": simulator._signature("answer", reused)}))
    assert (now(first).state, now(second).state) == ("paid", "started")
    assert last(AuditEntry).changes["why"] == ["", "a transaction that paid something else"]


@both
def test_a_broken_payment_is_taken_up_again(database: str) -> None:
    row = start()
    receive(answer(row, "refused"))
    with as_(SAMIR) as uow:
        assert [each.id for each in online_payments.open_attempts(uow)] == [row.id]
    for stranger in (CLAIRE, MARC):
        with as_(stranger) as uow:
            assert online_payments.open_attempts(uow) == []
        with pytest.raises(NotFound), as_(stranger, writes=True) as uow:
            online_payments.resume(uow, row.reference)
    with as_(SAMIR, writes=True) as uow:
        assert online_payments.resume(uow, row.reference).state == "started"
    receive(answer(row))
    with as_(SAMIR) as uow:
        assert online_payments.open_attempts(uow) == []
    assert balance() == 0


def test_what_cannot_be_taken_up_again_says_what_to_do(database: str) -> None:
    invoice = bill(2_000)
    row, tomorrow = start(ids=[invoice]), later(hours=24)

    def resume(match: str, **when: Any) -> None:
        with pytest.raises(UserError, match=match), as_(SAMIR, writes=True, **when) as uow:
            online_payments.resume(uow, row.reference)

    resume("ne peut plus être repris", now=tomorrow)
    with as_(SAMIR, now=tomorrow) as uow:
        assert online_payments.open_attempts(uow) == []
    set_site(payment={"gateway": "payfip"})
    resume("ne peut plus être repris")
    set_site(payment={"gateway": "simulator"})
    pay_at_the_counter(invoice, 500)
    resume("ont changé")
    with as_(SAMIR) as uow:
        assert online_payments.open_attempts(uow) == []
    receive(answer(row))
    resume("déjà arrivé")
    for reference in ("", "x", "f" * 24, "0" * 5_000):
        with pytest.raises(NotFound), as_(SAMIR, writes=True) as uow:
            online_payments.resume(uow, reference)


def test_one_choice_begun_twice_is_offered_once(database: str) -> None:
    receive(answer(start(), "abandoned"))
    second = start()
    with as_(SAMIR) as uow:
        assert [each.id for each in online_payments.open_attempts(uow)] == [second.id]


def test_a_family_reads_only_its_own_payments(database: str) -> None:
    row = start()
    for login, code in ((CLAIRE, "valmont"), (MARC, "valmont"), ("aubry.claire", "belrive"), ("petit.jean", "belrive")):
        with pytest.raises(NotFound), as_(login, code) as uow:
            online_payments.by_reference(uow, row.reference)
    with as_(PAUL) as uow:
        assert online_payments.by_reference(uow, row.reference).id == row.id

"""Payments online in any order of acts, against a model of ten lines."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from data.billing.gateways.protocol import Forged, State
from data.billing.models import Allocation, Invoice, Payment
from data.billing.online_payments import OnlinePayment
from data.core.errors import NotFound, UserError
from data.mail.outbox import Letter
from tests.data import payment_helpers as bank
from tests.data.model_helpers import Path
from tests.demo_users import CLAIRE, SAMIR, as_, every


class Paying(RuleBasedStateMachine):
    """Bills, orders, whatever the bank says, money at the counter: nothing is paid twice, nothing that came is lost, one letter a
    receipt; another family neither orders nor pays any of it."""

    PATH: Path = (
        ("bill", {"cents": 5_000}),
        ("bill", {"cents": 700}),
        ("order_as_another_family", {"at": 0}),
        ("order", {"first": 0, "more": 0}),
        ("answer", {"at": 0, "how": "forged"}),
        ("answer", {"at": 0, "how": "refused"}),
        ("answer", {"at": 0, "how": "right"}),
        ("answer", {"at": 0, "how": "again"}),
        ("answer", {"at": 0, "how": "right"}),  # under another number: too much
        ("answer", {"at": 0, "how": "abandoned"}),
        ("order", {"first": 0, "more": 0}),  # of a bill that is paid
        ("order", {"first": 1, "more": 0}),
        ("answer", {"at": 1, "how": "another's"}),
        ("answer", {"at": 1, "how": "other amount"}),
        ("bill", {"cents": 900}),
        ("order", {"first": 1, "more": 1}),
        ("pay_at_the_counter", {"at": 2, "share": 2}),
        ("answer", {"at": 2, "how": "right"}),
    )

    @initialize()
    def begin(self) -> None:
        self.bills, self.orders = list[int](), dict[int, OnlinePayment]()
        self.state, self.too_much, self.known = dict[int, str](), dict[int, int](), dict[int, set[str]]()
        self.balance, self.receipts = bank.balance(), len(every(Payment))
        self.paid, self.letters = 0, self._letters()
        self.elsewhere = bank.balance(CLAIRE)

    def _letters(self) -> int:
        return len(every(Letter, Letter.kind == "payment_received"))

    @rule(cents=st.integers(1, 90_000))
    def bill(self, cents: int) -> None:
        self.bills.append(bank.bill(cents))
        self.balance += cents

    @precondition(lambda self: self.bills)
    @rule(at=st.integers(0, 9))
    def order_as_another_family(self, at: int) -> None:
        with pytest.raises(NotFound):
            bank.start(CLAIRE, [self.bills[at % len(self.bills)]])

    @precondition(lambda self: self.bills)
    @rule(first=st.integers(0, 9), more=st.integers(0, 2))
    def order(self, first: int, more: int) -> None:
        chosen = list({self.bills[(first + each) % len(self.bills)] for each in range(more + 1)})
        if set(chosen) <= set(bank.due()):
            row = bank.start(ids=chosen)
            assert self.state.setdefault(row.id, "started") == "started"
            self.orders[row.id] = row
            self.too_much.setdefault(row.id, 0)
            self.known.setdefault(row.id, set())
        else:
            with pytest.raises(UserError):
                bank.start(ids=chosen)

    @precondition(lambda self: self.orders)
    @rule(
        at=st.integers(0, 9),
        how=st.sampled_from(("right", "right", "other amount", "again", "refused", "abandoned", "forged", "another's")),
    )
    def answer(self, at: int, how: str) -> None:
        row = self.orders[sorted(self.orders)[at % len(self.orders)]]
        cents = row.cents + 100 if how == "other amount" else row.cents
        state = {"refused": State.REFUSED, "abandoned": State.ABANDONED}.get(how, State.PAID)
        number = None
        if how == "again":
            number = next(iter(sorted(self.known[row.id])), None)
        elif how == "another's":
            number = next(
                (
                    bank.now(each).transaction
                    for other, each in self.orders.items()
                    if other != row.id and bank.now(each).transaction
                ),
                None,
            )
        sent = bank.answer(row, state, cents=cents, forged=how == "forged", transaction=number)
        try:
            bank.receive(sent)
        except Forged:
            assert how == "forged" or (how == "another's" and number)
            return
        assert how != "forged"
        self._said(row, state, sent.form["transaction"], cents)

    def _said(self, row: OnlinePayment, state: str, number: str, cents: int) -> None:
        if state != State.PAID:
            self.state[row.id] = (
                state if self.state[row.id] in {"started", "refused", "abandoned"} else self.state[row.id]
            )
        elif number not in self.known[row.id]:
            self.known[row.id].add(number)
            if self.state[row.id] != "paid" and cents == row.cents:
                self.state[row.id], self.balance, self.receipts = "paid", self.balance - cents, self.receipts + 1
                self.paid += 1
            else:
                self.state[row.id] = "paid" if self.state[row.id] == "paid" else "differs"
                self.too_much[row.id] += cents

    @precondition(lambda self: self.bills)
    @rule(at=st.integers(0, 9), share=st.sampled_from((1, 2)))
    def pay_at_the_counter(self, at: int, share: int) -> None:
        number = self.bills[at % len(self.bills)]
        left = every(Invoice, Invoice.id == number)[0].total - sum(
            each.cents for each in every(Allocation, Allocation.invoice_id == number)
        )
        if left >= share:
            bank.pay_at_the_counter(number, left // share)
            self.balance, self.receipts = self.balance - left // share, self.receipts + 1

    @invariant()
    def same(self) -> None:
        assert bank.balance() == self.balance
        assert len(every(Payment)) == self.receipts
        assert self._letters() - self.letters == self.paid
        assert bank.balance(CLAIRE) == self.elsewhere
        with as_(SAMIR) as uow:
            payable = bank.online_payments.payable(bank.billing.accounts(uow)["rental"])
        assert sum(entry.due for entry in payable) == max(0, self.balance)
        for number, row in self.orders.items():
            now = bank.now(row)
            assert now.state == self.state[number]
            # The bills may have been paid otherwise meanwhile.
            spare = now.cents - sum(bank.parts(now).values()) if now.state == "paid" else 0
            assert now.overpaid == self.too_much[number] + spare
        for number in self.bills:
            settled = sum(each.cents for each in every(Allocation, Allocation.invoice_id == number))
            assert settled <= every(Invoice, Invoice.id == number)[0].total

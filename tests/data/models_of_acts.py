"""What the portal keeps of many acts in any order, against a model of ten lines: moderation, re-enrolment, payments online.

The machines run on the database of whoever starts them: tests/data/test_models.py briefly, tests/fuzz/fuzz_models.py for minutes.
"""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import col

from data.billing.gateways.protocol import Forged, State
from data.billing.models import Allocation, Invoice, Payment
from data.billing.online_payments import OnlinePayment
from data.change_requests.models import ChangeRequest, FieldChange
from data.core import database
from data.core.errors import NotFound, UserError, ValidationErrors
from data.families.stored_files import StoredFile
from data.mail.outbox import Letter
from data.reenrolment import review as reenrolment_review
from data.reenrolment import submission
from data.reenrolment.models import Reenrolment, ReenrolmentState, SuppliedDocument, Wish
from tests.data import payment_helpers as bank
from tests.data import test_change_review as moderation
from tests.data import test_reenrolment as enrolling
from tests.demo_users import CLAIRE, HELENE, PAUL, SAMIR, account, as_, every, guardian, pupil

VALUES = {"town": ("Metz", "Nancy", "Thionville"), "address": ("1 rue Haute", "2 rue Basse")}
FIELDS, STAFF = st.sampled_from(sorted(VALUES)), st.sampled_from((PAUL, HELENE))
VERDICTS = st.sampled_from((moderation.YES, moderation.NO))


def clear(*tables: Any) -> None:
    """Rows of one family's acts before; children first."""
    with database.engine().begin() as connection:
        for table, condition in tables:
            connection.execute(table.__table__.delete().where(condition))


class Moderation(RuleBasedStateMachine):
    """A family asks, the office decides and undoes, an import writes. One request at most waits; a field is recorded or waits."""

    @initialize()
    def begin(self) -> None:
        own = account(CLAIRE).family_id
        clear((FieldChange, col(FieldChange.family_id) == own), (ChangeRequest, col(ChangeRequest.family_id) == own))
        self.recorded = {"town": "Valmont", "address": "3 place du Marché"}  # whatever acts before made of it
        moderation.record(**self.recorded)
        self.waiting: dict[str, str] = {}
        self.decided: dict[str, tuple[str, str, str]] = {}  # of the last request: verdict, recorded before, asked
        self.request = 0

    @rule(field=FIELDS, at=st.integers(0, 2))
    def ask(self, field: str, at: int) -> None:
        value = [*VALUES[field], self.recorded[field]][at]
        nothing_waits = not self.waiting
        moderation.ask({field: value})
        if value == self.recorded[field]:
            self.waiting.pop(field, None)
        else:
            self.waiting[field] = value
        if self.waiting and nothing_waits:
            self.request, self.decided = every(ChangeRequest)[-1].id, {}

    @rule(field=FIELDS, at=st.integers(0, 1))
    def write_by_an_import(self, field: str, at: int) -> None:
        moderation.record(**{field: VALUES[field][at]})
        self.recorded[field] = VALUES[field][at]

    @precondition(lambda self: self.request)
    @rule(field=FIELDS, verdict=VERDICTS, by=STAFF, stale=st.sampled_from(("", "", "", "request", "value")))
    def decide(self, field: str, verdict: str, by: str, stale: str) -> None:
        request = every(ChangeRequest, ChangeRequest.id == self.request)[0]
        given: Any = (verdict, "never shown") if stale == "value" else verdict
        refused = field not in self.waiting or stale == "request" or (stale == "value" and verdict == moderation.YES)
        try:
            moderation.decide(
                self.request, {field: given}, by, version=request.version - (stale == "request"), reason="x"
            )
        except UserError:
            assert refused
            return
        assert not refused
        asked = self.waiting.pop(field)
        self.decided[field] = (verdict, self.recorded[field], asked)
        self.recorded[field] = asked if verdict == moderation.YES else self.recorded[field]

    @precondition(lambda self: self.request)
    @rule(by=STAFF)
    def undo(self, by: str) -> None:
        back = {field: each for field, each in self.decided.items() if field not in self.waiting}
        moved = any(each[0] == moderation.YES and self.recorded[field] != each[2] for field, each in back.items())
        try:
            moderation.undo(self.request, by)
        except UserError:
            assert not back or moved
            return
        assert back
        assert not moved
        for field, (verdict, before, asked) in back.items():
            self.recorded[field] = before if verdict == moderation.YES else self.recorded[field]
            self.waiting[field] = asked
            del self.decided[field]

    @invariant()
    def same(self) -> None:
        own = account(CLAIRE).family_id
        with as_(CLAIRE) as uow:
            assert {name: getattr(guardian(uow), name) for name in VALUES} == self.recorded
        waiting = every(FieldChange, FieldChange.family_id == own, FieldChange.state == "pending")
        assert {each.field: each.new for each in waiting} == self.waiting
        assert len(waiting) == len(self.waiting)
        open_ones = every(ChangeRequest, ChangeRequest.family_id == own, ChangeRequest.state == "pending")
        assert [each.id for each in open_ones] == [self.request] * bool(self.waiting)


class ReEnrolling(RuleBasedStateMachine):
    """A household ticks, gives, sends, takes back; the office decides once. One request a pupil, one letter an act."""

    @initialize()
    def begin(self) -> None:
        with as_(CLAIRE) as uow:
            self.pupil = pupil(uow, "Nino").id
        for_nino = [
            (table, table.pupil_id == self.pupil) for table in (SuppliedDocument, StoredFile, Reenrolment, Wish)
        ]
        clear(*for_nino)
        self.state, self.way, self.given, self.sent, self.decisions = "", "", False, 0, 0
        self.letters = self._letters()

    def _letters(self) -> int:
        return len(every(Letter, col(Letter.kind).in_(("reenrolment_received", "reenrolment_decided"))))

    def _row(self) -> Reenrolment | None:
        return next(iter(every(Reenrolment, Reenrolment.pupil_id == self.pupil)), None)

    @property
    def writable(self) -> bool:
        return self.state in {"", ReenrolmentState.TO_CORRECT}

    @rule(way=st.sampled_from(("administrative", "leaving", "anything")))
    def choose(self, way: str) -> None:
        if self.writable and way != "anything":
            enrolling.choose(way=way)
            self.way = way
        else:
            with pytest.raises(UserError):
                enrolling.choose(way=way)

    @precondition(lambda self: self.way == "administrative" and self.writable)
    @rule()
    def give(self) -> None:
        enrolling.give()
        self.given = True

    @rule(reason=st.sampled_from(("", "Déménagement")))
    def send(self, reason: str) -> None:
        whole = (self.way == "administrative" and self.given) or (self.way == "leaving" and reason)
        before = self._row()
        try:
            number = enrolling.send(reason=reason)
        except ValidationErrors:
            assert self.writable
            assert not whole
            return
        except UserError:
            assert self.state in {ReenrolmentState.VALIDATED, ReenrolmentState.REFUSED}
            return
        assert before is None or number == before.id
        if self.state != ReenrolmentState.SUBMITTED:
            assert self.writable
            assert whole
            self.state, self.sent = ReenrolmentState.SUBMITTED, self.sent + 1

    @rule()
    def take_back(self) -> None:
        try:
            with as_(CLAIRE) as uow:
                submission.reopen(uow, pupil(uow, "Nino"), enrolling.campaign().id)
        except (NotFound, UserError):
            assert self.state in {"", ReenrolmentState.VALIDATED, ReenrolmentState.REFUSED}
            return
        assert self.state in {ReenrolmentState.SUBMITTED, ReenrolmentState.TO_CORRECT}
        self.state = ReenrolmentState.TO_CORRECT

    @precondition(lambda self: self.state)
    @rule(what=st.sampled_from(("validate", "refuse", "send_back")), by=STAFF, stale=st.booleans())
    def decide(self, what: str, by: str, stale: bool) -> None:
        row = self._row()
        assert row
        words = () if what == "validate" else ("Il manque la signature.",)
        try:
            with as_(by) as uow:
                getattr(reenrolment_review, what)(uow, row.id, *words, version=row.version - stale)
        except UserError:
            assert self.state != ReenrolmentState.SUBMITTED or stale
            return
        assert self.state == ReenrolmentState.SUBMITTED
        assert not stale
        self.state = {"validate": ReenrolmentState.VALIDATED, "refuse": ReenrolmentState.REFUSED}.get(
            what, ReenrolmentState.TO_CORRECT
        )
        self.decisions += 1

    @invariant()
    def same(self) -> None:
        rows = every(Reenrolment, Reenrolment.pupil_id == self.pupil)
        assert [row.state for row in rows] == [self.state] * bool(self.state)
        wishes = every(Wish, Wish.pupil_id == self.pupil)
        assert [wish.way for wish in wishes] == [self.way] * bool(wishes)
        assert self._letters() - self.letters == self.sent + self.decisions


class Paying(RuleBasedStateMachine):
    """Bills, orders, whatever the bank says, money at the counter: nothing is paid twice, nothing that came is lost."""

    @initialize()
    def begin(self) -> None:
        self.bills, self.orders = list[int](), dict[int, OnlinePayment]()
        self.state, self.too_much, self.known = dict[int, str](), dict[int, int](), dict[int, set[str]]()
        self.balance, self.receipts = bank.balance(), len(every(Payment))

    @rule(cents=st.integers(1, 90_000))
    def bill(self, cents: int) -> None:
        self.bills.append(bank.bill(cents))
        self.balance += cents

    @precondition(lambda self: self.bills)
    @rule(data=st.data())
    def order(self, data: Any) -> None:
        chosen = data.draw(st.lists(st.sampled_from(self.bills), min_size=1, max_size=3, unique=True))
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
        data=st.data(),
        how=st.sampled_from(("right", "right", "other amount", "again", "refused", "abandoned", "forged", "another's")),
    )
    def answer(self, data: Any, how: str) -> None:
        row = self.orders[data.draw(st.sampled_from(sorted(self.orders)))]
        cents = row.cents + 100 if how == "other amount" else row.cents
        state = {"refused": State.REFUSED, "abandoned": State.ABANDONED}.get(how, State.PAID)
        number = None
        if how == "again":
            number = next(iter(sorted(self.known[row.id])), None)
        elif how == "another's":
            number = next(
                (
                    bank.now(each).transaction
                    for at, each in self.orders.items()
                    if at != row.id and bank.now(each).transaction
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
            else:
                self.state[row.id] = "paid" if self.state[row.id] == "paid" else "differs"
                self.too_much[row.id] += cents

    @precondition(lambda self: self.bills)
    @rule(data=st.data(), share=st.sampled_from((1, 2)))
    def pay_at_the_counter(self, data: Any, share: int) -> None:
        number = data.draw(st.sampled_from(self.bills))
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
        with as_(SAMIR) as uow:
            payable = bank.online_payments.payable(bank.billing.accounts(uow)["rental"])
        assert sum(entry.due for entry in payable) == max(0, self.balance)
        for number, row in self.orders.items():
            assert bank.now(row).state == self.state[number]
            rest = bank.now(row).overpaid - self.too_much[number]
            assert 0 <= rest <= row.cents  # what came when the bills were paid otherwise
        for number in self.bills:
            settled = sum(each.cents for each in every(Allocation, Allocation.invoice_id == number))
            assert settled <= every(Invoice, Invoice.id == number)[0].total


MACHINES = (Moderation, ReEnrolling, Paying)

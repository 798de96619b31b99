"""Moderation in any order of acts, against a model of ten lines."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import col

from data.change_requests import submission as change_requests
from data.change_requests.models import ChangeRequest, FieldChange
from data.core.errors import UserError
from data.families.models import Guardian
from tests.data import test_change_review as moderation
from tests.data.model_helpers import STAFF, Path, clear
from tests.demo_users import CLAIRE, HELENE, MARC, PAUL, account, as_, every, guardian

VALUES = {"town": ("Metz", "Nancy", "Thionville"), "address": ("1 rue Haute", "2 rue Basse")}
FIELDS = st.sampled_from(sorted(VALUES))
VERDICTS = st.sampled_from((moderation.YES, moderation.NO))


class Moderation(RuleBasedStateMachine):
    """A family asks, the office decides and undoes, an import writes. One request at most waits; a field is recorded or waits; the
    other household's record is its own."""

    PATH: Path = (
        ("ask_elsewhere", {"at": 0}),
        ("ask", {"field": "town", "at": 0}),
        ("decide", {"field": "town", "verdict": moderation.YES, "by": PAUL, "stale": "request"}),
        ("decide", {"field": "town", "verdict": moderation.YES, "by": PAUL, "stale": "value"}),
        ("decide", {"field": "town", "verdict": moderation.YES, "by": PAUL, "stale": ""}),
        ("decide", {"field": "town", "verdict": moderation.NO, "by": HELENE, "stale": ""}),
        ("undo", {"by": HELENE}),
        ("undo", {"by": PAUL}),
        ("ask", {"field": "town", "at": 2}),  # as it is recorded: taken back
        ("decide", {"field": "town", "verdict": moderation.YES, "by": PAUL, "stale": ""}),
        ("ask", {"field": "town", "at": 1}),
        ("ask", {"field": "address", "at": 1}),
        ("withdraw", {}),
        ("decide", {"field": "address", "verdict": moderation.YES, "by": PAUL, "stale": ""}),
        ("ask", {"field": "address", "at": 0}),
        ("write_by_an_import", {"field": "address", "at": 0}),
        ("ask", {"field": "address", "at": 0}),
        ("decide", {"field": "address", "verdict": moderation.YES, "by": PAUL, "stale": ""}),
        ("write_by_an_import", {"field": "address", "at": 1}),
        ("undo", {"by": PAUL}),
    )

    @initialize()
    def begin(self) -> None:
        own = account(CLAIRE).family_id
        clear((FieldChange, col(FieldChange.family_id) == own), (ChangeRequest, col(ChangeRequest.family_id) == own))
        self.recorded = {"town": "Valmont", "address": "3 place du Marché"}  # whatever acts before made of it
        moderation.record(**self.recorded)
        self.waiting: dict[str, str] = {}
        self.decided: dict[str, tuple[str, str, str]] = {}  # of the last request: verdict, recorded before, asked
        self.request = 0
        self.elsewhere = self._elsewhere()

    def _elsewhere(self) -> list[tuple[int, str, str]]:
        """What is recorded of everybody else."""
        own = account(CLAIRE).guardian_id
        return [(each.id, each.town, each.address) for each in every(Guardian, Guardian.id != own)]

    @rule(at=st.integers(0, 1))
    def ask_elsewhere(self, at: int) -> None:
        """The other household of the pupils asks too: nothing of this one's is of it."""
        moderation.ask({"town": VALUES["town"][at]}, MARC)

    @rule()
    def withdraw(self) -> None:
        with as_(CLAIRE) as uow:
            change_requests.withdraw(uow, guardian(uow))
        self.waiting = {}

    @rule(field=FIELDS, at=st.integers(0, 2))
    def ask(self, field: str, at: int) -> None:
        value = [*VALUES[field], self.recorded[field]][at]
        nothing_waits = not self.waiting
        moderation.ask({field: value})
        if value == self.waiting.get(field):
            return  # sent unchanged (row 50), though an import may have recorded it meanwhile
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
        assert self._elsewhere() == self.elsewhere
        open_ones = every(ChangeRequest, ChangeRequest.family_id == own, ChangeRequest.state == "pending")
        assert [each.id for each in open_ones] == [self.request] * bool(self.waiting)

"""Re-enrolment in any order of acts, against a model of ten lines."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import col

from data.core.errors import NotFound, UserError, ValidationErrors
from data.families.stored_files import StoredFile
from data.mail.outbox import Letter
from data.reenrolment import documents as reenrolment_documents
from data.reenrolment import review as reenrolment_review
from data.reenrolment import submission
from data.reenrolment.models import Reenrolment, ReenrolmentState, SuppliedDocument, Wish
from data.schooling.models import Enrolment, EnrolmentStatus
from tests.data import test_reenrolment as enrolling
from tests.data.model_helpers import STAFF, Path, clear
from tests.demo_users import CLAIRE, HELENE, PAUL, as_, every, pupil

LATE = st.sampled_from((False, False, False, True))  # after the campaign's last day
LETTERS = (
    "reenrolment_received",
    "reenrolment_validated",
    "leaving_validated",
    "reenrolment_to_correct",
    "reenrolment_refused",
)


class ReEnrolling(RuleBasedStateMachine):
    """A household ticks, gives, sends, takes back; the office decides each paper, and the request once. One request a pupil, one letter
    an act, nothing new after the last day."""

    PATH: Path = (
        ("choose", {"way": "administrative", "late": True}),
        ("choose", {"way": "administrative", "late": False}),
        ("give", {"at": 0, "late": True}),
        ("give", {"at": 0, "late": False}),
        ("send", {"reason": "", "late": False}),
        ("give_what_lacks", {}),
        ("decide_paper", {"at": 0, "verdict": "refuse", "by": PAUL}),
        ("send", {"reason": "", "late": False}),  # a refused paper lacks
        ("decide_paper", {"at": 0, "verdict": "validate", "by": HELENE}),
        ("give", {"at": 0, "late": False}),
        ("send", {"reason": "", "late": True}),
        ("send", {"reason": "", "late": False}),
        ("send", {"reason": "", "late": False}),
        ("take_back", {"late": True}),
        ("take_back", {"late": False}),
        ("decide", {"what": "validate", "by": PAUL, "stale": False}),
        ("send", {"reason": "", "late": True}),  # what is to be corrected may be, late too
        ("decide_paper", {"at": 1, "verdict": "validate", "by": PAUL}),
        ("give", {"at": 1, "late": False}),
        ("decide", {"what": "validate", "by": PAUL, "stale": True}),
        ("decide", {"what": "validate", "by": PAUL, "stale": False}),
        ("decide", {"what": "refuse", "by": HELENE, "stale": False}),
        ("choose", {"way": "leaving", "late": False}),
        ("send", {"reason": "Déménagement", "late": False}),
        ("take_back", {"late": False}),
    )

    @initialize()
    def begin(self) -> None:
        with as_(CLAIRE) as uow:
            self.pupil = pupil(uow, "Nino").id
        of_nino = (SuppliedDocument, StoredFile, Reenrolment, Wish)
        clear(*[(table, table.pupil_id == self.pupil) for table in of_nino],
              (Enrolment, (Enrolment.pupil_id == self.pupil) & (Enrolment.status == EnrolmentStatus.ASKED)))  # fmt: skip
        with as_(CLAIRE) as uow:
            now = enrolling.now_of(uow)
            self.asked_of = [item.document.id for item in now.document_items if item.document.required]
            self.courses = sum(line.active for line in now.disciplines)
        self.papers, self.times = dict.fromkeys(self.asked_of, ""), dict.fromkeys(self.asked_of, 0)
        self.state, self.way, self.sent, self.decisions = "", "", 0, 0
        self.letters = self._letters()

    def _letters(self) -> int:
        return len(every(Letter, col(Letter.kind).in_(LETTERS)))

    def _row(self) -> Reenrolment | None:
        return next(iter(every(Reenrolment, Reenrolment.pupil_id == self.pupil)), None)

    @property
    def writable(self) -> bool:
        return self.state in {"", ReenrolmentState.TO_CORRECT}

    def _over(self, late: bool) -> bool:
        """Whether the last day is gone for this request."""
        return late and self.state != ReenrolmentState.TO_CORRECT

    def _at(self, late: bool) -> datetime | None:
        """Now, or the morning after the last day."""
        closes = enrolling.campaign().closes_on
        return datetime.combine(closes + timedelta(1), time(9), UTC) if late else None

    @rule(way=st.sampled_from(("administrative", "administrative", "leaving", "anything")), late=LATE)
    def choose(self, way: str, late: bool) -> None:
        if self.writable and not self._over(late) and way != "anything":
            enrolling.choose(way=way, now=self._at(late))
            self.way = way
        else:
            with pytest.raises(UserError):
                enrolling.choose(way=way, now=self._at(late))

    @rule(at=st.integers(0, 9), late=LATE)
    def give(self, at: int, late: bool) -> None:
        document = self.asked_of[at % len(self.asked_of)]
        refused = (
            self._over(late)
            or self.state == ReenrolmentState.REFUSED
            or self.way != "administrative"
            or self.papers[document] == "validated"
            or self.times[document] == reenrolment_documents.MAX_FILES
        )
        try:
            with as_(CLAIRE, now=self._at(late)) as uow:
                reenrolment_documents.supply(
                    uow, pupil(uow, "Nino"), document, enrolling.PDF, "application/pdf", "p.pdf"
                )
        except UserError:
            assert refused
            return
        assert not refused
        self.papers[document], self.times[document] = "received", self.times[document] + 1

    @precondition(lambda self: self.way == "administrative" and self.writable)
    @rule()
    def give_what_lacks(self) -> None:
        for at, document in enumerate(self.asked_of):
            if self.papers[document] in {"", "refused"}:
                self.give(at, late=False)

    @rule(at=st.integers(0, 9), verdict=st.sampled_from(("validate", "refuse")), by=STAFF)
    def decide_paper(self, at: int, verdict: str, by: str) -> None:
        document = self.asked_of[at % len(self.asked_of)]
        if not self.papers[document]:
            return
        row = every(
            SuppliedDocument, SuppliedDocument.pupil_id == self.pupil, SuppliedDocument.document_id == document
        )[0]
        words = ("Illisible.",) if verdict == "refuse" else ()
        try:
            with as_(by) as uow:
                getattr(reenrolment_review, f"{verdict}_document")(uow, row.id, *words)
        except UserError:
            assert self.papers[document] != "received"
            return
        assert self.papers[document] == "received"
        self.papers[document] = {"validate": "validated", "refuse": "refused"}[verdict]

    @rule(reason=st.sampled_from(("", "Déménagement")), late=LATE)
    def send(self, reason: str, late: bool) -> None:
        given = set(self.papers.values()) <= {"received", "validated"}
        whole = (self.way == "administrative" and given) or (self.way == "leaving" and reason)
        before = self._row()
        try:
            with as_(CLAIRE, now=self._at(late)) as uow:
                number = submission.submit(uow, pupil(uow, "Nino"), enrolling.campaign().id, {"reason": reason}).id
        except ValidationErrors:
            assert self.writable
            assert not self._over(late)
            assert not whole
            return
        except UserError:
            assert self._over(late) or not self.writable
            return
        assert before is None or number == before.id
        if self.state != ReenrolmentState.SUBMITTED:
            assert self.writable
            assert not self._over(late)
            assert whole
            self.state, self.sent = ReenrolmentState.SUBMITTED, self.sent + 1

    @rule(late=LATE)
    def take_back(self, late: bool) -> None:
        try:
            with as_(CLAIRE, now=self._at(late)) as uow:
                submission.reopen(uow, pupil(uow, "Nino"), enrolling.campaign().id)
        except (NotFound, UserError):
            assert self.state in {"", ReenrolmentState.VALIDATED, ReenrolmentState.REFUSED} or self._over(late)
            return
        assert self.state in {ReenrolmentState.SUBMITTED, ReenrolmentState.TO_CORRECT}
        assert not self._over(late)
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
        given = every(SuppliedDocument, SuppliedDocument.pupil_id == self.pupil)
        assert {each.document_id: each.state for each in given} == {
            at: state for at, state in self.papers.items() if state
        }
        asked = every(Enrolment, Enrolment.pupil_id == self.pupil, Enrolment.status == EnrolmentStatus.ASKED)
        accepted = self.state == ReenrolmentState.VALIDATED and self.way == "administrative"
        assert len(asked) == (self.courses if accepted else 0)

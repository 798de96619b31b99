"""A decision is taken back within a day, once, and over nothing newer."""

import pytest

from data.change_requests import review
from data.change_requests.models import ChangeRequest
from data.core.audit import AuditEntry
from data.core.errors import UserError
from data.mail.outbox import Letter
from data.mail.rendering import text_of
from tests.data.test_change_review import NO, ROWS, YES, ask, change, decide, record, recorded, undo
from tests.demo_users import HELENE, PAUL, as_, both, counts, last, later


@both
def test_a_decision_is_undone_within_a_day(database: str) -> None:
    number = ask({"town": "Metz", "birth_date": "", "complement": "Escalier D"})
    decide(number, {"town": YES, "birth_date": YES, "complement": NO}, reason="Non")
    assert recorded("birth_date") is None
    undo(number, HELENE)
    assert (recorded("town"), recorded("birth_date").isoformat()) == ("Valmont", "1982-03-14")
    assert last(ChangeRequest, ChangeRequest.id == number).state == "pending"
    for field in ("town", "birth_date", "complement"):
        again = change(number, field)
        assert (again.state, again.reason, again.decided_by, again.decided_at) == ("pending", "", "", None)
    assert "Décision annulée" in text_of(last(Letter))
    assert last(AuditEntry).action == "decision undone"
    decide(number, {"town": YES, "birth_date": YES, "complement": YES})
    assert recorded("complement") == "Escalier D"


def test_a_decision_is_not_undone_after_a_day(database: str) -> None:
    number = ask({"town": "Metz"})
    decide(number, {"town": YES})
    with as_(PAUL) as uow:
        assert review.may_undo(uow, review.lines(uow, uow.get(ChangeRequest, number)))
    with pytest.raises(UserError, match="plus de 24 heures"):
        undo(number, now=later(hours=24, minutes=1))
    assert recorded("town") == "Metz"
    undo(number, now=later(hours=23, minutes=59))
    assert recorded("town") == "Valmont"


def test_a_decision_is_not_undone_over_a_value_that_moved_since(database: str) -> None:
    number = ask({"town": "Metz", "complement": "Escalier D"})
    decide(number, {"town": YES, "complement": YES})
    record(complement="Bâtiment Z")
    before = counts(*ROWS)
    with pytest.raises(UserError, match="« Complément » a changé depuis la décision"):
        undo(number)
    assert (recorded("town"), counts(*ROWS)) == ("Metz", before)


def test_a_decision_is_not_undone_under_a_newer_request_of_the_same_family(database: str) -> None:
    number = ask({"town": "Metz"})
    decide(number, {"town": YES})
    ask({"town": "Thionville"})
    with pytest.raises(UserError, match="nouvelle demande depuis"):
        undo(number)


def test_undoing_twice_or_before_any_decision_is_refused(database: str) -> None:
    number = ask({"town": "Metz"})
    with pytest.raises(UserError):
        undo(number)
    decide(number, {"town": YES})
    undo(number)
    with pytest.raises(UserError):
        undo(number)

"""Marks of a pupil: in which order, and which one is the last."""

from datetime import date

from data.schooling import results
from tests.data.test_schooling import course, known, mark
from tests.demo_users import CLAIRE, MARC, SAMIR, as_, both


@both
def test_marks_come_the_latest_first_and_those_without_a_day_last(database: str) -> None:
    taken = course("Irina", "Samir")
    undated = mark(taken, None, 1000)
    old, new = mark(taken, date(2059, 10, 1), 1200), mark(taken, date(2059, 11, 3), 1100)
    mark(taken, date(2059, 11, 5), 1300, "Samir")
    with as_(CLAIRE) as uow:
        assert [each.id for each, _ in results.marks(uow, known().id, taken)] == [new, old, undated]
        assert results.marks(uow, known("Nino").id, taken) == []


@both
def test_the_last_mark_is_the_latest_that_has_a_value_since_that_day(database: str) -> None:
    irina, nino, taken = known().id, known("Nino").id, course("Irina", "Nino")
    mark(taken, date(2059, 10, 1), 1250)
    new = mark(taken, date(2059, 11, 3), 1400)
    mark(taken, date(2059, 11, 10), None, absent=True)
    mark(taken, None, 900)
    mark(taken, date(2059, 8, 31), 1900, "Nino")

    def asked(since: date, login: str = CLAIRE) -> dict[int, int]:
        with as_(login, writes=False) as uow:
            return {one: each.id for one, (each, _) in results.last_marks(uow, [irina, nino], since).items()}

    assert asked(date(2059, 9, 1)) == asked(date(2059, 11, 3)) == asked(date(2059, 9, 1), MARC) == {irina: new}
    assert asked(date(2059, 11, 4)) == asked(date(2059, 9, 1), SAMIR) == {}
    zero = mark(taken, date(2059, 11, 20), 0)
    assert asked(date(2059, 9, 1)) == {irina: zero}
    assert set(asked(date(2059, 8, 31))) == {irina, nino}

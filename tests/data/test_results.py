"""What evaluations add up to."""

from data.schooling import results
from data.schooling.models import Attended, Course, Enrolment


def test_averages_are_those_of_one_department_year_by_year() -> None:
    def taken(year: str, department: str, average: int | None) -> Attended:
        row = Course(id=1, site_id=1, school_year=year, number="1", name="", department=department)
        return Attended(Enrolment(site_id=1, pupil_id=1, course_id=1, average=average), row, None)

    past = [
        taken("2058-2059", "Piano", 1600), taken("2057-2058", "Piano", 1500), taken("2058-2059", "Alto", 200),
        taken("2058-2059", "Piano", 1201), taken("2056-2057", "Piano", None), taken("2055-2056", "Piano", 0),
    ]  # fmt: skip
    assert results.averages(past, "Piano") == [("2055-2056", 0), ("2057-2058", 1500), ("2058-2059", 1400)]
    assert results.averages(past, "Alto") == [("2058-2059", 200)]
    assert results.averages(past, "piano") == results.averages([], "Piano") == []

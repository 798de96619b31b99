"""One wrong value in a right file: asked, refused, doubted, put aside or shown as read otherwise; never written in silence."""

from collections.abc import Callable, Iterator
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.importing import first_reading
from data.importing.kinds.registry import kind
from data.importing.left_columns import left_columns
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from tests.data.import_helpers import check, conflicts, faults, give
from tests.data.planted_files import SEEN, TOTALS, File, csv, files
from tests.days import THOROUGH

KINDS = (
    "families", "pupils", "pupils-and-adults", "courses", "invoices", "payments", "marks", "absences", "lessons", "assessments", "pieces",
    "instalments", "links", "enrolments",
)  # fmt: skip
PLANTED = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
LINE = 3  # of those below the titles, from 0: the fifth of the file


def of_kind(name: str) -> File:
    return next(each for each in files() if each.kind == name)


def reported(run: ImportRun, report: Report, line: int, title: str, usual: Report) -> Iterator[str]:
    """How a line is reported, beside what the right file says too."""
    known = {each.key for each in usual.questions}
    looked = first_reading.looked_of(run)
    yield from (str(each.why) for each in report.faults if each.line == line)
    yield from (each.key for each in report.questions if each.key not in known)
    yield from (text for number, text in conflicts(report) if number == line and (number, text) not in conflicts(usual))
    yield from (str(each.why) for each in report.aside if each.line == line)
    yield from (each.value for each in report.understood if each.line == line)
    yield from (str(each.why) for each in (looked.left_out if looked else ()) if each.line == line)
    yield from (each.why for each in left_columns(kind(run.kind), run.heads, run.matched) if each.title == title)


@pytest.mark.parametrize("name", KINDS)
def test_a_right_file_says_nothing(database: str, name: str) -> None:
    file = of_kind(name)
    report = check(give(name, csv([file.heads, *file.rows])))
    assert (faults(report), report.questions, report.understood) == ([], [], [])


@pytest.fixture
def usual(database: str) -> Callable[[str], Report]:
    """What a right file says, checked once."""
    return cache(lambda name: check(give(name, csv([of_kind(name).heads, *of_kind(name).rows]))))


@PLANTED
@given(st.data())
def test_a_wrong_value_is_never_written_in_silence(usual: Callable[[str], Report], data: st.DataObject) -> None:
    file = of_kind(data.draw(st.sampled_from(KINDS)))
    title = data.draw(st.sampled_from(sorted(file.wrong)))
    value = data.draw(file.values(title))
    run = give(file.kind, file.planted(title, value, LINE))
    assert list(reported(run, check(run), LINE + 2, title, usual(file.kind))), (file.kind, title, value)


@pytest.mark.parametrize("name", KINDS)
def test_each_column_reports_what_was_seen_wrong_in_it(usual: Callable[[str], Report], name: str) -> None:
    """Every value that was seen wrong; one of each column where not every example is asked for."""
    file = of_kind(name)
    silent = []
    for title, sort in file.wrong.items():
        values = SEEN[sort] if isinstance(sort, str) else sort
        for value in values if THOROUGH else [values[len(title) % len(values)]]:
            run = give(name, file.planted(title, value, LINE))
            if not list(reported(run, check(run), LINE + 2, title, usual(name))):
                silent.append((title, value))
    assert silent == []


@pytest.mark.parametrize("name", KINDS)
def test_a_total_at_the_end_is_no_record(database: str, name: str) -> None:
    """Left out; of three columns, where a total might be a key, refused."""
    file = of_kind(name)
    for total in TOTALS:
        rows = [*file.rows, [total, *[""] * (len(file.heads) - 2), "1234,00"]]
        run = give(name, csv([file.heads, *rows]))
        looked = first_reading.looked_of(run)
        assert looked is not None
        found = looked.left_out or check(run).faults
        assert {each.line for each in found} == {len(rows) + 1}, total

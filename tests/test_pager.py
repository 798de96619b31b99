"""A page of a long list, asked for by a button or by its number."""

import pytest

from components.ui.pager import NUMBER, skip_to, within
from components.ui.panel import Act


@pytest.mark.parametrize(("typed", "skip"), [("7", 300), (" 2 ", 50), ("999", 550), ("0", 0), ("x", 0), ("-3", 0)])
def test_a_number_that_is_typed_opens_that_page_or_the_nearest_there_is(typed: str, skip: int) -> None:
    assert skip_to(Act("page", of="12", values={NUMBER: typed}), 50) == skip


def test_a_button_says_what_stands_before_its_page() -> None:
    assert skip_to(Act("page", of="150"), 50) == 150


@pytest.mark.parametrize(
    ("skip", "total", "opened"),
    [(0, 0, 0), (50, 50, 0), (100, 100, 50), (100, 101, 100), (50, 999, 50), (900, 120, 100)],
)
def test_a_page_that_emptied_gives_way_to_the_last_there_is(skip: int, total: int, opened: int) -> None:
    assert within(skip, 50, total) == opened

"""A page of a long list, asked for by a button or by its number."""

import pytest

from components.ui.pager import NUMBER, skip_to
from components.ui.panel import Act


@pytest.mark.parametrize(("typed", "skip"), [("7", 300), (" 2 ", 50), ("999", 550), ("0", 0), ("x", 0), ("-3", 0)])
def test_a_number_that_is_typed_opens_that_page_or_the_nearest_there_is(typed: str, skip: int) -> None:
    assert skip_to(Act("page", of="12", values={NUMBER: typed}), 50) == skip


def test_a_button_says_what_stands_before_its_page() -> None:
    assert skip_to(Act("page", of="150"), 50) == 150

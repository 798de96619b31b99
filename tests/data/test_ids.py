"""A number that a browser sends is one, or nothing."""

import pytest

from data.core.ids import MAX_ID, parse_id


@pytest.mark.parametrize(("sent", "number"), [("0", 0), ("12", 12), ("0012", 12), (7, 7), (str(MAX_ID), MAX_ID)])
def test_what_is_a_number_is_read(sent: object, number: int) -> None:
    assert parse_id(sent) == number


@pytest.mark.parametrize(
    "sent", ["", " 1", "-1", "1.0", "1e3", "١٢", "²", "x", "1" * 10, -3, 10**10, True, None, 1.0, ["1"], {"1": 1}]
)
def test_whatever_else_is_nothing(sent: object) -> None:
    assert parse_id(sent) is None

"""Each test of data/ begins at the same instant."""

import pytest

from data.core import clock
from tests.days import MOMENT


@pytest.fixture(autouse=True)
def _at_the_moment() -> None:
    clock.set_to(MOMENT)

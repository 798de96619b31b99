"""Each test of data/ begins at the same instant."""

from datetime import datetime

import pytest

from data.core import clock
from tests.days import MOMENT, USUAL


@pytest.fixture(autouse=True)
def _at_the_moment() -> None:
    clock.set_to(MOMENT)


@pytest.fixture
def in_the_files_year(_at_the_moment: None) -> None:
    """Files that name 2026-2027 are read within that year: later it is asked whether a past one is meant."""
    clock.set_to(datetime.fromisoformat(USUAL.at))

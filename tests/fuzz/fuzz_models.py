"""Many acts in any order against a model (tests/data/models_of_acts.py), on both databases."""

import secrets
import time
from functools import partial

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.core import seed
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.conftest import move_to
from tests.data.models_of_acts import MACHINES
from tests.demo_users import both
from tests.fuzz.engine import SECONDS, SEED


@both
@pytest.mark.parametrize("machine", MACHINES)
def test_the_portal_keeps_what_the_model_keeps(database: str, machine: type[RuleBasedStateMachine]) -> None:
    move_to(DATABASE_URL=database, DEMO="1")
    until, rounds, start = time.monotonic() + SECONDS, 0, int(SEED or secrets.randbelow(2**32))
    many = settings(
        max_examples=10,
        stateful_step_count=30,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    while time.monotonic() < until:
        seeded = seed(start + rounds)(partial(machine))
        try:
            run_state_machine_as_test(seeded, settings=many)
        except BaseException:
            print(f"{machine.__name__}: FUZZ_SEED={start + rounds} begins with what failed")
            raise
        rounds += 1
    print(f"{machine.__name__}, {database.partition(':')[0]}: {rounds * 10} sequences of 30 acts")

"""A few acts in any order against the models of tests/data/models_of_acts.py; `make fuzz` tries many, on both databases."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.conftest import move_to
from tests.data.models_of_acts import MACHINES


@pytest.mark.parametrize("machine", MACHINES)
def test_the_portal_keeps_what_the_model_keeps(database: str, machine: type[RuleBasedStateMachine]) -> None:
    move_to(DATABASE_URL=database, DEMO="1")
    few = settings(max_examples=3, stateful_step_count=12, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=few)

"""Moderation, re-enrolment and payments against the models of tests/data/models_of_acts.py; `make fuzz` tries many acts, on both databases."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import move_to
from tests.data.models_of_acts import MACHINES, Machine, walk
from tests.demo_users import both


@both
@pytest.mark.parametrize("machine", MACHINES)
def test_on_its_path_the_portal_does_what_the_model_does(database: str, machine: Machine) -> None:
    move_to(DATABASE_URL=database, DEMO="1")
    walk(machine)


@pytest.mark.parametrize("machine", MACHINES)
def test_the_portal_keeps_what_the_model_keeps(database: str, machine: Machine) -> None:
    move_to(DATABASE_URL=database, DEMO="1")
    few = settings(max_examples=1, stateful_step_count=12, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(machine, settings=few)

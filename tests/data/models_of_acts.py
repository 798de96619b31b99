"""What the portal keeps of many acts in any order, against models of ten lines: moderation, re-enrolment, payments online.

The machines run on the database of whoever starts them: tests/data/test_models.py briefly, tests/fuzz/fuzz_models.py for minutes. The
`PATH` of each meets whatever its rules can meet, refusals included, in few acts: chance alone wants hundreds for it.
"""

from tests.data.model_of_moderation import Moderation
from tests.data.model_of_payments import Paying
from tests.data.model_of_reenrolment import ReEnrolling

Machine = type[Moderation] | type[ReEnrolling] | type[Paying]
MACHINES = (Moderation, ReEnrolling, Paying)


def walk(machine: Machine) -> None:
    """The machine's own path, its model asked after each act."""
    walker = machine()
    walker.begin()
    for name, given in machine.PATH:
        getattr(walker, name)(**given)
        walker.same()

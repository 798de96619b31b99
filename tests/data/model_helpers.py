"""What the models of acts share (tests/data/models_of_acts.py)."""

from typing import Any

from hypothesis import strategies as st

from data.core import database
from tests.demo_users import HELENE, PAUL

STAFF = st.sampled_from((PAUL, HELENE))
Path = tuple[tuple[str, dict[str, Any]], ...]  # rule, and what it is given


def clear(*tables: Any) -> None:
    """Rows of one family's acts before; children first."""
    with database.engine().begin() as connection:
        for table, condition in tables:
            connection.execute(table.__table__.delete().where(condition))

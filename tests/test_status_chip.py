"""Every state that a page shows has its words, and each table holds the members of the class it is filed under."""

from enum import StrEnum

import pytest

from components.ui.icons import _STROKES
from components.ui.status_chip import IN_A_FAMILY_RECORD, IN_A_TITLE, STATES, TO_FAMILIES, States, status_of
from data.mail.outbox import LetterState
from data.reenrolment.models import DocumentState

AUDIENCES = [TO_FAMILIES, IN_A_FAMILY_RECORD, IN_A_TITLE]


@pytest.mark.parametrize("states", STATES)
def test_every_state_has_its_words(states: type[StrEnum]) -> None:
    assert set(STATES[states]) == set(states)


@pytest.mark.parametrize("audience", [STATES, *AUDIENCES])
def test_states_stand_under_their_own_class(audience: States) -> None:
    for states, table in audience.items():
        assert {type(state) for state in table} == {states}
        assert all(status.label and (not status.icon or status.icon in _STROKES) for status in table.values())


def test_an_audience_reads_the_office_s_word_unless_it_has_its_own() -> None:
    assert status_of(LetterState.FAILED).label == "Échec"
    assert status_of(LetterState.FAILED, TO_FAMILIES).label == "Non remis"
    assert status_of(LetterState.SENT, TO_FAMILIES) == status_of(LetterState.SENT)
    assert status_of(DocumentState.VALIDATED, IN_A_TITLE).label == "Validée"

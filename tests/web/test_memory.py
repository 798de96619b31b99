"""What pages held goes back to the system, and nobody waits for it long."""

import gc
from collections.abc import Iterator

import pytest

from components.nicegui_adapter import background_jobs


@pytest.fixture
def looks() -> Iterator[list[int]]:
    """One more for each time that the interpreter looks through all that it holds."""
    found: list[int] = []

    def note(phase: str, about: dict[str, int]) -> None:
        if phase == "start" and about["generation"] == 2:
            found.append(1)

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


@pytest.mark.parametrize(("share", "times"), [(10**9, 1), (0, 2)])
def test_the_longer_a_look_takes_the_longer_until_the_next(
    monkeypatch: pytest.MonkeyPatch, looks: list[int], share: int, times: int
) -> None:
    monkeypatch.setattr(background_jobs, "_memory_due", 0.0)
    monkeypatch.setattr(background_jobs, "MEMORY_SHARE", share)
    monkeypatch.setattr(background_jobs, "MEMORY_MOST", 10.0**9)
    background_jobs._give_memory_back()
    background_jobs._give_memory_back()
    assert len(looks) == times

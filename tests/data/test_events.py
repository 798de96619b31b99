"""Who hears what changed."""

from collections.abc import Callable

from data.core import events

TOPIC = ("tests", 1)


class Page:
    """One that another leaves beside, as soon as it is looked for: as when a page closes in another thread."""

    def __init__(self, leaves: list[Callable[[], None]]) -> None:
        self.leaves, self.heard = leaves, 0

    def __call__(self) -> None:
        self.heard += 1

    def __hash__(self) -> int:
        while self.leaves:
            self.leaves.pop()()
        return id(self)


def test_a_page_that_closes_while_a_change_is_published_takes_it_from_nobody() -> None:
    others: list[Callable[[], None]] = []
    stays = [Page(others) for _ in range(3)]
    leave = [events.follow(TOPIC, page) for page in stays]
    others.append(events.follow(TOPIC, lambda: None))
    events.deliver([TOPIC])
    assert [page.heard for page in stays] == [1, 1, 1]
    for each in leave:
        each()

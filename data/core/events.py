"""Who must hear that something changed. Messages carry topics only; each listener reads again under its own unit of work.

In one process a registry is enough. Several processes share it by setting `relay` to a function that hands the topics
to all of them (LISTEN/NOTIFY, Redis), each of which then calls `deliver`.
"""

import logging
from collections.abc import Callable, Iterable

Topic = tuple[str, int]  # ("family", 12), ("queue", site), ("signin", 7): what changed, whose

_followers: dict[Topic, set[Callable[[], None]]] = {}
relay: Callable[[Iterable[Topic]], None] | None = None


def follow(topic: Topic, callback: Callable[[], None]) -> Callable[[], None]:
    """Call `callback` at each change of `topic`; the answer ends that."""
    _followers.setdefault(topic, set()).add(callback)

    def leave() -> None:
        if callbacks := _followers.get(topic):
            callbacks.discard(callback)
            if not callbacks:
                _followers.pop(topic, None)

    return leave


def publish(topics: Iterable[Topic]) -> None:
    """Say it to every process: only after the commit that changed it."""
    (relay or deliver)(topics)


def deliver(topics: Iterable[Topic]) -> None:
    """Say it to this process's followers, once each."""
    callbacks = {callback for topic in list(topics) for callback in _followers.get(topic, ())}
    for callback in callbacks:
        try:
            callback()
        except Exception:
            logging.getLogger("anacrouse.live").exception("a follower failed")

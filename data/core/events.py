"""Who must hear that something changed. Messages carry topics only; each listener reads again under its own unit of work.

This is one process's registry; `data/core/relay.py` passes what it hears on to the other processes.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable

Topic = tuple[str, int]  # ("family", 12), ("queue", site), ("signin", 7): what changed, whose
MAX_REMEMBERED = 20_000  # topics whose last change is known

_lock = threading.Lock()
_now = 0  # how many times something was published
_last_change: OrderedDict[Topic, int] = OrderedDict()
_forgotten = 0  # the last change of a topic that is remembered no longer
_followers: dict[Topic, set[Callable[[], None]]] = {}
SWEEP_PAUSE_SECONDS = 0.005  # between two pages that are drawn again though nothing is known to have changed


def follow(topic: Topic, callback: Callable[[], None]) -> Callable[[], None]:
    """Call `callback` at each change of `topic`; the answer ends that."""
    with _lock:
        _followers.setdefault(topic, set()).add(callback)

    def leave() -> None:
        with _lock:
            if callbacks := _followers.get(topic):
                callbacks.discard(callback)
                if not callbacks:
                    _followers.pop(topic, None)

    return leave


def moment() -> int:
    """Where the story of changes stands; what is read from now on holds all that was published before."""
    return _now


def changed_since(topic: Topic, moment: int) -> bool:
    """Whether `topic` was published after that moment, or may have been."""
    return max(_last_change.get(topic, 0), _forgotten) > moment


def _note(topics: Iterable[Topic]) -> None:
    global _now, _forgotten  # noqa: PLW0603
    with _lock:
        _now += 1
        for topic in topics:
            _last_change[topic] = _now
            _last_change.move_to_end(topic)
        while len(_last_change) > MAX_REMEMBERED:
            _forgotten = _last_change.popitem(last=False)[1]


def deliver(topics: Iterable[Topic]) -> None:
    """Say it to this process's followers, once each, after the commit. From any thread, while pages come and go in another."""
    topics = list(topics)
    _note(topics)
    with _lock:
        following = [tuple(_followers.get(topic, ())) for topic in topics]
    for callback in {callback for callbacks in following for callback in callbacks}:
        _call(callback)


def deliver_all() -> None:
    """Anything may have changed: all followers hear it, one after the other, so that a crowd of pages does not hold up the loop."""
    global _now, _forgotten  # noqa: PLW0603
    with _lock:
        _now += 1
        _forgotten = _now
        _last_change.clear()
        following = {callback for callbacks in _followers.values() for callback in callbacks}
    for callback in following:
        _call(callback)
        time.sleep(SWEEP_PAUSE_SECONDS)


def _call(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:
        logging.getLogger("anacrouse.live").exception("a follower failed")

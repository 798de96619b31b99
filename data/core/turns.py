"""Slow work has threads of its own, so many at once; what comes meanwhile waits its turn, and only so much of it may wait."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Answer = TypeVar("Answer")
Given = ParamSpec("Given")


class Full(Exception):
    """As much waits as may."""


def _come_after(niceness: int) -> None:
    """Linux gives each thread a niceness of its own, which those that it begins inherit; elsewhere it is the process's."""
    if niceness and sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + niceness)


class Turns:
    """`most` works at once, waiting or under way, and `most_bytes` of what they hold in memory, which one alone may pass.
    `niceness`: by how much its threads come after the loop's, when there are more of them than cores."""

    def __init__(self, name: str, threads: int, *, most: int, most_bytes: int = 0, niceness: int = 0) -> None:
        self.most, self.most_bytes = most, most_bytes
        self._threads = ThreadPoolExecutor(
            threads, thread_name_prefix=name, initializer=_come_after, initargs=(niceness,)
        )
        self._held: list[int] = []  # bytes
        self._lock = threading.Lock()

    def submit(self, work: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> "Future[Answer]":
        """Begun when its turn comes; Full when there is no place."""
        self._take(0)
        future = self._threads.submit(work, *given, **named)
        future.add_done_callback(lambda _: self._give_back(0))
        return future

    async def wait(self, work: Callable[[], Answer], size: int = 0) -> Answer:
        """Its answer, off the loop; Full when there is no place. `size`: the bytes that it holds until then."""
        self._take(size)
        try:
            return await asyncio.wrap_future(self._threads.submit(work))
        finally:
            self._give_back(size)

    @property
    def held(self) -> int:
        """How many works wait or are under way."""
        return len(self._held)

    def close(self) -> None:
        """What is under way ends; what waits is not begun."""
        self._threads.shutdown(cancel_futures=True)

    def _take(self, size: int) -> None:
        with self._lock:
            heavy = self.most_bytes and self._held and sum(self._held) + size > self.most_bytes
            if len(self._held) >= self.most or heavy:
                raise Full
            self._held.append(size)

    def _give_back(self, size: int) -> None:
        with self._lock:
            self._held.remove(size)

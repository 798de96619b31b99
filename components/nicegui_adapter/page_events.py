"""Open pages hear what changes: each follows topics, and draws itself again under its own unit of work."""

import asyncio
from collections.abc import Callable

from nicegui import Client

from components.web import way_on
from data.core import events


def follow(client: Client, topic: events.Topic, act: Callable[[], None]) -> None:
    """Call `act` in the client's page after each change of `topic`, several changes at once counting as one."""
    loop, waiting = asyncio.get_running_loop(), False

    def run() -> None:
        nonlocal waiting
        waiting = False
        _act_in(client, act)

    def changed() -> None:  # from any thread
        nonlocal waiting
        if not waiting and not loop.is_closed():
            waiting = True
            loop.call_soon_threadsafe(run)

    client.on_delete(events.follow(topic, changed))


def act_later(client: Client, seconds: float, act: Callable[[], None]) -> None:
    """Call `act` in the client's page, unless it is gone by then."""
    asyncio.get_running_loop().call_later(seconds, _act_in, client, act)


def _act_in(client: Client, act: Callable[[], None]) -> None:
    if not client.is_deleted:
        with client:
            act()


def leave_when_closed(client: Client, signin_id: int, *, looking: bool = False) -> None:
    """When the session is closed or renewed elsewhere, its open pages load again and the middleware decides.

    Nothing else is needed: every event reads the session's row first. Pages seen as a family leave with that view.
    """
    follow(client, ("signin", signin_id), lambda: client.open(way_on.asked_for(client.request) or "/"))
    if looking:
        follow(client, ("viewing", signin_id), lambda: client.open("/gestion/familles"))

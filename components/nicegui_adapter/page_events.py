"""Open pages hear what changes: each follows topics, and draws itself again under its own unit of work."""

import asyncio
from collections.abc import Callable

from nicegui import Client

from components.web import way_on
from components.web.auth import caller_of
from data.accounts.caller import Caller
from data.core import events
from data.core.database import Unavailable


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


def leave_when_over(client: Client, caller: Caller) -> None:
    """When the session is closed or renewed elsewhere, its open pages load again and the middleware decides; those that are seen
    as a family leave with that view.

    Nothing else is needed: every event reads the session's row first.
    """
    signin_id = caller.signin.id if caller.signin else 0
    seen_as = caller.account.id if caller.account and caller.looking else None

    def look() -> None:
        try:
            now = caller_of(client.request, touch=False)
        except Unavailable:  # the next event says so
            return
        if now.signin is None or now.signin.id != signin_id:
            client.open(way_on.asked_for(client.request) or "/")
        elif seen_as is not None and (now.looks_as is None or now.looks_as.id != seen_as):
            client.open("/gestion/familles")

    follow(client, ("signin", signin_id), look)
    if seen_as is not None:
        follow(client, ("viewing", signin_id), look)

"""The pages that browsers have open: NiceGUI's clients, one for each opening of a screen."""

from collections.abc import Callable

from nicegui import Client, ui

from data.core.database import free_to_write


def counts() -> tuple[int, int]:
    """(pages in memory, those of them whose browser is connected)."""
    pages = list(Client.instances.values())
    return len(pages), sum(page.has_socket_connection for page in pages)


def when_connected(act: Callable[[], object]) -> None:
    """Call `act`, which writes, in the page that is being drawn, each time that its browser connects."""

    async def connected() -> None:
        await free_to_write()
        act()

    ui.context.client.on_connect(connected)

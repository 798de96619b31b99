"""The pages that browsers have open: NiceGUI's clients, one for each opening of a screen."""

from collections.abc import Callable

from nicegui import Client, ui


def counts() -> tuple[int, int]:
    """(pages in memory, those of them whose browser is connected)."""
    pages = list(Client.instances.values())
    return len(pages), sum(page.has_socket_connection for page in pages)


def when_connected(act: Callable[[], object]) -> None:
    """Call `act` in the page that is being drawn, each time that its browser connects."""
    ui.context.client.on_connect(act)

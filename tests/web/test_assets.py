"""What a browser keeps is sent whole, whoever asked first."""

import socket
from collections.abc import Callable

import httpx

from components.nicegui_adapter.static_files import ADDRESS, LIBRARIES
from tests.server import Server


def test_a_browser_that_leaves_while_it_loads_spoils_nothing_for_the_next(launch: Callable[..., Server]) -> None:
    portal = launch()
    for path in (f"{ADDRESS}/{name}" for name in LIBRARIES):
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", portal.port)) as hasty:
                hasty.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\n\r\n".encode())
        answer = httpx.get(portal.url + path)
        assert answer.status_code == 200
        assert len(answer.content) > 5_000, path
        assert answer.headers["cache-control"].startswith("public")

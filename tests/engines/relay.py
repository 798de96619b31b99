"""A line between a browser and the portal that can be held: what the page sends then waits here, and nothing is lost."""

import contextlib
import socket
import threading
from types import TracebackType

from tests.server import Server


class Relay:
    def __init__(self, portal: Server) -> None:
        self.portal, self.open = portal, threading.Event()
        self.open.set()
        self.held = threading.Event()  # something of the page waits
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def hold(self) -> None:
        self.held.clear()
        self.open.clear()

    def let_go(self) -> None:
        self.open.set()

    def __enter__(self) -> "Relay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self.listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                page, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.portal.port))
                for source, target, ours in ((page, server, True), (server, page, False)):
                    threading.Thread(target=self._carry, args=(source, target, ours), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, of_the_page: bool) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                if of_the_page and not self.open.is_set():
                    self.held.set()
                    self.open.wait()
                target.sendall(content)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

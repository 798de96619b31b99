"""Who opens a connection says what they want, and soon: uvicorn waits for ever for the head of a request, of any size.

Bodies have a time of their own (components/web/middleware.py).
"""

from asyncio import BaseTransport, TimerHandle

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from data.core.settings import settings

MAX_HEAD_BYTES = 64 * 1024  # cookies and all
MAX_LEFT_BYTES = 64 * 1024 * 1024  # of a body that was refused: who is closed upon while sending never reads the answer


class TimedProtocol(HttpToolsProtocol):
    """uvicorn's, with a time and a size for the head of each request; and for what is left of a body that nobody reads."""

    _due: TimerHandle | None = None
    _unread_bytes = 0
    _in_body = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._begin()

    def data_received(self, data: bytes) -> None:
        if self._due is None and (self.cycle is None or self.cycle.response_complete):
            self._begin()
        self._unread_bytes += len(data)
        super().data_received(data)
        if self._due is not None and self._unread_bytes > (MAX_LEFT_BYTES if self._in_body else MAX_HEAD_BYTES):
            self.transport.close()

    def on_headers_complete(self) -> None:
        self._end()
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._end()
        self._in_body = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._unread_bytes = 0
        self._due = self.loop.call_later(settings().slow_seconds, self.transport.close)

    def _end(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

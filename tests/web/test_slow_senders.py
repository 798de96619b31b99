"""Who sends half and waits, opens socket after socket, or nests without end, holds nothing for long and fills no log (R-32)."""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Iterator

import psutil
import pytest
from starlette.types import Message
from websockets.exceptions import ConnectionClosed, InvalidStatus

from components.web.middleware import SecurityMiddleware
from tests.server import PATIENCE, Server, wait_for
from tests.web.http_client import Person, Tab, open_socket

Come, Launch = Callable[..., Person], Callable[..., Server]
SCHOOL, HOME = "8.8.4.4", "8.8.8.8"  # addresses of nobody here: a proxy of ours says them


@pytest.fixture
def strict(launch: Launch) -> Server:
    """Short times and few sockets."""
    return launch(TRUSTED_PROXIES="127.0.0.1", SLOW_SECONDS="1", SOCKETS_PER_PAGE="3", SOCKETS_PER_ADDRESS="5")


@contextlib.contextmanager
def half(portal: Server, sent: str) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", portal.port), timeout=PATIENCE) as opened:
        opened.sendall(sent.encode())
        yield opened


def ended(opened: socket.socket) -> bytes:
    """All that comes until the portal closes."""
    found = b""
    with contextlib.suppress(ConnectionResetError):
        while more := opened.recv(65536):
            found += more
    return found


def test_half_sent_requests_are_let_go(strict: Server) -> None:  # row 71
    host = f"Host: 127.0.0.1:{strict.port}\r\nOrigin: {strict.url}\r\n"
    post = f"POST /connexion HTTP/1.1\r\n{host}Content-Type: application/x-www-form-urlencoded\r\n"
    whole = f"GET /healthz HTTP/1.1\r\n{host}\r\n"
    with contextlib.ExitStack() as stack:
        opened = [
            stack.enter_context(half(strict, sent))
            for sent in (
                "",
                "GET / HTTP/1.1\r\n",
                f"GET / HTTP/1.1\r\n{host}X-A: ",
                f"{post}Content-Length: 500\r\n\r\nsite=valmont",
                f"{post.replace('/connexion', '/accessibilite/reglages')}Content-Length: 500\r\n\r\nmode=on",
                f"{post}Transfer-Encoding: chunked\r\n\r\n4\r\nsite",
                f"{whole}GET /healthz HTTP/1.1\r\nHost",  # one that was answered, and half of the next
                f"GET /healthz HTTP/1.1\r\n{host}Content-Length: 90\r\n\r\nx",  # a body that nobody reads
            )
        ]
        answers = [ended(each) for each in opened]
    assert answers[:3] == [b"", b"", b""]
    assert not any(answer.startswith(b"HTTP/1.1 200") for answer in answers[3:6])
    assert [answer.count(b"HTTP/1.1 200") for answer in answers[6:]] == [1, 1]
    with half(strict, f"GET / HTTP/1.1\r\n{host}") as opened_one, contextlib.suppress(OSError):
        for _ in range(100):  # a head without end
            opened_one.sendall(b"X-A: " + b"x" * 65_000 + b"\r\n")
        assert not ended(opened_one).startswith(b"HTTP/1.1 2")
    with Person(strict) as visitor:
        assert visitor.get("/healthz").status_code == 200
    strict.check_log()  # who leaves in the middle is no fault of ours


def test_who_sends_too_much_reads_that_it_was_too_much(portal: Server) -> None:
    """Whoever is closed upon while sending is told of a broken line instead."""
    host = f"Host: 127.0.0.1:{portal.port}\r\nOrigin: {portal.url}\r\n"
    with half(portal, f"POST /connexion HTTP/1.1\r\n{host}Content-Length: 4000000\r\n\r\n") as opened:
        assert opened.recv(65536).startswith(b"HTTP/1.1 413")
        for _ in range(40):
            opened.sendall(b"x" * 100_000)
        opened.sendall(f"GET /healthz HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
        assert b"HTTP/1.1 200" in ended(opened)


def test_what_a_stopping_server_cannot_finish_is_answered_in_words() -> None:
    """uvicorn cancels it, and would itself answer « Internal Server Error »."""
    came: list[Message] = []

    async def never(_scope: object, _receive: object, _send: object) -> None:
        asyncio.current_task().cancel()  # type: ignore[union-attr]
        await asyncio.sleep(0)

    async def send(message: Message) -> None:
        came.append(message)

    headers = [(b"host", b"localhost"), (b"cookie", b"langue=en")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
    asyncio.run(SecurityMiddleware(never, "/_", lambda _: True)(scope, never, send))  # type: ignore[arg-type]
    start, body = came
    assert start["status"] == 503
    assert {b"retry-after", b"content-security-policy"} <= {name for name, _ in start["headers"]}
    assert "The portal is restarting." in body["body"].decode()


@pytest.mark.parametrize("path", ["/accessibilite/reglages", "/connexion", "/paiement/avis/simulateur"])
def test_who_leaves_while_a_form_is_read_is_no_fault_of_ours(portal: Server, path: str) -> None:
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n"
    post = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\nOrigin: {portal.url}\r\n{form}\r\nmode=on"
    assert portal.process
    server = psutil.Process(portal.process.pid)
    with Person(portal) as visitor:
        with half(portal, post) as opened:
            mine = opened.getsockname()
            assert visitor.get("/healthz").status_code == 200  # the form is being waited for
        wait_for(
            lambda: mine not in [each.raddr for each in server.net_connections("tcp")], "the end of the connection"
        )
        assert visitor.get("/healthz").status_code == 200
    portal.check_log()


def test_a_page_and_an_address_have_so_many_sockets_and_no_more(strict: Server, come: Come) -> None:
    claire, marc = come("aubry.claire", to=strict, address=SCHOOL), come("aubry.marc", to=strict, address=SCHOOL)
    page, other = Tab(claire, "/famille"), Tab(marc, "/famille")

    def opens(tab: Tab, count: int) -> list[bool]:
        found = []
        for _ in range(count):
            try:
                sockets.append(open_socket_from(tab))
                found.append(True)
            except (InvalidStatus, ConnectionClosed, AssertionError):
                found.append(False)
        return found

    sockets: list[object] = []
    assert opens(page, 6) == [True] * 3 + [False] * 3
    assert opens(other, 4) == [True] * 2 + [False] * 2
    elsewhere = Tab(come("belkacem.samir", to=strict, address=HOME), "/famille")
    assert opens(elsewhere, 1) == [True]
    for each in sockets:
        each.close()  # type: ignore[attr-defined]
    with Tab(marc, "/famille") as again:
        assert again.act("nothing of ours")


def open_socket_from(tab: Tab) -> object:
    return open_socket(tab.person, tab.boot["query"])


def test_what_nests_without_end_is_reported_in_a_line(portal: Server, claire: Person) -> None:
    read = len(portal.log)
    for deep in ("[" * 100_000, '{"a":' * 100_000, "[" * 900 + "]" * 900):
        with Tab(claire, "/famille") as tab:
            element, listener, _ = tab.panel()
            assert tab.socket
            named = {"id": element, "client_id": tab.client_id, "listener_id": listener}
            for packet in (f"42{deep}", f'42["event",{deep}]', "42" + json.dumps(["event", {**named, "args": [deep]}]),
                           f'42["handshake",{deep}]', f'42["log",{deep}]', f"40{deep}", f"451-{deep}", deep):  # fmt: skip
                with contextlib.suppress(ConnectionClosed):
                    tab.socket.send(packet)
        assert claire.get("/famille").status_code == 200
    assert "Traceback" not in portal.log[read:]

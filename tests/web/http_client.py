"""A browser without a screen: HTTP with cookies, and NiceGUI's websocket spoken as its own script speaks it."""

import contextlib
import itertools
import json
import time
import uuid
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from bs4 import BeautifulSoup, Tag
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.server import PASSWORD, PATIENCE, PLAIN, Server

NO = object()
_addresses = itertools.count(1)


class Person(httpx.Client):
    """Somebody with a browser, at an address of their own. `login` signs in by the form, as families do."""

    def __init__(
        self, portal: Server, login: str = "", site: str = "valmont", *, address: str = "", **options: Any
    ) -> None:
        number = next(_addresses)
        behind_the_proxy = address or f"198.18.{number // 250}.{number % 250}"
        super().__init__(
            base_url=portal.url,
            timeout=PATIENCE,
            limits=httpx.Limits(keepalive_expiry=2),  # seconds; the server closes what is idle after five
            verify=PLAIN,
            trust_env=False,
            headers={"origin": portal.url, "x-forwarded-for": behind_the_proxy},
            **options,
        )
        self.portal = portal
        if login:
            answer = self.sign_in(login, site)
            assert answer.status_code == 303, answer.text

    def sign_in(self, login: str, site: str = "valmont", word: str = PASSWORD, **more: str) -> httpx.Response:
        return self.post("/connexion", data={"site": site, "identifiant": login, "mot_de_passe": word, **more})

    def soup(self, path: str) -> BeautifulSoup:
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.headers.get('location')}"
        return parsed(answer.text)

    def text(self, path: str) -> str:
        return text_of(self.soup(path))

    def token(self) -> str:
        return self.cookies["anacrouse"]


def parsed(page: str) -> BeautifulSoup:
    """The page, its long words whole: lxml would take <wbr> for a pair of tags."""
    return BeautifulSoup(page.replace("<wbr>", ""), "lxml")


def text_of(soup: BeautifulSoup | str) -> str:
    """What a person reads, spaces folded."""
    soup = parsed(soup) if isinstance(soup, str) else soup
    for unread in soup(["script", "style", "option"]):
        unread.decompose()
    return " ".join(soup.get_text(" ").split())


def form_values(form: Tag) -> dict[str, str]:
    """What a browser sends of a form nobody touched."""
    values = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = str(field.get("name", "")), field.get("type")
        if not name or kind in {"file", "submit"} or (kind in {"radio", "checkbox"} and not field.has_attr("checked")):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            values[name] = str(chosen.get("value", "")) if chosen else ""
        else:
            values[name] = field.get_text() if field.name == "textarea" else str(field.get("value", ""))
    return values


class Tab:
    """One open screen: its first paint, then its websocket."""

    def __init__(self, person: Person, path: str) -> None:
        self.person, self.path = person, path
        self.soup = person.soup(path)
        boot = self.soup.find("script", id="boot")
        assert boot is not None, f"{path} is no screen"
        self.boot = json.loads(boot.get_text())
        self.client_id, self.elements = self.boot["query"]["client_id"], self.boot["elements"]
        self.opened: list[str] = []
        self.socket: ClientConnection | None = None
        self.came = SimpleQueue[str | None]()  # None: the line is closed

    def connect(self) -> "Tab":
        self.socket = open_socket(self.person, self.boot["query"])
        Thread(target=self._listen, args=(self.socket,), daemon=True).start()
        self.socket.send("40")
        answer = self.receive(lambda packet: packet[:2] in {"40", "44"})
        assert answer.startswith("40"), answer
        return self

    def __enter__(self) -> "Tab":
        return self.connect()

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self.socket:
            self.socket.close()

    def listeners(self) -> list[tuple[int, str, str]]:
        """(element, listener, type of event) of everything the page listens to."""
        return [
            (int(key), event["listener_id"], event["type"])
            for key, element in self.elements.items()
            for event in element.get("events", [])
        ]

    def actions(self) -> set[str]:
        """What the page's markup names."""
        return {
            str(tag[name])
            for name in ("data-do", "data-search", "data-change")
            for tag in self.soup.find_all(attrs={name: True})
        }

    def _listen(self, socket: ClientConnection) -> None:
        """At every moment, as a browser does: who answers no ping is held for gone."""
        with contextlib.suppress(ConnectionClosed):
            for packet in socket:
                if packet == "2":
                    socket.send("3")
                self.came.put(str(packet))
        self.came.put(None)

    def receive(self, wanted: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """The next packet that is wanted; updates are kept."""
        until = time.monotonic() + seconds
        while True:
            try:
                packet = self._next(max(0.01, until - time.monotonic()))
            except Empty:
                pytest.fail(f"{self.path}: no answer in {seconds} s")
            if wanted(packet):
                return packet

    def _next(self, seconds: float) -> str:
        assert self.socket
        packet = self.came.get(timeout=seconds)
        if packet is None:
            self.came.put(None)
            self.socket.recv(timeout=0)  # says how it was closed
            raise AssertionError("closed, and a packet comes")
        if packet.startswith("42"):
            self._note(*json.loads(packet[2:]))
        return packet

    def _note(self, name: str, content: Any) -> None:
        if name == "update":
            self.elements.update({key: element for key, element in content.items() if key != "_id"})
        elif name == "open":
            self.opened.append(content["path"])

    def emit(self, listener: tuple[int, str, str], *sent: Any) -> None:
        self.send_raw(
            "event",
            {
                "id": listener[0],
                "client_id": self.client_id,
                "listener_id": listener[1],
                "args": [json.dumps(each) for each in sent],
            },
        )

    def send_raw(self, name: str, content: Any) -> None:
        """What came meanwhile is taken first."""
        assert self.socket
        with contextlib.suppress(Empty, ConnectionClosed):
            while True:
                self._next(0.0001)
        self.socket.send("42" + json.dumps([name, content]))

    def commands(self) -> dict[str, dict[str, Any]]:
        return {key: element.get("props", {}).get("command") or {} for key, element in self.elements.items() if element}

    def panel(self) -> tuple[int, str, str]:
        found = [listener for listener in self.listeners() if listener[2] == "act"]
        assert found, f"{self.path} has no panel that acts"
        return found[0]

    def act(self, do: str, of: Any = "", **values: str) -> dict[str, Any]:
        """Do what a person does; the panel's answer."""
        listener = self.panel()
        key, before = str(listener[0]), self.commands()[str(listener[0])].get("n", 0)
        self.emit(listener, {"do": do, "of": str(of), "values": values})
        self.receive(lambda _: self.commands()[key].get("n", 0) > before)
        return self.commands()[key]

    def save(self, form: str = "form[data-do=save]", **changed: str) -> dict[str, Any]:
        """« Modifier » with these fields changed, everything else as it stands."""
        found = self.soup.select_one(form)
        assert found is not None, f"{self.path}: no {form}"
        values = form_values(found)
        assert set(changed) <= set(values), set(changed) - set(values)
        return self.act("save", found["data-of"], **{**values, **changed})

    def shown(self) -> str:
        """What the panels show: as drawn last, or the first paint."""
        return text_of(self.markup())

    def markup(self) -> str:
        """The panels' own markup."""
        return "".join(
            element.get("props", {}).get("content") or str(self.soup.find(id=f"c{key}"))
            for key, element in self.elements.items()
            if element and element.get("tag") == "portal-panel"
        )

    def wait_until(self, condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
        if not condition():
            self.receive(lambda _: condition(), seconds)


def open_socket(person: Person, query: dict[str, Any], *, origin: Any = NO, cookies: bool = True) -> ClientConnection:
    """A websocket as the page's script opens it; the server's greeting is read."""
    asked = {
        **query,
        "document_id": str(uuid.uuid4()),
        "tab_id": str(uuid.uuid4()),
        "old_tab_id": "null",
        "EIO": "4",
        "transport": "websocket",
    }
    asked = {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}
    headers = (
        {"cookie": "; ".join(f"{name}={value}" for name, value in person.cookies.items())}
        if cookies and person.cookies
        else {}
    )
    headers["x-forwarded-for"] = str(person.headers["x-forwarded-for"])
    address = f"{person.portal.url.replace('http', 'ws')}/_nicegui_ws/socket.io/?{urlencode(asked)}"
    opened = connect(
        address,
        compression=None,
        origin=person.portal.url if origin is NO else origin,
        additional_headers=headers,
        max_size=None,
        max_queue=None,
        open_timeout=PATIENCE,
        close_timeout=10,
        ping_interval=None,  # the server pings, as engine.io does; this library’s own would give a busy machine up
    ).__enter__()
    assert str(opened.recv(timeout=PATIENCE)).startswith("0")
    return opened


def refused_socket(person: Person, query: dict[str, Any], origin: str | None) -> int:
    """The status with which the middleware turns a websocket away."""
    with pytest.raises(InvalidStatus) as raised, contextlib.closing(open_socket(person, query, origin=origin)):
        pass
    return raised.value.response.status_code


def ended(tab: Tab) -> bool:
    """Whether the server closed the page's websocket or sent the page elsewhere."""
    try:
        tab.receive(lambda _: bool(tab.opened))
    except ConnectionClosed:
        return True
    return bool(tab.opened)

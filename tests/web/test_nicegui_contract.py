"""What components/nicegui_adapter leans on inside NiceGUI, one test each, on the real one: an upgrade fails here first.

Each says what it stands on and where to mend. docs/decisions/nicegui_internals.md has the table; `make test-nicegui` runs
this file with the last three minor versions.
"""

import ast
import asyncio
import html
import inspect
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import nicegui.json
import nicegui.nicegui
import pytest
import socketio.exceptions
from bs4 import BeautifulSoup
from fastapi import FastAPI, Request
from nicegui import Client, app, core, ui
from nicegui.element import Element
from starlette.responses import PlainTextResponse, Response

from components.assets import serving
from components.nicegui_adapter import document, frame, open_pages, screens, server, socket_ownership, static_files
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui.markup import tag
from tests.server import PATIENCE, ROOT
from tests.web.nicegui_pages import (
    OUR_SCRIPT,
    PATH,
    STATIC,
    THEIR_OWN,
    THEIR_SCRIPT,
    boot_of,
    given_to_create_app,
    handshake_of,
    ours,
    request_of,
    theirs,
    with_a_panel,
)

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", autouse=True)
def _configured() -> None:
    """As `ui.run` does, without serving: NiceGUI builds no document before."""
    if not core.app.config.has_run_config:
        ui.run_with(FastAPI(), tailwind=False, prod_js=True, reconnect_timeout=30, language="fr")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """A page as NiceGUI makes it for a request, with its outbox at work."""
    monkeypatch.setattr(core, "loop", asyncio.get_running_loop())
    made = Client(ui.page(PATH), request=request_of())
    yield made
    if not made.is_deleted:
        made.delete()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """NiceGUI's own application asked over HTTP, in this process; what a test hangs into it goes afterwards."""
    monkeypatch.setattr(app, "middleware_stack", None)

    def get(path: str, **headers: str) -> Any:
        asked = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")
        return asked.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    yield get
    app.remove_route(PATH)


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What NiceGUI listens to on every socket; a test may take it over."""
    known = core.sio.handlers["/"]
    for name, handler in list(known.items()):
        monkeypatch.setitem(known, name, handler)
    return known


async def test_the_response_is_ours(site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands on: a page's answer is Client.build_response(request, status_code). Mend: server.prepare, document.build_response."""
    asked, built = (list(inspect.signature(each).parameters)[1:] for each in (THEIR_OWN, document.build_response))
    assert asked == built == ["request", "status_code"]
    monkeypatch.setattr(Client, "build_response", document.build_response)
    ui.page(PATH)(lambda number: with_a_panel(ui.context.client) and None)
    answer = await site("/contract/7")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert BeautifulSoup(answer.text, "lxml").select_one("main section.flow p").get_text() == "<Famille> & `${x}`"


async def test_the_response_is_marked_as_built(client: Client) -> None:
    """Stands on: Client._response_built, which tells that later changes are sent. Mend: document.build_response."""
    assert client._response_built is False
    theirs(client)
    assert client._response_built is True
    client._response_built = False
    with_a_panel(client)
    ours(client)
    assert client._response_built is True


async def test_the_outbox_keeps_what_is_sent_later(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands on: Outbox.updates, next_message_id, prune_history; a changed element is sent whole under its number.
    Mend: document.build_response, socket_ownership.take_over, portal.js."""
    sent, came = list[tuple[str, Any, str]](), asyncio.Event()

    async def emit(kind: str, data: Any, room: str) -> None:
        sent.append((kind, data, room))
        came.set()

    monkeypatch.setattr(core.sio, "emit", emit)
    panel = with_a_panel(client)
    assert panel.id in client.outbox.updates
    assert boot_of(ours(client))["query"]["next_message_id"] == client.outbox.next_message_id == 0
    assert not client.outbox.updates
    await nicegui.nicegui._on_handshake("test-1", handshake_of(client))
    panel.props["content"] = "<p>new</p>"
    panel.update()
    await asyncio.wait_for(came.wait(), 240)
    [(kind, data, room)] = sent
    assert (kind, room, data.pop("_id")) == ("update", client.id, 0)
    assert {str(key): value for key, value in data.items()} == {str(panel.id): panel._to_dict()}
    assert len(client.outbox.message_history) == 1
    client.outbox.prune_history(1)
    assert not client.outbox.message_history


async def test_an_element_has_its_form_on_the_wire(client: Client) -> None:
    """Stands on: Element._to_dict and NiceGUI's own document, which writes the same. Mend: document.build_response, portal.js."""
    panel = with_a_panel(client)
    wire = json.loads(nicegui.json.dumps(panel._to_dict()))
    assert wire.keys() == {"tag", "class", "props", "events"}
    assert (wire["tag"], wire["class"], wire["props"]) == ("portal-panel", ["flow"], {"as": "section"})
    [event] = wire["events"]
    assert event["type"] == "act"
    assert event["js_handler"] is None  # it would be evaluated
    assert {"listener_id", "args", "throttle", "specials", "modifiers", "keys"} <= event.keys()
    raw = re.search(r"parseElements\(String\.raw`(.*?)`\)", theirs(client), re.S)[1]
    assert boot_of(ours(client))["elements"] == json.loads(html.unescape(raw))


async def test_the_layout_is_four_elements_in_each_other(client: Client) -> None:
    """Stands on: Client.layout (number 0), page_container, a page, content; default_slot.children; Element.tag, classes and props
    that can be emptied. Mend: frame.make_plain, frame.put_last_at, document.first_paint."""
    assert [element.tag for element in client.elements.values()] == ["q-layout", "q-page-container", "q-page", "div"]
    assert client.layout.id == 0
    main = frame.make_plain(client)
    assert [child.id for child in client.page_container.default_slot.children] == [main.id]
    assert [child.id for child in main.default_slot.children] == [client.content.id]
    with client.layout:
        StaticPanel(tag("p", "first"), tag="header")
        frame.put_last_at(client.layout, 0)
    painted = BeautifulSoup(document.first_paint(client.layout), "lxml")
    assert [each.name for each in painted.select_one("#c0").find_all(recursive=False)] == ["header", "div"]
    assert painted.select_one("#c0 > div > main > div")["id"] == f"c{client.content.id}"
    assert boot_of(ours(client))["elements"]["0"]["children"][1] == client.page_container.id


async def test_a_pages_storage_is_a_place_of_ours(client: Client) -> None:
    """Stands on: Client.storage, a mapping of one page that NiceGUI neither fills nor sends. Mend: frame.frame, document."""
    assert dict(client.storage) == {}
    client.storage["language"] = "a word that is sent nowhere"
    assert client.storage.get("language") == "a word that is sent nowhere"
    assert "a word that is sent nowhere" not in theirs(client)
    del client.storage["language"]
    assert client.storage.get("language", "fr") == "fr"


async def test_every_message_of_a_socket_passes_by_us(handlers: dict[str, Any]) -> None:
    """Stands on: core.sio, its _handle_event, the names that NiceGUI listens to; a name more is a way in that nobody guards.
    Mend: socket_ownership.take_over."""
    before = dict(handlers)
    assert before.keys() == {"connect", "disconnect", "handshake", "event", "ack", "log", "javascript_response"}
    socket_ownership.take_over()
    assert {name for name, handler in handlers.items() if handler is not before[name]} == before.keys() - {
        "connect",
        "disconnect",
    }
    sent = set(re.findall(r'socket\??\.emit\(\s*"(\w+)"', THEIR_SCRIPT))
    assert sent == before.keys() - {"connect", "disconnect"} == socket_ownership.MESSAGES
    assert core.sio._handle_event is socket_ownership._only_what_scripts_send


async def test_an_event_reaches_its_element_and_only_from_its_own_socket(
    client: Client, handlers: dict[str, Any]
) -> None:
    """Stands on: Client.handle_event and the form in which nicegui.js sends an event. Mend: socket_ownership, panel_element."""
    form = re.search(r'emit\("event", \{(.*?)\}\)', THEIR_SCRIPT, re.S)[1]
    assert re.findall(r"(\w+): ", form) == ["id", "client_id", "listener_id", "args"]
    panel = with_a_panel(client)
    [listener] = panel._to_dict()["events"]
    sent = {"id": panel.id, "client_id": client.id, "listener_id": listener["listener_id"], "args": ['{"do": "save"}']}
    socket_ownership.take_over()
    handlers["event"]("test-1", dict(sent))
    assert "command" not in panel.props
    await nicegui.nicegui._on_handshake("test-1", handshake_of(client))
    handlers["event"]("test-1", dict(sent))
    assert panel.props["command"] == {"n": {"do": "save"}}


async def test_a_handshake_connects_a_page_and_one_for_none_is_refused(client: Client) -> None:
    """Stands on: nicegui._on_handshake(sid, data) -> bool, the connect handlers, `has_socket_connection`, and « Implicit handshake
    failed », at which nicegui.js loads the page again. Mend: socket_ownership._handshake, open_pages."""
    connected, called = list[int](), asyncio.Event()

    def act() -> None:
        connected.append(1)
        called.set()

    with client:
        open_pages.when_connected(act)
    in_memory, before = open_pages.counts()
    assert await nicegui.nicegui._on_handshake("test-0", {**handshake_of(client), "client_id": "nobody"}) is False
    assert await nicegui.nicegui._on_handshake("test-1", handshake_of(client)) is True
    assert open_pages.counts() == (in_memory, before + 1)
    await asyncio.wait_for(called.wait(), PATIENCE)  # once it is free to write
    assert connected == [1]
    with pytest.raises(socketio.exceptions.ConnectionRefusedError, match="Implicit handshake failed"):
        await nicegui.nicegui._on_connect("test-2", {"QUERY_STRING": "client_id=nobody&implicit_handshake=true"})
    assert 'err.message == "Implicit handshake failed"' in THEIR_SCRIPT


async def test_a_page_knows_its_sockets_by_document(client: Client) -> None:
    """Stands on: Client._socket_to_document_id, filled by the handshake, emptied when the socket goes.
    Mend: socket_ownership._from_its_own_socket."""
    assert client._socket_to_document_id == {}
    await nicegui.nicegui._on_handshake("test-1", handshake_of(client))
    assert client._socket_to_document_id == {"test-1": "document"}
    client.handle_disconnect("test-1")
    assert client._socket_to_document_id == {}
    assert not client.is_deleted


async def test_pages_that_no_browser_connects_to_are_dropped_after_a_minute(client: Client) -> None:
    """Stands on: Client.instances, and NiceGUI's own round of prune_instances at 60 s. Mend: background_jobs._give_memory_back
    (call it ourselves), open_pages, socket_ownership.own_page."""
    assert Client.instances[client.id] is client
    assert "Client.prune_instances)" in inspect.getsource(type(app).start)
    client.created -= 30
    Client.prune_instances()
    assert not client.is_deleted
    client.created -= 61
    Client.prune_instances()
    assert client.is_deleted
    assert client.id not in Client.instances


async def test_a_page_tells_the_path_it_was_registered_under(client: Client) -> None:
    """Stands on: Client.page.path and Client.request, by which an event finds its audience. Mend: screens.here."""
    assert client.page.path == PATH
    assert client.request.url.path == "/contract/7"
    with client:
        assert ui.context.client is client


@pytest.mark.parametrize(
    "headers",
    [{}, {"sec_purpose": "prefetch"}, {"purpose": "prefetch"}, {"sec_purpose": "prefetch;prerender"}],
)
async def test_the_boot_values_are_those_of_niceguis_own_document(client: Client, headers: dict[str, str]) -> None:
    """Stands on: createApp(elements, options) of nicegui.js and the options that its own document gives.
    Mend: document.build_response, the call of createApp in portal.js."""
    with_a_panel(client)
    own, boot = given_to_create_app(theirs(client, **headers)), boot_of(ours(client, **headers))
    called = given_to_create_app(OUR_SCRIPT)
    assert own.keys() == called.keys()
    assert ast.literal_eval(own["query"].replace("true", "True").replace("false", "False")) == boot["query"]
    assert own["version"] == f'"{boot["version"]}"'
    assert (own["prefix"], own["extraHeaders"]) == (called["prefix"], called["extraHeaders"]) == ('""', "{}")
    assert ast.literal_eval(own["transports"]) == json.loads(called["transports"])
    assert "\nfunction createApp(elements, options) {" in THEIR_SCRIPT
    assert set(re.findall(r"\boptions\.(\w+)", THEIR_SCRIPT)) == called.keys()


async def test_the_static_files_bear_the_names_that_we_load(client: Client, site: Callable[..., Any]) -> None:
    """Stands on: /_nicegui/<version>/static/ and three files there, the same as its own document loads. Mend: static_files, portal.js."""
    loaded = set(
        re.findall(
            r"[\w.-]+\.js", " ".join(re.findall(r"(?:import|library)\((.*?)\)", OUR_SCRIPT.split("boot = ")[1][:1200]))
        )
    )
    assert loaded - {"idiomorph.js", "acts.js", "drafts.js", "keys.js", "line.js", "office.js", "stylesheet.js"} == set(
        static_files.LIBRARIES
    )
    own = theirs(client)
    for name in static_files.LIBRARIES:
        assert f'"{static_files.ADDRESS}/{name}"' in own
        answer = await site(f"{static_files.ADDRESS}/{name}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/javascript")
    vue = (STATIC / "vue.esm-browser.prod.js").read_text(encoding="utf-8")
    exported = set(re.findall(r"as (\w+)", vue[vue.rindex("export") :]))
    assert set(re.findall(r"\bVue\.(\w+)", OUR_SCRIPT + THEIR_SCRIPT)) <= exported


async def test_the_document_has_the_ids_that_the_script_looks_for(client: Client) -> None:
    """Stands on: « c » and the element's number, and the two notices that nicegui.js shows; its first stylesheet can be read.
    Mend: document.first_paint, document._lost, the head of html_document."""
    with_a_panel(client)
    soup = ours(client)
    assert 'id: "c" + id,' in THEIR_SCRIPT
    assert all(soup.find(id=f"c{number}") for number in client.elements)
    unused = {"nicegui-color-scheme", "app"}  # of ui.dark_mode and UnoCSS; #app is there all the same
    looked_for = set(re.findall(r'getElementById\("([\w-]+)"\)', THEIR_SCRIPT)) - unused
    assert looked_for == {"popup", "too_long_message_popup"}
    assert all(soup.find(id=each)["aria-hidden"] == "true" for each in looked_for)
    assert soup.find(id="app").find(id="c0")
    assert set(re.findall(r"window\.(socket|Vue)\b", OUR_SCRIPT)) == {"socket"}
    assert "window.socket = io(" in THEIR_SCRIPT
    assert "document.styleSheets[0].cssRules" in THEIR_SCRIPT
    assert soup.find("link", rel="stylesheet")["href"].startswith("/theme/")


async def test_a_tag_that_nobody_registered_is_the_browsers_to_know(client: Client) -> None:
    """Stands on: Element takes any tag without a component, and nicegui.js resolves it in the global `app`.
    Mend: static_panel, `app.component` in portal.js (or register a public custom component)."""
    panel = with_a_panel(client)
    assert panel.component is None
    around = theirs(client).replace(re.search(r"parseElements\(.*?\)", theirs(client), re.S)[0], "")
    assert "portal-panel" not in around
    assert f'app.component("{panel.tag}"' in OUR_SCRIPT
    assert "Vue.resolveComponent(element.tag)" in THEIR_SCRIPT
    assert "\nlet app = undefined;" in THEIR_SCRIPT
    with client, pytest.raises(ValueError, match="plain tags"):
        document.first_paint(Element("q-btn"))


async def test_our_middleware_is_the_outermost(site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands on: the application asks its own build_middleware_stack, once, at its first request. Mend: server._outermost."""
    monkeypatch.setattr(app, "build_middleware_stack", app.build_middleware_stack)
    server._outermost()
    for path, status in (
        (serving.url("portal.css"), 200),
        (f"{static_files.ADDRESS}/nicegui.js", 200),
        (f"{static_files.ADDRESS}/nothing.js", 404),
        (f"{socket_ownership.ADDRESS}/socket.io/?EIO=4&transport=polling", 403),
    ):
        answer = await site(path)
        assert answer.status_code == status, path
        assert "script-src 'self'" in answer.headers["content-security-policy"]
    greeted = await site(f"{socket_ownership.ADDRESS}/socket.io/?EIO=4&transport=polling", sec_fetch_site="same-origin")
    assert (greeted.status_code, greeted.text[:7]) == (200, '0{"sid"')


async def test_a_pages_parameters_are_those_of_its_forged_signature(
    site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stands on: ui.page and FastAPI read __signature__; a page that returns a response needs no client.
    Mend: screens.screen, screens._own_parameters, screens._dropping_dead_clients."""
    monkeypatch.setattr(Client, "build_response", document.build_response)
    seen = list[tuple[object, str]]()

    def draw(uow: object, number: int) -> None: ...

    def checked(request: Request, **address: Any) -> Response | None:
        seen.append((address["number"], request.url.path))
        if address["number"] == 8:
            return PlainTextResponse("turned away")
        frame.make_plain(ui.context.client)
        return None

    checked.__signature__ = screens._own_parameters(draw)  # type: ignore[attr-defined]
    ui.page(PATH, response_timeout=30)(screens._dropping_dead_clients(checked))
    before, _ = open_pages.counts()
    assert (await site("/contract/word")).status_code == 422
    assert (await site("/contract/8")).text == "turned away"
    assert open_pages.counts()[0] == before
    assert (await site("/contract/7")).status_code == 200
    assert open_pages.counts()[0] == before + 1
    assert seen == [(8, "/contract/8"), (7, "/contract/7")]


def test_the_server_is_started_with_words_that_exist() -> None:
    """Stands on: the parameters of ui.run. Mend: server.run."""
    of_uvicorn = {"http", "proxy_headers", "server_header", "log_config", "timeout_graceful_shutdown"}
    tree = ast.parse(inspect.getsource(server))
    [call] = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "ui.run"]
    assert {each.arg for each in call.keywords} <= {*inspect.signature(ui.run).parameters, *of_uvicorn}


def test_the_table_of_internals_names_every_test() -> None:
    table = (ROOT / "docs" / "decisions" / "nicegui_internals.md").read_text(encoding="utf-8")
    tests = {name for name in globals() if name.startswith("test_")} - {"test_the_table_of_internals_names_every_test"}
    assert set(re.findall(r"`(test_\w+)`", table)) == tests

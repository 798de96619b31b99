"""A page of the real NiceGUI in this process, its own document and ours: what test_nicegui_contract.py compares."""

import json
import re
from pathlib import Path
from typing import Any

import nicegui.nicegui
from bs4 import BeautifulSoup
from fastapi import Request
from nicegui import Client, app

from components.nicegui_adapter import document, frame
from components.nicegui_adapter.static_panel import StaticPanel
from components.ui.markup import tag
from tests.server import ROOT

PATH = "/contract/{number}"
STATIC = Path(str(nicegui.nicegui.static_files.directory))
THEIR_SCRIPT = (STATIC / "nicegui.js").read_text(encoding="utf-8")
OUR_SCRIPT = (ROOT / "components" / "assets" / "theme" / "portal.js").read_text(encoding="utf-8")
THEIR_OWN = Client.build_response


def request_of(path: str = "/contract/7", **headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "test", **headers}.items()]
    return Request({"type": "http", "method": "GET", "path": path, "headers": pairs, "query_string": b"",
                    "server": ("test", 80), "scheme": "http", "client": ("127.0.0.1", 1), "app": app})  # fmt: skip


def theirs(client: Client, **headers: str) -> str:
    """The document that NiceGUI itself builds for a page."""
    return bytes(THEIR_OWN(client, request_of(**headers)).body).decode()


def ours(client: Client, **headers: str) -> BeautifulSoup:
    return BeautifulSoup(bytes(document.build_response(client, request_of(**headers)).body), "lxml")


def boot_of(soup: BeautifulSoup) -> dict[str, Any]:
    return json.loads(soup.find("script", id="boot").get_text())


def given_to_create_app(text: str) -> dict[str, str]:
    """The names and values of the second argument of createApp, as a document or a script writes it."""
    start = text.index("createApp(")
    written = re.search(r"\{\s*version:.*?\n\s*\}\);", text[start:], re.S)
    assert written, text[start : start + 2000]
    return dict(re.findall(r"(\w+): (.+?),?(?= \w+:|\s*\n)", written[0]))


def with_a_panel(client: Client) -> StaticPanel:
    frame.make_plain(client)
    with client:
        panel = StaticPanel(tag("p", "<Famille> & `${x}`"), tag="section", classes="flow")
        panel.on("act", lambda event: panel.props.update(command={"n": event.args}))
    return panel


def handshake_of(client: Client) -> dict[str, Any]:
    return {"client_id": client.id, "tab_id": "tab", "old_tab_id": None, "document_id": "document"}

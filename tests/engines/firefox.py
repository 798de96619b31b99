"""Debian's Firefox through WebDriver BiDi, which it speaks itself: one browser, a container of its own for each person."""

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from base64 import b64decode
from pathlib import Path
from typing import Any

from websockets.sync.client import connect

from tests.engines.driver import Fault, Lost, Wishes
from tests.server import PATIENCE, wait_for

PREFERENCES = {
    "intl.accept_languages": "fr-FR,fr",
    "app.update.auto": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.cosmeticAnimations.enabled": False,
    "general.smoothScroll": False,
    "dom.min_background_timeout_value": 4,
    "dom.disable_open_during_load": False,
    "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream",
    "pdfjs.disabled": False,
}


def _preferences(wishes: Wishes) -> dict[str, Any]:
    """Forced colours are white on black."""
    wanted: dict[str, Any] = {
        "font.size.variable.x-western": wishes.letters,
        "ui.prefersReducedMotion": int(wishes.still),
    }
    if wishes.forced_colours:
        for dark in ("", ".dark"):
            wanted[f"browser.display.foreground_color{dark}"] = "#ffffff"
            wanted[f"browser.display.background_color{dark}"] = "#000000"
        wanted |= {"browser.display.document_color_use": 2, "browser.display.use_system_colors": False}
    return wanted


class Firefox:
    name = "firefox"

    def __init__(self, folder: Path, wishes: Wishes = Wishes()) -> None:
        self.profile = Path(tempfile.mkdtemp(dir=folder))
        wanted: dict[str, Any] = {**PREFERENCES, **_preferences(wishes)}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
        (self.profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
        self.log = self.profile / "firefox.log"
        command = [shutil.which("firefox-esr") or "firefox", "--headless", "--no-remote", "--remote-debugging-port=0",
                   "--profile", str(self.profile)]  # fmt: skip
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        listening = wait_for(self._address, f"Firefox; its log:\n{self.log.read_text(errors='replace')}")
        self.line = connect(f"{listening}/session", max_size=None, ping_interval=None, proxy=None, legacy=True)
        self.numbers, self.windows = itertools.count(1), dict[str, Window]()
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])

    def _address(self) -> str:
        found = re.search(r"listening on (ws://\S+)", self.log.read_text(errors="replace"))
        return found[1] if found else ""

    def ask(self, method: str, **params: Any) -> Any:
        number = next(self.numbers)
        self.line.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.line.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                break
            self._note(answer)
        if answer["type"] == "error":
            raise Lost(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def _note(self, event: dict[str, Any]) -> None:
        entry = event.get("params", {})
        window = self.windows.get((entry.get("source") or {}).get("context", ""))
        if event.get("method") == "log.entryAdded" and entry["level"] == "error" and window:
            window.complaints.append(str(entry["text"]))

    def window(self, width: int, height: int) -> "Window":
        who = self.ask("browser.createUserContext")["userContext"]
        opened = Window(self, who, self.ask("browsingContext.create", type="tab", userContext=who)["context"])
        self.windows[opened.context] = opened
        opened.resize(width, height)
        return opened

    def close(self) -> None:
        self.ask("browser.close")
        self.line.close()
        self.process.wait(60)


class Window:
    def __init__(self, browser: Firefox, who: str, context: str) -> None:
        self.browser, self.who, self.context, self.complaints = browser, who, context, list[str]()

    def ask(self, method: str, **params: Any) -> Any:
        return self.browser.ask(method, context=self.context, **params)

    def _call(self, function: str, *values: str) -> dict[str, Any]:
        answer = self.browser.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": each} for each in values],
            target={"context": self.context},
            awaitPromise=True,
            userActivation=False,
        )
        if answer["type"] == "exception":
            raise Fault(answer["exceptionDetails"]["text"])
        found: dict[str, Any] = answer["result"]
        return found

    def evaluate(self, function: str, *values: Any) -> Any:
        wrapped = f"async text => JSON.stringify(await ({function})(...JSON.parse(text)) ?? null)"
        return json.loads(self._call(wrapped, json.dumps(values))["value"])

    def goto(self, url: str) -> None:
        self.ask("browsingContext.navigate", url=url, wait="complete")

    def reload(self) -> None:
        self.ask("browsingContext.reload", wait="complete")

    def back(self) -> None:
        self.ask("browsingContext.traverseHistory", delta=-1)

    def perform(self, actions: list[dict[str, Any]]) -> None:
        self.ask("browsingContext.activate")
        self.ask("input.performActions", actions=actions)

    def give(self, function: str, where: Any, paths: list[str]) -> None:
        found = self._call(f"text => ({function})(JSON.parse(text))", json.dumps(where))
        if "sharedId" not in found:
            raise Lost("no such box of files")
        self.ask("input.setFiles", element={"sharedId": found["sharedId"]}, files=paths)

    def cookie(self, name: str, value: str) -> None:
        self.browser.ask(
            "storage.setCookie",
            cookie={"name": name, "value": {"type": "string", "value": value}, "domain": "127.0.0.1", "path": "/"},
            partition={"type": "context", "context": self.context},
        )

    def resize(self, width: int, height: int) -> None:
        self.ask("browsingContext.setViewport", viewport={"width": width, "height": height})

    def picture(self, path: Path) -> None:
        path.write_bytes(b64decode(self.ask("browsingContext.captureScreenshot")["data"]))

    def close(self) -> None:
        self.browser.windows.pop(self.context)
        self.browser.ask("browser.removeUserContext", userContext=self.who)

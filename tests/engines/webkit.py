"""WebKitGTK through its own driver and its small browser, on a display without a screen: a browser for each person."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx

from tests.engines.driver import Fault, Lost, Wishes
from tests.ground import free_port
from tests.server import PATIENCE, PLAIN, wait_for

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
BROWSERS = sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
NARROW = "* { min-width: 0; min-height: 0; padding: 0; margin: 0; border-width: 0 }"  # its bar of tools leaves a phone's width
SCREEN = "1400x1000x24"
# What the network says in the console is no fault of the page: a 404 that a test asks for, a server that a test stops.
OF_THE_NETWORK = re.compile(
    r"Failed to load resource|WebSocket connection|network connection was lost|Could not connect|EventSource"
)
COMPLAINT = re.compile(r"CONSOLE .*\bERROR\b.*")


class WebKit:
    name = "webkit"

    def __init__(self, folder: Path, wishes: Wishes = Wishes()) -> None:
        """Of colours of the system's it knows nothing; its small browser takes no size of letters."""
        assert wishes == Wishes(still=wishes.still), wishes
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        style = self.folder / "gtk-3.0/gtk.css"
        style.parent.mkdir()
        style.write_text(NARROW, encoding="utf-8")
        moves = f"[Settings]\ngtk-enable-animations={int(not wishes.still)}\n"
        style.with_name("settings.ini").write_text(moves, encoding="utf-8")
        command = [shutil.which("Xvfb") or "Xvfb", "-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]
        self.display = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.display.stdout
        self.environment = {
            **os.environ,
            "DISPLAY": f":{self.display.stdout.readline().strip()}",
            "XDG_CONFIG_HOME": str(self.folder),
            "LANG": "fr_FR.UTF-8",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
        }

    def window(self, width: int, height: int) -> "Window":
        opened = Window(self)
        opened.resize(width, height)
        return opened

    def close(self) -> None:
        self.display.terminate()
        self.display.wait(60)


class Window:
    def __init__(self, engine: WebKit) -> None:
        port = free_port()
        self.log = Path(tempfile.mkstemp(dir=engine.folder, suffix=".log")[1])
        self.environment = engine.environment
        with self.log.open("wb") as log:
            command = [shutil.which("WebKitWebDriver") or "WebKitWebDriver", f"--port={port}"]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=engine.environment)
        base = f"http://127.0.0.1:{port}"
        self.http = httpx.Client(base_url=base, timeout=PATIENCE, trust_env=False, verify=PLAIN)
        wait_for(self._there, "WebKitWebDriver")
        arguments = ["--automation", "--full-screen", "--enable-write-console-messages-to-stdout=true"]
        how = {"binary": str(BROWSERS[-1]), "args": arguments}
        asked = {"alwaysMatch": {"webkitgtk:browserOptions": how, "unhandledPromptBehavior": "accept"}}
        self.session = ""
        self.session = "/session/" + self._ask("POST", "/session", capabilities=asked)["sessionId"]

    def _there(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return self.http.get("/status").status_code == 200
        return False

    def _ask(self, method: str, path: str, **content: Any) -> Any:
        answer = self.http.request(
            method, self.session + path, content=json.dumps(content) if method == "POST" else None
        )
        value = answer.json()["value"]
        if isinstance(value, dict) and "error" in value:
            raise (Fault if value["error"] in {"javascript error", "invalid session id"} else Lost)(
                f"{path}: {value['error']}: {value['message']}"
            )
        return value

    @property
    def complaints(self) -> list[str]:
        said = self.log.read_text(encoding="utf-8", errors="replace")
        return [each for each in COMPLAINT.findall(said) if not OF_THE_NETWORK.search(each)]

    def _run(self, script: str, *values: str) -> Any:
        answered = self._ask("POST", "/execute/async", script=script, args=values)
        if isinstance(answered, dict) and "fault" in answered:
            raise Fault(answered["fault"])
        return answered

    def evaluate(self, function: str, *values: Any) -> Any:
        return json.loads(
            self._run(
                f"const [text, done] = arguments; (async () => JSON.stringify(await ({function})(...JSON.parse(text)) ?? null))()"
                ".then(done, fault => done({fault: String(fault)}))",
                json.dumps(values),
            )
        )

    def goto(self, url: str) -> None:
        self._ask("POST", "/url", url=url)

    def reload(self) -> None:
        self._ask("POST", "/refresh")

    def back(self) -> None:
        self._ask("POST", "/back")

    def perform(self, actions: list[dict[str, Any]]) -> None:
        self._ask("POST", "/actions", actions=actions)

    def give(self, function: str, where: Any, paths: list[str]) -> None:
        found = self._run(f"const [text, done] = arguments; done(({function})(JSON.parse(text)))", json.dumps(where))
        if not found:
            raise Lost("no such box of files")
        self._ask("POST", f"/element/{found[ELEMENT]}/value", text="\n".join(paths))

    def cookie(self, name: str, value: str) -> None:
        self._ask("POST", "/cookie", cookie={"name": name, "value": value, "path": "/", "domain": "127.0.0.1"})

    def resize(self, width: int, height: int) -> None:
        self._ask("POST", "/window/rect", x=0, y=0, width=width, height=height)

    def picture(self, path: Path) -> None:
        path.write_bytes(b64decode(self._ask("GET", "/screenshot")))

    def close(self) -> None:
        with contextlib.suppress(httpx.TransportError):
            self._ask("DELETE", "")
        self.http.close()
        self.process.terminate()
        self.process.wait(60)

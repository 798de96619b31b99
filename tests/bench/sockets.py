"""Screens held open, as browsers hold them: page, websocket, pings. Their memory in the server, their events' time."""

import asyncio
import json
import statistics
import time
from urllib.parse import urlencode

import aiohttp
import psutil

from tests.bench.load import session_of


class Screen:
    """One open tab, far enough to send an action and hear the answer."""

    def __init__(self, session: aiohttp.ClientSession, base: str, path: str) -> None:
        self.session, self.base, self.path = session, base, path
        self.heard: asyncio.Future[None] | None = None

    async def open(self, number: int) -> "Screen":
        async with self.session.get(self.base + self.path) as answer:
            text = await answer.text()
        boot = json.loads(text.split('id="boot">', 1)[1].split("</script>", 1)[0])
        self.client_id = boot["query"]["client_id"]
        self.listener = next((int(key), event["listener_id"]) for key, element in boot["elements"].items()
                             for event in element.get("events", []) if event["type"] == "act")  # fmt: skip
        query = {**{key: str(value).lower() if isinstance(value, bool) else value for key, value in boot["query"].items()},
                 "document_id": f"bench-{number}", "tab_id": f"bench-{number}", "old_tab_id": "null", "EIO": 4,
                 "transport": "websocket"}  # fmt: skip
        address = f"{self.base.replace('http', 'ws')}/_nicegui_ws/socket.io/?{urlencode(query)}"
        self.ws = await self.session.ws_connect(address, origin=self.base, compress=15)
        await self.ws.receive()
        await self.ws.send_str("40")
        while not (await self.ws.receive()).data.startswith("40"):
            pass
        self.reading = asyncio.create_task(self._read())
        return self

    async def _read(self) -> None:
        async for message in self.ws:
            if message.data == "2":
                await self.ws.send_str("3")
            elif (
                isinstance(message.data, str) and message.data.startswith("42") and self.heard and not self.heard.done()
            ):
                self.heard.set_result(None)

    async def awake(self) -> "Screen":
        """Connected, as a browser sees to it: a socket that was closed is opened anew."""
        return await Screen(self.session, self.base, self.path).open(2) if self.ws.closed else self

    async def act(self, do: str = "save", of: str = "1", **values: str) -> float:
        """Milliseconds from an action to its answer: « Modifier » with nothing changed, when none is said."""
        self.heard, began = asyncio.get_running_loop().create_future(), time.perf_counter()
        sent = {"id": self.listener[0], "client_id": self.client_id, "listener_id": self.listener[1],
                "args": [json.dumps({"do": do, "of": of, "values": values})]}  # fmt: skip
        assert not self.ws.closed, f"{self.path}: the server closed the websocket ({self.ws.close_code})"
        await self.ws.send_str("42" + json.dumps(["event", sent]))
        await asyncio.wait_for(self.heard, 30)
        return (time.perf_counter() - began) * 1000

    async def close(self) -> None:
        await self.ws.close()
        self.reading.cancel()


def memory(pid: int) -> float:
    """KiB that the process has for itself (PSS)."""
    return psutil.Process(pid).memory_full_info().pss / 1024


async def measure(base: str, cookies: dict[str, str], pid: int, count: int = 300) -> dict[str, float]:
    """KiB a client; ms of an action alone, p95 of fifty at once and of all, each once within ten seconds; memory after they left
    against before."""
    async with session_of(cookies) as session:
        warm = [await Screen(session, base, "/famille").open(9000 + at) for at in range(3)]
        await warm[0].act()
        await asyncio.gather(*(screen.close() for screen in warm))
        await asyncio.sleep(35)  # the pages measured before have gone, memory is back
        before = memory(pid)
        screens = [await Screen(session, base, "/famille").open(at) for at in range(count)]
        await asyncio.sleep(1)
        held = memory(pid)
        alone = [await screens[at % count].act() for at in range(40)]
        crowd = [taken for _ in range(4) for taken in await asyncio.gather(*(screen.act() for screen in screens[:50]))]
        spread = await asyncio.gather(*(_later(at * 10 / count, screen) for at, screen in enumerate(screens)))
        await asyncio.gather(*(screen.close() for screen in screens))
        await asyncio.sleep(50)
        return {
            "kib": (held - before) / count,
            "alone": statistics.median(alone),
            "p95": sorted(crowd)[int(len(crowd) * 0.95)],
            "spread": sorted(spread)[int(len(spread) * 0.95)],
            "start_mib": before / 1024,
            "after": memory(pid) / before,
        }


async def _later(seconds: float, screen: Screen) -> float:
    await asyncio.sleep(seconds)
    return await screen.act()

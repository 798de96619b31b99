"""Photographs as phones take them, several at once, by the form that families use; other pages meanwhile."""

import asyncio
import contextlib
import io
import statistics
import time
from typing import Any

import aiohttp
import psutil
from bs4 import BeautifulSoup
from PIL import Image

from tests.bench import load

WHERE = "/eleves/2042/reinscription"
SIZE, AT_ONCE = (8000, 5000), 8  # forty million pixels


def photograph(form: str) -> bytes:
    """Grain everywhere, as a camera sees the dark: nothing compresses well."""
    out = io.BytesIO()
    grain = Image.effect_noise(SIZE, 40)
    if form == "PNG":  # with transparency: what costs the most to open
        flat = Image.new("RGBA", SIZE, (240, 230, 210, 180))
        flat.paste(grain.crop((0, 0, 1000, 1000)).convert("RGBA"), (0, 0))
        flat.save(out, form, compress_level=1)
    else:
        Image.merge("RGB", (grain, grain, grain)).save(out, form, quality=60)
    return out.getvalue()


def resident(pid: int) -> list[float]:
    """MiB of the process, then of each of its children; one that has just left holds nothing."""
    held = []
    server = psutil.Process(pid)
    for each in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            held.append(each.memory_info().rss / 1048576)
    return held


def measure(base: str, family: dict[str, str], other: dict[str, str], pid: int, form: str = "JPEG") -> dict[str, Any]:
    """Peak memory of the server and of it with its child (MiB), how long the photographs took and what was answered, how
    many pages somebody else read meanwhile and their p95 (ms), the weight of a photograph."""
    return asyncio.run(_measure(base, family, other, pid, photograph(form), form.lower().replace("jpeg", "jpg")))


async def _measure(
    base: str, family: dict[str, str], other: dict[str, str], pid: int, content: bytes, ending: str
) -> dict[str, Any]:
    seen: dict[str, float] = {"server": 0.0, "all": 0.0}
    pages: list[float] = []
    over = asyncio.Event()

    async def watch() -> None:
        while not over.is_set():
            held = resident(pid)
            seen["server"], seen["all"] = max(seen["server"], held[0]), max(seen["all"], sum(held))
            await asyncio.sleep(0.02)

    async def browse(session: aiohttp.ClientSession) -> None:
        while not over.is_set():
            pages.append(await load.one(session, base + "/famille"))
            await asyncio.sleep(0.05)

    async with load.session_of(family) as sender, load.session_of(other) as reader:
        async with sender.get(base + WHERE) as answer:
            options = BeautifulSoup(await answer.text(), "html.parser").select("#document option")
        numbers = [str(each["value"]) for each in options]

        async def send(at: int) -> int:
            form = aiohttp.FormData()
            form.add_field("document", numbers[at % len(numbers)])
            form.add_field("remplacer", numbers[at % len(numbers)])
            form.add_field("fichier", io.BytesIO(content), filename=f"photo-{at}.{ending}", content_type="image/jpeg")
            asked = sender.post(
                f"{base}{WHERE}/documents",
                data=form,
                headers={"origin": base, "accept": "application/json"},
                timeout=aiohttp.ClientTimeout(300),
            )
            async with asked as answer:
                return answer.status

        watching = [asyncio.create_task(watch()), asyncio.create_task(browse(reader))]
        began = time.perf_counter()
        answers = await asyncio.gather(*(send(at) for at in range(AT_ONCE)))
        seconds = time.perf_counter() - began
        over.set()
        await asyncio.gather(*watching)
    p95 = statistics.quantiles(pages, n=20)[-1] if len(pages) > 1 else 0.0
    return {**seen, "seconds": seconds, "p95": p95, "pages": len(pages), "answers": answers, "mb": len(content) / 1e6}

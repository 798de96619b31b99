"""The morning on which every family signs in: so many within a minute, each from a network of its own, and somebody who reads
meanwhile. The server believes X-Forwarded-For from this machine."""

import asyncio
import sqlite3
import time
from collections import Counter
from pathlib import Path

import aiohttp

from tests.bench.load import one, session_of


def logins(database: Path, most: int) -> list[str]:
    """Of families whose password is the demonstration's."""
    with sqlite3.connect(database) as opened:
        found = opened.execute(
            "SELECT login FROM account WHERE site_id = 1 AND family_id IS NOT NULL AND NOT disabled AND password_hash = "
            "(SELECT password_hash FROM account WHERE site_id = 1 AND login = 'aubry.claire') ORDER BY id LIMIT ?", (most,),
        )  # fmt: skip
        return [login for (login,) in found]


async def measure(
    base: str, cookies: dict[str, str], password: str, people: list[str], within: float = 60
) -> dict[str, float]:
    """How many came in, were asked to come back or failed; seconds that they waited; ms of another's Accueil meanwhile."""
    statuses, waited, read = Counter[int](), list[float](), list[float]()
    timeout = aiohttp.ClientTimeout(total=300)
    async with (
        aiohttp.ClientSession(headers={"origin": base}, connector=aiohttp.TCPConnector(limit=0), timeout=timeout,
                              cookie_jar=aiohttp.DummyCookieJar()) as door,
        session_of(cookies) as reader,
    ):  # fmt: skip

        async def come(number: int, login: str) -> None:
            await asyncio.sleep(within * number / len(people))
            began, form = (
                time.perf_counter(),
                {"site": "valmont", "identifiant": login, "mot_de_passe": password},
            )
            headers = {"x-forwarded-for": f"10.{number // 250}.{number % 250}.7"}
            async with door.post(f"{base}/connexion", data=form, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                statuses[answer.status] += 1
            waited.append(time.perf_counter() - began)

        async def keep_reading() -> None:
            while True:
                read.append(await one(reader, f"{base}/"))
                await asyncio.sleep(0.5)

        reading = asyncio.create_task(keep_reading())
        began = time.perf_counter()
        await asyncio.gather(*(come(*each) for each in enumerate(people)))
        seconds = time.perf_counter() - began
        reading.cancel()
    return {
        "in": statuses[303],
        "busy": statuses[503],
        "failed": len(people) - statuses[303] - statuses[503],
        "seconds": seconds,
        "waited": sorted(waited)[int(len(waited) * 0.95)],
        "read": sorted(read)[int(len(read) * 0.95)],
    }

"""An hour of people who sign in, read, open pages and save: the memory of the server after ten minutes, and at the end."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable

from tests.bench import load
from tests.bench.sockets import Screen, memory

VISITORS, PAUSE = 8, 0.5
SAMPLED = 5  # seconds
FIRST = 10  # minutes: what is kept of the first pages is there by then
FAMILY = (
    "/", "/famille", "/eleves/2042/identite", "/eleves/2042/cours", "/eleves/2042/historique", "/eleves/2042/reinscription",
    "/facturation/cotisations", "/facturation/factures/26000007.pdf", "/eleves/2042/parcours.pdf", "/demandes", "/agenda", "/papiers",
)  # fmt: skip
STAFF = (
    "/gestion", "/gestion/demandes", "/gestion/demandes?onglet=reinscriptions", "/gestion/familles", "/gestion/familles?r=belkcem",
    "/gestion/familles/1042", "/gestion/courriels", "/gestion/reinscriptions/1",
)  # fmt: skip


async def _come_and_go(base: str, password: str, number: int, shown: "itertools.count[int]") -> None:
    """Signs in, walks through every screen, saves in an open page, leaves; and comes again."""
    login, paths = ("renard.paul", STAFF) if number % 4 == 3 else ("aubry.claire", FAMILY)
    while True:
        async with load.session_of(await load.sign_in(base, login, password)) as session:
            for path in paths:
                await load.one(session, base + path)
                next(shown)
                await asyncio.sleep(PAUSE)
            if login == "aubry.claire":
                screen = await Screen(session, base, "/famille").open(next(shown))
                await screen.act()
                await asyncio.sleep(PAUSE)
                await screen.close()
            async with session.post(f"{base}/deconnexion", headers={"origin": base}, allow_redirects=False) as answer:
                assert answer.status == 303, answer.status


async def measure(base: str, pid: int, password: str, minutes: float, row: Callable[[str, str, str], None]) -> None:
    shown, first, began = itertools.count(), 0.0, time.monotonic()
    people = [asyncio.create_task(_come_and_go(base, password, number, shown)) for number in range(VISITORS)]
    for minute in range(1, round(minutes) + 1):
        held = []
        while time.monotonic() < began + 60 * minute:  # pages that nobody has any more come and go
            done, _ = await asyncio.wait(people, timeout=SAMPLED)
            for each in done:
                each.result()
            held.append(memory(pid) / 1024)
        usual = statistics.median(held)
        first = usual if minute <= FIRST else first
        if minute % FIRST == 0 or minute == round(minutes):
            row(f"after {minute} minutes, {next(shown)} pages", f"{usual:.0f} MiB = {usual / first:.2f} ×", "≤ 1.2 ×")
    for each in people:
        each.cancel()

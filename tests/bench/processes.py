"""Pages of a family from one process and from two, on PostgreSQL: a second, and what a page costs the portal's processors. Visitors,
PostgreSQL and the portal share this machine, so what two processes are worth on free cores follows from the cost."""

import asyncio
import time
from collections.abc import Callable, Sequence

import psutil

from tests.bench import load

PAGES = ("/", "/famille", "/facturation/cotisations")
VISITORS, EACH, ROUNDS = 16, 30, 3


async def _visits(bases: Sequence[str], cookies: dict[str, str]) -> float:
    """Pages a second, the visitors shared out among those processes."""
    async with load.session_of(cookies) as session:

        async def visitor(number: int) -> None:
            for at in range(EACH):
                await load.one(session, bases[number % len(bases)] + PAGES[(number + at) % len(PAGES)])

        began = time.perf_counter()
        await asyncio.gather(*(visitor(number) for number in range(VISITORS)))
        return VISITORS * EACH / (time.perf_counter() - began)


def measure(pid: int, bases: Sequence[str], password: str, row: Callable[[str, str, str], None]) -> None:
    """Of the process that began two, which answer at those addresses."""
    workers = psutil.Process(pid).children()
    cookies = asyncio.run(load.sign_in(bases[0], "aubry.claire", password))
    found: dict[int, list[tuple[float, float]]] = {1: [], 2: []}
    asyncio.run(_visits(bases, cookies))  # what is made once is made
    for _ in range(ROUNDS):
        for many, taken in found.items():
            before = _worked(workers)
            speed = asyncio.run(_visits(bases[:many], cookies))
            taken.append((speed, (_worked(workers) - before) / (VISITORS * EACH)))
    one, two = (sorted(taken)[ROUNDS // 2] for taken in found.values())
    row("one process; two, pages a second here", f"{one[0]:.0f}; {two[0]:.0f} = {two[0] / one[0]:.2f} ×", "")
    row("  processor’s time of a page", f"{one[1] * 1000:.1f}; {two[1] * 1000:.1f} ms", "")
    row("  hence on free cores", f"{2 * one[1] / two[1]:.2f} ×", "≥ 1.8 ×")


def _worked(workers: Sequence[psutil.Process]) -> float:
    return float(sum(sum(each.cpu_times()[:2]) for each in workers))

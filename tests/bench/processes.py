"""Pages of a family from one process and from two, on PostgreSQL: a second, and what a page costs the portal's processors. Visitors,
PostgreSQL and the portal share this machine, so what two processes are worth on free cores follows from the cost."""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil

from tests.bench import load
from tests.ground import free_port, running_cluster

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("/", "/famille", "/facturation/cotisations")
VISITORS, EACH, ROUNDS = 16, 30, 3


@contextlib.contextmanager
def _served(folder: Path, url: str) -> Iterator[tuple[subprocess.Popen[bytes], list[str]]]:
    """Two processes; their addresses."""
    from tests.bench.__main__ import wait_for

    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    environment = inherited | {
        "DATABASE_URL": url, "FILES_DIR": f"{folder}/files", "DEMO": "1", "TRUSTED_PROXIES": "127.0.0.1", "SMTP_URL": "",
        "BASE_URL": "", "PORT": str(port), "WORKERS": "2",
    }  # fmt: skip
    subprocess.run([sys.executable, "main.py", "demo", "--families", "500"], cwd=ROOT, env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "main.py", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    bases = [f"http://127.0.0.1:{port + number}" for number in range(2)]
    try:
        for base in bases:
            wait_for(f"{base}/readyz")
        yield process, bases
    finally:
        process.terminate()
        process.wait(60)


async def _visits(bases: Sequence[str], cookies: dict[str, str]) -> float:
    """Pages a second, the visitors shared out among those processes."""
    async with load.session_of(cookies) as session:

        async def visitor(number: int) -> None:
            for at in range(EACH):
                await load.one(session, bases[number % len(bases)] + PAGES[(number + at) % len(PAGES)])

        began = time.perf_counter()
        await asyncio.gather(*(visitor(number) for number in range(VISITORS)))
        return VISITORS * EACH / (time.perf_counter() - began)


def measure(password: str, row: Callable[[str, str, str], None]) -> None:
    with (
        running_cluster() as cluster,
        tempfile.TemporaryDirectory(prefix="anacrouse-processes-") as folder,
        _served(Path(folder), cluster.url + "postgres") as (process, bases),
    ):
        cookies = asyncio.run(load.sign_in(bases[0], "aubry.claire", password))
        workers = psutil.Process(process.pid).children()
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

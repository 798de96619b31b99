"""What each screen of a family, the queue and the search cost in a portal of some size, on each database: statements, milliseconds of
SQL, of the ORM, of markup and of all, the best of several (other programs only add); and which questions go through a large table."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench import load
from tests.ground import free_port, running_cluster

ROOT = Path(__file__).resolve().parents[2]
MADE = 500  # families of the demonstration that is multiplied
TIMES = 25
LARGE = 5_000  # rows: a smaller table may be gone through
FAMILY, STAFF = "aubry.claire", "renard.paul"
SCREENS = (
    ("Accueil", FAMILY, "/"),
    ("Famille", FAMILY, "/famille"),
    ("Identité", FAMILY, "/eleves/2042/identite"),
    ("Cours", FAMILY, "/eleves/2042/cours"),
    ("Historique", FAMILY, "/eleves/2042/historique"),
    ("Répertoire", FAMILY, "/eleves/2042/repertoire"),
    ("Réinscription", FAMILY, "/eleves/2042/reinscription"),
    ("Facturation", FAMILY, "/facturation/cotisations"),
    ("Vos demandes", FAMILY, "/demandes"),
    ("Vos papiers", FAMILY, "/papiers"),
    ("Agenda", FAMILY, "/agenda"),
    ("Demandes", STAFF, "/gestion/demandes"),
    ("Demandes, absences", STAFF, "/gestion/demandes?onglet=absences"),
    ("Demandes, réinscriptions", STAFF, "/gestion/demandes?onglet=reinscriptions"),
    ("Familles", STAFF, "/gestion/familles"),
    ("Familles, a name", STAFF, "/gestion/familles?r=belkacem"),
    ("Familles, a number", STAFF, "/gestion/familles?r=1042"),
    ("Familles, misspelt", STAFF, "/gestion/familles?r=belkcem"),
)
MAY_GROW, MAX_MS = 1.15, 50
Row = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Cost:
    statements: int
    sql: float
    orm: float
    markup: float
    whole: float


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[str]:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with Path(environment["PLANS"]).with_name("log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.metered_server"], cwd=ROOT, env={**environment, "PORT": str(port)},
            stdout=log, stderr=log,
        )  # fmt: skip
    try:
        from tests.bench.__main__ import wait_for

        wait_for(f"{base}/healthz")
        yield base
    finally:
        process.terminate()
        process.wait(60)


async def _costs(base: str, password: str) -> dict[str, Cost]:
    """One screen after the other, again and again: what the server does after its start, or the machine for a while, weighs on none."""
    held = {login: await load.sign_in(base, login, password) for login in (FAMILY, STAFF)}
    every: dict[str, list[list[float]]] = {name: [] for name, *_ in SCREENS}
    async with load.session_of(held[FAMILY]) as family, load.session_of(held[STAFF]) as staff:
        for at in range(TIMES):
            for name, login, path in SCREENS:
                session = family if login == FAMILY else staff
                async with session.get(base + path, headers={"x-explain": "1"} if at == 1 else {}) as answer:
                    assert answer.status == 200, (path, answer.status)
                    await answer.read()
                    every[name].append([float(each) for each in answer.headers["x-cost"].split()])
    found = {}
    for name, taken in every.items():
        statements, *milliseconds = (min(column) for column in zip(*taken, strict=True))
        found[name] = Cost(int(statements), *milliseconds)
    return found


def _sizes_of(folder: Path, url: str, sizes: Sequence[int]) -> Iterator[dict[str, Cost]]:
    """One database that grows from size to size."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    environment = inherited | {
        "DATABASE_URL": url, "FILES_DIR": f"{folder}/files", "DEMO": "1", "TRUSTED_PROXIES": "127.0.0.1", "SMTP_URL": "",
        "BASE_URL": "", "PLANS": f"{folder}/plans",
    }  # fmt: skip
    have = 1

    def run(*arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)

    run("main.py", "demo", "--families", str(MADE))
    for size in sizes:
        run("-m", "tests.bench.multiplied", str(have), str(size // MADE))
        have = size // MADE
        (folder / "plans").unlink(missing_ok=True)
        from tests.bench.__main__ import PASSWORD

        with _served(environment) as base:
            yield asyncio.run(_costs(base, PASSWORD))


def walked(plans: Path, sizes: dict[str, int]) -> dict[str, set[str]]:
    """Screen's address -> large tables that one of its questions goes through from end to end."""
    found: dict[str, set[str]] = {}
    for line in plans.read_text().splitlines():
        explained = json.loads(line)
        aliases = dict(re.findall(r"(?:FROM|JOIN) (\w+) AS (\w+)", explained["statement"]))
        named = {alias: table for table, alias in aliases.items()}
        for step in explained["plan"]:
            if through := re.search(r"Seq Scan on (\w+)|^SCAN (\w+)", step):
                table = through[1] or named.get(through[2], through[2])
                if sizes.get(table, 0) > LARGE:
                    found.setdefault(explained["path"], set()).add(table)
    return found


def _rows_of(url: str) -> dict[str, int]:
    from sqlalchemy import create_engine, func, inspect, select, table

    engine = create_engine(url)
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table(name))) or 0
            for name in inspect(engine).get_table_names()
        }


def measure(sizes: Sequence[int], databases: Sequence[str], row: Row) -> int:
    """How many goals are missed."""
    missed = 0
    for kind in databases:
        with ExitStack() as ours:
            folder = Path(ours.enter_context(tempfile.TemporaryDirectory(prefix="anacrouse-sizes-")))
            url = f"sqlite:///{folder}/bench.db"
            if kind == "postgresql":
                url = ours.enter_context(running_cluster()).url + "postgres"
            before: dict[str, Cost] = {}
            for size, costs in zip(sizes, _sizes_of(folder, url, sizes), strict=True):
                for name, cost in costs.items():
                    parts = (
                        f"{cost.statements} · {cost.sql:.1f} · {cost.orm:.1f} · {cost.markup:.1f} · {cost.whole:.1f}"
                    )
                    step = f" = {cost.whole / before[name].whole:.2f} ×" if name in before else ""
                    goal = f"≤ {MAY_GROW} ×, ≤ {MAX_MS} ms" if before else f"≤ {MAX_MS} ms"
                    row(f"{kind}, {size}: {name}", parts + step, goal)
                    grew = name in before and cost.whole > MAY_GROW * before[name].whole + 1
                    missed += cost.whole > MAX_MS or grew
                before = costs
                for path, tables in walked(folder / "plans", _rows_of(url)).items():
                    row(f"{kind}, {size}: {path} goes through", ", ".join(sorted(tables)), "none")
                    missed += 1
    return missed

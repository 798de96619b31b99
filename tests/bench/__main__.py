"""`python -m tests.bench [--families N] [--imports]`: how fast this machine is, beside a bare page of the same content. Judges
nothing; only `--kills N` does: what the server acknowledged before it was killed must be there, whole."""

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import (
    endurance,
    imports,
    journeys,
    lists,
    load,
    phone,
    photographs,
    processes,
    secretary,
    signin_day,
    sizes,
    sockets,
)
from tests.ground import running_cluster

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Anacrouse-demo-2026"
SCREENS = (
    ("Accueil", "/"),
    ("Famille", "/famille"),
    ("Identité", "/eleves/2042/identite"),
    ("Cours", "/eleves/2042/cours"),
    ("Historique", "/eleves/2042/historique"),
    ("Répertoire", "/eleves/2042/repertoire"),
    ("Facturation", "/facturation/cotisations"),
)
PAPERS = (
    ("facture", "/facturation/factures/26000007.pdf"),
    ("attestation", "/eleves/2042/attestations/inscription.pdf"),
    ("parcours (never kept)", "/eleves/2042/parcours.pdf"),
)
PAINTED = {("phone", "cold"): "≤ 600 ms, ", ("phone", "warm"): "≤ 450 ms, "}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(url: str) -> None:
    for _ in range(3000):
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def serve(folder: str, families: int, rows: int = 0, **chosen: str) -> tuple[subprocess.Popen[bytes], str]:
    """The real server on a demonstration of that size, as an operator runs it; `rows`: so many more in every list; `chosen`: settings."""
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "NICEGUI"))}
    place = {
        "DATABASE_URL": f"sqlite:///{folder}/bench.db",
        "FILES_DIR": f"{folder}/files",
        "PORT": str(port),
        "DEMO": "1",
        "TRUSTED_PROXIES": "127.0.0.1",
    }
    environment = {**inherited, **place, "SMTP_URL": "", "BASE_URL": "", **chosen}
    subprocess.run([sys.executable, "main.py", "demo", "--families", str(families)], cwd=ROOT, env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    if rows:
        lists.fill(Path(folder), rows)
    log = (Path(folder) / "log").open("wb")
    process = subprocess.Popen([sys.executable, "main.py", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log)
    wait_for(f"http://127.0.0.1:{port}/healthz")
    return process, f"http://127.0.0.1:{port}"


@contextmanager
def served(families: int, rows: int = 0, **chosen: str) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """`serve` in a folder of its own, for as long."""
    with tempfile.TemporaryDirectory(prefix="anacrouse-bench-") as folder:
        process, base = serve(folder, families, rows, **chosen)
        try:
            yield process, base, Path(folder)
        finally:
            process.terminate()
            process.wait(60)


def row(what: str, figure: str, target: str = "") -> None:
    print(f"{what:<44} {figure:>26}   {target}", flush=True)


def growth(small: int, large: int) -> None:
    """Every family screen in a small portal and in a large one, measured in turn in the same minutes."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        served = [serve(folder, families) for folder, families in ((one, small), (two, large))]
        try:
            stored = [asyncio.run(load.sign_in(base, "aubry.claire", PASSWORD)) for _, base in served]
            targets = [
                load.Target(name, base + path, cookies)
                for name, path in SCREENS
                for (_, base), cookies in zip(served, stored, strict=True)
            ]
            asyncio.run(load.measure(targets, crowded=False))
            for few, many in zip(targets[::2], targets[1::2], strict=True):
                ratio = f"{few.ms:.1f} → {many.ms:.1f} ms = {many.ms / few.ms:.2f} ×"
                row(f"{few.name}, {small} → {large} families", ratio, "≤ 1.15 ×")
        finally:
            for process, _ in served:
                process.terminate()
                process.wait(15)


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    asked.add_argument("--families", type=int, default=500)
    asked.add_argument(
        "--growth", type=int, default=0, metavar="N", help="only: 50 families against N, screen by screen"
    )
    asked.add_argument(
        "--imports", action="store_true", help="only: files of 20,000 lines, their export, and other people meanwhile"
    )
    asked.add_argument("--lines", type=int, default=imports.LINES, help="of these files")
    asked.add_argument("--journeys", action="store_true", help="only: what a parent does most, in taps and seconds")
    asked.add_argument(
        "--secretary", type=int, default=0, metavar="N", help="only: N re-enrolments and their documents worked through"
    )
    asked.add_argument(
        "--lists", type=int, default=0, metavar="N", help="only: the office’s lists with N rows each (20000)"
    )
    asked.add_argument(
        "--signin-day", type=int, default=0, metavar="N", help="only: N families sign in within a minute"
    )
    asked.add_argument(
        "--sizes",
        metavar="N,N",
        default="",
        help="only: what screens cost with so many families (500,5000,50000), and questions that go through a large table; "
        "fails where a goal is missed",
    )
    asked.add_argument(
        "--minutes", type=float, default=0, help="only: what the server's memory becomes in so many of mixed load (60)"
    )
    asked.add_argument("--processes", action="store_true", help="only: one process and two, on PostgreSQL")
    asked.add_argument("--photographs", action="store_true", help="only: eight photographs of 40 Mpx at once")
    asked.add_argument(
        "--kills",
        type=int,
        default=0,
        metavar="N",
        help="only: the server killed N times while people act, each database",
    )
    asked.add_argument("--database", choices=("sqlite", "postgresql"), help="of the kills and sizes: one only")
    asked.add_argument("--seed", type=int, default=0, help="of the kills: the same dice again")
    chosen = asked.parse_args()
    databases = [chosen.database] if chosen.database else ["sqlite", "postgresql"]
    if chosen.sizes:
        sys.exit(1 if sizes.measure([int(each) for each in chosen.sizes.split(",")], databases, row) else 0)
    if chosen.kills:
        # It brings the environment of the tests, whose hashes are quick: no other figure may be taken in this process.
        from tests.bench import kills

        sys.exit(1 if kills.run(chosen.kills, databases, chosen.seed) else 0)
    if chosen.processes:
        return processes_of(500)
    if chosen.lists:
        return lists_of(chosen.lists)
    if chosen.signin_day:
        return sign_in_day_of(chosen.signin_day)
    if chosen.growth:
        return growth(50, chosen.growth)
    with tempfile.TemporaryDirectory(prefix="anacrouse-bench-") as folder:
        process, base = serve(folder, chosen.families)
        port = free_port()
        floor = subprocess.Popen([sys.executable, "-m", "tests.bench.bare_page", str(port)], cwd=ROOT)
        try:
            if chosen.imports:
                return asyncio.run(imports.measure(base, process.pid, PASSWORD, row, chosen.lines))
            if chosen.journeys:
                return journeys_of(base, asyncio.run(load.sign_in(base, "aubry.claire", PASSWORD)))
            if chosen.minutes:
                return asyncio.run(endurance.measure(base, process.pid, PASSWORD, chosen.minutes, row))
            if chosen.secretary:
                return secretary_of(base, Path(folder), chosen.secretary)
            if chosen.photographs:
                return photographs_of(base, asyncio.run(load.sign_in(base, "aubry.claire", PASSWORD)), process.pid)
            wait_for(f"http://127.0.0.1:{port}/page")
            report(base, f"http://127.0.0.1:{port}/page", process.pid, chosen.families)
        finally:
            for each in (process, floor):
                each.terminate()
                each.wait(15)


def lists_of(rows: int) -> None:
    """In a portal of their own, which has so many of everything."""
    with served(50, rows) as (process, base, folder):
        lists.measure(base, folder, process.pid, row)


def report(base: str, floor_url: str, pid: int, families: int) -> None:
    family = asyncio.run(load.sign_in(base, "aubry.claire", PASSWORD))
    staff = asyncio.run(load.sign_in(base, "renard.paul", PASSWORD))
    print(f"{families} families, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    floor = load.Target("floor", floor_url)
    targets = [floor, load.Target("Connexion", base + "/connexion"),
               *(load.Target(name, base + path, family) for name, path in SCREENS),
               load.Target("Demandes", base + "/gestion/demandes", staff)]  # fmt: skip
    asyncio.run(load.paper(f"{base}/facturation/cotisations", family))  # from where a bill is opened
    for name, path in PAPERS:
        first, again = asyncio.run(load.paper(base + path, family))
        kept = "" if "never kept" in name else "; ≤ 10 ms"
        row(f"PDF, {name}: first time; again", f"{first:.0f} ms; {again:.1f} ms", f"≤ 100 ms{kept}")
    asyncio.run(load.measure(targets))
    goals = {"Connexion": "≤ 4 × the floor", "Demandes": ""}
    for target in targets:
        ratio = (
            f"{target.ms:.1f} ms = {target.ms / floor.ms:.1f} × floor" if target is not floor else f"{target.ms:.2f} ms"
        )
        row(f"{target.name}, one visitor", ratio, "" if target is floor else goals.get(target.name, "≤ 20 × the floor"))
        row(f"{target.name}, sixteen", f"{target.per_second:.0f} a second")
    whole, hashed = asyncio.run(load.signing_in(base, "belkacem.samir", PASSWORD))
    row("sign in; the hash alone", f"{whole:.0f}; {hashed:.0f} ms", "the hash + 15 ms")
    what_time_tells(base)
    sizes.measure([sizes.MADE], ["sqlite"], row)
    held = asyncio.run(sockets.measure(base, family, pid))
    row("a connected screen", f"{held['kib']:.0f} KiB", "≤ 400 KiB")
    row("« Modifier », alone", f"{held['alone']:.1f} ms", "≤ 5 ms")
    row("« Modifier », fifty at once, p95", f"{held['p95']:.0f} ms", "≤ 60 ms")
    row("« Modifier », three hundred within ten seconds, p95", f"{held['spread']:.0f} ms", "≤ 150 ms")
    row("memory before; after they left", f"{held['start_mib']:.0f} MiB; {held['after']:.2f} ×", "≤ 1.3 ×")
    for each in phone.measure(base, family, ["/connexion", *(path for _, path in SCREENS)]):
        figure = f"LCP {each['lcp']:.0f} ms, CLS {each['cls']:.3f}, {each['kib']:.0f} KiB"
        goal = PAINTED.get((each["device"], each["state"]), "") + "CLS 0.00"
        row(f"{each['device']}, {each['state']}, {each['path']}", figure, goal)
    with served(families) as (process, fresh, _):  # which holds no pages of a crowd
        photographs_of(fresh, asyncio.run(load.sign_in(fresh, "aubry.claire", PASSWORD)), process.pid)
    with served(families) as (_, fresh, _):  # where nothing was sent yet
        journeys_of(fresh, asyncio.run(load.sign_in(fresh, "aubry.claire", PASSWORD)))
    asyncio.run(imports.measure(base, pid, PASSWORD, row))
    sign_in_day_of(500)
    lists_of(20_000)
    processes_of(500)
    growth(50, 5_000)


def journeys_of(base: str, family: dict[str, str]) -> None:
    """On the phone, from Accueil."""
    for each in journeys.measure(base, family):
        row(f"phone, {each['what']}", f"{each['taps']} taps, {each['seconds']:.0f} s", each["target"])


def secretary_of(base: str, folder: Path, requests: int) -> None:
    waiting = min(requests, secretary.fill(folder, requests))
    found = secretary.measure(base, asyncio.run(load.sign_in(base, "renard.paul", PASSWORD)), waiting, row)
    row("a re-enrolment in order", f"{found['in order']:.2f} presses", "≤ 1.3")
    row(
        f"the queue of {waiting}",
        f"{found['presses']:.0f} presses, {found['seconds']:.0f} s",
        f"{found['each']:.1f} s each",
    )


def sign_in_day_of(families: int) -> None:
    """In a portal of their own, twice as large: some have no account with that password."""
    with served(2 * families) as (_, base, folder):
        people = signin_day.logins(folder / "bench.db", families)
        sign_in_day(base, asyncio.run(load.sign_in(base, "aubry.claire", PASSWORD)), people)


def processes_of(families: int) -> None:
    """On PostgreSQL, the second at the port after the first's."""
    with running_cluster() as cluster, served(families, DATABASE_URL=cluster.url + "postgres", WORKERS="2") as portal:
        process, base, _ = portal
        host, _, port = base.rpartition(":")
        bases = [base, f"{host}:{int(port) + 1}"]
        for each in bases:
            wait_for(f"{each}/readyz")
        processes.measure(process.pid, bases, PASSWORD, row)


def sign_in_day(base: str, family: dict[str, str], people: list[str]) -> None:
    found = asyncio.run(signin_day.measure(base, family, PASSWORD, people))
    what = f"{len(people)} families sign in within a minute"
    row(
        f"{what}: in; asked to wait; failed",
        f"{found['in']:.0f}; {found['busy']:.0f}; {found['failed']:.0f}",
        f"{len(people)}; 0; 0",
    )
    row(f"{what}: until the last; p95 of a wait", f"{found['seconds']:.0f} s; {found['waited']:.1f} s")
    row(f"{what}: another's Accueil meanwhile, p95", f"{found['read']:.0f} ms", "≤ 300 ms")


def what_time_tells(base: str) -> None:
    """Of accounts, to a stranger: one beside the other, so that the machine's load of that moment weighs on both."""
    raised, lost = [], []
    for n in range(9):  # a network that tries more than twenty accounts waits between tries
        for login in (f"famille.{3001 + n}", f"somebody.{n}"):
            raised.append({"site": "valmont", "identifiant": login, "mot_de_passe": "a wrong word"})
            lost.append({"identifiant": login, "email": "x@example.org"})
    for what, path, forms, status in (
        ("a wrong password", "/connexion", raised, 401),
        ("« Mot de passe perdu »", "/mot-de-passe-perdu", lost, 200),
    ):
        taken = asyncio.run(load.posting(base, path, forms, status))
        known, unknown = statistics.median(taken[::2]), statistics.median(taken[1::2])
        row(f"{what}: an account; nobody's", f"{known:.1f}; {unknown:.1f} ms", "the same")


def photographs_of(base: str, family: dict[str, str], pid: int) -> None:
    """Eight at once, of forty million pixels, while somebody else reads."""
    other = asyncio.run(load.sign_in(base, "belkacem.samir", PASSWORD))
    for form in ("JPEG", "PNG"):
        found = photographs.measure(base, family, other, pid, form)
        what = f"8 {form} of 40 Mpx ({found['mb']:.0f} Mo each)"
        row(f"{what}: seconds; answers", f"{found['seconds']:.0f} s; {sorted(set(found['answers']))}", "[200]")
        row(f"{what}: the server; with its child", f"{found['server']:.0f}; {found['all']:.0f} MiB", "≤ 700 MiB")
        row(f"{what}: other pages, p95 of {found['pages']}", f"{found['p95']:.0f} ms", "≤ 1000 ms")


if __name__ == "__main__":
    main()

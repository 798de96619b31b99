"""`python -m tests [--days [DAY …] | --thorough] [--random] [pytest's options]`: every part in a process of its own, six at a time.

A browser's loop and the others' do not share a process; those of one folder share out its files while they run (tests/sharing.py).
`--days` runs all but the browser on the first of the days of tests/days.py (or of those named), and what asks the clock on each of the
others (tests/clock_askers.py), through PostgreSQL when the hour changes;
`--thorough` runs the files that otherwise take some examples or screens for all (tests/days.py) with every one;
`--random` takes the tests of each file,
and the files, in an order drawn anew.
"""

import argparse
import compileall
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread

from tests import clock_askers
from tests.days import CHANGING, CHOICE, DAYS, USUAL, Day
from tests.ground import GROUND, SERVER, running_cluster
from tests.sharing import PILE

HERE = Path(__file__).resolve().parent
AT_A_TIME = 6  # on two cores: each waits now and then
TELL_EVERY = 20  # seconds
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
ON_CHOSEN_DAYS = ("test_schooling", "test_reenrolment", "test_absences")
NO_POSTGRESQL = ("-k", "not postgresql")
SLOWEST_FIRST = ("test_quality", "test_scope_by_events", "test_world_papers", "test_demonstration", "test_faults")
IN_ANY_ORDER = (
    "-q",
    "--strict-markers",
    "--import-mode=importlib",
    "-p no:cacheprovider",
)  # pyproject.toml keeps the order
_printing = Lock()


@dataclass
class Part:
    name: str
    paths: list[str]
    day: Day = USUAL
    options: Iterable[str] = ()
    thorough: bool = False  # with every example
    of_days: bool = False  # of several days
    first: bool = False  # of them: all runs, on the others what asks the clock
    pile: str = ""  # parts of one pile share out its files while they run
    taken: Path | None = None  # what the processes of its pile took, once it has begun
    percent: str = ""  # how far pytest says it is, once it has begun
    ended: bool = False
    failed: bool = False
    lines: list[str] = field(default_factory=list)

    @property
    def far(self) -> str:
        """How far it is; with its pile, whose files pytest does not know before their turn."""
        return f"{100 * len(list(self.taken.iterdir())) // len(self.paths)}%" if self.taken else self.percent


def usual_parts() -> list[Part]:
    """The longest first."""
    return [*shared("browser", 2), rules(), *without_browser(), *chosen_days()]


def without_browser(day: str = "") -> list[Part]:
    at, after = DAYS.get(day, USUAL), f", {day}" if day else ""
    return [*shared("web", 2, at, after), *shared("data", 2, at, after)]


def rules() -> Part:
    """Of the source alone: the same whatever the day is."""
    return Part("rules", [str(path) for path in sorted(HERE.glob("test_*.py"))])


def shared(folder: str, processes: int, day: Day = USUAL, after: str = "") -> list[Part]:
    """A folder's files, for several processes; the longest first, that none goes on alone at the end."""
    paths = sorted((HERE / folder).rglob("test_*.py"), key=lambda path: (path.stem not in SLOWEST_FIRST, path.stem))
    return [
        Part(f"{folder} {number + 1}{after}", [*map(str, paths)], day, pile=f"{folder}{after}")
        for number in range(processes)
    ]


def chosen_days() -> Iterator[Part]:
    """What asks most for the day, on a few of the days."""
    paths = [str(HERE / "data" / f"{name}.py") for name in ON_CHOSEN_DAYS]
    for name in CHOICE:
        yield Part(name, paths, DAYS[name], NO_POSTGRESQL)


def thorough_parts() -> list[Part]:
    """The files that choose, each with all there is to choose from."""
    choosing = [
        path
        for path in sorted(HERE.glob("*/test_*.py"))
        if re.search("THOROUGH|hypothesis", path.read_text(encoding="utf-8"))
    ]
    folders = sorted({path.parent for path in choosing})
    return [
        Part(f"{folder.name}, thorough", [str(path) for path in choosing if path.parent == folder], thorough=True)
        for folder in folders
    ]


def run(part: Part, ground: str, options: list[str]) -> None:
    """Its output is printed whole once it has ended; its files lie on that ground."""
    began, environment, given = (
        time.monotonic(),
        {GROUND: ground, "TESTS_AT": part.day.at, "TZ": part.day.zone, "TESTS_THOROUGH": str(int(part.thorough))},
        [*part.paths, *part.options, *options],
    )
    environment["PYTHONDONTWRITEBYTECODE"] = ""  # nothing is compiled twice
    if part.of_days:
        Path(ground, "askers").mkdir(exist_ok=True)
        environment |= {clock_askers.FOLDER: f"{ground}/askers", clock_askers.WRITES: str(int(part.first))}
        given += ["-p", "tests.clock_askers"]
    if part.pile:
        part.taken = Path(ground, "taken", part.pile)
        part.taken.mkdir(parents=True, exist_ok=True)
        environment[PILE] = str(part.taken)
        given += ["-o", "console_output_style=classic"]  # pytest knows only the tests of the files that it has
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-p", "tests.sharing", *given],
        env={**os.environ, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    part.percent = "0%"
    for line in process.stdout or ():
        part.lines.append(line)
        if far := re.search(r"\[ *(\d+%)\]$", line.rstrip()):
            part.percent = far[1]
    part.failed, part.ended = process.wait() != 0, True
    with _printing:
        print(f"== {part.name}\n{''.join(part.lines)}== {part.name}: {time.monotonic() - began:.0f} s", flush=True)


def tell(parts: list[Part], over: Event) -> None:
    """A line now and then: what runs, and how far it is."""
    began = time.monotonic()
    while not over.wait(TELL_EVERY):
        running = ", ".join(f"{part.name} {part.far}" for part in parts if part.percent and not part.ended)
        ended = sum(part.ended for part in parts)
        with _printing:
            print(f"{time.monotonic() - began:4.0f} s  {ended} of {len(parts)} parts done; {running}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests")
    parser.add_argument("--days", nargs="*", metavar="DAY", help=f"one of: {', '.join(DAYS)}")
    parser.add_argument("--thorough", action="store_true")
    parser.add_argument("--random", nargs="?", const=random.randrange(10**6), type=int, metavar="SEED")
    asked, options = parser.parse_known_args()
    if unknown := set(asked.days or ()) - set(DAYS):
        parser.error(f"no such day: {', '.join(sorted(unknown))}")
    days = asked.days if asked.days or asked.days is None else list(DAYS)
    parts = usual_parts() if days is None else [part for day in days for part in without_browser(day)]
    if asked.thorough:
        parts = thorough_parts()
    if days:
        for at, part in enumerate(parts):
            part.of_days, part.first = True, at < len(parts) // len(days)
            if not part.first and part.day not in map(DAYS.get, CHANGING):
                part.options = NO_POSTGRESQL
        parts.append(rules())
    if asked.random is not None:
        options += ["-o", f"addopts={' '.join(IN_ANY_ORDER)}", f"--randomly-seed={asked.random}"]
        os.environ["TESTS_RANDOM"] = "1"
        for number, part in enumerate(parts):
            random.Random(f"{asked.random} {number}").shuffle(part.paths)
        print(f"in random order: --random {asked.random} takes the same again")
    print(f"{len(parts)} parts, {AT_A_TIME} at a time: {', '.join(part.name for part in parts)}", flush=True)
    for folder in ("components", "data", "pages"):  # once, and not by each part of a fresh clone
        compileall.compile_dir(HERE.parent / folder, quiet=1, workers=2)
    # Databases are made by the hundred: in memory where there is room for them.
    roomy, over = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM, Event()
    Thread(target=tell, args=(parts, over), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="anacrouse-", dir=MEMORY if roomy else None) as ground:
        Path(ground).chmod(0o711)  # PostgreSQL comes through as a person of its own
        os.environ["TMPDIR"] = tempfile.tempdir = ground
        with running_cluster() as cluster, ThreadPoolExecutor(AT_A_TIME) as lanes:
            os.environ[SERVER] = cluster.url
            list(lanes.map(lambda part: run(part, ground, options), parts))
    over.set()
    if failed := [part.name for part in parts if part.failed]:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

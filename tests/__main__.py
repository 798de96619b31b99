"""`python -m tests`: every part in a process of its own, because a browser's loop and the others' do not share one; three at a time."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

HERE = Path(__file__).resolve().parent
AT_A_TIME = 3  # on two cores: each waits now and then
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
_printing = Lock()


def parts() -> list[tuple[str, list[str]]]:
    """The longest first; the files of the web and of the data floor are shared out over several processes."""
    web, data = files("web"), files("data")
    return [
        ("browser", files("browser")),
        *((f"web {number + 1}", web[number::2]) for number in range(2)),
        *((f"data {number + 1}", data[number::3]) for number in range(3)),
        ("house", [str(path) for path in sorted(HERE.glob("test_*.py"))]),
    ]


def files(folder: str) -> list[str]:
    return [str(path) for path in sorted((HERE / folder).rglob("test_*.py"))]


def run(part: tuple[str, Iterable[str]], ground: str) -> tuple[str, int]:
    """(name, exit code) of a part whose output is printed whole, once it has ended; its files lie on that ground."""
    name, paths = part
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *paths, *sys.argv[1:]],
        check=False,
        env={**os.environ, "TMPDIR": ground},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with _printing:
        print(f"== {name}\n{done.stdout}== {name}: {time.monotonic() - began:.0f} s", flush=True)
    return name, done.returncode


def main() -> None:
    # Databases are made by the hundred: in memory where there is room for them.
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(prefix="anacrouse-", dir=MEMORY if roomy else None) as ground:
        Path(ground).chmod(0o711)  # PostgreSQL comes through as a person of its own
        with ThreadPoolExecutor(AT_A_TIME) as lanes:
            failed = [name for name, code in lanes.map(lambda part: run(part, ground), parts()) if code]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()

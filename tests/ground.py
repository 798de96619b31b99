"""What the processes of one run share: a PostgreSQL, and the demonstration's people, made once a day they begin on (`python -m tests`).

A process alone makes its own of both.
"""

import contextlib
import fcntl
import glob
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

GROUND = "TESTS_GROUND"  # the folder they share
SERVER = "TESTS_POSTGRESQL"  # the beginning of the addresses of its databases
MISSING = "PostgreSQL is missing: apt-get install postgresql"


def free_port() -> int:
    """Below those that outgoing connections are given: whoever connects meanwhile does not take it from who will listen."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as tried, contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own on a free port: the beginning of its databases' addresses. FileNotFoundError where there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [str(Path(shutil.which("initdb") or "").parent)]
    if not Path(found[-1], "initdb").is_file():
        raise FileNotFoundError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="anacrouse-pg-"))
    person = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses to run as root
    if person:
        shutil.chown(folder, "postgres")
    port = free_port()
    hurried = "-c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} {hurried}"

    def run(tool: str, *arguments: str) -> None:
        subprocess.run(
            [*person, f"{found[-1]}/{tool}", "-D", f"{folder}/cluster", *arguments],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    try:
        run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def made_once(kept: Path) -> Iterator[bool]:
    """Whether we are the first of the run to make what that mark stands for; the others wait until it is made."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield (first := not kept.exists())
        if first:
            kept.touch()

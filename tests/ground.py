"""What the processes of one run share: a PostgreSQL, and the demonstration's people, made once a day they begin on (`python -m tests`).

A process alone makes its own of both.
"""

import contextlib
import fcntl
import glob
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

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


class Cluster:
    """A PostgreSQL of our own on a free port; `url` is the beginning of its databases' addresses. FileNotFoundError where none is installed."""

    def __init__(self) -> None:
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [str(Path(shutil.which("initdb") or "").parent)]
        if not Path(found[-1], "initdb").is_file():
            raise FileNotFoundError(MISSING)
        self.tools, self.folder, port = found[-1], Path(tempfile.mkdtemp(prefix="anacrouse-pg-")), free_port()
        self.person = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses to run as root
        if self.person:
            shutil.chown(self.folder, "postgres")
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
        hurried = "-c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self.options = f"-p {port} -c listen_addresses=127.0.0.1 -k {self.folder} {hurried}"

    def run(self, tool: str, *arguments: str) -> None:
        subprocess.run(
            [*self.person, f"{self.tools}/{tool}", "-D", f"{self.folder}/cluster", *arguments],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )

    def start(self) -> None:
        self.run("pg_ctl", "-w", "-l", f"{self.folder}/log", "-o", self.options, "start")

    def stop(self, how: str = "fast") -> None:
        self.run("pg_ctl", "-w", "-m", how, "stop")

    def processes(self) -> list[psutil.Process]:
        first = psutil.Process(int((self.folder / "cluster" / "postmaster.pid").read_text().split()[0]))
        return [first, *first.children(recursive=True)]


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    made = Cluster()
    try:
        made.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            made.stop("immediate")
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)


@contextlib.contextmanager
def mounted(folder: Path, owner: str = "") -> Iterator[None]:
    """A small disk at that folder."""
    options = f"size=64m,mode=0700{f',uid={pwd.getpwnam(owner).pw_uid}' if owner else ''}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=False).returncode:
        pytest.fail("a disk is mounted for this test: run it as root, or under `unshare -rm`", pytrace=False)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> None:
    """To its last byte."""
    with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as filling:
        while True:
            filling.write(b"0" * 4096)


@contextlib.contextmanager
def made_once(kept: Path) -> Iterator[bool]:
    """Whether we are the first of the run to make what that mark stands for; the others wait until it is made."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield (first := not kept.exists())
        if first:
            kept.touch()

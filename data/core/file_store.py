"""Where the files lie that rows name: in the folder FILES_DIR, or in a bucket of S3's kind (FILES_URL). A key is « 3/0f1e… »: site, name.

The same for every process. Faults are OSErrors, FilesAway where a service does not answer. What a file holds is for data/families/stored_files.py.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from data.core import clock
from data.core.outages import FilesAway
from data.core.settings import Settings, settings

if TYPE_CHECKING:
    from obstore.store import S3Config

MIN_FREE_BYTES, MIN_FREE_SHARE = 500 * 1024 * 1024, 0.05  # of the disk: below the greater one nothing more is kept
WAIT = timedelta(seconds=12)  # for a service, before it is said to be away
DRAFT = ".part"  # ends the name of what is being written


class Held(NamedTuple):
    key: str
    written_at: datetime


class Store(Protocol):
    def write(self, key: str, content: bytes) -> None:
        """A new file, whole or not at all."""

    def read(self, key: str) -> bytes | None:
        """None when there is none."""

    def has(self, key: str) -> bool: ...

    def remove(self, key: str) -> None:
        """Nothing when there is none."""

    def held(self) -> Iterator[Held]:
        """Each file of a site; drafts that a fault left, too."""

    def try_out(self) -> None:
        """Write something and take it away."""


class Folder:
    """One folder a site, files of mode 0600."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, key: str, content: bytes) -> None:
        path = self.root / key
        draft = path.with_suffix(DRAFT)
        try:
            for folder in (self.root, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            disk = shutil.disk_usage(path.parent)
            if disk.free - len(content) < min(max(MIN_FREE_BYTES, MIN_FREE_SHARE * disk.total), disk.total / 2):
                raise OSError(f"{self.root} is nearly full")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
            _sync(path.parent)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise

    def read(self, key: str) -> bytes | None:
        path = self.root / key
        return path.read_bytes() if path.is_file() else None

    def has(self, key: str) -> bool:
        return (self.root / key).is_file()

    def remove(self, key: str) -> None:
        (self.root / key).unlink(missing_ok=True)

    def held(self) -> Iterator[Held]:
        for path in sorted(self.root.glob("*/*")):
            if path.parent.name.isdecimal() and path.is_file() and not path.is_symlink():  # it makes none
                with suppress(FileNotFoundError):  # it went meanwhile
                    yield Held(f"{path.parent.name}/{path.name}", clock.moment_of(path.stat().st_mtime))

    def try_out(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self.root) as tried:
            tried.write(b"\0" * 4096)
            tried.flush()


class Bucket:
    """A service that answers like Amazon's S3; a file is there once it has answered."""

    def __init__(self, given: Settings) -> None:
        place = urlsplit(given.files_url)
        options: S3Config = {"region": given.files_region}
        if given.files_endpoint:
            options["endpoint"] = given.files_endpoint
        if given.files_access_key:  # otherwise the service's own: AWS_… of the environment, the machine's role
            options |= {"access_key_id": given.files_access_key, "secret_access_key": given.files_secret_key}
        self.store = S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            config=options,
            client_options={
                "allow_http": given.files_endpoint.startswith("http://"),
                "timeout": WAIT,
                "connect_timeout": WAIT / 4,
            },
            retry_config={"max_retries": 3, "retry_timeout": WAIT},
        )

    def write(self, key: str, content: bytes) -> None:
        with _as_os_errors():
            self.store.put(key, content, mode="create")

    def read(self, key: str) -> bytes | None:
        with suppress(FileNotFoundError), _as_os_errors():
            return bytes(self.store.get(key).bytes())
        return None

    def has(self, key: str) -> bool:
        with suppress(FileNotFoundError), _as_os_errors():
            self.store.head(key)
            return True
        return False

    def remove(self, key: str) -> None:
        with suppress(FileNotFoundError), _as_os_errors():
            self.store.delete(key)

    def held(self) -> Iterator[Held]:
        with _as_os_errors():
            for page in self.store.list():
                for each in page:
                    if each["path"].split("/")[0].isdecimal():
                        yield Held(each["path"], clock.moment_of(each["last_modified"].timestamp()))

    def try_out(self) -> None:
        key = f"tried-{secrets.token_hex(8)}"
        self.write(key, b"\0")
        self.remove(key)


@contextmanager
def _as_os_errors() -> Iterator[None]:
    """One kind of fault for whoever stores: a service that is away is to them what a disk is that cannot be read."""
    try:
        yield
    except BaseError as fault:
        raise FilesAway(str(fault).split("\n", maxsplit=1)[0]) from fault


def _sync(folder: Path) -> None:
    """The new name itself survives a power loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store() -> Store:
    given = settings()
    return _bucket(given.files_url, given.files_endpoint) if given.files_url else Folder(given.files_dir)


@lru_cache(maxsize=1)
def _bucket(_url: str, _endpoint: str) -> Bucket:
    return Bucket(settings())


def fault() -> str:
    """What is wrong with it, for the operator; "" when something was written."""
    given = settings()
    try:
        store().try_out()
    except OSError as found:
        return f"{given.files_url or given.files_dir} cannot be written: {found.strerror or found}"
    return ""

"""The running process: middleware, the postman's rounds, memory kept low, one process to a SQLite database."""

import asyncio
import ctypes
import fcntl
import gc
import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fastapi.exceptions import RequestValidationError
from nicegui import Client, app, ui
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from components import document, errors, sockets
from components.assets import Assets
from components.guard import Guard
from data import database, file_sweep, retention, sandbox
from data.door import access_batches, first_start
from data.exchange import jobs
from data.post import daily, postman
from data.season import reenrolment_retention
from data.settings import settings

log = logging.getLogger("anacrouse")
SECRET = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
ROUND_SECONDS, DAILY_SECONDS, SWEEP_SECONDS, PRUNE_AGE, FILES_SECONDS = 2.0, 60.0, 15.0, 20.0, 3600.0
DAY_SECONDS = 86_400.0


class _Lines(logging.Formatter):
    """One line a record; JSON when asked. A page's client id opens its events: it is never written."""

    def format(self, record: logging.LogRecord) -> str:
        text = SECRET.sub("…", super().format(record))
        if settings().log_format == "json":
            at = datetime.fromtimestamp(record.created, UTC).isoformat()
            return json.dumps(
                {"at": at, "level": record.levelname, "from": record.name, "text": text}, ensure_ascii=False
            )
        return text


def set_up_logging() -> None:
    handler = logging.StreamHandler(sys.stderr)
    plain = settings().log_format == "json"
    handler.setFormatter(_Lines("%(message)s" if plain else "%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(sockets.OneLine())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("httpx", "alembic", "watchfiles", "python_multipart", "fontTools", "engineio", "socketio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for own in ("engineio.server", "socketio.server", "nicegui", "uvicorn", "uvicorn.error"):
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True


@contextmanager
def only_one() -> Iterator[None]:
    """With SQLite one process writes: a second one refuses to start, and says why."""
    database_file = database.file()
    if database_file is None:
        yield
        return
    lock = database_file.with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.exit(
                f"Another process serves {database_file} already. Stop it first, or set DATABASE_URL to another database."
            )
        yield


def run() -> None:
    """Serve until stopped."""
    chosen = settings()
    prepare()
    log.info(
        "Anacrouse serves http://%s:%s%s",
        "localhost" if chosen.host == "127.0.0.1" else chosen.host,
        chosen.port,
        " with the demonstration" if chosen.demo else "",
    )
    if first_start.is_empty():
        log.warning(
            "no conservatoire yet: within an hour, open %s/premier-demarrage/%s", chosen.public_url, first_start.link()
        )
    if not chosen.smtp_url:
        log.info("SMTP_URL is not set: letters stay in the outbox")
    ui.run(
        host=chosen.host,
        port=chosen.port,
        title="Anacrouse",
        language="fr",
        reload=False,
        show=False,
        show_welcome_message=False,
        tailwind=False,
        prod_js=True,
        binding_refresh_interval=None,
        reconnect_timeout=30,
        storage_secret=None,
        gzip_middleware_factory=lambda inner: GZipMiddleware(inner, minimum_size=500, compresslevel=5),
        favicon=Path(__file__).parent / "theme" / "logo.svg",
        proxy_headers=False,
        server_header=False,
        uvicorn_logging_level="warning",
        log_config=None,
        timeout_graceful_shutdown=5,
    )


def prepare() -> None:
    """What surrounds the pages; they are imported before."""
    Client.build_response = document.build_response  # type: ignore[method-assign,assignment]
    sockets.take_over()
    app.add_exception_handler(HTTPException, errors.on_http)
    app.add_exception_handler(404, errors.on_http)
    app.add_exception_handler(RequestValidationError, errors.on_invalid)
    app.add_exception_handler(Exception, errors.on_fault)
    app.on_startup(_start)
    app.on_shutdown(_stop)
    _outermost()


def _outermost() -> None:
    """The guard and the kept assets stand outside everything, the fault page included."""
    build = app.build_middleware_stack
    app.build_middleware_stack = lambda: Guard(Assets(build()))  # type: ignore[method-assign]


async def _start() -> None:
    if settings().periodic_jobs:
        for job in _jobs():
            app.timer(job.seconds, job.run, immediate=job.at_start)
    app.timer(SWEEP_SECONDS, _sweep, immediate=False)
    gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 20, 20)
    # A page gives the interpreter up at every statement, and had it back 5 ms later while a thread wrote a workbook.
    sys.setswitchinterval(0.001)


async def _stop() -> None:
    await asyncio.to_thread(jobs.close)
    await asyncio.to_thread(sandbox.close)
    database.engine().dispose()


@dataclass
class _Periodic:
    """Work of the whole portal, in a thread, again and again; one run at a time."""

    name: str  # as the log tells its faults
    seconds: float
    work: Callable[[], object]
    at_start: bool = False
    under_way: bool = False

    async def run(self) -> None:
        if self.under_way:
            return
        self.under_way = True
        try:
            await asyncio.to_thread(self.work)
        except Exception as fault:
            errors.reference_of(fault, self.name)
        finally:
            self.under_way = False


def _jobs() -> list[_Periodic]:
    return [
        _Periodic("postman", ROUND_SECONDS, postman.go_round),
        _Periodic("access letters", ROUND_SECONDS, _access_batches),
        _Periodic("daily", DAILY_SECONDS, daily.go_round),
        _Periodic("the sweep of files", FILES_SECONDS, file_sweep.sweep, at_start=True),
        # at the start too: a portal restarted every day forgets all the same
        _Periodic("retention", DAY_SECONDS, _forget, at_start=True),
    ]


def _forget() -> None:
    """What the sites keep no longer; then the database counts what is left."""
    retention.sweep()
    reenrolment_retention.sweep()
    database.take_stock()


def _access_batches() -> None:
    """Batches of accesses that wait, or that a stop left unfinished."""
    for batch_id in access_batches.waiting():
        access_batches.work(batch_id)


def _sweep() -> None:
    """Clients whose browser never connected go; memory goes back to the system."""
    Client.prune_instances(client_age_threshold=PRUNE_AGE)
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except OSError:
        return

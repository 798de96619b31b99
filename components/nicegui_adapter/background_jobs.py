"""What the running process does by itself: letters, digests, retention, batches, memory, files."""

import asyncio
import ctypes
import gc
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from nicegui import app
from nicegui.server import Server

from components.web import errors
from data.access_grants import batches as access_batches
from data.accounts import push, refusals
from data.core import database, outages, stopping
from data.core.database import Unavailable
from data.core.duties import Duties
from data.core.relay import Listener
from data.core.settings import settings
from data.group_letters import sending as group_letters
from data.importing import jobs
from data.mail import delivery
from data.office import daily_digest
from data.ops import health
from data.privacy import orphan_files, retention
from data.schooling import lesson_letters
from data.uploads import worker as upload_worker

ROUND_SECONDS, DAILY_SECONDS, MEMORY_SECONDS, FILES_SECONDS = 2.0, 60.0, 15.0, 3600.0
DAY_SECONDS, REFUSALS_SECONDS, LESSONS_SECONDS, GROUP_SECONDS, PUSHES_SECONDS = 86_400.0, 60.0, 30.0, 5.0, 15.0
LEAVING_SECONDS = 12
# Times as long as it took, a minute at most, until memory is looked through again: everybody waits meanwhile.
MEMORY_SHARE, MEMORY_MOST = 200, 60.0
STOP_SECONDS = 25.0  # deploy/ gives the whole process 40
log = logging.getLogger("anacrouse")
_listener, _duties = Listener(), Duties()
_memory_due = 0.0  # of time.monotonic()
_threads = ThreadPoolExecutor(thread_name_prefix="work")  # what asyncio.to_thread runs, so that a stop can wait for it


async def start() -> None:
    global _threads, _listener  # noqa: PLW0603
    stopping.forget()
    _listener = Listener().start()
    _threads = ThreadPoolExecutor(thread_name_prefix="work")
    asyncio.get_running_loop().set_default_executor(_threads)
    with suppress(NotImplementedError, RuntimeError, ValueError):  # where it is not the process's first thread
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _leave)
        if stopping.without_terminal():  # the service's « reload » renews several processes (data/ops/supervisor.py)
            asyncio.get_running_loop().add_signal_handler(
                signal.SIGHUP, log.info, "one process alone is not renewed: restart it"
            )
    if settings().periodic_jobs:
        for job in _jobs():
            app.timer(job.seconds, job.run, immediate=job.at_start)
    # Every process tells what it counted.
    counted = _Periodic("refusals", REFUSALS_SECONDS, refusals.tell_counted, alone=False)
    app.timer(counted.seconds, counted.run, immediate=False)
    examined = _Periodic("the examination of the database", DAY_SECONDS, health.examine, alone=False)
    app.timer(examined.seconds, examined.run, immediate=True)
    app.timer(MEMORY_SECONDS, _give_memory_back, immediate=False)
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(5000, 20, 20)
    # A page gives the interpreter up at every statement, and had it back 5 ms later while a thread wrote a workbook.
    sys.setswitchinterval(0.001)


def _leave() -> None:
    """Visitors are sent elsewhere (`/readyz`); what they asked of us until then has longer to be answered than at a plain stop."""
    stopping.leave()
    Server.instance.config.timeout_graceful_shutdown = LEAVING_SECONDS


async def stop() -> None:
    """Work under way in threads and in other processes is waited for, within bounds: the letter being sent, the import being
    written. What is not done by then is taken up by the next start."""
    stopping.begin()
    log.info("stopping, once what is under way is done")
    _listener.close()
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:  # in a thread that nobody joins: it may outlast the bounds
        with suppress(Unavailable):
            refusals.tell_counted(at_once=True)
        jobs.close()
        upload_worker.close()
        _threads.shutdown()
        _duties.close()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=end, name="stop", daemon=True).start()
    try:
        await asyncio.wait_for(ended.wait(), STOP_SECONDS)
    except TimeoutError:
        log.warning("stopped after %.0f s with work under way: the next start takes it up", STOP_SECONDS)
    database.close()


@dataclass
class _Periodic:
    """Work in a thread, again and again; one run at a time. `alone`: of the whole portal, so of several processes one does it."""

    name: str  # as the log tells its faults
    seconds: float
    work: Callable[[], object]
    at_start: bool = False
    alone: bool = True
    under_way: bool = False

    async def run(self) -> None:
        if self.under_way or stopping.asked():
            return
        self.under_way = True
        try:
            await asyncio.to_thread(self._work)
            outages.lines.over()
        except Exception as fault:
            errors.reference_of(fault, self.name)
        finally:
            self.under_way = False

    def _work(self) -> None:
        if not self.alone or _duties.mine(self.name):
            self.work()


def _jobs() -> list[_Periodic]:
    return [
        _Periodic("postman", ROUND_SECONDS, delivery.go_round),
        _Periodic("pushes", PUSHES_SECONDS, push.go_round),
        _Periodic("access letters", ROUND_SECONDS, _access_batches),
        _Periodic("daily", DAILY_SECONDS, daily_digest.go_round),
        _Periodic("letters of lessons", LESSONS_SECONDS, lesson_letters.go_round),
        _Periodic("letters to groups", GROUP_SECONDS, group_letters.go_round),
        _Periodic("the sweep of files", FILES_SECONDS, orphan_files.sweep, at_start=True),
        # at the start too: a portal restarted every day forgets all the same
        _Periodic("retention", DAY_SECONDS, _forget, at_start=True),
    ]


def _forget() -> None:
    """What the sites keep no longer; then the database counts what is left."""
    retention.sweep()
    database.take_stock()


def _access_batches() -> None:
    """Batches of accesses that wait, or that a stop left unfinished."""
    for batch_id in access_batches.waiting():
        access_batches.work(batch_id)


def _give_memory_back() -> None:
    """What pages held goes back to the system. NiceGUI drops those that no browser connected to for a minute: a telephone
    on a slow line that comes later finds its page gone, and loads again. 0.26 s where five hundred wait, 0.02 s where none does."""
    global _memory_due  # noqa: PLW0603
    began = time.monotonic()
    if began < _memory_due:
        return
    gc.collect()
    with suppress(OSError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    _memory_due = began + min(MEMORY_MOST, MEMORY_SHARE * (time.monotonic() - began))

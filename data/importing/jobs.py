"""Files being checked or imported: each in a thread of its own, a large one in a process of its own; followed live.

It can be stopped until it writes. A process that dies leaves the old state, and the file waiting.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from data.core import database, relay
from data.core.duties import Duties
from data.core.errors import NotFound, UserError
from data.core.fields import tidy
from data.core.i18n import _
from data.core.spreadsheets import Reading
from data.core.turns import Full, Turns
from data.core.unit_of_work import UnitOfWork
from data.importing import first_reading, pipeline, undo, worker_process
from data.importing import runs as import_runs
from data.importing.kinds.registry import kind
from data.importing.pipeline import Follow, OpenUnitOfWork, Report
from data.importing.runs import ImportRun, ImportState
from data.importing.worker_process import Person
from data.uploads import validation

Answer = TypeVar("Answer")
Given = ParamSpec("Given")
PHASES = {
    "waiting": _("Un autre import est en cours. Celui-ci commencera ensuite."),
    "reading": _("Lecture du fichier…"),
    "loading": _("Lecture des fiches du conservatoire…"),
    "checking": _("Vérification des lignes…"),
    "writing": _("Enregistrement…"),
    "looking back": _("Lecture de ce qui a changé depuis l’import…"),
    "taking back": _("Reprise de l’import…"),
}
WRITES = {"writing", "taking back"}  # phases that nobody stops
PUBLISH_EVERY_SECONDS = 0.4  # seconds
MAX_REPORTS, MAX_REPORT_LINES = 12, 200_000
LARGE_ROWS = 800  # above: a separate process, whose start takes a second
WAIT_SECONDS = 0.2  # until it is looked again whose turn it is
MAX_JOBS, MAX_READS = 100, 20  # that wait, or are under way
MAX_SHEETS = 60  # of a workbook, that are proposed one after the other
WORKING = UserError(
    "Le portail travaille encore à ce fichier. Attendez qu’il ait fini, lisez ce qu’il dit, puis recommencez."
)
log = logging.getLogger("anacrouse.imports")


class Stopped(Exception):
    """Somebody pressed « Arrêter »."""


@dataclass
class Job:
    """One file, being checked or imported."""

    run_id: int
    site_id: int
    writes: bool
    undoes: bool = False  # what was imported is taken back (`writes`), or would be
    phase: str = "waiting"
    done: int = 0
    total: int = 0
    stopped: bool = False
    published_at: float = field(default_factory=time.monotonic)
    gate: threading.Lock = field(default_factory=threading.Lock)  # between « Arrêter » and the first row written

    def enter(self, phase: str) -> None:
        with self.gate:
            self.phase, self.done = phase, 0
            stopped = self.stopped
        self._publish()
        if stopped:
            raise Stopped

    def tick(self, step: int = 100) -> None:
        """Called by what is long. The other threads have their turn."""
        if self.stopped:
            raise Stopped
        self.done = min(self.total, self.done + step)
        time.sleep(0.001)
        if time.monotonic() - self.published_at > PUBLISH_EVERY_SECONDS:
            self._publish()

    def stop(self) -> bool:
        """False: it writes already."""
        with self.gate:
            self.stopped = self.stopped or self.phase not in WRITES
            return self.stopped

    def _publish(self) -> None:
        self.published_at = time.monotonic()
        relay.publish([("import", self.run_id)])


_jobs: dict[int, Job] = {}
_problems: dict[int, UserError] = {}
_reports: OrderedDict[int, Report] = OrderedDict()
_undo_reports: OrderedDict[int, undo.Report] = OrderedDict()
_turns: dict[int, threading.Lock] = {}  # site -> whose turn it is to plan and write
_workers = Turns("import", 2, most=MAX_JOBS)
_reads = Turns("files", 2, most=MAX_READS)


def job_of(run_id: int) -> Job | None:
    return _jobs.get(run_id)


def report_of(uow: UnitOfWork, run: ImportRun) -> Report | None:
    """What the last check of that file found, while its columns are still matched as they were. What a « responsable » may read
    is not for a secretary whose file they checked."""
    found = _reports.get(run.id)
    return found if found and found.matched == run.matched and found.role == uow.role else None


def undo_report_of(run_id: int) -> undo.Report | None:
    """What taking that import back would do, as it was read last."""
    return _undo_reports.get(run_id)


def forget_undo(run_id: int) -> None:
    """Nobody wants to take it back any more."""
    _undo_reports.pop(run_id, None)
    _problems.pop(run_id, None)


def problem_of(run_id: int) -> UserError | None:
    """Why the last check or import stopped."""
    return _problems.get(run_id)


async def in_turn(work: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs) -> Answer:
    """A whole file read or written while somebody waits for it, off the loop: two at a time, for each may be a process."""
    try:
        return await _reads.wait(partial(work, *given, **named))
    except Full:
        raise validation.refusal("occupe") from None


def receive(open_unit_of_work: OpenUnitOfWork, kind_name: str, file_name: str, content: bytes) -> int:
    """Read a file once, propose what it is and its columns, and keep it waiting: the number of its story.

    Without `kind_name` the likeliest kind is taken; `recognition.choose_kind` changes it. Slow: off the loop.
    """
    if kind_name:
        kind(kind_name)
    with open_unit_of_work() as uow:
        import_runs.allowed(uow, kind_name or None)
        run = ImportRun(
            site_id=uow.site_id or 0,
            kind=kind_name,
            file_name=tidy(file_name.replace("\\", "/").rpartition("/")[2])[:120],
            sha256=import_runs.digest(content),
            size=len(content),
            author_id=uow.account_id,
            author=uow.name[:120],
            created_at=uow.now,
        )
        today, own = uow.today, partial(import_runs.has_kind, uow)
    found = first_reading.look(kind_name, content, Reading(), today)
    if found.likely and not kind_name and not own(found.likely[0].kind):  # the likeliest of those that they import
        kind_name = next((each.kind for each in found.likely if own(each.kind)), import_runs.OFFICE_KINDS[0])
        found = first_reading.look(kind_name, content, Reading(), today)
    run.kind = kind_name or (found.likely[0].kind if found.likely else "")
    run.heads, run.samples, run.rows = found.heads, found.samples, found.rows
    run.about, run.matched, run.problem = found.about, found.matched, found.problem
    run.sheet, run.sheets = found.reading.sheet[:120], [name[:120] for name in found.tables[:MAX_SHEETS]]
    if found.problem:
        run.state, run.finished_at = ImportState.REFUSED, run.created_at
    with open_unit_of_work(writes=True) as uow:
        number = import_runs.receive(uow, run, content).id
    if not found.problem:
        first_reading.keep(run, Reading(), found)
    for text in (_reports, _problems, _undo_reports):  # another file had that number in a database that was replaced
        text.pop(number, None)
    return number


def go_on(open_unit_of_work: OpenUnitOfWork, run_id: int, sheet: str) -> int:
    """Another sheet of a workbook of which one was imported: as that one, where its titles are the same. Slow: off the loop."""
    with open_unit_of_work() as uow:
        before, content, today = import_runs.run_of(uow, run_id), import_runs.content_of(uow, run_id), uow.today
        own = partial(import_runs.has_kind, uow)
        run = ImportRun(
            site_id=before.site_id,
            kind="",
            file_name=before.file_name,
            sha256=before.sha256,
            size=before.size,
            sheets=before.sheets,
            author_id=uow.account_id,
            author=uow.name[:120],
            created_at=uow.now,
        )
    reading = Reading(sheet=sheet)
    found = first_reading.look("", content, reading, today)
    if found.problem:
        raise UserError(found.problem["sentence"], **found.problem["words"])
    run.kind = next((each.kind for each in found.likely if own(each.kind)), before.kind)
    if found.heads == before.heads:
        run.kind = before.kind
    if not found.likely or run.kind != found.likely[0].kind:
        found = first_reading.look(run.kind, content, reading, today)
    run.heads, run.samples, run.rows = found.heads, found.samples, found.rows
    run.about, run.matched, run.sheet = found.about, found.matched, sheet[:120]
    with open_unit_of_work(writes=True) as uow:
        number = import_runs.go_on(uow, run_id, run).id
    if run.id == number:
        first_reading.keep(run, reading, found)
    return number


def reread(open_unit_of_work: OpenUnitOfWork, run_id: int, reading: Reading) -> None:
    """Read the kept file again, as a person chose. Slow: off the loop. UserError when it cannot be read so: all stays."""
    with open_unit_of_work() as uow:
        run, content, today = import_runs.run_of(uow, run_id), import_runs.content_of(uow, run_id), uow.today
    found = first_reading.look(run.kind, content, reading, today)
    if found.problem:
        raise UserError(found.problem["sentence"], **found.problem["words"])
    with open_unit_of_work(writes=True) as uow:
        read = import_runs.Read(found.heads, found.samples, found.rows, found.about, found.matched, found.reading.sheet)
        import_runs.reread(uow, run_id, read)
    _problems.pop(run_id, None)
    first_reading.keep(run, reading, found)


FAILED = _("L’import n’a pas abouti, et rien n’a été enregistré. Réessayez dans un instant.")
UNDO_FAILED = _("La reprise n’a pas abouti, et rien n’a été changé. Réessayez dans un instant.")


def start(uow: UnitOfWork, run: ImportRun, *, writes: bool, undoes: bool = False) -> None:
    """Check the file, import it, take it back, in a thread; each is asked again by nothing but a button. UserError while something
    else is done with it: what was read is then not what would be written."""
    if at_work := _jobs.get(run.id):
        if (at_work.writes, at_work.undoes) != (writes, undoes):
            raise WORKING
        return  # pressed twice
    job = _jobs[run.id] = Job(run.id, run.site_id, writes, undoes, total=run.rows)
    _problems.pop(run.id, None)
    try:
        _workers.submit(_work, Person.of(uow), job)
    except Full:
        _jobs.pop(run.id)
        raise validation.refusal("occupe") from None


def stop(run_id: int) -> bool:
    """Before it writes, nothing was changed; once it writes, it is too late: False."""
    job = _jobs.get(run_id)
    return job is None or job.stop()


def close() -> None:
    """The portal stops: what does not write yet stays waiting."""
    for job in list(_jobs.values()):
        job.stop()
    _workers.close()
    _reads.close()


class Undoing(Protocol):
    """Who takes an import back: `undo` in this process, `worker_process` in one of its own."""

    def check_undo(self, person: Person, run_id: int, follow: Follow, /) -> undo.Report: ...

    def carry_out_undo(self, person: Person, run_id: int, follow: Follow, /, *, mark: str | None) -> undo.Report: ...


def _work(person: Person, job: Job) -> None:
    large = job.total > LARGE_ROWS
    try:
        if job.undoes and large:
            take_back(person, job, how=worker_process)
        elif job.undoes:
            take_back(person, job, how=undo)
        elif job.writes:
            carry_out(person, job, how=worker_process.carry_out if large else pipeline.carry_out)
        else:
            check(person, job, how=worker_process.check if large else pipeline.check)
    except Stopped:
        log.info("import %s was stopped", job.run_id)
    except UserError as error:
        _problems[job.run_id] = error
    except NotFound:
        _problems[job.run_id] = UserError("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    except Exception:
        log.exception("import %s failed", job.run_id)
        _problems[job.run_id] = UserError(UNDO_FAILED if job.undoes else FAILED)
    finally:
        _jobs.pop(job.run_id, None)
        relay.publish([("import", job.run_id), ("imports", job.site_id)])


def check(open_unit_of_work: OpenUnitOfWork, job: Job, *, how: Callable[..., Report] = pipeline.check) -> Report:
    """Read, plan, keep the report."""
    return _remember(job.run_id, how(open_unit_of_work, job.run_id, job))


def carry_out(
    open_unit_of_work: OpenUnitOfWork,
    job: Job,
    *,
    unread: bool = False,
    how: Callable[..., Report] = pipeline.carry_out,
) -> Report:
    """Import it, if it does what was read; `unread`: whatever it does. Of two at once in a site, the second waits."""
    with _turn(job):
        seen = _reports.get(job.run_id)
        report = how(open_unit_of_work, job.run_id, job, mark=None if unread else seen.mark if seen else "")
        if report.written:
            _reports.pop(job.run_id, None)
            if job.total > LARGE_ROWS:
                database.take_stock()
            return report
        return _remember(job.run_id, report)


def take_back(person: Person, job: Job, *, how: Undoing) -> undo.Report:
    """Say what taking the import back does; do it (`job.writes`), if it still does what was read."""
    with _turn(job):
        seen = _undo_reports.pop(job.run_id, None)
        if not job.writes:
            found = how.check_undo(person, job.run_id, job)
        else:
            found = how.carry_out_undo(person, job.run_id, job, mark=seen.mark if seen else "")
    if found.done:
        if job.total > LARGE_ROWS:
            database.take_stock()
        return found
    _undo_reports[job.run_id] = found
    while len(_undo_reports) > MAX_REPORTS:
        _undo_reports.popitem(last=False)
    return found


@contextmanager
def _turn(job: Job) -> Iterator[None]:
    turn, among_processes = _turns.setdefault(job.site_id, threading.Lock()), Duties()
    while not turn.acquire(timeout=WAIT_SECONDS):
        job.tick(0)
    try:
        while not among_processes.mine(f"imports of site {job.site_id}"):
            time.sleep(WAIT_SECONDS)
            job.tick(0)
        yield
    finally:
        among_processes.close()
        turn.release()


def _remember(run_id: int, found: Report) -> Report:
    """The latest reports; a long one is worth many short ones."""
    _reports[run_id] = found
    _reports.move_to_end(run_id)
    while len(_reports) > 1 and (
        len(_reports) > MAX_REPORTS or sum(map(_length, _reports.values())) > MAX_REPORT_LINES
    ):
        _reports.popitem(last=False)
    return found


def _length(report: Report) -> int:
    return len(report.faults) + len(report.conflicts) + len(report.changes)

"""An import under way, in a thread of its own: reading, checking, writing; followed live, stopped until it writes.

Nothing of it is in the database before the last transaction: a process that dies leaves the old state, and the file waiting.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError

from data import import_runs, live, spreadsheets
from data.exchange import matching, planning, writing
from data.exchange.kinds import kind
from data.exchange.planning import Change, Fault, Plan
from data.fields import tidy
from data.i18n import Refused
from data.import_runs import ImportRun
from data.spreadsheets import Cell, Sheet
from data.visits import NotYours, Visit

Open = Callable[..., AbstractContextManager[Visit]]  # the person's own visits: open(), open(writes=True)
PHASES = {
    "waiting": "Un autre import est en cours. Celui-ci commencera ensuite.",
    "reading": "Lecture du fichier…",
    "loading": "Lecture des fiches du conservatoire…",
    "checking": "Vérification des lignes…",
    "writing": "Enregistrement…",
}
TELL_EVERY = 0.4  # seconds
MOST_REPORTS = 12
log = logging.getLogger("anacrouse.imports")


class Stopped(Exception):
    """Somebody pressed « Arrêter »."""


@dataclass
class Report:
    """What a check found: all that screens and files show of a plan."""

    kind: str
    faults: list[Fault]
    doubts: list[tuple[int, str, Refused]]
    changes: list[Change]
    counts: dict[str, int]
    mark: str
    matched: import_runs.Matched
    moved: bool = False  # the site changed between the check and the import: read again

    @staticmethod
    def of(plan: Plan, matched: import_runs.Matched) -> "Report":
        return Report(plan.record.name, plan.faults, plan.doubts, plan.changes, plan.counts, plan.mark, matched)


@dataclass
class Job:
    """One file, being checked or imported."""

    run_id: int
    site_id: int
    writes: bool
    phase: str = "waiting"
    done: int = 0
    total: int = 0
    stopped: bool = False
    told_at: float = field(default_factory=time.monotonic)

    def enter(self, phase: str) -> None:
        self.phase, self.done = phase, 0
        self._tell()
        if self.stopped:
            raise Stopped

    def tick(self, step: int = 100) -> None:
        """Called by what is long. The other threads have their turn."""
        if self.stopped:
            raise Stopped
        self.done = min(self.total, self.done + step)
        time.sleep(0.001)
        if time.monotonic() - self.told_at > TELL_EVERY:
            self._tell()

    def _tell(self) -> None:
        self.told_at = time.monotonic()
        live.publish([("import", self.run_id)])


_jobs: dict[int, Job] = {}
_problems: dict[int, Refused] = {}
_reports: OrderedDict[int, Report] = OrderedDict()
_turns: dict[int, threading.Lock] = {}  # site -> whose turn it is to plan and write
_workers = ThreadPoolExecutor(2, thread_name_prefix="import")


def job_of(run_id: int) -> Job | None:
    return _jobs.get(run_id)


def report_of(run: ImportRun) -> Report | None:
    """What the last check of that file found, while its columns are still matched as they were."""
    found = _reports.get(run.id)
    return found if found and found.matched == run.matched else None


def problem_of(run_id: int) -> Refused | None:
    """Why the last check or import stopped."""
    return _problems.get(run_id)


def receive(open_visit: Open, kind_name: str, file_name: str, content: bytes) -> int:
    """Read a file once, propose its columns, and keep it waiting: the number of its story. Slow: off the loop."""
    record = kind(kind_name)
    with open_visit() as v:
        import_runs.manager_only(v)
        run = ImportRun(
            site_id=v.site_id or 0,
            kind=record.name,
            file_name=tidy(file_name.replace("\\", "/").rpartition("/")[2])[:120],
            sha256=import_runs.digest(content),
            size=len(content),
            author_id=v.account_id,
            author=v.name[:120],
            created_at=v.now,
        )
    try:
        sheet = spreadsheets.read(content)
    except Refused as refused:
        run.state, run.problem = "refused", {"sentence": refused.sentence, "words": refused.words}
        run.finished_at = run.created_at
    else:
        run.heads, run.rows, run.about = sheet.heads, len(sheet.rows), about(sheet)
        run.samples = [[_sample(cells[at]) for _, cells in sheet.rows[:3]] for at in range(len(sheet.heads))]
        run.matched = {"columns": matching.guess(record, sheet.heads), "fixed": {}, "erase": False, "zeros": False}
    with open_visit(writes=True) as v:
        return import_runs.receive(v, run, content).id


def about(sheet: Sheet) -> str:
    """How a file was read: « CSV · utf-8 · ; », « XLSX · feuille Familles »."""
    if sheet.form == "xlsx":
        return f"XLSX · {sheet.title}" if sheet.title else "XLSX"
    names = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "cp1252": "Windows-1252", "\t": "tabulation"}
    return f"CSV · {names.get(sheet.coding, sheet.coding.upper())} · {names.get(sheet.delimiter, sheet.delimiter)}"


def _sample(cell: Cell) -> str:
    return spreadsheets.shown(cell)[:40]


def start(open_visit: Open, run: ImportRun, *, writes: bool) -> None:
    """Check the file, or import it, in a thread; both are asked again by nothing but a button."""
    if run.id in _jobs:
        return
    job = _jobs[run.id] = Job(run.id, run.site_id, writes, total=run.rows)
    _problems.pop(run.id, None)
    _workers.submit(_work, open_visit, job)


def stop(run_id: int) -> None:
    """Before it writes, nothing was changed; once it writes, it is too late."""
    if (job := _jobs.get(run_id)) and job.phase != "writing":
        job.stopped = True


def _work(open_visit: Open, job: Job) -> None:
    try:
        check(open_visit, job) if not job.writes else carry_out(open_visit, job)
    except Stopped:
        log.info("import %s was stopped", job.run_id)
    except Refused as refused:
        _problems[job.run_id] = refused
    except NotYours:
        _problems[job.run_id] = Refused("Ce fichier n’attend plus. Choisissez-le à nouveau.")
    except Exception:
        log.exception("import %s failed", job.run_id)
        _problems[job.run_id] = Refused(
            "L’import n’a pas abouti, et rien n’a été enregistré. Réessayez dans un instant."
        )
    finally:
        _jobs.pop(job.run_id, None)
        live.publish([("import", job.run_id), ("imports", job.site_id)])


def check(open_visit: Open, job: Job) -> Report:
    """Read, plan, keep the report."""
    return _keep(job.run_id, *_plan(open_visit, job))


def _keep(run_id: int, plan: Plan, matched: import_runs.Matched) -> Report:
    found = _reports[run_id] = Report.of(plan, matched)
    _reports.move_to_end(run_id)
    while len(_reports) > MOST_REPORTS:
        _reports.popitem(last=False)
    return found


def _plan(open_visit: Open, job: Job) -> tuple[Plan, import_runs.Matched]:
    job.enter("reading")
    with open_visit() as v:
        import_runs.manager_only(v)
        run = v.get(ImportRun, job.run_id)
        content, again = import_runs.content_of(v, run.id), import_runs.done_before(v, run)
    if again and not run.forced:
        raise Refused("Ce fichier a déjà été importé. Confirmez que vous voulez l’importer à nouveau.")
    record = kind(run.kind)
    sheet = spreadsheets.read(content, tick=lambda: job.tick(200))
    job.enter("loading")
    with open_visit() as v:
        world = planning.load(v, record)
    job.enter("checking")
    return planning.plan(world, record, sheet, run.matched, tick=job.tick), run.matched


def carry_out(open_visit: Open, job: Job, *, unread: bool = False) -> Report:
    """Plan again on the site as it is now, and write it if it does what was read. `unread`: whatever it does.

    All or nothing. Refused when somebody else's changes keep crossing it.
    """
    turn = _turns.setdefault(job.site_id, threading.Lock())
    while not turn.acquire(timeout=0.2):
        job.tick(0)
    try:
        for _ in range(3):
            seen = _reports.get(job.run_id)
            plan, matched = _plan(open_visit, job)
            report = _keep(job.run_id, plan, matched)
            if plan.faults:
                return report
            if not unread and (seen is None or seen.mark != report.mark):
                report.moved = True
                return report
            job.enter("writing")
            try:
                with open_visit(writes=True) as v:
                    writing.write(v, plan, job.run_id)
            except (writing.Stale, IntegrityError) as stale:
                log.info("import %s planned again: %s", job.run_id, type(stale).__name__)
                continue
            _reports.pop(job.run_id, None)
            return report
    finally:
        turn.release()
    raise Refused("Les fiches changent pendant l’import, et rien n’a été enregistré. Réessayez dans un instant.")

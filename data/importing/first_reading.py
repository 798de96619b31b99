"""A file as it is read first: what says what it is and how it was read, kept for a while for its screen."""

import logging
from collections import OrderedDict
from datetime import date

from data.core import spreadsheets
from data.core.errors import UserError
from data.core.spreadsheets import Reading
from data.importing import pipeline, worker_process
from data.importing import runs as import_runs
from data.importing.pipeline import Looked, OpenUnitOfWork
from data.importing.runs import ImportRun

LARGE_BYTES = 60_000  # above: a separate process, whose start takes a second
MAX_KEPT = 12
UNREAD = UserError("Ce fichier n’a pas pu être lu. Enregistrez-le à nouveau, ou découpez-le, puis donnez-le encore.")
_looked: OrderedDict[int, tuple[tuple[str, Reading], Looked]] = OrderedDict()  # of which file, and how it was read
log = logging.getLogger("anacrouse.imports")


def looked(open_unit_of_work: OpenUnitOfWork, run_id: int) -> Looked:
    """What says how a waiting file was read; it is read again when that is no longer known. Slow: off the loop."""
    with open_unit_of_work() as uow:
        run, content, today = import_runs.run_of(uow, run_id), import_runs.content_of(uow, run_id), uow.today
    if known := looked_of(run):
        return known
    reading = Reading.of(run.matched.get("reading", {}))
    found = look(run.kind, content, reading, today)
    keep(run, reading, found)
    return found


def looked_of(run: ImportRun) -> Looked | None:
    """The same, when it is known: what a screen shows without waiting. Whatever kind was chosen since: only the columns
    that were proposed (`matched`) are that kind's, and those are kept with the run."""
    known = _looked.get(run.id)
    reading = Reading.of(run.matched.get("reading", {}))
    return known[1] if known and known[0] == (run.sha256, reading) else None


def keep(run: ImportRun, reading: Reading, found: Looked) -> None:
    """The latest ones: each is short."""
    _looked[run.id] = ((run.sha256, reading), found)
    _looked.move_to_end(run.id)
    while len(_looked) > MAX_KEPT:
        _looked.popitem(last=False)


def look(kind_name: str, content: bytes, reading: Reading, today: date) -> Looked:
    if len(content) <= LARGE_BYTES:
        return pipeline.look(kind_name, content, reading, today)
    try:
        spreadsheets.check_form(content)
        return worker_process.look(kind_name, content, reading, today)
    except UserError as error:
        return Looked(problem={"sentence": error.sentence, "words": error.placeholders})
    except worker_process.Lost:
        log.exception("a file could not be read by another process")
        return Looked(problem={"sentence": UNREAD.sentence, "words": {}})

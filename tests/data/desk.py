"""Imports as Hélène does them at Valmont, without a screen; other people of other sites too."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from data import import_runs
from data.exchange import exporting, jobs
from data.exchange.jobs import Job
from data.exchange.kinds import KINDS, kind
from data.exchange.working import Report
from data.import_runs import ImportRun
from data.visits import Visit, whole_house
from tests.cast import HELENE, as_, last


@contextmanager
def opened(login: str, code: str, *, writes: bool = False) -> Iterator[Visit]:
    with as_(login, code, writes=writes) as v:
        yield v


HELENES = partial(opened, HELENE, "valmont")


def give(name: str, content: str | bytes, *, by: Any = HELENES, file: str = "fichier.csv", **matched: Any) -> ImportRun:
    """A file is received; `matched` changes how it is read: columns={"0": "number"}, fixed=…, erase=…, zeros=…"""
    number = jobs.receive(by, name, file, content.encode() if isinstance(content, str) else content)
    if matched:
        with by(writes=True) as v:
            import_runs.match(v, number, matched)
    return last(ImportRun, ImportRun.id == number)


def check(run: ImportRun, *, by: Any = HELENES) -> Report:
    return jobs.check(by, Job(run.id, run.site_id, writes=False, total=run.rows))


def carry(run: ImportRun, *, by: Any = HELENES) -> Report:
    """Import what was checked just before."""
    check(run, by=by)
    return jobs.carry_out(by, Job(run.id, run.site_id, writes=True, total=run.rows))


def bring(name: str, content: str | bytes, *, by: Any = HELENES, **matched: Any) -> Report:
    """Given, checked and imported; no line is faulty."""
    report = carry(give(name, content, by=by, **matched), by=by)
    assert [str(fault.why) for fault in report.faults] == []
    return report


def take(name: str, form: Any = "csv", *, by: Any = HELENES) -> bytes:
    with by() as v:
        world = exporting.gather(v, kind(name))
    return exporting.file_of(world, kind(name), form)[0]


def take_all(form: Any = "csv", *, by: Any = HELENES) -> dict[str, bytes]:
    return {name: take(name, form, by=by) for name in KINDS}


def faults(report: Report) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, str(each.why)) for each in report.faults]


def doubts(report: Report) -> list[tuple[int, str]]:
    return [(line, str(words)) for line, _, words in report.doubts]


def snapshot() -> list[list[Any]]:
    """Every row that imports write."""
    found = []
    with whole_house() as v:
        from sqlmodel import select

        for record in KINDS.values():
            rows = v.all(select(record.table).order_by(record.table.id))
            found.append([row.model_dump() for row in rows])
    return found

"""Imports as Hélène does them at Valmont, without a screen; other people of other sites too."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.importing import exporting, jobs
from data.importing import runs as import_runs
from data.importing.jobs import Job
from data.importing.kinds.registry import KINDS, kind
from data.importing.pipeline import Report
from data.importing.runs import ImportRun
from tests.demo_users import HELENE, as_, last


@contextmanager
def opened(login: str, code: str, *, writes: bool = False) -> Iterator[UnitOfWork]:
    with as_(login, code, writes=writes) as uow:
        yield uow


HELENES = partial(opened, HELENE, "valmont")

# Families as a fourth program wrote them, after years of typing: forty faults of fifteen sorts.
FAULTY = """N° famille;Civilité;Nom;Prénom;Date de naissance;CP;Ville;Pays;Tél. port.;E-mail;Droit à l'image;Identifiant
7001;Mme;Durand;Anne;32/01/1980;57220;Metz;France;0612345678;anne@example.org;oui;
7002;Dr;Durand;Bea;01/01/1980;57220;Metz;France;0612345678;bea@example.org;oui;
7003;Mme;;Cleo;01/01/1980;57220;Metz;France;0612345678;cleo@example.org;oui;
;Mme;Durand;Dina;01/01/1980;57220;Metz;France;0612345678;dina@example.org;oui;
7005;Mme;Durand;Ela;45678;57220;Metz;France;0612345678;ela@example.org;oui;
7006;Mme;Durand;Fia;01/01/1980;1000;Metz;France;612345678;fia@example.org;oui;
7007;Mme;Durand;Gaia;01/01/1980;5722;Metz;Wakanda;06;gaia;peut-être;
7008;Mme;Dur4nd;Hana;01/01/1880;99000;Me_tz;France;0612345678;hana@example.org;oui;é
7009;Mme;Durand;Ina;01/01/2090;57220;Metz;France;0612345678;ina@example.org;oui;aubry.claire
7009;Mme;Durand;Ina;01/01/1980;57220;Metz;France;0612345678;ina@example.org;oui;
1,5E+03;Mme;Durand;Jana;01/01/1980;57220;Metz;France;0612345678;jana@example.org;oui;
7012;Mme;FrÃ©mont;Kim;1980;57220;Metz;France;0612345678;kim@example.org;oui;
7013;Mme;Durand;Lea;01/01/1980;57220;Metz;France;0612345678;lea@example.org;oui;lea;de trop
7014;Mme;Durand;Mia;01/01/1980;57220;Metz;France;06 12 34 56 78 90 12 34 56;mia@example.org;oui;ab
7015;Mme;{long};Nora;01/01/1980;57220;Metz;France;0612345678;nora@example.org;oui;
7016;Mme;Durand;Olga;31/02/1980;57220;Metz;France;0612345678;olga@@example.org;oui;
7017;Melle;Durand;Paz;1/1/80;57220;Metz;Frannce;061234;paz@example;ui;
7018;Mme;Durand;Rita;01/01/1980;ABCDE;Metz;France;0612345678;rita example;non;RITA!
7019;M;Durand;Sam;01/13/1980;00100;Metz;France;+999 12;sam@example.org;;
7020;M;Durand;Tom;2/30/1980;57220;Metz;France;téléphone;tom@;n;
""".format(long="D" * 90)


def sorts(reasons: Iterable[str]) -> set[str]:
    """The sorts of faults: what is said of them before any value."""
    return {why.split("«")[0][:22] for why in reasons}


def give(name: str, content: str | bytes, *, by: Any = HELENES, file: str = "fichier.csv", **matched: Any) -> ImportRun:
    """A file is received; `matched` changes how it is read: columns={"0": "number"}, fixed=…, erase=…, zeros=…"""
    number = jobs.receive(by, name, file, content.encode() if isinstance(content, str) else content)
    if matched:
        with by(writes=True) as uow:
            import_runs.match(uow, number, matched)
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
    with by() as uow:
        snapshot = exporting.gather(uow, kind(name))
    return exporting.file_of(snapshot, kind(name), form)[0]


def take_all(form: Any = "csv", *, by: Any = HELENES) -> dict[str, bytes]:
    return {name: take(name, form, by=by) for name in KINDS}


def faults(report: Report) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, str(each.why)) for each in report.faults]


def conflicts(report: Report) -> list[tuple[int, str]]:
    return [(line, str(expected)) for line, _, expected in report.conflicts]


def snapshot() -> list[list[Any]]:
    """Every row that imports write."""
    found = []
    with system_unit_of_work() as uow:
        from sqlmodel import select

        for record in KINDS.values():
            rows = uow.all(select(record.table).order_by(record.table.id))
            found.append([row.model_dump() for row in rows])
    return found

"""`python -m tests.bench.search [--families N]`: what « Familles » takes to find, names all different, typing errors too;
and « Courriels », among forty thousand letters."""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time

from tests.bench.__main__ import ROOT, row

MAX_MS = 50
SYLLABLES = (
    "ma ri du pon le fe vre be na cor ti er lau ren sou za mo reau gi rar lan dou cha bou lin ker ga no va el".split()
)
TYPED = (
    ("nothing", ""),
    ("one letter", "a"),
    ("half a domain, met by all", "example.org"),
    ("a name", "belkacem"),
    ("a name and a first name", "samir belkacem"),
    ("a number", "1042"),
    ("the beginning of a number", "12"),
    ("a telephone", "06 55 44 33 22"),
    ("half a telephone", "06 12"),
    ("a name that nobody bears", "xqzwvk"),
    ("a letter changed", "belcacem"),
    ("two letters swapped", "blekacem"),
    ("both words misspelt", "belkasem samri"),
    ("a letter missing, near many", "lefvre"),
    ("five thousand signs", "%_" * 2500),
)


def name_each() -> None:
    """Every invented adult and pupil has a name of its own, as nowhere: the worst for typing errors."""
    from sqlmodel import select

    from data.core import database
    from data.core.system_unit_of_work import system_unit_of_work
    from data.families.models import Guardian, Pupil

    database.table_classes()
    drawn = random.Random(7)
    with system_unit_of_work(writes=True) as uow:
        for table in (Guardian, Pupil):
            people = uow.all(select(table).where(table.last_name != "Belkacem"))
            for person in people:
                person.last_name = "".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 4))).title()
            uow.add_all(people)


def measure() -> None:
    from sqlmodel import select

    from data.accounts.models import Account
    from data.core import database
    from data.core.system_unit_of_work import system_unit_of_work
    from data.core.unit_of_work import unit_of_work
    from data.directory import search as family_search

    database.take_stock()
    with system_unit_of_work() as uow:
        staff = uow.one(select(Account).where(Account.login == "renard.paul"))
    for what, typed in TYPED:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            with unit_of_work(staff) as uow:
                page = family_search.find(uow, typed)
            times.append((time.perf_counter() - began) * 1000)
        row(f"{what} ({page.total} found)", f"first {times[0]:.0f} ms, best {min(times):.0f} ms", f"≤ {MAX_MS} ms")


def years_of_letters() -> None:
    """Forty thousand, as the newest of the portal, each to somebody of its own."""
    from data.core import database
    from data.mail.outbox import Letter

    names = [name for name in Letter.model_fields if name not in {"id", "key", "needle", "state"}]
    with database.engine().begin() as connection:
        connection.exec_driver_sql(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000) INSERT INTO letter ({', '.join(names)}, "
            f"key, needle, state) SELECT {', '.join(names)}, 'k' || i, 'personne ' || i || ' p' || i || '@example.org', 'sent' "
            "FROM n JOIN letter ON letter.id = (SELECT max(id) FROM letter)"
        )


def measure_letters() -> None:
    from sqlmodel import select

    from data.accounts.models import Account
    from data.core.system_unit_of_work import system_unit_of_work
    from data.core.unit_of_work import unit_of_work
    from data.office import outbox_admin
    from data.office.outbox_admin import Wanted

    with system_unit_of_work() as uow:
        staff = uow.one(select(Account).where(Account.login == "renard.paul"))
    for what, wanted, skip in (
        ("an address", Wanted(search="p39999@"), 0),
        ("the second page", Wanted(), outbox_admin.PAGE),
    ):
        times = []
        for _ in range(7):
            began = time.perf_counter()
            with unit_of_work(staff) as uow:
                outbox_admin.counts(uow, wanted)
                found = outbox_admin.found(uow, wanted, skip=skip)
            times.append((time.perf_counter() - began) * 1000)
        row(f"letters, {what} ({len(found)} shown)", f"first {times[0]:.0f} ms, best {min(times):.0f} ms", "≤ 100 ms")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.bench.search", description=__doc__)
    asked.add_argument("--families", type=int, default=5000)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="anacrouse-bench-") as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/bench.db", "FILES_DIR": f"{folder}/files", "DEMO": "1"}
        subprocess.run([sys.executable, "main.py", "demo", "--families", str(chosen.families)], cwd=ROOT, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        name_each()
        measure()
        years_of_letters()
        measure_letters()


if __name__ == "__main__":
    main()

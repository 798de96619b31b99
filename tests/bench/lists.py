"""The office's lists in a portal of twenty thousand families: the server's own time for a first screen, sorted, filtered, elsewhere.

Processor time of the server's process, as other programs may have the machine; a whole page by HTTP, so more than a list
drawn again in a page that is open.
"""

import os
import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

FIRST_MS, AGAIN_MS, TIMES = 400, 200, 5
SYLLABLES = (
    "ma ri du pon le fe vre be na cor ti er lau ren sou za mo reau gi rar lan dou cha bou lin ker ga no va el".split()
)
NEW = 1_000_000  # numbers and keys of what is added begin here
QUEUE = "/gestion/demandes?onglet="
LAST = ("the last page", "page", 10_000, {})
LISTS: tuple[tuple[str, str, tuple[tuple[str, str, object, dict[str, str]], ...]], ...] = (
    ("Familles", "/gestion/familles", (
        ("sorted", "sort-families", 1, {}), ("found", "find-families", "", {"find-families": "lauren"}),
        ("misspelt", "find-families", "", {"find-families": "laurena"}),
        ("the last page", "turn-families", 10_000, {}), ("access to be told", "only", "", {"acces": "1"}))),
    ("Demandes, fiches", "/gestion/demandes", (("found", "search", "", {"search": "lauren"}), LAST)),
    ("Demandes, réinscriptions", f"{QUEUE}reinscriptions", (
        ("found", "search", "", {"search": "lauren"}), ("with a message", "narrow", "message", {}), LAST)),
    ("Demandes, pièces", f"{QUEUE}pieces", (("found", "search", "", {"search": "lauren"}), LAST)),
    ("Demandes, absences", f"{QUEUE}absences", (LAST,)),
    ("Campagne", "/gestion/reinscriptions/{campaign}", (
        ("sorted", "sort", 1, {}), ("found", "find", "", {"find": "lauren", "search": "lauren"}),
        ("those who wait", "filter-state", "", {"state": "submitted"}), LAST)),
    ("Courriels", "/gestion/courriels", (("found", "search", "", {"search": "lauren"}), ("sent", "state", "sent", {}), LAST)),
    ("Cours du jour", "/gestion/courriels/cours?jour={day}", (("found", "search", "", {"search": "lauren"}),)),
    ("Journal", "/gestion/journal", (("found", "search", "", {"r": "lauren"}), ("sorted", "sort", "", {}), LAST)),
    ("Imports", "/gestion/imports", (("sorted", "sort-runs", 2, {}), ("found", "find-runs", "", {"find-runs": "lauren"}))),
    ("Factures d’une famille", f"/gestion/familles/{NEW}/facturation", ()),
    ("Cours et élèves d’une famille", f"/gestion/familles/{NEW}/eleves", ()),
)  # fmt: skip


class Filler:
    """Rows like those that are there, as many as are wanted."""

    def __init__(self, database: sqlite3.Connection, rows: int) -> None:
        self.database, self.rows, self.dice = database, rows, random.Random(7)
        self.names = ["".join(self.dice.choices(SYLLABLES, k=self.dice.randint(2, 4))).title() for _ in range(rows)]

    def like(
        self, table: str, values: Callable[[int], dict[str, Any]], where: str = "1", *, keyed: bool = True
    ) -> None:
        """`values(n)`: what is its own in the n-th row; the rest is the sample's (`where` says which row that is)."""
        self.database.row_factory = sqlite3.Row
        sample = dict(self.database.execute(f"SELECT * FROM {table} WHERE site_id = 1 AND {where} LIMIT 1").fetchone())
        self.database.row_factory = None
        first = values(0)
        names = list({**sample, **first, **({"id": 0} if keyed else {})})
        question = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self.database.executemany(question, self._rows(sample, names, values, keyed=keyed))

    def _rows(
        self, sample: dict[str, Any], names: list[str], values: Callable[[int], dict[str, Any]], *, keyed: bool
    ) -> Iterator[list[Any]]:
        for n in range(self.rows):
            row = {**sample, **values(n), **({"id": NEW + n} if keyed else {})}
            yield [row[name] for name in names]


def fill(folder: Path, rows: int) -> None:
    with closing(sqlite3.connect(folder / "bench.db")) as database:
        filler = Filler(database, rows)
        _people(filler)
        _school(filler)
        _requests(filler)
        _office(filler)
        database.commit()
        database.execute("ANALYZE")
        database.commit()


def _people(filler: Filler) -> None:
    names = filler.names
    filler.like("family", lambda n: {"number": NEW + n})
    filler.like("guardian", lambda n: {"family_id": NEW + n, "rank": 1, "last_name": names[n], "first_name": names[-n], "contact_hidden": 0,
                                       "email": f"{names[n].lower()}.{n}@example.org", "phone_mobile": f"+336{n:08}",
                                       "search": f"{names[n]} {names[-n]} {n:08}".lower()})  # fmt: skip
    filler.like(
        "account",
        lambda n: {"family_id": NEW + n, "guardian_id": NEW + n, "login": f"bench.{n}", "name": names[n]},
        "role = 'family'",
    )
    filler.like("pupil", lambda n: {"number": NEW + n, "last_name": names[n], "first_name": names[n // 2], "photo": "",
                                    "search": f"{names[n]} {names[n // 2]}".lower()})  # fmt: skip
    filler.like("pupil_link", lambda n: {"family_id": NEW + n, "pupil_id": NEW + n}, "household = 'principal'")


def _school(filler: Filler) -> None:
    database, year = filler.database, "(SELECT max(school_year) FROM course WHERE site_id = 1)"
    courses = [key for (key,) in database.execute(f"SELECT id FROM course WHERE site_id = 1 AND school_year = {year}")]
    filler.like("course", lambda n: {"number": f"B{n}", "name": f"{filler.names[n]} {n}"}, f"school_year = {year}")
    filler.like(
        "enrolment",
        lambda n: {"pupil_id": NEW + n, "course_id": courses[n % len(courses)]},
        f"course_id = {courses[0]}",
    )
    days = [f"2027-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(168)]
    filler.like("lesson", lambda n: {"course_id": NEW + n, "day": days[n % len(days)]}, "state = 'planned'")


def _requests(filler: Filler) -> None:
    names, mine = (
        filler.names,
        "pupil_id IN (SELECT pupil_id FROM reenrolment WHERE state = 'submitted' AND site_id = 1)",
    )
    whose = {"viewer_id": None, "viewer": "", "viewed_at": None}

    def of_pupil(n: int) -> dict[str, Any]:
        return {"pupil_id": NEW + n, "family_id": NEW + n, "author_id": NEW + n}

    filler.like("reenrolment_wish", lambda n: {**of_pupil(n), "message": "Un mot." if n % 9 == 0 else ""}, mine)
    filler.like(
        "reenrolment",
        lambda n: {"pupil_id": NEW + n, "household_id": NEW + n, "author_id": NEW + n, **whose},
        "state = 'submitted'",
    )
    filler.like(
        "stored_file", lambda n: {"pupil_id": NEW + n, "giver_id": NEW + n, "name": f"{n:032x}"}, "kind <> 'photo'"
    )
    filler.like(
        "supplied_document",
        lambda n: {**of_pupil(n), "file_id": NEW + n, "seen_file_id": None},
        f"file_id IS NOT NULL AND state = 'received' AND {mine}",
    )
    filler.like(
        "change_request",
        lambda n: {"family_id": NEW + n, "sheet_id": NEW + n, "author_id": NEW + n, "title": names[n], **whose},
        "state = 'pending' AND sheet = 'guardian'",
    )
    filler.like(
        "field_change",
        lambda n: {"family_id": NEW + n, "request_id": NEW + n, "new": f"+337{n:08}"},
        "state = 'pending'",
    )
    filler.like("absence_notice", lambda n: {**of_pupil(n), "document": ""}, "state = 'pending'")


def _office(filler: Filler) -> None:
    names = filler.names
    filler.like("letter", lambda n: {"family_id": NEW + n, "account_id": NEW + n, "key": f"bench-{n}", "name": names[n],
                                     "recipient": f"{names[n].lower()}@example.org", "needle": names[n].lower(), "message_id": f"<{n}@bench>"},
                "state <> 'waiting' AND family_id IS NOT NULL")  # fmt: skip
    filler.like("audit_entry", lambda n: {"reference": f"{n:08x}", "actor": names[n]})
    filler.like("invoice", lambda n: {"family_id": NEW + n % 1000, "number": f"B{n}"}, "corrects_id IS NULL")
    question = (
        "INSERT INTO import_run (site_id, kind, file_name, sha256, size, state, problem, heads, samples, rows, about, matched, forced, author, "
        "created_at, added, updated, unchanged, undone_by, removed, restored, stayed) VALUES (1, 'families', ?, '', 0, 'done', '{}', '[]', '[]', "
        "12, '', '{}', 0, 'Hélène Lemoine', '2026-11-01 10:00:00.000000', 12, 0, 0, '', 0, 0, 0)"
    )
    filler.database.executemany(question, [(f"{name}.csv",) for name in names])


def spent(pid: int) -> float:
    """Milliseconds of processor time of that process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(base: str, folder: Path, pid: int, row: Callable[[str, str, str], None]) -> None:
    with closing(sqlite3.connect(folder / "bench.db")) as database:
        [campaign] = database.execute("SELECT campaign_id FROM reenrolment WHERE id = ?", (NEW,)).fetchone()
        [day] = database.execute("SELECT day FROM lesson WHERE id = ?", (NEW,)).fetchone()
    from tests.web.http_client import (
        Person,
        Tab,
    )  # the environment of the tests comes with it: not before the server is there

    helene = Person(SimpleNamespace(url=base), "lemoine.helene")  # type: ignore[arg-type]  # of the portal, its address alone
    for name, path, acts in LISTS:
        address = path.format(campaign=campaign, day=day)
        helene.get(address)
        row(name, f"{_of(pid, lambda at=address: helene.get(at).raise_for_status()):.0f} ms", f"≤ {FIRST_MS} ms")
        for what, do, of, values in acts:
            with Tab(helene, address) as tab:
                taken = _of(pid, lambda tab=tab, do=do, of=of, values=values: tab.act(do, of, **values))
            row(f"    {what}", f"{taken:.0f} ms", f"≤ {AGAIN_MS} ms")


def _of(pid: int, act: Callable[[], object]) -> float:
    """Of one of them, on average."""
    before = spent(pid)
    for _ in range(TIMES):
        act()
    return (spent(pid) - before) / TIMES

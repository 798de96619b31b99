"""How many questions a screen asks the database: few, and no more when the house is large."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import ROOT, Server
from tests.web.test_sheets import decide
from tests.web.wire import Person, Tab

METER = ROOT / "tests" / "counting_server.py"
MOST = 12
SCREENS = (
    ("", ["/connexion", "/aide", "/mot-de-passe-perdu"]),
    ("aubry.claire", ["/", "/famille", "/eleves", "/eleves/2042/identite", "/mot-de-passe"]),
    (
        "renard.paul",
        ["/gestion/demandes", "/gestion/demandes?onglet=traitees", "/gestion/demandes?demande=3", "/mot-de-passe"],
    ),
)


def statements(portal: Server) -> dict[str, int]:
    """Screen -> statements of its GET."""
    found = {}
    for login, paths in SCREENS:
        person = Person(portal, login)
        for path in paths:
            answer = person.get(path)
            assert answer.status_code == 200
            found[f"{login} {path}"] = int(answer.headers["x-statements"])
        person.close()
    return found


def of_events(portal: Server) -> dict[str, int]:
    """What a person does -> statements, both sides' redrawing included."""

    def total() -> int:
        return int(httpx.get(f"{portal.url}/statements").text)

    claire, paul, found = Person(portal, "aubry.claire"), Person(portal, "renard.paul"), {}
    with Tab(claire, "/famille") as family:
        before = total()
        family.save(phone_mobile="06 12 34 56 78")
        found["save"] = total() - before
    with Tab(paul, "/gestion/demandes?demande=3") as desk:
        desk.act("nothing of ours")
        before = total()
        desk.act("search", search="Belkacem")
        found["search"], before = total() - before, total()
        desk.act("next")
        found["next"] = total() - before
    with Tab(paul, "/gestion/demandes?demande=3") as desk:
        desk.act("nothing of ours")
        before = total()
        decide(desk, "accepted")
        found["decide"] = total() - before
    claire.close()
    paul.close()
    return found


@pytest.fixture(scope="module")
def small(sqlite_cast: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("small"), sqlite_cast, entry=METER).start()
    yield server
    server.stop()
    server.check_log()


@pytest.fixture(scope="module")
def large(sqlite_cast: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """300 families more, 60 requests more in the queue, 12 pupils more with Claire."""
    server = Server(tmp_path_factory.mktemp("large"), sqlite_cast, entry=METER)
    with server.connection() as opened:
        more = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        columns = {table: [name for name in names if name != "id"] for table, names in server.tables().items()}

        def copies(table: str, count: int, where: str, **instead: str) -> None:
            values = ", ".join(instead.get(name, name) for name in columns[table])
            opened.execute(
                f"{more.format(count)} INSERT INTO {table} ({', '.join(columns[table])}) "
                f"SELECT {values} FROM {table}, n WHERE {where}"
            )

        copies("family", 300, "number = 1077 AND site_id = 1", number="90000 + i")
        copies(
            "guardian",
            300,
            "first_name = 'Samir'",
            family_id="(SELECT id FROM family WHERE number = 90000 + i)",
            last_name="'B' || i",
        )
        mine = "family_id = (SELECT family_id FROM account WHERE login = 'belkacem.samir') AND state = 'pending'"
        copies(
            "change_request",
            60,
            mine,
            family_id="(SELECT id FROM family WHERE number = 90000 + i)",
            title="'Copie ' || i",
            sheet_id="(SELECT id FROM guardian WHERE last_name = 'B' || i)",
        )
        copies(
            "field_change",
            60,
            mine,
            family_id="(SELECT id FROM family WHERE number = 90000 + i)",
            request_id="(SELECT id FROM change_request WHERE title = 'Copie ' || i)",
        )
        copies("pupil", 12, "number = 2043 AND site_id = 1", number="80000 + i")
        copies(
            "pupil_link",
            12,
            "pupil_id = (SELECT id FROM pupil WHERE number = 2043 AND site_id = 1)",
            pupil_id="(SELECT id FROM pupil WHERE number = 80000 + i)",
        )
    server.start()
    yield server
    server.stop()
    server.check_log()


def test_every_screen_asks_at_most_twelve_questions(small: Server) -> None:
    counted = statements(small)
    assert {screen: count for screen, count in counted.items() if count > MOST} == {}
    assert all(count > 0 for screen, count in counted.items() if "mot-de-passe-perdu" not in screen)


def test_a_large_house_asks_no_more_than_a_small_one(small: Server, large: Server) -> None:
    assert large.value("SELECT count(*) FROM change_request WHERE state = 'pending'") > 60
    few, many = statements(small), statements(large)
    assert many == few


def test_what_a_person_does_asks_no_more_in_a_large_house(small: Server, large: Server) -> None:
    few, many = of_events(small), of_events(large)
    assert {name: count for name, count in many.items() if count > few[name]} == {}
    assert max(few.values()) < 120

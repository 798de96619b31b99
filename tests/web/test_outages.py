"""The database's disk is full, its server is stopped: people are told what is so, the log has one line a cause."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import psutil
import psycopg
import pytest

from components.nicegui_adapter.server import can_listen
from data.core import clock, outages
from tests.conftest import furnish
from tests.days import ZONE
from tests.ground import Cluster, fill, mounted
from tests.server import Server, wait_for
from tests.web.http_client import Person, Tab

Launch = Callable[..., Server]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own."""
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted(disk):
        yield disk


def test_an_address_that_is_taken_is_reported_before_the_start() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SystemExit, match=f"127.0.0.1:{port} cannot be listened at .*Address already in use.*PORT"):
            can_listen("127.0.0.1", port)
    can_listen("127.0.0.1", port)


def test_a_full_disk_of_the_database_is_reported_as_it_is(small_disk: Path, tmp_path: Path, sqlite_demo: Path) -> None:
    own = Server(tmp_path / "portal", sqlite_demo)
    own.database = small_disk / "portal.db"
    own.environment["DATABASE_URL"] = f"sqlite:///{own.database}"
    own.database.write_bytes(sqlite_demo.read_bytes())
    own.start()
    try:
        with Tab(Person(own, "aubry.claire"), "/famille") as tab:
            fill(small_disk)
            refused = wait_for(lambda: _signs_in(own), "no more room")
            assert "L’enregistrement est momentanément impossible. Rien n’a été modifié." in refused
            assert "sollicité" not in refused
            assert "Rien n’a été modifié" in tab.save(phone_mobile="06 12 34 56 78")["dialog"]
        watch = Person(own).get("/readyz")
        assert (watch.status_code, watch.json()["en_cause"]) == (503, ["database", "disk"])
    finally:
        own.stop()
    assert "Traceback" not in own.log
    assert own.log.count("The disk of the database is full: make room on it.") == 1


def _signs_in(own: Server) -> str:
    answer = Person(own).sign_in("belkacem.samir")
    return answer.text if answer.status_code == 503 else ""


def at(line: str) -> datetime:
    """When the log says that it was."""
    return datetime.fromisoformat(line[:19])


def test_postgresql_stopped_or_frozen_under_open_pages(cluster: Cluster, launch: Launch) -> None:
    """An act is answered in words, the log has one line; once it is back everything goes on, by itself too."""
    furnish(f"{cluster.url}postgres")
    own = launch(DATABASE_URL=f"{cluster.url}postgres", PERIODIC_JOBS="1")
    claire = Person(own, "aubry.claire")
    with Tab(claire, "/famille") as tab:
        cluster.stop()
        try:
            for _ in range(3):
                answer = tab.save(phone_mobile="06 12 34 56 78")
                assert "ne joint plus sa base de données" in answer["dialog"]
            page = claire.get("/famille")
            assert (page.status_code, "ne joint plus sa base" in page.text) == (503, True)
            watch = Person(own).get("/readyz")
            assert (watch.status_code, watch.json()["en_cause"][0]) == (503, "database")
        finally:
            cluster.start()
        wait_for(lambda: Person(own).get("/readyz").status_code == 200, "the database to be back")
        assert "mise à jour" in tab.save(phone_mobile="06 12 34 56 78")["dialog"]
    wait_for(lambda: "The database answers again" in own.log, "a word of it")
    assert "Traceback" not in own.log
    notes = [
        line for line in own.log.splitlines() if "database cannot be reached" in line or "database answers" in line
    ]
    assert "(again" not in notes[0]
    for one, next_one in pairwise(notes):  # one line for all who asked; where that takes minutes, one a minute
        if "answers" not in one + next_one:
            assert at(next_one) - at(one) > timedelta(seconds=outages.EVERY_SECONDS / 2)
    what_could_not_be_drawn_is_drawn_again(cluster, own, claire)
    a_frozen_database_is_reported(cluster, own, claire)
    own.stop()


NEXT_LESSON = """SELECT l.id FROM lesson l JOIN enrolment e ON e.course_id = l.course_id JOIN pupil p ON p.id = e.pupil_id
  WHERE p.number = 2042 AND e.status = 'enrolled' AND l.state <> 'cancelled' AND l.day > %s ORDER BY l.day, l.id LIMIT 1"""


def what_could_not_be_drawn_is_drawn_again(cluster: Cluster, own: Server, claire: Person) -> None:
    """Nothing happens after the database answers again."""
    with (
        Tab(claire, "/eleves/2042/absences") as absences,
        Tab(claire, "/famille") as record,
        psycopg.connect(f"{cluster.url}postgres".replace("+psycopg", "")) as other,
    ):
        [(lesson,)] = other.execute(NEXT_LESSON, [clock.today(ZONE)]).fetchall()
        absences.act("announce", "2042", **{f"lesson-{lesson}": "on"}, reason="Maladie", comment="Grippe")
        other.commit()
        other.execute("LOCK TABLE absence_notice IN ACCESS EXCLUSIVE MODE")
        other.execute("UPDATE absence_notice SET comment = 'Écrit entre-temps' WHERE comment = 'Grippe'")
        assert "mise à jour" in record.save(phone_work="03 82 11 22 33")["dialog"]
        wait_for(lambda: "at redrawing: The database is busy" in own.log, "a redrawing that fails")
        other.execute("COMMIT")
        absences.wait_until(lambda: "Écrit entre-temps" in absences.shown())


def a_frozen_database_is_reported(cluster: Cluster, own: Server, claire: Person) -> None:
    """Its machine takes what is sent, nothing answers."""
    processes = cluster.processes()
    with Tab(claire, "/famille") as tab:
        for each in processes:
            with suppress(psutil.NoSuchProcess):  # some come and go
                each.suspend()
        try:
            answer = tab.save(phone_mobile="06 33 33 33 33")
            assert "ne joint plus sa base de données" in answer["dialog"]
            assert claire.get("/famille").status_code == 503
        finally:
            for each in processes:
                with suppress(psutil.NoSuchProcess):
                    each.resume()
        wait_for(lambda: Person(own).get("/readyz").status_code == 200, "the database to be back")
        assert "mise à jour" in tab.save(phone_mobile="06 33 33 33 33")["dialog"]

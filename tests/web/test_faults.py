"""The process is killed, a second one is started, another program holds the database: nothing is lost, nothing is half done."""

import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Sized
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import WebSocketException

from tests.days import THOROUGH
from tests.server import PATIENCE, Server, sqlite_alone, wait_for
from tests.web.http_client import Person, Tab
from tests.web.test_change_requests import decide

Launch = Callable[..., Server]
ROUNDS = 4 if THOROUGH else 1
DIED = (httpx.HTTPError, WebSocketException, OSError, EOFError, AssertionError, TypeError, pytest.fail.Exception)


class Family:
    """Asks for one number after the other until the server dies; remembers what was acknowledged."""

    def __init__(self, portal: Server, login: str) -> None:
        self.person, self.acknowledged = Person(portal, login), list[str]()

    def ask(self) -> None:
        try:
            with Tab(self.person, "/famille") as tab:
                for number in range(20):
                    shown = tab.save(phone_work=f"03 82 00 {number:02d} 00").get("dialog", "")
                    if "mise à jour" in shown:
                        self.acknowledged.append(f"number {number}")
        except DIED:
            return


class PageState:
    """Decides one request after the other until the server dies."""

    def __init__(self, portal: Server) -> None:
        self.person, self.acknowledged = Person(portal, "renard.paul"), list[int]()

    def work(self) -> None:
        try:
            while True:
                with Tab(self.person, "/gestion/demandes") as tab:
                    request = int(str(tab.soup.select_one("#request-form")["data-of"]))
                    if "enregistrée" in str(decide(tab, "accepted").get("announce", "")):
                        self.acknowledged.append(request)
        except DIED:
            return


def assert_whole(portal: Server) -> None:
    """No half of anything: every pending request has fields, letter and journal row; every decision likewise."""
    assert portal.beneath.damage() == []
    for request, family, state in portal.rows("SELECT id, family_id, state FROM change_request"):
        fields = [state for (state,) in portal.rows("SELECT state FROM field_change WHERE request_id = ?", request)]
        assert fields, f"request {request} has no field"
        assert ("pending" in fields) == (state == "pending"), (request, state, fields)
        assert portal.rows("SELECT 1 FROM letter WHERE kind = 'request_received' AND family_id = ?", family)
        assert portal.rows("SELECT 1 FROM audit_entry WHERE action = 'change asked' AND family_id = ?", family)
        if state == "closed" and "withdrawn" not in fields:
            assert portal.rows("SELECT 1 FROM letter WHERE kind = 'request_decided' AND family_id = ?", family)
            assert portal.rows("SELECT 1 FROM audit_entry WHERE action = 'request decided' AND family_id = ?", family)
    for value, new in portal.rows(
        "SELECT phone_mobile, new FROM guardian JOIN change_request ON sheet_id = guardian.id JOIN field_change "
        "ON request_id = change_request.id WHERE field = 'phone_mobile' AND field_change.state = 'accepted'"
    ):
        assert value == new


def _have(some: int, *acknowledged: Sized) -> bool:
    return sum(map(len, acknowledged)) >= some


def test_killed_in_the_middle_of_work_whatever_was_acknowledged_is_whole(launch: Launch) -> None:
    own, dice, acknowledged = launch(), random.Random(7), 0
    for number in range(ROUNDS):
        asked_before = own.value("SELECT count(*) FROM audit_entry WHERE action = 'change asked'")
        family, office_tab = Family(own, f"famille.{3013 + number}"), PageState(own)
        working = [threading.Thread(target=family.ask), threading.Thread(target=office_tab.work)]
        for each in working:
            each.start()
        wait_for(partial(_have, dice.randint(1, 5), family.acknowledged, office_tab.acknowledged), "acknowledgements")
        own.kill()
        for each in working:
            each.join(90)
        own.start()
        assert_whole(own)
        asked = own.value("SELECT count(*) FROM audit_entry WHERE action = 'change asked'") - asked_before
        assert len(family.acknowledged) <= asked <= len(family.acknowledged) + 1
        decided = {request for (request,) in own.rows("SELECT id FROM change_request WHERE state = 'closed'")}
        assert set(office_tab.acknowledged) <= decided
        acknowledged += len(family.acknowledged) + len(office_tab.acknowledged)
    assert acknowledged > 0


def test_a_session_survives_the_death_of_the_process(launch: Launch) -> None:
    own = launch()
    claire = Person(own, "aubry.claire")
    own.kill()
    own.start()
    assert "Bonjour Claire" in claire.text("/")


def test_a_start_costs_few_seconds_of_a_processor(template: Path | str, tmp_path: Path) -> None:
    """Beside four busy processes it took half a minute: counted here is what the start alone takes, whatever the machine does."""
    own = Server(tmp_path / "portal", template)
    with own.log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(own.entry), "serve"], cwd=own.folder, env=own.environment, stdout=log, stderr=log
        )
    try:
        wait_for(own.answers, "the server")
        used = psutil.Process(process.pid).cpu_times()
        assert used.user + used.system < 10
    finally:
        process.terminate()
        process.wait(60)
        own.beneath.drop()
    own.check_log()


@sqlite_alone(reason="several processes serve one PostgreSQL")
def test_a_second_server_on_the_same_database_refuses_to_start_and_says_why(portal: Server) -> None:
    """Row 105."""
    second = portal.spawn()
    assert second.wait(120) != 0
    assert f"Another process serves {portal.database} already. Stop it first" in portal.log


def test_a_database_held_by_another_program_is_reported_and_loses_nothing(portal: Server, claire: Person) -> None:
    """Row 104."""
    with Tab(claire, "/famille") as tab:
        with portal.beneath.held():
            answer = tab.save(phone_mobile="06 12 34 56 78")
            assert answer["dialog"] == "Le service est occupé, votre saisie n’a pas été enregistrée. Réessayez."
            assert claire.get("/famille").status_code == 200
        assert "mise à jour" in tab.save(phone_mobile="06 12 34 56 78")["dialog"]
    portal.expects_faults = True
    assert portal.value("SELECT count(*) FROM field_change WHERE new = '+33612345678'") == 1


@sqlite_alone(reason="of PostgreSQL, whoever writes one row holds up nobody else’s")
def test_whoever_waits_to_write_does_not_keep_others_from_reading(launch: Launch) -> None:
    """As while a large import is written: an act, a sign-in and a certificate wait for it, and are done."""
    own = launch(DATABASE_LOCK_SECONDS=str(PATIENCE))
    writer, reader = Person(own, "aubry.claire"), Person(own, "belkacem.samir")
    with Tab(writer, "/famille") as tab, ThreadPoolExecutor(3) as others:
        with own.beneath.held():
            saved = others.submit(tab.save, phone_mobile="06 12 34 56 78")
            signed_in = others.submit(Person(own).sign_in, "renard.paul")
            issued = others.submit(reader.get, "/eleves/2077/attestations/inscription.pdf")
            for _ in range(10):
                assert writer.get("/famille").status_code == 200
            assert not any(each.done() for each in (saved, signed_in, issued))
        assert "mise à jour" in saved.result()["dialog"]
        assert signed_in.result().status_code == 303
        assert issued.result().content.startswith(b"%PDF")


def test_signing_in_while_the_database_is_held_is_reported_too(portal: Server) -> None:
    stranger = Person(portal)
    with portal.beneath.held():
        answer = stranger.sign_in("aubry.claire")
    portal.expects_faults = True
    assert answer.status_code == 503
    assert Person(portal).sign_in("aubry.claire").status_code == 303


def test_a_database_without_its_tables_is_not_served_as_if_it_were_well(launch: Launch) -> None:
    own = launch()
    stranger = Person(own)
    with own.connection() as other:
        other.execute("UPDATE alembic_version SET version_num = 'another'")
    assert stranger.get("/readyz").status_code == 503
    assert stranger.get("/readyz").json() == {"etat": "en panne", "en_cause": ["database"]}
    assert stranger.get("/healthz").status_code == 200


@sqlite_alone(reason="the file's pages are SQLite's")
def test_a_damaged_page_is_found_at_the_start_and_shown_by_the_watch(portal: Server, launch: Launch) -> None:
    """Families go on with what can be read; the watch, « Réglages » and the log say what is so."""
    damaged = portal.keep("damaged.db")
    with sqlite3.connect(damaged) as opened:
        [(root,)] = opened.execute("SELECT rootpage FROM sqlite_master WHERE name = 'piece'")
        [(size,)] = opened.execute("PRAGMA page_size")
    with damaged.open("r+b") as written:
        written.seek((root - 1) * size)
        written.write(b"\xa5" * 2000)
    own = launch(template=damaged)
    wait_for(lambda: Person(own).get("/readyz").status_code == 503, "the examination")
    assert Person(own).get("/readyz").json()["en_cause"] == ["database"]
    assert Person(own, "aubry.claire").get("/famille").status_code == 200
    assert "endommagée" in Person(own, "lemoine.helene").text("/gestion/reglages/etat")
    assert own.log.count("The database is damaged. Keep it apart, put the last copy back") == 1


def test_a_real_database_refuses_the_demonstration(portal: Server, launch: Launch) -> None:
    own = launch()
    own.stop()
    own.change("UPDATE site SET demonstration = false")
    process = own.spawn()
    assert process.wait(120) != 0
    assert "this database holds a real conservatoire" in own.log
    own.change("UPDATE site SET demonstration = true")
    own.start()

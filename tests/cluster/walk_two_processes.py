"""What one process does reaches the other's pages; one is killed, all are renewed, and nobody sees a fault or loses what was acknowledged."""

import itertools
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from playwright.sync_api import expect
from websockets.exceptions import WebSocketException

from tests.browser.conftest import LIVE, Window
from tests.cluster.conftest import PROCESS, Several, visitor
from tests.server import PATIENCE, wait_for
from tests.web.http_client import Person, Tab
from tests.web.test_change_requests import NOTICE, decide

Come = Callable[..., Person]
WALKERS = 3
ELSEWHERE = "Implicit handshake failed"  # the socket came to another process than the page


def show_time(what: str, answered: float) -> None:
    """How long after the answer the other process's page had heard it: for people to read, since machines are busy."""
    print(f"{what}: {(time.monotonic() - answered) * 1000:.0f} ms after the answer")


def test_each_process_names_itself_and_caddy_keeps_its_visitors(several: Several, come: Come) -> None:
    for name in ("1", "2"):
        person = come(name)
        for _ in range(3):
            assert "set-cookie" not in person.get("/connexion").headers
    stranger = Person(several)  # type: ignore[arg-type]
    stranger.get("/connexion")
    assert stranger.cookies[PROCESS] in {"1", "2"}
    given = stranger.cookies[PROCESS]
    for _ in range(3):
        assert "set-cookie" not in stranger.get("/connexion").headers
    gone = come("3")
    assert gone.get("/connexion").status_code == 200
    assert gone.cookies[PROCESS] in {"1", "2"}
    assert given == stranger.cookies[PROCESS]
    stranger.close()


def test_signing_out_with_one_process_closes_the_page_of_the_other(come: Come) -> None:
    claire = come("1", "aubry.claire")
    beside = come("2", anacrouse=claire.token())
    with Tab(beside, "/famille") as tab:
        assert claire.post("/deconnexion").status_code == 303
        answered = time.monotonic()
        tab.receive(lambda _: bool(tab.opened))
        show_time("Déconnexion", answered)
    assert "connexion" in beside.get("/famille").headers["location"]


def test_requests_and_decisions_cross_from_one_process_to_the_other(several: Several, come: Come) -> None:
    claire, paul = come("1", "aubry.claire"), come("2", "renard.paul")
    with Tab(claire, "/famille") as family, Tab(paul, "/gestion/demandes") as office:
        family.save(phone_mobile="06 12 34 56 78")
        answered = time.monotonic()
        office.wait_until(lambda: "Aubry Claire" in office.shown())
        show_time("a new request", answered)
        [(request,)] = several.rows("SELECT max(id) FROM change_request")
        office.act("open", request)
        assert NOTICE in family.shown()
        decide(office, "accepted")
        answered = time.monotonic()
        family.wait_until(lambda: NOTICE not in family.shown())
        show_time("a decision", answered)


def test_an_account_that_is_blocked_leaves_its_page_in_the_other_process(several: Several, come: Come) -> None:
    marc, paul = come("1", "belkacem.samir"), come("2", "renard.paul")
    account = several.account("belkacem.samir")
    [(number,)] = several.rows("SELECT number FROM family WHERE id = %s", account["family_id"])
    with Tab(marc, "/famille") as tab, Tab(paul, f"/gestion/familles/{number}/comptes") as office:
        office.act("block", account["id"])
        answered = time.monotonic()
        tab.receive(lambda _: bool(tab.opened))
        show_time("« Bloquer »", answered)


class Walker:
    """A family that looks and writes all the time, as its browser would: a page whose socket is gone is loaded again."""

    def __init__(self, several: Several, login: str, process: str, numbers: "itertools.count[int]") -> None:
        self.person = visitor(several, process, login)
        self.login, self.numbers = login, numbers
        self.faults: list[str] = []
        self.acknowledged: list[str] = []
        self.asked = self.reloaded = 0

    def walk(self, over: threading.Event) -> None:
        while not over.is_set():
            try:
                with Tab(self.person, "/famille") as tab:
                    while not over.is_set():
                        self._save(tab)
                        self._look("/")
                        self._look("/facturation/cotisations")
            except (WebSocketException, OSError):  # the process has gone: the script's own reload
                self.reloaded += 1
            except AssertionError as fault:
                if ELSEWHERE in str(fault):  # the script loads the page again
                    self.reloaded += 1
                else:
                    self.faults.append(str(fault)[:300])
            except httpx.TransportError as fault:
                self.faults.append(repr(fault))
        self.person.close()

    def _look(self, path: str) -> None:
        answer = self.person.get(path, follow_redirects=True)
        self.asked += 1
        if answer.status_code >= 400:
            self.faults.append(f"{path}: {answer.status_code} {answer.text[:200]}")

    def _save(self, tab: Tab) -> None:
        phone = f"06{next(self.numbers):08d}"
        tab.save(phone_mobile=phone)
        self.asked += 1
        self.acknowledged.append("+33" + phone[1:])

    def last_is_there(self, several: Several) -> bool:
        """Each request replaces the one before: the last acknowledged one, or a later one whose answer was lost."""
        family = several.account(self.login)["family_id"]
        found = {new for (new,) in several.rows("SELECT new FROM field_change WHERE family_id = %s", family)}
        return bool(found) and max(found) >= self.acknowledged[-1]


def able(several: Several) -> list[str]:
    question = "SELECT login FROM account WHERE login LIKE 'famille.%%' AND password_hash <> '' AND NOT disabled ORDER BY login"
    return [login for (login,) in several.rows(question)][:WALKERS]


def under_load(several: Several, what: Callable[[], None]) -> list[Walker]:
    """Families walk while it happens."""
    numbers, over = itertools.count(10_000_000), threading.Event()
    walkers = [Walker(several, login, str(1 + at % 2), numbers) for at, login in enumerate(able(several))]
    with ThreadPoolExecutor(len(walkers)) as crowd:
        walking = [crowd.submit(each.walk, over) for each in walkers]
        try:
            wait_for(lambda: all(len(each.acknowledged) > 1 for each in walkers), "everybody to walk")
            what()
            far = [len(each.acknowledged) for each in walkers]
            wait_for(
                lambda: all(len(each.acknowledged) > at + 1 for each, at in zip(walkers, far, strict=True)),
                "them to go on",
            )
        finally:
            over.set()
        for each in walking:
            each.result()
    print(
        f"{sum(each.asked for each in walkers)} answers, {sum(len(each.acknowledged) for each in walkers)} acts acknowledged, "
        f"{sum(each.reloaded for each in walkers)} pages loaded again"
    )
    return walkers


def check(several: Several, walkers: list[Walker]) -> None:
    faults = [fault for each in walkers for fault in each.faults]
    assert not faults, "\n".join(faults)
    assert [each.login for each in walkers if not each.last_is_there(several)] == []


def test_a_process_that_is_killed_loses_nothing_that_was_acknowledged_and_shows_nobody_a_fault(
    several: Several,
) -> None:
    def kill() -> None:
        victim = several.workers()["1"]
        victim.send_signal(signal.SIGKILL)
        wait_for(lambda: several.workers().get("1", victim) != victim, "another in its place")
        wait_for(lambda: several.names() == {"1", "2"}, "it to be ready")

    check(several, under_load(several, kill))
    assert "process 1 ended with -9: it is begun again" in several.log


def test_what_was_typed_comes_back_with_another_process(several: Several, enter: Callable[[str], Window]) -> None:
    window = enter("aubry.marc")
    page = window.open("/famille")
    field = page.locator("input[name=phone_mobile]").first
    field.fill("06 44 55 66 77")
    [name] = [each["value"] for each in window.context.cookies() if each["name"] == PROCESS]
    began = time.monotonic()
    with page.expect_event("domcontentloaded"):
        several.workers()[name].send_signal(signal.SIGKILL)
    page.wait_for_selector(LIVE, state="attached")
    print(f"the page is back: {time.monotonic() - began:.1f} s")
    expect(field).to_have_value("06 44 55 66 77")
    expect(page.get_by_text("1 modification non enregistrée").first).to_be_visible()


@pytest.fixture(autouse=True)
def _all_are_there(several: Several) -> None:
    wait_for(lambda: len(several.names()) == 2, "both processes")


def test_the_cookie_is_for_no_script_and_no_other_site(several: Several) -> None:
    given = httpx.get(f"{several.url}/connexion", trust_env=False).headers["set-cookie"]
    assert given.startswith(f"{PROCESS}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {*given.split("; ")}


def test_all_processes_are_renewed_without_a_request_that_fails(several: Several) -> None:
    before = {each.pid for each in several.workers().values()}

    def renew() -> None:
        several.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "all processes are renewed" in several.log, "the renewal", 4 * PATIENCE)

    check(several, under_load(several, renew))
    assert not before & {each.pid for each in several.workers().values()}

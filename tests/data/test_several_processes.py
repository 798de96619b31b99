"""Several processes on one PostgreSQL: what one changes the others' pages hear, and each work is one's at a time."""

import asyncio
import os
import threading
from collections.abc import Iterator

import psycopg
import pytest
from pydantic import ValidationError
from starlette.types import Message

from components.web import middleware
from data.core import database as database_module
from data.core import events, relay
from data.core.duties import Duties
from data.core.relay import Listener
from data.core.settings import Settings
from data.core.system_unit_of_work import system_unit_of_work
from data.ops import supervisor
from data.ops.supervisor import Place
from tests.conftest import move_to
from tests.demo_users import both_empty
from tests.server import wait_for

on_postgresql = pytest.mark.parametrize("empty_database", ["postgresql"], indirect=True)
TOPIC = ("tests", 7)


@pytest.fixture
def listener(empty_database: str) -> Iterator[Listener]:
    """Of a second process: what this one says comes to it through the database."""
    made = Listener().start()
    assert made.hears.wait(60)
    yield made
    made.close()


class Page:
    """What follows a topic, and can be waited for."""

    def __init__(self, topic: events.Topic = TOPIC) -> None:
        self.heard = threading.Semaphore(0)
        self.leave = events.follow(topic, self.heard.release)

    def hears(self) -> bool:
        return self.heard.acquire(timeout=60)

    def has_heard(self) -> bool:
        return self.heard.acquire(blocking=False)


def break_lines(url: str) -> None:
    """Every connection of this database but that of who asks ends."""
    question = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(question)


@on_postgresql
def test_what_another_process_changes_is_heard_once_it_is_committed(
    empty_database: str, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "hand_over", lambda topics: None)  # as if the pages were in another process
    page, other = Page(), Page(("tests", 8))
    monkeypatch.setattr(relay, "SELF", "the other")
    said = list(relay._messages([TOPIC]))
    monkeypatch.setattr(relay, "SELF", "this one")
    with database_module.engine().connect() as connection:
        connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (relay.CHANNEL, said[0]))
        relay.tell(connection, [("tests", 8)])  # our own saying: heard already
        assert not page.has_heard()
        connection.commit()
    assert page.hears()
    assert not page.has_heard()
    assert not other.has_heard()
    assert said == ['["the other",["tests",7]]']  # names and numbers alone


@on_postgresql
def test_many_topics_are_said_in_messages_that_postgresql_takes(empty_database: str, listener: Listener) -> None:
    topics = [("account letters", 2**31 - number) for number in range(1000)]
    last = Page(topics[-1])
    found = [message.replace(relay.SELF, "another") for message in relay._messages(topics)]
    with database_module.engine().begin() as connection:
        for message in found:
            connection.exec_driver_sql("SELECT pg_notify(%s, %s)", (relay.CHANNEL, message))
    assert last.hears()


@on_postgresql
def test_after_a_broken_line_anything_may_have_changed(empty_database: str, listener: Listener) -> None:
    moment, page = events.moment(), Page()
    assert not events.changed_since(TOPIC, moment)
    break_lines(empty_database)
    assert page.hears()
    assert events.changed_since(TOPIC, moment)
    assert events.changed_since(("tests", 99), moment)
    wait_for(listener.hears.is_set, "the line again")


@on_postgresql
def test_a_duty_stays_with_one_process_until_its_line_ends(empty_database: str) -> None:
    first, second = Duties(), Duties()
    assert first.mine("postman")
    assert first.mine("postman")
    assert not second.mine("postman")
    assert second.mine("daily")
    assert not first.mine("daily")
    first.close()
    wait_for(lambda: second.mine("postman"), "the server to have noticed")
    break_lines(empty_database)  # as when a process is killed
    database_module.close()
    wait_for(lambda: first.mine("postman"), "the server to have noticed")
    with pytest.raises(database_module.Fault):
        second.mine("postman")
    assert not second.mine("postman")
    first.close()
    second.close()


def publish(*, fault: str = "") -> None:
    with system_unit_of_work(writes=True) as uow:
        uow.publish(TOPIC)
        if fault:
            raise ValueError(fault)


@both_empty
def test_a_unit_of_work_says_its_topics_here_at_once_if_it_is_committed(empty_database: str) -> None:
    page = Page()
    with pytest.raises(ValueError, match="given up"):
        publish(fault="given up")
    assert not page.has_heard()
    publish()
    assert page.has_heard()


def test_a_message_of_nobody_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    page = Page()
    for sent in ("", "[", '["x",["tests"]]', '["x",["tests","seven"]]', "7"):
        relay.hear(sent)
    assert not page.has_heard()
    assert len(caplog.records) == 5


def test_several_processes_on_sqlite_are_refused_in_a_sentence() -> None:
    with pytest.raises(ValidationError, match="WORKERS: several processes share a PostgreSQL; SQLite has one"):
        Settings(database_url="sqlite:///var/some.db", workers=2)
    assert Settings(database_url="postgresql+psycopg://somebody@localhost/some", workers=2).workers == 2


def test_a_process_that_ends_at_once_is_begun_again_after_longer_and_longer_rests() -> None:
    place, rests = Place("1", 1, begun_at=1000.0), list[float]()
    for _ in range(7):
        place.note_end(1000.0)
        assert place.again_at is not None
        rests.append(place.again_at - 1000.0)
    assert rests == [1, 2, 4, 8, 16, 30, 30]
    later = 1000.0 + supervisor.STEADY_SECONDS + 1
    place.note_end(later)
    assert place.again_at == later


class Wire:
    """ASGI's end of an answer."""

    def __init__(self, cookies: str, kind: bytes = b"text/html; charset=utf-8") -> None:
        self.sent: list[Message] = []
        start: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
        asyncio.run(middleware._kept_here(self.send, cookies)(start))

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def cookies(self) -> list[str]:
        return [value.decode() for name, value in self.sent[0]["headers"] if name == b"set-cookie"]


def test_a_page_names_its_process_in_a_cookie() -> None:
    assert Wire("").cookies == []
    move_to(PROCESS="2")
    try:
        given = "anacrouse-process=2; Path=/; HttpOnly; SameSite=Lax"
        assert Wire("anacrouse=x").cookies == [given]
        assert Wire("anacrouse=x; anacrouse-process=1").cookies == [given]
        assert Wire("anacrouse-process=2; anacrouse=x").cookies == []
        assert Wire("", b"application/pdf").cookies == []
        move_to(BASE_URL="https://portail.example.org")
        assert Wire("anacrouse-process=2").cookies == [f"__Host-{given}; Secure"]
    finally:
        for name in ("PROCESS", "BASE_URL"):
            os.environ.pop(name, None)
        move_to()

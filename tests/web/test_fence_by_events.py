"""Every event a page listens to, forged with another's numbers and with values no script sends: nothing of theirs moves."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.server import Server
from tests.web.wire import Person, Tab

Come = Callable[..., Person]
NAMED = {"save", "withdraw", "towns", "close", "open", "next", "previous", "decide", "undo", "search", "page"}
FAMILY_PAGES = ["/", "/famille", "/eleves", "/eleves/2042/identite", "/mot-de-passe"]
STAFF_PAGES = ["/gestion/demandes", "/gestion/demandes?onglet=traitees", "/mot-de-passe"]
ODD: list[Any] = [
    None,
    7,
    -1,
    True,
    1.5,
    "",
    "x" * 200_000,
    [],
    ["a"],
    {"a": {"b": []}},
    {"do": []},
    {"do": "save", "of": {"id": 1}},
    {"do": "save", "of": "1", "values": [1]},
    {"do": "save", "of": 1, "values": {"phone_mobile": {"a": 1}}},
    {"do": "save", "of": "1", "values": {"phone_mobile": None}},
    {"do": "x" * 90_000},
    {"of": "1"},
    {"do": "save", "of": "1", "values": {str(n): "x" for n in range(500)}},
    {"do": "save", "of": "1", "values": {"phone_mobile": "x" * 100_000}},
    {"do": "__class__", "of": "__init__"},
    *({"do": "save", "of": str(number), "values": {"photo": "f00dfeed" * 4}} for number in range(1, 6)),
]


def snapshot(portal: Server, condition: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows for which the condition on family_id and site_id holds; sessions' last activity apart."""
    found = {}
    for table, columns in portal.tables().items():
        if table in {"throttle", "alembic_version", "audit_entry"}:
            continue
        kept = ", ".join(column for column in columns if column != "seen_at")
        if {"family_id", "site_id"} <= set(columns):
            found[table] = portal.rows(f"SELECT {kept} FROM {table} WHERE {condition} ORDER BY 1")
        elif "site_id" in columns:
            found[table] = portal.rows(
                f"SELECT {kept} FROM {table} WHERE {condition.split(' OR ', maxsplit=1)[0]} ORDER BY 1"
            )
    return found


def every_number(portal: Server) -> list[int]:
    """Keys of rows of every kind and family, and some of nobody."""
    tables = ("guardian", "pupil", "change_request", "sign_in", "family", "account")
    return sorted(
        {key for table in tables for (key,) in portal.rows(f"SELECT id FROM {table} ORDER BY id DESC LIMIT 8")}
        | set(range(1, 9))
    )


def forge(portal: Server, tab: Tab, *, to: Tab | None = None) -> int:
    """Every action with every number, and every oddity; how many events were sent. `to` is the page they name."""
    target, sent = to or tab, 0
    values = {
        "phone_mobile": "06 11 11 11 11",
        "last_name": "Zzforged",
        "school": "Zzforged",
        "site_id": "2",
        "family_id": "1",
        "version": "1",
        "reason": "Zzforged",
        "search": "%",
        **{
            f"verdict:{name}": "accepted"
            for name in ("phone_mobile", "address", "phone_home", "birth_name", "emergency_phone")
        },
    }
    for listener in target.listeners():
        for do in sorted(NAMED | target.actions()):
            for number in every_number(portal):
                tab.send_raw(
                    "event",
                    {
                        "id": listener[0],
                        "client_id": target.client_id,
                        "listener_id": listener[1],
                        "args": [json.dumps({"do": do, "of": str(number), "values": values})],
                    },
                )
                sent += 1
        for odd in ODD:
            tab.send_raw(
                "event",
                {
                    "id": listener[0],
                    "client_id": target.client_id,
                    "listener_id": listener[1],
                    "args": [json.dumps(odd)],
                },
            )
            sent += 1
    return sent


def done(tab: Tab) -> None:
    """Everything sent before was dealt with."""
    if any(listener[2] == "act" for listener in tab.listeners()):
        tab.emit(tab.panel(), {"do": "towns", "of": "the last", "values": {}})
        tab.act("nothing of ours")
    assert tab.person.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", FAMILY_PAGES)
def test_a_family_moves_nothing_of_another_family(portal: Server, come: Come, path: str) -> None:
    claire, own = come("aubry.claire"), portal.account("aubry.claire")["family_id"]
    condition = f"site_id <> 1 OR (family_id IS NOT NULL AND family_id <> {own})"
    before, newest = snapshot(portal, condition), portal.value("SELECT max(id) FROM letter")
    with Tab(claire, path) as tab:
        sent = forge(portal, tab)
        done(tab)
    assert sent > 100 or not tab.listeners()
    assert snapshot(portal, condition) == before
    moved = portal.rows(
        "SELECT 1 FROM letter WHERE kind = 'request_received' AND family_id = ? AND state = 'waiting' AND id > ?",
        own,
        newest,
    )
    assert bool(moved) == (path in {"/famille", "/eleves/2042/identite"})
    assert portal.rows("SELECT * FROM pupil WHERE school = 'Zzforged'") == []


def test_the_household_that_may_consult_moves_nothing_at_all(portal: Server, come: Come) -> None:
    marc = come("aubry.marc")
    condition = "1 = 1 OR 1 = 1"
    before = snapshot(portal, condition)
    with Tab(marc, "/eleves/2042/identite") as tab:
        assert forge(portal, tab) > 100
        done(tab)
    assert snapshot(portal, condition) == before


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_staff_move_nothing_of_another_site(portal: Server, come: Come, path: str) -> None:
    jean = come("petit.jean", "belrive")
    before = snapshot(portal, "site_id = 1 OR site_id = 1")
    with Tab(jean, path) as tab:
        assert forge(portal, tab) > 50
        done(tab)
        assert "Zzforged" not in tab.shown()
    assert snapshot(portal, "site_id = 1 OR site_id = 1") == before


@pytest.mark.parametrize(
    "then",
    [
        "UPDATE sign_in SET ended_at = datetime('now')",
        "UPDATE account SET must_change = 1",
        "UPDATE account SET disabled = 1",
        "UPDATE sign_in SET seen_at = datetime('now', '-2 hours')",
    ],
)
@pytest.mark.parametrize(("login", "path"), [("aubry.claire", "/famille"), ("renard.paul", "/gestion/demandes")])
def test_somebody_who_is_in_no_more_moves_nothing(portal: Server, come: Come, then: str, login: str, path: str) -> None:
    person = come(login)
    with Tab(person, path) as tab:
        portal.change(then)
        before = snapshot(portal, "1 = 1 OR 1 = 1")
        assert forge(portal, tab) > 50
        done(tab)
    assert snapshot(portal, "1 = 1 OR 1 = 1") == before


def test_the_page_of_another_is_not_moved_from_a_socket_of_ones_own(portal: Server, come: Come) -> None:
    claire, samir = come("aubry.claire"), come("belkacem.samir")
    with Tab(claire, "/famille") as mine, Tab(samir, "/famille") as theirs:
        before = snapshot(portal, "1 = 1 OR 1 = 1")
        assert forge(portal, mine, to=theirs) > 100
        done(mine)
        done(theirs)
    assert snapshot(portal, "1 = 1 OR 1 = 1") == before


def test_a_captured_frame_of_a_page_that_is_closed_does_nothing(portal: Server, claire: Person) -> None:
    old = Tab(claire, "/famille").connect()
    old.close()
    with Tab(claire, "/eleves/2042/identite") as tab:
        before = snapshot(portal, "1 = 1 OR 1 = 1")
        forge(portal, tab, to=old)
        done(tab)
    assert snapshot(portal, "1 = 1 OR 1 = 1") == before


def test_fields_that_are_not_a_familys_to_change_are_ignored_and_noted(portal: Server, claire: Person) -> None:
    with Tab(claire, "/eleves/2042/identite") as tab:
        form = tab.soup.select_one("form[data-do=save]")
        values = {
            "site_id": "2",
            "cycle": "3e cycle",
            "discipline": "Harpe",
            "number": "1",
            "gender": "m",
            "valide": "true",
        }
        assert "Aucune modification" in tab.act("save", form["data-of"], **values)["dialog"]
    assert portal.rows("SELECT cycle, discipline, gender FROM pupil WHERE number = 2042 AND site_id = 1") == [
        ("2e cycle", "Piano, formation musicale", "f")
    ]
    [(changes,)] = portal.rows("SELECT changes FROM audit_entry WHERE action = 'fields ignored'")
    assert all(name in changes for name in values)


def test_a_staffs_actions_do_not_exist_on_a_familys_page(portal: Server, claire: Person) -> None:
    request = portal.value("SELECT id FROM change_request WHERE state = 'pending' LIMIT 1")
    with Tab(claire, "/famille") as tab:
        answer = tab.act("decide", request, version="2", **{"verdict:phone_mobile": "accepted"})
    assert set(answer) == {"n"}
    assert portal.value("SELECT state FROM change_request WHERE id = ?", request) == "pending"

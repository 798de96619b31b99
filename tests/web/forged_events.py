"""Events that no script of ours sends: every act with everybody's numbers, and values that are none."""

import json
from typing import Any

from tests.server import Server
from tests.web.http_client import Tab
from tests.web.page_actions import acts_of

UNNAMED = {  # rows that no act names by their key: they have names of their own, or go with another row
    "agenda_key", "allocation", "audit_entry", "certificate", "inquiry_turn", "instalment", "invoice_line", "known_device", "outside_key",
    "paper", "payment", "stored_file",
}  # fmt: skip
ALIKE = 7_654_321
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


def named(portal: Server) -> list[str]:
    """The tables whose rows acts name by their key."""
    whose = {"family_id", "pupil_id", "course_id"}
    found = {name for name, columns in portal.tables.items() if whose & set(columns)}
    return sorted((found | {"pupil", "course"}) - UNNAMED)


def name_alike(portal: Server) -> None:
    """The newest row of every table gets one key, and what points at it follows: a single forged number names them all.

    Not people, whose keys others hold without a foreign key.
    """
    keyed = set(named(portal)) - {"pupil", "guardian", "account"}
    references = portal.beneath.references()
    with portal.connection() as database:
        database.execute("BEGIN")
        for table in keyed:
            [(newest,)] = database.execute(f"SELECT max(id) FROM {table}").fetchall()
            for where, column in [
                (table, "id"),
                *((each.table, each.column) for each in references if each.to == table),
            ]:
                database.execute(f"UPDATE {where} SET {column} = ? WHERE {column} = ?", (ALIKE, newest))
        database.execute("COMMIT")
    assert portal.beneath.damage() == []


def every_number(portal: Server) -> list[int]:
    """Keys of the newest rows of every kind that acts name, which are another family's; of one's own, of nobody, a dossier's."""
    newest = {portal.value(f"SELECT coalesce(max(id), 1) FROM {table}") for table in named(portal)}
    return sorted(newest | {1, 2, 2077, 9_999_999})


def values_of(number: int, soon: str) -> dict[str, str]:
    """What every form of ours takes, with that number wherever one goes."""
    return {
        "phone_mobile": "06 11 11 11 11",
        "last_name": "Zzforged",
        "school": "Zzforged",
        "site_id": "2",
        "family_id": "1",
        "version": "1",
        "reason": "Maladie",
        "comment": "Zzforged",
        "answer": "Zzforged",
        "verdict": "accepted",
        "search": "%",
        "first_day": soon,
        "course": str(number),
        f"missed-{number}": "on",
        f"lesson-{number}": "on",
        "facture": "true",
        "annee": "2025-2026",
        "subject": "Zzown",
        "text": "Zzown {name}\n\n[mot de passe]\n\n[lien]",
        "link": "Zzown",
        "family": str(number),
        "typed": "Belkacem",
        "numbers": str(number),
        "teacher": str(number),
        "campaign": str(number),
        "assignee": str(number),
        "seen": str(number),
        "lu": "oui",
        f"verdict-{number}": "accepted",
        "path": f"/eleves/2077/cours/{number}/absences/{number}",
        **{
            f"verdict:{name}": "accepted"
            for name in ("phone_mobile", "address", "phone_home", "birth_name", "emergency_phone")
        },
    }


NEXT_LESSON = """SELECT strftime('%d/%m/%Y', min(l.day)) FROM lesson l JOIN enrolment e ON e.course_id = l.course_id
  JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042 AND l.day > today() AND l.state <> 'cancelled'"""


def forge(portal: Server, tab: Tab, *, to: Tab | None = None) -> int:
    """Every action with every number, and every oddity; how many events panels were sent. `to` is the page they name."""
    target, sent, numbers = to or tab, 0, every_number(portal)
    soon = portal.value(NEXT_LESSON)

    def send(listener: tuple[int, str, str], content: object) -> None:
        asked = {"id": listener[0], "client_id": target.client_id, "listener_id": listener[1]}
        tab.send_raw("event", {**asked, "args": [json.dumps(content)]})

    for listener in target.listeners():
        acts = listener[2] == "act"
        for number in numbers if acts else ():
            for do in sorted(acts_of(target.path) | target.actions()):
                if number == numbers[0] or not do.startswith(("sort-", "find-", "turn-")):
                    values = values_of(number, soon)
                    if number == numbers[0]:  # once without anybody's rows, so that what is one's own moves
                        values = {name: value for name, value in values.items() if value not in {"on", str(number)}}
                    send(listener, {"do": do, "of": str(number), "values": values})
                    sent += 1
        for odd in ODD:
            send(listener, odd)
            sent += acts
    return sent


def done(tab: Tab, sent: int = 0) -> None:
    """Everything sent was dealt with: a panel numbers its answers."""
    if any(listener[2] == "act" for listener in tab.listeners()):
        tab.wait_until(lambda: sum(each.get("n", 0) for each in tab.commands().values()) >= sent)
        tab.act("nothing of ours")
    assert tab.person.get("/healthz").status_code == 200

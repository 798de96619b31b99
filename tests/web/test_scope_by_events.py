"""Every event a page listens to, forged with another's numbers and with values no script sends: nothing of theirs moves (rule R-26)."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.addresses import OWN
from tests.days import THOROUGH
from tests.server import Server
from tests.web.canary_family import CANARY, Theirs, plant_canary, snapshot
from tests.web.http_client import Person, Tab
from tests.web.page_actions import acts_of

Come = Callable[..., Person]
FAMILY_PAGES = [
    *OWN,
    "/eleves/2042/cours",
    "/eleves/2042/cours/{course}/absences/{absence}",
    "/eleves/2042/absences",
    "/eleves/2042/historique",
    "/eleves/2042/repertoire",
    "/eleves/2042/reinscription",
    "/facturation/cotisations",
    "/facturation/cotisations/payer",
    "/facturation/factures/{invoice}/lire",
    "/mot-de-passe/courriers",
    "/mot-de-passe/agenda",
    "/demandes/ecrire/cours/{course}",
]
MOVING = (
    "/demandes/ecrire/",
    "/famille",
    "/eleves/2042/identite",
    "/eleves/2042/absences",
    "/eleves/2042/reinscription",
    "/mot-de-passe",
)  # one's own
STILL = ("/mot-de-passe/courriers",)
STAFF_PAGES = [
    "/gestion/familles",
    "/gestion/familles/nouvelle",
    "/gestion/familles/acces",
    "/gestion/familles/1042/adultes",
    "/gestion/familles/1042/eleves",
    "/gestion/familles/1042/comptes",
    "/gestion/demandes",
    "/gestion/demandes?onglet=traitees",
    "/gestion/demandes?onglet=absences",
    "/gestion/demandes?onglet=messages",
    "/gestion/demandes?onglet=paiements",
    "/gestion/demandes?onglet=reinscriptions",
    "/gestion/demandes?onglet=reinscriptions&traitees=1",
    "/gestion/demandes?onglet=pieces",
    "/gestion/reinscriptions",
    "/gestion/reinscriptions/nouvelle",
    "/gestion/reinscriptions/{campaign}",
    "/gestion/reinscriptions/{campaign}?onglet=pieces",
    "/gestion/courriels",
    "/gestion/courriels/textes",
    "/gestion/journal",
    "/mot-de-passe",
    "/gestion/reglages/identite",
    "/gestion/reglages/champs",
    "/gestion/reglages/actualites",
    "/gestion/reglages/comptes",
    "/gestion/reglages/courriel",
    "/gestion/reglages/paiement",
]
LIKE_ANOTHER = ("/gestion/demandes?onglet=reinscriptions&traitees=1",)  # its acts are those of the requests that wait
CORRECTING = {
    "/gestion/familles/1042/adultes",
    "/gestion/familles/1042/eleves",
}  # where staff write in their own site's records
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


MARKED = "marked.db"


@pytest.fixture(scope="module")
def once() -> list[Theirs]:
    return []


@pytest.fixture
def canary(portal: Server, once: list[Theirs]) -> Theirs:
    """Samir's family: its words stand nowhere else, its rows are the newest of every table."""
    if not once:
        theirs = plant_canary(portal)
        name_alike(portal)
        portal.keep(MARKED)
        once.append(theirs)
    portal.reset(MARKED)
    return once[0]


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


def path_for(portal: Server, path: str) -> str:
    """The page's address with Irina's own numbers."""
    irina = portal.value("SELECT id FROM pupil WHERE number = 2042 AND site_id = 1")
    absence, course = portal.rows("SELECT id, course_id FROM absence WHERE pupil_id = ? AND NOT excused", irina)[0]
    own = portal.value("SELECT id FROM enrolment WHERE pupil_id = ? AND course_id = ?", irina, course)
    bill = portal.value("SELECT number FROM invoice WHERE family_id = ?", portal.account("aubry.claire")["family_id"])
    return path.format(course=own, absence=absence, invoice=bill)


@pytest.mark.parametrize("path", FAMILY_PAGES)
def test_a_family_moves_nothing_of_another_family(canary: Theirs, come: Come, path: str) -> None:
    portal, claire = canary.portal, come("aubry.claire")
    own = portal.account("aubry.claire")["family_id"]
    before, mine = snapshot(portal, besides=own), snapshot(portal)
    with Tab(claire, path_for(portal, path)) as tab:
        sent = forge(portal, tab)
        done(tab, sent)
        assert CANARY not in tab.markup()
    assert sent > 30 or all(listener[2] != "act" for listener in tab.listeners())
    assert snapshot(portal, besides=own) == before
    assert (snapshot(portal) != mine) == (path.startswith(MOVING) and path not in STILL)
    assert portal.rows("SELECT * FROM pupil WHERE school = 'Zzforged'") == []


@pytest.mark.parametrize(
    "path", ["/eleves/2042/identite", "/eleves/2042/absences", "/eleves/2042/reinscription", FAMILY_PAGES[6]]
)
def test_the_household_that_may_consult_moves_nothing_at_all(canary: Theirs, come: Come, path: str) -> None:
    marc, portal = come("aubry.marc"), canary.portal
    before = snapshot(portal)
    with Tab(marc, path_for(portal, path)) as tab:
        done(tab, forge(portal, tab))
        assert CANARY not in tab.markup()
    assert snapshot(portal) == before


@pytest.mark.parametrize("path", ["/famille", "/eleves/2042/identite", "/eleves/2042/absences", "/mot-de-passe"])
def test_staff_who_look_as_a_family_move_nothing_at_all(portal: Server, come: Come, path: str) -> None:
    paul = come("renard.paul")
    family, account = "SELECT number FROM family WHERE id = ?", portal.account("aubry.claire")
    number = portal.value(family, account["family_id"])
    assert paul.post(f"/gestion/familles/{number}/voir", data={"compte": account["id"]}).status_code == 303
    before = snapshot(portal)
    with Tab(paul, path) as tab:
        assert "Vous voyez le portail comme Claire Aubry" in tab.person.text(path)
        done(tab, forge(portal, tab))
    assert snapshot(portal) == before


def campaign_of(portal: Server, site: int) -> int:
    """A campaign of that site: a copy of another's when it has none."""
    names = ", ".join(f'"{name}"' for name in portal.tables["campaign"] if name not in {"id", "site_id"})
    if not portal.rows("SELECT id FROM campaign WHERE site_id = ?", site):
        portal.change(f"INSERT INTO campaign (site_id, {names}) SELECT {site}, {names} FROM campaign LIMIT 1")
    return int(portal.value("SELECT min(id) FROM campaign WHERE site_id = ?", site))


@pytest.mark.parametrize("path", [each for each in STAFF_PAGES if THOROUGH or each not in LIKE_ANOTHER])
def test_staff_move_nothing_of_another_site(canary: Theirs, come: Come, path: str) -> None:
    jean, portal = come("petit.jean", "belrive"), canary.portal
    path = path.format(campaign=campaign_of(portal, site=2))
    before = snapshot(portal, site=1)
    with Tab(jean, path) as tab:
        sent = forge(portal, tab)
        assert sent > 50
        done(tab, sent)
        assert "Zzforged" not in tab.shown() or path in CORRECTING
        assert CANARY not in tab.markup()
    assert snapshot(portal, site=1) == before


@pytest.mark.parametrize(
    "then",
    [
        "UPDATE sign_in SET ended_at = datetime(now())",
        "UPDATE account SET must_change = true",
        "UPDATE account SET disabled = true",
        "UPDATE sign_in SET seen_at = datetime(now(), '-2 hours')",
    ],
)
@pytest.mark.parametrize(("login", "path"), [("aubry.claire", "/famille"), ("renard.paul", "/gestion/demandes")])
def test_somebody_who_is_in_no_more_moves_nothing(portal: Server, come: Come, then: str, login: str, path: str) -> None:
    person = come(login)
    with Tab(person, path) as tab:
        portal.change(then)
        before = snapshot(portal)
        sent = forge(portal, tab)
        assert sent > 50
        done(tab, sent)
    assert snapshot(portal) == before


def test_the_page_of_another_is_not_moved_from_a_socket_of_ones_own(portal: Server, come: Come) -> None:
    claire, samir = come("aubry.claire"), come("belkacem.samir")
    with Tab(claire, "/famille") as mine, Tab(samir, "/famille") as theirs:
        before = snapshot(portal)
        assert forge(portal, mine, to=theirs) > 30
        done(mine)
        done(theirs)
    assert snapshot(portal) == before


def test_a_captured_frame_of_a_page_that_is_closed_does_nothing(portal: Server, claire: Person) -> None:
    old = Tab(claire, "/famille").connect()
    old.close()
    with Tab(claire, "/eleves/2042/identite") as tab:
        before = snapshot(portal)
        forge(portal, tab, to=old)
        done(tab)
    assert snapshot(portal) == before


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

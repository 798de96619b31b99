"""Every event a page listens to, forged with another's numbers and with values no script sends: nothing of theirs moves (rule R-26)."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.addresses import OWN
from tests.days import THOROUGH
from tests.server import Server
from tests.web.canary_family import CANARY, Theirs, plant_canary, snapshot
from tests.web.forged_events import NEXT_LESSON, done, forge, name_alike
from tests.web.http_client import Person, Tab
from tests.web.page_actions import screens

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
    "/facturation/locations",
    "/facturation/cotisations/payer",
    "/facturation/factures/{invoice}/lire",
    "/mot-de-passe/courriers",
    "/mot-de-passe/agenda",
    "/demandes/ecrire/cours/{course}",
    "/demandes/messages/{message}",
    "/demandes",
    "/agenda",
    "/papiers",
]
MOVING = (
    "/demandes/ecrire/",
    "/demandes/messages/",
    "/agenda",
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
    "/gestion",
    "/gestion/familles/1042",
    *(f"/gestion/familles/1042/{tab}" for tab in ("facturation", "demandes", "courriers", "journal", "reunir")),
    "/gestion/courriels/groupes",
    "/gestion/courriels/groupes/nouveau",
    "/gestion/courriels/groupes/{group}",
    "/gestion/courriels/cours",
    "/gestion/imports",
    "/gestion/imports/{run}",
    *(
        f"/gestion/reglages/{part}"
        for part in ("apparence", "pieces", "agenda", "phrases", "textes-legaux", "accessibilite")
    ),
    *(f"/gestion/reglages/{part}" for part in ("conservation", "registre", "violation", "securite", "etat")),
]
QUIET = {  # few acts, or none, of their own
    "/gestion", "/gestion/familles/1042", *(f"/gestion/familles/1042/{tab}" for tab in ("facturation", "demandes", "courriers", "journal")),
    "/gestion/courriels/groupes", "/gestion/imports", "/gestion/reglages/apparence",
    "/gestion/reglages/pieces", "/gestion/reglages/registre", "/gestion/reglages/violation", "/gestion/reglages/etat",
}  # fmt: skip
CORRECTING = {
    "/gestion/familles/1042/adultes",
    "/gestion/familles/1042/eleves",
}  # where staff write in their own site's records

SEEN_ELSEWHERE = {  # windows of screens that are walked, addresses that lead on, pages without an act
    "/absences", "/reinscription", "/eleves/{n}/cours/{course}", "/eleves/{n}/cours/{course}/{tab}", "/eleves/{n}/historique/{line}",
    "/eleves/{n}/repertoire/{line}", "/facturation/recus/{number}/lire", "/facturation/retour/{reference}", "/mot-de-passe/donnees",
    "/gestion/reglages",
}  # fmt: skip
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


def path_for(portal: Server, path: str) -> str:
    """The page's address with Irina's own numbers."""
    irina = portal.value("SELECT id FROM pupil WHERE number = 2042 AND site_id = 1")
    absence, course = portal.rows("SELECT id, course_id FROM absence WHERE pupil_id = ? AND NOT excused", irina)[0]
    own = portal.value("SELECT id FROM enrolment WHERE pupil_id = ? AND course_id = ?", irina, course)
    if path.startswith("/demandes/ecrire/"):  # a course of this year that nobody has written about
        own = portal.value(
            "SELECT max(e.id) FROM enrolment e JOIN course c ON c.id = e.course_id WHERE e.pupil_id = ? AND c.school_year = "
            "(SELECT max(school_year) FROM course WHERE id = ?) AND e.id NOT IN (SELECT about_id FROM inquiry WHERE about = 'course')",
            irina, course,
        )  # fmt: skip
    bill = portal.value("SELECT number FROM invoice WHERE family_id = ?", portal.account("aubry.claire")["family_id"])
    message = an_answered_message(portal, own) if "{message}" in path else 0
    return path.format(course=own, absence=absence, invoice=bill, message=message)


def an_answered_message(portal: Server, course: int) -> int:
    """Claire's own, about Irina's course."""
    claires, author = Theirs(portal, "aubry.claire", 2042), portal.account("aubry.claire")["id"]
    own: dict[str, Any] = {"author_id": author, "at": "2026-11-10 10:00:00.000000"}
    made = claires.put("inquiry", about="course", about_id=course, name="Piano", state="answered", asked_by="Claire Aubry",
                       closed_by="", answered_at=own["at"], author_id=author)  # fmt: skip
    for side, text in (("family", "Quand ?"), ("office", "Mardi.")):
        claires.put("inquiry_turn", inquiry_id=made, side=side, text=text, written_by="x", **own)
    return made


def test_every_screen_is_walked() -> None:
    """A new one would be forged at by nobody."""
    walked = [re.sub(r"{\w+}", "1", path.partition("?")[0]) for path in (*FAMILY_PAGES, *STAFF_PAGES)]
    patterns = {path: re.compile(re.sub(r"{\w+}", "[^/]+", path)) for path, *_ in screens()}
    assert len(patterns) > 40
    assert {
        path for path, known in patterns.items() if not any(known.fullmatch(each) for each in walked)
    } == SEEN_ELSEWHERE


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


def a_letter_to_a_group(portal: Server, person: Person) -> int:
    with Tab(person, "/gestion/courriels/groupes/nouveau") as tab:
        tab.act("save", 0, everyone="on", subject="Essai", text="Bonjour.")
    return int(portal.value("SELECT max(id) FROM group_letter WHERE site_id = 2"))


def an_import(person: Person) -> int:
    sheet = ("familles.csv", b"N\xc2\xb0 famille;Nom;Pr\xc3\xa9nom\r\n8001;Durand;Anne\r\n")
    answer = person.post("/gestion/imports/fichier", data={"genre": "families"}, files={"fichier": sheet})
    return int(answer.headers["location"].rpartition("/")[2])


@pytest.mark.parametrize("path", STAFF_PAGES if THOROUGH else STAFF_PAGES[::4])
def test_staff_move_nothing_of_another_site(canary: Theirs, come: Come, path: str) -> None:
    jean, portal = come("petit.jean", "belrive"), canary.portal
    path = path.format(
        campaign=campaign_of(portal, site=2),
        group=a_letter_to_a_group(portal, jean) if "{group}" in path else 0,
        run=an_import(jean) if "{run}" in path else 0,
    )
    before = snapshot(portal, site=1)
    with Tab(jean, path) as tab:
        sent = forge(portal, tab)
        assert sent > 50 or path in QUIET
        done(tab, sent)
        assert "Zzforged" not in tab.shown() or path in CORRECTING
        assert CANARY not in tab.markup()
    assert snapshot(portal, site=1) == before


def test_a_lesson_of_another_site_is_neither_cancelled_nor_moved(portal: Server, come: Come) -> None:
    """What is asked first, then done: of the very lesson that was asked about."""
    lesson = portal.value("SELECT max(id) FROM lesson WHERE site_id = 1 AND day > today() AND state = 'planned'")
    before = snapshot(portal, site=1)
    with Tab(come("petit.jean", "belrive"), "/gestion/courriels/cours") as tab:
        for kind in ("cancel", "move", "restore"):
            tab.act(kind, lesson)
            tab.act(
                "change", f"{kind}-{lesson}", day=portal.value(NEXT_LESSON), hour="8 h", note="Zzforged", tells="on"
            )
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

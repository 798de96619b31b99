"""Staff who look as a family: every screen of it, nothing to change, the staff's own screens beside, and a way out."""

from collections.abc import Callable

import pytest

from tests.server import Server
from tests.web.canary_family import addresses, plant_canary
from tests.web.http_client import Person, Tab
from tests.web.test_audiences import routes  # noqa: F401

Come = Callable[..., Person]
SCREENS = [
    "/",
    "/famille",
    "/eleves",
    "/eleves/2042/identite",
    "/eleves/2042/cours",
    "/facturation/cotisations",
    "/mot-de-passe",
    "/accessibilite",
    "/aide",
    "/donnees-personnelles",
]
BANNER = "Vous voyez le portail comme Claire Aubry"


@pytest.fixture
def looking(portal: Server, come: Come) -> Person:
    paul = come("renard.paul")
    answer = paul.post("/gestion/familles/1042/voir", data={"compte": portal.account("aubry.claire")["id"]})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return paul


def test_every_screen_is_seen_with_its_banner_and_staffs_own_screens_stay(looking: Person) -> None:
    for path in SCREENS:
        assert BANNER in looking.text(path), path
    for path in ("/gestion/demandes", "/gestion/familles/1077"):
        assert BANNER not in looking.text(path), path
    assert looking.get("/eleves/2077/identite").status_code == 404


def test_every_form_answers_a_sentence_and_changes_nothing(
    portal: Server,
    looking: Person,
    routes: list[tuple[str, str, str, list[str]]],  # noqa: F811
) -> None:
    theirs = plant_canary(portal, "aubry.claire", 2042, shared=True)
    posts = [
        path
        for path, audience, _, methods in routes
        if "POST" in methods and audience in {"FAMILY", "ACCOUNT"} and path not in {"/deconnexion", "/rester"}
    ]
    before = portal.value("SELECT count(*) FROM audit_entry"), portal.account("aubry.claire")
    walked = addresses(theirs, posts)
    assert len(walked) > 6
    for address in walked:
        answer = looking.post(
            address, data={"ancien": "x", "nouveau": "y", "encore": "y"}, files={"fichier": ("a", b"x")}
        )
        assert answer.status_code == 403, address
        assert "rien ne peut y être changé" in answer.text
    assert (portal.value("SELECT count(*) FROM audit_entry"), portal.account("aubry.claire")) == before


def test_lists_are_sorted_and_searched_and_what_writes_is_refused_in_words(looking: Person) -> None:
    with Tab(looking, "/facturation/cotisations") as tab:
        assert "Trié" in tab.act("sort-ledger", 0)["announce"]
    with Tab(looking, "/famille") as tab:
        assert "rien ne peut y être changé" in tab.save(phone_mobile="06 12 34 56 78")["dialog"]


def test_papers_are_read_and_none_is_issued(looking: Person, portal: Server) -> None:
    number = portal.value("SELECT number FROM invoice WHERE family_id = ?", portal.account("aubry.claire")["family_id"])
    assert looking.get(f"/facturation/factures/{number}.pdf").content.startswith(b"%PDF-")
    assert portal.rows("SELECT * FROM paper") == []
    answer = looking.get("/eleves/2042/attestations/inscription.pdf")
    assert (answer.status_code, "rien ne peut y être changé" in answer.text) == (403, True)


def test_it_ends_by_the_button_or_with_its_time(looking: Person, portal: Server) -> None:
    with Tab(looking, "/famille") as tab:
        portal.change(
            "UPDATE sign_in SET viewing_until = datetime(now(), '-1 minute') WHERE viewing_account_id IS NOT NULL"
        )
        assert tab.save(phone_mobile="06 12 34 56 78")["reload"] is True
        assert tab.save(phone_mobile="06 12 34 56 78")["reload"] is True
    answer = looking.get("/famille")
    assert answer.headers["location"] == "/gestion/familles?vue=finie"
    assert "est terminée" in looking.text("/gestion/familles?vue=finie")
    answer = looking.post("/gestion/familles/vue/fin")
    assert answer.headers["location"] == "/gestion/familles/1042/comptes"
    assert looking.get("/famille").status_code == 404


def test_families_and_other_sites_look_as_nobody(portal: Server, come: Come) -> None:
    for login, site in (("aubry.claire", "valmont"), ("petit.jean", "belrive")):
        person, samir = come(login, site), portal.account("belkacem.samir")["id"]
        assert person.post("/gestion/familles/1077/voir", data={"compte": samir}).status_code == 404
        for odd in ("", "x", "-1", "9" * 30, "²"):
            assert person.post("/gestion/familles/1042/voir", data={"compte": odd}).status_code == 404
    assert portal.rows("SELECT * FROM sign_in WHERE viewing_account_id IS NOT NULL") == []


def test_a_protected_family_is_seen_through_by_the_responsable_alone(portal: Server, come: Come) -> None:
    portal.change("UPDATE guardian SET contact_hidden = true WHERE last_name = 'Belkacem'")
    samir = portal.account("belkacem.samir")["id"]
    paul, helene = come("renard.paul"), come("lemoine.helene")
    answer = paul.post("/gestion/familles/1077/voir", data={"compte": samir})
    assert (answer.status_code, "seul le responsable" in answer.text) == (403, True)
    assert paul.get("/famille").status_code == 404
    for tab in ("", "/comptes"):
        assert "/voir" not in paul.text(f"/gestion/familles/1077{tab}")
    assert helene.post("/gestion/familles/1077/voir", data={"compte": samir}).status_code == 303
    with Tab(paul, "/gestion/familles/1077/comptes") as tab:
        shown = tab.act("mail", samir)["toast"]
        assert "masquée" in shown
        assert "@" not in shown


def test_a_familys_part_of_the_journal_is_the_responsables(come: Come) -> None:
    """The journal is theirs alone; old and new values would tell what a protection order hides."""
    paul, helene = come("renard.paul"), come("lemoine.helene")
    assert paul.get("/gestion/familles/1042/journal").status_code == 404
    assert "/1042/journal" not in paul.text("/gestion/familles/1042")
    assert helene.get("/gestion/familles/1042/journal").status_code == 200


def test_closing_the_view_elsewhere_sends_its_pages_away(looking: Person) -> None:
    with Tab(looking, "/famille") as tab:
        looking.post("/gestion/familles/vue/fin")
        tab.receive(lambda _: "/gestion/familles" in tab.opened)

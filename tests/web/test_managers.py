"""What is the « responsable »’s alone stays so in a page that is open already; the journal takes no orders, nor do sorts."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from tests.server import Server
from tests.web.canary_family import plant_canary
from tests.web.http_client import Person, Tab, text_of

Come = Callable[..., Person]
OWN = {
    "/gestion/reglages/comptes": ("create", "open", "disable", "role", "renew", "save"),
    "/gestion/reglages/champs": ("policy", "must", "save"),
    "/gestion/journal": ("search", "sort", "open", "filter", "page"),
}
STRANGE = (
    "password_hash",
    "password_hash-c",
    "password_hash-d",
    "99d",
    "-1c",
    "c",
    "1;DROP TABLE account--",
    "é" * 500,
)
SORTED = {
    "/gestion/familles": ("renard.paul", "sort-families"),
    "/gestion/journal": ("lemoine.helene", "sort"),
    "/eleves/2042/historique": ("aubry.claire", "sort-past"),
    "/facturation/cotisations": ("aubry.claire", "sort-ledger"),
}


@pytest.mark.parametrize("path", OWN)
def test_row_84_events_of_who_is_no_longer_responsable_do_nothing(portal: Server, come: Come, path: str) -> None:
    with Tab(come("lemoine.helene"), path) as tab:
        portal.change("UPDATE account SET role = 'secretariat' WHERE login = 'lemoine.helene' AND site_id = 1")
        before, shown = stored_rows(portal), tab.markup()
        for act in OWN[path]:
            tab.act(act, "1", login="nouveau.compte", name="Nouveau", role="responsable")
        assert (stored_rows(portal), tab.markup()) == (before, shown)


def stored_rows(portal: Server) -> list[list[tuple[object, ...]]]:
    return [portal.rows(f"SELECT * FROM {table}") for table in ("account", "site", "letter")]


def test_row_88_no_address_changes_the_journal(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    entries = portal.rows("SELECT * FROM audit_entry ORDER BY id")
    for address in (
        "/gestion/journal",
        "/gestion/journal.csv",
        "/gestion/journal/1",
        f"/gestion/journal?entree={entries[0][0]}",
    ):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert helene.request(method, address, data={"actor": "X"}).status_code in {404, 405}, f"{method} {address}"
    assert portal.rows("SELECT * FROM audit_entry ORDER BY id")[: len(entries)] == entries


@pytest.mark.parametrize("path", SORTED)
def test_row_90_a_column_that_no_list_has_sorts_nothing(portal: Server, come: Come, path: str) -> None:
    login, act = SORTED[path]
    person = come(login)
    plain = rows(person.soup(path))
    assert plain
    for wanted in STRANGE:
        answer = person.get(path, params={"tri": wanted})
        assert answer.status_code == 200, wanted
        assert "argon2" not in answer.text
        assert same_order(person.soup(f"{path}?{answer.url.query.decode()}"), plain), wanted
    with Tab(person, path) as tab:
        assert act in tab.actions()
        for wanted in STRANGE:
            tab.act(act, wanted, sort=wanted)
            assert same_order(BeautifulSoup(tab.markup(), "lxml"), plain), wanted


def same_order(soup: BeautifulSoup, plain: list[str]) -> bool:
    """Whether the page lists what it listed; refused pages, which the journal counts by the minute, may push its oldest lines off."""
    kept = rows(soup)
    return kept == plain[: len(kept)] and len(soup.select("tbody tr")) >= len(plain)


def rows(soup: BeautifulSoup) -> list[str]:
    """What the lines of the page’s lists say, in their order; but refused pages."""
    said = [text_of(str(row)) for row in soup.select("tbody tr")]
    return [line for line in said if "Page demandée et refusée" not in line]


def test_what_the_staff_opens_of_a_family_is_in_the_journal_and_what_a_family_opens_is_not(
    portal: Server, come: Come
) -> None:
    """R-60 and R-71: whoever decides on a health paper opens it, once an hour in the journal however often it is asked for."""
    canary, paul = plant_canary(portal, "aubry.claire", 2042, shared=True), come("renard.paul")
    portal.change("UPDATE stored_file SET kind = 'absence', shown = 'certificat.jpg' WHERE name = ?", canary.files[0])
    for person, answer in ((come("aubry.claire"), 200), (come("aubry.marc"), 404), (paul, 200), (paul, 200)):
        assert person.get(f"/documents/{canary.files[0]}").status_code == answer
    [(actor, subject, family)] = portal.rows(
        "SELECT actor, subject, family_id FROM audit_entry WHERE action = 'document opened'"
    )
    assert (actor, subject, family) == ("Paul Renard", "stored_file", canary.family)
    text = come("lemoine.helene").text("/gestion/journal?action=document+opened")
    assert "certificat.jpg" in text
    assert "1 entrée" in text


def test_register_and_breach_are_the_managers_and_the_notice_is_everybodys(portal: Server, come: Come) -> None:
    """R-75: as pages and as papers; of a breach nothing that was typed is kept."""
    helene, paul = come("lemoine.helene"), come("renard.paul")
    assert helene.get("/gestion/reglages/registre.pdf").content.startswith(b"%PDF")
    typed = {"noticed": "24/11/2026 10:00", "begun": "hier", "confidentiality": "1", "what": "Un ordinateur a disparu."}
    assert helene.post("/gestion/reglages/violation.pdf", data=typed).content.startswith(b"%PDF")
    [(changes,)] = portal.rows("SELECT changes FROM audit_entry WHERE action = 'breach sheet'")
    assert "ordinateur" not in str(changes)
    assert paul.get("/gestion/reglages/registre.pdf").status_code == 404
    assert paul.post("/gestion/reglages/violation.pdf", data=typed).status_code == 404
    stranger = come()
    assert "/donnees-personnelles/valmont.pdf" in stranger.get("/donnees-personnelles").text
    assert stranger.get("/donnees-personnelles/valmont.pdf").content.startswith(b"%PDF")
    assert stranger.get("/donnees-personnelles/nulle-part.pdf").status_code == 404

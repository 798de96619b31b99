"""What is the « responsable »’s alone stays so in a page that is open already; the journal takes no orders, nor do sorts."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup

from tests.server import Server
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
        assert rows(person.soup(f"{path}?{answer.url.query.decode()}")) == plain, wanted
    with Tab(person, path) as tab:
        assert act in tab.actions()
        for wanted in STRANGE:
            tab.act(act, wanted, sort=wanted)
            assert rows(BeautifulSoup(tab.markup(), "lxml")) == plain, wanted


def rows(soup: BeautifulSoup) -> list[str]:
    """What the lines of the page’s lists say, in their order; but refused pages, which the journal counts by the minute."""
    said = [text_of(str(row)) for row in soup.select("tbody tr")]
    return [line for line in said if "Page demandée et refusée" not in line]

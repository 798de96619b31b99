"""« Reprendre cet import », as our own script sends it: read first, then done, small and large; whose it is."""

import re
from collections.abc import Callable

import pytest

from tests.days import THOROUGH
from tests.server import Server
from tests.web.http_client import Person, Tab
from tests.web.test_import_worker import FILE, NEW, WRITTEN
from tests.web.test_imports import FILES, give

Come = Callable[..., Person]
ADDRESS = "SELECT address FROM guardian WHERE first_name = 'Claire' AND site_id = 1"


def bring(person: Person, content: bytes | str) -> str:
    """Checked and imported, through its page."""
    page = give(person, content)
    with Tab(person, page) as tab:
        tab.act("check")
        tab.wait_until(lambda: "Lignes qui ajoutent" in tab.shown())
        tab.act("import", lu="oui")
        tab.wait_until(lambda: "lignes ajoutées" in tab.shown())
    return page


@pytest.mark.skipif(not THOROUGH, reason="some thousand lines, there and back")
def test_a_large_import_is_read_back_and_taken_back_whole(portal: Server, come: Come) -> None:
    helene, before = come("lemoine.helene"), portal.value(ADDRESS)
    page = bring(helene, FILE)
    assert (portal.value(WRITTEN), portal.value(ADDRESS)) == (NEW, "9 rue du Port")
    with Tab(helene, page) as tab:
        tab.act("undo-read")
        tab.wait_until(lambda: re.search(r"1\s?800 fiches seront retirées", tab.shown()) is not None)
        with Tab(come("aubry.claire"), "/famille") as family:
            assert "9 rue du Port" in family.markup()
            tab.act("undo")
            family.wait_until(lambda: before in family.markup())
        tab.wait_until(lambda: "Import repris le" in tab.shown())
        assert tab.shown().index("Import repris le") < tab.shown().index("Importé le"), "what holds now is read first"
    assert (portal.value(WRITTEN), portal.value(ADDRESS)) == (0, before)
    assert portal.value("SELECT count(*) FROM import_write") == 0
    assert "Repris" in helene.text("/gestion/imports")


def test_what_was_changed_since_is_read_and_ticked_before_the_rest_goes(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    page = bring(helene, FILES + "8002;Durand;Bea;Metz\r\n")
    portal.change("UPDATE guardian SET town = 'Toul' WHERE last_name = 'Durand' AND first_name = 'Bea'")
    with Tab(helene, page) as tab:
        tab.act("undo", lu="oui")
        assert portal.value(WRITTEN) == 2
        tab.act("undo-read")
        tab.wait_until(lambda: "Bea Durand" in tab.shown())
        assert "Modifié depuis l’import" in tab.shown()
        tab.act("undo")
        assert portal.value(WRITTEN) == 2
        tab.act("undo", lu="oui")
        tab.wait_until(lambda: "Import repris le" in tab.shown())
    assert portal.rows("SELECT first_name FROM guardian WHERE last_name = 'Durand'") == [("Bea",)]


def test_row_84_an_event_of_the_office_takes_nothing_back(portal: Server, come: Come) -> None:
    helene = come("lemoine.helene")
    with Tab(helene, bring(helene, FILES)) as tab:
        portal.change("UPDATE account SET role = 'secretariat' WHERE login = 'lemoine.helene' AND site_id = 1")
        for act in ("undo-read", "undo", "undo-keep"):
            tab.act(act, lu="oui")
    assert portal.value(WRITTEN) == 1
    assert portal.value("SELECT state FROM import_run") == "done"

"""The secretary does nothing that is the « responsable »’s, whatever a browser sends; boxes ticked in a list are one sending."""

from collections.abc import Callable

import pytest

from tests.days import THOROUGH
from tests.server import Server, wait_for
from tests.web.forged_events import values_of
from tests.web.http_client import Person, Tab, parsed

Come = Callable[..., Person]
Launch = Callable[..., Server]
MANAGERS = (  # every act of « Réglages », of the journal, of imports; and what of a family is the responsable's
    "save role rename add disable enable unfactor end renew try arrived send drop key no-logo policy must raise lower "
    "show-contact import match fix check force stop back option open filter sort clear page"
).split()
PAGES = (
    "/gestion/familles",
    "/gestion/familles/1042/adultes",
    "/gestion/familles/1042/comptes",
    "/gestion/courriels",
    "/gestion/demandes",
)
STORED = (
    "SELECT * FROM site",
    "SELECT id, role, name, email, disabled FROM account WHERE family_id IS NULL",
    "SELECT * FROM second_factor",
    "SELECT * FROM import_run",
    "SELECT id, contact_hidden FROM guardian WHERE contact_hidden",
    "SELECT * FROM news",
)


def managers(portal: Server) -> list[list[tuple[object, ...]]]:
    """What only a « responsable » changes."""
    return [portal.rows(question) for question in STORED]


@pytest.mark.parametrize("path", PAGES if THOROUGH else PAGES[::2])
def test_no_event_of_the_secretary_does_what_is_the_responsables(portal: Server, come: Come, path: str) -> None:
    """Row 84, by event."""
    portal.change("UPDATE guardian SET contact_hidden = true WHERE id = 1")
    paul, before = come("renard.paul"), managers(portal)
    staff = portal.rows("SELECT id FROM account WHERE family_id IS NULL")
    with Tab(paul, path) as tab:
        for do in MANAGERS:
            for (number,) in (*staff, (1,)):
                tab.act(do, number, **values_of(number, "01/01/2030"), name="Zz", role="responsable")
                assert managers(portal) == before, (do, number)


def test_families_ticked_in_the_list_are_one_file_and_a_second_press_makes_no_second(
    launch: Launch, come: Come
) -> None:
    portal = launch(PERIODIC_JOBS="1")
    paul = come("renard.paul", to=portal)
    number = "SELECT id FROM family WHERE number = ? AND site_id = ?"
    with Tab(paul, "/gestion/familles") as tab:
        for family in (1042, 1077):
            tab.act("tick", portal.value(number, family, 1), tick="true")
        tab.act("tick", portal.value(number, 1042, 2), tick="true")  # of the other site: it counts for nobody
        tab.act("tick", portal.value(number, 1077, 1), tick="false")
        tab.act("find-families", "", **{"find-families": "zzzz"})
        tab.act("find-families", "", **{"find-families": "belcacem"})
        assert tab.act("tick-all", "")["focus"] == "letters-chosen"
        assert tab.act("letters-chosen", "")["go"] == "/gestion/familles/acces"
        assert "dialog" in tab.act("letters-chosen", "")  # nothing is ticked any more
    wait_for(lambda: portal.rows("SELECT 1 FROM access_batch WHERE state = 'done'"), "the letters")
    shown = portal.rows("SELECT account.login FROM access_item JOIN account ON account.id = account_id ORDER BY 1")
    assert shown == [("aubry.claire",), ("belkacem.samir",)]
    assert portal.value("SELECT count(*) FROM access_batch") == 1


def test_the_figures_of_letters_lead_to_as_many(portal: Server, come: Come) -> None:
    portal.change("UPDATE letter SET state = 'failed' WHERE id IN (SELECT id FROM letter WHERE site_id = 1 LIMIT 3)")
    portal.change("UPDATE letter SET state = 'abandoned' WHERE id = (SELECT max(id) FROM letter WHERE site_id = 1)")
    paul = come("renard.paul")
    led = {
        link["href"]: link.strong.get_text()
        for link in paul.soup("/gestion").select("main a[href^='/gestion/courriels?']")
    }
    assert len(led) == 2
    for href, figure in led.items():
        chosen = paul.soup(href).select_one(".chip-links [aria-current=true]")
        assert f"({figure})" in chosen.get_text(), href


def test_a_page_of_the_journal_is_opened_by_its_number(portal: Server, come: Come) -> None:
    columns = ", ".join(name for name in portal.tables["audit_entry"] if name != "id")
    copied = "SELECT a.* FROM audit_entry a, (SELECT 1 FROM audit_entry LIMIT 20)".replace("a.*", columns)
    portal.change(f"INSERT INTO audit_entry ({columns}) {copied}")
    with Tab(come("lemoine.helene"), "/gestion/journal") as tab:
        pages = parsed(tab.markup()).select_one(".pager input")
        tab.act("page", of=pages["data-of"], **{"to-page": pages["data-of"]})
        tab.wait_until(lambda: parsed(tab.markup()).select_one(".pager input")["value"] == pages["data-of"])
        assert [each.get_text() for each in parsed(tab.markup()).select(".pager button")] == [
            "Premières",
            "Précédentes",
        ]

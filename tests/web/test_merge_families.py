"""« Réunir deux familles », as our own script sends it: chosen, answered, read, done, undone; and who sees what then."""

from collections.abc import Callable

from bs4 import BeautifulSoup

from tests.server import Server
from tests.web.http_client import Person, Tab

Come = Callable[..., Person]
PATH = "/gestion/familles/1042/reunir"
HOMES = "SELECT count(*) FROM guardian WHERE family_id = (SELECT id FROM family WHERE number = 1042 AND site_id = 1)"


def other_of(portal: Server) -> str:
    """Marc's family: the second household of Irina."""
    return str(
        portal.value(
            "SELECT number FROM family WHERE id = (SELECT family_id FROM account WHERE login = 'aubry.marc' AND site_id = 1)"
        )
    )


def answer_all(tab: Tab) -> None:
    """« une autre personne », « consulter », and the first of the others."""
    values: dict[str, str] = {}
    for field in BeautifulSoup(tab.markup(), "lxml").select("input[type=radio]"):
        name, value = str(field["name"]), str(field["value"])
        if name not in values or value in {"other", "consult"}:
            values[name] = value
    tab.act("answer", **values)


def test_a_family_is_chosen_read_merged_and_parted_again(portal: Server, come: Come) -> None:
    paul, number = come("renard.paul"), other_of(portal)
    marc = come("aubry.marc")
    before = portal.value(HOMES)
    assert "Nino" not in marc.text("/")
    with Tab(paul, PATH) as tab:
        tab.act("find", typed=number)
        tab.act("choose", number)
        assert "Qui verra quoi" not in tab.shown()
        answer_all(tab)
        assert "le dossier de Nino Aubry" in tab.shown()
        mark = str(BeautifulSoup(tab.markup(), "lxml").select_one("form[data-do=merge]")["data-of"])  # type: ignore[index]
        tab.act("merge", mark)
        assert portal.value(HOMES) == before
        tab.act("merge", mark, lu="oui")
        assert portal.value(HOMES) > before
        assert "Nino" in marc.text("/")
        done = portal.value("SELECT max(id) FROM family_merge")
        assert "Annuler la réunion" in tab.shown()
        tab.act("part", done)
    assert portal.value(HOMES) == before
    assert "Nino" not in marc.text("/")


def test_for_families_and_other_sites_there_is_nothing_to_merge(portal: Server, come: Come) -> None:
    for person in (come("aubry.claire"), come("petit.jean", "belrive")):
        answer = person.get(PATH.replace("1042", other_of(portal)))
        assert answer.status_code == 404
    with Tab(come("renard.paul"), PATH) as tab:
        portal.change("UPDATE account SET disabled = true WHERE login = 'renard.paul'")
        tab.act("find", typed="aubry")
        tab.act("choose", other_of(portal))
    assert portal.value("SELECT count(*) FROM family_merge") == 0

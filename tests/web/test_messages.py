"""A word with the office, both sides of it: written from the thing's own screen, answered in the queue, read, closed."""

import re
from collections.abc import Callable

from tests.server import Server
from tests.web.http_client import Person, Tab, text_of
from tests.web.test_change_requests import HOSTILE

Come = Callable[..., Person]
ASKED, ANSWERED = "Le livret est-il compris dans le prix ?", "Oui, il vous sera remis au premier cours."


def answering(tab: Tab) -> tuple[str, str]:
    """(the message, its last turn) of the form that is open."""
    found = re.search(r'data-do="answer" data-of="(\d+)".*?name="seen" value="(\d+)"', tab.markup(), re.S)
    assert found
    return found[1], found[2]


def test_a_question_from_a_bill_is_answered_read_and_closed_seen_by_both_sides(portal: Server, come: Come) -> None:
    claire, paul = come("aubry.claire"), come("renard.paul")
    family = portal.account("aubry.claire")["family_id"]
    number = portal.value("SELECT number FROM invoice WHERE family_id = ? ORDER BY id", family)
    bill = claire.soup(f"/facturation/factures/{number}/lire")
    path = str(bill.select_one('a[href^="/demandes/ecrire"]')["href"])
    with Tab(claire, path) as writing, Tab(paul, "/gestion/demandes?onglet=messages") as office:
        assert f"Facture n° {number}" in writing.shown()
        writing.act("ask", path.rpartition("/")[2], text=" \0\u202e ")
        assert "Écrivez votre message." in writing.shown()
        answer = writing.act("ask", path.rpartition("/")[2], text=ASKED + HOSTILE)
        where = answer["go"]
        assert answer["forget"] == writing.soup.select_one("form[data-draft]")["data-draft"]
        office.wait_until(lambda: "Claire Aubry" in office.shown())
        home = claire.text("/")
        assert "En attente du conservatoire" in home
        assert f"Message : Facture n° {number}" in home
        assert "Ouvrir l’échange" in claire.text(path)  # one about one thing at once
        with Tab(claire, where) as exchange:
            office.act("open", where.rpartition("/")[2])
            assert ASKED in office.shown()
            assert "<img src=x" not in office.markup() + exchange.markup()
            message, seen = answering(office)
            with Tab(paul, f"/gestion/demandes?onglet=messages&demande={message}") as colleague:
                assert "Écrivez votre réponse." not in office.shown()
                office.act("answer", message, seen=seen, answer=" ")
                assert "Écrivez votre réponse." in office.shown()
                office.act("answer", message, seen=seen, answer=ANSWERED)
                colleague.wait_until(lambda: ANSWERED in colleague.shown())  # what they were answering stays open
                assert answering(colleague)[0] == message
            exchange.wait_until(lambda: ANSWERED in exchange.shown())
            assert "Paul Renard" not in exchange.shown()  # which colleague it was is the office's
    assert f"Réponse du secrétariat : Facture n° {number}" in claire.text("/")
    with Tab(claire, where) as exchange:  # opened: read
        exchange.wait_until(lambda: "Réponse à lire" not in exchange.shown())
        assert "Réponse du secrétariat : Facture" not in claire.text("/")
        assert f"Message : Facture n° {number}" in claire.text("/demandes")
        exchange.act("close")
        assert "Vous avez clos cet échange." in exchange.shown()
    record = paul.soup("/gestion/familles/1042/demandes")
    assert f"Facture n° {number}" in text_of(record)
    shown = paul.text(f"/gestion/demandes?onglet=messages&traitees=1&demande={message}")
    assert "La famille a clos cet échange le" in shown
    assert f"({portal.account('renard.paul')['name']})" in shown
    assert HOSTILE in shown


def test_whoever_looks_as_the_family_leaves_no_mark(portal: Server, come: Come) -> None:
    paul, claire = come("renard.paul"), portal.account("aubry.claire")
    message = portal.value("SELECT max(id) FROM inquiry WHERE family_id = ?", claire["family_id"])
    paul.post("/gestion/familles/1042/voir", data={"compte": claire["id"]})
    with Tab(paul, f"/demandes/messages/{message}") as looking:
        assert "Réponse à lire" in looking.shown()
        looking.act("reply", message, text="Pas de moi.")
    assert portal.value("SELECT read_at FROM inquiry WHERE id = ?", message) is None
    assert portal.value("SELECT count(*) FROM inquiry_turn WHERE inquiry_id = ?", message) == 2

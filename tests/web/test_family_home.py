"""« Accueil » of a family: what to do comes first, what waits, the next lessons, the money; the news come last."""

import re

from bs4 import BeautifulSoup

from tests.server import Server
from tests.web.http_client import Person, Tab, text_of


def headings(page: BeautifulSoup) -> list[str]:
    return [text_of(str(each)).partition(" ·")[0] for each in page.select("main h2")]


def tasks(page: BeautifulSoup) -> list[tuple[str, str, str]]:
    """What each line of « À faire » is about, what it says besides, the button's word."""
    found = []
    for line in page.select("main section:first-of-type .tasks > li"):
        about = line.select_one(".small")
        said = [text_of(str(each)) if each else "" for each in (line.strong, about, line.find("a"))]
        found.append((said[0], said[1], said[2].partition(" ")[0]))
    return found


def test_what_to_do_is_first_then_what_waits_lessons_pupils_money_and_the_news_last(claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        tab.save(phone_mobile="06 12 34 56 78")
    found = headings(claire.soup("/"))
    assert [each for each in found if each != "Les prochains cours"] == [
        "À faire",
        "En attente du conservatoire",
        "Irina Aubry",
        "Nino Aubry",
        "Facturation",
        "Vos demandes",
        "Actualités",
    ]
    assert found.index("Les prochains cours") == 2


def test_each_line_of_what_to_do_says_what_until_when_and_leads_where_it_is_done(claire: Person) -> None:
    page = claire.soup("/")
    found = tasks(page)
    absence, _, paper, answer, instalment, begun, untouched = found
    assert [(what, button) for what, _about, button in found] == [
        ("Absence d’Irina à justifier", "Justifier"),
        ("Absence de Nino à justifier", "Justifier"),
        ("1 pièce d’Irina à remplacer", "Remplacer"),
        (answer[0], "Lire"),
        (instalment[0], "Payer"),
        ("Réinscription d’Irina", "Continuer"),
        ("Réinscription de Nino", "Commencer"),
    ]
    assert re.fullmatch(r"FM \d+, \d+(er)? \w+", absence[1])
    assert re.fullmatch(r"Réponse du secrétariat : Cours Piano \d+, Irina Aubry", answer[0])
    assert paper[1] == "Photo d’identité"
    assert " € à régler le " in instalment[0]
    assert "étape 2 sur 3 · il manque 2 pièces · encore " in begun[1]
    assert begun[1].endswith(" jours")
    assert untouched[1].startswith("encore ")
    for link in page.select(".tasks a[href], .of-home a[href]"):
        assert claire.get(str(link["href"]).partition("#")[0], follow_redirects=True).status_code == 200, link


def test_a_lesson_that_changes_is_said_among_the_next_ones_in_the_readers_language(
    portal: Server, claire: Person
) -> None:
    """A cancelled one stands there with its word and nobody is absent from it; a moved one says what it is instead of."""
    [link, *_] = claire.soup("/").select('.lessons a[href*="?cours="]')
    lesson = int(str(link["href"]).rpartition("=")[2])
    course = portal.value("SELECT course_id FROM lesson WHERE id = ?", lesson)
    portal.change("UPDATE lesson SET state = 'cancelled', note = 'Professeur souffrant.' WHERE id = ?", lesson)
    [cancelled] = [each for each in claire.soup("/").select(".lessons > li") if "Annulé" in each.get_text()]
    assert "Professeur souffrant." in text_of(str(cancelled))
    assert cancelled.find("a") is None
    portal.change(
        "UPDATE lesson SET state = 'moved', note = 'Salle 4', moved_from = '2026-11-03', moved_from_starts = '17:00:00.000000' "
        "WHERE id = ?", lesson,
    )  # fmt: skip
    portal.change("UPDATE enrolment SET slot = NULL WHERE course_id = ?", course)
    said = {
        "fr": "au lieu du mardi 3 novembre à 17 h 00 · Salle 4",
        "en": "instead of Tuesday 3 November at 17:00 · Salle 4",
    }
    for language, expected in said.items():
        portal.change("UPDATE account SET language = ? WHERE login = 'aubry.claire'", language)
        claire.cookies["langue"] = language
        [moved] = [each for each in claire.soup("/").select(".lessons > li") if "Salle 4" in each.get_text()]
        assert expected in text_of(str(moved))
        assert moved.find("a", href=re.compile("absences")) is not None

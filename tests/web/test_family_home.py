"""« Accueil » of a family: what to do comes first, what waits, the next lessons, the money; the news come last."""

import re

from bs4 import BeautifulSoup

from tests.server import Server
from tests.web.http_client import Person, Tab, text_of

NEXT = (  # Irina's lesson that comes first of a course
    "SELECT l.id, l.course_id FROM lesson l JOIN enrolment e ON e.course_id = l.course_id JOIN pupil p ON p.id = e.pupil_id "
    "WHERE p.number = 2042 AND p.site_id = 1 AND e.status = 'enrolled' AND l.day > date(today(), '+1 day') AND l.state IN ('', 'planned') "
    "ORDER BY l.day, l.id LIMIT 1"
)


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
    assert headings(claire.soup("/")) == [
        "À faire",
        "En attente du conservatoire",
        "Les prochains cours",
        "Irina Aubry",
        "Nino Aubry",
        "Facturation",
        "Vos demandes",
        "Actualités",
    ]


def test_each_line_of_what_to_do_says_what_until_when_and_leads_where_it_is_done(claire: Person) -> None:
    page = claire.soup("/")
    found = tasks(page)
    assert [(what, button) for what, _about, button in found] == [
        ("Absence d’Irina à justifier", "Justifier"),
        ("Absence de Nino à justifier", "Justifier"),
        ("1 pièce d’Irina à remplacer", "Remplacer"),
        ("Réponse du secrétariat : Cours Piano 206, Irina Aubry", "Lire"),
        (found[4][0], "Payer"),
        ("Réinscription d’Irina", "Continuer"),
        ("Réinscription de Nino", "Commencer"),
    ]
    absence, _, paper, _, instalment, begun, untouched = found
    assert absence[1].startswith("FM 206, ")
    assert absence[1].split()[-1] in {"novembre", "octobre", "décembre", "septembre", "janvier"}
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
    [(lesson, course)] = portal.rows(NEXT)
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

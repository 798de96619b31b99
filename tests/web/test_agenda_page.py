"""« Agenda » as a page: all the children, each in a colour with its name; rooms, teachers, events, what changes, days off."""

import re
from datetime import date, timedelta

from bs4 import BeautifulSoup

from tests.server import Server
from tests.web.http_client import Person, text_of

MONDAY = date(2027, 3, 22)
IRINA, NINO = 2042, 2043


def week(portal: Server) -> list[int]:
    """A lesson of each child in that week, its hour the course's own; nothing else of theirs."""
    mine = "course_id IN (SELECT course_id FROM enrolment WHERE pupil_id IN (SELECT id FROM pupil WHERE number IN (?, ?) AND site_id = 1))"
    portal.change(f"DELETE FROM lesson WHERE day >= ? AND {mine}", str(MONDAY), IRINA, NINO)
    found = []
    for away, number in ((1, IRINA), (2, NINO), (3, IRINA)):
        course = portal.value(
            "SELECT max(e.course_id) FROM enrolment e JOIN pupil p ON p.id = e.pupil_id JOIN course c ON c.id = e.course_id "
            "WHERE p.number = ? AND p.site_id = 1 AND e.status = 'enrolled' AND c.teacher_id IS NOT NULL AND c.room <> ''", number,
        )  # fmt: skip
        portal.change("UPDATE enrolment SET slot = NULL WHERE course_id = ?", course)
        names = "site_id, course_id, day, starts, minutes, state, note, revision, notified"
        day = str(MONDAY + timedelta(days=away))
        values = (1, course, day, "17:00:00.000000", 45, "planned", "", 0, "")
        portal.change(f"INSERT INTO lesson ({names}) VALUES ({', '.join('?' * len(values))})", *values)
        found.append(int(portal.value("SELECT max(id) FROM lesson")))
    return found


def cards(page: BeautifulSoup) -> list[BeautifulSoup]:
    return list(page.select(".appointment"))


def test_a_week_holds_all_children_in_their_colours_with_room_and_teacher(portal: Server, claire: Person) -> None:
    week(portal)
    page = claire.soup(f"/agenda?jour={MONDAY}")
    legend = {text_of(str(each)): each.svg["class"][-1] for each in page.select(".legend li")}
    assert set(legend) == {"Irina", "Nino"}
    assert len(set(legend.values())) == 2
    assert len(cards(page)) == 3
    for card in cards(page):
        name = text_of(str(card.select_one(".whose")))
        assert legend[name] in card["class"]
        assert legend[name] in card.svg["class"]
        assert text_of(str(card.select_one(".when"))) == "17 h 00 – 17 h 45"
        room, _, teacher = text_of(str(card.select_one(".small"))).partition(" · ")
        assert room
        assert portal.rows("SELECT 1 FROM teacher WHERE first_name || ' ' || last_name = ?", teacher), teacher
        assert claire.get(str(card.a["href"])).status_code == 200
    month = claire.soup(f"/agenda?vue=mois&jour={MONDAY + timedelta(days=1)}")
    assert len(month.select("td li")) >= 3
    assert {each.svg["class"][-1] for each in month.select("td li")} == set(legend.values())


def test_a_cancelled_and_a_moved_lesson_are_marked_in_the_readers_language(portal: Server, claire: Person) -> None:
    gone, moved, _ = week(portal)
    portal.change("UPDATE lesson SET state = 'cancelled', note = 'Stage.' WHERE id = ?", gone)
    portal.change(
        "UPDATE lesson SET state = 'moved', moved_from = '2027-03-19', moved_from_starts = '18:00:00.000000' WHERE id = ?", moved
    )  # fmt: skip
    said = {
        "fr": ("Annulé", "Déplacé", "au lieu du vendredi 19 mars à 18 h 00"),
        "en": ("Cancelled", "Moved", "instead of Friday 19 March at 18:00"),
    }
    for language, (cancelled, other, instead) in said.items():
        portal.change("UPDATE account SET language = ? WHERE login = 'aubry.claire'", language)
        claire.cookies["langue"] = language
        first, second, third = (text_of(str(each)) for each in cards(claire.soup(f"/agenda?jour={MONDAY}")))
        assert cancelled in first
        assert "Stage." in first
        assert other in second
        assert instead in second
        assert not {cancelled, other} & set(third.split())


def test_events_closures_and_the_schools_holidays_of_the_sites_zone_stand_on_their_days(
    portal: Server, claire: Person
) -> None:
    week(portal)
    portal.change("UPDATE performance SET day = ?, starts = '20:00:00.000000', place = 'Opéra' WHERE id IN "
                  "(SELECT performance_id FROM piece WHERE pupil_id = (SELECT id FROM pupil WHERE number = ? AND site_id = 1))",
                  str(MONDAY), IRINA)  # fmt: skip
    shown = text_of(claire.soup(f"/agenda?jour={MONDAY}"))
    assert "20 h 00" in shown
    assert "Opéra · audition ou concert" in shown
    year = re.findall(r"24/12/(\d{4})", str(portal.value("SELECT calendar FROM site WHERE code = 'valmont'")))[0]
    assert "Conservatoire fermé : fin d’année" in text_of(claire.soup(f"/agenda?jour={year}-12-28"))
    assert "Vacances de Noël (zone B)" in text_of(claire.soup("/agenda?jour=2026-12-21"))

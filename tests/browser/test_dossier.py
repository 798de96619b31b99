"""« Cours », « Historique », « Répertoire » in a browser, by mouse and by keyboard alone, on a queue page and on a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LIVE, Enter
from tests.browser.every_screen import axe
from tests.browser.test_quality import sideways
from tests.server import Server

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
COURSES = ["Cours", "N°", "Enseignant", "Cycle", "Jour et horaire", "Salle", "Statut"]
PAST = ["Année", "Département", "Classe", "Cycle", "Enseignant"]
EVENTS = ["Répertoire", "Date", "Morceau", "Durée", "Commentaire"]
LESSONS = ["Date", "Statut", "Heure de passage", "Durée"]
MARKS = ["Type d’évaluation", "Date", "Type de classe", "Note", "Barème", "Coef.", "Lettre", "Mention", "Appréciation",
         "Absent", "Moyenne de la classe"]  # fmt: skip
ABSENCES = ["Date", "Heure", "Durée", "Motif", "Justifiée", "Commentaire"]
FACTS = ["Département", "Classe", "Cycle", "Enseignant", "Nb heures", "Nb heures effectuées", "Absences",
         "Horaires aménagés", "Situation d’activité", "Premier instrument", "Moyenne /20", "Mention", "Résultat classe",
         "Admission classe", "Commentaire"]  # fmt: skip


def heads(place: Locator) -> list[str]:
    return [" ".join(text.split()) for text in place.locator("thead").first.locator("th").all_inner_texts()]


def lines(page: Page) -> Locator:
    return page.locator("[id^=open-past-]")


def clean(page: Page) -> None:
    """No fault of accessibility, nothing beside the page."""
    assert axe(page) == []
    assert sideways(page) <= 0


def test_a_course_opens_its_window_by_double_click_and_the_back_button_closes_it(enter: Enter) -> None:
    person = enter("aubry.claire", bypass_csp=True)
    page = person.open("/eleves/2042/cours")
    assert heads(page.locator("main")) == COURSES
    page.get_by_role("cell", name="Rosalie Etcheverry").dblclick()
    window = page.get_by_role("dialog", name="Piano 206")
    expect(window).to_be_visible()
    expect(page).to_have_url(re.compile(r"/eleves/2042/cours/\d+$"))
    assert heads(window) == LESSONS
    for name, columns in (("Évaluations", MARKS), ("Absences", ABSENCES), ("Cours", LESSONS)):
        window.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(window.get_by_role("navigation").get_by_role("link", name=name)).to_have_attribute(
            "aria-current", "page"
        )
        if name != "Absences" or window.locator("thead").count():
            assert heads(window) == columns
        clean(page)
    line = window.locator("[id^=open-lessons-]").first
    day = line.inner_text()
    line.click()
    expect(window.locator("#line-title")).to_be_focused()
    expect(window.locator(".record-facts")).to_contain_text(day)
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    expect(window.locator(".record-facts")).to_contain_text(day)
    window.get_by_role("button", name="Fermer").click()
    expect(window).to_have_count(0)
    page.get_by_role("link", name="FM 206").click()
    theory = page.get_by_role("dialog", name="FM 206")
    expect(theory).to_be_visible()
    theory.get_by_text(re.compile(r"\d+ cours passés")).click()
    theory.locator("[id^=open-past-lessons-]").last.click()
    expect(theory.locator("#line-title")).to_be_focused()
    page.go_back()  # a step inside the window is a step back
    expect(theory.locator("[id^=open-past-lessons-]").last).to_be_visible()
    theory.get_by_role("link", name="Absences").click()
    expect(theory.get_by_role("link", name="Absences")).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(theory.get_by_role("link", name="Cours", exact=True)).to_have_attribute("aria-current", "page")
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/eleves/2042/cours$"))


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_course_window_opens_on_the_next_lesson_with_the_past_folded_and_keeps_its_height(
    enter: Enter, portal: Server, viewport: dict[str, int]
) -> None:
    [(course,)] = portal.rows(
        "SELECT id FROM course WHERE name = 'FM 206' AND school_year = '2026-2027' AND site_id = 1"
    )
    past = portal.value("SELECT count(*) FROM lesson WHERE course_id = ? AND day < today()", course)
    coming = portal.value("SELECT min(day) FROM lesson WHERE course_id = ? AND day >= today()", course)
    page = enter("aubry.claire", viewport=viewport).open("/eleves/2042/cours")
    page.get_by_role("link", name="FM 206").click()
    window = page.get_by_role("dialog", name="FM 206")
    first = window.locator("[id^=open-lessons-]").first
    expect(first).to_contain_text("/".join(reversed(str(coming).split("-"))))
    expect(first).to_be_in_viewport(ratio=1)
    expect(window.locator("[id^=open-lessons-]")).to_have_count(5)
    expect(window.get_by_text(f"{past} cours passés")).to_be_visible()
    expect(window.locator("[id^=open-past-lessons-]").first).to_be_hidden()
    heights = {window.evaluate("e => e.offsetHeight")}
    for tab in ("Évaluations", "Absences", "Cours"):
        link = window.get_by_role("navigation").get_by_role("link", name=tab)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")
        heights.add(window.evaluate("e => e.offsetHeight"))
    first.click()
    expect(window.locator("#line-title")).to_be_focused()
    heights.add(window.evaluate("e => e.offsetHeight"))
    assert len(heights) == 1, heights
    assert max(heights) <= viewport["height"]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_an_absence_is_justified_by_keyboard_alone_and_comes_back_decided(
    enter: Enter, portal: Server, viewport: dict[str, int]
) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=viewport).open("/eleves/2042/cours")
    absence, course = portal.rows(
        "SELECT id, course_id FROM absence WHERE NOT excused AND pupil_id = (SELECT id FROM pupil WHERE number = 2042)"
    )[0]
    line = page.locator(f"#open-courses-{_enrolment(portal, course)}")
    line.focus()
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog")
    window.locator("#tab-absences").focus()
    page.keyboard.press("Enter")
    window.locator(f"#open-absences-{absence}").focus()
    page.keyboard.press("Enter")
    window.get_by_role("link", name="Justifier cette absence").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#absence-missed-{absence}")).to_be_checked()
    page.wait_for_selector(LIVE, state="attached")
    page.get_by_label("Précisions").focus()
    page.keyboard.type("Fièvre")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Choisissez un motif.")).to_be_visible()
    expect(page.get_by_label("Précisions")).to_have_value("Fièvre")
    expect(page.get_by_role("radio", name="Maladie")).to_be_focused()
    clean(page)
    page.keyboard.press("Space")
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    expect(page.get_by_role("radio", name="Maladie")).to_be_checked()
    page.get_by_role("button", name="Envoyer", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Votre justification a été envoyée.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ce que vous avez envoyé")).to_be_focused()
    expect(page.locator(".notices")).to_contain_text("En attente")
    office_tab = enter("renard.paul").open("/gestion/demandes?onglet=absences")
    office_tab.get_by_role("link", name=re.compile("Irina Aubry")).click()
    expect(office_tab.locator("#request-title")).to_have_text("Irina Aubry")
    office_tab.get_by_role("button", name=re.compile("Accepter")).first.click()
    expect(page.locator(".notices")).to_contain_text("Acceptée")
    page.go_back()
    expect(window.get_by_text("Justification acceptée.")).to_be_visible()
    expect(window.locator(".record-facts")).to_contain_text("Oui")


def _enrolment(portal: Server, course: int) -> int:
    return int(
        portal.value(
            "SELECT e.id FROM enrolment e JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042 AND course_id = ?",
            course,
        )
    )


def test_fourteen_past_courses_are_searched_sorted_opened_and_walked_to_both_ends(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True).open("/eleves/2042/historique")
    assert heads(page.locator("main")) == PAST
    expect(lines(page)).to_have_count(14)
    sheet, place = page.get_by_role("region", name=re.compile("Fiche de")), page.locator(".walk .place")
    expect(place).to_have_text("1 sur 14")
    page.get_by_role("row").nth(2).dblclick()
    expect(sheet.get_by_role("heading", level=2)).to_be_focused()
    expect(sheet.get_by_role("heading", level=2)).to_contain_text("Piano 205 · 2025-2026")
    labels = [text.strip() for text in sheet.locator(".record-facts dt").all_inner_texts()]
    assert labels == [each for each in FACTS if each in labels]
    assert {"Premier instrument", "Moyenne /20", "Nb heures effectuées", "Absences"} <= set(labels)
    assert all(text.strip() for text in sheet.locator(".record-facts dd").all_inner_texts())
    assert heads(sheet.locator(".listing")) == [""] * 11 or heads(sheet.locator(".listing")) == MARKS
    sheet.get_by_role("searchbox", name="Rechercher").fill("EXAMEN DE FIN D'ANNEE")
    expect(sheet.locator("tbody[data-rows] tr")).to_have_count(1)
    sheet.get_by_text("Voir les chiffres").click()
    expect(sheet.get_by_role("cell", name=re.compile(r"^\d\d,\d\d$"))).to_have_count(6)
    clean(page)

    page.locator(".walk").get_by_role("button", name="Dernière").click()
    expect(place).to_have_text("14 sur 14")
    expect(page.locator(".walk").get_by_role("button", name="Suivante")).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("ArrowLeft")
    expect(place).to_have_text("13 sur 14")
    page.keyboard.press("Home")
    expect(place).to_have_text("1 sur 14")
    page.keyboard.press("ArrowRight")
    expect(place).to_have_text("2 sur 14")
    page.keyboard.press("End")
    expect(place).to_have_text("14 sur 14")
    page.locator(".walk").get_by_role("button", name="Première").click()
    expect(place).to_have_text("1 sur 14")

    page.locator("#find-past").fill("etcheverry PIANO simic")
    expect(page.get_by_text("Aucune ligne ne correspond à cette recherche.")).to_be_visible()
    page.locator("#find-past").fill("simic")
    expect(page.get_by_role("cell", name="Anton Šimić").first).to_be_visible()
    found = lines(page).count()
    assert 0 < found < 14
    expect(place).to_have_text(f"1 sur {found}")
    page.locator("#find-past").fill("piano")
    expect(lines(page)).to_have_count(6)
    page.get_by_role("button", name="Année").click()
    expect(page.get_by_role("columnheader", name="Année").first).to_have_attribute("aria-sort", "ascending")
    expect(page.locator("#announcement")).to_have_text("Trié par Année, ordre croissant.")
    expect(lines(page).first).to_contain_text("2020-2021")
    page.locator(".walk").get_by_role("button", name="Première").click()
    expect(place).to_have_text("1 sur 6")
    expect(sheet.get_by_role("heading", level=2)).to_contain_text("2020-2021")
    page.locator(".walk").get_by_role("button", name="Dernière").click()
    expect(place).to_have_text("6 sur 6")
    expect(sheet.get_by_role("heading", level=2)).to_contain_text("2025-2026")
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    expect(place).to_have_text("6 sur 6")
    expect(page.locator("#find-past")).to_have_value("piano")


def test_on_a_phone_the_record_takes_the_place_of_the_list_and_the_back_button_returns(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=PHONE, has_touch=True).open("/eleves/2042/historique")
    expect(page.locator(".walk")).to_be_hidden()
    expect(lines(page).nth(3)).to_have_accessible_name(re.compile(r"^2024-2025 ?, FM 204$"))
    card = lines(page).nth(3).locator("xpath=ancestor::tr")
    card.tap(position={"x": 200, "y": 40})  # anywhere on it
    expect(page.locator("#record-title")).to_contain_text("FM 204")
    expect(page.locator("#record-title")).to_be_focused()
    expect(lines(page).first).to_be_hidden()
    page.locator(".walk").get_by_role("button", name="Suivante").tap()
    expect(page.locator(".walk .place")).to_have_text("5 sur 14")
    clean(page)
    page.get_by_role("link", name="Retour à la liste").tap()
    expect(lines(page).nth(4)).to_be_focused()
    lines(page).nth(0).tap()
    expect(page.locator("#record-title")).to_be_focused()
    page.go_back()
    expect(lines(page).first).to_be_visible()
    expect(page.locator("#record-title")).to_be_hidden()
    clean(page)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_an_event_opens_its_record_and_closes_by_keyboard_alone(enter: Enter, viewport: dict[str, int]) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=viewport).open("/eleves/2042/repertoire")
    assert heads(page.locator("main")) == EVENTS
    page.locator("#find-events").focus()
    page.keyboard.type("fete gymnopedie")
    expect(page.locator("[id^=open-events-]")).to_have_count(1)
    page.locator("[id^=open-events-]").focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("region", name="Fiche de l’événement")
    expect(sheet.get_by_role("heading")).to_be_focused()
    for label in ("Événement", "Lieu", "Date et heure", "Compositeur", "Œuvre", "Durée", "Instrument ou rôle",
                  "Ensemble", "Partenaires", "Enseignant", "Commentaire"):  # fmt: skip
        expect(sheet.locator("dt").filter(has_text=re.compile(f"^{label}$"))).to_have_count(1)
    clean(page)
    page.go_back()
    expect(sheet).to_have_count(0)
    expect(page.locator("[id^=open-events-]")).to_be_focused()


def test_the_second_household_consults_the_dossier_and_announces_nothing(enter: Enter) -> None:
    page = enter("aubry.marc").open("/eleves/2042/cours")
    expect(page.get_by_role("link", name="Piano 206")).to_be_visible()
    expect(page.get_by_role("link", name="Annoncer une absence")).to_have_count(0)
    page.goto("/eleves/2042/historique")
    expect(lines(page)).to_have_count(14)
    page.goto("/facturation/cotisations")
    expect(page.get_by_text("Aucune facture ni règlement.")).to_be_visible()


def test_an_absence_to_come_with_absurd_dates_is_reported_and_keeps_what_was_typed(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=PHONE).open("/eleves/2042/absences")
    page.get_by_text("D’autres jours").click()
    page.get_by_label("Premier jour").fill("31/02/2027")
    page.get_by_label("Dernier jour").fill("01/01/9999")
    page.get_by_label("Précisions").fill("Voyage")
    page.get_by_role("button", name="Envoyer", exact=True).click()
    expect(page.get_by_label("Premier jour")).to_be_focused()
    expect(page.get_by_text("Le 31/02/2027 n’existe pas")).to_be_visible()
    expect(page.get_by_label("Précisions")).to_have_value("Voyage")
    clean(page)

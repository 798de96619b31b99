"""« Courriels », « À un groupe » and « Cours annulés ou déplacés », at the two widths of an office: by keyboard alone, axe looks at each."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import LIVE, Enter
from tests.browser.test_office import settled
from tests.server import Server

WIDTHS = (1280, 1440)


def looked_at(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)


def test_a_letter_to_a_group_is_written_with_variables_read_over_and_sent_by_keyboard(
    enter: Enter, portal: Server
) -> None:
    page = enter("renard.paul", bypass_csp=True).open("/gestion/courriels/groupes")
    page.get_by_role("link", name="Écrire à un groupe").press("Enter")
    page.wait_for_url("**/groupes/nouveau")
    page.wait_for_selector(LIVE, state="attached")
    course = portal.value("SELECT id FROM course WHERE name = 'FM 206' AND school_year = '2026-2027' AND site_id = 1")
    page.get_by_label("Cours", exact=True).select_option(str(course))
    page.locator("#group-subject").fill("Un cours de plus")
    text = page.locator("#group-text")
    text.fill("Le samedi 5 décembre, pour .")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Insérer « Élèves concernés »").press("Enter")
    expect(text).to_have_value("Le samedi 5 décembre, pour {élèves}.")
    page.get_by_role("button", name="Enregistrer et relire").press("Enter")
    page.wait_for_url(re.compile(r"/groupes/\d+$"))
    page.wait_for_selector(LIVE, state="attached")
    expect(page.locator("#preview-title")).to_have_text(re.compile(r"^Aperçu\s: \d+ familles$"))
    previews = page.locator("details.folded").filter(has_text="Ce que lira la famille")
    expect(previews).to_have_count(3)
    for at in range(3):
        letter = previews.nth(at)
        if at:
            letter.locator("summary").press("Enter")
        expect(letter).to_contain_text(re.compile(r"Bonjour .+,"))
        expect(letter).not_to_contain_text("{")
    expect(page.get_by_text(re.compile(r"^\d+ familles? (est|sont) à prévenir autrement"))).to_be_visible()
    looked_at(page)
    send = page.get_by_role("button", name=re.compile(r"Envoyer à \d+ familles…"))
    count = int(re.findall(r"\d+", send.inner_text())[0])
    send.press("Enter")
    dialog = page.get_by_role("dialog", name=f"Écrire à {count} familles ?")
    expect(dialog.get_by_role("button", name="Envoyer")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#announcement")).to_have_text(f"Le courrier part vers {count} familles.")
    assert portal.value("SELECT state FROM group_letter WHERE subject = 'Un cours de plus'") in {"sending", "sent"}
    looked_at(page)


def test_a_lesson_is_cancelled_by_two_presses_and_its_pupils_read_of_it(enter: Enter, portal: Server) -> None:
    course, day, name = portal.rows(
        "SELECT c.id, l.day, c.name FROM lesson l JOIN course c ON c.id = l.course_id JOIN enrolment e ON e.course_id = c.id "
        "JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042 AND l.day > today() AND l.state IN ('', 'planned') ORDER BY l.day"
    )[0]
    family = enter("aubry.claire").open(f"/agenda?jour={day}")
    page = enter("renard.paul", bypass_csp=True).open(f"/gestion/courriels/cours?jour={day}")
    looked_at(page)
    page.get_by_role("row").filter(has_text=name).get_by_role("button", name=re.compile("^Annuler")).press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Annuler {name}")
    looked_at(page)
    dialog.get_by_role("button", name="Annuler ce cours").press("Enter")
    expect(page.get_by_role("row").filter(has_text=name)).to_contain_text("Annulé")
    assert portal.value("SELECT state FROM lesson WHERE course_id = ? AND day = ?", course, day) == "cancelled"
    expect(page.get_by_text("C’est fait : les familles vont être prévenues par courriel.").first).to_be_visible()
    expect(family.locator(".appointment").filter(has_text="Annulé").first).to_be_visible()  # without a reload
    looked_at(page)

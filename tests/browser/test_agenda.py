"""« Agenda » in a browser: a week and a month by mouse and by arrows, what each line leads to, the letters by choice."""

import io
import re

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import Enter
from tests.browser.test_dossier import PHONE, clean
from tests.server import Server


def test_days_and_weeks_are_walked_by_arrows_and_the_focus_stays_on_the_day(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire", bypass_csp=True).open("/agenda?vue=mois&jour=2026-12-14")
    expect(page.get_by_role("heading", name="Décembre 2026", exact=True)).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(6)
    expect(page.get_by_role("region", name="lundi 14 décembre 2026")).to_contain_text("FM 206")
    clean(page)
    page.locator("#day-2026-12-14").focus()
    assert len(PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages) == 1
    page.keyboard.press("ArrowRight")
    expect(page.locator("#day-2026-12-15")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="mardi 15 décembre 2026")).to_be_visible()
    expect(page.locator("#day-2026-12-15")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#day-2027-01-05")).to_be_focused()  # beyond what was drawn
    expect(page.get_by_role("heading", name="Janvier 2027", exact=True)).to_be_visible()
    page.get_by_role("link", name="Semaine", exact=True).click()
    expect(page.get_by_role("heading", name="Semaine du 4 au 10 janvier 2027")).to_be_visible()
    page.get_by_role("link", name="Semaine précédente").click()
    expect(page.get_by_text("Conservatoire fermé : fin d’année").first).to_be_visible()
    expect(page.get_by_text("Vacances de Noël (zone B)").last).to_be_visible()
    expect(page.get_by_role("link", name="Semaine précédente")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", name="Semaine du 4 au 10 janvier 2027")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Janvier 2027", exact=True)).to_be_visible()
    page.go_forward()
    page.go_forward()
    expect(page.get_by_text("Conservatoire fermé : fin d’année").first).to_be_visible()
    page.get_by_role("button", name="Ne plus le recevoir").click()
    expect(page.get_by_role("button", name="Le recevoir", exact=True)).to_be_focused()
    assert portal.account("aubry.claire")["lesson_letters"] == "no"
    clean(page)
    [paper] = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert paper.mediabox.width > paper.mediabox.height
    printed = paper.extract_text()
    assert "Semaine du 28 décembre" in printed
    assert "Semaine précédente" not in printed
    assert "Recevoir" not in printed


def test_on_a_phone_a_week_is_a_list_whose_cards_open_by_one_tap(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=PHONE, has_touch=True).open("/agenda?jour=2026-11-16")
    missed = page.locator(".appointment").filter(has_text="Absence à justifier").filter(has_text="Irina")
    expect(missed).to_have_count(1)
    clean(page)
    expect(missed.get_by_role("link", name="Absence à justifier")).to_have_attribute(
        "href", re.compile(r"/eleves/2042/absences\?absence=\d+$")
    )
    missed.tap(position={"x": 10, "y": 10})
    expect(page.get_by_role("dialog", name="FM 206")).to_be_visible()

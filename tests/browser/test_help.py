"""« Aide » with its pictures, and the words that tell their meaning (WCAG 1.4.13: dismissed, pointed at, persistent)."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, until

DOSSIER = "/eleves/2042/identite"


def test_help_shows_every_chapter_with_its_pictures_in_the_language_of_the_reader(enter: Enter) -> None:
    page = enter("aubry.claire").open("/aide")
    for image in page.locator("main img").all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_attribute("src", re.compile(r"/fr-[\w-]+\.webp$"))
        expect(image).to_have_attribute("alt", re.compile(r"\w{3}"))
        assert image.evaluate("e => e.decode().then(() => e.naturalWidth)") > 300
        assert image.evaluate("e => Math.abs(e.naturalWidth / e.naturalHeight - e.width / e.height)") < 0.03
    expect(page.get_by_role("heading", level=2)).to_have_count(1 + 17 + 3)
    page.get_by_role("link", name="Se réinscrire").click()
    expect(page.get_by_role("heading", name="Se réinscrire")).to_be_in_viewport()
    page.get_by_role("button", name="English").click()
    expect(page.locator("main img").first).to_have_attribute("src", re.compile(r"/en-"))
    staff = enter("renard.paul").open("/aide")
    expect(staff.get_by_role("heading", name="Imports et exports")).to_be_visible()


def test_a_word_tells_its_meaning_by_the_keyboard_and_escape_closes_it(enter: Enter) -> None:
    page = enter("aubry.claire").open(DOSSIER)
    word, tip = page.get_by_role("button", name="Cycle"), page.locator(".tip:popover-open")
    assert "étape des études" in word.evaluate(
        "e => document.getElementById(e.getAttribute('aria-describedby')).textContent"
    )
    page.locator(".facts").evaluate("e => [...e.previousElementSibling.querySelectorAll('a')].at(-1)?.focus()")
    page.keyboard.press("Tab")
    expect(word).to_be_focused()
    expect(tip).to_contain_text("Une étape des études")
    page.keyboard.press("Escape")
    expect(tip).to_have_count(0)
    expect(word).to_be_focused()
    page.keyboard.press("Enter")
    expect(tip).to_be_visible()
    page.keyboard.press("Tab")
    expect(tip).to_have_count(0)


def test_a_meaning_follows_its_word_when_the_focus_scrolls_the_page(enter: Enter) -> None:
    page = enter("aubry.claire", viewport={"width": 1280, "height": 500}).open("/eleves/2042/historique")
    word = page.get_by_role("button", name="Situation d’activité")
    page.keyboard.press("Tab")  # what follows is the keyboard's doing
    word.evaluate("e => { scrollTo(0, 0); e.focus({focusVisible: true}); }")
    tip = page.locator(".tip:popover-open")
    expect(tip).to_contain_text("La situation de l’élève")
    until(
        page,
        "() => { const at = e => document.querySelector(e).getBoundingClientRect();"
        " const word = document.activeElement.getBoundingClientRect(), tip = at('.tip:popover-open');"
        " return word.bottom <= innerHeight && (Math.abs(tip.top - word.bottom - 6) < 2 || Math.abs(word.top - 6 - tip.bottom) < 2); }",
    )


def test_a_meaning_stays_while_one_points_at_it(enter: Enter) -> None:
    page = enter("aubry.claire").open(DOSSIER)
    page.get_by_role("button", name="Cycle").hover()
    tip = page.locator(".tip:popover-open")
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box
    page.clock.install()  # the page's own time: what would close it later does so now
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=4)
    page.clock.run_for(2000)
    expect(tip).to_be_visible()
    page.get_by_role("heading", level=1).hover()
    expect(tip).to_have_count(0)


@pytest.mark.parametrize("script", [True, False])
def test_a_meaning_is_reached_by_touch_with_and_without_script(enter: Enter, script: bool) -> None:
    window = enter("aubry.claire", viewport={"width": 390, "height": 800}, has_touch=True, java_script_enabled=script)
    page = window.open(DOSSIER) if script else window.context.new_page()
    if not script:
        page.goto(DOSSIER)
    page.get_by_role("button", name="Cycle").tap()
    tip = page.locator("#tip-cycle-head-1")
    expect(tip).to_be_visible()
    box = tip.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.get_by_role("heading", level=1).tap()
    expect(tip).to_be_hidden()


def test_the_plan_leads_to_every_screen_of_the_reader(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    page.get_by_role("contentinfo").get_by_role("link", name="Plan du portail").click()
    expect(page.get_by_role("heading", name="Plan du portail")).to_be_in_viewport()
    plan = {link.get_attribute("href") for link in page.locator(".plan a").all()}
    menu = {link.get_attribute("href") for link in page.locator(".menu a").all()}
    assert menu | {f"/eleves/2043/{tab}" for tab in ("identite", "cours", "historique", "repertoire")} <= plan
    for path in plan:
        answer = page.request.get(str(path))
        assert answer.ok, path

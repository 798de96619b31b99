"""« Affichage » over any screen: each choice at once, without a reload, by keyboard, kept."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.boxes import BOXES, COMBINATIONS, PAIRS
from tests.browser.conftest import LIVE, WEAR_WHOLE, Enter
from tests.days import THOROUGH

PANEL = "#preferences-panel"


def html(page: Page, name: str, value: str | None) -> None:
    if value is None:
        expect(page.locator(f"html:not([data-{name}])")).to_have_count(1)
    else:
        expect(page.locator("html")).to_have_attribute(f"data-{name}", value)


def test_a_choice_acts_at_once_over_a_form_and_nothing_typed_is_lost(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    page.get_by_role("textbox", name="Profession", exact=True).fill("Luthière")
    page.evaluate("window.here = true")
    page.get_by_role("link", name="Affichage").first.focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Affichage")
    expect(panel.get_by_role("heading", name="Affichage")).to_be_focused()
    panel.get_by_role("radio", name="150 %").check()
    html(page, "size", "150")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"
    expect(panel.get_by_role("status")).to_have_text("C’est enregistré.")
    panel.get_by_role("radio", name="Renforcé").check()
    panel.get_by_role("radio", name="Faite pour la dyslexie").check()
    panel.get_by_role("checkbox", name="Souligner tous les liens").check()
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("OpenDyslexic")
    assert page.evaluate("document.fonts.load('16px OpenDyslexic').then(faces => faces.length)")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.get_by_role("link", name="Affichage").first).to_be_focused()
    expect(page.get_by_role("textbox", name="Profession", exact=True)).to_have_value("Luthière")
    assert page.evaluate("window.here")
    page.wait_for_load_state("networkidle")
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    html(page, "size", "150")
    html(page, "contrast", "more")
    html(page, "links", "underlined")


def test_the_mode_is_one_button_and_so_is_the_way_back(enter: Enter) -> None:
    page = enter().open("/connexion")
    page.get_by_role("link", name="Affichage").click()
    page.get_by_role("button", name="Activer le mode Accessibilité").click()
    html(page, "contrast", "more")
    html(page, "targets", "large")
    page.get_by_role("button", name="Désactiver le mode Accessibilité").click()
    html(page, "contrast", None)
    html(page, "targets", None)
    page.get_by_role("radio", name="Sombres").check()
    assert page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor") == "rgb(20, 24, 31)"
    page.get_by_role("button", name="Tout remettre comme au début").click()
    html(page, "theme", None)


def test_on_a_phone_the_choices_are_in_plus(enter: Enter) -> None:
    page = enter("aubry.claire", viewport={"width": 390, "height": 844}).open("/")
    page.get_by_role("button", name="Plus").click()
    page.locator("#more").get_by_role("link", name="Affichage").click()
    panel = page.locator(PANEL)
    expect(panel).to_be_visible()
    box = panel.bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 390)
    assert box["y"] > 200  # the screen is seen above it
    panel.get_by_role("checkbox", name=re.compile("Mise en page simple")).check()
    html(page, "layout", "simple")
    panel.get_by_role("button", name="Fermer").click()
    expect(page.get_by_role("button", name="Plus")).to_be_focused()


@pytest.mark.parametrize(
    ("asked", "token", "colour"),
    [
        ({"color_scheme": "dark"}, "--paper", "#14181f"),
        ({"contrast": "more"}, "--ink", "#000000"),
        ({"color_scheme": "dark", "contrast": "more"}, "--paper", "#000000"),
    ],
)
def test_what_the_device_asks_for_is_shown_unless_another_was_chosen(
    enter: Enter, asked: dict[str, str], token: str, colour: str
) -> None:
    page = enter(**asked).open("/accessibilite")
    value = f"getComputedStyle(document.documentElement).getPropertyValue('{token}')"
    assert page.evaluate(value) == colour
    if "contrast" not in asked:
        page.get_by_role("radio", name="Claires").check()
        assert page.evaluate(value) == "#faf8f3"


def test_forced_colours_show_where_one_is(enter: Enter) -> None:
    page = enter("aubry.claire", forced_colors="active").open("/famille")
    current = page.locator(".menu a[aria-current]")
    assert current.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_without_script_the_page_has_a_button_that_applies(enter: Enter) -> None:
    page = enter(java_script_enabled=False).context.new_page()
    page.goto("/connexion")
    page.get_by_role("link", name="Affichage").click()
    page.get_by_label("175 %").check()
    page.get_by_role("button", name="Appliquer").click()
    expect(page.locator("html")).to_have_attribute("data-size", "175")
    page.goto("/connexion")
    expect(page.locator("html")).to_have_attribute("data-size", "175")


@pytest.mark.parametrize(
    ("login", "path", "width"), [("aubry.claire", "/", 390), ("renard.paul", "/gestion/demandes", 320)]
)
def test_in_combinations_of_modes_the_phones_bar_stays_and_nothing_lies_on_another(
    enter: Enter, login: str, path: str, width: int
) -> None:
    page = enter(login, viewport={"width": width, "height": 844}).open(path)
    page.evaluate(WEAR_WHOLE)
    page.evaluate("document.fonts.load('16px OpenDyslexic').then(() => true)")
    assert page.evaluate(BOXES, COMBINATIONS if THOROUGH else PAIRS) == []


def test_where_the_text_is_large_plus_holds_every_place_of_the_bar(enter: Enter) -> None:
    page = enter("aubry.claire", viewport={"width": 390, "height": 844}).open("/famille")
    bar = page.get_by_role("navigation", name="Menu principal")
    expect(bar.get_by_role("link")).to_have_count(4)
    page.evaluate(WEAR_WHOLE)
    page.evaluate("document.documentElement.dataset.size = '200'")
    expect(bar.get_by_role("link")).to_have_count(1)
    page.get_by_role("button", name="Plus").click()
    more = page.get_by_role("navigation", name="Suite du menu")
    expect(more.get_by_role("link", name="Famille")).to_have_attribute("aria-current", "page")
    more.get_by_role("link", name="Facturation").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Facturation")

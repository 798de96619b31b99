"""Faults of a file, an import taken back, two families merged and parted: by the keyboard alone, and by axe, at two widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Enter, reach
from tests.browser.every_screen import axe
from tests.browser.test_import_workbook import give
from tests.days import THOROUGH
from tests.server import Server

FAULTS = (
    "N° famille;Nom;Prénom;Date de naissance;Ville;E-mail\n"
    "8401;Durand;Anne;32/01/1980;Metz;anne.durand@example.org\n"
    "8402;Morel;Bea;03/04/1979;Metz;bea.morel@example\n"
    "8403;Roche;Cleo;05/06/1981;Metz;cleo.roche@example.org\n"
    "8404;;Dina;05/06/1982;Metz;\n"
)
HELD = "SELECT count(*) FROM family WHERE site_id = 1"
HOMES = "SELECT count(*) FROM guardian WHERE family_id = (SELECT id FROM family WHERE number = 1042 AND site_id = 1)"
WIDTHS = pytest.mark.parametrize("width", [1280, 390] if THOROUGH else [390])


def is_sound(page: Page, width: int) -> None:
    """No fault that axe sees, nothing wider than the window, the focus on something that is there."""
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.activeElement !== document.body"), "the focus is lost"


@WIDTHS
def test_faults_are_mended_and_the_import_is_taken_back(
    enter: Enter, launch: Callable[..., Server], width: int
) -> None:
    server = launch()
    before = server.value(HELD)
    viewport = {"width": width, "height": 844}
    page = enter("lemoine.helene", to=server, bypass_csp=True, viewport=viewport).open("/gestion/imports")
    give(page, "foyers.csv", FAULTS.encode())
    reach(page, page.get_by_role("button", name="Vérifier"), "Enter")
    expect(page.get_by_text("3 lignes sont à corriger")).to_be_visible()
    is_sound(page, width)
    for value, right in (("32/01/1980", "31/01/1980"), ("bea.morel@example", "bea.morel@example.org")):
        reach(page, page.get_by_role("textbox", name=f"« {value} »"))
        page.keyboard.type(right)
    reach(page, page.get_by_role("checkbox", name="ligne 5"), "Space")
    reach(page, page.get_by_role("button", name="Corriger et vérifier à nouveau"), "Enter")
    expect(page.get_by_role("button", name="Importer 3 lignes")).to_be_visible()
    is_sound(page, width)
    reach(page, page.get_by_role("button", name="Importer 3 lignes"), "Enter")
    expect(page.get_by_text("Importé le")).to_be_visible()
    assert server.value(HELD) == before + 3
    is_sound(page, width)
    server.change("UPDATE guardian SET town = 'Toul' WHERE last_name = 'Roche' AND first_name = 'Cleo'")
    reach(page, page.get_by_role("button", name="Voir ce qui serait repris"), "Enter")
    expect(page.get_by_text("4 fiches seront retirées.")).to_be_visible()
    is_sound(page, width)
    reach(page, page.get_by_label("J’ai lu ce qui reste tel quel."), "Space")
    reach(page, page.get_by_role("button", name="Reprendre l’import"), "Enter")
    expect(page.get_by_text("Import repris le")).to_be_visible()
    is_sound(page, width)
    assert server.value(HELD) == before + 1


def choose(page: Page, group: Locator, value: str) -> None:
    """Of a group of choices: Tab comes to the first one, arrows to the others."""
    choices = group.get_by_role("radio")
    values = [each.get_attribute("value") for each in choices.all()]
    reach(page, choices.first)
    if values[0] == value:
        page.keyboard.press("Space")
    for _ in range(values.index(value)):
        page.keyboard.press("ArrowDown")
    expect(choices.nth(values.index(value))).to_be_checked()


@WIDTHS
def test_two_families_are_merged_and_parted(enter: Enter, launch: Callable[..., Server], width: int) -> None:
    server = launch()
    before, account = server.value(HOMES), "SELECT family_id FROM account WHERE login = 'aubry.marc' AND site_id = 1"
    number = str(server.value(f"SELECT number FROM family WHERE id = ({account})"))
    viewport = {"width": width, "height": 844}
    page = enter("renard.paul", to=server, bypass_csp=True, viewport=viewport).open("/gestion/familles/1042/reunir")
    reach(page, page.get_by_label("L’autre famille").and_(page.get_by_role("searchbox")))
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    is_sound(page, width)
    reach(page, page.get_by_role("button", name=f"Choisir n° {number}"), "Enter")
    expect(page.get_by_role("heading", name="À dire avant de réunir")).to_be_visible()
    is_sound(page, width)
    for group in page.locator("fieldset.question").all():
        values = [str(each.get_attribute("value")) for each in group.get_by_role("radio").all()]
        choose(page, group, next((each for each in values if each in {"other", "consult"}), values[0]))
    reach(page, page.get_by_role("button", name="Répondre"), "Enter")
    expect(page.get_by_role("heading", name="Qui verra quoi")).to_be_visible()
    is_sound(page, width)
    reach(page, page.get_by_label("J’ai lu qui verra quoi."), "Space")
    reach(page, page.get_by_role("button", name="Réunir les familles"), "Enter")
    undo = page.get_by_role("button", name="Annuler la réunion")
    expect(undo).to_be_visible()
    assert server.value(HOMES) > before
    is_sound(page, width)
    reach(page, undo, "Enter")
    expect(undo).to_have_count(0)
    is_sound(page, width)
    assert server.value(HOMES) == before

"""What other engines and a slow line once broke: dialogs that fill the window, presses that are lost."""

from tests.browser.every_screen import SIDEWAYS
from tests.engines.conftest import PHONE, Enter
from tests.engines.page import Page
from tests.engines.relay import Relay
from tests.engines.where import button, css, dialog, field, link
from tests.server import Server, wait_for

DONE = "La fiche d’identité a été mise à jour."
# Of each open dialog: its height, the window's, its tallest button, and rows with more than a third of their height empty.
DIALOG = """() => { const dialog = [...document.querySelectorAll('dialog[open]')].at(-1), height = e => e.getBoundingClientRect().height;
  const rows = [...dialog.children].filter(e => e.checkVisibility());
  return {height: height(dialog), window: innerHeight, button: Math.max(...[...dialog.querySelectorAll('.btn')].map(height)),
    stretched: rows.filter(e => { const last = [...e.children].at(-1); if (!last) return false;
      return e.getBoundingClientRect().bottom - last.getBoundingClientRect().bottom > 60; }).map(e => e.outerHTML.slice(0, 100))}; }"""
Size = tuple[int, int]


def snug(page: Page) -> dict[str, float]:
    found = page.evaluate(DIALOG)
    assert found["button"] < 90, found
    assert found["stretched"] == [], found
    return dict(found)


def test_no_dialog_fills_the_window_nor_stretches_its_rows(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/famille", size)
    page.click(button("Modifier"))
    page.see(dialog("Aucune modification à enregistrer."))
    found = snug(page)
    assert found["height"] < found["window"] / 2, found
    page.press("Enter")
    page.fill(field("Téléphone mobile"), "06 12 34 56 78")
    page.press("Enter")
    page.see(dialog(DONE))
    snug(page)
    page.press("Enter")
    page.click(button("Annuler mes modifications en attente"))
    page.see(dialog("Téléphone mobile"))
    found = snug(page)
    assert found["height"] < found["window"] * 0.7, found
    page.press("Escape")
    page.goto("/eleves/2042/reinscription")
    page.click(button("Importer"))
    page.see(dialog("Importer un document"))
    snug(page)
    page.goto("/eleves/2042/cours")
    page.click(link("Piano 206"))
    page.see(dialog("Piano 206"))
    page.until(lambda: page.driver.evaluate("() => !document.querySelector('dialog [aria-busy=true]')"), "the lessons")
    snug(page)


def test_a_word_that_is_explained_is_underlined(enter: Enter) -> None:
    page = enter("aubry.claire", "/eleves/2042/identite")
    page.see(css(".term"))
    drawn = "() => { const s = getComputedStyle(document.querySelector('.term')); return [s.textDecorationLine, s.textDecorationStyle]; }"
    assert page.evaluate(drawn) == ["underline", "dotted"]


def test_a_choice_longer_than_its_list_widens_no_page(enter: Enter) -> None:
    page = enter("renard.paul", "/gestion/reinscriptions/nouvelle", PHONE)
    page.see(css("#campaign-audience"))
    assert page.evaluate(SIDEWAYS) == []


def test_what_is_pressed_while_the_line_holds_is_sent_once(enter: Enter, portal: Server) -> None:
    """A post code typed, then Enter: its towns are asked for first; then « Modifier » twice, and a second field after it."""
    with Relay(portal) as line:
        page = enter("aubry.claire", "/famille", url=line.url)
        line.hold()
        page.fill(field("Code postal"), "57000")
        page.press("Enter")
        page.attribute(button("Modifier"), "data-line", "works")
        wait_for(line.held.is_set, "what the page sends")
        line.let_go()
        page.see(dialog(DONE))
        page.attribute(button("Modifier"), "data-line", None)
        page.press("Enter")
        page.gone(dialog())
        line.hold()
        page.fill(field("Téléphone mobile"), "06 12 34 56 78")
        page.click(button("Modifier"), times=2)
        page.attribute(button("Modifier"), "data-line", "works")
        wait_for(line.held.is_set, "what the page sends")
        line.let_go()
        page.see(dialog(DONE))
    asked = portal.rows("SELECT new FROM field_change WHERE new IN ('57000', 'Metz', '+33612345678') ORDER BY new")
    assert asked == [("+33612345678",), ("57000",), ("Metz",)]

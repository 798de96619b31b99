"""What other engines and a slow line once broke: dialogs that fill the window, presses that are lost, a focus that is covered, what sticks out."""

from collections.abc import Callable, Iterable

import pytest

from tests.browser.keyboard_walk import FOCUSED, WALK
from tests.browser.screens import every_screen
from tests.engines.conftest import PHONE, WIDE, Enter
from tests.engines.page import Page
from tests.engines.relay import Relay
from tests.engines.where import button, css, dialog, field, link, words
from tests.server import Server, wait_for

DONE = "La fiche d’identité a été mise à jour."
# Of each open dialog: its height, the window's, its tallest button, and rows with more than a third of their height empty.
DIALOG = """() => { const dialog = [...document.querySelectorAll('dialog[open]')].at(-1), height = e => e.getBoundingClientRect().height;
  const rows = [...dialog.children].filter(e => e.checkVisibility());
  return {height: height(dialog), window: innerHeight, button: Math.max(...[...dialog.querySelectorAll('.btn')].map(height)),
    stretched: rows.filter(e => { const last = [...e.children].at(-1); if (!last) return false;
      return e.getBoundingClientRect().bottom - last.getBoundingClientRect().bottom > 60; }).map(e => e.outerHTML.slice(0, 100))}; }"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Controls on whose middle something else lies, once they are in sight: who presses them presses another.
COVERED = """() => { const found = [], place = document.querySelector('dialog:modal') ?? document.querySelector('main');
  for (const e of place.querySelectorAll(':is(a[href], button, input, select, textarea, summary)')) {
    if (e.disabled || e.closest('[inert], .unseen, .skip') || !e.checkVisibility({visibilityProperty: true})) continue;
    e.scrollIntoView({block: 'center', behavior: 'instant'});
    const b = [...e.getClientRects()].find(each => each.width > 1 && each.height > 1);
    if (!b) continue;
    const hit = document.elementFromPoint(b.left + b.width / 2, b.top + b.height / 2);
    const own = hit && (e.contains(hit) || hit.contains(e) && !hit.matches('label, a, button') || [...(e.labels ?? [])].some(l => l.contains(hit)));
    if (!own) found.push(`${e.outerHTML.slice(0, 90)} under ${hit?.outerHTML.slice(0, 90)}`);
  }
  return found; }"""
FONT = "() => parseFloat(getComputedStyle(document.documentElement).fontSize)"
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


@pytest.mark.parametrize("window", [PHONE, (320, 256), WIDE], ids=["phone", "tiny", "desk"])
@pytest.mark.parametrize(
    "path", ["/eleves/2042/historique", "/famille", "/eleves/2042/reinscription", "/gestion/demandes"]
)
def test_nothing_that_sticks_covers_what_has_the_focus(enter: Enter, path: str, window: Size) -> None:
    page = enter("renard.paul" if "gestion" in path else "aubry.claire", path, window)
    if path == "/famille":
        page.fill(field("Profession"), "Luthière")
        page.see(words("1 modification non enregistrée"))
    page.evaluate("() => document.activeElement.blur()")
    count, met = int(page.evaluate(WALK)), set[str]()
    for _ in range(3 * count + 10):
        if len(met) == count:
            break
        page.press("Tab")
        at = page.evaluate(FOCUSED)
        if at["walk"] is None:
            continue
        met.add(at["walk"])
        assert at["seen"], at
        assert at["inside"], at
        assert at["bare"], at
    assert len(met) == count > 0


def amiss(portal: Server, windows: Callable[[str], Page], widths: Iterable[int]) -> list[str]:
    """Every screen that scrolls sideways, with the width of its window, and every control that lies under another."""
    found, seats = list[str](), dict[str, Page]()
    for screen in every_screen(portal):
        page = seats.setdefault(screen.login, seats.get(screen.login) or windows(screen.login))
        page.expects_complaints = True  # an address that is nobody's is noted by the browser
        page.goto(screen.path)
        for width in widths:
            page.resize(width, 900)
            where = f"{screen.login} {screen.path} {width}"
            if page.evaluate(SIDEWAYS) > 0:
                found.append(where)
            if width in {390, 1280}:
                found += [f"{where}: {covered}" for covered in page.evaluate(COVERED)]
    return found


def test_no_screen_scrolls_sideways_and_no_control_lies_under_another(enter: Enter, portal: Server) -> None:
    assert amiss(portal, lambda login: enter(login, "/aide"), (390, 768, 850, 940, 1280)) == []


def test_no_screen_scrolls_sideways_in_a_browser_of_large_print(large_print: Enter, portal: Server) -> None:
    def begin(login: str) -> Page:
        page = large_print(login, "/aide")
        assert page.evaluate(FONT) == 32
        return page

    assert amiss(portal, begin, (390, 1280)) == []

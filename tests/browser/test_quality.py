"""Every screen and state: no fault of accessibility, no sideways scroll, no jump, everything within reach of the keyboard."""

from collections.abc import Callable
from itertools import islice
from typing import Any

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from tests.addresses import CAMPAIGN, OWN
from tests.browser import every_screen, keyboard_walk, long_names
from tests.browser.conftest import ARGUMENTS, LIVE, Enter, Window
from tests.browser.screens import in_states
from tests.days import THOROUGH
from tests.install import chromium as chromium_path
from tests.server import Server, wait_for

STAFF = [
    "/gestion/demandes",
    "/gestion/demandes?onglet=traitees",
    "/gestion/demandes?onglet=reinscriptions",
    "/gestion/demandes?onglet=pieces",
    "/gestion/reinscriptions",
    *CAMPAIGN,
    "/mot-de-passe",
]
MANAGER = [
    "/gestion",
    "/gestion/imports",
    "/gestion/reglages",
    "/gestion/reglages/champs",
    "/gestion/reglages/comptes",
    "/gestion/reglages/apparence",
    "/gestion/reglages/actualites",
    "/mot-de-passe/second-facteur",
]
PUBLIC = [
    "/connexion",
    "/mot-de-passe-perdu",
    "/identifiant-oublie",
    "/aide",
    "/accessibilite",
    "/donnees-personnelles",
    "/mentions-legales",
    "/nowhere",
]
SCREENS = [
    *(("", path) for path in PUBLIC),
    *(("aubry.claire", path) for path in OWN),
    *(("renard.paul", path) for path in STAFF),
    ("aubry.marc", "/eleves/2042/identite"),
    *(("lemoine.helene", path) for path in MANAGER),
    ("nguyen.linh", "/mot-de-passe/choisir"),
]
BOXES = """() => [...document.querySelectorAll('main *')].filter(e => e.checkVisibility()).map(e => {
  const r = e.getBoundingClientRect(); return [e.tagName, Math.round(r.x), Math.round(r.y), Math.round(r.width), Math.round(r.height)]; })"""
SHIFTS = (
    "new PerformanceObserver(l => { for (const e of l.getEntries()) window.shifted = (window.shifted || 0) + e.value; })"
    ".observe({type: 'layout-shift', buffered: true});"
)


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_no_accessibility_fault_and_no_sideways_scroll_on_any_registered_screen(
    chromium: Browser, portal: Server
) -> None:
    """What `make audit` does in every mode, in the one that its people use most; names of eighty letters in every record. One
    screen of three, at 320 pixels, and by axe what no screen before was made of; with TESTS_THOROUGH=1 every screen, at 390 and
    1280 too, by axe whole, and what a look can spoil in another mode."""
    found, made_of = list[str](), set[str]()
    long_names.give(portal)
    for screen, page, session in every_screen.pages(chromium, portal, step=1 if THOROUGH else 3):
        usual, other = ((1280, {}), (390, every_screen.DARK))[:: 1 if screen.path.startswith("/gestion") else -1]
        made = every_screen.is_new(made_of, page.evaluate(every_screen.MADE_OF))
        looks = [(usual, None), (other, every_screen.OF_LOOK)] if THOROUGH else [(usual, None)] if made else []
        for (width, current_preferences), rules in looks:
            every_screen.widen(session, width)
            page.evaluate(every_screen.SET_PREFERENCES, current_preferences)
            found += [f"{screen} at {width}: {each}" for each in every_screen.axe(page, rules)]
        for width in (1280, 390, 320) if THOROUGH else (320,):
            every_screen.widen(session, width)
            spilt = page.evaluate(every_screen.SIDEWAYS) + page.evaluate(every_screen.TABLES_TOO_WIDE)
            found += [f"{screen} at {width}: {each}" for each in spilt]
    assert not found, "\n".join(found)


def test_no_sideways_scroll_where_the_browsers_own_letters_are_twice_as_large(
    chromium: Browser, portal: Server
) -> None:
    large = chromium.browser_type.launch(
        executable_path=chromium_path(), args=[*ARGUMENTS, "--blink-settings=defaultFontSize=32"]
    )
    for login, paths in (("aubry.claire", [*OWN, "/facturation/cotisations"]), ("renard.paul", STAFF)):
        page = Window(large, portal, login).context.new_page()
        for path in paths:
            page.goto(path)
            assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                assert page.evaluate(every_screen.SIDEWAYS) == [], (path, width)
    large.close()


def test_no_sideways_scroll_on_a_tablet_held_upright(chromium: Browser, portal: Server) -> None:
    page = Window(chromium, portal, "lemoine.helene").context.new_page()
    for path in ("/gestion/reglages/comptes", "/gestion/demandes", "/gestion/journal"):
        page.goto(path)
        for width in (768, 834, 912, 940, 980):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(every_screen.SIDEWAYS) == [], (path, width)


def a_record_waits(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Modifier").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def a_record_is_faulty(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").fill("06")
    page.get_by_role("textbox", name="E-mail").fill("nothing")
    page.get_by_role("button", name="Modifier").first.click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()


def the_menu_is_open(page: Page) -> None:
    if page.get_by_role("button", name="Plus").is_visible():
        page.get_by_role("button", name="Plus").click()
        expect(page.locator("#more")).to_be_visible()


def the_help_is_open(page: Page) -> None:
    page.get_by_role("button", name="Clavier").click()
    expect(page.locator("#keys-help")).to_be_visible()


def a_decision_was_taken(page: Page) -> None:
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("button", name="Annuler la décision")).to_be_visible()


def the_queue_is_searched(page: Page) -> None:
    page.get_by_role("searchbox").fill("zzz")
    expect(page.get_by_text("Aucune demande ne correspond")).to_be_visible()


def a_field_is_missing(page: Page) -> None:
    page.locator("form[action='/connexion'] button[type=submit]").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def a_family_is_about_to_be_deleted(page: Page) -> None:
    opener = page.get_by_role("button", name="Supprimer la famille").first
    opener.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("button", name="Retour")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("dialog").get_by_role("button", name="Supprimer la famille")).to_be_focused()


STATES: list[tuple[str, str, Callable[[Page], None]]] = [
    ("aubry.claire", "/famille", a_record_waits),
    ("aubry.claire", "/famille", a_record_is_faulty),
    ("aubry.claire", "/", the_menu_is_open),
    ("renard.paul", "/gestion/demandes", the_help_is_open),
    ("renard.paul", "/gestion/demandes", a_decision_was_taken),
    ("renard.paul", "/gestion/demandes", the_queue_is_searched),
    ("renard.paul", "/gestion/familles/1042/adultes", a_family_is_about_to_be_deleted),
    ("", "/connexion", a_field_is_missing),
]


@pytest.mark.parametrize(("login", "path", "reach"), STATES, ids=lambda value: getattr(value, "__name__", None))
def test_no_accessibility_fault_in_any_state(
    enter: Enter, login: str, path: str, reach: Callable[[Page], None]
) -> None:
    window = enter(login, bypass_csp=True, viewport={"width": 390, "height": 900})
    page = window.open(path)
    reach(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        assert every_screen.axe(page) == [], width
        assert sideways(page) <= 0
    page.set_viewport_size({"width": 320, "height": 900})
    assert sideways(page) <= 0
    page.keyboard.press("Escape")
    assert every_screen.axe(page) == []
    window.complaints.clear()  # a form sent empty is noted by the browser


def test_everything_is_reached_by_the_keyboard_and_the_focus_is_seen(enter: Enter, portal: Server) -> None:
    """Every second of the screens that show a kind of stop that none before shows; with TESTS_THOROUGH=1, all screens."""
    screens = [*SCREENS, *((screen.login, screen.path) for screen in in_states(portal))]
    walked = screens if THOROUGH else islice(keyboard_walk.with_new_stops(portal, screens), 0, None, 2)
    keyboard_walk.through(
        enter, ((login, path, 1280 if path.startswith("/gestion") else 390) for login, path in walked)
    )


def test_nothing_that_sticks_lies_on_what_has_the_focus(enter: Enter, portal: Server) -> None:
    """The phone's bar, the arrows under a past year's record, the head of a window; a phone, and a screen at 400 %."""
    past = portal.value(
        "SELECT min(e.id) FROM enrolment e JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042 AND e.average IS NOT NULL"
    )
    course = portal.value(
        "SELECT max(course_id) FROM enrolment e JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042"
    )
    paths = [f"/eleves/2042/historique/{past}", f"/eleves/2042/cours/{course}", "/famille"]
    for width, height in ((390, 844), (320, 256)):
        keyboard_walk.through(enter, (("aubry.claire", path, width) for path in paths), height)


@pytest.mark.parametrize(("login", "paths"), [("aubry.claire", OWN), ("renard.paul", STAFF)])
def test_the_first_paint_is_the_screen_word_for_word_and_nothing_jumps(
    enter: Enter, login: str, paths: list[str]
) -> None:
    window, bare = enter(login), enter(login, java_script_enabled=False)
    window.context.add_init_script(SHIFTS)
    for path in paths if THOROUGH else paths[::2]:
        first, page = bare.context.new_page(), window.context.new_page()
        for _ in range(3):  # words that say how long ago change between the two, now and then
            first.goto(path)
            answer = page.goto(path)
            assert answer is not None
            page.wait_for_selector(LIVE, state="attached")
            unscripted, painted, drawn = map(words_of, (first.content(), answer.text(), page.content()))
            assert painted == drawn, path
            if unscripted == drawn:
                break
        assert unscripted == drawn, path
        page.evaluate("document.fonts.ready.then(() => true)")
        wait_for(lambda: first.evaluate("document.fonts.status === 'loaded'"), "the letters of the page without script")  # noqa: B023
        assert first.evaluate(BOXES) == page.evaluate(BOXES), path
        assert page.evaluate("window.shifted || 0") == 0, path
        first.close()
        page.close()


def words_of(html: str) -> str:
    app = BeautifulSoup(html, "html.parser").select_one("#app")
    assert app is not None
    return " ".join(app.get_text(" ").split())


def test_public_pages_do_not_jump_and_work_without_script(enter: Enter) -> None:
    window, without = enter(), enter(java_script_enabled=False)
    window.context.add_init_script(SHIFTS)
    for path in PUBLIC[:-1]:
        page, bare = window.open(path), without.context.new_page()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shifted || 0") == 0, path
        bare.goto(path)
        expect(bare.get_by_role("heading", level=1)).to_be_visible()
        page.close()
        bare.close()


def test_one_signs_in_without_any_script(enter: Enter) -> None:
    page = enter(java_script_enabled=False).context.new_page()
    page.goto("/connexion")
    page.get_by_label("Identifiant").fill("aubry.claire")
    page.locator("#mot_de_passe").fill("Anacrouse-demo-2026")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")


def test_a_person_types_before_the_script_has_arrived_and_loses_nothing(enter: Enter, portal: Server) -> None:
    window = enter("aubry.claire")
    page = window.context.new_page()
    held: list[Any] = []
    page.route("**/portal.js", lambda route, _request: held.append(route))
    page.goto("/famille", wait_until="commit")
    page.get_by_role("textbox", name="Adresse").fill("12 rue des Lilas")
    held[0].continue_()
    page.wait_for_selector(LIVE)
    expect(page.get_by_role("textbox", name="Adresse")).to_have_value("12 rue des Lilas")
    expect(page.get_by_role("textbox", name="Adresse")).to_be_focused()


def test_every_screen_has_one_heading_a_title_and_a_skip_link(enter: Enter) -> None:
    window = enter("aubry.claire")
    for path in OWN:
        page = window.open(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        assert page.title().endswith(" – Conservatoire de Valmont")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Aller au contenu")
        expect(skip).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.close()

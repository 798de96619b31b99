"""Every kind of screen as people have them, in Firefox and WebKitGTK: a telephone, a tablet held upright, letters twice as large,
colours of the system's, no motion; and by keyboard, where nothing that sticks lies on what has the focus."""

from collections.abc import Callable
from functools import partial

import pytest

from tests.browser import keyboard_walk
from tests.browser.conftest import WEAR_WHOLE
from tests.browser.every_screen import SIDEWAYS
from tests.engines.conftest import WIDE, Enter
from tests.engines.driver import Engine, Wishes
from tests.engines.page import Page
from tests.server import Server

FAMILY = (
    "/",
    "/famille",
    "/eleves/2042/identite",
    "/eleves/2042/cours",
    "/eleves/2042/historique",
    "/eleves/2042/absences",
    "/eleves/2042/reinscription",
    "/facturation/cotisations",
    "/facturation/factures/26000007/lire",
    "/agenda",
    "/agenda?vue=mois",
    "/papiers",
    "/demandes",
    "/mot-de-passe",
)
OFFICE = (
    "/gestion",
    "/gestion/demandes",
    "/gestion/demandes?onglet=reinscriptions",
    "/gestion/reinscriptions/nouvelle",
    "/gestion/reinscriptions/1?onglet=avancement",
    "/gestion/familles",
    "/gestion/familles/1042",
    "/gestion/imports",
    "/gestion/courriels",
    "/gestion/courriels/cours",
    "/gestion/courriels/textes",
    "/gestion/courriels/groupes",
    "/gestion/courriels/groupes/nouveau",
    "/gestion/journal",
    "/gestion/reglages",
    "/gestion/reglages/comptes",
)
PEOPLE = (("aubry.claire", FAMILY), ("lemoine.helene", OFFICE))
BEGINS = "/theme/logo.svg"  # it fetches nothing that could be missed
DRAWN = (  # what is drawn with colours of ours
    ("aubry.claire", "/eleves/2042/historique"),
    ("aubry.claire", "/agenda"),
    ("lemoine.helene", "/gestion/reinscriptions/1?onglet=avancement"),
)
WIDTHS = (390, 768, 834, 912, 940, 980)
TWICE = "() => { document.documentElement.dataset.size = '200'; }"
AS_USUAL = "() => { delete document.documentElement.dataset.size; }"
# Scripts that a page still fetches would be missed where it is left meanwhile, and Firefox says so.
COMPLETE = "() => import(document.querySelector('script[src*=\"/theme/\"]').src.replace(/[^/]*$/, 'upload.js')).then(() => true)"
CHOOSE = "([name, value]) => { document.documentElement.dataset[name] = value; }"
# Lines, spots and figures of charts, shapes of children, that are too pale on what they stand on.
PALE = r"""() => {
  const light = c => c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
  const rgb = text => (text.match(/[\d.]+/g) || []).map(Number);
  const under = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
  const drawn = [...document.querySelectorAll('.chart :is(.curve, .spot, text), svg.child')];
  if (!drawn.length) return ['nothing drawn'];
  return drawn.flatMap(e => {
    const s = getComputedStyle(e), own = rgb(e.matches('.curve') ? s.stroke : s.fill).slice(0, 3);
    const [a, b] = [light(own), light(under(e.closest('svg').parentElement))].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    return ratio < (e.matches('text') ? 4.5 : 3) ? [`${ratio.toFixed(2)} ${e.outerHTML.slice(0, 90)}`] : [];
  }); }"""
# Of all that is drawn, in itself or before and after it, what moves.
MOVES = """() => [...document.querySelectorAll('*')]
  .flatMap(e => ['', '::before', '::after'].map(part => [e, part, getComputedStyle(e, part || null)]))
  .filter(([, , s]) => (s.animationName !== 'none' && s.animationDuration !== '0s') || !/^(0s, )*0s$/.test(s.transitionDuration))
  .map(([e, part, s]) => `${e.localName}.${e.className}${part} ${s.animationName}`)"""
WORKS = """() => { document.querySelector('main .btn').dataset.line = 'works'; document.querySelector('main').ariaBusy = 'true'; }"""
RING = "() => getComputedStyle(document.querySelector('main .btn'), '::after').animationDuration"


@pytest.mark.parametrize(("login", "paths"), PEOPLE, ids=["family", "office"])
def test_no_screen_scrolls_sideways_on_a_telephone_a_tablet_or_with_its_text_twice_as_large(
    enter: Enter, login: str, paths: tuple[str, ...]
) -> None:
    page, found = enter(login, BEGINS), list[str]()
    for path in paths:
        page.resize(*WIDE)
        page.goto(path)
        page.evaluate(COMPLETE)
        for width in WIDTHS:
            page.resize(width, 900)
            found += [f"{path} at {width}: {each}" for each in page.evaluate(SIDEWAYS)]
        page.evaluate(WEAR_WHOLE)
        page.evaluate(TWICE)
        for width in (390, 768):
            page.resize(width, 900)
            found += [f"{path} at {width}, 200 %: {each}" for each in page.evaluate(SIDEWAYS)]
        page.evaluate(AS_USUAL)
    assert found == []


def test_no_screen_scrolls_sideways_where_the_browsers_own_letters_are_twice_as_large(
    engine: Engine, wishing: Callable[[Wishes], Enter]
) -> None:
    if engine.name == "webkit":
        pytest.skip("WebKitGTK’s small browser takes no size of letters")
    enter, found = wishing(Wishes(letters=32)), list[str]()
    for login, paths in PEOPLE:
        page = enter(login, BEGINS)
        for path in paths:
            page.goto(path)
            page.evaluate(COMPLETE)
            assert page.evaluate("() => getComputedStyle(document.documentElement).fontSize") == "32px"
            for width in (WIDE[0], 390):
                page.resize(width, 900)
                found += [f"{path} at {width}: {each}" for each in page.evaluate(SIDEWAYS)]
    assert found == []


def tabs(page: Page, count: int) -> None:
    for _ in range(count):
        page.press("Tab")
        page.evaluate(keyboard_walk.STILL)


@pytest.mark.parametrize("size", [(390, 844), (320, 256)], ids=["phone", "at 400 %"])
def test_nothing_that_sticks_lies_on_what_has_the_focus(enter: Enter, portal: Server, size: tuple[int, int]) -> None:
    past = portal.value(
        "SELECT min(e.id) FROM enrolment e JOIN pupil p ON p.id = e.pupil_id WHERE p.number = 2042 AND e.average IS NOT NULL"
    )
    page = enter("aubry.claire", BEGINS, size)
    for path in (f"/eleves/2042/historique/{past}", "/famille", "/facturation/cotisations"):
        page.goto(path)
        page.evaluate(COMPLETE)
        keyboard_walk.walk(page.evaluate, partial(tabs, page), path)


@pytest.mark.parametrize("chosen", [("contrast", "more"), ("theme", "dark")], ids=lambda chosen: chosen[1])
def test_charts_and_marks_are_read_in_chosen_colours(enter: Enter, chosen: tuple[str, str]) -> None:
    for login, path in DRAWN:
        page = enter(login, path)
        page.evaluate(WEAR_WHOLE)
        page.evaluate(CHOOSE, chosen)
        assert page.evaluate(PALE) == [], path


def test_charts_and_marks_are_read_in_the_systems_own_colours(
    engine: Engine, wishing: Callable[[Wishes], Enter]
) -> None:
    if engine.name == "webkit":
        pytest.skip("WebKitGTK knows no forced colours")
    enter = wishing(Wishes(forced_colours=True))
    for login, path in DRAWN:
        page = enter(login, path)
        assert page.evaluate("() => matchMedia('(forced-colors: active)').matches")
        assert page.evaluate(PALE) == [], path


def test_nothing_moves_where_no_motion_is_wanted_not_even_what_is_drawn_beside_an_element(
    enter: Enter, wishing: Callable[[Wishes], Enter]
) -> None:
    moving = enter("aubry.claire", "/famille")
    moving.evaluate(WORKS)
    assert moving.evaluate(RING) == "1s"
    moving.evaluate(WEAR_WHOLE)
    moving.evaluate(CHOOSE, ("motion", "none"))
    assert moving.evaluate(MOVES) == []
    still = wishing(Wishes(still=True))("aubry.claire", "/famille")
    assert still.evaluate("() => matchMedia('(prefers-reduced-motion: reduce)').matches")
    still.evaluate(WORKS)
    assert still.evaluate(MOVES) == []

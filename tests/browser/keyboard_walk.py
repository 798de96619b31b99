"""A page gone through with Tab: everything that acts is met, and where one is can be seen (in a window that has the system's focus)."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import STOPS, Enter, Window
from tests.server import Server
from tests.web.http_client import Person, parsed

KINDS = "a[href], button, input, select, textarea, summary, [tabindex='0']"
# By the elements themselves: a mark on them would go as the panel is drawn again.
NUMBERED = f"() => (window.stops = {STOPS}).length"
LACKING = "met => window.stops.filter((_, n) => !met.includes(n)).map(e => [e.isConnected, e.outerHTML.slice(0, 120)])"
NOTED = """() => { window.met = []; window.focused = focused; addEventListener('keyup', () => window.met.push(focused()), true);
  function focused() { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  const drawn = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none';
  return {walk: window.stops.indexOf(e), seen: !document.hasFocus() || drawn,
    inside: (!document.hasFocus() && e.matches('.skip')) || r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight && r.width > 0,
    bare: bare(e, r), what: e.outerHTML.slice(0, 120)};
  // Nothing that sticks lies on it: the middle, or the end of its first or last line, is itself.
  function bare(e, r) {
    if (e.closest('.unseen, .skip')) return true;
    const lines = [...e.getClientRects()]
      .flatMap(b => [[b.left + b.width / 2, b.top + b.height / 2], [b.left + 4, b.top + 4], [b.right - 4, b.bottom - 4]]);
    const mine = found => found && (e.contains(found) || found.contains(e) || [...(e.labels ?? [])].some(l => l.contains(found)));
    return lines.some(([x, y]) => mine(document.elementFromPoint(x, y)));
  } } }"""
MET = "() => window.met.splice(0)"
# The last one again, once the page has not scrolled for some frames: not every engine has done it when the key is up.
STILL = """() => new Promise(done => { let last = scrollY, same = 0;
  const look = () => { same = scrollY === last ? same + 1 : 0; last = scrollY;
    if (same < 8) requestAnimationFrame(look); else { window.met.splice(-1, 1, window.focused()); done(true); } };
  look(); })"""


def through(enter: Enter, seats: Iterable[tuple[str, str, int]], height: int = 900) -> None:
    """Each (login, path, width) in turn, one browser for each person and width."""
    windows = dict[tuple[str, int], Window]()
    for login, path, width in seats:
        if (login, width) not in windows:
            windows[login, width] = enter(login, viewport={"width": width, "height": height})
        page = windows[login, width].open(path)
        walk(page.evaluate, partial(_tabs, page), path)
        page.close()
        windows[login, width].complaints.clear()  # an address that is nobody's is noted by the browser


def with_new_stops(portal: Server, screens: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each that shows a kind of stop, by its element and classes, that none before shows."""
    met = set[tuple[str, ...]]()
    with ExitStack() as seats:
        people = dict[str, Person]()
        for login, path in screens:
            if login not in people:
                people[login] = seats.enter_context(closing(Person(portal, login)))
            stops = parsed(people[login].get(path).text).select(KINDS)
            shown = {(each.name, str(each.get("type", "")), *(each.get("class") or [])) for each in stops}
            if not shown <= met:
                met |= shown
                yield login, path


def _tabs(page: Page, count: int) -> None:
    for _ in range(count):
        page.keyboard.press("Tab")


def walk(evaluate: Callable[..., Any], tabs: Callable[[int], None], path: str, *, again: bool = False) -> None:
    """`evaluate` runs a function in the page, `tabs` presses Tab so many times."""
    evaluate("() => document.activeElement.blur()")
    count, met, pressed = evaluate(NUMBERED), set[int](), 0
    evaluate(NOTED)
    while len(met) < count and pressed < 3 * count + 10:  # a date has three stops, a document its own
        lacking = count - len(met)
        tabs(lacking)
        pressed += lacking
        at: dict[str, Any]
        for at in evaluate(MET):
            if at["walk"] < 0:
                continue
            met.add(at["walk"])
            assert at["seen"], (path, at["what"])
            assert at["inside"], (path, at["what"])
            assert at["bare"], (path, at["what"])
    missing = evaluate(LACKING, sorted(met))
    assert count > 0, path
    if (
        missing and not again and not all(there for there, _ in missing)
    ):  # the page has other elements in their place by now
        return walk(evaluate, tabs, path, again=True)
    assert missing == [], path
    return None

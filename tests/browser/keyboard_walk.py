"""A page gone through with Tab: everything that acts is met, and where one is can be seen."""

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Page

from tests.browser.conftest import STOPS, Enter, Window

WALK = f"() => {STOPS}.map((e, n) => (e.dataset.walk = n, n)).length"
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return {walk: e.dataset.walk ?? null, seen: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none',
    inside: r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight && r.width > 0,
    bare: bare(e, r), what: e.outerHTML.slice(0, 120)};
  // Nothing that sticks lies on it: the middle, or the end of its first or last line, is itself.
  function bare(e, r) {
    if (e.closest('.unseen, .skip')) return true;
    const lines = [...e.getClientRects()]
      .flatMap(b => [[b.left + b.width / 2, b.top + b.height / 2], [b.left + 4, b.top + 4], [b.right - 4, b.bottom - 4]]);
    const mine = found => found && (e.contains(found) || found.contains(e) || [...(e.labels ?? [])].some(l => l.contains(found)));
    return lines.some(([x, y]) => mine(document.elementFromPoint(x, y)));
  } }"""


def through(enter: Enter, seats: Iterable[tuple[str, str, int]], height: int = 900) -> None:
    """Each (login, path, width) in turn, one browser for each person and width."""
    windows = dict[tuple[str, int], Window]()
    for login, path, width in seats:
        if (login, width) not in windows:
            windows[login, width] = enter(login, viewport={"width": width, "height": height})
        page = windows[login, width].open(path)
        _walk(page, path)
        page.close()
        windows[login, width].complaints.clear()  # an address that is nobody's is noted by the browser


def _walk(page: Page, path: str) -> None:
    page.evaluate("document.activeElement.blur()")
    count, met = page.evaluate(WALK), set[str]()
    for _ in range(3 * count + 10):  # a date has three stops, a document its own
        if len(met) == count:
            break
        page.keyboard.press("Tab")
        at: dict[str, Any] = page.evaluate(FOCUSED)
        if at["walk"] is None:
            continue
        met.add(at["walk"])
        assert at["seen"], (path, at["what"])
        assert at["inside"], (path, at["what"])
        assert at["bare"], (path, at["what"])
    missing = [
        page.locator(f"[data-walk='{n}']").first.evaluate("e => e.outerHTML.slice(0, 120)")
        for n in range(count)
        if str(n) not in met
    ]
    assert count > 0, path
    assert missing == [], path

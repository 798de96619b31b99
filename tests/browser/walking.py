"""A page gone through with Tab: everything that acts is met, and where one is can be seen."""

from typing import Any

from playwright.sync_api import Page

WALK = """() => [...(document.querySelector('dialog:modal') ?? document)
  .querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.closest('[inert]') && e.type !== 'hidden' && e.tabIndex >= 0)
  .filter(e => e.type !== 'radio' || e.checked || !document.querySelector(`input[name="${CSS.escape(e.name)}"]:checked`))
  .map((e, n) => (e.dataset.walk = n, n)).length"""
FOCUSED = """() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  return {walk: e.dataset.walk ?? null, seen: s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none',
    inside: r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight && r.width > 0, what: e.outerHTML.slice(0, 120)}; }"""


def walk(page: Page, path: str) -> None:
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
    missing = [
        page.locator(f"[data-walk='{n}']").first.evaluate("e => e.outerHTML.slice(0, 120)")
        for n in range(count)
        if str(n) not in met
    ]
    assert count > 0, path
    assert missing == [], path

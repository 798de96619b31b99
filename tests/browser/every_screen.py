"""Every registered screen, narrow and wide, in each mode: no fault of accessibility by two engines, nothing beside the page.

New screens are walked by being registered. One browser, a context for each person; the first paint is walked, which is
the screen itself (test_quality holds the two together), so no websocket is waited for.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, CDPSession, Page

from tests.browser import engines, keyboard_walk
from tests.browser.conftest import WEAR_WHOLE, Enter, Window
from tests.browser.screens import Screen, every_screen, in_states
from tests.server import ROOT, Server

AXE = str(AXE_SCRIPT)
SNIFFER = (ROOT / "tests/browser/vendor/HTMLCS.js").read_text(encoding="utf-8")
DARK, MORE, WIDE = {"theme": "dark"}, {"contrast": "more"}, {"letters": "most", "lines": "most", "font": "dyslexia"}
MODES: list[dict[str, str]] = [{}, MORE, DARK, {"size": "200"}]
COLOURS: list[tuple[dict[str, str], float]] = [(DARK, 4.5), (MORE, 7), ({**DARK, **MORE}, 7)]
SHAPES: list[tuple[int, dict[str, str]]] = [
    (1280, {}),
    (1280, {"size": "200"}),
    (1280, {**WIDE, "targets": "large"}),
    (1280, {"layout": "simple"}),
    (1024, {}),
    (768, {"size": "150"}),
    (390, {"size": "200"}),
    (390, {**WIDE, "targets": "large"}),
    (320, {}),
]
SET_PREFERENCES = """wanted => { const d = document.documentElement.dataset;
  for (const name of ['contrast', 'theme', 'size', 'letters', 'font', 'targets', 'layout', 'lines']) delete d[name];
  Object.assign(d, wanted); }"""
SIDEWAYS = """() => { const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return ['sideways', ...[...document.querySelectorAll('body *')].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > room + 1)
    .slice(-3).map(e => e.outerHTML.slice(0, 120))]; }"""
TABLES_TOO_WIDE = """() => [...document.querySelectorAll('table')].filter(e => e.checkVisibility()
  && e.getBoundingClientRect().width > e.parentElement.clientWidth + 1).map(e => 'over its place: ' + e.outerHTML.slice(0, 160))"""
SMALL = """least => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
  .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}) && !e.closest('.unseen, .skip'))
  .map(e => [e, (e.labels?.[0]?.contains(e) ? e.labels[0] : e).getBoundingClientRect()])
  .filter(([e, r]) => r.width > 1 && r.height < (e.matches(':is(p, li, dd, td, th, .prose) a, .term') ? 24 : least) - .5)
  .map(([e, r]) => 'small: ' + Math.round(r.height) + ' ' + e.outerHTML.slice(0, 110))"""
CUT = """() => [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && e.children.length === 0 && e.textContent.trim()
  && !e.closest('.unseen, .tabs, svg, select') && ['hidden', 'clip'].includes(getComputedStyle(e).overflowX)
  && (e.scrollWidth > e.clientWidth + 1)).map(e => 'cut: ' + e.outerHTML.slice(0, 100))"""
PALE = """least => {
  const light = c => c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
  const rgba = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const under = e => { for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c.slice(0, 3); }
    return [255, 255, 255]; };
  const found = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility({visibilityProperty: true})) continue;
    if (e.closest('script, .unseen, .skip, svg, [disabled], [aria-disabled=true], option')) continue;
    const [a, b] = [light(rgba(getComputedStyle(e).color).slice(0, 3)), light(under(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < least) found.add('pale: ' + ((a + .05) / (b + .05)).toFixed(2) + ' ' + e.outerHTML.slice(0, 100));
  }
  return [...found]; }"""
SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"
# What a mode or a width can spoil.
OF_LOOK = [
    "color-contrast",
    "target-size",
    "link-in-text-block",
    "scrollable-region-focusable",
    "meta-viewport",
    "css-orientation-lock",
]
RUN_AXE = """rules => axe.run(document, {resultTypes: ['violations'], elementRef: false, ...(rules && {runOnly: rules})}).then(r =>
  r.violations.flatMap(one => one.nodes.map(node => one.id + ': ' + node.html.slice(0, 150))))"""
# Kinds of elements with the ARIA that they have, and those that must stand in certain others with these: what axe’s rules look at.
MADE_OF = """() => [...new Set([...document.querySelectorAll('*')].map(e => [e.localName, e.type ?? '', e.getAttribute('role') ?? '',
  e.matches('li, dt, dd, tr, td, th, legend, caption, summary, figcaption, option') ? e.parentElement.localName : '',
  ...e.getAttributeNames().filter(name => name.startsWith('aria-')).sort()].join(' ')))]"""
# Its errors only, WCAG 2 AA; it knows a message's key where it lacks the words.
RUN_SNIFFER = """() => new Promise(done => { const words = HTMLCS.getTranslation.bind(HTMLCS); HTMLCS.getTranslation = key => words(key) || key;
  HTMLCS.process('WCAG2AA', document, () => done(HTMLCS.getMessages().filter(m => m.type === 1 && !m.element.hidden)
    .map(m => m.code.replace(/.*Guideline/, '') + ' ' + (m.element.outerHTML || '').slice(0, 120)))); })"""
# What HTML_CodeSniffer cannot know: our script sends forms; a total's row is no second level of headers.
NOT_FAULTS = re.compile(r"H32\.2|H43\.HeadersRequired")


def pages(chromium: Browser, portal: Server, step: int = 1) -> Iterator[tuple[Screen, Page, CDPSession]]:
    """Each screen in turn, or one of `step`, opened as the person who may."""
    seats: dict[str, tuple[Window, Page, CDPSession]] = {}
    for screen in [*every_screen(portal), *in_states(portal)][::step]:
        if screen.login not in seats:
            window = Window(chromium, portal, screen.login, bypass_csp=True)
            page = window.context.new_page()
            session = window.context.new_cdp_session(page)
            session.send("Network.enable")
            # A route of Playwright's would have everything else fetched anew for each screen.
            session.send("Network.setBlockedURLs", {"urls": ["*/portal.js"]})
            seats[screen.login] = (window, page, session)
        _, page, session = seats[screen.login]
        widen(session, 1280)
        page.goto(screen.path, wait_until="load")
        page.evaluate(WEAR_WHOLE)
        yield screen, page, session
    for window, _, _ in seats.values():
        window.context.close()


def widen(session: CDPSession, width: int) -> None:
    session.send(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )


def axe(page: Page, rules: list[str] | None = None) -> list[str]:
    """What it finds at fault in the page as it is, by all its rules or by those."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN_AXE, rules)
    return found


def is_new(met: set[str], shown: list[str]) -> bool:
    """Whether a part of it was not met yet; it is now."""
    new = not met.issuperset(shown)
    met.update(shown)
    return new


def faults(page: Page, session: CDPSession) -> Iterator[tuple[str, list[str]]]:
    """(where, what is wrong) of one screen."""
    page.evaluate(SNIFFER)
    for width in (1280, 390):
        widen(session, width)
        for current_preferences in MODES:
            page.evaluate(SET_PREFERENCES, current_preferences)
            yield f"axe, {width} {current_preferences}", axe(page)
            sniffed = page.evaluate(RUN_SNIFFER)
            yield (
                f"HTML_CodeSniffer, {width} {current_preferences}",
                [each for each in sniffed if not NOT_FAULTS.search(each)],
            )
    widen(session, 1280)
    for current_preferences, least in COLOURS:
        page.evaluate(SET_PREFERENCES, current_preferences)
        yield str(current_preferences), page.evaluate(PALE, least)
    for width, current_preferences in SHAPES:
        widen(session, width)
        page.evaluate(SET_PREFERENCES, current_preferences)
        yield f"{width} {current_preferences}", page.evaluate(SIDEWAYS)
    page.evaluate(SET_PREFERENCES, {})
    widen(session, 390)
    yield "390", page.evaluate(SMALL, 44)
    page.add_style_tag(content=SPACING)
    for width in (390, 1280):
        widen(session, width)
        yield f"{width}, spaced", page.evaluate(SIDEWAYS) + page.evaluate(CUT)


def test_every_screen_in_every_mode_is_without_fault_and_within_its_page(chromium: Browser, portal: Server) -> None:
    found, walked = list[str](), 0
    for screen, page, session in pages(chromium, portal):
        walked += 1
        found += [
            f"{screen.login} {screen.path} ({where}): {each}"
            for where, shown in faults(page, session)
            for each in shown
        ]
    assert walked > 40
    assert not found, f"{len(found)} faults\n" + "\n".join(found)


def test_every_screen_is_gone_through_by_keyboard(enter: Enter, portal: Server) -> None:
    walked = (*every_screen(portal), *in_states(portal))
    keyboard_walk.through(enter, ((screen.login, screen.path, 1280) for screen in walked))


def test_every_screen_by_three_more_engines(chromium: Browser, portal: Server, tmp_path: Path) -> None:
    found, seen = list[str](), list[Screen]()
    with engines.alfa() as alfa:
        for screen, page, session in pages(chromium, portal):
            seen.append(screen)
            served = page.context.request.get(screen.path)
            (tmp_path / f"{len(seen):03}.html").write_bytes(served.body())
            for width in (1280, 390):
                widen(session, width)
                for engine, faults_found in (("IBM", engines.ibm(page)), ("Alfa", alfa.faults(page))):
                    found += [f"{screen.login} {screen.path} ({engine}, {width}): {each}" for each in faults_found]
    for each in engines.nu(tmp_path):
        at, _, said = each.partition(": ")
        screen = seen[int(at) - 1]
        found.append(f"{screen.login} {screen.path} (Nu): {said}")
    assert len(seen) > 40
    assert not found, f"{len(found)} faults\n" + "\n".join(found)

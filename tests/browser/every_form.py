"""Every form and button that acts, of families and of the office, on a slow line: first frozen, then 80 ms late. Minutes: `make audit`."""

from playwright.sync_api import Browser, Page, expect

from tests.browser import slow_acts
from tests.browser.conftest import Window
from tests.browser.engines import SETTLED
from tests.browser.screens import Screen, every_screen
from tests.browser.slow_acts import Line
from tests.server import Server

SIGNED_IN = "signed-in.db"


def pages(chromium: Browser, portal: Server, screen: Screen, *, clock: bool) -> tuple[Window, Page, Line]:
    window = Window(chromium, portal, screen.login)
    page = window.context.new_page()
    if clock:
        page.clock.install()
    return window, page, Line(page)


def test_every_act_is_sent_once_and_says_so_while_the_line_is_frozen(chromium: Browser, portal: Server) -> None:
    walked, seats = 0, dict[str, tuple[Window, Page, Line]]()
    for screen in every_screen(portal):
        if screen.login not in seats:
            seats[screen.login] = pages(chromium, portal, screen, clock=True)
        _, page, line = seats[screen.login]
        walked += sum(1 for _ in slow_acts.frozen(page, line, screen.path))
    for window, *_ in seats.values():
        window.context.close()
    print(f"{walked} acts")
    assert walked > 100


def test_every_act_of_a_family_is_answered_80_ms_later(chromium: Browser, portal: Server) -> None:
    """Each on the demonstration as it was: pressed twice in a row, it reaches the server once, and the page comes to rest."""
    walked = 0
    for screen in every_screen(portal):
        if "/gestion" in screen.path or not screen.login:
            continue
        window, page, line = pages(chromium, portal, screen, clock=False)
        portal.keep(SIGNED_IN)
        for each in slow_acts.opened(page, line, screen.path):
            if each.plain:
                continue
            portal.reset(SIGNED_IN)
            page.close()
            page = window.context.new_page()  # without what was typed in the one before
            line = Line(page)
            at = slow_acts.opened(page, line, screen.path).index(each)
            line.hold()
            slow_acts.press(page, at, f"{screen.path}: {each.name}")
            slow_acts.arrived(page, line)
            for _ in range(3):  # two frames each: about 80 ms
                page.evaluate(SETTLED)
            assert len(line.acts) == 1, (screen.path, line.acts)
            line.let_go()
            expect(page.locator("[aria-busy=true], [data-line]"), f"{screen.path}: {each.name}").to_have_count(0)
            walked += 1
        window.context.close()
    print(f"{walked} acts")
    assert walked > 30

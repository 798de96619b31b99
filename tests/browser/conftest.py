"""One Chromium for all; a context, with its cookies and its size, for each person. Nothing may be said in the console."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from components.assets.serving import FONT, HAS_FONT, url
from tests.install import chromium as chromium_path
from tests.server import PASSWORD, Server, launch, portal, running  # noqa: F401
from tests.web.http_client import Person

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 120_000  # milliseconds; they only bound a failure, for other programs may have the machine
LIVE = "html[data-screen=live]"

# A page without modes has a light stylesheet; tests that set modes themselves give it the whole one first.
WEAR_WHOLE = """async () => { const script = document.querySelector('script[src*="/theme/"]').src;
  await (await import(new URL('./stylesheet.js', script))).applyWhole(); }"""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


# Its person had gone on by then.
LEFT_BEFORE = "WebSocket is closed before the connection is established"


class Window:
    """A person's browser, that has been here before and so has our font: signed in already when a login is given."""

    def __init__(
        self,
        browser: Browser,
        portal: Server,  # noqa: F811
        login: str = "",
        site: str = "valmont",
        **options: Any,
    ) -> None:
        self.portal, self.complaints = portal, list[str]()
        self.context: BrowserContext = browser.new_context(
            base_url=portal.url, **{"locale": "fr-FR", "viewport": {"width": 1280, "height": 900}, **options}
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on(
            "console",
            lambda message: (
                self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")
                if message.type in {"error", "warning"} and LEFT_BEFORE not in message.text
                else None
            ),
        )
        self.context.on("weberror", lambda fault: self.complaints.append(str(fault.error)))
        self.context.add_cookies([{"name": HAS_FONT, "value": url(FONT), "url": portal.url}])
        if login:
            person = Person(portal, login, site)
            self.context.add_cookies(
                [{"name": name, "value": value, "url": portal.url} for name, value in person.cookies.items()]
            )
            person.close()

    def open(self, path: str) -> Page:
        """The screen, once its websocket is there; a plain page, once it is loaded."""
        page = self.context.new_page()
        page.goto(path)
        if page.locator("#boot").count():
            page.wait_for_selector(LIVE, state="attached")
        return page


def signs_in_next(page: Page, portal: Server, login: str, path: str) -> None:  # noqa: F811
    """The session is over, and somebody signs in in the same tab."""
    portal.change("UPDATE sign_in SET ended_at = datetime(now()) WHERE ended_at IS NULL")
    page.goto(path)
    page.get_by_role("textbox", name="Identifiant").fill(login)
    page.get_by_role("textbox", name="Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_selector(LIVE)


# Where Tab stops, in order; of a group of choices one is a stop, the chosen one or the first: arrows go on from there.
STOPS = """[...(document.querySelector('dialog:modal') ?? document)
  .querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled && !e.closest('[inert]') && e.type !== 'hidden' && e.tabIndex >= 0)
  .filter(e => e.type !== 'radio' || e === (document.querySelector(`input[name="${CSS.escape(e.name)}"]:checked`)
    ?? document.querySelector(`input[name="${CSS.escape(e.name)}"]`)))"""
AHEAD = f"wanted => {{ const stops = {STOPS}; return stops.indexOf(wanted) - stops.indexOf(document.activeElement); }}"


def reach(page: Page, wanted: Locator, key: str = "") -> None:
    """Tab until it has the focus, as far as the page goes; then press the key."""
    for _ in range(wanted.evaluate(AHEAD) - 2):  # a date has more stops than one: nobody looks before it is near
        page.keyboard.press("Tab")
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("e => e === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    if key:
        page.keyboard.press(key)


def until(page: Page, condition: str) -> None:
    """The page's function holds, looked at in each of its frames. Playwright's own `wait_for_function` makes code of a text in the
    page, which our policy forbids from the second look on."""
    held = f"""() => new Promise((hold, fail) => {{ const holds = {condition}; let left = 600;
      const look = () => (holds() ? hold(true) : left-- ? requestAnimationFrame(look) : fail(new Error("it never held"))); look(); }})"""
    page.evaluate(held)


Enter = Callable[..., Window]


@pytest.fixture
def enter(chromium: Browser, portal: Server, launch: object) -> Iterator[Enter]:  # noqa: F811
    """Open a browser as somebody; afterwards no console has complained (a test that expects it empties `complaints`).

    `launch` is asked for so that windows close before their server does: none misses it.
    """
    windows: list[Window] = []

    def begin(login: str = "", site: str = "valmont", **options: Any) -> Window:
        windows.append(Window(chromium, options.pop("to", portal), login, site, **options))
        return windows[-1]

    yield begin
    for window in windows:
        window.context.close()
    complaints = [each for window in windows for each in window.complaints]
    assert not complaints

"""Everything that acts on a page is pressed twice while its line is frozen: sent once, told at once, and slow after three seconds; what was
typed stays."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.conftest import LIVE
from tests.server import wait_for

SLOW = "La connexion est lente : votre envoi est en cours…"
ACT = re.compile(r'\\"do\\":\\"([\w-]+)\\".*?\\"serial\\":(\d+)')
# A text is typed into each form first. Files, « Affichage » and what only opens something here need no line.
FIND = """() => { const found = [];
  for (const each of document.querySelectorAll('main [data-do], main [data-change], main [data-search], main form[method=post]')) {
    const form = each.matches('form') ? each : each.closest('form'), plain = each.matches('form[method=post]');
    const control = each.matches('form') ? each.querySelector('button:not([type=button]):not([data-do])') : each;
    const rests = !control || control.disabled || control.readOnly || control.ariaDisabled === 'true' || control.hidden;
    if (rests || form?.querySelector('input[type=file]:not([data-sends])') || form?.matches('[data-preferences]')) continue;
    const {do: act, change, search} = each.dataset, name = plain ? new URL(each.action).pathname : act ?? change ?? search;
    if (found.some(one => one.name === name)) continue;
    control.dataset.walked = found.length;
    found.push({name, plain});
  }
  return found; }"""
PRESS = """at => { const control = document.querySelector(`[data-walked="${at}"]`), form = control.form ?? control.closest('form');
  const own = control.matches('input:not([type=checkbox], [type=radio]), textarea, select') ? control : null;
  const field = own ?? (form && [...form.elements].find(e => e.matches('textarea, input[type=text], input[type=tel]') && !e.readOnly));
  if (field && !field.matches('select')) {
    field.value += ' x';
    field.dispatchEvent(new Event('input', {bubbles: true}));
    field.dataset.typed = field.value;
  }
  if (own) own.dispatchEvent(new Event('change', {bubbles: true}));
  else { control.click(); if (!control.matches('input')) control.click(); } }"""
SAYS = "at => document.querySelector(`[data-walked='${at}']`).dataset.line"
LOST = "[...document.querySelectorAll('[data-typed]')].filter(e => e.value !== e.dataset.typed).map(e => e.outerHTML)"


class Line:
    """The page's websocket: `hold` keeps what the page sends, `let_go` sends it on, `lose` drops it."""

    def __init__(self, page: Page) -> None:
        self.held: list[str | bytes] = []
        self.holds = False
        page.route_web_socket("**/_nicegui_ws/**", self._between)

    def _between(self, socket: WebSocketRoute) -> None:
        self.server = socket.connect_to_server()
        socket.on_message(self._sent)

    def _sent(self, message: str | bytes) -> None:
        if self.holds and '"event"' in str(message):
            self.held.append(message)
        else:
            self.server.send(message)

    def hold(self) -> None:
        self.holds = True

    def lose(self) -> None:
        self.held.clear()
        self.holds = False

    def let_go(self) -> None:
        self.holds = False
        for message in self.held:
            self.server.send(message)
        self.held.clear()

    @property
    def acts(self) -> list[str]:
        """What was asked, each act once however often it was sent."""
        return list({serial: name for name, serial in ACT.findall("\n".join(map(str, self.held)))}.values())


def arrived(page: Page, line: Line, count: int = 1) -> None:
    """So many messages of the page are held; the page goes on meanwhile."""

    def there() -> bool:
        page.evaluate("1")
        return len(line.held) >= count

    wait_for(there, "what the page sends")


@dataclass(frozen=True)
class Pressed:
    name: str  # the act, or the address of a plain form
    plain: bool


def opened(page: Page, line: Line, path: str) -> list[Pressed]:
    line.lose()
    page.goto(path)
    if page.locator("#boot").count():
        page.wait_for_selector(LIVE, state="attached")
    return [Pressed(**each) for each in page.evaluate(FIND)]


def frozen(page: Page, line: Line, path: str) -> Iterator[Pressed]:
    """All that acts there, one after the other on one page; the clock of the page is the test's. Nothing of it arrives."""
    posted = list[str]()

    def keep(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request.url)
            route.fulfill(status=204)  # the page stays
        else:
            route.continue_()

    found = opened(page, line, path)
    line.hold()
    acts, forms = ([at for at, each in enumerate(found) if each.plain is plain] for plain in (False, True))
    for at in acts:
        press(page, at, f"{path}: {found[at].name}")
        yield found[at]
    if acts:
        arrived(page, line)
        page.clock.run_for(3_100)
        expect(page.locator("#line"), path).to_have_text(SLOW)
        assert len(line.acts) == 1, (path, line.acts)  # the others wait for its answer
    assert page.evaluate(LOST) == [], path
    page.route("**/*", keep)
    for at in forms:
        posted.clear()
        press(page, at, f"{path}: {found[at].name}")
        wait_for(lambda: page.evaluate("1") and posted, "the form")
        assert len(posted) == 1, (path, posted)
        yield found[at]
    page.unroute("**/*", keep)


def press(page: Page, at: int, what: str) -> None:
    page.evaluate(PRESS, at)
    wait_for(lambda: page.evaluate(SAYS, at), f"{what} that says that it works")

"""A page as a person meets it: looked at until it says what is awaited, pressed where the pointer would hit, typed into by keys."""

import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from tests.engines.driver import Driver, Lost
from tests.engines.where import Where, of, words
from tests.server import PATIENCE, Server, wait_for

KEYS = {
    "Enter": "\ue007", "Tab": "\ue004", "Escape": "\ue00c", "Control": "\ue009", "Shift": "\ue008", "Home": "\ue011", "End": "\ue010",
    "ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Backspace": "\ue003", "Space": " ",
}  # fmt: skip
STEADY = 4  # looks that find it in one place: a page that scrolls to its part by itself may begin late
LIVE = """() => document.readyState === 'complete'
  && (!document.querySelector('#boot') || document.documentElement.dataset.screen === 'live')"""
# Where the pointer would press: the middle, once nothing lies on it; null until then.
SPOT = of("""const [e] = pick(where); if (!e || e.disabled || document.readyState !== 'complete') return null;
  const spot = () => {
    const b = [...e.getClientRects()].find(each => each.width && each.height); if (!b) return null;
    const x = Math.round(b.left + b.width / 2), y = Math.round(b.top + b.height / 2), hit = document.elementFromPoint(x, y);
    return hit && (e.contains(hit) || [...(e.labels ?? [])].some(l => l.contains(hit))) ? [x, y] : null;
  };
  if (!spot()) e.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
  return spot();""")
SEEN = of("return document.readyState === 'complete' && pick(where).length > 0")
COUNT = of("return find(where).length")
VALUE = of("return pick(where)[0]?.value")
TEXT = of("const [e] = pick(where); return e && folded(e.innerText ?? e.textContent)")
TEXTS = of("return find(where).map(e => folded(e.innerText ?? e.textContent))")
ATTRIBUTE = of("return pick(where)[0]?.getAttribute(values[0])")
CHECKED = of("return pick(where)[0]?.checked")
FOCUSED = of("return pick(where)[0] === document.activeElement")
FOCUS = of("const [e] = pick(where); e?.focus(); return e && e === document.activeElement")
CHOOSE = of("""const [e] = pick(where), option = [...(e?.options ?? [])].find(o => folded(o.textContent) === folded(values[0]));
  if (!option || e.disabled) return false;
  e.focus(); e.value = option.value;
  e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}));
  return true;""")
FETCHED = of("""const [e] = pick(where);
  return fetch(e.href).then(async answer => [answer.status, answer.headers.get('content-type').split(';')[0],
    String.fromCharCode(...new Uint8Array(await answer.arrayBuffer()).slice(0, 2))]);""")
SHOWN = """() => `${location.href} « ${document.title} » focus: ${document.activeElement?.outerHTML.slice(0, 120)}\n`
  + document.body.innerText.slice(0, 1500)"""


def folded(text: str) -> str:
    return " ".join(text.split())


class Page:
    def __init__(self, driver: Driver, portal: Server, url: str = "") -> None:
        self.driver, self.portal, self.url = driver, portal, url or portal.url
        self.expects_complaints = False

    # Looked at

    def until(self, found: Callable[[], Any], what: str) -> Any:
        def asked() -> Any:
            try:
                return found()
            except Lost:
                return None

        try:
            return wait_for(asked, what, PATIENCE)
        except pytest.fail.Exception:
            try:
                shown = self.driver.evaluate(SHOWN)
            except (Lost, AssertionError) as fault:
                shown = str(fault)
            pytest.fail(f"waited for {what}, but: {shown}", pytrace=True)

    def evaluate(self, function: str, *values: Any) -> Any:
        """Once the page has an answer at all."""
        answers: list[Any] = []
        self.until(lambda: answers.append(self.driver.evaluate(function, *values)) or answers, function)
        return answers[0]

    def ask(self, question: str, where: Where, *values: Any) -> Any:
        return self.driver.evaluate(question, asdict(where), *values)

    def see(self, where: Where | str) -> None:
        there = words(where) if isinstance(where, str) else where
        self.until(lambda: self.ask(SEEN, there), str(there))

    def gone(self, where: Where | str) -> None:
        there = words(where) if isinstance(where, str) else where
        self.until(lambda: self.ask(COUNT, there) == 0, f"{there} to go")

    def count(self, where: Where, expected: int) -> None:
        self.until(lambda: self.ask(COUNT, where) == expected, f"{expected} of {where}")

    def holds(self, where: Where, value: str) -> None:
        self.until(lambda: folded(self.ask(VALUE, where) or "") == folded(value), f"{where} with {value!r}")

    def says(self, where: Where, text: str) -> None:
        self.until(lambda: folded(text) in (self.ask(TEXT, where) or ""), f"{where} that says {text!r}")

    def ask_now(self, where: Where) -> bool:
        """Whether it is there already; nothing is waited for."""
        return bool(self.ask(SEEN, where))

    def ask_value(self, where: Where) -> str:
        return str(self.ask(VALUE, where) or "")

    def download(self, where: Where) -> list[Any]:
        """What a link answers: its status, its type, its first two signs."""
        self.see(where)
        return list(self.evaluate(FETCHED, asdict(where)))

    def texts(self, where: Where) -> list[str]:
        """Of all of them, once there is one."""
        found: list[str] = self.until(lambda: self.ask(TEXTS, where), str(where))
        return found

    def attribute(self, where: Where, name: str, value: str | None) -> None:
        self.until(
            lambda: self.ask(SEEN, where) and self.ask(ATTRIBUTE, where, name) == value, f"{where} with {name}={value}"
        )

    def ticked(self, where: Where, expected: bool = True) -> None:
        self.until(lambda: self.ask(CHECKED, where) is expected, f"{where} ticked: {expected}")

    def focused(self, where: Where) -> None:
        self.until(lambda: self.ask(FOCUSED, where), f"{where} with the focus")

    def at(self, address: str) -> None:
        """On a screen whose address fits, once its websocket is there; a plain page, once it is loaded."""

        def there() -> bool:
            url = str(self.driver.evaluate("() => location.href")).removeprefix(self.url)
            return bool(re.search(address, url)) and bool(self.driver.evaluate(LIVE))

        self.until(there, f"the address {address}")

    # Done

    def goto(self, path: str) -> None:
        self.driver.goto(self.url + path)
        self.live()

    def live(self) -> None:
        self.until(lambda: self.driver.evaluate(LIVE), "the page")

    def reload(self) -> None:
        self.driver.reload()
        self.live()

    def back(self) -> None:
        self.driver.back()

    def press(self, *combinations: str) -> None:
        """« Enter », « Control+a », one after the other."""
        for combination in combinations:
            keys = [KEYS.get(key, key) for key in re.split(r"\+(?=.)", combination)]
            down, up = ([{"type": way, "value": key} for key in keys] for way in ("keyDown", "keyUp"))
            self.driver.perform([{"type": "key", "id": "keys", "actions": [*down, *reversed(up)]}])

    def type(self, text: str) -> None:
        strokes = [{"type": way, "value": key} for key in text for way in ("keyDown", "keyUp")]
        self.driver.perform([{"type": "key", "id": "keys", "actions": strokes}])

    def click(self, where: Where, *, times: int = 1) -> None:
        """With the pointer, where it stands still and nothing lies on it."""
        seen: list[Any] = []

        def still() -> Any:
            seen.append(self.ask(SPOT, where))
            return seen[-1] if seen[-STEADY:] == [seen[-1]] * STEADY else None

        x, y = self.until(still, f"{where}, free to be pressed")
        pressed = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}] * times
        move = {"type": "pointerMove", "x": x, "y": y, "duration": 0}
        self.driver.perform([{"type": "pointer", "id": "mouse", "actions": [move, *pressed]}])

    def focus(self, where: Where) -> None:
        self.until(lambda: self.ask(FOCUS, where), f"{where} to take the focus")

    def fill(self, where: Where, text: str) -> None:
        """In place of what stands there."""
        self.click(where)
        self.focused(where)
        self.press("Control+a", "Backspace")
        if text:
            self.type(text)
        self.holds(where, text)

    def tick(self, where: Where, expected: bool = True) -> None:
        if self.until(lambda: [self.ask(CHECKED, where)] if self.ask(SEEN, where) else None, str(where)) != [expected]:
            self.click(where)
        self.ticked(where, expected)

    def choose(self, where: Where, label: str) -> None:
        """Of a list that the system draws: no driver opens it."""
        self.until(lambda: self.ask(CHOOSE, where, label), f"{label!r} in {where}")

    def give(self, where: Where, *paths: Path) -> None:
        find = of("return pick(where)[0]")
        self.until(lambda: self.driver.give(find, asdict(where), [str(path) for path in paths]) or True, str(where))

    def reach(self, where: Where, key: str = "") -> None:
        """By Tab alone; then that key."""
        for _ in range(150):
            self.press("Tab")
            if self.ask(FOCUSED, where):
                break
        self.focused(where)
        if key:
            self.press(key)

    def resize(self, width: int, height: int) -> None:
        self.driver.resize(width, height)
        self.until(lambda: self.driver.evaluate("() => innerWidth") == width, f"{width} pixels")

    def picture(self, path: Path) -> None:
        self.driver.picture(path)

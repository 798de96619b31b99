"""The only way text becomes markup: everything is escaped unless it is markup already."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

from data.core.i18n import Language, pair, tight

VOID = {"input", "br", "hr", "img", "link", "meta"}
DRAWN = {"path", "ellipse", "rect", "circle"}  # in a drawing, what holds nothing must close itself
AS_TYPED = {
    "textarea",
    "option",
    "script",
    "style",
    "title",
    "text",
}  # what a person typed, what no eye reads, what a drawing places, stays as it is
SHORT = 200  # characters
LONG_WORD = re.compile(r"\S{37,}")  # wider than a phone; a longer address or name may be cut, seldom a word
PART = 8  # letters of it that stay together
Element = Callable[..., Markup]
Content = Any  # text, Markup, None or False (nothing), or an iterable of these


def tag(name: str, /, *content: Content, **attributes: object) -> Markup:
    """An element whose name is known at run time only; the others are in html.py."""
    return element(name)(*content, **attributes)


@lru_cache(maxsize=128)
def element(name: str) -> Element:
    """What writes <name attributes>content</name>. `class_` is class, `aria_label` aria-label; True is bare, None and False are left out."""
    begin, end, typeset = f"<{name}", f"</{name}>", name not in AS_TYPED

    def empty(**attributes: object) -> Markup:
        return Markup(f"{begin}{_attributes(attributes)}{'/' if name in DRAWN else ''}>")  # noqa: S704

    def full(*content: Content, **attributes: object) -> Markup:
        parts = [f"{begin}{_attributes(attributes)}>"]
        _write(content, parts, typeset=typeset)
        parts.append(end)
        return Markup("".join(parts))  # noqa: S704

    return empty if name in VOID or name in DRAWN else full


def _attributes(given: dict[str, object]) -> str:
    if not given:
        return ""
    return "".join([_attribute(key, value) for key, value in given.items() if value is not None and value is not False])


def button(*label: Content, do: str, of: object = "", **attributes: object) -> Markup:
    """A button that does a panel's action. Its id lets the browser know it again after a redrawing."""
    given = {"type": "button", "id": f"{do}-{of}" if of != "" else do, "data_do": do, "data_of": of, **attributes}
    return tag("button", *label, **given)


def ending(language: Language, *content: Content) -> Markup:
    """The end of a link or button that screen readers alone get: what it is about, where several are worded alike."""
    return tag("span", pair("", "", language), *content, class_="unseen")


def acting_form(*content: Content, do: str, of: object, **attributes: object) -> Markup:
    """A form that does a panel's action. `method=dialog`: sent before the script is there, it goes nowhere."""
    return tag("form", *content, method="dialog", data_do=do, data_of=of, novalidate=True, **attributes)


@lru_cache(maxsize=512)
def _called(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _attribute(key: str, value: object) -> str:
    if value.__class__ is str:
        return _text_attribute(key, value)
    return f" {_called(key)}" if value is True else f' {_called(key)}="{escape(value)}"'


@lru_cache(maxsize=8192)  # classes, ids and names of a screen come again and again
def _text_attribute(key: str, value: str) -> str:
    return f' {_called(key)}="{escape(value)}"'


def join(content: Iterable[Content], between: str = "") -> Markup:
    """One part of markup of several; what is text among them is set as in an element."""
    items = list[str]()
    _write(content, items, typeset=True)
    return Markup(escape(between).join(items))  # noqa: S704


def _write(content: Iterable[Content], into: list[str], *, typeset: bool) -> None:
    """Each piece escaped, in the order of reading. A screen has thousands: this is the portal's hottest loop."""
    for item in content:
        if isinstance(item, Markup):
            into.append(item)
        elif isinstance(item, str):
            into.append(escape(item) if not typeset else _typeset(item) if len(item) < SHORT else _cut(tight(item)))
        elif item is None or item is False:
            continue
        elif isinstance(item, Iterable):
            _write(item, into, typeset=typeset)
        else:
            into.append(escape(str(item)))


@lru_cache(maxsize=4096)  # labels and words of a screen come again and again
def _typeset(text: str) -> Markup:
    return _cut(tight(text))


def _cut(text: str) -> Markup:
    """Escaped; a word of eighty letters may go on on the next line, so that no table, card or heading is wider than its page."""
    if len(text) < 37 or not LONG_WORD.search(text):
        return escape(text)
    parts, at = [], 0
    for found in LONG_WORD.finditer(text):
        word = found.group()
        parts.append(escape(text[at : found.start()]))
        parts.append(Markup("<wbr>").join(word[n : n + PART] for n in range(0, len(word), PART)))
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def classes(*names: object) -> str | None:
    """The names that are there, as a class attribute."""
    return " ".join(name for name in names if isinstance(name, str) and name) or None

"""The only way text becomes markup: everything is escaped unless it is markup already."""

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from data.i18n import tight

VOID = {"input", "br", "hr", "img", "link", "meta"}
DRAWN = {"path", "ellipse", "rect", "circle"}  # in a drawing, what holds nothing must close itself
AS_TYPED = {
    "textarea",
    "option",
    "script",
    "style",
    "title",
}  # what a person typed, or what no eye reads, stays as it is
Content = Any  # text, Markup, None or False (nothing), or an iterable of these


def tag(name: str, /, *content: Content, **attributes: object) -> Markup:
    """<name attributes>content</name>. `class_` is class, `aria_label` aria-label; True is bare, None and False are left out."""
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")  # noqa: S704
    if name in DRAWN:
        return Markup(f"<{name}{written}/>")  # noqa: S704
    inner = join(content) if name in AS_TYPED else join(_typeset(_flat(content)))
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704


def button(*label: Content, do: str, of: object = "", **attributes: object) -> Markup:
    """A button that does a panel's action. Its id lets the browser know it again after a redrawing."""
    given = {"type": "button", "id": f"{do}-{of}" if of != "" else do, "data_do": do, "data_of": of, **attributes}
    return tag("button", *label, **given)


def acting_form(*content: Content, do: str, of: object, **attributes: object) -> Markup:
    """A form that does a panel's action. `method=dialog`: sent before the script is there, it goes nowhere."""
    return tag("form", *content, method="dialog", data_do=do, data_of=of, novalidate=True, **attributes)


def _attribute(key: str, value: object) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(value)}"'


def join(content: Iterable[Content], between: str = "") -> Markup:
    """One piece of markup of several."""
    return Markup(between).join(_flat(content))  # noqa: S704


def _typeset(pieces: Iterable[Any]) -> Iterable[Any]:
    for piece in pieces:
        yield piece if isinstance(piece, Markup) else tight(piece)


def _flat(content: Iterable[Content]) -> Iterable[Any]:
    for piece in content:
        if piece is None or piece is False:
            continue
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Iterable):
            yield from _flat(piece)
        else:
            yield str(piece)


def classes(*names: object) -> str | None:
    """The names that are there, as a class attribute."""
    return " ".join(name for name in names if isinstance(name, str) and name) or None

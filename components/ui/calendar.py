"""What a calendar is drawn of: a child's mark (a colour and a shape beside the name, never alone), its bar of steps."""

from functools import lru_cache

from markupsafe import Markup

from components.ui import html

_SHAPES = (
    "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14Z",
    "M3.5 3.5h13v13h-13Z",
    "M10 2.5 18 17H2Z",
    "M10 1.5 18.5 10 10 18.5 1.5 10Z",
    "M7 2.5h6V7h4.5v6H13v4.5H7V13H2.5V7H7Z",
    "M6 2.5h8l4.5 7.5-4.5 7.5H6L1.5 10Z",
)


@lru_cache(maxsize=16)
def mark(nth: int) -> Markup:
    """The shape of the nth child, from 0; hidden from screen readers, since the name stands beside it."""
    drawn = html.path(d=_SHAPES[nth % len(_SHAPES)])
    return html.svg(
        drawn,
        class_=f"child {child(nth)}",
        viewBox="0 0 20 20",
        width=14,
        height=14,
        aria_hidden="true",
        focusable="false",
    )


def child(nth: int) -> str:
    """The class that gives the nth child's colour."""
    return f"child-{nth % len(_SHAPES) + 1}"

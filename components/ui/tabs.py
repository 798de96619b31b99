"""The parts of a screen, as links in a row."""

from collections.abc import Iterable

from markupsafe import Markup

from components.ui import html


def tabs(name: str, links: Iterable[tuple[str, str, bool]]) -> Markup:
    """Each is its words, its address, and whether it is the one shown. `name` is for screen readers."""
    parts = [html.a(text, href=href, aria_current="page" if shown else None) for text, href, shown in links]
    return html.nav(parts, class_="tabs", aria_label=name)

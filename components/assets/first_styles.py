"""What a page holds itself of its light stylesheet: the rules that its own markup meets, so that nothing is waited for before the
first paint. The sheet itself comes once it is painted (stylesheet.js), before anything in the page changes."""

import re
from functools import lru_cache

from components.assets.serving import files
from components.assets.sheets import Sheet
from components.assets.stylesheet import names_in, narrowed

MARKED = re.compile(r'<(\w+)| (?:class|id)="([^"]*)"')


def needed(sheet: Sheet, markup: str) -> str:
    """The text of its style element."""
    found = {name for tag, names in MARKED.findall(markup) for name in (tag, *names.split())}
    return _needed(sheet, _named(sheet) & found)


@lru_cache(maxsize=8)
def _named(sheet: Sheet) -> frozenset[str]:
    return names_in(files()[sheet].decode())


@lru_cache(maxsize=400)
def _needed(sheet: Sheet, names: frozenset[str]) -> str:
    """Some milliseconds the first time; pages of a kind mostly have the same names."""
    return narrowed(files()[sheet].decode(), names)


@lru_cache(maxsize=1)
def faces() -> str:
    """Our font, for a browser that has it."""
    return files()[Sheet.FONT].decode()

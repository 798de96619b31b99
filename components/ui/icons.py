"""Small drawings in the ink of their text. Always beside a word, hence hidden from screen readers."""

from functools import lru_cache

from markupsafe import Markup

_STROKES = {
    "clock": "M10 5.5V10l3 2 M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z",
    "check": "M4 10.5l4 4 8-9",
    "cross": "M5 5l10 10M15 5L5 15",
    "home": "M3 9l7-6 7 6v8h-4.5v-5h-5v5H3Z",
    "family": "M7 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm7 1a2.5 2.5 0 1 0 0-5 M1.5 17c0-3.5 2.5-5.5 5.5-5.5s5.5 2 5.5 5.5 M14 12.5c2.5 0 4.5 1.5 4.5 4.5",
    "pupils": "M7.5 15.5V4l9-2v11 M7.5 15.5a2.5 2 0 1 1-5 0 2.5 2 0 0 1 5 0Zm9-2.5a2.5 2 0 1 1-5 0 2.5 2 0 0 1 5 0Z",
    "billing": "M15.5 5A6.5 6.5 0 1 0 15.5 15 M3 8.5h8M3 11.5h8",
    "more": "M4 10h.01M10 10h.01M16 10h.01",
    "alert": "M10 6.5v4.5M10 13.8v.2 M10 2.5 1.5 17h17Z",
    "info": "M10 9v5M10 6.2v.1 M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15Z",
    "search": "M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3Zm4.5 10.5L18 18",
    "arrow": "M4 10h12 M11 5l5 5-5 5",
    "up": "M10 16V4 M5 9l5-5 5 5",
    "down": "M10 4v12 M5 11l5 5 5-5",
    "sort": "M7 8l3-3 3 3 M7 12l3 3 3-3",
    "first": "M15 4 9 10l6 6 M9 4l-6 6 6 6",
    "previous": "M12 4l-6 6 6 6",
    "next": "M8 4l6 6-6 6",
    "last": "M5 4l6 6-6 6 M11 4l6 6-6 6",
    "paper": "M5 2.5h7l3.5 3.5v11.5H5Z M12 2.5V6h3.5 M7.5 10h5M7.5 13h5",
    "undo": "M4 8h8a4 4 0 0 1 0 8H8 M7 5 4 8l3 3",
    "eye": "M1.5 10S4.5 4.5 10 4.5 18.5 10 18.5 10 15.5 15.5 10 15.5 1.5 10 1.5 10Z M10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
    "person": "M10 10a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-7 8c0-4 3-6 7-6s7 2 7 6",
    "mail": "M2.5 4.5h15v11h-15Z M2.5 5.5 10 11l7.5-5.5",
    "key": "M7 12.5a4 4 0 1 0-3.999-4A4 4 0 0 0 7 12.5Zm3-2.5h8v3 M15 10v2.5",
    "out": "M8 3H3v14h5 M12 6l4 4-4 4 M16 10H7",
    "phone": "M6.5 2.5h7v15h-7Z M9.5 15h1",
    "camera": "M2.5 6h3.5l1.5-2h5L14 6h3.5v10h-15Z M10 13.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
    "pencil": "M3 17l1-4.5L13.5 3 17 6.5 7.5 16Z M11.5 5l3.5 3.5",
    "keyboard": "M2 5h16v10H2Z M5 8h.01M8 8h.01M11 8h.01M14 8h.01M6 12h8",
}


@lru_cache(maxsize=64)
def icon(name: str) -> Markup:
    """The drawing of that name, one em high."""
    return Markup(
        '<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>'
    ).format(_STROKES[name])


LOGO = Markup(
    '<svg class="logo" viewBox="0 0 34 34" width="34" height="34" aria-hidden="true" focusable="false">'
    '<rect width="34" height="34" rx="8" class="logo-ground"/>'
    '<path d="M5 10h24M5 14h24M5 18h24M5 22h24M5 26h24" class="logo-staff"/><path d="M24 8v20" class="logo-bar"/>'
    '<ellipse cx="14" cy="22" rx="3.6" ry="2.7" class="logo-head" transform="rotate(-20 14 22)"/>'
    '<path d="M17.3 21V10" class="logo-stem"/></svg>'
)

STAVE = Markup(
    '<svg class="stave" aria-hidden="true" viewBox="0 0 1400 180" preserveAspectRatio="none">'
    '<path d="M0 40H1400M0 62H1400M0 84H1400M0 106H1400M0 128H1400"/><path class="barline" d="M1180 40v88"/></svg>'
    '<svg class="note" aria-hidden="true" viewBox="0 0 60 120"><ellipse cx="20" cy="98" rx="15" ry="11" '
    'transform="rotate(-20 20 98)"/><path d="M33.5 94V20"/></svg>'
)

"""The palette's contrasts, in every layer; the stylesheet repeats what the modes need."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from components.assets.first_styles import needed
from components.assets.sheets import OF_THE_OFFICE, STYLES, THEME, Sheet
from components.assets.stylesheet import SIZES, blocks, narrowed, unchosen, whole

ROOT = Path(__file__).resolve().parents[1]
OFFICES = ("pages/staff/", "components/ui/review_queue.py", "components/assets/sheets.py", "office.js")
TOKENS = "\n".join((THEME / name).read_text(encoding="utf-8") for name in ("tokens.css", "modes.css"))
LAYERS = {
    "light": [":root"],
    "dark": [":root", ':root[data-theme="dark"]'],
    "contrast": [":root", ':root[data-contrast="more"]'],
    "dark contrast": [":root", ':root[data-theme="dark"]', ':root[data-contrast="more"]', ':root[data-theme="dark"][data-contrast="more"]'],
}  # fmt: skip
INKS = ("ink", "ink-soft", "accent", "accent-strong", "pending", "good", "bad")
SHOWN_ON = [
    *product(INKS, ("paper", "surface")),
    *product(("ink", "ink-soft", "accent"), ("accent-soft",)),
    *((state, f"{state}-soft") for state in ("pending", "good", "bad")),
    *product(("ink",), ("pending-soft", "bad-soft", "plain-soft")),
    ("ink-soft", "plain-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("paper", "ink"),
]
CHILDREN = [f"child-{at}" for at in range(1, 7)]
SEEN_ON = [*product(("field-line", "focus", "accent", "pending", "bad", *CHILDREN), ("paper", "surface"))]


def palette(layer: str) -> dict[str, str]:
    rules = [(head, body) for head, body in blocks(re.sub(r"/\*.*?\*/", "", TOKENS, flags=re.S))]
    return {name: colour for selector in LAYERS[layer] for head, body in rules if head == selector
            for name, colour in re.findall(r"--([\w-]+): (?:var\([\w-]+, )?(#[0-9a-f]{6})", body)}  # fmt: skip


def brightness(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_ink_is_read_on_every_ground_it_stands_on(layer: str) -> None:
    colours, least = palette(layer), 7 if "contrast" in layer else 4.5
    pale = {
        pair: round(ratio, 2) for pair in SHOWN_ON if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < least
    }
    unseen = {pair: round(ratio, 2) for pair in SEEN_ON if (ratio := contrast(colours[pair[0]], colours[pair[1]])) < 3}
    assert len(colours) > 20
    assert not pale
    assert not unseen


def test_a_layer_is_shown_when_chosen_and_when_the_device_asks() -> None:
    style = whole(TOKENS)
    assert "@media (prefers-color-scheme: dark) { :root:not([data-theme]) {" in style
    assert "@media (prefers-contrast: more) { :root:not([data-contrast]) {" in style
    for chosen in (
        ':not([data-theme])[data-contrast="more"]',
        '[data-theme="dark"]:not([data-contrast])',
        ":not([data-theme]):not([data-contrast])",
    ):
        assert f":root{chosen} {{" in style


def test_a_larger_text_meets_the_narrow_layout_on_a_wider_screen() -> None:
    style = whole("@media (max-width: 800px) { .a, .b:is(c, d) { color: red; } .e { top: 0; } }")
    for size in SIZES:
        mode = f':where(:root[data-size="{size}"])'
        assert (
            f"@media screen and (max-width: {8 * size / 16:g}em) {{ {mode} .a, {mode} .b:is(c, d) {{ color: red; }} {mode} .e {{"
            in style
        )
    assert ':where(:root[data-layout="simple"]) .a' in style


def test_styles_name_no_colour_but_tokens_and_no_least_width() -> None:
    """A layout that begins at a width would not know of larger text: it begins narrow, by `max-width` in px."""
    for name in STYLES:
        style = (THEME / name).read_text(encoding="utf-8")
        assert "min-width: " not in "".join(re.findall(r"@media[^{]*", style)), name
        if name not in {"tokens.css", "modes.css"}:
            assert set(re.findall(r"#[0-9a-f]{3,8}\b", style)) <= {"#17495a", "#fff", "#999"}, name


def test_styles_say_nothing_that_webkit_reads_otherwise() -> None:
    """A grid out of the flow takes all the height it may have; a shorthand of several decorations is none."""
    for name in STYLES:
        style = re.sub(r"/\*.*?\*/", "", (THEME / name).read_text(encoding="utf-8"), flags=re.S)
        assert not re.findall(r"text-decoration: \w+ [^;]+;", style), name
        for head, body in re.findall(r"([^{};]*dialog\[open\][^{}]*)\{([^{}]*)\}", style):
            assert "display: grid" not in body or "align-content: start" in body, (name, head)


def test_no_list_of_selectors_holds_what_is_drawn_beside_an_element_and_what_moves_stops_there_too() -> None:
    """`:is(*, *::after)` is no fault for a browser: it forgets the second."""
    texts = {name: re.sub(r"/\*.*?\*/", "", (THEME / name).read_text(encoding="utf-8"), flags=re.S) for name in STYLES}
    found = {name: re.findall(r":(?:is|where|has)\([^{}()]*::[^{}]*\{", text) for name, text in texts.items()}
    assert {name: heads for name, heads in found.items() if heads} == {}
    still = whole(texts["modes.css"])
    for part in ("*", "*::before", "*::after", "*::backdrop"):
        assert f':root[data-motion="none"] {part}' in still
        assert f":root:not([data-motion]) {part}" in still


def test_the_light_sheet_leaves_out_what_only_a_chosen_mode_shows() -> None:
    screen, paper = unchosen(
        ':root[data-theme="dark"] { --ink: #fff; } :root[data-size] .a, .b { top: 0; } @media print { .b { top: 1px; } } '
        "@media (max-width: 800px) { .a:is(.c, .d:has(e, f)) { left: 0; } :root[data-links] .a { left: 1px; } }"
    )
    assert screen == (
        "@media (prefers-color-scheme: dark){:root:not([data-theme]){--ink: #fff}}.b{top: 0}"
        "@media screen and (max-width: 50em){.a:is(.c, .d:has(e, f)){left: 0}}"
    )
    assert paper == "@media print{.b{top: 1px}}"
    assert narrowed(screen, {"b"}).endswith(".b{top: 0}")
    assert "left: 0" not in narrowed(screen, {"a"})
    assert "left: 0" in narrowed(screen, {"a", "d"})


def test_a_page_holds_the_rules_that_its_markup_meets() -> None:
    held = needed(Sheet.FAMILY, '<div class="card notice"><table id="x"><tr><td></table>')
    assert all(each in held for each in (":root{", ".card", ".notice", "td"))
    assert not re.search(r"\.agenda|\.tabs\b|figure", held)
    assert held == needed(Sheet.FAMILY, '<table><tr><td></table><p class="notice card unknown">')


def test_what_only_the_offices_sheet_has_stands_on_its_screens_alone() -> None:
    elsewhere = {
        word for path, said in _words() if not path.endswith(OFFICES) and OFFICES[0] not in path for word in said
    }
    assert OF_THE_OFFICE & elsewhere == set()


def _words() -> Iterator[tuple[str, set[str]]]:
    """Each file that draws, with the words of the strings in it."""
    for path in [*ROOT.glob("pages/**/*.py"), *ROOT.glob("components/**/*.py"), *THEME.glob("*.js")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            strings = (each.value for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Constant))
            text = " ".join(each for each in strings if isinstance(each, str))
        yield str(path.relative_to(ROOT)), set(re.findall(r"[a-z][\w-]*", text))

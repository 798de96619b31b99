"""docs/screens: every registered screen, wide and narrow, some in other modes and states, and a page to leaf through."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.conftest import WEAR_WHOLE, Window
from tests.browser.screens import Screen, every_screen
from tests.pictures.camera import light, take
from tests.pictures.states import NARROW, STATES, WIDE, Size
from tests.server import ROOT, Server

PICTURES = ROOT / "docs" / "screens"
IMAGE, PATTERN = re.compile(r'src="([^"]+)"'), re.compile(r"^### `([^`]+)`", re.MULTILINE)
NOT_IN_THE_DEMONSTRATION = ("/gestion/imports/{n}", "/gestion/courriels/groupes/{n}")  # none is kept there
MAX_BYTES, MAX_BYTES_IN_ALL = 40 * 1024, 10 * 512 * 1024


MODES: dict[str, dict[str, str]] = {
    "sombre": {"theme": "dark"},
    "contraste": {"contrast": "more"},
    "200": {"size": "200"},
    "simple": {"layout": "simple", "font": "dyslexia", "lines": "more", "links": "underlined"},
}
IN_MODES = {
    ("", "/connexion"): ("sombre", "contraste", "200"),
    ("aubry.claire", "/"): ("sombre", "contraste", "200", "simple"),
    ("aubry.claire", "/famille"): ("sombre", "contraste", "200", "simple"),
    ("aubry.claire", "/eleves/2042/reinscription"): ("sombre", "200"),
    ("aubry.claire", "/facturation/cotisations"): ("sombre", "contraste"),
    ("renard.paul", "/gestion/demandes"): ("sombre", "contraste", "200"),
}


def names(screens: list[Screen]) -> dict[Screen, str]:
    """A file's name for each screen; who looks is added where two would be the same."""
    found: dict[Screen, str] = {}
    for screen in screens:
        taken = screen.name in found.values()
        found[screen] = f"{screen.name}-{screen.login.partition('.')[0] or 'public'}" if taken else screen.name
    return found


def keep(page: Page, name: str, size: Size, folder: Path) -> None:
    path = folder / f"{name}-{size.width}.webp"
    path.write_bytes(light(take(page, size.width, size.tallest), size.file_width, size.most))


def set_preferences(page: Page, current_preferences: dict[str, str]) -> None:
    page.evaluate(WEAR_WHOLE)
    page.evaluate("worn => Object.assign(document.documentElement.dataset, worn)", current_preferences)
    page.evaluate("() => document.fonts.ready.then(() => true)")


def draw(browser: Browser, server: Server, wanted: list[str], folder: Path = PICTURES) -> None:
    """Those whose name begins with a wanted word, all without any."""
    folder.mkdir(parents=True, exist_ok=True)
    called, windows = names(every_screen(server)), dict[str, Window]()

    def is_wanted(name: str) -> bool:
        return not wanted or name.startswith(tuple(wanted))

    for screen, name in called.items():
        if not is_wanted(name):
            continue
        if screen.login not in windows:
            windows[screen.login] = Window(browser, server, screen.login)
        page = windows[screen.login].open(screen.path)
        for size in (WIDE, NARROW):
            keep(page, name, size, folder)
        page.set_viewport_size({"width": 1280, "height": 800})
        for mode in IN_MODES.get((screen.login, screen.path), ()):
            set_preferences(page, MODES[mode])
            keep(page, f"{name}-{mode}", WIDE._replace(tallest=1200), folder)
            page.evaluate("worn => { for (const name in worn) delete document.documentElement.dataset[name]; }", MODES[mode])  # fmt: skip
        page.close()
    for name, state in STATES.items():
        if is_wanted(name):
            for size in state.sizes:
                server.reset()
                state.before(server)
                window = Window(browser, server, state.login, viewport={"width": size.width, "height": 800})
                page = window.open(state.path)
                state.reach(page)
                keep(page, name, size._replace(tallest=1400), folder)
                window.context.close()
    for window in windows.values():
        window.context.close()
    if not wanted:
        for left in set(folder.glob("*.webp")) - {folder / each for each in expected(called)}:
            left.unlink()
    (folder / "README.md").write_text(leaves(called), encoding="utf-8")


def expected(called: dict[Screen, str]) -> list[str]:
    """The files' names."""
    return [file for title in chapters(called).values() for _, files in title for file in files]


def chapters(called: dict[Screen, str]) -> dict[str, list[tuple[str, list[str]]]]:
    """Chapter -> (what it shows, its files)."""
    found: dict[str, list[tuple[str, list[str]]]] = {"Families": [], "Staff": [], "Everybody": [], "States": []}
    for screen, name in called.items():
        chapter = "Staff" if screen.path.startswith("/gestion") else "Families" if screen.login else "Everybody"
        modes = IN_MODES.get((screen.login, screen.path), ())
        files = [f"{name}-{size.width}.webp" for size in (WIDE, NARROW)] + [
            f"{name}-{mode}-1280.webp" for mode in modes
        ]
        found[chapter].append((f"`{screen.pattern}`" + (f" as {screen.login}" if screen.login else ""), files))
    for name, state in STATES.items():
        done = state.reach.__name__.replace("_", " ").capitalize()
        what = f"{done}: {state.path}{f' as {state.login}' if state.login else ''}"
        found["States"].append((what, [f"{name}-{size.width}.webp" for size in state.sizes]))
    return found


def leaves(called: dict[Screen, str]) -> str:
    """The page to leaf through."""
    lines = ["# The screens", "", "Made by `make screens` from the running demonstration: every screen at 1280 and 390 pixels,",
             "some of them dark, in high contrast, at 200 % or in the simple layout, and what they look like when something waits,",
             "is faulty, empty, very full, printed or has failed.", ""]  # fmt: skip
    for chapter, shown in chapters(called).items():
        lines += [f"## {chapter}", ""]
        for what, files in shown:
            lines += [f"### {what}", ""]
            lines += [f'<img src="{file}" width="{230 if "-390" in file else 620}" alt="">' for file in files] + [""]
    return "\n".join(lines)

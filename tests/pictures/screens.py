"""docs/screens: every registered screen, wide and narrow, some in other modes and states, and a page to leaf through."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Window
from tests.browser.screens import Screen, every_screen
from tests.pictures.camera import light, take
from tests.server import ROOT, Server

PICTURES = ROOT / "docs" / "screens"
IMAGE, PATTERN = re.compile(r'src="([^"]+)"'), re.compile(r"^### `([^`]+)`", re.MULTILINE)
NOT_IN_THE_DEMONSTRATION = ("/gestion/imports/{n}",)  # no import is kept there
MOST_BYTES, MOST_IN_ALL = 40 * 1024, 4 * 1024 * 1024


class Size(NamedTuple):
    """A window's width; how wide and how tall its picture is kept; how many bytes it may have."""

    width: int
    kept: int
    tallest: int
    most: int


WIDE, NARROW = Size(1280, 820, 1500, 28 * 1024), Size(390, 300, 1600, 18 * 1024)
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


def a_field_waits(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").first.fill("06 12 34 56 78")
    page.get_by_role("button", name="Modifier").first.click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.locator(".field.pending").first.wait_for()


def the_answer_is_read(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone fixe").first.fill("03 82 11 22 33")
    page.get_by_role("button", name="Modifier").first.click()
    page.get_by_role("dialog").wait_for()


def fields_are_faulty(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").first.fill("06")
    page.get_by_role("textbox", name="Date de naissance").first.fill("31/02/1982")
    page.get_by_role("button", name="Modifier").first.click()
    page.locator("[aria-invalid=true]").first.wait_for()


def the_menu_is_open(page: Page) -> None:
    if page.get_by_role("button", name="Plus").is_visible():
        page.get_by_role("button", name="Plus").click()
        page.locator("#more").wait_for()


def the_connection_is_lost(page: Page) -> None:
    page.context.set_offline(True)
    page.evaluate("window.socket.disconnect().connect()")
    page.locator("#popup[aria-hidden=false]").wait_for(timeout=20_000)


def nothing_is_found(page: Page) -> None:
    page.get_by_role("searchbox").first.fill("zzz")
    page.get_by_text("Aucune").first.wait_for()


def a_decision_is_taken(page: Page) -> None:
    page.get_by_role("button", name="Valider").click()
    page.get_by_role("button", name="Annuler la décision").wait_for()


def a_refusal_wants_its_reason(page: Page) -> None:
    page.locator(".verdict label", has=page.locator("[value=declined]")).first.click()
    page.locator(".reason").first.wait_for()


def the_keys_are_shown(page: Page) -> None:
    page.get_by_role("button", name="Clavier").click()
    page.locator("#keys-help").wait_for()


def a_field_is_missing(page: Page) -> None:
    page.locator("form[action='/connexion'] button[type=submit]").click()
    page.get_by_role("dialog").wait_for()


def the_comfort_is_chosen(page: Page) -> None:
    page.locator("a[data-opens-comfort] >> visible=true").first.click()
    page.locator("#comfort-panel").wait_for()


STATES: dict[str, tuple[str, str, Callable[[Page], None], tuple[Size, ...]]] = {
    "famille-en-attente": ("aubry.claire", "/famille", a_field_waits, (WIDE, NARROW)),
    "famille-message": ("aubry.claire", "/famille", the_answer_is_read, (WIDE,)),
    "famille-erreurs": ("aubry.claire", "/famille", fields_are_faulty, (WIDE, NARROW)),
    "accueil-menu": ("aubry.claire", "/", the_menu_is_open, (NARROW,)),
    "accueil-affichage": ("aubry.claire", "/", the_comfort_is_chosen, (WIDE,)),
    "historique-vide": ("aubry.claire", "/eleves/2042/historique", nothing_is_found, (WIDE,)),
    "connexion-erreur": ("", "/connexion", a_field_is_missing, (WIDE, NARROW)),
    "demandes-refus": ("renard.paul", "/gestion/demandes", a_refusal_wants_its_reason, (WIDE,)),
    "demandes-decidee": ("renard.paul", "/gestion/demandes", a_decision_is_taken, (WIDE,)),
    "demandes-vide": ("renard.paul", "/gestion/demandes", nothing_is_found, (WIDE,)),
    "demandes-clavier": ("renard.paul", "/gestion/demandes", the_keys_are_shown, (WIDE,)),
    "connexion-interrompue": ("aubry.claire", "/famille", the_connection_is_lost, (NARROW,)),
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
    path.write_bytes(light(take(page, size.width, size.tallest), size.kept, size.most))


def wear(page: Page, worn: dict[str, str]) -> None:
    page.evaluate("worn => Object.assign(document.documentElement.dataset, worn)", worn)
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
            wear(page, MODES[mode])
            keep(page, f"{name}-{mode}", WIDE._replace(tallest=1200), folder)
            page.evaluate("worn => { for (const name in worn) delete document.documentElement.dataset[name]; }", MODES[mode])  # fmt: skip
        page.close()
    for name, (login, path, reach, sizes) in STATES.items():
        if is_wanted(name):
            server.reset()
            for size in sizes:
                window = Window(browser, server, login, viewport={"width": size.width, "height": 800})
                page = window.open(path)
                reach(page)
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
    for name, (login, path, reach, sizes) in STATES.items():
        what = f"{reach.__name__.replace('_', ' ').capitalize()}: {path}{f' as {login}' if login else ''}"
        found["States"].append((what, [f"{name}-{size.width}.webp" for size in sizes]))
    return found


def leaves(called: dict[Screen, str]) -> str:
    """The page to leaf through."""
    lines = ["# The screens", "", "Made by `make screens` from the running demonstration: every screen at 1280 and 390 pixels,",
             "some of them dark, in high contrast, at 200 % or in the simple layout, and what they look like when something waits,",
             "is faulty or is empty.", ""]  # fmt: skip
    for chapter, shown in chapters(called).items():
        lines += [f"## {chapter}", ""]
        for what, files in shown:
            lines += [f"### {what}", ""]
            lines += [f'<img src="{file}" width="{230 if "-390" in file else 620}" alt="">' for file in files] + [""]
    return "\n".join(lines)

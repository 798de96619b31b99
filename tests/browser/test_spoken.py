"""What a screen reader says, chapter by chapter, against what is kept in tests/browser/spoken/.

After a change that is meant: `SPOKEN=write .venv/bin/python -m pytest tests/browser/test_spoken.py`, then read the difference.
"""

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Enter
from tests.browser.spoken import spoken
from tests.server import Server

STORED = Path(__file__).parent / "spoken"


def nothing(page: Page) -> None:
    """As it opens."""


def it_is_faulty(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").fill("06")
    page.get_by_role("button", name="Modifier").first.click()
    page.locator("[aria-invalid=true]").first.wait_for()


def it_waits(page: Page) -> None:
    page.get_by_role("textbox", name="Téléphone mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Modifier").first.click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.locator(".field.pending").first.wait_for()


CHAPTERS: dict[str, tuple[str, str, str, Callable[[Page], None]]] = {
    "connexion": ("", "/connexion", "main", nothing),
    "mot-de-passe-perdu": ("", "/mot-de-passe-perdu", "main", nothing),
    "cadre": ("aubry.claire", "/eleves", "RootWebArea", nothing),
    "accueil": ("aubry.claire", "/", "main", nothing),
    "famille-fautive": ("aubry.claire", "/famille", "main", it_is_faulty),
    "famille": ("aubry.claire", "/famille", "main", it_waits),
    "identite": ("aubry.claire", "/eleves/2042/identite", "main", nothing),
    "cours": ("aubry.claire", "/eleves/2042/cours", "main", nothing),
    "cours-fenetre": ("aubry.claire", "/eleves/2042/cours/{course}/evaluations", "dialog", nothing),
    "historique": ("aubry.claire", "/eleves/2042/historique", "main", nothing),
    "repertoire": ("aubry.claire", "/eleves/2042/repertoire", "main", nothing),
    "reinscription": ("aubry.claire", "/eleves/2042/reinscription", "main", nothing),
    "facturation": ("aubry.claire", "/facturation/cotisations", "main", nothing),
    "payer": ("aubry.claire", "/facturation/cotisations/payer", "main", nothing),
    "mot-de-passe": ("aubry.claire", "/mot-de-passe", "main", nothing),
}


def test_each_chapter_says_what_it_is_known_to_say(enter: Enter, portal: Server) -> None:
    course = portal.value(
        "SELECT e.id FROM absence a JOIN enrolment e ON e.course_id = a.course_id AND e.pupil_id = a.pupil_id "
        "JOIN pupil p ON p.id = a.pupil_id WHERE p.number = 2042 AND p.site_id = 1 ORDER BY a.excused, a.id"
    )
    windows = {"": enter(), "aubry.claire": enter("aubry.claire")}
    changed = {}
    for name, (login, path, within, reach) in CHAPTERS.items():
        page = windows[login].open(path.format(course=course))
        reach(page)
        text, stored = "\n".join(spoken(page, within)) + "\n", STORED / f"{name}.txt"
        page.evaluate("sessionStorage.clear()")
        page.close()
        if os.environ.get("SPOKEN") == "write":
            stored.write_text(text, encoding="utf-8")
        if text != stored.read_text(encoding="utf-8"):
            changed[name] = text
    assert not changed, "\n\n".join(f"== {name}\n{text}" for name, text in changed.items())
    assert {path.stem for path in STORED.glob("*.txt")} == set(CHAPTERS)

"""components/assets/theme/help: what « Aide » explains with, in both languages; the part of a screen that a chapter speaks of."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Browser, Page

from tests.browser.conftest import Window
from tests.pictures.camera import light
from tests.server import ROOT, Server

PICTURES = ROOT / "components" / "assets" / "theme" / "help"
MAX_BYTES, WIDTH = 24 * 1024, 720


def nothing(page: Page) -> None:
    """The screen as it opens."""


def a_field_waits(page: Page) -> None:
    page.locator("input[name=phone_mobile]").first.fill("06 12 34 56 78")
    page.locator("form[data-do=save] button[type=submit]").first.click()
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.locator(".field.pending").first.wait_for()
    page.locator("fieldset").nth(1).evaluate("e => e.id = 'shown'")


def the_preferences_are_open(page: Page) -> None:
    page.locator("a[data-opens-preferences] >> visible=true").first.click()
    page.locator("#preferences-panel").wait_for()


class Shot(NamedTuple):
    """`what` is the part that is taken, `tallest` of it at most, in a window that wide."""

    login: str
    path: str
    what: str
    tallest: int = 560
    width: int = 900
    reach: Callable[[Page], None] = nothing


SHOTS = {
    "mot-de-passe-perdu": Shot("", "/mot-de-passe-perdu", ".plain-body", width=560),
    "connexion": Shot("", "/connexion", ".plain-body", 470, 560),
    "accueil": Shot("aubry.claire", "/", "main", 620),
    "famille": Shot("aubry.claire", "/famille", "#shown", reach=a_field_waits),
    "cours": Shot("aubry.claire", "/eleves/2042/cours/{course}", ".window", 520),
    "absence": Shot("aubry.claire", "/eleves/2042/absences", "main form >> nth=0"),
    "historique": Shot("aubry.claire", "/eleves/2042/historique", ".duo", 620, 1100),
    "repertoire": Shot("aubry.claire", "/eleves/2042/repertoire", ".listing", 460),
    "reinscription": Shot("aubry.claire", "/eleves/2042/reinscription", "main .card >> nth=0", 620, 1000),
    "facturation": Shot("aubry.claire", "/facturation/cotisations", ".ledger", 520, 1160),
    "payer": Shot("aubry.claire", "/facturation/cotisations/payer", "main", 440),
    "affichage": Shot("aubry.claire", "/", "#preferences-panel", 520, reach=the_preferences_are_open),
    "gestion-demandes": Shot("renard.paul", "/gestion/demandes", "main", 640, 1200),
    "gestion-reinscriptions": Shot("lemoine.helene", "/gestion/reinscriptions/1", "main", 640, 1200),
    "gestion-familles": Shot("lemoine.helene", "/gestion/familles", "main", 520, 1200),
    "gestion-imports": Shot("lemoine.helene", "/gestion/imports", ".importing", 520, 1100),
    "gestion-courriels": Shot("lemoine.helene", "/gestion/courriels", "main", 760, 1200),
    "gestion-journal": Shot("lemoine.helene", "/gestion/journal", "main", 560, 1200),
    "gestion-reglages": Shot("lemoine.helene", "/gestion/reglages", "main", 560, 1200),
}


def draw(browser: Browser, server: Server) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    course = server.value(
        "SELECT e.id FROM absence a JOIN enrolment e ON e.course_id = a.course_id AND e.pupil_id = a.pupil_id "
        "JOIN pupil p ON p.id = a.pupil_id WHERE p.number = 2042 AND p.site_id = 1 ORDER BY a.excused, a.id"
    )
    for language in ("fr", "en"):
        server.reset()
        server.change("UPDATE account SET language = ?", language)
        windows: dict[str, Window] = {}
        for name, shot in SHOTS.items():
            if shot.login not in windows:
                windows[shot.login] = Window(browser, server, shot.login)
                windows[shot.login].context.add_cookies([{"name": "langue", "value": language, "url": server.url}])
            page = windows[shot.login].open(shot.path.format(course=course))
            (PICTURES / f"{language}-{name}.webp").write_bytes(light(_taken(page, shot), WIDTH, MAX_BYTES))
            page.close()
        for window in windows.values():
            window.context.close()
    for left in set(PICTURES.glob("*.webp")) - {PICTURES / name for name in expected()}:
        left.unlink()


def _taken(page: Page, shot: Shot) -> bytes:
    page.set_viewport_size({"width": shot.width, "height": 1000})
    shot.reach(page)
    page.set_viewport_size({"width": shot.width, "height": 3000})
    box = page.locator(shot.what).first.bounding_box()
    assert box, shot
    room = 0 if shot.what == "main" else 12
    left, top = max(0, box["x"] - room), max(0, box["y"] - room)
    wide = min(shot.width - left, box["width"] + 2 * room)
    return page.screenshot(
        clip={"x": left, "y": top, "width": wide, "height": min(shot.tallest, box["height"] + 2 * room)},
        animations="disabled",
    )


def expected() -> list[str]:
    return [f"{language}-{name}.webp" for language in ("fr", "en") for name in SHOTS]

"""What a parent does most, on the bench's phone: how many taps, how many seconds. A tap is one touch; the system's own chooser of files or
camera is not counted, what opens it is."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from tests.bench.phone import ARGUMENTS, PHONE, SLOW
from tests.install import chromium

LIVE = "html[data-screen=live]"
WAIT = 120_000  # milliseconds


class Thumb:
    """One thumb on one page."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, where: Locator) -> None:
        where.wait_for()
        where.tap()
        self.taps += 1

    def leads(self, where: Locator) -> None:
        """To another screen, once it answers."""
        self.tap(where)
        self.page.wait_for_url("**/eleves/**")
        self.page.wait_for_selector(LIVE, state="attached")

    def photographs(self, where: Locator, *papers: bytes) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.tap(where)
        files = [
            {"name": f"IMG_{at}.jpg", "mimeType": "image/jpeg", "buffer": paper} for at, paper in enumerate(papers)
        ]
        chooser.value.set_files(files)  # type: ignore[arg-type]


def paper() -> bytes:
    """A page of text as a telephone photographs it: twelve million pixels."""
    page = Image.new("RGB", (3000, 4000), (236, 232, 224))
    drawn = ImageDraw.Draw(page)
    for line in range(60):
        drawn.text(
            (260, 300 + 58 * line),
            "Attestation pour l’année scolaire, tenue par l’assureur. " * 2,
            fill=(30, 30, 40),
            font_size=44,
        )
    grain = Image.effect_noise(page.size, 14).convert("RGB")
    out = io.BytesIO()
    Image.blend(page, grain, 0.06).filter(ImageFilter.GaussianBlur(0.8)).save(out, "JPEG", quality=82)
    return out.getvalue()


def reenrolment(thumb: Thumb) -> None:
    """Irina's, from Accueil: as this year, two papers, sent."""
    page, photo = thumb.page, paper()
    thumb.leads(page.locator(".tasks li", has_text="Réinscription d’Irina").get_by_role("link"))
    thumb.tap(page.get_by_role("button", name="Continuer comme cette année"))
    page.get_by_text("Comme cette année.").wait_for()
    for name, way in (("Photo d’identité", "Remplacer"), ("Attestation d’assurance", "Prendre en photo")):
        thumb.photographs(page.locator("label", has_text=f"{way} : {name}"), photo)
        page.locator(".documents tr", has_text=name).get_by_text("Reçue").wait_for(timeout=WAIT)
    thumb.tap(page.get_by_role("button", name="Valider"))
    thumb.tap(page.get_by_role("dialog").get_by_role("button", name="OK"))
    page.get_by_text("Réinscription en attente de validation").wait_for()


def justification(thumb: Thumb) -> None:
    """Of Irina's absence, from Accueil: a reason, sent."""
    page = thumb.page
    thumb.leads(page.locator(".tasks li", has_text="Absence d’Irina").get_by_role("link"))
    thumb.tap(page.get_by_text("Maladie", exact=True))
    thumb.tap(page.get_by_role("button", name="Envoyer", exact=True))
    page.get_by_role("dialog").get_by_text("Votre justification a été envoyée.").wait_for()


def announcement(thumb: Thumb) -> None:
    """Of the next lesson, from Accueil: a reason, sent."""
    page = thumb.page
    thumb.leads(page.get_by_role("link", name="Absence ?").first)
    thumb.tap(page.get_by_text("Maladie", exact=True))
    thumb.tap(page.get_by_role("button", name="Envoyer", exact=True))
    page.get_by_role("dialog").get_by_text("L’absence a été annoncée").wait_for()


JOURNEYS: tuple[tuple[str, Callable[[Thumb], None], str], ...] = (
    ("re-enrolment, two papers", reenrolment, "≤ 7 taps, 90 s"),
    ("an absence justified", justification, "3 taps"),
    ("an absence announced", announcement, "3 taps"),
)


@contextmanager
def phone(context: BrowserContext, url: str) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(WAIT)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url)
    page.wait_for_selector(LIVE, state="attached")
    yield page
    page.close()


def measure(base: str, cookies: dict[str, str]) -> list[dict[str, Any]]:
    """A row for each journey: it begins on Accueil, that is there already."""
    held = [{"name": name, "value": value, "url": base} for name, value in cookies.items()]
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for what, walk, target in JOURNEYS:
            context = browser.new_context(locale="fr-FR", **PHONE)  # type: ignore[arg-type]
            context.add_cookies(held)  # type: ignore[arg-type]
            with phone(context, base + "/") as page:
                thumb, began = Thumb(page), time.perf_counter()
                walk(thumb)
                rows.append(
                    {"what": what, "taps": thumb.taps, "seconds": time.perf_counter() - began, "target": target}
                )
            context.close()
        browser.close()
    return rows

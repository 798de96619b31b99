"""The demonstration, a browser before it, and how a picture is kept: WebP, as good as its size allows."""

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.conftest import FOLDER, furnish
from tests.install import chromium
from tests.server import Server

QUALITIES = (70, 50, 36)


@contextmanager
def demonstration() -> Iterator[tuple[Browser, Server]]:
    FOLDER.mkdir(exist_ok=True)
    furnish(f"sqlite:///{FOLDER}/pictures.db")
    folder = Path(tempfile.mkdtemp(prefix="anacrouse-pictures-"))
    server = Server(folder, FOLDER / "pictures.db", TRUSTED_PROXIES="127.0.0.1").start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium(), args=ARGUMENTS, env={**os.environ, "LANGUAGE": "fr"}
            )
            yield browser, server
            browser.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def take(page: Page, width: int, tallest: int) -> bytes:
    """PNG of the whole page at that width, up to a height."""
    page.set_viewport_size({"width": width, "height": 800})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(800, min(tallest, height))})
    return page.screenshot(animations="disabled")


def light(png: bytes, width: int, most: int) -> bytes:
    """WebP at most that wide and of that many bytes; what is too long to be read then is cut at the bottom."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    width = min(width, picture.width)
    picture = picture.resize((width, max(1, picture.height * width // picture.width)), Image.Resampling.LANCZOS)
    while True:
        for quality in QUALITIES:
            stored = io.BytesIO()
            picture.save(stored, "WEBP", quality=quality, method=4)
            if stored.tell() <= most:
                return stored.getvalue()
        picture = picture.crop((0, 0, width, picture.height * 4 // 5))

"""A phone's and a queue page's loading times in Chromium: the largest paint, what moves, what is sent. Cold and warm."""

import statistics
from typing import Any

from playwright.sync_api import BrowserContext, sync_playwright

from tests.install import chromium

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
WATCH = """(() => { const seen = window.__seen = {lcp: 0, cls: 0};
new PerformanceObserver((list) => list.getEntries().forEach((e) => (seen.lcp = e.startTime)))
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) seen.cls += e.value; }))
  .observe({type: "layout-shift", buffered: true}); })()"""
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
WIDE = {"viewport": {"width": 1280, "height": 800}}
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}


def load(context: BrowserContext, url: str, *, phone: bool, screen: bool) -> dict[str, float]:
    """One navigation in a new tab."""
    page = context.new_page()
    page.add_init_script(WATCH)
    wire, sent = context.new_cdp_session(page), [0.0]
    wire.on("Network.loadingFinished", lambda event: sent.append(max(0, event["encodedDataLength"])))
    wire.send("Network.enable")
    if phone:
        wire.send("Network.emulateNetworkConditions", SLOW)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(url)
    if screen:
        page.wait_for_selector("html[data-screen=live]", timeout=30_000)
    page.wait_for_timeout(800)
    found = page.evaluate("window.__seen")
    page.close()
    return {**found, "kib": sum(sent) / 1024}


def measure(base: str, cookies: dict[str, str], paths: list[str], runs: int = 3) -> list[dict[str, Any]]:
    """A row for each device, page, and state of the cache: medians."""
    rows = []
    held = [{"name": name, "value": value, "url": base} for name, value in cookies.items()]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for device, options in (("phone", PHONE), ("desk", WIDE)):
            for path in paths:
                screen, found = path != "/connexion", {"cold": [], "warm": []}
                for _ in range(runs if device == "phone" else 1):
                    context = browser.new_context(locale="fr-FR", **options)
                    if screen:
                        context.add_cookies(held)
                    for state in ("cold", "warm"):
                        found[state].append(load(context, base + path, phone=device == "phone", screen=screen))
                    context.close()
                rows += [{"device": device, "path": path, "state": state,
                          **{key: statistics.median(each[key] for each in loads) for key in ("lcp", "cls", "kib")}}
                         for state, loads in found.items()]  # fmt: skip
        browser.close()
    return rows

"""A secretary before a full queue of re-enrolments: each is read, each document looked at, each decided. Presses and seconds.

A press is a key or a click; turning the wheel over a document is none.
"""

import secrets
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench.phone import ARGUMENTS
from tests.install import chromium

QUEUE = "/gestion/demandes?onglet=reinscriptions"
LIVE = "html[data-screen=live]"
REFUSED_OF, CORRECTED_OF = 10, 15  # one of so many
REPORTED_OF = 25
LOOKS = 900  # milliseconds, at what the wheel brought
WITHOUT = """SELECT p.id, l.family_id, min(a.id) FROM pupil p JOIN pupil_link l ON l.pupil_id = p.id AND l.household = 'principal'
  JOIN account a ON a.family_id = l.family_id WHERE p.site_id = 1 AND p.number >= 30000
  AND p.id NOT IN (SELECT pupil_id FROM reenrolment UNION SELECT pupil_id FROM reenrolment_wish)
  AND l.family_id NOT IN (SELECT family_id FROM guardian WHERE contact_hidden) GROUP BY p.id ORDER BY p.id LIMIT ?"""


class Hands:
    """Of one person at one page."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.presses += 1

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.presses += 1


def fill(folder: Path, requests: int) -> int:
    """Sends that many re-enrolments more, each with three documents, as rows; how many wait then."""
    with closing(sqlite3.connect(folder / "bench.db")) as database:
        database.row_factory = sqlite3.Row
        sample = dict(
            database.execute("SELECT * FROM reenrolment WHERE site_id = 1 AND state = 'submitted'").fetchone()
        )
        mine = "SELECT * FROM supplied_document WHERE pupil_id = ? AND campaign_id = ? AND file_id IS NOT NULL"
        papers = [dict(each) for each in database.execute(mine, (sample["pupil_id"], sample["campaign_id"]))]
        wish = dict(
            database.execute("SELECT * FROM reenrolment_wish WHERE pupil_id = ?", (sample["pupil_id"],)).fetchone()
        )
        for pupil, family, account in database.execute(WITHOUT, (requests,)).fetchall():
            whose = {"pupil_id": pupil, "family_id": family}
            _add(database, "reenrolment_wish", {**wish, **whose, "message": ""})
            _add(database, "reenrolment", {**sample, "pupil_id": pupil, "household_id": family, "author_id": account})
            for paper in papers:
                file = dict(database.execute("SELECT * FROM stored_file WHERE id = ?", (paper["file_id"],)).fetchone())
                name = secrets.token_hex(16)
                shutil.copy(folder / "files/1" / file["name"], folder / "files/1" / name)
                copied = _add(database, "stored_file", {**file, "name": name, "pupil_id": pupil, "giver_id": family})
                _add(
                    database,
                    "supplied_document",
                    {**paper, **whose, "file_id": copied, "seen_file_id": None, "author_id": account},
                )
        database.commit()
        return int(
            database.execute("SELECT count(*) FROM reenrolment WHERE site_id = 1 AND state = 'submitted'").fetchone()[0]
        )


def _add(database: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    row.pop("id", None)
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    return int(database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values())).lastrowid or 0)


def measure(base: str, cookies: dict[str, str], waiting: int, tell: Callable[[str, str], None]) -> dict[str, float]:
    """The whole queue, one after the other: presses a request in order, in all, seconds. `tell` hears how far it is."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        context = browser.new_context(base_url=base, locale="fr-FR", viewport={"width": 1280, "height": 900})
        context.set_default_timeout(120_000)
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies.items()])
        page = context.new_page()
        page.goto(QUEUE)
        page.wait_for_selector(LIVE, state="attached")
        hands, begun, in_order, theirs = Hands(page), time.monotonic(), 0, 0
        for number in range(1, waiting + 1):
            before = hands.presses
            _look(page)
            decided = _decide(hands, number)
            if decided:
                in_order, theirs = in_order + 1, theirs + hands.presses - before
            if number % REPORTED_OF == 0:
                tell(f"{number} of {waiting}", f"{hands.presses} presses, {time.monotonic() - begun:.0f} s")
        seconds = time.monotonic() - begun
        browser.close()
    return {
        "in order": theirs / max(1, in_order),
        "presses": hands.presses,
        "seconds": seconds,
        "each": seconds / waiting,
    }


def _look(page: Page) -> None:
    """Down over the documents, until each was in sight long enough."""
    unseen = page.locator(".reading .chip", has_text="non vue")
    page.locator(".viewers").hover()
    for _ in range(20):
        if not unseen.count():
            return
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(LOOKS)


def _decide(hands: Hands, number: int) -> bool:
    """Whether it was in order."""
    page = hands.page
    title = page.locator("#request-title").inner_text()
    refused, corrected = number % REFUSED_OF == 0, number % CORRECTED_OF == 1
    if refused or corrected:
        if refused:
            hands.click("Refuser la demande")
        else:
            hands.press("c")
        expect(page.locator("#reason")).to_be_focused()
        hands.press("1")
        expect(page.locator("#reason")).not_to_have_value("")
        hands.press("Control+Enter")
    else:
        hands.press("v")
    expect(page.locator("#request-title").filter(has_text=title)).to_have_count(0, timeout=120_000)
    return not (refused or corrected)

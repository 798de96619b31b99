"""Letters as a telephone shows them, 360 px wide, by programs that read our style sheet and by those that take it away: no word is
cut, nothing lies beside the page."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from data.core.fields import editables
from data.core.i18n import Language, translate
from data.families.models import Guardian, Pupil
from data.mail.outbox import Letter
from data.mail.rendering import html_of
from tests.server import Server

LANGUAGES: tuple[Language, ...] = ("fr", "en")
# Words that stand on more lines than one; an address of the web or of e-mail may.
CUT = """() => { const found = [], range = document.createRange(); const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode())
    for (const word of text.data.matchAll(/[^\\s\\u00a0\\u202f-]+/g)) {
      if (/[@/]/.test(word[0])) continue;
      range.setStart(text, word.index); range.setEnd(text, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) found.push(word[0]);
    }
  return found; }"""


NOW = datetime(2026, 11, 24, tzinfo=UTC)
SHEET = re.compile(r"<style>.*?</style>", re.S)


def letter(language: str, name: str, subject: str, blocks: list[list[str]]) -> Letter:
    return Letter(
        kind="", language=language, name=name, subject=subject, recipient="claire.aubry@example.org", blocks=blocks,
        message_id="<a@example.org>", created_at=NOW, due_at=NOW,
    )  # fmt: skip


def letters(portal: Server) -> Iterator[Letter]:
    """All of the demonstration's; and one that names every field that a family may change."""
    for language, name, subject, blocks in portal.rows("SELECT language, name, subject, blocks FROM letter"):
        yield letter(language, name, subject, json.loads(blocks) if isinstance(blocks, str) else blocks)
    labels = [each.mark.label for table in (Guardian, Pupil) for each in editables(table).values()]
    for language in LANGUAGES:
        said = [translate(label, language) for label in labels]
        changes = [["change", each, "3 place du Marché", "12 boulevard de l’Indépendance", "acceptée"] for each in said]
        facts = [["fact", each, "claire.aubry-delagrange@conservatoire.example.org"] for each in said]
        link = ["link", translate("Ouvrir vos demandes", language), "https://portail.example.org/demandes"]
        yield letter(language, "Anne-Charlotte de Montbéliard d’Entremonts", "Objet", [*changes, *facts, link])


@pytest.mark.parametrize("sheet", [True, False], ids=["with its style sheet", "without"])
def test_no_word_of_a_letter_is_cut_on_a_narrow_telephone(chromium: Browser, portal: Server, sheet: bool) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740})
    page, seen, faults = context.new_page(), 0, list[str]()
    for each in letters(portal):
        html = html_of(each, secret="Abcd-2345-efgh")
        assert SHEET.search(html)
        page.set_content(html if sheet else SHEET.sub("", html))
        expect(page.locator("h1")).to_be_visible()
        seen += 1
        faults += [f"{each.subject} ({each.language}): {word}" for word in page.evaluate(CUT)]
        if beside := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            faults.append(f"{each.subject}: {beside} px beside the page")
    context.close()
    assert seen > 20
    assert faults == []

"""A workbook with one test a sheet, by its screens: sheet after sheet, each of the next ones in four presses."""

from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LIVE, Enter, reach
from tests.browser.every_screen import axe
from tests.data.sheet_helpers import saved
from tests.days import THOROUGH
from tests.server import Server

SHEETS = ("Contrôle 1", "Examen de février", "Contrôle 2")


def a_workbook(server: Server) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    pupils = server.rows("SELECT last_name, first_name FROM pupil WHERE site_id = 1 ORDER BY id LIMIT 3")
    for number, name in enumerate(SHEETS):
        sheet = book.create_sheet(name)
        sheet.append(["Nom", "Prénom", "Note", "Appréciation"])
        for at, (last, first) in enumerate(pupils):
            sheet.append([last, first, 10 + number + at / 2, "Feuille après feuille"])
    return saved(book)


def give(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("Fichier (obligatoire)", exact=True).set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_selector(LIVE, state="attached")


def test_a_workbook_enters_sheet_after_sheet(enter: Enter, launch: Callable[..., Server]) -> None:
    server = launch()
    course, year = server.rows(
        "SELECT number, school_year FROM course WHERE site_id = 1 ORDER BY school_year DESC, id LIMIT 1"
    )[0]
    window = enter("lemoine.helene", to=server, bypass_csp=True)
    page = window.open("/gestion/imports")
    give(page, "notes.xlsx", a_workbook(server))
    expect(page.get_by_text("« Examen de février », « Contrôle 2 »")).to_be_visible()
    for label, typed in (("N° cours", course), ("Année scolaire", year)):
        page.get_by_label(label, exact=True).fill(typed)
        page.get_by_label(label, exact=True).blur()

    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("celles de l’évaluation « Contrôle 1 »")).to_be_visible()
    page.get_by_role("button", name="Importer 3 lignes").click()
    for name in SHEETS[1:]:
        following = page.get_by_role("button", name=f"Importer « {name} »")
        expect(following).to_be_visible()
        assert axe(page) == []
        following.click()  # 1
        expect(page.get_by_text(f"celles de l’évaluation « {name} »")).to_be_visible()
        asked = page.get_by_role("group", name="Le fichier ou la feuille d’avant avait")
        expect(asked).to_contain_text(f"N° cours « {course} »")
        assert axe(page) == []
        asked.get_by_label("Oui, tout est pareil").check()  # 2
        page.get_by_role("button", name="Enregistrer et vérifier à nouveau").click()  # 3
        page.get_by_role("button", name="Importer 3 lignes").click()  # 4
    expect(page.get_by_text("Importé le")).to_be_visible()
    expect(page.get_by_role("button", name="Importer «")).to_have_count(0)
    assert server.rows(
        "SELECT assessment.kind, min(value), max(value), count(*) FROM mark JOIN assessment ON assessment.id = assessment_id "
        "WHERE remark = 'Feuille après feuille' GROUP BY assessment.id ORDER BY assessment.id"
    ) == [(name, 1000 + 100 * at, 1100 + 100 * at, 3) for at, name in enumerate(SHEETS)]
    page.goto("/gestion/imports")
    expect(page.get_by_role("row", name="notes.xlsx · Examen de février")).to_be_visible()
    window.complaints.clear()


# In one turn of the browser: a value is left, and the next field is begun before any answer can come.
LEFT_AND_BEGUN = """([left, begun]) => {
  left.focus(); left.value = '261000'; left.dispatchEvent(new Event('change', {bubbles: true}));
  begun.focus(); begun.value = '2026-'; begun.dispatchEvent(new Event('input', {bubbles: true})); }"""


def test_a_value_is_typed_while_the_one_before_is_on_its_way(enter: Enter, launch: Callable[..., Server]) -> None:
    server = launch()
    page = enter("lemoine.helene", to=server).open("/gestion/imports")
    give(page, "notes.xlsx", a_workbook(server))
    fields = [page.get_by_label(label, exact=True).element_handle() for label in ("N° cours", "Année scolaire")]
    page.evaluate(LEFT_AND_BEGUN, fields)
    expect(page.get_by_text("Il reste à relier : N° évaluation / Année scolaire.")).to_be_visible()
    page.keyboard.type("2027")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Il reste à relier")).to_have_count(0)
    expect(page.get_by_label("Année scolaire", exact=True)).to_have_value("2026-2027")


@pytest.mark.skipif(not THOROUGH, reason="as sheet after sheet, above")
def test_the_next_sheet_enters_by_the_keyboard_alone_on_a_phones_width(
    enter: Enter, launch: Callable[..., Server]
) -> None:
    server = launch()
    page = enter("lemoine.helene", to=server, viewport={"width": 390, "height": 844}).open("/gestion/imports")
    give(page, "notes.xlsx", a_workbook(server))
    for label, typed in (("N° cours", "261000"), ("Année scolaire", "2026-2027")):
        reach(page, page.get_by_label(label, exact=True))
        page.keyboard.type(typed)
    reach(page, page.get_by_role("button", name="Vérifier"), "Enter")
    reach(page, page.get_by_role("button", name="Importer 3 lignes"), "Enter")
    reach(page, page.get_by_role("button", name="Importer « Contrôle 2 »"), "Enter")
    expect(page.get_by_text("celles de l’évaluation « Contrôle 2 »")).to_be_visible()
    asked = page.get_by_role("group", name="Le fichier ou la feuille d’avant avait")
    reach(page, asked.get_by_label("Oui, tout est pareil"), "Space")
    reach(page, page.get_by_role("button", name="Enregistrer et vérifier à nouveau"), "Enter")
    reach(page, page.get_by_role("button", name="Importer 3 lignes"), "Enter")
    expect(page.get_by_role("button", name="Importer « Examen de février »")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

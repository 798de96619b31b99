"""Real files enter an empty installation by the screens alone, without a spreadsheet program; each press is counted."""

from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from tests import sample_files
from tests.browser.conftest import LIVE, Enter
from tests.browser.test_imports import begin, empty  # noqa: F401
from tests.server import Server


class Office:
    """A secretary's hand: gives a file, answers, imports; `presses` since the file was given."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button).click()
        self.presses += 1

    def give(self, name: str, content: bytes) -> None:
        self.presses = 1
        self.page.goto("/gestion/imports")
        self.page.wait_for_selector(LIVE, state="attached")
        self.page.get_by_label("Fichier (obligatoire)", exact=True).set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        self.press("Continuer")
        self.page.wait_for_selector(LIVE, state="attached")
        self.press("Vérifier")
        expect(self.page.get_by_text("Lignes qui ajoutent")).to_be_visible()

    def answer(self, answers: Mapping[str, str]) -> None:
        """Question -> the choice. Nothing else is asked."""
        asked = self.page.locator("fieldset.question:not(:has(input:checked))")
        expect(asked).to_have_count(len(answers))
        for question, choice in answers.items():
            asked.filter(has_text=question).get_by_label(choice).check()
            self.presses += 1
        if answers:
            self.press("Enregistrer et vérifier à nouveau")
            expect(asked).to_have_count(0)

    def carry(self) -> None:
        expect(self.page.get_by_role("button", name="Importer")).to_be_visible()
        if self.page.get_by_label("J’ai lu").count():
            self.page.get_by_label("J’ai lu").check()
            self.presses += 1
        self.press("Importer")
        expect(self.page.get_by_text("Importé le")).to_be_visible()


Bring = Callable[[sample_files.Set, Mapping[str, str]], int]


@pytest.fixture
def bring(enter: Enter, empty: Server) -> Bring:  # noqa: F811
    window = enter(to=empty)
    office = Office(begin(window, empty))

    def one(file: sample_files.Set, answers: Mapping[str, str]) -> int:
        office.give(*file)
        office.answer(answers)
        office.carry()
        return office.presses

    return one


def test_a_school_s_pupils_then_its_invoices_and_payments(bring: Bring, empty: Server) -> None:  # noqa: F811
    assert bring(sample_files.school_program(), {}) <= 15
    assert empty.rows("SELECT count(*) FROM pupil") == [(43,)]
    assert bring(sample_files.bills(), {"montant négatif": "Oui, les enregistrer comme des avoirs"}) <= 8
    assert bring(sample_files.receipts(), {"règlements négatifs": "Des sommes rendues"}) <= 8
    assert bring(sample_files.sections_and_totals(), {}) <= 8
    assert empty.rows("SELECT nature, count(*), sum(total) FROM invoice GROUP BY nature ORDER BY nature") == [
        ("credit", 8, 18_960), ("invoice", 61, 1_486_800),
    ]  # fmt: skip
    assert empty.rows("SELECT state, count(*) FROM payment GROUP BY state ORDER BY state") == [
        ("cashed", 22),
    ]


def test_a_list_kept_by_hand_for_years(bring: Bring, empty: Server) -> None:  # noqa: F811
    answers = {
        "Deux numéros pour deux adultes": "Le premier au premier adulte, le second au second",
        "que le nom de l’adulte": "C’est une seule famille",
    }
    assert bring(sample_files.small_school(), answers) <= 8
    assert empty.rows("SELECT count(*) FROM family") == [(5,)]
    assert empty.rows("SELECT first_name, last_name, phone_mobile FROM guardian WHERE rank = 1 ORDER BY id LIMIT 2") == [
        ("Jean", "GARNIER", "+33612345678"), ("Sophie", "MORIN", "+33611223344"),
    ]  # fmt: skip

"""Real files enter an empty installation by the screens alone, without a spreadsheet program; each press is counted."""

from collections.abc import Mapping
from typing import Protocol

import pytest
from playwright.sync_api import Page, expect

from tests import sample_files
from tests.browser.conftest import LIVE, Enter
from tests.browser.test_imports import begin, empty  # noqa: F401
from tests.days import THOROUGH
from tests.server import Server

OF_ALL = pytest.mark.skipif(not THOROUGH, reason="as tests/data/test_import_sets.py, by the screens")
NOTHING: Mapping[str, str] = {}


class Office:
    """A secretary's hand: gives a file, answers, imports; `presses` since the file was given."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button).click()
        self.presses += 1

    def give(self, name: str, content: bytes, *, sees: str = "Lignes qui ajoutent") -> None:
        self.presses = 1
        self.page.goto("/gestion/imports")
        self.page.wait_for_selector(LIVE, state="attached")
        self.page.get_by_label("Fichier (obligatoire)", exact=True).set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )
        self.press("Continuer")
        self.page.wait_for_selector(LIVE, state="attached")
        self.press("Vérifier")
        expect(self.page.get_by_text(sees)).to_be_visible(timeout=60_000)

    def answer(self, answers: Mapping[str, str], offered: Mapping[str, str]) -> None:
        """Question -> the choice. Nothing else is asked; `offered` are taken where another answer holds unless it is changed."""
        asked = self.page.locator("fieldset.question:not(:has(input:checked))")
        expect(asked).to_have_count(len(answers))
        for question, choice in offered.items():
            self.page.locator("fieldset.question").filter(has_text=question).get_by_label(choice).check()
            self.presses += 1
        for question, choice in answers.items():
            asked.filter(has_text=question).get_by_label(choice).check()
            self.presses += 1
        if answers or offered:
            self.press("Enregistrer et vérifier à nouveau")
            for under_way in ("[aria-busy=true]", ".progress"):  # the press, then the check that it began
                expect(self.page.locator(under_way)).to_have_count(0)
            expect(asked).to_have_count(0)

    def carry(self) -> None:
        expect(self.page.get_by_role("button", name="Importer")).to_be_visible()
        if self.page.get_by_label("J’ai lu").count():
            self.page.get_by_label("J’ai lu").check()
            self.presses += 1
        self.press("Importer")
        expect(self.page.get_by_text("Importé le")).to_be_visible(timeout=60_000)


class Bring(Protocol):
    """A set given, its questions answered, imported: the presses it took."""

    def __call__(
        self, file: sample_files.Set, answers: Mapping[str, str], offered: Mapping[str, str] = ..., /
    ) -> int: ...


@pytest.fixture
def bring(enter: Enter, empty: Server) -> Bring:  # noqa: F811
    window = enter(to=empty)
    office = Office(begin(window, empty))

    def one(file: sample_files.Set, answers: Mapping[str, str], offered: Mapping[str, str] = NOTHING) -> int:
        office.give(*file)
        office.answer(answers, offered)
        office.carry()
        return office.presses

    return one


def test_a_school_s_pupils_then_its_invoices_and_payments(bring: Bring, empty: Server) -> None:  # noqa: F811
    assert bring(sample_files.school_program(), {}) <= 15
    assert empty.rows("SELECT count(*) FROM pupil") == [(43,)]
    assert empty.rows("SELECT count(*) FROM course") == [(0,)], "they are offered"
    assert bring(sample_files.bills(), {"montant négatif": "Oui, les enregistrer comme des avoirs"}) <= 8
    assert bring(sample_files.receipts(), {"règlements négatifs": "Des sommes rendues"}) <= 8
    assert bring(sample_files.sections_and_totals(), {}) <= 8
    assert empty.rows("SELECT nature, count(*), sum(total) FROM invoice GROUP BY nature ORDER BY nature") == [
        ("credit", 8, 18_960), ("invoice", 61, 1_486_800),
    ]  # fmt: skip
    assert empty.rows("SELECT state, count(*) FROM payment GROUP BY state ORDER BY state") == [
        ("cashed", 22),
    ]


@OF_ALL
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


def test_the_courses_of_a_schools_pupils_are_made_when_it_is_answered(bring: Bring, empty: Server) -> None:  # noqa: F811
    assert bring(sample_files.school_program(), {}, {"pas encore ces cours": "Oui, les créer"}) <= 15
    assert empty.rows("SELECT count(*), count(DISTINCT pupil_id) FROM enrolment") == [(43, 43)]
    named = {each["discipline"] for *_, pupils in sample_files.families(20) for each in pupils}
    assert {name for (name,) in empty.rows("SELECT name FROM course")} == named


@OF_ALL
def test_titles_on_two_lines_behind_a_notice(bring: Bring, empty: Server) -> None:  # noqa: F811
    assert bring(sample_files.merged_titles(), {"leur responsable porte leur nom": "Non : c’est un adulte"}) <= 8
    made = list(sample_files.families(12, seed=11))
    assert empty.rows("SELECT count(*) FROM family") == [(len(made),)]
    assert empty.rows("SELECT count(*) FROM pupil") == [(sum(len(pupils) for *_, pupils in made),)]


@OF_ALL
def test_english_titles_two_children_a_line_and_an_accountants_numbers(bring: Bring, empty: Server) -> None:  # noqa: F811
    assert bring(sample_files.english_tabs(), {}) <= 8
    assert empty.rows("SELECT count(*) FROM pupil") == [
        (sum(len(each[:2]) for *_, each in sample_files.families(12, seed=13)),)
    ]
    assert (
        bring(sample_files.accountant(12, tiers="F-{}"), {"montant négatif": "Oui, les enregistrer comme des avoirs"})
        <= 8
    )
    cents = (150000, 123450, 16200, 105000, 8150, 1250, 200000, 32400, 150000, 123450, 16200, 105000)
    assert empty.rows("SELECT sum(total) FROM invoice WHERE nature = 'invoice'") == [(sum(cents),)]
    assert empty.rows("SELECT number, total FROM invoice WHERE nature = 'credit' ORDER BY number") == [
        ("C-901", 1250), ("C-902", 1500),
    ]  # fmt: skip


@pytest.mark.skipif(not THOROUGH, reason="three thousand pupils, twice")
def test_three_thousand_pupils_hear_what_is_wrong_and_enter_once_it_is_mended(
    enter: Enter,
    empty: Server,  # noqa: F811
) -> None:
    (name, content), planted = sample_files.three_thousand()
    office = Office(begin(enter(to=empty), empty))
    page = office.page
    office.give(name, content, sees="84 lignes sont à corriger : rien n’a été importé.")
    rows = page.get_by_role("row")
    expect(rows.filter(has=page.get_by_role("textbox"))).to_have_count(25)
    expect(page.get_by_text("6 réponses sont attendues")).to_be_visible()
    assert empty.rows("SELECT count(*) FROM pupil") == [(0,)]
    lines = content.decode("cp1252").split("\r\n")
    for each in planted:
        cells = lines[each.line - 1].split(";")
        cells[sample_files.HEADS.index(each.column)] = each.right
        lines[each.line - 1] = ";".join(cells)
    office.give(name, "\r\n".join(lines).encode("cp1252"))
    office.carry()
    assert office.presses <= 15
    assert empty.rows("SELECT count(*) FROM pupil") == [(3000,)]

"""« Facturation » in a browser: columns, sums, years, duplicates, and a payment from due to nothing."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LIVE, Enter
from tests.browser.test_dossier import PHONE, WIDE, clean, heads
from tests.server import Server

COLUMNS = ["Date", "Mode de règlement", "Numéro d’opération", "Libellé", "État", "Crédit", "Débit", "Montant"]


def sums(page: Page) -> list[str]:
    """Billed, paid, balance as the screen writes them."""
    return [re.sub(r"\s+", " ", text) for text in page.locator(".sums dd").all_inner_texts()]


def cents(text: str) -> int:
    digits = re.sub(r"[^\d,]", "", text).replace(",", "")
    return int(digits) if digits else 0


def test_the_lines_add_up_and_the_year_is_chosen_by_keyboard(enter: Enter) -> None:
    page = enter("aubry.claire", bypass_csp=True).open("/facturation/cotisations")
    assert heads(page.locator("main")) == COLUMNS
    rows = page.locator("tbody[data-rows] tr")
    expect(rows).to_have_count(8)
    credit, debit = ([cents(t) for t in rows.locator(f"td:nth-child({n})").all_inner_texts()] for n in (6, 7))
    billed, paid, balance = (cents(text) for text in sums(page))
    assert (sum(debit), sum(credit), sum(debit) - sum(credit)) == (billed, paid, balance)
    for state in ("Encaissé", "Partiellement réglée", "Réglée", "Avoir", "Rejeté"):
        expect(rows.get_by_text(state, exact=True).first).to_be_visible()
    clean(page)
    page.get_by_label("Année scolaire").focus()
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("annee=2024-2025"))
    expect(rows).to_have_count(4)
    assert sums(page) == ["344,00 €", "344,00 €", "0,00 €"]
    page.get_by_role("link", name="Facturation locations").click()
    expect(page.get_by_text("Aucune facture ni règlement.")).to_be_visible()
    menu = page.get_by_role("navigation", name="Menu principal").first
    expect(menu.get_by_role("link", name="Facturation")).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize("way", ["double-click", "enter", "link", "tap"])
def test_a_line_opens_its_duplicate_in_the_browser(enter: Enter, way: str) -> None:
    """On a phone a line is a card, open by one tap anywhere on it; its columns stay in the accessibility tree."""
    page = enter("belkacem.samir", viewport=PHONE if way == "tap" else WIDE).open("/facturation/locations")
    row = page.get_by_role("row").filter(has_text="07000004").filter(has_text="Partiellement réglée")
    paper = re.compile(r"/facturation/factures/07000004\.pdf")
    page.route(
        paper, lambda route: route.abort()
    )  # the browser's own reader is not under test; the paper is, elsewhere
    with page.expect_request(paper) as asked:
        if way == "double-click":
            row.get_by_text("Partiellement réglée").dblclick()
        elif way == "tap":
            expect(row.get_by_role("cell")).to_have_count(len(COLUMNS) - 2)  # its head, and the empty one of Crédit
            expect(page.get_by_label("Rechercher")).to_be_hidden()
            row.click(position={"x": 6, "y": 6})
        elif way == "enter":
            row.locator("[data-open]").focus()
            page.keyboard.press("Enter")
        else:
            row.locator("[data-open]").click()
    assert asked.value.is_navigation_request()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_fifty_euros_due_are_paid_and_the_receipt_is_there(
    enter: Enter, portal: Server, viewport: dict[str, int]
) -> None:
    person = enter("belkacem.samir", bypass_csp=True, viewport=viewport)
    page = person.open("/facturation/locations")
    assert sums(page) == ["200,00 €", "150,00 €", "50,00 €"]
    clean(page)
    page.get_by_role("link", name="Payer en ligne").filter(visible=True).first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/payer")
    page.wait_for_selector(LIVE, state="attached")
    clean(page)
    page.get_by_role("button", name="Continuer vers le paiement").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/paiement/simulateur/**")
    clean(page)
    page.get_by_role("button", name=re.compile("^Accepter")).click()
    page.wait_for_url("**/facturation/retour/**")
    expect(page.get_by_text(re.compile(r"Paiement reçu. Votre reçu\s: EL-"))).to_be_visible()
    page.get_by_role("link", name="Retour à la facturation").click()
    page.wait_for_url("**/facturation/locations")
    assert sums(page) == ["200,00 €", "200,00 €", "0,00 €"]
    expect(page.get_by_role("link", name="Payer en ligne").filter(visible=True)).to_have_count(0)
    assert portal.value("SELECT count(*) FROM payment WHERE number LIKE 'EL-%'") == 1
    page.get_by_role("link", name=re.compile("Lire en ligne n° EL-")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reçu n° EL-")
    clean(page)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_a_bill_is_read_as_a_page(enter: Enter, viewport: dict[str, int]) -> None:
    page = enter("aubry.claire", bypass_csp=True, viewport=viewport).open("/facturation/cotisations")
    page.get_by_role("link", name=re.compile("Lire en ligne n° 26000007")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Facture n° 26000007")
    for expected in ("Irina Aubry, Nino Aubry", "QF 3", "Scolarité", "1042", "215 700 422 00019", "Échéancier"):
        expect(page.get_by_text(expected).first).to_be_visible()
    lines = [cents(text) * (-1 if "−" in text or "-" in text else 1) for text in
             page.locator("tbody td:nth-child(5)").all_inner_texts()]  # fmt: skip
    whole, paid, left = map(cents, page.locator("tfoot td").all_inner_texts())
    assert (sum(lines), whole, abs(paid), left) == (48_600, 48_600, 16_200, 32_400)
    clean(page)


def test_another_familys_bill_and_a_stranger(enter: Enter) -> None:
    marc = enter("aubry.marc")
    page = marc.context.new_page()
    for path in ("/facturation/factures/26000007.pdf", "/facturation/factures/26000007/lire"):
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 404
    marc.complaints.clear()
    page = enter().context.new_page()
    page.goto("/facturation/factures/26000007/lire")
    expect(page).to_have_url(re.compile("/connexion"))

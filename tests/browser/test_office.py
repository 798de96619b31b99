"""Courriels, Journal, Réglages and the ticked families, by keyboard alone at 1280 px; axe looks at each."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LIVE, Enter, Window
from tests.browser.every_screen import axe
from tests.browser.test_quality import sideways
from tests.pictures.states import three_hundred_wait
from tests.server import Server, wait_for

Launch = Callable[..., Server]


def go(page: Page, path: str) -> None:
    page.goto(path)
    page.wait_for_selector(LIVE, state="attached")


def settled(page: Page) -> None:
    """Nothing is on its way, nothing overflows, axe finds nothing."""
    expect(page.locator("[aria-busy]")).to_have_count(0)
    assert sideways(page) <= 0
    assert axe(page) == []


def manager(enter: Enter) -> tuple[Window, Page]:
    window = enter("lemoine.helene", bypass_csp=True)
    return window, window.open("/gestion/courriels")


def test_letters_are_found_sent_again_and_called_back_by_keyboard(enter: Enter, portal: Server) -> None:
    _, page = manager(enter)
    title = page.locator("#letter-title")
    first = title.inner_text()
    page.keyboard.press("ArrowDown")
    expect(title).to_be_focused()
    expect(title).not_to_have_text(first)
    page.keyboard.press("ArrowUp")
    expect(title).to_have_text(first)
    page.get_by_label("Rechercher").focus()
    page.keyboard.type("1042")
    expect(page.locator("tbody tr")).to_have_count(portal.value(
        "SELECT count(*) FROM letter WHERE family_id = ?", portal.account("aubry.claire")["family_id"]))  # fmt: skip
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(title).to_be_focused()
    page.get_by_role("button", name="Renvoyer").press("Enter")
    expect(page.locator(".toast")).to_have_text("Le courriel est remis en attente d’envoi.")
    settled(page)
    page.get_by_role("button", name="Annuler l’envoi").press("Enter")
    expect(page.locator(".request .chip")).to_have_text("Annulé")
    assert portal.value("SELECT state FROM letter ORDER BY id DESC LIMIT 1") == "cancelled"

    go(page, "/gestion/courriels/textes?genre=request_decided")
    text = page.locator("#template-text")
    text.fill(text.input_value().replace("Merci de tenir", "Merci à {name} de tenir"))
    page.get_by_label("Aperçu pour la famille n°").fill("1042")
    page.get_by_role("button", name="Aperçu").press("Enter")
    expect(page.locator("#preview-title")).to_be_focused()
    expect(page.locator(".text-preview")).to_contain_text("Merci à Claire Aubry de tenir")
    settled(page)
    page.get_by_role("button", name="Envoyer un essai").press("Enter")
    expect(page.locator("#announcement")).to_contain_text("Un essai part vers lemoine.helene@example.org")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.locator("#announcement")).to_contain_text("Le texte est enregistré")
    page.get_by_role("button", name="Rétablir le texte d’origine").press("Enter")
    expect(page.locator("#announcement")).to_contain_text("Le texte d’origine est rétabli.")
    assert portal.rows("SELECT 1 FROM letter_text WHERE kind = 'request_decided'") == []


def test_the_journal_and_a_setting_by_keyboard(enter: Enter, portal: Server) -> None:
    _, page = manager(enter)
    go(page, "/gestion/reglages/conservation")
    months = page.get_by_label("Journal, en mois (obligatoire)")
    months.fill("13")
    months.press("Enter")
    expect(page.locator(".fault")).to_have_text("Écrivez un nombre de 6 à 12.")
    expect(months).to_be_focused()
    settled(page)
    months.fill("7")
    months.press("Enter")
    expect(page.locator("#announcement")).to_have_text("Les réglages sont enregistrés.")
    assert portal.value("SELECT journal_months FROM site WHERE id = 1") == 7
    for part in ("pieces", "phrases", "courriel", "comptes", "securite"):
        go(page, f"/gestion/reglages/{part}")
        settled(page)

    go(page, "/gestion/journal")
    page.get_by_label("Rechercher").focus()
    page.keyboard.type("HÉLÈNE")
    page.keyboard.press("Enter")
    expect(page.locator("#entries")).to_be_focused()
    expect(page.locator("[aria-busy]")).to_have_count(0)
    expect(page.locator("tbody tr").first).to_contain_text("Réglages modifiés")
    expect(page.locator("tbody tr").first).to_contain_text("Journal, en mois")
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#entry-title")).to_be_focused()
    row = page.get_by_role("row", name="Journal, en mois 12 7")
    expect(row).to_be_visible()
    settled(page)


def test_families_are_ticked_and_get_one_file_by_keyboard(enter: Enter, launch: Launch) -> None:
    portal = launch(PERIODIC_JOBS="1")
    window = enter("renard.paul", to=portal, bypass_csp=True)
    page = window.open("/gestion/familles")
    for name in ("Choisir Claire Aubry", "Choisir Samir Belkacem"):
        page.get_by_label(name).press("Space")
    expect(page.locator(".choice")).to_contain_text("2 familles choisies")
    page.get_by_label("Rechercher").focus()
    page.keyboard.type("nguyen")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Choisir Linh").press("Space")
    expect(page.locator(".choice")).to_contain_text("3 familles choisies")
    page.get_by_role("button", name="Envoyer par e-mail").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("des 3 comptes")
    expect(page.get_by_role("button", name="Retour")).to_be_focused()
    settled(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Préparer les lettres (PDF)").press("Enter")
    page.wait_for_url("**/gestion/familles/acces")
    wait_for(lambda: portal.rows("SELECT 1 FROM access_batch WHERE state = 'done'"), "the letters")
    expect(page.get_by_role("link", name="Ouvrir les lettres (PDF)")).to_be_visible()
    assert portal.value("SELECT count(*) FROM access_item WHERE state = 'done'") == 3
    settled(page)


def test_lists_are_found_again_as_they_were_left_and_their_own_entry_makes_them_fresh(enter: Enter) -> None:
    window = enter("lemoine.helene")
    page = window.open("/gestion/familles")
    menu = page.get_by_role("navigation", name="Menu principal").first

    def follow(name: str, path: str) -> None:
        menu.get_by_role("link", name=name, exact=True).press("Enter")
        page.wait_for_url(f"**{path}")
        page.wait_for_selector(LIVE, state="attached")

    page.get_by_label("Rechercher").focus()
    page.keyboard.type("nguyen")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("button", name="Ville").press("Enter")
    page.wait_for_url("**/gestion/familles?r=nguyen&tri=4c")
    page.locator("tbody a").press("Enter")
    page.wait_for_url("**/gestion/familles/1105")
    page.wait_for_selector(LIVE, state="attached")
    page.get_by_role("link", name="Toutes les familles").press("Enter")
    page.wait_for_url("**/gestion/familles?r=nguyen&tri=4c")
    expect(page.locator("tbody tr")).to_have_count(1)

    go(page, "/gestion/reinscriptions/1?etat=tous")
    page.locator("#filter-cycle").select_option("Éveil")
    page.wait_for_url("**/reinscriptions/1?etat=tous&cycle=%C3%89veil")
    page.get_by_role("button", name="Famille").press("Enter")
    page.wait_for_url("**/reinscriptions/1?etat=tous&cycle=%C3%89veil&tri=family")
    rows = page.locator("tbody tr").count()
    follow("Demandes", "/gestion/demandes")
    page.get_by_label("Rechercher").focus()
    page.keyboard.type("aurore")
    page.wait_for_url("**r=aurore**")
    follow("Réinscriptions", "/gestion/reinscriptions")
    page.locator("tbody a").press("Enter")
    page.wait_for_url("**/reinscriptions/1?etat=tous&cycle=%C3%89veil&tri=family")
    expect(page.locator("tbody tr")).to_have_count(rows)
    follow("Demandes", "/gestion/demandes?r=aurore")
    expect(page.get_by_label("Rechercher")).to_have_value("aurore")
    expect(page.locator(".list-card tbody tr")).to_have_count(1)
    follow("Familles", "/gestion/familles?r=nguyen&tri=4c")
    follow("Familles", "/gestion/familles")
    expect(page.get_by_label("Rechercher")).to_have_value("")
    expect(page.locator("tbody tr")).not_to_have_count(1)


def test_every_file_tells_its_keys_and_lines_can_be_tighter(enter: Enter) -> None:
    window = enter("renard.paul", bypass_csp=True)
    page = window.open("/gestion/demandes")
    loose = page.locator(".list-card tbody tr").first.bounding_box()
    for path in ("?onglet=reinscriptions", "?onglet=pieces", "?onglet=absences"):
        go(page, f"/gestion/demandes{path}")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_contain_text("cette aide")
        settled(page)
        page.keyboard.press("Escape")
    page.get_by_role("link", name="Affichage").first.press("Enter")
    expect(page.locator("#display-preferences-title")).to_be_focused()  # once it is dressed; the box is pressed then
    page.get_by_label("Resserrer les lignes des listes").press("Space")
    expect(page.get_by_text("C’est enregistré.")).to_be_visible()
    go(page, "/gestion/demandes")
    tight = page.locator(".list-card tbody tr").first.bounding_box()
    assert loose
    assert tight
    assert tight["height"] < loose["height"] * 0.75
    settled(page)


def test_nothing_jumps_when_a_row_is_decided_or_another_comes(enter: Enter) -> None:
    window = enter("renard.paul")
    page = window.open("/gestion/demandes")

    def places() -> list[object]:
        boxes = [page.locator(each).first.bounding_box() for each in
                 ("#request-title", ".list-card tbody tr", ".tabs", "button[type=submit]")]  # fmt: skip
        return [box and (box["y"], box["height"]) for box in boxes]

    first = page.locator("#request-title").inner_text()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#request-title")).not_to_have_text(first)
    second = page.locator("#request-title").inner_text()
    before = places()
    page.keyboard.press("v")
    expect(page.locator("#request-title")).not_to_have_text(second)
    expect(page.get_by_role("button", name="Annuler la décision")).to_be_visible()
    decided = places()
    assert decided[:3] == before[:3]

    family = enter("aubry.claire")
    sheet = family.open("/famille")
    sheet.get_by_role("textbox", name="Téléphone mobile").first.fill("06 12 34 56 78")
    sheet.get_by_role("button", name="Modifier").first.click()
    expect(page.get_by_role("link", name="Aubry Claire")).to_be_visible()
    assert places() == decided


def test_in_a_queue_of_three_hundred_the_open_request_and_its_row_are_in_sight(enter: Enter, portal: Server) -> None:
    three_hundred_wait(portal)
    [*_, (far,)] = portal.rows("SELECT id FROM change_request WHERE state = 'pending' ORDER BY submitted_at LIMIT 40")
    page = enter("renard.paul").open(f"/gestion/demandes?demande={far}")
    expect(page.locator(f"#open-{far}")).to_be_in_viewport()
    expect(page.locator("#request-title")).to_be_in_viewport()
    page.keyboard.press("ArrowDown")
    expect(page.locator(f"#open-{far}")).not_to_have_attribute("aria-current", "true")
    expect(page.locator("tr.current a")).to_be_in_viewport(ratio=1)
    page.keyboard.press("v")
    expect(page.get_by_role("button", name="Annuler la décision")).to_be_in_viewport()
    expect(page.locator("tr.current a")).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0

"""The chapters of the manual without a mouse, one after the other in one browser: only keys are pressed."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LIVE, Enter, reach
from tests.server import PASSWORD, Server

NEW = "quatre mots bien choisis"


def go(page: Page, wanted: Locator, title: str | re.Pattern[str]) -> None:
    """By that link to the page of that title; a screen, once its websocket is there."""
    reach(page, wanted, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    if page.locator("#boot").count():
        page.wait_for_selector(LIVE, state="attached")


def entry(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=name, exact=True)


def write(page: Page, label: str, expected: str) -> None:
    reach(page, page.get_by_label(re.compile(rf"^{re.escape(label)}( \(obligatoire\))?$")))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(expected)


def test_a_family_goes_from_connexion_to_deconnexion(enter: Enter, portal: Server) -> None:
    window = enter()
    page = window.open("/connexion")
    go(page, page.get_by_role("link", name="Mot de passe perdu"), "Mot de passe perdu")
    write(page, "Identifiant", "belkacem.samir")
    write(page, "E-mail", "samir.belkacem@example.org")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("un nouveau mot de passe vient d’être envoyé")
    go(page, page.get_by_role("link", name="Retour"), re.compile("."))
    write(page, "Identifiant", "aubry.claire")
    write(page, "Mot de passe", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")
    page.wait_for_selector(LIVE, state="attached")

    go(page, entry(page, "Famille"), "Famille")
    write(page, "Téléphone mobile", "06 12 34 56 78")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("La fiche d’identité a été mise à jour.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Fiche du responsable en attente de validation").first).to_be_visible()

    go(page, entry(page, "Élèves"), "Élèves")
    go(page, page.get_by_role("link", name=re.compile("^Irina Aubry")), re.compile("Irina Aubry"))
    tabs = page.get_by_role("navigation", name=re.compile("Dossier"))
    expect(page.get_by_role("textbox", name="Date de naissance").first).to_be_visible()
    write(page, "Établissement scolaire", "Collège des Tilleuls")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Enter")
    reach(page, tabs.get_by_role("link", name="Cours"), "Enter")
    page.wait_for_selector("[id^=open-courses-]")
    reach(page, page.locator("[id^=open-courses-]").first, "Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    reach(page, tabs.get_by_role("link", name="Historique"), "Enter")
    page.wait_for_url("**/historique")
    reach(page, page.get_by_role("button", name="Année"), "Enter")
    expect(page.get_by_role("columnheader", name="Année")).to_have_attribute("aria-sort", "ascending")
    reach(page, page.locator("[id^=open-]").first, "Enter")
    expect(page.get_by_role("region", name=re.compile("Fiche de")).get_by_role("heading", level=2)).to_be_focused()
    reach(page, tabs.get_by_role("link", name="Répertoire"), "Enter")
    page.wait_for_url("**/repertoire")
    write(page, "Rechercher", "fete")
    expect(page.locator("[id^=open-events-]")).to_have_count(1)

    go(page, entry(page, "Facturation"), "Facturation")
    page.get_by_role("link", name="Payer en ligne").first.wait_for()
    reach(page, page.get_by_role("link", name="Payer en ligne").filter(visible=True).first, "Enter")
    page.wait_for_url("**/payer")
    page.wait_for_selector(LIVE, state="attached")
    reach(page, page.get_by_role("button", name="Continuer vers le paiement"), "Enter")
    page.wait_for_url("**/paiement/simulateur/**")
    reach(page, page.get_by_role("button", name=re.compile("^Accepter")), "Enter")
    page.wait_for_url("**/facturation/retour/**")
    expect(page.get_by_text(re.compile("Paiement reçu"))).to_be_visible()

    go(page, entry(page, "Accessibilité"), re.compile("Accessibilité"))
    reach(page, page.get_by_label("Supprimer les animations"), "Space")
    expect(page.locator("html")).to_have_attribute("data-motion", "none")
    go(page, entry(page, "Mot de passe"), "Mot de passe")
    write(page, "Mot de passe actuel", PASSWORD)
    write(page, "Nouveau mot de passe", NEW)
    write(page, "Nouveau mot de passe, une seconde fois", NEW)
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("dialog").or_(page.get_by_role("status").filter(has_text="mot de passe")).first
    ).to_be_visible()
    page.keyboard.press("Enter")
    reach(page, page.get_by_role("button", name="Déconnexion"), "Enter")
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible()
    assert portal.value("SELECT count(*) FROM payment WHERE number LIKE 'EL-%'") == 1
    assert portal.value("SELECT count(*) FROM change_request WHERE state = 'pending' AND family_id = ?",
                        portal.account("aubry.claire")["family_id"]) >= 2  # fmt: skip
    window.complaints.clear()

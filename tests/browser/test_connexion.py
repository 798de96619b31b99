"""« Connexion », « Mot de passe perdu », the first sign-in, « Déconnexion », as people do them."""

from playwright.sync_api import Locator, Page, expect

from data.mail.outbox import decrypt
from tests.browser.conftest import LIVE, Enter, Window
from tests.server import PASSWORD, Server

NEW = "quatre mots bien choisis"


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"{name} (obligatoire)", exact=True)


def fill_in(window: Window, login: str, word: str = PASSWORD, site: str = "Conservatoire de Valmont") -> Page:
    page = window.context.pages[-1] if window.context.pages else window.open("/connexion")
    page.get_by_label("Site").select_option(label=site)
    box(page, "Identifiant").fill(login)
    box(page, "Mot de passe").fill(word)
    page.get_by_role("button", name="Se connecter").click()
    return page


def test_a_family_signs_in_and_sees_its_home(enter: Enter) -> None:
    page = fill_in(enter(), "aubry.claire")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")
    expect(page).to_have_title("Accueil – Conservatoire de Valmont")


def test_the_identifier_has_the_focus_and_enter_sends(enter: Enter) -> None:
    page = enter().open("/connexion")
    expect(box(page, "Identifiant")).to_be_focused()
    page.keyboard.type("aubry.claire")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Claire")


def test_a_wrong_pair_says_one_sentence_and_keeps_the_identifier(enter: Enter) -> None:
    window = enter()
    page = fill_in(window, "aubry.claire", "not the word")
    expect(page.get_by_role("alert")).to_have_text("Identifiant ou mot de passe incorrect.")
    expect(page).to_have_title("Erreur : Connexion – Portail des usagers")
    expect(box(page, "Mot de passe")).to_have_accessible_description("Identifiant ou mot de passe incorrect.")
    expect(box(page, "Identifiant")).to_have_value("aubry.claire")
    expect(box(page, "Mot de passe")).to_be_focused()
    window.complaints.clear()  # the browser itself notes the 401


def test_an_empty_field_opens_a_message_closed_with_ok_that_leads_to_the_field(enter: Enter) -> None:
    window = enter()
    page = fill_in(window, "", "")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Vérifiez les renseignements saisis.")
    expect(dialog.get_by_role("button", name="OK")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(box(page, "Identifiant")).to_be_focused()
    expect(page.get_by_text("Indiquez votre identifiant.")).to_be_visible()
    window.complaints.clear()


def test_afficher_shows_the_password_and_hides_it_again(enter: Enter) -> None:
    page = enter().open("/connexion")
    field = box(page, "Mot de passe")
    field.fill("secret")
    page.get_by_role("button", name="Afficher").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Masquer").click()
    expect(field).to_have_attribute("type", "password")


def test_the_last_site_is_remembered_on_the_device(enter: Enter) -> None:
    window = enter()
    page = fill_in(window, "petit.jean", site="École de musique de Belrive")
    page.get_by_role("button", name="Déconnexion").first.click()
    expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    expect(page.get_by_label("Site")).to_have_value("belrive")


def test_a_deep_link_signed_out_comes_back_after_signing_in(enter: Enter) -> None:
    window = enter()
    page = window.open("/eleves/2042/identite")
    expect(page).to_have_title("Connexion – Portail des usagers")
    fill_in(window, "aubry.claire")
    expect(page.get_by_role("heading", level=1)).to_have_text("Irina Aubry")


def test_the_first_sign_in_leads_to_choosing_a_password(enter: Enter) -> None:
    window = enter()
    page = fill_in(window, "nguyen.linh")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")
    page.goto("/famille")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")
    box(page, "Nouveau mot de passe").fill("court")
    box(page, "Nouveau mot de passe, une seconde fois").fill("court")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text("il en faut au moins 12")).to_be_visible()
    expect(box(page, "Nouveau mot de passe")).to_be_focused()
    window.complaints.clear()
    box(page, "Nouveau mot de passe").fill(NEW)
    box(page, "Nouveau mot de passe, une seconde fois").fill(NEW)
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Famille")


def test_a_lost_password_is_asked_for_and_works(enter: Enter, portal: Server) -> None:
    window = enter()
    page = window.open("/connexion")
    page.get_by_role("link", name="Mot de passe perdu").click()
    page.get_by_role("button", name="Valider").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Vérifiez les renseignements saisis : l’identifiant et l’e-mail sont obligatoires.")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(box(page, "Identifiant")).to_be_focused()
    window.complaints.clear()
    box(page, "Identifiant").fill("belkacem.samir")
    box(page, "E-mail").fill("samir.belkacem@example.org")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("status")).to_contain_text("un nouveau mot de passe vient d’être envoyé par e-mail.")
    page.get_by_role("link", name="Retour").click()
    word = decrypt(portal.value("SELECT secret FROM letter WHERE kind = 'new_password'"))
    fill_in(window, "belkacem.samir", word)
    expect(page.get_by_role("heading", level=1)).to_have_text("Choisissez votre mot de passe")


def test_deconnexion_ends_every_tab_and_the_back_button_shows_nothing(enter: Enter) -> None:
    window = enter("aubry.claire")
    one, other = window.open("/famille"), window.open("/eleves/2042/identite")
    one.get_by_role("button", name="Déconnexion").first.click()
    expect(one.get_by_text("Vous êtes déconnecté.")).to_be_visible()
    expect(other.get_by_role("heading", level=1)).to_have_text("Connexion")
    one.go_back()
    expect(one.get_by_role("heading", level=1)).to_have_text("Connexion")
    expect(one.get_by_label("Téléphone mobile")).to_have_count(0)


def test_a_new_password_closes_the_other_browser_at_once(enter: Enter) -> None:
    here, there = enter("aubry.claire"), enter("aubry.claire")
    page, other = here.open("/mot-de-passe"), there.open("/famille")
    expect(page.get_by_role("table", name="Mes connexions").get_by_role("row")).to_have_count(3)
    box(page, "Mot de passe actuel").fill(PASSWORD)
    box(page, "Nouveau mot de passe").fill(NEW)
    box(page, "Nouveau mot de passe, une seconde fois").fill(NEW)
    page.get_by_role("button", name="Modifier").click()
    expect(page.get_by_text("Votre mot de passe a été modifié.")).to_be_visible()
    expect(other.get_by_role("heading", level=1)).to_have_text("Connexion")
    expect(other.get_by_text("Votre session a expiré ou a été fermée.")).to_be_visible()


def test_one_closes_a_connection_from_the_list(enter: Enter) -> None:
    here, there = enter("aubry.claire"), enter("aubry.claire")
    other, page = there.open("/famille"), here.open("/mot-de-passe")
    rows = page.get_by_role("table", name="Mes connexions").get_by_role("row")
    expect(rows).to_have_count(3)
    newest = page.get_by_role("button", name="Fermer").first  # the latest comes first: the other browser's
    newest.click()
    expect(rows).to_have_count(2)
    expect(other.get_by_role("heading", level=1)).to_have_text("Connexion")


def test_the_language_is_chosen_at_the_foot_and_kept(enter: Enter) -> None:
    page = enter().open("/connexion")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Français")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_language_of_the_account_follows_to_another_browser(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    page.get_by_role("button", name="English").first.click()
    expect(page.locator(LIVE)).to_have_attribute("lang", "en")
    elsewhere = enter("aubry.claire").open("/famille")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "en")
    expect(elsewhere.get_by_role("heading", level=1)).not_to_have_text("Famille")

"""Getting in and out, a forgotten password, one's data, the language and the display, in Firefox and WebKitGTK."""

from data.mail.outbox import decrypt
from tests.engines.conftest import WIDE, Enter
from tests.engines.page import Page
from tests.engines.where import box, button, css, dialog, field, heading, link, words
from tests.server import PASSWORD, Server

NEW = "quatre mots bien choisis"
LEFT = words("Vous êtes déconnecté.")
Size = tuple[int, int]


def sign_in(page: Page, login: str, word: str = PASSWORD) -> None:
    page.choose(field("Site"), "Conservatoire de Valmont")
    page.fill(field("Identifiant"), login)
    page.fill(field("Mot de passe"), word)
    page.press("Enter")


def leave(page: Page) -> None:
    if page.ask_now(button("Plus")):
        page.click(button("Plus"))
    page.click(button("Déconnexion"))
    page.see(LEFT)


def test_a_family_signs_in_and_out_and_the_back_button_shows_nothing(enter: Enter, size: Size) -> None:
    page = enter(path="/connexion", size=size)
    page.focused(field("Identifiant"))
    sign_in(page, "aubry.claire", "not the word")
    page.see(words("Identifiant ou mot de passe incorrect."))
    page.holds(field("Identifiant"), "aubry.claire")
    page.focused(field("Mot de passe"))
    page.click(button("Afficher"))
    page.attribute(field("Mot de passe"), "type", "text")
    sign_in(page, "aubry.claire")
    page.see(heading("Bonjour Claire"))
    page.at("^/$")
    page.goto("/famille")
    leave(page)
    page.back()
    page.see(heading("Connexion"))
    page.gone(field("Téléphone mobile"))
    page.expects_complaints = True  # the browser notes the 401


def test_a_lost_password_is_asked_for_and_another_chosen(enter: Enter, portal: Server, size: Size) -> None:
    page = enter(path="/connexion", size=size)
    page.click(link("Mot de passe perdu"))
    page.at("^/mot-de-passe-perdu")
    page.click(button("Valider"))
    page.see(dialog("l’identifiant et l’e-mail sont obligatoires."))
    page.press("Escape")
    page.gone(dialog())
    page.focused(field("Identifiant"))
    page.fill(field("Identifiant"), "belkacem.samir")
    page.fill(field("E-mail"), "samir.belkacem@example.org")
    page.click(button("Valider"))
    page.see(words("un nouveau mot de passe vient d’être envoyé par e-mail."))
    page.click(link("Retour"))
    page.at("^/connexion")
    sign_in(page, "belkacem.samir", decrypt(portal.value("SELECT secret FROM letter WHERE kind = 'new_password'")))
    page.see(heading("Choisissez votre mot de passe"))
    page.fill(field("Nouveau mot de passe (obligatoire)"), NEW)
    page.fill(field("Nouveau mot de passe, une seconde fois"), NEW)
    page.click(button("Valider"))
    page.see(heading("Bonjour Samir"))
    page.at("^/$")
    page.expects_complaints = True


def test_ones_data_are_explained_and_downloaded(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/mot-de-passe/donnees", size)
    page.see(words("vos données à lire, dans un navigateur"))
    page.see(link("Télécharger mes données"))
    assert page.download(link("Télécharger mes données")) == [200, "application/zip", "PK"]


def test_the_language_is_chosen_before_signing_in_and_kept_by_the_account(enter: Enter) -> None:
    page = enter(path="/connexion")
    page.click(button("English"))
    page.attribute(css("html"), "lang", "en")
    page.live()
    page.choose(field("Site"), "Conservatoire de Valmont")
    page.fill(field("User name"), "aubry.claire")
    page.fill(field("Password"), PASSWORD)
    page.click(button("Sign in"))
    page.at("^/$")
    page.attribute(css("html"), "lang", "en")
    page.click(button("Français").last)
    page.attribute(css("html"), "lang", "fr")
    page.see(heading("Bonjour Claire"))


def test_display_choices_act_at_once_over_a_form_and_are_kept(enter: Enter, size: Size) -> None:
    page = enter("aubry.claire", "/famille", size)
    page.fill(field("Profession"), "Luthière")
    if size != WIDE:
        page.click(button("Plus"))
    page.click(link("Affichage"))
    page.see(dialog("Affichage"))
    page.tick(box("150 %"))
    page.attribute(css("html"), "data-size", "150")
    page.tick(box("Renforcé"))
    page.tick(box("Sombres"))
    page.tick(box("Faite pour la dyslexie"))
    page.until(lambda: page.driver.evaluate("() => document.fonts.check('16px OpenDyslexic')"), "the font")
    page.press("Escape")
    page.gone(dialog("Affichage"))
    page.holds(field("Profession"), "Luthière")
    page.reload()
    page.attribute(css("html"), "data-size", "150")
    page.attribute(css("html"), "data-contrast", "more")
    page.attribute(css("html"), "data-theme", "dark")
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.holds(field("Profession"), "Luthière")

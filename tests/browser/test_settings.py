"""« Réglages » in a browser: a policy with its preview, an accent UserError, news that a family reads, the second factor."""

import io
import re

import pyotp
from PIL import Image
from playwright.sync_api import expect

from data.core import clock
from tests.browser.conftest import Enter
from tests.server import PASSWORD, Server


def test_a_manager_settles_the_site_and_a_family_sees_it(enter: Enter, portal: Server) -> None:
    home = enter("aubry.claire").open("/")
    expect(home.get_by_role("heading", name="Audition des classes de piano")).to_be_visible()
    page = enter("lemoine.helene").open("/gestion/reglages/champs")
    preview = page.locator(".preview")
    expect(preview.get_by_text("Téléphone fixe")).to_be_visible()
    page.get_by_label("Téléphone fixe", exact=True).first.select_option("hidden")
    expect(preview.get_by_text("Téléphone fixe")).to_have_count(0)
    assert portal.rows("SELECT 1 FROM audit_entry WHERE action = 'settings changed'") == []
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#announcement")).to_have_text("Les réglages sont enregistrés.")
    family = enter("aubry.claire").open("/famille")
    expect(family.get_by_label("Téléphone mobile")).to_be_visible()
    expect(family.get_by_label("Téléphone fixe")).to_have_count(0)

    page.goto("/gestion/reglages/apparence")
    page.wait_for_selector("html[data-screen=live]", state="attached")
    page.locator("#set-accent").fill("#ff0000")
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_text("Cette couleur est trop claire")).to_be_visible()
    page.locator("#set-accent").fill("#7a1f3d")
    page.get_by_role("button", name="Enregistrer").first.click()
    page.wait_for_url(re.compile("logo=couleur"))
    page.wait_for_selector("html[data-screen=live]", state="attached")
    button = page.get_by_role("button", name="Enregistrer")
    expect(button).to_have_css("background-color", "rgb(122, 31, 61)")
    picture = io.BytesIO()
    Image.new("RGBA", (900, 300), (122, 31, 61, 255)).save(picture, "PNG")
    page.locator("#fichier").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    page.get_by_role("button", name="Envoyer le logo").click()
    expect(page.get_by_text("Le logo est enregistré.")).to_be_visible()
    expect(page.locator("header .logo.own")).to_have_js_property("naturalWidth", 600)

    page.goto("/gestion/reglages/actualites")
    page.wait_for_selector("html[data-screen=live]", state="attached")
    page.locator("#news-title").fill("Concert de Noël")
    page.locator("#news-body").fill("Samedi à 18 h.\n<b>Entrée libre</b>")
    page.get_by_role("button", name="Enregistrer").click()
    expect(home.get_by_role("heading", name="Concert de Noël")).to_be_visible()
    expect(home.get_by_text("<b>Entrée libre</b>")).to_be_visible()


def test_the_second_factor_is_set_up_and_asked_for(enter: Enter, portal: Server) -> None:
    first = enter("renard.paul")
    page = first.open("/mot-de-passe")
    page.get_by_role("link", name="Mettre en place le second facteur").click()
    expect(page.get_by_role("img", name="Code QR à photographier")).to_be_visible()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("3. Le code").fill("000000")
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_role("alert")).to_contain_text("Ce code n’est pas bon")
    page.get_by_label("3. Le code").fill(pyotp.TOTP(secret).at(clock.now()))
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()

    window = enter()
    page = window.open("/connexion")
    page.get_by_label("Site").select_option("valmont")
    page.get_by_label("Identifiant").fill("renard.paul")
    page.locator("#mot_de_passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    code = page.get_by_label("Code à six chiffres, ou code de secours")
    expect(code).to_be_focused()
    assert not any(cookie["name"] == "anacrouse" for cookie in window.context.cookies())
    other = window.context.new_page()
    other.goto("/gestion/demandes")
    expect(other).to_have_url(re.compile("/connexion"))
    code.fill(codes[0])
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Paul")
    for each in (page, other):
        each.close()
    first.complaints.clear()  # an answer that refuses is noted by the browser
    window.complaints.clear()

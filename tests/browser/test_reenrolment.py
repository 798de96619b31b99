"""The manual's chapter « Réinscription » in a browser: boxes, « Importer », text, « Valider »; what a second tab sees."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LIVE, Enter, reach
from tests.server import Server

NINO = "/eleves/2043/reinscription"
DONE = "Votre demande de réinscription a bien été prise en compte. Elle vous sera confirmée par e-mail."
WAITS = "Réinscription en attente de validation"


def picture(name: str = "papier.jpg") -> dict[str, object]:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=name)


def takes_several(page: Page) -> None:
    """The script is there: until then the form takes one file, and sends itself."""
    expect(page.get_by_label("Parcourir")).to_have_js_property("multiple", True)


def line(page: Page, name: str) -> Locator:
    return page.locator(".documents tr", has_text=name)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_the_manuals_chapter_can_be_followed_word_by_word(enter: Enter, portal: Server, size: dict[str, int]) -> None:
    window = enter("aubry.claire", viewport=size)
    page = window.open("/eleves/2043/cours")
    page.get_by_role("link", name="Réinscription").first.click()
    page.wait_for_selector(LIVE, state="attached")
    page.get_by_role("button", name="Importer").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("Cochez d’abord")
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    expect(page.get_by_role("button", name="Importer")).to_be_focused()

    page.get_by_role("button", name="Continuer comme cette année").click()
    expect(page.get_by_role("heading", name="2. Pièces à fournir")).to_be_focused()
    expect(page.get_by_text("Étape 2 sur 3")).to_be_visible()
    expect(box(page, "tout le cursus")).to_be_checked()
    page.locator(".reenrolment tr", has_text="Éveil musical").click()  # the whole line is the box’s
    expect(box(page, "Réinscription : Éveil musical")).not_to_be_checked()
    box(page, "Réinscription : Éveil musical").check()
    box(page, "Réinscription administrative").check()
    expect(box(page, "Réinscription : Éveil musical")).not_to_be_checked()
    box(page, "Réinscription : Éveil musical").focus()
    page.keyboard.press("Space")
    expect(box(page, "Réinscription administrative")).not_to_be_checked()
    expect(box(page, "tout le cursus")).to_be_checked()

    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("dialog")).to_contain_text("Il manque 3 pièces obligatoires")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_role("dialog", name="Importer un document")).to_be_visible()
    takes_several(page)
    page.get_by_label("Parcourir").set_input_files([picture("adresse.jpg"), picture("photo.jpg"), picture("maif.jpg")])
    expect(page.locator(".sending select")).to_have_count(3)
    for at, name in enumerate(("Justificatif d’adresse", "Photo d’identité", "Attestation d’assurance")):
        page.locator(".sending select").nth(at).select_option(label=name)
    page.get_by_role("dialog").get_by_role("button", name="Importer").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    for name, file in (("adresse", "adresse.jpg"), ("Photo d’identité", "photo.jpg"), ("assurance", "maif.jpg")):
        expect(line(page, name)).to_contain_text("Reçue")
        expect(line(page, name)).to_contain_text(file)

    text = page.get_by_label("Votre message à l’administration")
    text.press_sequentially("Le mercredi, si possible.", delay=5)
    expect(page.get_by_text("25 caractères sur 2 000")).to_be_visible()
    other = enter("aubry.claire").open(NINO)
    expect(other.get_by_label("Votre message à l’administration")).to_have_value("Le mercredi, si possible.")
    expect(box(other, "tout le cursus")).to_be_checked()

    page.get_by_role("button", name="Valider").dblclick()
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    page.keyboard.press("Enter")
    expect(page.get_by_text(WAITS)).to_be_visible()
    expect(other.get_by_text(WAITS)).to_be_visible()
    expect(page.get_by_role("button", name="Valider")).to_have_count(0)
    assert portal.value("SELECT count(*) FROM reenrolment JOIN pupil ON pupil.id = pupil_id WHERE number = 2043") == 1
    expect(page.locator("main").get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_text("Le mercredi, si possible.")).to_be_visible()
    page.get_by_role("link", name="Retour").click()
    expect(page).to_have_url(re.compile("/famille$"))
    page.goto("/")
    expect(page.get_by_role("region", name="En attente du conservatoire")).to_contain_text(
        "Réinscription de Nino Aubry"
    )
    page.get_by_role("link", name="Toutes vos demandes").click()
    page.wait_for_selector(LIVE, state="attached")
    expect(page.get_by_text("Réinscription de Nino Aubry", exact=True)).to_be_visible()
    page.get_by_role("link", name="Réinscription de Nino Aubry", exact=True).click()
    page.get_by_role("button", name="Demander une correction").click()
    page.get_by_role("dialog").get_by_role("button", name="Demander une correction").click()
    expect(page.get_by_text("À corriger : modifiez la demande")).to_be_visible()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("dialog")).to_contain_text(DONE)


def test_the_chapter_by_keyboard_alone(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire").open(NINO)
    reach(page, box(page, "Réinscription administrative"), "Space")
    expect(box(page, "Réinscription administrative")).to_be_checked()
    expect(page.get_by_role("button", name="Importer")).not_to_have_attribute("aria-disabled", "true")
    reach(page, page.get_by_role("button", name="Importer"), "Enter")
    window = page.get_by_role("dialog", name="Importer un document")
    expect(window).to_be_visible()
    with page.expect_file_chooser() as chooser:
        reach(page, page.get_by_label("Parcourir"), "Space")
    chooser.value.set_files([picture("adresse.jpg"), picture("photo.jpg"), picture("maif.jpg")])
    expect(page.locator(".sending select")).to_have_count(3)
    for at, key in enumerate("JPA"):
        reach(page, page.locator(".sending select").nth(at))
        page.keyboard.press(key)
    reach(page, window.get_by_role("button", name="Importer"), "Enter")
    expect(window).to_have_count(0)
    expect(line(page, "assurance")).to_contain_text("Reçue")
    reach(page, page.get_by_label("Votre message à l’administration"))
    page.keyboard.type("Merci.")
    expect(page.get_by_text("6 caractères sur 2 000")).to_be_visible()
    reach(page, page.get_by_role("button", name="Valider"), "Enter")
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    page.keyboard.press("Enter")
    expect(page.get_by_text(WAITS)).to_be_visible()
    reach(page, page.get_by_role("link", name="Retour"), "Enter")
    expect(page).to_have_url(re.compile("/famille$"))


def test_a_lost_websocket_loses_neither_a_file_nor_what_is_typed(enter: Enter) -> None:
    page = enter("aubry.claire").open(NINO)
    box(page, "Réinscription administrative").check()
    expect(page.get_by_role("button", name="Importer")).not_to_have_attribute("aria-disabled", "true")
    page.evaluate("window.socket.disconnect()")
    page.get_by_label("Votre message à l’administration").fill("Écrit hors ligne.")
    page.get_by_role("button", name="Importer").click()
    page.get_by_label("Parcourir").set_input_files(picture("adresse.jpg"))
    expect(page.get_by_role("dialog").locator(".sending strong")).to_have_text(["adresse.jpg"])
    page.get_by_role("dialog").get_by_role("button", name="Importer").click()
    page.wait_for_selector(LIVE, state="attached")
    expect(line(page, "adresse")).to_contain_text("Reçue")
    expect(page.get_by_label("Votre message à l’administration")).to_have_value("Écrit hors ligne.")


def test_a_campaign_that_closes_under_an_open_page_says_so(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire").open("/eleves/2042/reinscription")
    portal.change("UPDATE campaign SET state = 'closed' WHERE site_id = 1")
    box(page, "Ne se réinscrit pas").click()
    expect(page.get_by_role("dialog")).to_contain_text("La période de réinscription est terminée.")
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    expect(page.get_by_role("button", name="Valider")).to_have_count(0)
    expect(box(page, "Musique, cursus diplômant")).to_be_checked()

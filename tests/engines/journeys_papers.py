"""Papers and what goes with them, in Firefox and WebKitGTK: documents, a re-enrolment to sent, absences justified and announced."""

from pathlib import Path

import pytest
from PIL import Image

from tests.engines.conftest import Enter
from tests.engines.page import Page
from tests.engines.where import Where, box, button, css, dialog, field, files, heading, link, words
from tests.server import Server

NINO = "/eleves/2043/reinscription"
SENT = "Votre demande de réinscription a bien été prise en compte."
WAITS = "Réinscription en attente de validation"
SENDING = css(".sending select")
Size = tuple[int, int]


@pytest.fixture
def photo(tmp_path: Path) -> "Photo":
    return Photo(tmp_path)


class Photo:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str) -> Path:
        Image.new("RGB", (60, 80), "white").save(self.folder / name, "JPEG")
        return self.folder / name


def line(name: str) -> Where:
    return css(".documents tr", name)


def test_documents_are_given_named_and_one_replaced(enter: Enter, photo: Photo, size: Size) -> None:
    page = enter("aubry.claire", NINO, size)
    page.tick(box("Réinscription administrative"))
    page.attribute(button("Importer"), "aria-disabled", None)
    page.click(button("Importer"))
    window = dialog("Importer un document")
    page.see(window)
    page.give(files("Parcourir"), photo("adresse.jpg"), photo("photo.jpg"), photo("maif.jpg"))
    page.count(SENDING, 3)
    for at, name in enumerate(("Justificatif d’adresse", "Photo d’identité", "Attestation d’assurance")):
        page.choose(SENDING.nth(at), name)
    page.click(button("Importer").inside(window))
    page.gone(window)
    for name, file in (("adresse", "adresse.jpg"), ("Photo d’identité", "photo.jpg"), ("assurance", "maif.jpg")):
        page.says(line(name), "Reçue")
        page.says(line(name), file)
    page.click(button("Importer"))
    page.give(files("Parcourir"), photo("autre.jpg"))
    page.choose(SENDING, "Photo d’identité")
    page.click(button("Importer").inside(window))
    page.focused(box("Remplacer « photo.jpg », déjà reçu"))
    page.tick(box("Remplacer « photo.jpg », déjà reçu"))
    page.click(button("Importer").inside(window))
    page.says(line("Photo d’identité"), "autre.jpg")
    page.give(files("Remplacer : Attestation d’assurance"), photo("neuve.jpg"))
    page.says(line("assurance"), "neuve.jpg")


def test_a_re_enrolment_in_three_steps_with_two_papers_is_sent(
    enter: Enter, photo: Photo, portal: Server, size: Size
) -> None:
    page = enter("aubry.claire", "/", size)
    page.click(Where("a", within=css(".tasks li", "Réinscription d’Irina")))
    page.at("^/eleves/2042/reinscription")
    page.click(button("Continuer comme cette année"))
    page.focused(heading("2. Pièces à fournir"))
    page.see(words("Étape 2 sur 3"))
    for way, name in (("Remplacer", "Photo d’identité"), ("Ajouter", "Attestation d’assurance")):
        page.give(files(f"{way} : {name}"), photo(f"{name[:5]}.jpg"))
        page.says(line(name), f"{name[:5]}.jpg")
        page.says(line(name), "Reçue")
    page.fill(field("Votre message à l’administration"), "Le mercredi, si possible.")
    page.see(words("25 caractères sur 2 000"))
    page.click(button("Valider"))
    page.see(dialog(SENT))
    page.click(button("OK").inside(dialog()))
    page.see(words(WAITS))
    page.gone(button("Valider"))
    page.see(words("Le mercredi, si possible."))
    page.goto("/demandes")
    page.click(link("Réinscription d’Irina"))
    page.at("^/eleves/2042/reinscription")
    page.see(button("Demander une correction"))
    sent = "SELECT count(*) FROM reenrolment JOIN pupil ON pupil.id = pupil_id WHERE number = 2042"
    assert portal.value(sent) == 1


def test_an_absence_is_justified_with_a_file_and_accepted(enter: Enter, photo: Photo, size: Size) -> None:
    page = enter("aubry.claire", "/", size)
    page.click(Where("a", within=css(".tasks li", "Absence d’Irina")))
    page.at("^/eleves/2042/absences")
    page.click(button("Envoyer", exact=True))
    page.see(words("Choisissez un motif."))
    reason(page)
    page.give(files("Ajouter : document (facultatif)"), photo("certificat.jpg"))
    page.says(css("#sending-absence"), "certificat.jpg")
    page.until(lambda: page.ask_value(Where("#absence-document", hidden=True)), "the document kept")
    page.click(button("Envoyer", exact=True))
    page.see(dialog("Votre justification a été envoyée."))
    page.press("Enter")
    page.focused(heading("Ce que vous avez envoyé"))
    page.says(css(".notices"), "En attente")
    office = enter("renard.paul", "/gestion/demandes?onglet=absences")
    office.click(link("Irina Aubry"))
    office.see(css("#request-title", "Irina Aubry"))
    office.see(link("Voir le document"))
    office.click(button("Accepter"))
    page.says(css(".notices"), "Acceptée")


def test_a_lesson_to_come_is_announced_from_accueil(enter: Enter, portal: Server, size: Size) -> None:
    page = enter("aubry.claire", "/", size)
    page.click(link("Absence ?"))
    page.at("^/eleves/20")
    reason(page)
    page.click(button("Envoyer", exact=True))
    page.see(dialog("L’absence a été annoncée"))
    page.press("Escape")
    page.gone(dialog())
    page.says(css(".notices"), "En attente")


def reason(page: Page) -> None:
    page.click(Where("label", words="Maladie"))
    page.ticked(box("Maladie"))

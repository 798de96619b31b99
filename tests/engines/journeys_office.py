"""The office in Firefox and WebKitGTK: the queue by keyboard, decisions, a family's record, a file from its questions to done."""

from pathlib import Path

from tests import sample_files
from tests.engines.conftest import WIDE, Enter
from tests.engines.page import Page
from tests.engines.where import Where, box, button, css, field, files, heading, hidden, link, words
from tests.server import Server

TITLE = css("#request-title")
SAID = hidden("#announcement")
Size = tuple[int, int]
ASKED = css("fieldset.question:not(:has(input:checked))")
ANSWERS = {
    "Deux numéros pour deux adultes": "Le premier au premier adulte, le second au second",
    "que le nom de l’adulte": "C’est une seule famille",
}


def test_the_queue_is_worked_by_keyboard_alone(enter: Enter, portal: Server) -> None:
    page = enter("renard.paul", "/gestion/demandes")
    names = page.texts(css("table a strong"))
    page.see(css("#request-title", names[0]))
    page.press("ArrowDown")
    page.see(css("#request-title", names[1]))
    page.focused(TITLE)
    page.press("v")
    page.see(css("#request-title", names[2]))
    page.says(SAID, f"La décision pour {names[1]} est enregistrée.")
    page.press("r")
    page.focused(css("#reason"))
    page.type("Le justificatif manque.")
    page.press("Control+Enter")
    page.see(css("#request-title", names[3]))
    page.press("u")
    page.see(css("#request-title", names[2]))
    page.says(SAID, "La décision est annulée : la demande est de nouveau en attente.")
    assert portal.value("SELECT count(*) FROM change_request WHERE state = 'pending'") == 5
    page.press("?")
    page.see(Where("dialog[open]", words="Raccourcis clavier"))
    page.press("Escape")
    page.gone(css("dialog[open]"))


def test_a_family_is_found_and_its_record_corrected_by_keyboard(enter: Enter, portal: Server) -> None:
    page = enter("renard.paul", "/gestion/demandes")
    page.press("/")
    page.at("^/gestion/familles")
    page.focused(field("Rechercher"))
    page.type("yilmas")
    page.see(words("Noms proches"))
    page.count(css("tbody tr"), 1)
    page.press("Enter")
    page.at("^/gestion/familles/3021$")
    page.reach(link("Modifier : Adultes"), "Enter")
    page.at("^/gestion/familles/3021/adultes")
    page.fill(field("Téléphone mobile"), "06 11 22")
    page.press("Enter")
    page.says(css(".field.faulty .fault"), "pas complet")
    page.focused(field("Téléphone mobile"))
    page.fill(field("Téléphone mobile"), "06 11 22 33 44")
    page.press("Enter")
    page.see(css(".toast", "1 champ est corrigé."))
    mobile = "SELECT phone_mobile FROM guardian WHERE email = 'famille.3021@example.org'"
    assert portal.value(mobile) == "+33611223344"


def test_a_file_goes_from_its_questions_to_done(enter: Enter, portal: Server, tmp_path: Path) -> None:
    before = portal.value("SELECT count(*) FROM family")
    name, content = sample_files.small_school()
    (tmp_path / name).write_bytes(content)
    page = enter("lemoine.helene", "/gestion/imports")
    page.give(files("Fichier"), tmp_path / name)
    page.click(button("Continuer"))
    page.at(r"^/gestion/imports/\d+")
    page.click(button("Vérifier", exact=True))
    page.see(words("Lignes qui ajoutent"))
    fits_a_small_telephone(page)
    answer(page)
    if page.ask_now(box("J’ai lu")):
        page.tick(box("J’ai lu"))
    page.click(button("Importer"))
    page.see(words("Importé le"))
    fits_a_small_telephone(page)
    assert portal.value("SELECT count(*) FROM family") == before + 5


def fits_a_small_telephone(page: Page) -> None:
    page.resize(320, 700)
    fits = "() => document.documentElement.scrollWidth <= innerWidth"
    page.until(lambda: page.evaluate(fits), "the page scrolls up and down only")
    page.resize(*WIDE)


def answer(page: Page) -> None:
    page.count(ASKED, len(ANSWERS))
    for question, choice in ANSWERS.items():
        page.tick(box(choice).inside(css("fieldset.question", question)))
    page.click(button("Enregistrer et vérifier à nouveau"))
    page.gone(ASKED)
    page.see(button("Importer"))


def test_a_family_is_read_for_the_telephone(enter: Enter, size: Size) -> None:
    page = enter("renard.paul", "/gestion/familles/1042", size)
    for text in ("Solde", "Prochain cours", "Derniers courriers", "Irina Aubry"):
        page.see(words(text))
    page.see(css("[href^='tel:']", "06 98 76 54 32"))
    page.click(link("Modifier : Irina Aubry"))
    page.at("^/gestion/familles/1042/eleves")
    page.see(heading("Irina Aubry"))

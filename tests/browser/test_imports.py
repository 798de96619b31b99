"""From an empty installation to a family that signs in and finds its names, courses, history and balance: by the screens alone.

Files as three programs write them: other titles, orders, codings, separators; one with forty faults first.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.core import schema, spreadsheets
from data.mail.outbox import decrypt
from tests.browser.conftest import LIVE, Enter, Window
from tests.browser.every_screen import axe
from tests.conftest import ENVIRONMENT, move_to
from tests.data.import_helpers import FAULTY, sorts
from tests.data.sheet_helpers import saved, workbook
from tests.server import Server

FAMILIES = (
    "Réf. foyer;Civ.;Nom resp.;Prénom resp.;Adr.;CP;Commune;Tél. port.;Mél;Login;Gestionnaire\r\n"
    "F-12;Mme;Ōkubo;Nadège;1 rue Haute;57220;Valmont;0611223344;nadege@example.org;okubo.nadege;x\r\n"
)
PUPILS = "Matricule,Prénom élève,Nom élève,Né(e) le,S,N° famille\nE-1,Hana,Ōkubo,02/03/2015,Fille,F-12\n"
TEACHERS = "CODE_PROF\tNOM\tPRENOM\nOZD\tÖzdemir\tFiliz\n"
HISTORY = (
    "Matricule;Saison;Code cours;Classe;Discipline;Niveau;Prof;Moy.;Mention\r\n"
    "E-1;{year};PI 1;Piano débutants;Piano;débutant;OZD;;\r\n"
    "E-1;2024-2025;EV 1;Éveil;Éveil musical;;Filiz Ozdemir;15,75;Bien\r\n"
)
INVOICES = "N° pièce;Code famille;Date facture;Échéance;Objet;Net à payer\r\nFA-9;F-12;01/10/{first};31/10/{first};Cotisation;1 312,50 €\r\n"

WORD = "deux arpèges et trois gammes"
PAID: list[object] = ["N° reçu", "Facture", "Date", "Mode", "Montant"]


@pytest.fixture
def empty(launch: Callable[..., Server], tmp_path: Path) -> Server:
    """A new installation: no conservatoire, nobody."""
    template = tmp_path / "new.db"
    move_to(DATABASE_URL=f"sqlite:///{template}")
    schema.upgrade()
    move_to(**ENVIRONMENT)
    return launch(template=template, DEMO="0")


def begin(window: Window, server: Server) -> Page:
    """The first start, by the link that the log shows."""
    link = re.search(r"/premier-demarrage/\S+", server.log)
    assert link
    page = window.open(link[0])
    for label, typed in (
        ("Nom du conservatoire", "Conservatoire de Valmont"),
        ("Code du site", "valmont"),
        ("Votre nom et prénom", "Hélène Lemoine"),
        ("Votre e-mail", "helene.lemoine@example.org"),
        ("Identifiant que vous choisissez", "lemoine.helene"),
        ("Mot de passe", WORD),
        ("Mot de passe, une seconde fois", WORD),
    ):
        page.get_by_role("textbox", name=f"{label} (obligatoire)", exact=True).fill(typed)
    page.get_by_role("button", name="Commencer").click()
    page.wait_for_selector(LIVE, state="attached")
    return page


def give(page: Page, kind: str, name: str, content: bytes) -> None:
    """The file alone; the portal says what it holds."""
    page.goto("/gestion/imports")
    page.wait_for_selector(LIVE, state="attached")
    page.get_by_label("Fichier (obligatoire)", exact=True).set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_selector(LIVE, state="attached")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    held = page.get_by_label("Ce fichier contient")
    if held.locator("option:checked").inner_text() != kind:
        held.select_option(label=kind)
        expect(page.get_by_text(f"{kind} · ")).to_be_visible()


def check(page: Page) -> None:
    page.get_by_role("button", name="Vérifier", exact=True).click()


def carry(page: Page) -> None:
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("lignes ajoutées")).to_be_visible()


def test_a_new_installation_is_filled_and_a_family_finds_itself_in_it(enter: Enter, empty: Server) -> None:
    year = empty.value("SELECT strftime('%Y', today(), '-8 months')")
    window = enter(to=empty, bypass_csp=True)
    page = begin(window, empty)
    page.goto("/gestion/imports")
    expect(page.get_by_text("Aucun import pour l’instant.")).to_be_visible()

    give(page, "Familles et adultes", "vieux.csv", FAULTY.encode())
    expect(page.get_by_label("« Tél. port. » devient")).to_have_value("phone_mobile")
    check(page)
    expect(page.get_by_text("18 lignes sont à corriger : rien n’a été importé.")).to_be_visible()
    expect(page.get_by_role("row", name="Le 32/01/1980 n’existe pas")).to_be_visible()
    assert axe(page) == []
    report = spreadsheets.read(page.request.get(str(page.get_by_role("link", name="CSV").get_attribute("href"))).body())
    assert report.heads == ["Ligne", "Colonne", "Valeur", "Motif"]
    assert len(report.rows) >= 36
    assert len(sorts(str(cells[3]) for _, cells in report.rows)) >= 15
    assert empty.value("SELECT count(*) FROM family") == 0

    give(page, "Familles et adultes", "foyers.csv", FAMILIES.encode("utf-16"))
    expect(page.get_by_label("« Gestionnaire » devient")).to_have_value("")
    page.get_by_label("« Réf. foyer » devient").select_option(label="N° famille *")
    page.reload()
    page.wait_for_selector(LIVE, state="attached")
    expect(page.get_by_label("« Réf. foyer » devient")).to_have_value("number")
    assert axe(page) == []
    check(page)
    expect(page.get_by_role("row", name="Nadège Ōkubo")).to_be_visible()
    assert axe(page) == []
    carry(page)
    for kind, name, content in (
        ("Élèves", "eleves.csv", PUPILS.encode()),
        ("Enseignants", "profs.csv", TEACHERS.encode("cp1252")),
        ("Inscriptions et historique", "historique.csv", HISTORY.format(year=f"{year}-{int(year) + 1}").encode("utf-8-sig")),
        ("Factures et avoirs", "factures.csv", INVOICES.format(first=year).encode("cp1252")),
        ("Règlements", "reglements.xlsx", saved(workbook(PAID, ["R-1", "FA-9", f"12/10/{year}", "Chèque", 312.5]))),
    ):  # fmt: skip
        give(page, kind, name, content)
        check(page)
        carry(page)
    window.complaints.clear()
    the_family_signs_in(enter, empty)


def the_family_signs_in(enter: Enter, empty: Server) -> None:
    window: Window = enter(to=empty)
    page = window.open("/mot-de-passe-perdu")
    page.get_by_label("Identifiant").fill("okubo.nadege")
    page.get_by_label("E-mail").fill("nadege@example.org")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_text("vient d’être envoyé par e-mail")).to_be_visible()
    word = decrypt(empty.value("SELECT secret FROM letter WHERE kind = 'new_password'"))
    page.goto("/connexion")
    page.get_by_label("Identifiant").fill("okubo.nadege")
    page.get_by_label("Mot de passe (obligatoire)", exact=True).fill(word)
    page.get_by_role("button", name="Se connecter").click()
    for label in ("Nouveau mot de passe", "Nouveau mot de passe, une seconde fois"):
        page.get_by_role("textbox", name=f"{label} (obligatoire)", exact=True).fill("sept timbales avant le petit jour")
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Nadège")
    expect(page.get_by_text("Nadège Ōkubo").first).to_be_visible()
    page.goto("/eleves/1/cours")
    expect(page.get_by_role("row", name="Piano débutants")).to_be_visible()
    page.goto("/eleves/1/historique")
    expect(page.get_by_role("row", name="Éveil")).to_be_visible()
    page.goto("/facturation/cotisations")
    expect(page.get_by_text("1 000,00 €").first).to_be_visible()

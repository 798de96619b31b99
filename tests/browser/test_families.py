"""« Familles » by keyboard: found with a typing error, corrected, given an account and its letter, seen as the family."""

import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import LIVE, Enter
from tests.pictures.states import copies, eight_children
from tests.server import Server, wait_for

Launch = Callable[..., Server]


def test_a_secretary_finds_corrects_gives_access_and_looks_as_the_family(enter: Enter, portal: Server) -> None:
    window = enter("renard.paul")
    page = window.open("/gestion/demandes")
    page.keyboard.press("/")
    page.wait_for_url("**/gestion/familles#find-families")
    expect(page.get_by_label("Rechercher")).to_be_focused()
    page.keyboard.type("yilmas")  # Yilmaz
    expect(page.get_by_role("status").filter(has_text="Noms proches")).to_contain_text("Yilmaz")
    page.keyboard.press("Enter")  # the only one that is found
    page.wait_for_url("**/gestion/familles/3021")
    page.wait_for_selector(LIVE, state="attached")
    number = page.locator("a[href^='tel:']").first
    assert number.get_attribute("href") == "tel:" + str(
        portal.value("SELECT phone_mobile FROM guardian WHERE email = 'famille.3021@example.org'")
    )
    for part in ("Adultes", "Solde", "Derniers courriers"):
        box = page.get_by_role("region", name=part).bounding_box()
        assert box is not None
        assert box["y"] < 800
    page.get_by_role("link", name="Modifier : Adultes").press("Enter")
    page.wait_for_url("**/gestion/familles/3021/adultes")
    page.wait_for_selector(LIVE, state="attached")

    colleague = enter("lemoine.helene").open("/gestion/familles/3021/journal")
    phone = page.get_by_role("textbox", name="Téléphone mobile")
    phone.fill("06 11 22")
    page.keyboard.press("Enter")
    expect(page.locator(".field.faulty .fault")).to_contain_text("pas complet")
    expect(phone).to_be_focused()
    phone.fill("06 11 22 33 44")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_have_text("1 champ est corrigé.")
    assert portal.value("SELECT phone_mobile FROM guardian WHERE email = 'famille.3021@example.org'") == "+33611223344"
    expect(colleague.locator("tbody tr").first).to_contain_text("Fiche corrigée")  # without a reload
    expect(colleague.locator("tbody tr").first).to_contain_text("06 11 22 33 44")

    page.get_by_role("link", name="Comptes").press("Enter")
    page.wait_for_selector(LIVE, state="attached")
    expect(page.get_by_label("Identifiant")).to_have_value("yilmaz.diane")
    page.get_by_label("Identifiant").press("Enter")
    expect(page.get_by_role("button", name="Envoyer l’accès par e-mail")).to_be_focused()
    letter = page.get_by_role("link", name="Lettre (PDF)").get_attribute("href") or ""
    answer = window.context.request.get(letter)
    assert answer.headers["content-type"] == "application/pdf"
    [text] = [" ".join(each.extract_text().split()) for each in PdfReader(io.BytesIO(answer.body())).pages]
    assert "yilmaz.diane" in text
    assert portal.url in text or "http://localhost" in text
    assert re.search("Cette lettre ne contient aucun mot de passe", text)
    expect(page.locator(".account-facts")).to_contain_text("par lettre, le")
    wait_for(lambda: portal.rows("SELECT * FROM audit_entry WHERE action = 'access letter'"), "the journal's word")

    page.get_by_role("button", name="Voir comme la famille").press("Enter")
    page.wait_for_url(f"{portal.url}/")
    page.wait_for_selector(LIVE, state="attached")
    expect(page.get_by_role("region", name="Vue de la famille")).to_contain_text("Diane Yilmaz")
    page.get_by_role("link", name="Famille", exact=True).press("Enter")
    page.wait_for_selector(LIVE, state="attached")
    page.get_by_role("textbox", name="Téléphone mobile").fill("06 99 99 99 99")
    page.get_by_role("textbox", name="Téléphone mobile").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("rien ne peut y être changé")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Quitter cette vue").press("Enter")
    page.wait_for_url("**/gestion/familles/3021/comptes")
    assert portal.rows("SELECT * FROM field_change WHERE new = '+33699999999'") == []
    assert [
        action for (action,) in portal.rows("SELECT action FROM audit_entry WHERE action LIKE 'view%' ORDER BY id")
    ] == [
        "viewed as family",
        "viewing ended",
    ]


SCREENS = (
    "/gestion",
    "/gestion/demandes?onglet=reinscriptions",
    "/gestion/courriels/groupes",
    "/gestion/familles/3007/courriers",
)


def test_where_is_my_sons_file_and_what_do_i_owe_by_two_presses_from_anywhere(enter: Enter, portal: Server) -> None:
    """« / », a name, Enter: of each child the request and what it lacks, and the balance, without scrolling."""
    eight_children(portal)
    portal.change("DELETE FROM pupil_link WHERE pupil_id IN (SELECT id FROM pupil WHERE number > 9002)")
    more = [pupil for (pupil,) in portal.rows("SELECT id FROM pupil WHERE number BETWEEN 9000 AND 9002")]
    copies(portal, "enrolment", "status = 'enrolled'", 3, pupil_id=lambda n: more[n])
    window = enter("renard.paul")
    for path in SCREENS:
        page = window.open(path)
        page.keyboard.press("/")
        page.wait_for_url("**/gestion/familles#find-families")
        expect(page.get_by_label("Rechercher")).to_be_focused()
        expect(page.get_by_role("heading", name="Familles")).to_be_in_viewport(ratio=1)
        page.keyboard.type("aubry claire")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url("**/gestion/familles/1042")
        page.wait_for_selector(LIVE, state="attached")
        answers = page.get_by_role("region", name="Réinscription")
        expect(answers.get_by_role("term")).to_have_count(5)
        expect(answers.get_by_role("definition").first).to_contain_text("Pièces manquantes : ")
        for width in (1280, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            expect(page.get_by_role("region", name="Solde")).to_be_in_viewport(ratio=1)
            expect(page.get_by_role("region", name="Solde")).to_contain_text("324,00 €")
            expect(answers).to_be_in_viewport(ratio=1)
        assert page.evaluate("scrollY") == 0
        page.close()


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (880, False), (390, False)])
def test_in_one_column_the_balance_stands_above_the_children_and_letters_come_last(
    enter: Enter, width: int, beside: bool
) -> None:
    page = enter("renard.paul", viewport={"width": width, "height": 900}).open("/gestion/familles/1042")
    names = ("Adultes", "Solde", "Irina Aubry", "Nino Aubry", "Derniers courriers")
    boxes = [page.get_by_role("region", name=name, exact=True).bounding_box() for name in names]
    adults, balance, *_, letters = (box or {} for box in boxes)
    assert (balance["x"] > adults["x"]) == beside
    if beside:
        assert balance["y"] == adults["y"]
        assert letters["x"] == adults["x"]
        assert letters["y"] - adults["y"] - adults["height"] < 40  # under the adults, whatever the children's height
    else:
        heights = [box["y"] for box in boxes if box]
        assert heights == sorted(heights)


def test_letters_for_all_are_ready_without_a_reload_and_a_double_click_makes_one(enter: Enter, launch: Launch) -> None:
    portal = launch(PERIODIC_JOBS="1")
    window = enter("renard.paul", to=portal)
    page = window.open("/gestion/familles/acces")
    page.get_by_role("button", name="Préparer 3 lettres").dblclick()
    link = page.get_by_role("link", name="Ouvrir les lettres (PDF)")
    expect(link).to_be_visible()
    expect(page.get_by_text("Chaque titulaire d’un compte sait comment entrer.")).to_be_visible()
    body = window.context.request.get(link.get_attribute("href") or "").body()
    assert len(PdfReader(io.BytesIO(body)).pages) == 3
    assert portal.value("SELECT count(*) FROM access_batch") == 1

"""« Famille » and « Élèves » in a browser: the whole flow of a change, and nothing typed is ever lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import LIVE, Enter, signs_in_next
from tests.server import PASSWORD, Server
from tests.web.http_client import Person, Tab

DONE = "La fiche d’identité a été mise à jour."
NOTICE = "Fiche du responsable en attente de validation"


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name).or_(page.get_by_role("combobox", name=name)).first


def modify(page: Page, name: str, value: str, *, close: bool = True) -> None:
    field(page, name).fill(value)
    page.get_by_role("button", name="Modifier").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    if close:
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)


def ask_elsewhere(portal: Server, login: str = "aubry.claire", **values: str) -> None:
    """The same person, in another browser."""
    person = Person(portal, login)
    with Tab(person, "/famille") as tab:
        tab.save(**values)
    person.close()


def test_a_mobile_number_is_changed_acknowledged_and_marked(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    modify(page, "Téléphone mobile", "06 12 34 56 78", close=False)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(DONE)
    expect(dialog.get_by_role("button", name="OK")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(field(page, "Téléphone mobile")).to_have_value("06 12 34 56 78")
    expect(page.get_by_text("En attente · avant : 06 98 76 54 32")).to_be_visible()
    expect(field(page, "Téléphone mobile")).to_have_accessible_description(re.compile(r"avant\s: 06\s98\s76\s54\s32"))
    expect(page.get_by_text(NOTICE)).to_be_visible()


def test_focus_goes_back_to_modifier_when_the_message_is_closed(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    modify(page, "Profession", "Luthière")
    expect(page.get_by_role("button", name="Modifier").first).to_be_focused()


def test_the_notice_stands_right_of_the_button_or_below_it(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    modify(page, "Téléphone mobile", "06 12 34 56 78")
    button, notice = (
        each.bounding_box() for each in (page.get_by_role("button", name="Modifier").first, page.get_by_text(NOTICE))
    )
    assert button
    assert notice
    assert notice["x"] >= button["x"] + button["width"] or notice["y"] >= button["y"] + button["height"]


def test_the_marker_is_there_after_a_reload_and_what_waits_can_be_withdrawn(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    modify(page, "Téléphone mobile", "06 12 34 56 78")
    page.reload()
    page.wait_for_selector(LIVE)
    expect(page.get_by_text("En attente · avant : 06 98 76 54 32")).to_be_visible()
    page.get_by_role("button", name="Annuler mes modifications en attente").click()
    expect(page.get_by_role("dialog")).to_contain_text("Téléphone mobile : 06 12 34 56 78 (reste : 06 98 76 54 32)")
    page.get_by_role("dialog").get_by_role("button", name="Annuler mes modifications").click()
    expect(page.get_by_text(NOTICE)).to_have_count(0)
    expect(field(page, "Téléphone mobile")).to_have_value("06 98 76 54 32")
    expect(page.get_by_role("button", name="Modifier").first).to_be_focused()
    expect(page.locator("#announcement")).to_have_text("Vos modifications en attente sont annulées.")


def test_nothing_changed_says_so(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    page.get_by_role("button", name="Modifier").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Aucune modification à enregistrer.")


def test_a_double_click_on_modifier_is_one_request(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire").open("/famille")
    newest = portal.value("SELECT max(id) FROM letter")
    field(page, "Téléphone mobile").fill("06 12 34 56 78")
    page.get_by_role("button", name="Modifier").first.dblclick()
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert portal.value("SELECT count(*) FROM letter WHERE id > ?", newest) == 1
    assert portal.value("SELECT count(*) FROM field_change WHERE new = '+33612345678'") == 1


def test_enter_in_a_field_sends_the_record(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    field(page, "Téléphone mobile").fill("06 12 34 56 78")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(DONE)


def test_faults_stand_beside_their_fields_the_first_is_focused_and_typing_stays(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    field(page, "Date de naissance").fill("31/02/1980")
    field(page, "Téléphone mobile").fill("06 12")
    page.get_by_role("button", name="Modifier").first.click()
    birth = field(page, "Date de naissance")
    expect(birth).to_be_focused()
    expect(birth).to_have_value("31/02/1980")
    expect(birth).to_have_attribute("aria-invalid", "true")
    expect(birth).to_have_accessible_description(re.compile("Le 31/02/1980 n’existe pas"))
    expect(field(page, "Téléphone mobile")).to_have_value("06 12")
    expect(page.get_by_text("Ce numéro n’est pas complet.")).to_be_visible()
    birth.fill("14/03/1982")
    modify(page, "Téléphone mobile", "06 12 34 56 78")
    expect(page.get_by_text("Ce numéro n’est pas complet.")).to_have_count(0)


def test_what_is_typed_stays_while_the_page_draws_itself_again(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire").open("/famille")
    address = field(page, "Adresse")
    address.fill("12 rue des Li")
    ask_elsewhere(portal, phone_mobile="06 12 34 56 78")
    expect(page.get_by_text("En attente · avant : 06 98 76 54 32")).to_be_visible()
    expect(address).to_have_value("12 rue des Li")
    expect(address).to_be_focused()
    page.keyboard.type("las")
    expect(address).to_have_value("12 rue des Lilas")


def test_what_is_typed_stays_after_a_reload_and_leaves_once_recorded(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    field(page, "Adresse").fill("12 rue des Lilas")
    page.reload()
    page.wait_for_selector(LIVE)
    bar = page.get_by_role("group", name="Modifications non enregistrées")
    expect(field(page, "Adresse")).to_have_value("12 rue des Lilas")
    expect(field(page, "Adresse")).to_have_accessible_description(re.compile("Non enregistré"))
    expect(bar).to_contain_text("1 modification non enregistrée")
    field(page, "Profession").fill("Luthière")
    expect(bar).to_contain_text("2 modifications non enregistrées")
    bar.get_by_role("button", name="Rétablir").click()
    expect(field(page, "Profession")).to_be_focused()
    expect(field(page, "Adresse")).to_have_value("3 place du Marché")
    expect(bar).to_have_count(0)
    expect(page.get_by_text("Non enregistré")).to_have_count(0)
    field(page, "Adresse").fill("12 rue des Lilas")
    bar.get_by_role("button", name="Modifier").click()
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    page.keyboard.press("Enter")
    expect(bar).to_have_count(0)
    expect(page.get_by_role("button", name="Modifier").first).to_be_focused()
    page.get_by_role("button", name="Annuler mes modifications en attente").click()
    page.get_by_role("dialog").get_by_role("button", name="Annuler mes modifications").click()
    expect(field(page, "Adresse")).to_have_value("3 place du Marché")
    page.reload()
    page.wait_for_selector(LIVE)
    expect(field(page, "Adresse")).to_have_value("3 place du Marché")


def test_what_one_household_typed_is_not_in_the_form_of_the_other_in_the_same_tab(enter: Enter, portal: Server) -> None:
    """R-73: the session is over, and the pupil’s other parent signs in there."""
    portal.change("UPDATE pupil_link SET rights = 'all'")
    page = enter("aubry.claire").open("/eleves/2042/absences")
    words = page.get_by_role("textbox", name="Précisions")
    words.fill("Chez le médecin")
    signs_in_next(page, portal, "aubry.marc", "/eleves/2042/absences")
    expect(words).to_have_value("")
    words.fill("Chez le notaire")
    signs_in_next(page, portal, "aubry.claire", "/eleves/2042/absences")
    expect(words).to_have_value("Chez le médecin")


def test_a_lost_connection_is_reported_and_nothing_typed_is_lost(enter: Enter, launch: Callable[..., Server]) -> None:
    own = launch()
    window = enter("aubry.claire", to=own)
    page = window.open("/famille")
    field(page, "Adresse").fill("12 rue des Lilas")
    own.kill()
    expect(page.locator("#popup")).to_be_visible()
    expect(page.locator("#popup")).to_have_text("Connexion interrompue. Nouvelle tentative…")
    expect(page.locator("#announcement")).to_have_text("Connexion interrompue. Nouvelle tentative…")
    own.start()
    page.wait_for_selector(LIVE)
    expect(page.locator("#popup")).to_be_hidden()
    expect(field(page, "Adresse")).to_have_value("12 rue des Lilas")
    modify(page, "Adresse", "12 rue des Lilas")
    window.complaints.clear()  # the browser notes each refused connection


def test_a_press_while_offline_is_sent_once_when_the_line_is_back(enter: Enter, portal: Server) -> None:
    """Row 108."""
    window = enter("aubry.claire")
    page = window.open("/famille")
    field(page, "Téléphone mobile").fill("06 12 34 56 78")
    window.context.set_offline(True)
    page.get_by_role("button", name="Modifier").first.click()
    window.context.set_offline(False)
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    assert portal.value("SELECT count(*) FROM field_change WHERE new = '+33612345678'") == 1
    window.complaints.clear()


def test_a_post_code_proposes_its_towns(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    field(page, "Code postal").fill("57000")
    page.keyboard.press("Tab")
    expect(field(page, "Ville")).to_have_value("Metz")
    field(page, "Code postal").fill("57100")
    page.keyboard.press("Tab")
    proposed = page.get_by_role("group", name="Choisir la ville").get_by_role("button")
    expect(proposed).to_have_text(["Manom", "Thionville"])
    proposed.last.click()
    expect(field(page, "Ville")).to_have_value("Thionville")


def test_a_new_email_asks_for_the_password_beside_it(enter: Enter) -> None:
    page = enter("aubry.claire").open("/famille")
    own = page.get_by_label("Votre mot de passe actuel")
    expect(own).to_be_hidden()
    field(page, "E-mail").fill("claire.new@example.org")
    expect(own).to_be_visible()
    page.get_by_role("button", name="Modifier").first.click()
    expect(own).to_be_focused()
    expect(page.get_by_text("Saisissez votre mot de passe actuel pour changer l’e-mail.")).to_be_visible()
    own.fill(PASSWORD)
    page.get_by_role("button", name="Modifier").first.click()
    expect(page.get_by_role("dialog")).to_contain_text(DONE)
    expect(page.get_by_text("Confirmez cette adresse par le lien que vous y avez reçu.")).to_be_visible()


def test_a_decision_shows_on_the_familys_open_page(enter: Enter, portal: Server) -> None:
    page = enter("aubry.claire").open("/famille")
    modify(page, "Téléphone mobile", "06 12 34 56 78")
    office_tab = enter("renard.paul").open(
        f"/gestion/demandes?demande={portal.value('SELECT max(id) FROM change_request')}"
    )
    office_tab.get_by_role("button", name="Valider").click()
    expect(page.get_by_text(NOTICE)).to_have_count(0)
    expect(field(page, "Téléphone mobile")).to_have_value("06 12 34 56 78")


def test_a_pupils_date_of_birth_is_changed(enter: Enter) -> None:
    page = enter("aubry.claire").open("/eleves")
    page.get_by_role("link", name="Irina Aubry").click()
    page.wait_for_selector(LIVE)
    born = field(page, "Date de naissance")
    before = born.input_value()
    modify(page, "Date de naissance", "05/05/2013")
    expect(page.get_by_text(f"En attente · avant : {before}")).to_be_visible()
    expect(page.get_by_text("Fiche de l’élève en attente de validation")).to_be_visible()
    page.get_by_role("link", name="Nino Aubry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nino Aubry")
    page.go_back()
    expect(page.get_by_text("Fiche de l’élève en attente de validation")).to_be_visible()


def test_the_second_household_may_only_consult(enter: Enter) -> None:
    page = enter("aubry.marc").open("/eleves/2042/identite")
    expect(page.get_by_text("Vous pouvez consulter cette fiche.")).to_be_visible()
    expect(page.get_by_role("button", name="Modifier")).to_have_count(0)
    expect(page.get_by_role("button", name="Envoyer la photo")).to_have_count(0)
    assert page.locator("main input:not([readonly]):not([disabled]), main select:not([disabled])").count() == 0


@pytest.mark.parametrize("width", [1280, 390])
def test_the_menu_leads_to_every_screen(enter: Enter, width: int) -> None:
    page = enter("aubry.claire", viewport={"width": width, "height": 800}).open("/")
    for name, heading in (("Famille", "Famille"), ("Élèves", "Élèves"), ("Accueil", "Bonjour Claire")):
        page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=name).filter(
            visible=True
        ).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    if width == 390:
        page.get_by_role("button", name="Plus").click()
    page.get_by_role("link", name="Mot de passe").filter(visible=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mot de passe")

"""« Demandes » in a browser: the queue by keyboard alone, two colleagues at once, three values, taking a decision back."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, Window
from tests.server import Server


def title(page: Page) -> str:
    return page.locator("#request-title").inner_text()


def listed(page: Page) -> list[str]:
    return page.get_by_role("table", name="File d’attente").get_by_role("link").locator("strong").all_inner_texts()


def oldest(portal: Server) -> tuple[int, str]:
    [(request, whose)] = portal.rows(
        "SELECT id, title FROM change_request WHERE state = 'pending' ORDER BY submitted_at LIMIT 1"
    )
    return request, whose


def open_queue(enter: Enter, login: str = "renard.paul", path: str = "/gestion/demandes") -> tuple[Window, Page]:
    window = enter(login)
    return window, window.open(path)


def test_the_oldest_request_is_open_and_the_queue_counts(enter: Enter, portal: Server) -> None:
    _, page = open_queue(enter)
    assert title(page) == listed(page)[0] == oldest(portal)[1]
    expect(page.get_by_role("link", name=re.compile(r"Fiches \(6\)"))).to_be_visible()
    expect(page.get_by_text(re.compile("6 en attente"))).to_be_visible()


def test_the_queue_is_worked_by_keyboard_alone(enter: Enter, portal: Server) -> None:
    _, page = open_queue(enter)
    names = listed(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#request-title")).to_have_text(names[1])
    expect(page.locator("#request-title")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#request-title")).to_have_text(names[2])
    page.keyboard.press("ArrowUp")
    expect(page.locator("#request-title")).to_have_text(names[1])
    page.keyboard.press("v")
    expect(page.locator("#request-title")).to_have_text(names[2])
    expect(page.locator("#announcement")).to_have_text(f"La décision pour {names[1]} est enregistrée.")
    page.keyboard.press("r")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("Le justificatif manque.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#request-title")).to_have_text(names[3])
    page.keyboard.press("u")
    expect(page.locator("#request-title")).to_have_text(names[2])
    expect(page.locator("#announcement")).to_have_text(
        "La décision est annulée : la demande est de nouveau en attente."
    )
    assert portal.value("SELECT count(*) FROM change_request WHERE state = 'pending'") == 5


def test_the_help_opens_by_its_key_and_escape_closes_it(enter: Enter) -> None:
    _, page = open_queue(enter)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Raccourcis clavier")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="OK")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_keys_can_be_switched_off(enter: Enter) -> None:
    _, page = open_queue(enter)
    before = title(page)
    page.keyboard.press("?")
    page.get_by_label("Raccourcis d’une seule touche").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="Suivante").click()
    expect(page.locator("#request-title")).to_have_text(listed(page)[1])
    assert before == listed(page)[0]


def test_letters_typed_in_a_field_are_letters(enter: Enter) -> None:
    _, page = open_queue(enter)
    before = title(page)
    page.get_by_label("Message à la famille (facultatif)").fill("")
    page.keyboard.type("vru?")
    expect(page.get_by_label("Message à la famille (facultatif)")).to_have_value("vru?")
    assert title(page) == before


def test_refusing_without_a_reason_is_reported_and_ready_sentences_fill_it(enter: Enter) -> None:
    _, page = open_queue(enter)
    page.get_by_role("radio", name="Refuser").first.check()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("dialog")).to_contain_text("Donnez la raison du refus")
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Raisons prêtes").get_by_role("button").first.click()
    expect(page.locator("#reason")).not_to_have_value("")
    expect(page.locator("#reason")).to_be_focused()


def test_a_click_on_a_line_opens_it_and_its_address_can_be_kept(enter: Enter) -> None:
    _, page = open_queue(enter)
    name = listed(page)[2]
    page.get_by_role("link", name=name).click()
    expect(page.locator("#request-title")).to_have_text(name)
    expect(page).to_have_url(re.compile(r"demande=\d+"))
    page.reload()
    expect(page.locator("#request-title")).to_have_text(name)


def test_the_search_finds_as_one_types_and_keeps_the_field(enter: Enter) -> None:
    _, page = open_queue(enter)
    search = page.get_by_role("searchbox", name="Rechercher")
    search.press_sequentially("belkacem")
    expect(page.get_by_role("table", name="File d’attente").get_by_role("link")).to_have_count(1)
    expect(search).to_be_focused()
    expect(page.locator("#announcement")).to_have_text("1 demande")
    search.fill("zzz")
    expect(page.get_by_text("Aucune demande ne correspond à cette recherche.")).to_be_visible()


def test_a_colleagues_name_shows_and_the_second_decision_is_reported(enter: Enter, portal: Server) -> None:
    request, whose = oldest(portal)
    path = f"/gestion/demandes?demande={request}"
    _, paul = open_queue(enter, path=path)
    window, helene = open_queue(enter, "lemoine.helene", path)
    expect(helene.get_by_text("Paul Renard a aussi cette demande ouverte.")).to_be_visible()
    window.context.set_offline(True)  # what Paul decides does not reach her screen
    paul.get_by_role("button", name="Valider").click()
    expect(paul.locator("#announcement")).to_have_text(f"La décision pour {whose} est enregistrée.")
    window.context.set_offline(False)
    expect(
        helene.get_by_text(re.compile("Décidée par Paul Renard")).or_(helene.get_by_role("button", name="Valider"))
    ).to_be_visible()
    assert portal.value("SELECT count(DISTINCT decided_by) FROM field_change WHERE request_id = ?", request) == 1
    window.complaints.clear()


def test_three_values_are_shown_when_the_record_moved(enter: Enter, portal: Server) -> None:
    samir = portal.account("belkacem.samir")
    request = portal.value(
        "SELECT id FROM change_request WHERE family_id = ? AND state = 'pending'", samir["family_id"]
    )
    portal.change("UPDATE guardian SET phone_home = '+33387000000' WHERE id = ?", samir["guardian_id"])
    _, page = open_queue(enter, path=f"/gestion/demandes?demande={request}")
    for expected in ("Lors de la demande : vide", "Maintenant : 03 87 00 00 00", "03 82 44 33 22"):
        expect(page.get_by_text(expected)).to_be_visible()
    expect(page.get_by_role("radio", name="Accepter")).not_to_be_checked()
    page.get_by_role("button", name="Valider").click()
    expect(page.get_by_role("dialog")).to_contain_text("Choisissez « Accepter » ou « Refuser »")
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Accepter").check()
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("#request-title")).not_to_have_text("Belkacem Samir")
    assert portal.value("SELECT phone_home FROM guardian WHERE id = ?", samir["guardian_id"]) == "+33382443322"


def test_a_new_request_appears_in_the_open_queue(enter: Enter, portal: Server) -> None:
    _, page = open_queue(enter)
    before = title(page)
    family = enter("aubry.claire").open("/famille")
    family.get_by_role("textbox", name="Téléphone mobile").fill("06 12 34 56 78")
    family.get_by_role("button", name="Modifier").first.click()
    expect(page.get_by_role("link", name=re.compile(r"Fiches \(7\)"))).to_be_visible()
    assert title(page) == before


def test_what_was_decided_stands_under_traitees(enter: Enter, portal: Server) -> None:
    _, page = open_queue(enter)
    whose = title(page)
    page.get_by_role("button", name="Valider").click()
    expect(page.locator("#request-title")).not_to_have_text(whose)
    page.get_by_role("link", name=re.compile("Traitées")).click()
    page.get_by_role("link", name=whose).first.click()
    expect(page.get_by_text(re.compile("Décidée par Paul Renard le"))).to_be_visible()
    page.get_by_role("button", name="Annuler la décision").click()
    expect(page.get_by_role("button", name="Valider")).to_be_visible()


def test_an_empty_queue_says_so(enter: Enter, portal: Server) -> None:
    portal.change("UPDATE change_request SET state = 'closed' WHERE state = 'pending'")
    _, page = open_queue(enter)
    expect(page.get_by_text("Tout est traité : aucune demande n’attend.")).to_be_visible()

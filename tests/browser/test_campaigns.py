"""« Réinscriptions » in a browser: a campaign from its first word to a request decided by five keys, reminders, the export."""

import re
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.browser.conftest import LIVE, Enter
from tests.browser.every_screen import axe
from tests.server import Server

QUEUE = "/gestion/demandes?onglet=reinscriptions"


def settled(page: Page) -> None:
    page.wait_for_selector(LIVE, state="attached")


def test_a_secretary_prepares_a_campaign_and_activates_it(enter: Enter, portal: Server) -> None:
    page = enter("renard.paul").open("/gestion/reinscriptions")
    page.get_by_role("link", name="Nouvelle campagne").click()
    settled(page)
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Indiquez une date.").first).to_be_visible()
    page.get_by_label("Titre").fill("Danse, rentrée 2027")
    today, end = portal.rows("SELECT strftime('%d/%m/%Y', today()), strftime('%d/%m/%Y', today(), '+30 days')")[0]
    page.get_by_label("Ouverture").fill(today)
    page.get_by_label("Fermeture").fill(end)
    page.get_by_label("Qui voit la campagne").select_option("cycles")
    page.get_by_role("group", name="Cycles").get_by_label("2e cycle").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.wait_for_url("**/gestion/reinscriptions/*?onglet=pieces")
    settled(page)
    page.get_by_role("button", name="Ajouter une pièce").click()
    page.locator("#document-label").fill("Certificat médical")
    page.get_by_label("À partir de").fill("dix")
    page.get_by_role("button", name="Enregistrer la pièce").click()
    expect(page.get_by_text("Indiquez un âge en années")).to_be_visible()
    expect(page.locator("#document-label")).to_have_value("Certificat médical")
    page.get_by_label("À partir de").fill("10")
    page.get_by_role("button", name="Enregistrer la pièce").click()
    expect(page.get_by_role("row", name=re.compile("Certificat médical.*à partir de 10 ans"))).to_be_visible()
    page.get_by_label("Modèle à télécharger").set_input_files(
        {"name": "../certificat.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-rubbish"}
    )
    page.get_by_role("button", name="Envoyer le modèle").click()
    expect(page.get_by_role("alert")).to_contain_text("illisible")
    settled(page)
    page.get_by_role("button", name="Activer…").click()
    dialog = page.get_by_role("dialog", name="Activer la campagne ?")
    expect(dialog).to_contain_text(re.compile(r"\d+ élèves verront cette campagne"))
    dialog.get_by_role("button", name="Activer").click()
    expect(page.get_by_role("button", name="Suspendre")).to_be_visible()
    assert portal.value("SELECT state FROM campaign ORDER BY id DESC") == "active"
    assert portal.value("SELECT chosen FROM campaign ORDER BY id DESC") == '["2e cycle"]'


def test_a_request_and_its_three_documents_are_decided_by_five_keys(enter: Enter, portal: Server) -> None:
    page, colleague = enter("renard.paul").open(QUEUE), enter("lemoine.helene").open(QUEUE)
    expect(colleague.get_by_text("Paul Renard a aussi cette demande ouverte.")).to_be_visible()
    name = page.locator("#request-title").inner_text()
    shown = page.locator(".viewer-box[aria-current=true] .viewer-bar strong")
    # A key that is pressed while a document is being noted as seen waits its turn.
    page.evaluate(
        "document.querySelector('[data-sight]').click();"
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'n', bubbles: true}))"
    )
    expect(shown).to_contain_text("(3/3)")
    for key, place in (("n", "(1/3)"), ("n", "(2/3)"), ("n", "(3/3)")):
        page.keyboard.press(key)
        expect(shown).to_contain_text(place)
    page.keyboard.press("v")
    expect(page.locator("#announcement")).to_have_text("La réinscription est validée.")
    expect(page.locator("#request-title")).not_to_have_text(name)
    assert portal.value("SELECT count(*) FROM enrolment WHERE status = 'asked'") > 0
    expect(colleague.get_by_text("Décidée par Paul Renard")).to_be_visible()  # without a reload
    page.keyboard.press("u")
    expect(page.locator("#request-title")).to_have_text(name)
    expect(page.locator("[aria-busy]")).to_have_count(0)  # drawn by the news of it, before the answer came
    page.keyboard.press("r")
    expect(page.locator("#reason")).to_be_focused()
    expect(page.get_by_role("radio", name="Refuser", checked=True)).to_have_count(1)
    page.get_by_role("group", name="Raisons prêtes").get_by_role("button").first.click()
    expect(page.locator("#reason")).not_to_have_value("")
    reason = page.locator("#reason").input_value().replace("\xa0", " ")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#announcement")).to_have_text("La demande est renvoyée à la famille, à corriger.")
    assert portal.value("SELECT count(*) FROM supplied_document WHERE reason = ?", reason) == 1


def test_the_document_and_the_decision_are_in_sight_at_once_and_unseen_files_are_said_once(
    enter: Enter, portal: Server
) -> None:
    portal.change("DELETE FROM review_note")  # its own are what it counts
    page = enter("renard.paul").open(QUEUE)
    for part in (".viewer", ".decision .btn", ".list-card tr.current", "table.documents"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + min(box["height"], 200) <= 900
    name = page.locator("#request-title").inner_text()
    page.keyboard.press("c")  # nothing is reproached before anything is typed
    expect(page.locator("#reason")).to_be_focused()
    expect(page.locator(".fault")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.locator("#reason")).to_have_value(re.compile("^Le choix des cours est incomplet"))
    page.locator("#reason").fill("")
    page.locator("#request-title").focus()
    page.keyboard.press("e")
    page.get_by_label("Note pour les collègues").fill("Appelée, rappellera.")
    page.get_by_label("Confier à").select_option("Paul Renard")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.locator(".list-card tr.current")).to_contain_text("Paul")
    page.keyboard.press("s")
    expect(page.locator(".list-card tr.current")).to_contain_text("à revoir")
    page.get_by_role("button", name="À revoir 1").click()
    page.wait_for_url("**f=revoir**")
    page.reload()
    settled(page)
    expect(page.locator(".list-card tbody tr")).to_have_count(1)
    page.keyboard.press("v")
    expect(page.locator(".decision .notice")).to_contain_text("2 pièces n’ont été ouvertes par personne.")
    expect(page.locator("#request-title")).to_have_text(name)
    page.keyboard.press("v")
    expect(page.locator("#announcement")).to_have_text("La réinscription est validée.")
    page.get_by_role("button", name="À revoir 0").click()
    expect(page.locator(".chip", has_text="non vue")).to_have_count(2)
    for at in (1, 2):  # leafed through, nothing pressed: what stays in sight is seen
        page.locator(".viewer-box").nth(at).scroll_into_view_if_needed()
        page.locator(".viewers").evaluate("(e, at) => e.children[at].scrollIntoView({block: 'start'})", at)
        expect(page.locator(".chip", has_text="non vue")).to_have_count(2 - at)
    expect(page.locator(".list-card tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Accepter ce qui est complet…").click()
    dialog = page.get_by_role("dialog", name="Accepter 2 demandes ?")
    expect(dialog.get_by_role("row")).to_have_count(3)
    dialog.get_by_role("button", name="Accepter 2 demandes").click()
    expect(page.locator("#announcement")).to_have_text("2 demandes acceptées.")
    page.keyboard.press("u")
    expect(page.locator("#announcement")).to_have_text("2 demandes attendent de nouveau.")


def test_brothers_and_sisters_are_decided_by_one_key_and_taken_back_as_one(enter: Enter, portal: Server) -> None:
    """Two requests of one household; files that nobody opened are said once, of all of them."""
    one, other = (
        sent for (sent,) in portal.rows("SELECT id FROM reenrolment WHERE state = 'submitted' ORDER BY id LIMIT 2")
    )
    portal.change(
        "UPDATE reenrolment SET household_id = (SELECT household_id FROM reenrolment WHERE id = ?) WHERE id = ?",
        one,
        other,
    )
    waiting = "SELECT count(*) FROM reenrolment WHERE state = 'submitted'"
    before = portal.value(waiting)
    page = enter("renard.paul", bypass_csp=True).open(f"{QUEUE}&demande={one}")
    row = page.locator(f"#open-{one}")
    expect(row).to_contain_text("frères et sœurs")
    for width in (1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_role("button", name=re.compile(r"^Valider .+ et ."))).to_be_in_viewport(ratio=1)
        expect(page.locator(".decision .steps")).to_be_in_viewport(ratio=1)
        assert axe(page) == []
    expect(page.get_by_role("button", name="Frères et sœurs 2")).to_be_visible()
    page.keyboard.press("Shift+V")
    expect(page.locator(".decision .notice")).to_contain_text("n’ont été ouvertes par personne")
    assert portal.value(waiting) == before
    page.keyboard.press("Shift+V")
    expect(page.locator("#announcement")).to_have_text("2 demandes acceptées.")
    assert portal.value(waiting) == before - 2
    page.keyboard.press("u")
    expect(page.locator("#announcement")).to_have_text("2 demandes attendent de nouveau.")
    assert portal.value(waiting) == before


def test_a_row_of_the_queue_has_two_lines_and_the_files_stay_in_their_place(enter: Enter, portal: Server) -> None:
    page = enter("renard.paul").open(QUEUE)
    expect(page.locator(".list-card tr.current")).to_contain_text(
        "Hélène"
    )  # whose it is, a message, a note: all that a row may say
    for width in (1280, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        for row in page.locator(".list-card tbody tr").all():
            box = row.bounding_box()
            assert box is not None
            assert box["height"] < 66, row.inner_text()
        places = set()
        for tab in ("Fiches", "Réinscriptions", "Pièces", "Absences", "Messages", "Traitées"):
            page.get_by_role("link", name=re.compile(rf"^{tab} \(")).click()
            expect(page.locator(".tabs [aria-current=page]")).to_contain_text(tab)
            settled(page)
            box = page.locator(".tabs").bounding_box()
            assert box is not None
            places.add(box["y"])
            if tab != "Traitées":  # where nothing is open yet
                expect(page.locator(".family-line a[href^='tel:']").first).to_be_visible()
            if tab not in {"Pièces", "Traitées"}:
                expect(page.locator(".request .btn >> visible=true").last).to_be_in_viewport(ratio=1)
        assert len(places) == 1, places
        page.goto(QUEUE)
        settled(page)


def test_the_columns_of_a_campaign_are_chosen_kept_and_printed(enter: Enter, portal: Server) -> None:
    page = enter("renard.paul").open("/gestion/reinscriptions/1")
    heads = page.locator("thead th")
    expect(page.locator("#filter-state")).to_have_value("submitted")  # what waits
    expect(page.locator("tbody tr").first).to_contain_text("Hamon Théo")  # the family by its name
    page.locator("#campaign-columns summary").press("Enter")
    for name in ("Téléphone", "Cours"):
        page.get_by_role("checkbox", name=name).press("Space")
        expect(heads.filter(has_text=re.compile(f"^{name}"))).to_have_count(1)
    page.get_by_role("checkbox", name="Cycle").press("Space")
    expect(heads.filter(has_text="Cycle")).to_have_count(0)
    expect(page.locator("tbody a[href^='tel:']").first).to_be_visible()
    page.reload()
    settled(page)
    expect(heads.filter(has_text="Cycle")).to_have_count(0)
    expect(heads.filter(has_text=re.compile("^Téléphone"))).to_have_count(1)
    for paper in ("Dossiers", "Ce qui manque", "Listes de classe", "Étiquettes"):
        answer = page.request.get(str(page.get_by_role("link", name=paper).get_attribute("href")))
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf"), paper
    page.get_by_role("link", name="Avancement").press("Enter")
    settled(page)
    for part in ("département", "enseignant", "cours"):
        expect(page.get_by_text(re.compile(rf"^Par {part} \(\d+\)$"))).to_be_visible()


def test_reminders_are_read_before_they_leave_and_the_list_opens_in_a_spreadsheet(
    enter: Enter, portal: Server, tmp_path: Path
) -> None:
    page = enter("renard.paul").open("/gestion/reinscriptions/1?onglet=relances")
    expect(page.locator(".letter-preview")).to_contain_text("Nous n’avons pas encore reçu votre réponse")
    page.get_by_role("button", name=re.compile("Relancer")).click()
    page.get_by_role("dialog").get_by_role("button", name="Envoyer").click()
    expect(page.locator(".done")).to_have_text(re.compile(r"\d+ relances sont parties"))
    assert portal.value("SELECT count(*) FROM letter WHERE kind = 'reenrolment_reminder'") > 5
    page.get_by_role("link", name="Demandes", exact=True).last.click()
    settled(page)
    page.locator("#filter-state").select_option("submitted")
    expect(page.get_by_role("status").filter(has_text="3 élèves")).to_be_visible()
    with page.expect_download() as got:
        page.get_by_role("link", name="XLSX").click()
    got.value.save_as(tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
    assert sheet is not None
    assert len({row[0].value for row in sheet.iter_rows(min_row=2)}) == 3, "a line a course, of three pupils"
    assert got.value.suggested_filename == "Réinscriptions 2027-2028.xlsx"

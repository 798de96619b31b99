"""Files on their way in, in a browser: several dropped, pages of one document joined, a busy portal, what is told of what was received."""

import io
import json
import re
from collections.abc import Callable

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Enter, reach, signs_in_next, until
from tests.browser.test_reenrolment import NINO, box, line, picture, takes_several
from tests.data.test_world_papers import fills_a_form, page_of_text, saved, written
from tests.server import Server

DROP = """([zone, names]) => { const given = new DataTransfer();
  for (const name of names) given.items.add(new File(["x"], name, {type: name.endsWith("pdf") ? "application/pdf" : "image/jpeg"}));
  zone.dispatchEvent(new DragEvent("drop", {bubbles: true, cancelable: true, dataTransfer: given})); }"""
BUSY = json.dumps({"busy": "Le portail est très sollicité."})


def importing(enter: Enter, *, scripted: bool = True, **options: object) -> tuple[Page, Locator]:
    """« Importer » of Nino, open; its script there, or held back."""
    page = enter("aubry.claire", **options).open(NINO)
    if not box(page, "Réinscription administrative").is_checked():
        box(page, "Réinscription administrative").check()
    expect(page.get_by_role("button", name="Importer")).not_to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Importer").click()
    if scripted:
        takes_several(page)
    return page, page.get_by_role("dialog", name="Importer un document")


def paper(name: str, content: bytes, kind: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": content}


def test_several_dropped_files_are_given_to_no_document_until_each_is_named(enter: Enter, portal: Server) -> None:
    page, window = importing(enter)
    page.evaluate(DROP, [page.locator("[data-drop]").element_handle(), ["maif.pdf", "nino.jpg"]])
    names = window.locator(".sending select")
    expect(names).to_have_count(2)
    assert [each.input_value() for each in names.all()] == ["", ""]
    expect(window.locator(".sending li").first).to_contain_text("PDF")
    expect(window.get_by_role("status")).to_have_text("2 fichiers sont ajoutés. 2 documents à envoyer.")
    window.get_by_role("button", name="Importer").click()
    expect(window.get_by_text("Choisissez le nom du document.")).to_have_count(2)
    expect(names.first).to_be_focused()
    for each in names.all():
        each.select_option(label="Attestation d’assurance")
    window.get_by_role("button", name="Importer").click()
    expect(window.get_by_text("Deux fichiers ont le même document")).to_have_count(2)


def test_a_received_document_is_replaced_only_when_the_box_is_ticked(enter: Enter) -> None:
    page, window = importing(enter)
    page.get_by_label("Parcourir").set_input_files(picture("nino.jpg"))
    expect(window.get_by_role("status")).to_have_text("« nino.jpg » est ajouté. 1 document à envoyer.")
    window.locator(".sending select").select_option(label="Photo d’identité")
    window.get_by_role("button", name="Importer").click()
    expect(line(page, "Photo d’identité")).to_contain_text("nino.jpg")
    expect(page.locator("#announcement")).to_have_text("Le document est reçu.")  # heard once the window is closed
    expect(page.get_by_role("button", name="Importer")).to_be_focused()
    page.get_by_role("button", name="Importer").click()
    page.get_by_label("Parcourir").set_input_files(picture("trop.jpg"))
    window.get_by_role("button", name="Retirer de l’envoi").press("Enter")
    expect(window.get_by_role("status")).to_have_text("« trop.jpg » est retiré.")
    expect(page.get_by_label("Parcourir")).to_be_focused()
    page.get_by_label("Parcourir").set_input_files(picture("maif.jpg"))
    window.locator(".sending select").select_option(label="Photo d’identité")
    window.get_by_role("button", name="Importer").click()
    said = window.get_by_role("checkbox", name="Remplacer « nino.jpg », déjà reçu")
    expect(said).to_be_focused()
    said.check()
    window.get_by_role("button", name="Importer").click()
    expect(line(page, "Photo d’identité")).to_contain_text("maif.jpg")
    page.get_by_label("Remplacer : Photo d’identité").set_input_files(picture("vraie.jpg"))
    expect(line(page, "Photo d’identité")).to_contain_text(
        "vraie.jpg"
    )  # pressed beside the document itself, it is said already
    expect(line(page, "Photo d’identité").locator(".thumb img")).to_be_visible()
    mixed = [picture("une.jpg"), paper("deux.pdf", b"%PDF-1.4", "application/pdf")]
    page.get_by_label("Ajouter : Attestation d’assurance").set_input_files(mixed)  # type: ignore[arg-type]
    expect(line(page, "assurance").locator(".fault")).to_contain_text("Choisissez un seul fichier")
    page.get_by_label("Ajouter : Attestation d’assurance").set_input_files(photographs("une.jpg", "deux.jpg"))
    expect(line(page, "assurance")).to_contain_text("une.pdf")
    expect(page.locator("body")).not_to_be_focused()


def photographs(*names: str) -> list[dict[str, object]]:
    out = io.BytesIO()
    Image.new("RGB", (400, 200), "white").save(out, "JPEG")
    return [paper(name, out.getvalue()) for name in names]


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, {"width": 390, "height": 844}])
def test_photographs_of_one_document_are_joined_ordered_and_turned_by_keyboard(
    enter: Enter, portal: Server, size: dict[str, int]
) -> None:
    page, window = importing(enter, viewport=size)
    page.get_by_label("Parcourir").set_input_files(photographs("un.jpg", "deux.jpg", "trois.jpg", "raté.jpg"))
    reach(page, window.get_by_role("button", name="Réunir les 4 photos"), "Enter")
    called = window.locator(".pages .hint")
    expect(called).to_have_text(["un.jpg", "deux.jpg", "trois.jpg", "raté.jpg"])
    reach(page, window.get_by_role("button", name="Monter : Page 3, trois.jpg"), "Enter")
    expect(called).to_have_text(["un.jpg", "trois.jpg", "deux.jpg", "raté.jpg"])
    expect(window.get_by_role("button", name="Monter : Page 2, trois.jpg")).to_be_focused()
    page.keyboard.press("Enter")
    expect(called).to_have_text(["trois.jpg", "un.jpg", "deux.jpg", "raté.jpg"])
    expect(window.get_by_role("status")).to_have_text("Page 1 sur 4")
    reach(page, window.get_by_role("button", name="Tourner : Page 1, trois.jpg"), "Enter")
    reach(page, window.get_by_role("button", name="Retirer : Page 4, raté.jpg"), "Enter")
    expect(called).to_have_text(["trois.jpg", "un.jpg", "deux.jpg"])
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    window.locator(".sending select").select_option(label="Attestation d’assurance")
    window.get_by_role("button", name="Importer").click()
    expect(window).to_have_count(0)
    expect(line(page, "assurance")).to_contain_text("trois.pdf")


def test_a_busy_portal_is_reported_and_the_file_is_sent_again_by_itself(enter: Enter) -> None:
    browser = enter("aubry.claire")
    page, window = importing(lambda *_, **__: browser)
    refusals: list[str] = []

    def busy_twice(route: Route) -> None:
        if route.request.method != "POST" or len(refusals) == 2:
            return route.continue_()
        refusals.append(route.request.url)
        return route.fulfill(status=503, body=BUSY, headers={"retry-after": "1"})

    page.route("**/reinscription/documents", busy_twice)
    page.get_by_label("Parcourir").set_input_files(picture("nino.jpg"))
    expect(window.locator(".sending strong")).to_have_text(
        ["nino.jpg"]
    )  # before its script is there the form sends itself
    window.get_by_role("button", name="Importer").click()
    expect(window.get_by_role("status")).to_have_text("Le portail est très sollicité, votre fichier attend son tour…")
    expect(line(page, "adresse")).to_contain_text("nino.jpg")
    assert len(refusals) == 2
    assert [each for each in browser.complaints if "503" not in each] == []
    browser.complaints.clear()


def test_a_file_that_a_stop_of_the_portal_caught_on_its_way_is_named_when_the_page_is_back(
    enter: Enter, launch: Callable[..., Server]
) -> None:
    own = launch()
    browser = enter("aubry.claire", to=own)
    page, window = importing(lambda *_, **__: browser)

    def kill(route: Route) -> None:
        own.kill()
        route.continue_()

    page.route("**/reinscription/documents", kill, times=1)
    page.get_by_label("Parcourir").set_input_files(picture("nino.jpg"))
    expect(window.locator(".sending strong")).to_have_text(
        ["nino.jpg"]
    )  # before its script is there the form sends itself
    window.get_by_role("button", name="Importer").click()
    expect(window).to_contain_text("La connexion est interrompue")
    own.start()
    said = page.get_by_text(
        "Envoi interrompu : nino.jpg. Choisissez de nouveau ce qui n’est pas affiché ici comme reçu."
    )
    expect(said).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="OK").click()
    page.reload()
    expect(line(page, "Photo d’identité")).to_be_visible()
    expect(said).to_have_count(0)
    browser.complaints.clear()


def test_a_file_on_its_way_is_named_to_nobody_who_comes_next(enter: Enter, portal: Server) -> None:
    page, window = importing(enter)
    page.route("**/reinscription/documents", lambda _: None)  # it is on its way still
    page.get_by_label("Parcourir").set_input_files(picture("nino.jpg"))
    expect(window.locator(".sending strong")).to_have_text(
        ["nino.jpg"]
    )  # before its script is there the form sends itself
    window.get_by_role("button", name="Importer").click()
    until(page, "() => Object.values(sessionStorage).some((text) => text.includes('nino.jpg'))")
    signs_in_next(page, portal, "belkacem.samir", "/famille")
    expect(page.get_by_text("nino.jpg")).to_have_count(0)
    signs_in_next(page, portal, "aubry.claire", "/famille")
    expect(page.get_by_text("Envoi interrompu : nino.jpg.")).to_be_visible()


def test_a_file_that_is_chosen_before_the_script_is_there_is_taken(enter: Enter) -> None:
    browser = enter("aubry.claire")
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    browser.context.route(re.compile(r"/upload\.js"), hold)
    page, window = importing(lambda *_, **__: browser, scripted=False)
    page.get_by_label("Parcourir").set_input_files(picture("nino.jpg"))
    for each in waiting:
        each.continue_()
    expect(window).to_contain_text("nino.jpg")


def test_a_blurred_photograph_is_said_to_be_one_before_it_is_sent_and_may_be_taken_again(enter: Enter) -> None:
    page, window = importing(enter)
    sharp = page_of_text()
    blurred = saved(sharp.filter(ImageFilter.GaussianBlur(14)), "JPEG")
    page.get_by_label("Parcourir").set_input_files(paper("floue.jpg", blurred))
    expect(window.locator(".sending .before")).to_contain_text("La photo paraît floue")
    with page.expect_file_chooser() as chosen:
        window.get_by_role("button", name="Reprendre la photo : floue.jpg").press("Enter")
    chosen.value.set_files(paper("nette.jpg", saved(sharp, "JPEG")))  # type: ignore[arg-type]
    expect(window.locator(".sending strong")).to_have_text(["nette.jpg"])
    page.get_by_label("Parcourir").set_input_files(
        paper("sombre.jpg", saved(sharp.point(lambda light: light // 6), "JPEG"))
    )
    expect(window.locator(".sending .before")).to_have_text(re.compile("La photo est sombre.*Reprendre la photo"))
    expect(window.locator(".sending li").first.locator(".before")).to_have_count(0)


def test_what_is_remarked_of_a_received_file_stays_to_be_read(enter: Enter) -> None:
    page, window = importing(enter)
    blurred = saved(page_of_text().filter(ImageFilter.GaussianBlur(14)), "JPEG")
    page.get_by_label("Parcourir").set_input_files(
        [paper("image:1234", blurred), paper("maif.pdf", written(fills_a_form), "application/pdf")]
    )
    for at, name in enumerate(("Justificatif d’adresse", "Attestation d’assurance")):
        window.locator(".sending select").nth(at).select_option(label=name)
    window.get_by_role("button", name="Importer").click()
    kept = window.locator(".sending li")  # besides the line that is spoken
    expect(kept.filter(has_text="le texte est peu lisible")).to_be_visible()
    expect(kept.filter(has_text="Ce PDF a été réécrit")).to_be_visible()
    expect(window.get_by_role("button", name="Fermer")).to_be_focused()
    window.get_by_role("button", name="Fermer").press("Enter")
    expect(line(page, "adresse")).to_contain_text("Reçue")

"""Re-enrolment by plain HTTP and by the websocket: what arrives, what is refused in words, what a killed process leaves."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader

from tests.server import Server
from tests.web.http_client import Person, Tab

WHERE = "/eleves/2043/reinscription"
Come = Callable[..., Person]


def picture(side: int = 40) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(out, "JPEG")
    return out.getvalue()


def act(person: Person, where: str, of: str, ticked: str = "true") -> None:
    with Tab(person, where) as tab:
        tab.act("choose", of, box=ticked)


def documents(person: Person, where: str = WHERE) -> dict[str, str]:
    """Name -> number, as the window offers them."""
    return {each.get_text(): str(each["value"]) for each in person.soup(where).select("#document option")}


def upload(
    person: Person, document: str, *, where: str = WHERE, name: str = "photo.jpg", content: bytes = b"", **more: object
) -> httpx.Response:
    sent = {"fichier": (name, content or picture(), "image/jpeg")}
    return person.post(
        f"{where}/documents",
        data={"document": document},
        files=more.get("files", sent),
        headers={"accept": "application/json"},
    )  # type: ignore[arg-type]


def stored_count(portal: Server) -> int:
    return int(portal.value("SELECT count(*) FROM supplied_document"))


@pytest.fixture
def ready(claire: Person) -> Person:
    """Nino's choice is made: « Importer » is open."""
    act(claire, WHERE, "administrative")
    return claire


def test_import_is_closed_until_a_choice_is_made_and_says_why(claire: Person, portal: Server) -> None:
    page = claire.soup(WHERE)
    button = page.select_one("#open-import")
    assert button is not None
    assert button["aria-disabled"] == "true"
    assert "Cochez d’abord" in page.select_one("#import-why").get_text()  # type: ignore[union-attr]
    number = str(portal.value("SELECT min(id) FROM required_document WHERE site_id = 1"))
    before, answer = stored_count(portal), upload(claire, number)
    assert (answer.status_code, stored_count(portal)) == (422, before)
    assert "Cochez d’abord" in answer.json()["refused"]
    act(claire, WHERE, "administrative")
    assert not claire.soup(WHERE).select_one("#open-import").has_attr("aria-disabled")  # type: ignore[union-attr]


def test_a_file_arrives_without_websocket_nor_script_and_is_shown(ready: Person) -> None:
    offered = documents(ready)
    answer = ready.post(
        f"{WHERE}/documents",
        data={"document": offered["Photo d’identité"]},
        files={"fichier": ("Nino été.jpg", picture())},
    )
    assert answer.headers["location"] == f"{WHERE}?document=recu"
    page = ready.soup(f"{WHERE}?document=recu")
    assert "Le document est reçu." in page.get_text()
    line = next(row for row in page.select(".documents tr") if "Photo d’identité" in row.get_text())
    assert "Nino été.jpg" in line.get_text()
    assert "Reçue" in line.get_text()
    assert ready.get(line.select_one("a[href^='/documents/']")["href"]).headers["content-type"] == "image/jpeg"


def test_row_72_an_upload_to_another_family_or_after_leaving_keeps_nothing(
    ready: Person, come: Come, portal: Server
) -> None:
    number, before = documents(ready)["Photo d’identité"], stored_count(portal)
    stored = portal.value("SELECT count(*) FROM stored_file")
    for login, site in (
        ("belkacem.samir", "valmont"),
        ("aubry.claire", "belrive"),
        ("renard.paul", "valmont"),
        ("aubry.marc", "valmont"),
    ):
        assert upload(come(login, site), number).status_code == 404, login
    assert upload(come("aubry.marc"), number, where="/eleves/2042/reinscription").status_code == 404
    assert upload(come(), number).status_code == 303
    ready.post("/deconnexion")
    assert upload(ready, number).status_code == 303
    assert (stored_count(portal), portal.value("SELECT count(*) FROM stored_file")) == (before, stored)


def test_row_73_two_files_none_or_a_wrong_field_are_reported_in_words(ready: Person, portal: Server) -> None:
    number, before = documents(ready)["Photo d’identité"], stored_count(portal)
    one = ("fichier", ("a.jpg", picture(), "image/jpeg"))
    cases: tuple[tuple[list[tuple[str, object]], str, str], ...] = (
        ([one, one], number, "un seul fichier"),
        ([], number, "Choisissez un fichier."),
        ([("autre", one[1])], number, "Choisissez un fichier."),
        ([("fichier", ("a.jpg", b"", "image/jpeg"))], number, "Ce fichier est vide. Choisissez-en un autre."),
        ([one], "", "Choisissez le nom du document."),
        ([one], "abc", "Choisissez le nom du document."),
        ([("fichier", ("a.jpg", b"PK\3\4 a letter", "image/jpeg"))], number, "Format non accepté."),
        ([("fichier", ("a.jpg", b"GIF89a", "image/jpeg"))], number, "illisible ou endommagé"),
    )
    for files, document, expected in cases:
        answer = ready.post(
            f"{WHERE}/documents",
            data={"document": document},
            files=files or None,
            headers={"accept": "application/json"},  # type: ignore[arg-type]
        )
        assert answer.status_code == 422, expected
        assert expected in answer.json()["refused"], answer.text
    for wrong in ("999999", str(portal.value("SELECT max(id) FROM required_document WHERE site_id = 2"))):
        assert upload(ready, wrong).status_code == 404
    assert stored_count(portal) == before


def test_a_received_document_is_replaced_only_when_it_is_said(ready: Person, portal: Server) -> None:
    number, before = documents(ready)["Photo d’identité"], stored_count(portal)
    assert upload(ready, number).status_code == 200
    kept = portal.value("SELECT max(file_id) FROM supplied_document")
    again = upload(ready, number, name="assurance.jpg")
    assert (again.status_code, "déjà reçu" in again.json()["refused"]) == (422, True)
    sent = {"fichier": ("assurance.jpg", picture(), "image/jpeg")}
    plainly = ready.post(f"{WHERE}/documents", data={"document": number}, files=sent)
    assert "appuyez sur « Remplacer »" in ready.text(plainly.headers["location"]).replace("\xa0", " ")
    assert portal.value("SELECT max(file_id) FROM supplied_document") == kept
    said = ready.post(f"{WHERE}/documents", data={"document": number, "remplacer": number}, files=sent)
    assert said.headers["location"] == f"{WHERE}?document=recu"
    assert portal.value("SELECT max(file_id) FROM supplied_document") != kept
    assert stored_count(portal) == before + 1


def test_the_model_of_a_paper_is_read_where_its_campaign_is_shown(claire: Person, portal: Server) -> None:
    """One of a campaign that the office still prepares is nobody's."""
    document, name = portal.value("SELECT min(id) FROM required_document WHERE site_id = 1"), "a" * 32
    (portal.folder / "files" / "1").mkdir(parents=True, exist_ok=True)
    (portal.folder / "files" / "1" / name).write_bytes(b"%PDF-1.7")
    given = "model = ?, model_name = 'a.pdf', model_type = 'application/pdf'"
    portal.change(f"UPDATE required_document SET {given} WHERE id = ?", name, document)
    assert claire.get(f"{WHERE}/modeles/{document}").content == b"%PDF-1.7"
    columns = ", ".join(f'"{each}"' for each in portal.tables["campaign"] if each != "id")
    portal.change(
        f"INSERT INTO campaign ({columns}) SELECT {columns} FROM campaign WHERE state = 'active' AND site_id = 1"
    )
    prepared = portal.value("SELECT max(id) FROM campaign")
    portal.change("UPDATE campaign SET state = 'draft' WHERE id = ?", prepared)
    portal.change("UPDATE required_document SET campaign_id = ? WHERE id = ?", prepared, document)
    assert claire.get(f"{WHERE}/modeles/{document}").status_code == 404


def test_photographs_of_one_document_arrive_as_one_pdf(ready: Person, portal: Server) -> None:
    number, before = documents(ready)["Photo d’identité"], stored_count(portal)
    out = io.BytesIO()
    Image.new("RGB", (40, 80), "white").save(out, "JPEG")
    pages = [("fichier", (f"IMG_{at}.jpg", out.getvalue(), "image/jpeg")) for at in (1, 2, 3)]
    answer = ready.post(
        f"{WHERE}/documents",
        data={"document": number, "tours": ["90", "0", "nonsense"]},
        files=pages,
        headers={"accept": "application/json"},
    )
    assert answer.json() == {"received": "IMG_1.jpg", "remarks": []}
    assert stored_count(portal) == before + 1
    stored = ready.get(f"/documents/{portal.value('SELECT name FROM stored_file ORDER BY id DESC LIMIT 1')}")
    with pikepdf.open(io.BytesIO(stored.content)) as made:
        assert [int(page.mediabox[2]) for page in made.pages] == [842, 595, 595]


def test_row_74_a_campaign_closed_meanwhile_takes_nothing_and_says_so(ready: Person, portal: Server) -> None:
    number, before = documents(ready)["Photo d’identité"], stored_count(portal)
    with Tab(ready, WHERE) as tab:
        portal.change("UPDATE campaign SET state = 'closed' WHERE site_id = 1")
        assert "La période de réinscription est terminée." in upload(ready, number).json()["refused"]
        answer = tab.act("submit", "2043", message="Trop tard")
        assert "La période de réinscription est terminée." in str(answer)
    assert stored_count(portal) == before
    assert ready.get(WHERE).status_code == 404
    assert WHERE not in ready.text("/eleves/2043/cours")
    wish = "SELECT way FROM reenrolment_wish WHERE pupil_id = (SELECT id FROM pupil WHERE number = 2043)"
    assert portal.value(wish) == "administrative"


def test_two_tabs_that_send_at_once_make_one_request_and_one_letter(ready: Person, portal: Server) -> None:
    for number in [value for name, value in documents(ready).items() if "quotient" not in name]:
        assert upload(ready, number).status_code == 200
    with Tab(ready, WHERE) as one, Tab(ready, WHERE) as two, ThreadPoolExecutor() as pool:
        list(pool.map(lambda tab: tab.act("submit", "2043", message="Une fois."), (one, two)))
    sent = "SELECT count(*) FROM reenrolment WHERE pupil_id = (SELECT id FROM pupil WHERE number = 2043)"
    assert portal.value(sent) == 1
    family = portal.account("aubry.claire")["family_id"]
    letters = "SELECT count(*) FROM letter WHERE kind = 'reenrolment_received' AND family_id = ?"
    assert portal.value(letters, family) == 1
    assert "Réinscription en attente de validation" in ready.text(WHERE)


def test_each_side_sees_the_others_act_on_a_page_that_is_open(ready: Person, come: Come, portal: Server) -> None:
    paul = come("renard.paul")
    with Tab(ready, WHERE) as family, Tab(paul, "/gestion/demandes?onglet=reinscriptions") as office_tab:
        assert "Nino Aubry" not in office_tab.shown()
        for number in [value for name, value in documents(ready).items() if "quotient" not in name]:
            assert upload(ready, number).status_code == 200
        family.wait_until(lambda: family.shown().count("Reçue") == 3)
        assert family.act("submit", "2043", message="Bonjour")["dialog"].startswith("Votre demande de réinscription")
        office_tab.wait_until(lambda: "Nino Aubry" in office_tab.shown())
        nino = "(SELECT id FROM pupil WHERE number = 2043)"
        sent, version = portal.rows(f"SELECT id, version FROM reenrolment WHERE pupil_id = {nino}")[0]
        office_tab.act("open", sent)
        answer = office_tab.act(
            "decide", sent, version=str(version), outcome="to_correct", reason="Le mercredi est complet."
        )
        assert "à corriger" in answer["announce"]
        family.wait_until(lambda: "Le mercredi est complet." in family.shown())
        assert "À corriger : modifiez la demande" in family.shown()
        assert "Nino Aubry" not in office_tab.shown().partition("La demande est renvoyée")[0]
    assert "Nino Aubry" in paul.text("/gestion/demandes?onglet=reinscriptions&traitees=1")
    assert "traitees=1" in str(paul.soup("/gestion/demandes?onglet=traitees").select(".kinds-done a"))


def test_a_document_of_irina_is_given_for_nino_with_one_press(ready: Person, come: Come, portal: Server) -> None:
    irinas = "/eleves/2042/reinscription"
    before = stored_count(portal)
    assert upload(ready, documents(ready, irinas)["Attestation d’assurance"], where=irinas).status_code == 200
    button = next(each for each in ready.soup(irinas).select("[data-do=also]") if "assurance" in each.get_text())
    assert "Aussi pour Nino" in button.get_text()
    with Tab(ready, irinas) as tab:
        assert "aussi fourni pour Nino" in tab.act("also", button["data-of"])["toast"]
        assert "Aussi pour Nino : Attestation d’assurance" not in tab.shown()
        tab.act("also", button["data-of"])
    assert stored_count(portal) == before + 2
    line = next(row for row in ready.soup(WHERE).select(".documents tr") if "assurance" in row.get_text())
    assert "Reçue" in line.get_text()
    with Tab(come("aubry.marc"), irinas) as his:
        his.act("also", button["data-of"])
    assert stored_count(portal) == before + 2


def test_who_may_only_consult_reads_what_is_asked_and_has_nothing_to_give(come: Come) -> None:
    text = come("aubry.marc").text("/eleves/2042/reinscription")
    assert "vous n’avez rien à envoyer" in text
    assert "Justificatif d’adresse" in text
    assert "À fournir" not in text


def test_a_paper_of_some_pupils_says_which(portal: Server, come: Come) -> None:
    paul, campaign = come("renard.paul"), portal.value("SELECT max(campaign_id) FROM reenrolment")
    for paper in ("classes", "etiquettes"):
        for query, said in (
            ("?etat=submitted", "En attente"),
            ("?etat=tous", ""),
            ("?etat=x&departement=Piano", "Piano"),
        ):
            content = paul.get(f"/gestion/reinscriptions/{campaign}/{paper}.pdf{query}").content
            shown = PdfReader(io.BytesIO(content))
            first = shown.pages[0].extract_text() + str(shown.metadata)
            assert said in first, (paper, query)
            assert said == "En attente" or "En attente" not in first, (paper, query)

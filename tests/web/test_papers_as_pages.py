"""What a PDF says is also a page, which a screen reader reads: the same certificate with the same code, the same letter of access."""

import io

from pypdf import PdfReader

from tests.server import Server
from tests.web.http_client import Person


def flat(text: str) -> str:
    return "".join(text.split())


def of_the_pdf(person: Person, path: str) -> str:
    return flat("".join(page.extract_text() for page in PdfReader(io.BytesIO(person.get(path).content)).pages))


def test_certificates_and_the_letter_of_access_are_pages_too(portal: Server) -> None:
    claire, paul = Person(portal, "aubry.claire"), Person(portal, "renard.paul")
    year = portal.value("SELECT max(school_year) FROM invoice")
    account = portal.account("aubry.claire")["id"]
    for person, path, at in (
        (claire, "/eleves/2042/attestations/inscription", "/eleves/2042/cours"),
        (claire, f"/eleves/2042/attestations/paiement-{year}", "/facturation/cotisations"),
        (paul, f"/gestion/familles/1042/comptes/{account}/lettre", "/gestion/familles/1042/comptes"),
    ):
        page = path if person is paul else f"{path}/lire"
        assert person.soup(at).select_one(f'a[href="{page}"]'), page
        paper, soup = of_the_pdf(person, f"{path}.pdf"), person.soup(page)
        lacking = [each for each in soup.select_one("main article").stripped_strings if flat(each) not in paper]  # type: ignore[union-attr]
        assert lacking in ([], ["Ouvrir le PDF"]), lacking
    assert portal.value("SELECT count(*) FROM certificate") == 2  # page and PDF are one certificate
    claire.close()
    paul.close()


def test_another_family_finds_no_certificate(portal: Server) -> None:
    samir = Person(portal, "belkacem.samir")
    assert samir.get("/eleves/2042/attestations/inscription/lire").status_code == 404
    samir.close()

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


def test_the_papers_of_each_year_stand_on_one_page_and_open(portal: Server) -> None:
    """What was sent for next year too, and a letter that was accepted."""
    login = portal.value(
        "SELECT login FROM account JOIN reenrolment ON household_id = family_id "
        "WHERE account.site_id = 1 AND state = 'submitted' AND password_hash <> '' LIMIT 1"
    )
    family, account = portal.rows("SELECT family_id, id FROM account WHERE site_id = 1 AND login = ?", login)[0]
    portal.change(
        "UPDATE supplied_document SET state = 'validated', decided_at = '2026-11-20 10:00:00.000000' WHERE family_id = ?",
        family,
    )
    accept_a_letter(portal, family, account)
    person = Person(portal, login)
    page = person.soup("/papiers")
    links = {str(each["href"]) for each in page.select("main a[href]")}
    for part in ("/attestations/", "/facturation/factures/", "/reinscription/", "/documents/", "courriers?courrier="):
        assert [each for each in links if part in each], part
    refused = {each: person.get(each).status_code for each in links}
    assert set(refused.values()) == {200}, refused
    names = [" ".join(each.get_text(" ").split()) for each in page.select("main .papers a")]
    assert len(set(names)) == len(names)
    assert person.soup("/").select_one('main a[href="/papiers"]')
    person.close()


def accept_a_letter(portal: Server, family: int, account: int) -> None:
    now = "2026-11-20 10:00:00.000000"
    portal.change(
        "INSERT INTO group_letter (site_id, subject, text, english, choice, asks, state, written_by, created_at, sent_at, version) "
        "VALUES (1, 'Le règlement intérieur', 'Bonjour', '{}', '{}', 1, 'sent', 'Paul Renard', ?, ?, 1)", now, now,
    )  # fmt: skip
    letter = portal.value("SELECT max(id) FROM group_letter")
    portal.change(
        "INSERT INTO group_recipient (site_id, family_id, letter_id, reach, asked, pupils, read_by, accepted_by, accepted_at) "
        "VALUES (1, ?, ?, 'mail', 1, '[]', '', 'x', ?)", family, letter, now,
    )  # fmt: skip
    portal.change(
        "UPDATE letter SET group_id = ? WHERE id = (SELECT max(id) FROM letter WHERE account_id = ?)", letter, account
    )

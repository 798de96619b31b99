"""Paying online, from the list of invoices to the receipt, on the real server: what the bank says counts, once."""

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from bs4 import BeautifulSoup

from tests.data.payment_helpers import install_the_other_bank
from tests.server import Server, wait_for
from tests.web.http_client import Person, Tab, form_values, text_of
from tests.web.test_letters import MailServer, mailed, post, running_mail, running_mailed  # noqa: F401

Come = Callable[..., Person]
FORM = {"content-type": "application/x-www-form-urlencoded"}
PAYER = "/facturation/locations/payer"
SAMIR = "belkacem.samir"


@pytest.fixture
def samir(come: Come) -> Person:
    return come(SAMIR)


def begin(person: Person, **more: str) -> str:
    """« Continuer vers le paiement » for the whole balance: the bank's address."""
    boxes = person.soup(PAYER).select("input[name=facture]")
    answer = person.post(PAYER, data={"facture": [box["value"] for box in boxes], **more})
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def press(person: Person, bank: str, button: str) -> str:
    """What is pressed on the bank's page: the address one is sent back to."""
    assert f'value="{button}"' in person.get(bank).text
    answer = person.post(bank, data={"reponse": button})
    assert answer.status_code == 303, text_of(answer.text)
    return answer.headers["location"]


def reference_in(address: str) -> str:
    return urlsplit(address).path.rpartition("/")[2]


def state_of(portal: Server, reference: str) -> str:
    return portal.value("SELECT state FROM online_payment WHERE reference = ?", reference)


def receipts(portal: Server) -> list[tuple[str, int]]:
    return portal.rows("SELECT number, cents FROM payment WHERE number LIKE 'EL-%'")


def forged_notes(portal: Server) -> int:
    return portal.value("SELECT count(*) FROM audit_entry WHERE action = 'payment answer refused'")


def way_to(page: httpx.Response) -> tuple[str, dict[str, str]]:
    """The form that leads to the bank."""
    form = BeautifulSoup(page.text, "html.parser").select_one("main form")
    assert form is not None
    return str(form["action"]), form_values(form)


def test_from_fifty_euros_due_to_nothing(portal: Server, samir: Person) -> None:
    assert "Solde à régler 50,00 €" in samir.text("/facturation/locations")
    page = samir.soup(PAYER)
    assert "À payer 50,00 €" in text_of(page)
    assert len(page.select("input[name=facture][checked]")) == 1
    bank = begin(samir)
    shown = samir.text(bank)
    assert "Banque de démonstration – aucun argent n’est débité." in shown
    assert "50,00 €" in shown
    back = press(samir, bank, "accepter")
    page = samir.soup(back)
    assert "Paiement reçu." in text_of(page)
    [(number, cents)] = receipts(portal)
    assert cents == 5_000
    assert page.find("a", href=f"/facturation/recus/{number}.pdf")
    assert f"Reçu n° {number}" in samir.text(f"/facturation/recus/{number}/lire")
    assert "Solde 0,00 €" in samir.text("/facturation/locations")
    assert "Rien n’est à payer." in samir.text(PAYER)


@pytest.mark.parametrize(
    ("button", "state", "shown", "made"),
    [
        ("accepter", "paid", "Paiement reçu.", 1),
        ("deux", "paid", "Paiement reçu.", 1),
        ("refuser", "refused", "refusé par la banque", 0),
        ("abandonner", "abandoned", "abandonné", 0),
        ("fausse", "started", "Paiement en cours de vérification.", 0),
    ],
)
def test_each_answer_of_the_bank(portal: Server, samir: Person, button: str, state: str, shown: str, made: int) -> None:
    letters = "SELECT count(*) FROM letter WHERE kind = 'payment_received'"
    before = portal.value(letters)
    back = press(samir, begin(samir), button)
    reference = reference_in(back)
    assert (state_of(portal, reference), len(receipts(portal))) == (state, made)
    assert ("n’est pas terminé" in samir.text("/facturation/locations")) == (made == 0)
    page = samir.soup(back)
    assert shown in text_of(page)
    assert forged_notes(portal) == (button == "fausse")
    again = page.find("form", action=f"/facturation/reprendre/{reference}")
    assert bool(again) == (state in {"refused", "abandoned"})
    assert portal.value(letters) == before + made


def test_a_late_answer_changes_the_open_page(portal: Server, samir: Person) -> None:
    back = press(samir, begin(samir), "retard")
    assert state_of(portal, reference_in(back)) == "started"
    with Tab(samir, back) as tab:
        assert "Paiement en cours de vérification." in tab.shown()
        tab.wait_until(lambda: "Paiement reçu." in tab.shown(), 20)
        assert "/facturation/recus/EL-" in tab.markup()
    assert state_of(portal, reference_in(back)) == "paid"


def test_coming_back_pays_nothing(portal: Server, samir: Person) -> None:
    reference = reference_in(begin(samir))
    for path in (f"/facturation/retour/{reference}", f"/facturation/retour/{reference}?etat=paid&signature=x"):
        assert "Paiement en cours de vérification." in samir.text(path)
    assert state_of(portal, reference) == "started"


def test_a_refused_payment_is_taken_up_and_paid(portal: Server, samir: Person) -> None:
    back = press(samir, begin(samir), "refuser")
    again = samir.post(f"/facturation/reprendre/{reference_in(back)}")
    assert again.status_code == 303
    assert press(samir, again.headers["location"], "accepter") == back
    assert (state_of(portal, reference_in(back)), receipts(portal)[0][1]) == ("paid", 5_000)
    shown = samir.post(f"/facturation/reprendre/{reference_in(back)}")
    assert shown.status_code == 409
    assert "ne payez pas une seconde fois" in text_of(shown.text)


def test_an_amount_that_cannot_be_paid_comes_back_marked_as_it_was_typed(portal: Server, samir: Person) -> None:
    """Without script; the invoices that were chosen are still chosen."""
    boxes = [str(box["value"]) for box in samir.soup(PAYER).select("input[name=facture]")]
    for typed, expected in (
        ("5000", "Indiquez un montant de 1,00 € à 50,00 €."),
        ("beaucoup", "Écrivez un montant"),
        ("", "Écrivez"),
    ):
        answer = samir.post(PAYER, data={"facture": boxes, "part": "autre", "montant": typed})
        assert answer.status_code == 303, text_of(answer.text)
        page = samir.soup(answer.headers["location"])
        field = page.select_one("#montant")
        assert (field["value"], field["aria-invalid"]) == (typed, "true")
        assert expected in text_of(page.select_one("#montant-fault")).replace("\xa0", " ")
        assert page.select_one("#part-autre").has_attr("checked")
        assert [str(box["value"]) for box in page.select("input[name=facture][checked]")] == boxes
    assert portal.rows("SELECT 1 FROM online_payment WHERE state = 'started' AND cents <> 5000") == []


def test_the_same_choice_sent_twice_is_one_payment(portal: Server, samir: Person) -> None:
    assert reference_in(begin(samir)) == reference_in(begin(samir))
    assert portal.value("SELECT count(*) FROM online_payment") == 1


def test_the_sum_follows_the_boxes(portal: Server, samir: Person) -> None:
    family = portal.account(SAMIR)["family_id"]
    portal.change(
        "INSERT INTO invoice (site_id, family_id, number, nature, ledger, school_year, day, label, total, payer, "
        "payer_address, income_bracket) SELECT site_id, id, 'T1', 'invoice', 'rental', '2026-2027', '2026-10-01', "
        "'Archet', 1250, '', '', '' FROM family WHERE id = ?",
        family,
    )
    with Tab(samir, PAYER) as tab:
        assert "À payer 62,50 € la totalité" in tab.shown()
        first, second = (box["value"] for box in tab.soup.select("input[name=facture]"))
        tab.act("tick", second, facture="false")
        left = tab.shown()
        tab.act("tick", first, facture="false")
        assert "À payer 0,00 €" in tab.shown()
        tab.act("tick", second, facture="true")
    assert {"À payer 50,00 €" in left, "À payer 12,50 €" in left} == {True, False}
    answer = samir.post(PAYER, data={"facture": second})
    assert answer.status_code == 303
    assert portal.value("SELECT cents FROM online_payment") in {5_000, 1_250}


def test_amounts_never_come_from_the_form(portal: Server, samir: Person) -> None:
    reference = reference_in(begin(samir, montant="1", cents="1", total="1"))
    assert portal.value("SELECT cents FROM online_payment WHERE reference = ?", reference) == 5_000


def test_what_nothing_proves_is_refused_and_noted(portal: Server, samir: Person) -> None:
    """Row 81. Another server sends without Origin, without cookie."""
    reference = reference_in(begin(samir))
    text = {"reference": reference, "transaction": "X", "montant": "5000", "devise": "EUR", "etat": "paid"}
    address = f"{portal.url}/paiement/avis/simulator"
    assert httpx.post(address, data={**text, "signature": "0" * 64}).status_code == 400
    assert httpx.post(address, data=text).status_code == 400
    assert httpx.post(address, content=b"\xff\xfe\x00", headers=FORM).status_code == 400
    assert httpx.post(address, json=text).status_code == 400
    assert httpx.get(address, params=text).status_code == 400
    assert httpx.post(f"{portal.url}/paiement/avis/payfip", data={"refdet": reference}).status_code == 400
    assert samir.post("/paiement/avis/simulator", data=text).status_code == 400
    assert (state_of(portal, reference), receipts(portal), forged_notes(portal)) == ("started", [], 4)


def test_the_notice_address_takes_little_and_knows_its_gateways(portal: Server) -> None:
    address = f"{portal.url}/paiement/avis/simulator"
    assert httpx.post(address, content=b"a=" + b"b" * 65_536, headers=FORM).status_code == 413
    assert httpx.post(address, content=iter([b"a=" + b"b" * 40_000] * 3), headers=FORM).status_code == 400
    assert httpx.post(address, content=b"&".join(b"a%d=1" % at for at in range(300)), headers=FORM).status_code == 400
    for unknown in ("zzz", "simulator2", "%00", "x" * 500):
        assert httpx.post(f"{portal.url}/paiement/avis/{unknown}", data={}).status_code == 404
    assert httpx.post(f"{portal.url}/paiement/simulateur/x", data={}).status_code == 403
    assert httpx.post(f"{portal.url}{PAYER}", data={}).status_code == 403


def test_another_family_finds_nothing_of_it(portal: Server, samir: Person, come: Come) -> None:
    back = press(samir, begin(samir), "refuser")
    reference, invoice = reference_in(back), portal.value("SELECT id FROM invoice WHERE number = '07000004'")
    for login, site in (("aubry.claire", "valmont"), ("aubry.marc", "valmont"), ("aubry.claire", "belrive")):
        person = come(login, site)
        assert person.get(back).status_code == 404
        assert person.post(f"/facturation/reprendre/{reference}").status_code == 404
        assert person.post(PAYER, data={"facture": invoice}).status_code in {404, 409}
    for path in (back, PAYER):
        assert come("renard.paul").get(path).status_code == 404
    stranger = come()
    for path in (back, PAYER):
        assert stranger.get(path).headers["location"].startswith("/connexion")
    for path in (PAYER, f"/facturation/reprendre/{reference}"):
        assert stranger.post(path).headers["location"].startswith("/connexion")
    assert state_of(portal, reference) == "refused"
    assert portal.value("SELECT count(*) FROM online_payment") == 1


def test_odd_choices_are_no_fault_of_the_server(portal: Server, samir: Person) -> None:
    for kind in ("zzz", "rental", "%00", "retour"):
        assert samir.get(f"/facturation/{kind}/payer").status_code == 404
        assert samir.post(f"/facturation/{kind}/payer", data={"facture": "1"}).status_code == 404
    for chosen in (["x"], ["-1"], ["9" * 30], ["²"], ["1", ""], ["0"]):
        assert samir.post(PAYER, data={"facture": chosen}).status_code == 404
    assert "au moins une facture" in text_of(samir.post(PAYER, data={}).text)
    for reference in ("x", "0" * 24, "%00", "é" * 3, "9" * 400):
        assert samir.get(f"/facturation/retour/{reference}").status_code == 404
        assert samir.post(f"/facturation/reprendre/{reference}").status_code == 404
    assert portal.value("SELECT count(*) FROM online_payment") == 0


def test_the_simulators_page_reads_only_what_we_signed(
    portal: Server, samir: Person, launch: Callable[..., Server], come: Come
) -> None:
    bank = begin(samir)
    for wrong in (bank.replace("montant=5000", "montant=1"), bank.partition("?")[0], bank.replace("signature=", "s=")):
        assert samir.get(wrong).status_code == 404
        assert samir.post(wrong, data={"reponse": "accepter"}).status_code == 404
    assert samir.post(bank, data={"reponse": "zzz"}).status_code == 404
    real = launch(DEMO="0")
    person = come(SAMIR, to=real)
    assert person.get(bank).status_code == 404
    assert "n’est pas proposé" in person.text(PAYER)
    assert httpx.post(f"{real.url}/paiement/avis/simulator", data={}).status_code == 404
    assert state_of(portal, reference_in(bank)) == "started"


def test_a_bank_with_pages_of_its_own(tmp_path: Path, launch: Callable[..., Server], come: Come) -> None:
    """A gateway of another package: the way there is a page whose forms may go to that host, and only there. Row 83."""
    packages = tmp_path / "packages"
    packages.mkdir()
    install_the_other_bank(packages)
    portal = launch(PYTHONPATH=str(packages))
    portal.expects_faults = True  # two of its packages cannot be loaded

    def offer(**settings: str) -> None:
        portal.change(
            "UPDATE site SET payment = ? WHERE code = 'valmont'", json.dumps({"gateway": "ourbank", **settings})
        )

    offer(key="s3")
    samir = come(SAMIR, to=portal)
    chosen = {"facture": samir.soup(PAYER).select_one("input[name=facture]")["value"]}
    page = samir.post(PAYER, data=chosen)
    assert page.status_code == 200
    assert "form-action 'self' https://pay.example.org;" in page.headers["content-security-policy"]
    reference = portal.value("SELECT reference FROM online_payment")
    assert way_to(page) == ("https://pay.example.org/pay", {"order": reference})

    offer(link="1")
    page = samir.post(PAYER, data=chosen)
    assert 'href="https://pay.example.org/pay"' in page.text

    offer(down="1")
    page = samir.post(PAYER, data=chosen)
    assert page.status_code == 503
    assert "Le service de paiement ne répond pas." in text_of(page.text)
    assert "À payer 50,00 €" in samir.text(PAYER)

    offer(key="s3")
    text = {"order": reference, "number": "77", "cents": "5000"}
    address = f"{portal.url}/paiement/avis/ourbank"
    assert httpx.get(address, params={**text, "key": "other"}).status_code == 400
    answer = httpx.get(address, params={**text, "key": "s3"})
    assert (answer.status_code, answer.text) == (200, "OK")
    assert httpx.get(address, params={**text, "key": "s3"}).status_code == 200
    assert len(receipts(portal)) == 1


def test_the_receipts_letter_leaves_at_once(mailed: Server, post: MailServer, come: Come) -> None:  # noqa: F811
    samir = come(SAMIR, to=mailed)
    press(samir, begin(samir), "accepter")
    plain, html = post.wait("samir.belkacem@example.org", "Paiement reçu – Conservatoire de Valmont")
    [(number, _)] = receipts(mailed)
    for expected in ("50,00 €", number, "/facturation/locations"):
        assert expected in plain.replace("\xa0", " ")
        assert expected in html.replace("\xa0", " ").replace("&nbsp;", " ")
    assert "SIM-" not in plain
    wait_for(lambda: mailed.value("SELECT state FROM letter WHERE kind = 'payment_received'") == "sent", "the letter")


@pytest.mark.parametrize("origin", ["https://bank.example.org", "null", None])
def test_a_browser_that_the_bank_sends_back_by_post_comes_to_its_payment(
    portal: Server, samir: Person, origin: str | None
) -> None:
    """The cookie does not come along from another site (SameSite); the page that answers asks again from ours, by GET."""
    address = urlsplit(press(samir, begin(samir), "accepter")).path
    stranger = httpx.Client(base_url=portal.url, headers={"origin": origin} if origin else {}, trust_env=False)
    sent = {"vads_trans_status": "AUTHORISED", "signature": "x" * 200, "é": "à"}
    for answer in (
        stranger.post(address, data=sent),
        stranger.post(address, content=b"\xff\x00"),
        stranger.post(address),
    ):
        assert answer.status_code == 200
        assert answer.headers["refresh"] == f"0; url={address}"
        assert f'href="{address}"' in answer.text
        assert "set-cookie" not in answer.headers
    assert "Paiement reçu." in samir.text(address)
    assert stranger.post("/facturation/retour/%0d%0ax").status_code == 404
    assert stranger.post(f"/facturation/reprendre/{reference_in(address)}").status_code == 403
    led = stranger.get(address)
    assert parse_qs(urlsplit(led.headers["location"]).query)["suite"] == [address]
    stranger.close()

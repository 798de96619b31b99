"""A link opened signed out: one is there after signing in, whatever stands in between; and never elsewhere."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from bs4 import BeautifulSoup

from components.web import way_on
from data.core import clock
from data.mail.outbox import decrypt
from tests.server import PASSWORD, Server
from tests.web.http_client import Person, form_values, text_of

Come = Callable[..., Person]
NEW = "quatre mots bien choisis"
LIST = "/gestion/familles?q=Ir%C3%A9na+D%27A&Etat=Tous&page=2"
INVOICE = "/facturation/factures/26000007.pdf"
BACK = "/facturation/retour/AbCdEf0123456789abcdef01?vads_trans_status=AUTHORISED&signature=a%2Bb%3D%3D&Note=%C3%A9"


def sent(person: Person, page: httpx.Response, **typed: str) -> httpx.Response:
    """The page's own form, sent as a browser does."""
    form = BeautifulSoup(page.text, "lxml").select_one("main form[method=post]")
    assert form is not None, text_of(page.text)
    return person.post(str(form["action"]), data={**form_values(form), **typed})


def led(person: Person, answer: httpx.Response) -> httpx.Response:
    """Where the answer leads, as the next page."""
    assert answer.status_code == 303, text_of(answer.text)
    return person.get(answer.headers["location"])


def to_connexion(person: Person, address: str) -> httpx.Response:
    answer = person.get(address)
    assert answer.status_code == 303
    assert urlsplit(answer.headers["location"]).path == "/connexion"
    return person.get(answer.headers["location"])


@pytest.mark.parametrize(
    ("login", "address"),
    [
        ("aubry.claire", INVOICE),
        ("aubry.claire", BACK),
        ("aubry.claire", "/eleves/2042/attestations/paiement-2026.pdf"),
        ("renard.paul", LIST),
        ("renard.paul", "/gestion/familles?next=//evil.example&x=https://evil.example"),
        ("lemoine.helene", "/gestion/journal.csv?du=2026-11-01"),
    ],
)
def test_a_link_opened_signed_out_is_there_after_signing_in_with_its_query(
    come: Come, login: str, address: str
) -> None:
    person = come()
    page = to_connexion(person, address)
    typed = {"site": "valmont", "identifiant": login, "mot_de_passe": PASSWORD}
    wrong = sent(person, page, **{**typed, "mot_de_passe": "wrong"})
    assert wrong.status_code == 401
    assert sent(person, wrong, **typed).headers["location"] == address


def test_an_address_with_an_endless_query_comes_back_without_it(come: Come) -> None:
    person = come()
    page = to_connexion(person, f"{INVOICE}?x={'a' * 5000}")
    assert sent(person, page, identifiant="aubry.claire", mot_de_passe=PASSWORD).headers["location"] == INVOICE


@pytest.mark.parametrize(
    "address",
    [
        "", "/", "//evil.example", "///evil.example/x", "https://evil.example", "javascript:alert(1)", "/\\evil.example",
        "/%2f/evil", "/%5cevil.example", "/a\r\nX: y", "/a?b\nc", "/a b", "/a?b c", "\t//evil.example", "/a//evil.example",
        "/./evil", "/../evil", "/.//evil.example", "/a?b=\\evil", "/a#//evil", "/a?<script>", "/é", "/a?é", "/a?x=\x00",
        "/connexion", "/connexion?suite=/famille", "/deconnexion", "/mot-de-passe/choisir", "/?a=//b", "/" + "a" * 9000,
        "@evil.example", "/:80@evil", "evil",
    ],
)  # fmt: skip
def test_an_address_of_another_is_no_way_on(address: str) -> None:
    assert way_on.safe(address) == ""
    assert way_on.carried("/connexion", address) == "/connexion"


@pytest.mark.parametrize("address", [LIST, INVOICE, BACK, "/famille", "/eleves/2042/identite", "/a?b=/c?d&e=f@g;h"])
def test_an_address_of_ours_is_carried_as_it_is(address: str) -> None:
    assert way_on.safe(address) == address
    for path in ("/connexion", "/connexion?fin=1"):
        assert parse_qs(urlsplit(way_on.carried(path, address)).query)["suite"] == [address]


@pytest.mark.parametrize("suite", ["//evil.example", "https://evil.example/?a=b", "/a?b\r\nX: y"])
def test_no_page_on_the_way_carries_an_address_of_another(come: Come, suite: str) -> None:
    person = come("nguyen.linh")
    for path in ("/connexion", "/mot-de-passe-perdu", "/mot-de-passe/choisir"):
        assert "evil" not in person.get(path, params={"suite": suite}).text, path
    answer = person.post("/mot-de-passe/choisir", data={"nouveau": NEW, "encore": NEW, "suite": suite})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_password_that_had_to_be_changed_does_not_lose_the_link(come: Come) -> None:
    person = come()
    answer = sent(person, to_connexion(person, INVOICE), identifiant="nguyen.linh", mot_de_passe=PASSWORD)
    page = led(person, led(person, answer))
    weak = sent(person, page, nouveau="court", encore="court")
    assert weak.status_code == 400
    assert sent(person, weak, nouveau=NEW, encore=NEW).headers["location"] == INVOICE


def test_a_lost_password_asked_for_on_the_way_does_not_lose_the_link(portal: Server, come: Come) -> None:
    person = come()
    lost = to_connexion(person, INVOICE)
    href = BeautifulSoup(lost.text, "lxml").select_one("a[href^='/mot-de-passe-perdu']")
    assert href is not None
    asked = sent(person, person.get(str(href["href"])), identifiant="belkacem.samir", email="nobody@example.org")
    asked = sent(person, asked, identifiant="belkacem.samir", email="samir.belkacem@example.org")
    back = BeautifulSoup(asked.text, "lxml").select_one("a[href^='/connexion']")
    assert back is not None
    [(blocks, secret)] = portal.rows("SELECT blocks, secret FROM letter WHERE kind = 'new_password'")
    assert f"/connexion?suite={INVOICE.replace('/', '%2F')}" in blocks  # the letter's own link leads there as well
    page = person.get(str(back["href"]))
    answer = sent(person, page, site="valmont", identifiant="belkacem.samir", mot_de_passe=decrypt(secret))
    assert answer.headers["location"] == INVOICE
    assert sent(person, led(person, led(person, answer)), nouveau=NEW, encore=NEW).headers["location"] == INVOICE


def test_a_second_factor_set_up_or_asked_for_does_not_lose_the_link(portal: Server, come: Come) -> None:
    portal.change("UPDATE site SET second_factor_required = true WHERE code = 'valmont'")
    person = come()
    typed = {"site": "valmont", "identifiant": "lemoine.helene", "mot_de_passe": PASSWORD}
    setting_up = led(person, led(person, sent(person, to_connexion(person, LIST), **typed)))
    secret = text_of(setting_up.text).partition("Clé : ")[2].partition(" 3.")[0].replace(" ", "")
    wrong = sent(person, setting_up, code="000000")
    shown = sent(person, wrong, code=pyotp.TOTP(secret).at(clock.now()))
    on = BeautifulSoup(shown.text, "lxml").select_one("main a.btn")
    assert on is not None
    assert on["href"] == LIST
    again = come()
    step = led(again, sent(again, to_connexion(again, LIST), **typed))
    wrong = sent(again, step, code="000000")
    assert wrong.status_code == 401
    code = pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=30))
    assert sent(again, wrong, code=code).headers["location"] == LIST


@pytest.mark.parametrize(
    ("login", "address", "said"),
    [
        (
            "aubry.claire",
            "/gestion/demandes",
            "réservée au personnel du conservatoire. Vous êtes connecté avec le compte",
        ),
        ("renard.paul", INVOICE, "est celle d’une famille. Vous êtes connecté avec le compte du personnel renard.paul"),
        ("renard.paul", "/gestion/journal", "réservée aux responsables du portail"),
    ],
)
def test_a_link_for_another_kind_of_account_says_so(come: Come, login: str, address: str, said: str) -> None:
    person = come()
    page = to_connexion(person, address)
    there = led(person, sent(person, page, site="valmont", identifiant=login, mot_de_passe=PASSWORD))
    assert there.status_code == 404
    assert said in text_of(there.text)

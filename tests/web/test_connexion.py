"""« Connexion » by plain HTTP: who comes in, what is said, where one goes on to (security rows 1-7, 10, 14-16, 39)."""

import unicodedata
from collections.abc import Callable

import httpx
import pytest

from tests.server import PASSWORD, Server
from tests.web.http_client import Person, text_of

WRONG = "Identifiant ou mot de passe incorrect."
Come = Callable[..., Person]


def test_the_right_pair_opens_the_familys_home(come: Come) -> None:
    person = come()
    answer = person.sign_in("aubry.claire")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "Bonjour Claire" in person.text("/")


def test_staff_go_to_the_queue(come: Come) -> None:
    assert come().sign_in("renard.paul").headers["location"] == "/gestion"


def test_the_same_identifier_at_two_sites_is_two_people(come: Come) -> None:
    assert "Gaspard" in come("aubry.claire", "belrive").text("/")
    assert "Irina" in come("aubry.claire", "valmont").text("/")


@pytest.mark.parametrize("typed", ["  AUBRY.claire ", "".join(chr(ord(letter) + 0xFEE0) for letter in "aubry.claire")])
def test_spaces_case_and_width_of_the_identifier_do_not_matter(come: Come, typed: str) -> None:
    assert come().sign_in(typed).status_code == 303


@pytest.mark.parametrize(
    ("login", "site", "word"),
    [
        ("aubry.claire", "valmont", "wrong word"),
        ("no.such.person", "valmont", PASSWORD),
        ("renard.paul", "belrive", PASSWORD),
        ("aubry.claire", "nowhere", PASSWORD),
        ("aubry.cl\u0430ire", "valmont", PASSWORD),
        ("' OR 1=1 --", "valmont", "' OR 1=1 --"),
        ("admin'/*", "valmont", "x"),
        ("aubry.claire", "valmont", "x\x00y"),
        ("aubry.claire", "valmont", PASSWORD + "\n"),
        ("aubry.claire", "valmont", "é" * 5000),
        ("a" * 100_000, "valmont", PASSWORD),
        ("aubry.claire", "valmont", "\ud7ff"),
    ],
)
def test_one_sentence_whatever_was_wrong(come: Come, login: str, site: str, word: str) -> None:
    person = come()
    answer = person.sign_in(login, site, word)
    assert answer.status_code == 401
    assert WRONG in text_of(answer.text)
    assert "anacrouse" not in person.cookies


def test_a_disabled_account_gets_the_same_sentence(portal: Server, come: Come) -> None:
    portal.change("UPDATE account SET disabled = true WHERE login = 'belkacem.samir'")
    assert WRONG in text_of(come().sign_in("belkacem.samir").text)


@pytest.mark.parametrize("damaged", ["", "nonsense", "$argon2id$v=19$m=1024,t=1,p=4$AAAA$"])
def test_a_damaged_hash_is_a_wrong_password(portal: Server, come: Come, damaged: str) -> None:
    portal.change("UPDATE account SET password_hash = ? WHERE login = 'belkacem.samir'", damaged)
    assert come().sign_in("belkacem.samir").status_code == 401


def test_a_password_of_a_megabyte_is_a_wrong_one(come: Come) -> None:
    answer = come().sign_in("aubry.claire", word="a" * 1_000_000)
    assert answer.status_code == 401
    assert WRONG in text_of(answer.text)


def test_a_password_of_four_megabytes_is_too_large(come: Come) -> None:
    assert come().sign_in("aubry.claire", word="a" * 4_000_000).status_code == 413


def test_a_password_typed_on_a_mac_is_the_same_password(come: Come) -> None:
    person, word = come("aubry.claire"), "Étoile filante dorée 7"
    sent = {"ancien": PASSWORD, "nouveau": word, "encore": word}
    assert person.post("/mot-de-passe", data=sent).status_code == 303
    assert come().sign_in("aubry.claire", word=unicodedata.normalize("NFD", word)).status_code == 303


def test_an_empty_field_is_named_and_nothing_is_counted(portal: Server, come: Come) -> None:
    person = come()
    for _ in range(8):
        answer = person.sign_in("aubry.claire", word="")
    assert answer.status_code == 400
    assert "Vérifiez les renseignements saisis." in text_of(answer.text)
    assert "Indiquez votre mot de passe." in text_of(answer.text)
    assert portal.rows("SELECT * FROM throttle") == []


def test_what_was_typed_stays_but_never_the_password(come: Come) -> None:
    answer = come().sign_in("aubry.claire", word="Secret-typed-2026")
    assert 'value="aubry.claire"' in answer.text
    assert "Secret-typed-2026" not in answer.text


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"identifiant=%ff&mot_de_passe=%00", b"a&" * 3000])
def test_a_form_that_is_none_is_answered_in_words(come: Come, body: bytes) -> None:
    answer = come().post("/connexion", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert 400 <= answer.status_code < 500
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "files", [{"identifiant": ("a.txt", b"aubry.claire")}, {"mot_de_passe": ("a", b"x"), "site": ("b", b"y")}]
)
def test_a_file_in_the_place_of_a_text_is_no_fault_of_the_server(
    come: Come, files: dict[str, tuple[str, bytes]]
) -> None:
    assert come().post("/connexion", files=files).status_code == 400


@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_form_from_elsewhere_signs_nobody_in(portal: Server, origin: str | None) -> None:
    headers = {"origin": origin} if origin else {}
    answer = httpx.post(
        f"{portal.url}/connexion",
        headers=headers,
        data={"site": "valmont", "identifiant": "aubry.claire", "mot_de_passe": PASSWORD},
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_cookie_planted_beforehand_is_replaced(portal: Server, come: Come) -> None:
    person, planted = come(), "planted" * 6
    person.cookies.set("anacrouse", planted, domain="127.0.0.1")
    answer = person.sign_in("aubry.claire")
    token = answer.cookies["anacrouse"]
    assert token != planted
    assert Person(portal, cookies={"anacrouse": token}).get("/").status_code == 200
    assert Person(portal, cookies={"anacrouse": planted}).get("/").status_code == 303


def test_signing_in_again_renews_the_token_and_ends_the_former(portal: Server, come: Come) -> None:
    person = come("aubry.claire")
    first = person.token()
    person.sign_in("aubry.claire")
    assert person.token() != first
    assert Person(portal, cookies={"anacrouse": first}).get("/").status_code == 303


@pytest.mark.parametrize(
    "address", ["/famille", "/eleves", "/eleves/2042/identite", "/mot-de-passe", "/gestion/demandes"]
)
def test_a_deep_link_signed_out_leads_to_connexion_and_back(come: Come, address: str) -> None:
    person = come()
    answer = person.get(address)
    assert answer.status_code == 303
    page = person.soup(answer.headers["location"])
    after = page.select_one("input[name=suite]")
    assert after is not None
    assert after["value"] == address
    assert person.sign_in("aubry.claire", suite=str(after["value"])).headers["location"] == address


@pytest.mark.parametrize(
    "suite",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/%2f/evil",
        "javascript:alert(1)",
        "/connexion",
        "evil",
        "/a\r\nX: y",
        "/?a=//b",
        "\t//evil.example",
        "/" + "a" * 9000 + "?",
    ],
)
def test_nobody_is_led_to_an_address_of_another(come: Come, suite: str) -> None:
    answer = come().sign_in("aubry.claire", suite=suite)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_page_works_for_password_managers(come: Come) -> None:
    form = come().soup("/connexion").select_one("form[action='/connexion']")
    assert form is not None
    assert form["method"] == "post"
    assert [form.select_one(f"input[name={name}]")["autocomplete"] for name in ("identifiant", "mot_de_passe")] == [
        "username",
        "current-password",
    ]
    assert [option["value"] for option in form.select("select[name=site] option")] == ["valmont", "belrive"]


def test_somebody_signed_in_need_not_sign_in_again(claire: Person) -> None:
    assert claire.get("/connexion").headers["location"] == "/"


def test_a_whole_school_signs_in_through_one_address(portal: Server, come: Come) -> None:
    answers = [come(address="203.0.113.200").sign_in(login).status_code for login in portal.able()]
    assert len(answers) >= 18
    assert set(answers) == {303}


def test_the_answer_tells_nothing_about_an_account(portal: Server, come: Come) -> None:
    """That it costs the same is shown where it can be counted (tests/data/test_login.py)."""
    portal.change("UPDATE account SET disabled = true WHERE login = 'renard.paul'")
    shown = set()
    for login in (portal.able()[0], "renard.paul", "somebody.else"):
        answer = come().sign_in(login, word="a wrong word")
        headers = {name: value for name, value in answer.headers.items() if name not in {"date", "content-length"}}
        shown.add((answer.status_code, answer.text.replace(f'value="{login}"', ""), str(headers)))
    assert len(shown) == 1


def test_the_language_chosen_before_signing_in_is_kept_and_nobody_elses(come: Come) -> None:
    person = come()
    assert person.soup("/connexion").html["lang"] == "fr"
    person.post("/langue", data={"langue": "en"}, headers={"referer": f"{person.portal.url}/connexion"})
    assert person.soup("/connexion").html["lang"] == "en"
    person.sign_in("aubry.claire")
    assert person.soup("/").html["lang"] == "en"
    person.post("/deconnexion")
    person.sign_in("belkacem.samir")  # the same device: what Claire chose is hers
    assert person.soup("/").html["lang"] == "fr"


@pytest.mark.parametrize(
    ("wanted", "proposed"),
    [("en-GB,en;q=0.9", True), ("fr-FR,fr;q=0.9,en;q=0.8", False), ("de,en;q=0.5,fr;q=0.3", True), ("", False)],
)
def test_english_is_proposed_to_a_browser_that_prefers_it(come: Come, wanted: str, proposed: bool) -> None:
    person = come()
    page = person.get("/connexion", headers={"accept-language": wanted}).text
    assert ("This site is also in English." in page) is proposed
    assert '<html lang="fr"' in page

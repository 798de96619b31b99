"""« Accessibilité »: what is chosen is shown from the first byte, on the device before signing in, in the account after."""

import base64
import hashlib
import re
from collections.abc import Callable

import brotli
import pytest
from bs4 import BeautifulSoup

from components.assets import serving
from data.accounts import display_preferences
from tests.server import Server
from tests.web.http_client import Person

Come = Callable[..., Person]
ALL = {choice.name: [value for value in choice.values if value][-1] for choice in display_preferences.CHOICES}


def current_of(person: Person, path: str = "/connexion") -> dict[str, str]:
    html = BeautifulSoup(person.get(path).text, "lxml").html
    assert html is not None
    return {name.removeprefix("data-"): str(value) for name, value in html.attrs.items() if name.startswith("data-")}


def choose(person: Person, **values: str) -> None:
    answer = person.post(
        "/accessibilite/reglages", data=values, headers={"referer": f"{person.portal.url}/accessibilite"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/accessibilite")


def test_a_stranger_chooses_by_plain_http_and_every_page_wears_it(come: Come) -> None:
    stranger = come()
    choose(stranger, **ALL)
    for path in ("/connexion", "/accessibilite", "/aide", "/mentions-legales", "/nowhere", "/verifier/ZZZZZZZZZZ"):
        assert current_of(stranger, path) == ALL, path
    choose(stranger, mode="off")
    assert current_of(stranger) == {}


def test_the_mode_is_switched_on_and_off_at_once_and_keeps_what_else_was_chosen(come: Come) -> None:
    stranger = come()
    choose(stranger, mode="on", theme="dark")
    assert current_of(stranger) == {"theme": "dark", **display_preferences.MODE}
    assert "Désactiver le mode Accessibilité" in stranger.text("/accessibilite")


def test_what_was_chosen_before_signing_in_follows_into_the_account_and_to_another_device(come: Come) -> None:
    here = come()
    choose(here, size="150")
    here.sign_in("aubry.claire")
    there = come("aubry.claire")
    assert current_of(here, "/famille") == current_of(there, "/") == {"size": "150"}
    choose(there, contrast="more")
    assert current_of(here, "/famille") == {"contrast": "more"}


def test_the_accounts_choice_comes_back_when_a_device_wore_another_persons(come: Come) -> None:
    choose(come("belkacem.samir"), size="200")
    shared = come("aubry.claire")
    choose(shared, theme="dark")
    shared.post("/deconnexion")
    assert current_of(shared) == {"theme": "dark"}
    shared.sign_in("belkacem.samir")
    assert current_of(shared, "/") == {"size": "200"}


def sheets_of(person: Person, path: str) -> tuple[list[str], list[str]]:
    """Names of what the first paint waits for or fetches early; of the light sheet that comes once it is painted."""
    soup = BeautifulSoup(person.get(path).text, "lxml")
    links = soup.find_all("link", rel=["stylesheet", "preload"], media=False)
    first, later = [each["href"] for each in links], [each["data-light"] for each in soup.select("style[data-light]")]
    return [str(each).rpartition("/")[2] for each in first], [str(each).rpartition("/")[2] for each in later]


def test_no_page_waits_for_a_stylesheet_but_one_on_which_a_mode_is_chosen(come: Come) -> None:
    stranger, claire, paul = come(), come("aubry.claire"), come("renard.paul")
    for path in ("/connexion", "/mot-de-passe-perdu", "/identifiant-oublie", "/verifier", "/aide"):
        assert sheets_of(stranger, path) == ([], ["family.css"]), path
        [style] = BeautifulSoup(stranger.get(path).text, "lxml").find_all("style")
        assert len(brotli.compress(style.string.encode(), quality=11)) <= 4096, path
    assert sheets_of(claire, "/") == sheets_of(claire, "/aide") == ([], ["family.css"])
    assert sheets_of(paul, "/gestion/demandes") == sheets_of(paul, "/mot-de-passe") == ([], ["office.css"])
    font = "hyperlegible-latin.woff2"
    assert claire.get(serving.url(font)).status_code == 200  # as the script does once the page is painted
    assert sheets_of(claire, "/") == ([font], ["family.css"])
    assert claire.soup("/").select("style[data-light] ~ link[media=print]")  # paper's rules stand last
    choose(claire, size="150")
    assert sheets_of(claire, "/") == ([font, "portal.css"], [])


@pytest.mark.parametrize("path", ["/aide", "/", "/famille", "/facturation/cotisations", "/nowhere"])
def test_the_policy_allows_the_styles_that_the_page_holds_and_no_other(come: Come, path: str) -> None:
    claire = come("aubry.claire")
    claire.get(serving.url("hyperlegible-latin.woff2"))
    answer = claire.get(path)
    held = [each.string or "" for each in BeautifulSoup(answer.text, "lxml").find_all("style")]
    digests = {f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in held}
    [allowed] = re.findall(r"style-src ([^;]*)", answer.headers["content-security-policy"])
    assert set(allowed.split()) == {"'self'", *digests}
    assert len(held) == 2
    assert "<" not in "".join(held)


def test_a_script_gets_a_quiet_answer(come: Come) -> None:
    person = come("renard.paul")
    assert person.post("/accessibilite/reglages", data={"layout": "simple", "quiet": "1"}).status_code == 204
    assert current_of(person, "/gestion/demandes") == {"layout": "simple"}


@pytest.mark.parametrize(
    "cookie", ["", "size", "size-900", "x" * 5000, "size-150.contrast-no", 'size-150"><script>', "--.-.~"]
)
def test_a_cookie_that_is_not_ours_changes_nothing_else(come: Come, cookie: str) -> None:
    stranger = come()
    answer = stranger.get("/connexion", headers={"cookie": f"confort={cookie}"})
    assert answer.status_code == 200
    html = BeautifulSoup(answer.text, "lxml").html
    assert html is not None
    assert set(html.attrs) - {"lang"} <= {"data-size"}


def test_values_that_nobody_offers_are_not_kept(come: Come, portal: Server) -> None:
    person = come("aubry.claire")
    choose(person, size="900", contrast="<b>", nothing="x", font="dyslexia")
    assert current_of(person, "/") == {"font": "dyslexia"}
    assert portal.account("aubry.claire")["comfort"] == '{"font": "dyslexia"}'


def test_the_declaration_says_non_conforme_until_an_audit_is_entered(come: Come, portal: Server) -> None:
    stranger = come()
    assert "Accessibilité : non conforme" in stranger.text("/accessibilite")
    text = '{"accessibility": "partiellement conforme", "accessibility_contact": "Référente accessibilité"'
    portal.change("UPDATE site SET legal = ? WHERE code = 'valmont'", text + "}")
    assert "partiellement" not in stranger.text("/accessibilite")
    portal.change(
        "UPDATE site SET legal = ? WHERE code = 'valmont'",
        text + ', "accessibility_audit": "Cabinet X, 03/11/2026", "accessibility_rate": "83.5"}',
    )
    shown = come("aubry.claire").text("/accessibilite")
    for expected in (
        "partiellement conforme",
        "Cabinet X, 03/11/2026",
        "Référente accessibilité",
        "83,5 % des critères",
        "www.defenseurdesdroits.fr",
        "RGAA 4.1.2",
    ):
        assert expected in shown
    assert "Accessibilité : partiellement conforme" in come("aubry.claire").text("/")

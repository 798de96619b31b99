"""No screen offers a link that its own target refuses."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from components.ui.panel import Act
from tests.days import THOROUGH
from tests.server import Server
from tests.web.http_client import Person

Come = Callable[..., Person]
OF_ONE_SHAPE = 3  # links that differ by numbers and values alone: so many of them are followed
LEAVES = ("/deconnexion", "/gestion/familles/vue")


def shape(address: str) -> str:
    parts = urlsplit(address)
    return f"{re.sub(r'[0-9]+', '0', parts.path)}?{sorted(name for name, _ in parse_qsl(parts.query))}"


def links(page: str, at: str) -> Iterator[str]:
    for link in BeautifulSoup(page, "lxml").select("a[href]"):
        address = urljoin(at, str(link["href"])).partition("#")[0]
        if address.startswith("/") and not address.startswith(LEAVES):
            yield address


def refused(person: Person, start: str) -> tuple[list[str], int]:
    """The links that are offered from there on and answer otherwise than with what they offer; how many were followed."""
    waiting, known, followed, found = [(start, "")], {start}, Counter[str](), list[str]()
    while waiting:
        address, at = waiting.pop()
        answer = person.get(address)
        if answer.status_code not in {200, 303}:
            found.append(f"{at} offers {address}: {answer.status_code}")
        if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
            continue
        for link in links(answer.text, address):
            if link not in known and followed[shape(link)] < OF_ONE_SHAPE:
                known.add(link)
                followed[shape(link)] += 1
                waiting.append((link, address))
    return found, len(known)


@pytest.mark.parametrize(
    ("login", "start"),
    [("aubry.claire", "/"), ("aubry.marc", "/"), ("belkacem.samir", "/"), ("renard.paul", "/gestion"), ("lemoine.helene", "/gestion")]
    if THOROUGH else [("aubry.claire", "/"), ("renard.paul", "/gestion")],
)  # fmt: skip
def test_every_link_that_is_offered_opens(portal: Server, come: Come, login: str, start: str) -> None:
    portal.change(
        "UPDATE enrolment SET status = 'left' WHERE pupil_id = (SELECT id FROM pupil WHERE number = 2043 AND site_id = 1)"
    )
    found, followed = refused(come(login), start)
    assert followed > 20
    assert found == []


@pytest.mark.parametrize("path", ["/papiers", "/eleves/2077/cours"])
def test_no_certificate_is_offered_of_a_year_that_has_not_begun(portal: Server, come: Come, path: str) -> None:
    samir = come("belkacem.samir")
    assert "/attestations/inscription" in samir.get(path).text
    portal.change(
        "UPDATE course SET school_year = '2098-2099' WHERE id IN (SELECT course_id FROM enrolment JOIN pupil p ON p.id = pupil_id "
        "WHERE p.number = 2077)"
    )
    portal.change(
        "UPDATE lesson SET day = '2098-11-11' WHERE course_id IN (SELECT id FROM course WHERE school_year = '2098-2099')"
    )
    assert "/attestations/inscription" not in samir.get(path).text


def test_what_looks_whether_a_link_is_good_is_answered_as_a_browser_is(portal: Server, claire: Person) -> None:
    """By HEAD, as programs do that look through letters; without the page itself."""
    for path in ("/connexion", "/famille", "/confirmer/x", "/verifier/x", "/nowhere"):
        asked, got = claire.head(path), claire.get(path)
        assert (asked.status_code, asked.content) == (got.status_code, b""), path
        for name in ("content-type", "content-security-policy", "x-content-type-options"):
            assert asked.headers.get(name) == got.headers.get(name), path


def test_an_address_with_a_nul_is_no_address(claire: Person) -> None:
    """PostgreSQL takes none in a text."""
    for address, status in (("/facturation/retour/%00", 404), ("/%00", 404), ("/verifier?code=%00%%0000", 200)):
        assert claire.get(address).status_code == status, address
    sent = Act.read({"do": "search", "of": "a\0b", "values": {"search": "c\0d"}})
    assert (sent.of, sent.values) == ("ab", {"search": "cd"})

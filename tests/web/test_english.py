"""Every screen in English: nothing is said for which the words are missing, and no French word stays but where it is marked as French."""

import re
from collections.abc import Iterator

from babel.messages import pofile
from bs4 import BeautifulSoup

from data.core.i18n import CATALOGUE
from tests.browser.screens import every_screen
from tests.server import Server
from tests.web.http_client import Person, parsed

MISSING = re.compile(r"no English twin: ([^\"\n]+)")
WORD = re.compile(r"(?<![\w@./-])[A-Za-zÀ-ÿœŒ]{3,}(?![\w@/]|[.-]\w)")
READ = ("title", "aria-label", "placeholder", "alt", "data-l")
# What has the same name in every language: people, places, classes, works.
NAMES = {
    "course": ("name", "department", "cycle", "room"),
    "cursus": ("name",),
    "pupil": ("last_name", "first_name", "discipline", "cycle", "school"),
    "guardian": ("last_name", "first_name", "birth_name", "address", "complement", "town", "profession"),
    "invoice": ("payer_address",),
    "teacher": ("first_name", "last_name"),
    "enrolment": ("level", "main_instrument"),
    "piece": ("work", "composer", "movement", "arrangement", "ensemble", "partners", "teacher"),
    "performance": ("place",),
    "site": ("name", "address"),
    "supplied_document": ("file_name",),
    "inquiry_turn": ("text",),
}
HERE = {"agenda", "google", "mme", "cet"}  # a product’s name, a title of a person, Central European Time
ONLY_SHOWN = ("/demonstration/courriels", "/demonstration/courriels/{n}")  # where the demonstration is shown


def words(*texts: str) -> set[str]:
    return {each.lower() for text in texts for each in WORD.findall(text)}


def only_french() -> set[str]:
    """The words of our sentences that none of them has in English."""
    french, english = set[str](), set[str]()
    with CATALOGUE.open("rb") as file:
        for each in pofile.read_po(file, locale="en"):
            french |= words(*(each.id if isinstance(each.id, tuple) else [each.id]))
            english |= words(*(each.string if isinstance(each.string, tuple | list) else [each.string]))
    return french - english


def names(portal: Server) -> set[str]:
    """Of the demonstration's people, places and classes."""
    texts = (
        str(value)
        for table, columns in NAMES.items()
        for row in portal.rows(f"SELECT DISTINCT {', '.join(columns)} FROM {table}")
        for value in row
        if value
    )
    return words(*texts) | HERE


def read_aloud(page: BeautifulSoup) -> Iterator[str]:
    """What is seen or spoken as English."""
    for each in page.select("script, style, [lang=fr], input[value], datalist"):
        each.decompose()
    yield from page.stripped_strings
    for element in page.find_all(True):
        yield from (str(element[name]) for name in READ if element.get(name))


def test_no_screen_lacks_an_english_word_and_no_french_one_stays(portal: Server) -> None:
    portal.change("UPDATE account SET language = 'en'")
    people, before, walked = dict[str, Person](), len(portal.log), 0
    french, found, refused = only_french() - names(portal), set[str](), set[str]()
    for screen in every_screen(portal):
        if screen.login not in people:
            people[screen.login] = Person(portal, screen.login, cookies={"langue": "en"})
        page = people[screen.login].get(screen.path)
        assert page.is_redirect or '<html lang="en"' in page.text, screen.path
        refused |= {screen.pattern} if page.status_code >= 400 else set()
        walked += 1
        if not page.is_redirect and "/gestion" not in screen.path:
            texts = list(read_aloud(parsed(page.text)))
            found |= {f"{screen.path}: markup as text: {text[:120]}" for text in texts if "</" in text}
            found |= {f"{screen.path}: {text[:120]}" for text in texts if words(text) & french}
    for person in people.values():
        person.close()
    assert walked > 60
    assert refused == {"/nowhere", "/verifier/{code}", *ONLY_SHOWN}  # of the others is seen what they are
    assert sorted(set(MISSING.findall(portal.log[before:]))) == []
    assert sorted(found) == []


def test_why_a_lesson_is_cancelled_is_marked_as_french_on_the_home_page(portal: Server) -> None:
    portal.change("UPDATE account SET language = 'en'")
    portal.change("UPDATE lesson SET state = 'cancelled', note = 'Enseignant en stage.'")
    claire = Person(portal, "aubry.claire", cookies={"langue": "en"})
    page = claire.soup("/")
    claire.close()
    assert {each.get_text() for each in page.select(".lessons [lang=fr]")} == {"Enseignant en stage."}
    assert not [text for text in page.stripped_strings if "</" in text]

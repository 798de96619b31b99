"""Every screen in English: nothing is said for which the words are missing, whoever opens it."""

import re

from tests.browser.screens import every_screen
from tests.server import Server
from tests.web.http_client import Person

MISSING = re.compile(r"no English twin: ([^\"\n]+)")


def test_no_screen_lacks_an_english_word(portal: Server) -> None:
    portal.change("UPDATE account SET language = 'en'")
    people, before, walked = dict[str, Person](), len(portal.log), 0
    for screen in every_screen(portal):
        if screen.login not in people:
            people[screen.login] = Person(portal, screen.login, cookies={"langue": "en"})
        page = people[screen.login].get(screen.path)
        assert page.is_redirect or '<html lang="en"' in page.text, screen.path
        walked += 1
    for person in people.values():
        person.close()
    assert walked > 60
    assert sorted(set(MISSING.findall(portal.log[before:]))) == []

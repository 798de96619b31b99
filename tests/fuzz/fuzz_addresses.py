"""Every address, as everybody, with methods, numbers, queries, headers and bodies that no page of ours sends.

Never a fault, never a word of another family's, always the headers that protect; on SQLite and on PostgreSQL.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import pytest
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.demo_users import both
from tests.fuzz.engine import JSONS, TEXTS, mutated, run
from tests.server import FAULT, Server, launch  # noqa: F401
from tests.web.canary_family import addresses, assert_nothing_of_theirs, plant_canary
from tests.web.forged_events import every_number, values_of
from tests.web.http_client import Person, Tab
from tests.web.page_actions import acts_of, registered

ROLES = ("", "aubry.claire", "aubry.marc", "famille.3001", "renard.paul", "lemoine.helene")
METHODS = ("GET", "GET", "POST", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND")
OWN = {"n": "2042", "family": "1042", "form": "csv", "kind": "locations", "part": "identite", "gateway": "simulator"}
PROTECTING = ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy")
BRACED = re.compile(r"{(\w+)(?::\w+)?}")
NOT_WALKED = {"/deconnexion"}  # it would make a stranger of everybody
HEADER_NAMES = (
    "accept accept-language accept-encoding range if-none-match if-modified-since cookie origin referer x-forwarded-for x-forwarded-proto "
    "x-forwarded-prefix host content-type sec-fetch-site user-agent"
)
HEADER_VALUES = (
    *(
        "",
        "*",
        "null",
        "bytes=0-0",
        "bytes=9-1,-5",
        "q=0;;",
        "fr;q=x",
        "langue=xx; anacrouse=" + "a" * 9000,
        "https://evil.example",
        "é",
    ),
    *(
        "::ffff:10.0.0.1",
        "x, y, 127.0.0.1",
        "application/json",
        "text/plain; charset=utf-7",
        'W/"x"',
        "Thu, 31 Feb 9999 99:99:99 GMT",
    ),
    *("gzip;q=0, br;q=9", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "-" * 300),
)
HEADERS = st.dictionaries(st.sampled_from(HEADER_NAMES.split()), st.sampled_from(HEADER_VALUES), max_size=3)


def _multiparts() -> list[bytes]:
    """Forms with files, as browsers send them; the boundary is « b »."""
    made = []
    for name, content in (
        ("a.jpg", b"\xff\xd8\xff" + bytes(200)),
        ("b.pdf", b"%PDF-1.4 x"),
        ("c.csv", b"Nom;Ville\r\nRoy;Metz\r\n"),
    ):
        sent = httpx.Request(
            "POST",
            "http://x/",
            files={"fichier": (name, content)},
            data={"facture": "1", "tourne": "90"},
            headers={"content-type": MULTIPART},
        )
        made.append(sent.read())
    return made


MULTIPART = "multipart/form-data; boundary=b"
FILE = b'Content-Disposition: form-data; name="fichier"; filename="x"\r\n'
TOKENS = (b"--b\r\n", b"--b--\r\n", b"\r\n\r\n", FILE, b"; filename*=UTF-8''%ff%00", b"Content-Length: -1\r\n", b"\0")
FIELDS = "fichier reponse site identifiant mot_de_passe facture compte code email suite"
FORMS = st.dictionaries(st.sampled_from(FIELDS.split()) | TEXTS, TEXTS, max_size=4)
URL_ENCODED = "application/x-www-form-urlencoded"
BODIES = (
    st.just((b"", ""))
    | FORMS.map(lambda form: (urlencode({_whole(key): _whole(text) for key, text in form.items()}).encode(), URL_ENCODED))
    | mutated([b"a=1&b=%ff%00", b"site=valmont&identifiant=%00&mot_de_passe=x"]).map(lambda body: (body, URL_ENCODED))
    | mutated(_multiparts(), TOKENS).map(lambda body: (body, MULTIPART))
    | JSONS.map(lambda content: (json.dumps(content).encode(), "application/json"))
)  # fmt: skip


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


class Walk:
    """The people and the log of one server; what each answer is held against."""

    def __init__(self, portal: Server, canary: bool) -> None:
        self.portal, self.canary, self.people, self.read, self.count = portal, canary, dict[str, Person](), 0, 0

    def person(self, role: str) -> Person:
        self.count += 1
        if role not in self.people or (
            role and self.count % 100 == 0 and self.people[role].get("/aide").status_code != 200
        ):
            self.people[role] = Person(self.portal, role)
        return self.people[role]

    def send(
        self, role: str, method: str, address: str, headers: dict[str, str], body: tuple[bytes, str]
    ) -> httpx.Response | None:
        content, kind = body
        given = {**({"content-type": kind} if content else {}), **headers}
        person = self.person(role)
        saved = dict(person.cookies)
        try:
            sent = {name: text.encode("latin-1") for name, text in given.items()}
            answer = person.request(method, address, headers=sent, content=content or None)
        except (httpx.RemoteProtocolError, httpx.InvalidURL, httpx.ReadError, httpx.WriteError):
            return None  # no HTTP at all, or a body that was read no further
        finally:
            if dict(person.cookies) != saved:
                person.cookies.clear()
                person.cookies.update(saved)
        self.hold(role, address, answer)
        return answer

    def hold(self, role: str, address: str, answer: httpx.Response) -> None:
        assert answer.status_code < 500 or answer.status_code == 503, (answer.status_code, answer.text[:300])
        assert not [name for name in PROTECTING if name not in answer.headers], (
            address,
            answer.status_code,
            dict(answer.headers),
        )
        if self.canary and role not in {"renard.paul", "lemoine.helene"}:
            assert_nothing_of_theirs(answer.text, address)
        self.quiet()

    def quiet(self) -> None:
        """No fault in what the log got since."""
        with self.portal.log_file.open("rb") as log:
            log.seek(self.read)
            new = log.read()
        self.read += len(new)
        fault = FAULT.search(text := new.decode("utf-8", "replace"))
        assert not fault, text[max(0, fault.start() - 300) :][:4000] if fault else ""


@pytest.fixture
def known(launch: Callable[..., Server]) -> tuple[Server, dict[str, str]]:  # noqa: F811
    """A server where one family's every word is a mark, and its addresses."""
    portal = launch(TRUSTED_PROXIES="127.0.0.1")
    found = addresses(
        plant_canary(portal), [path for path, audience, _, _ in registered() if audience and path not in NOT_WALKED]
    )
    return portal, found


def requests(theirs: dict[str, str]) -> st.SearchStrategy[Any]:
    """(role, method, address, headers, body): an address of theirs, one's own, or with anything in its braces."""
    patterns = sorted({path for path, *_ in registered()} - NOT_WALKED)
    anything = TEXTS.map(lambda text: quote(_whole(text), safe="")) | st.sampled_from(
        ("%00", "%ff", "..%2f..%2f", "%0d%0aX:1", "2042%00", "1e9", "-0")
    )

    def filled(pattern: str, words: list[str], own: bool) -> str:
        at = iter(words * 5)
        return BRACED.sub(lambda found: OWN.get(found[1], "1") if own else next(at), pattern)

    made = st.builds(filled, st.sampled_from(patterns), st.lists(anything, min_size=1, max_size=3), st.booleans())
    names = st.sampled_from(
        (
            "onglet",
            "demande",
            "photo",
            "r",
            "page",
            "tri",
            "fin",
            "suite",
            "facture",
            "entree",
            "famille",
            "courriel",
            "annee",
            "du",
            "au",
            "piece",
        )
    )
    query = (
        st.just("")
        | st.dictionaries(names | TEXTS, TEXTS, max_size=3).map(
            lambda each: "?" + urlencode({_whole(key): _whole(text) for key, text in each.items()})
        )
        | anything.map(lambda text: "?" + text)
    )
    address = st.builds(
        lambda path, more: (path + (more if "?" not in path else ""))[:6000] or "/",
        st.sampled_from(sorted(theirs)) | made,
        query,
    )
    return st.tuples(st.sampled_from(ROLES), st.sampled_from(METHODS), address, HEADERS | st.just({}), BODIES)


def test_every_address_on_sqlite(known: tuple[Server, dict[str, str]]) -> None:
    portal, theirs = known
    walk = Walk(portal, canary=True)
    run("addresses, SQLite", requests(theirs), lambda asked: walk.send(*asked), share=3)
    uploads = [
        path
        for path, _, _, methods in registered()
        if "POST" in methods and re.search("photo|document|importer|imports|logo|piece", path)
    ]
    assert uploads
    own = st.sampled_from(uploads).map(lambda path: BRACED.sub(lambda found: OWN.get(found[1], "1"), path))
    sent = mutated(_multiparts(), TOKENS)
    kinds = st.sampled_from(
        (
            MULTIPART,
            "multipart/form-data; boundary=b; charset=x",
            "multipart/form-data",
            'multipart/form-data; boundary="b',
        )
    )
    both_of = st.tuples(st.sampled_from(ROLES[1:]), own, sent, kinds)
    run("multipart bodies", both_of, lambda each: walk.send(each[0], "POST", each[1], {}, (each[2], each[3])))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_every_address_on_postgresql(
    database: str,
    known: tuple[Server, dict[str, str]],
    launch: Callable[..., Server],  # noqa: F811
) -> None:
    """The same numbers; what was planted is not there, so nothing is looked for in the answers."""
    walk = Walk(launch(TRUSTED_PROXIES="127.0.0.1", DATABASE_URL=database), canary=False)
    run("addresses, PostgreSQL", requests(known[1]), lambda asked: walk.send(*asked), share=2)


PAGES = {
    "aubry.claire": ("/famille", "/eleves/2042/identite", "/eleves/2042/absences", "/eleves/2042/reinscription", "/mot-de-passe",
                     "/mot-de-passe/courriers", "/agenda"),
    "renard.paul": ("/gestion/familles", "/gestion/demandes", "/gestion/courriels", "/gestion/familles/1042/adultes", "/gestion/reinscriptions/1",
                    "/gestion/demandes?onglet=messages", "/gestion/demandes?onglet=reinscriptions", "/gestion/courriels/groupes/nouveau",
                    "/gestion/courriels/cours", "/gestion/familles/1042/reunir"),
    "lemoine.helene": ("/gestion/journal", "/gestion/reglages/identite", "/gestion/imports"),
}  # fmt: skip


def packets(tab: Tab, numbers: list[int]) -> st.SearchStrategy[list[str | bytes]]:
    """What a script of ours would not send: acts with any values, other messages, packets of no protocol."""
    listeners = tab.listeners()
    acts = st.sampled_from(sorted(acts_of(tab.path) | tab.actions()) or ["x"])
    usual = st.sampled_from(numbers).map(str)
    values = st.dictionaries(st.sampled_from(sorted(values_of(1, "01/02/2027"))) | TEXTS, TEXTS, max_size=5)
    act = st.fixed_dictionaries(
        {"do": acts | TEXTS},
        optional={"of": usual | TEXTS | JSONS, "values": values | JSONS, "serial": st.integers(0, 9) | JSONS},
    )
    right = {
        "client_id": st.just(tab.client_id),
        "id": st.sampled_from([each[0] for each in listeners]),
        "listener_id": st.sampled_from([each[1] for each in listeners]),
    }
    event = st.fixed_dictionaries({**right, "args": st.lists((act | JSONS).map(json.dumps), max_size=2) | JSONS})
    names = (
        st.sampled_from(("event", "handshake", "ack", "log", "javascript_response", "error", "connect", "disconnect"))
        | TEXTS
    )
    message = st.tuples(st.just("event"), event) | st.tuples(
        names, event | JSONS | st.fixed_dictionaries({"client_id": right["client_id"], "next_message_id": JSONS})
    )
    said: st.SearchStrategy[str | bytes] = (
        message.map(lambda each: "42" + json.dumps(each))
        | mutated(
            [
                b'42["event",{"id":4,"args":[]}]',
                b"2probe",
                b'451-["event",{"_placeholder":true,"num":0}]',
                b"40",
                b"3",
                b"42" + b"[" * 300,
            ]
        ).map(lambda raw: raw.decode("utf-8", "replace"))
        | st.binary(max_size=50)
    )
    return st.lists(said, min_size=1, max_size=6)


def pages() -> Iterator[tuple[str, str]]:
    yield from ((login, path) for login, paths in PAGES.items() for path in paths)


@both
def test_events_of_every_sort(database: str, launch: Callable[..., Server], tmp_path: Path) -> None:  # noqa: F811
    on_postgresql = {"DATABASE_URL": database} if database.startswith("postgresql") else {}
    portal = launch(TRUSTED_PROXIES="127.0.0.1", **on_postgresql)
    walk, numbers = Walk(portal, canary=False), every_number(portal)
    for login, path in pages():
        tabs = [Tab(Person(portal, login), path).connect()]

        def check(sent: list[str | bytes], login: str = login, path: str = path, tabs: list[Tab] = tabs) -> None:
            try:
                for each in sent:
                    assert tabs[0].socket
                    tabs[0].socket.send(each)
            except ConnectionClosed:
                tabs[0].close()
                tabs[0] = Tab(walk.person(login), path).connect()
            assert walk.person("").get("/healthz").status_code == 200
            walk.quiet()

        run(f"events of {path}, {database.partition(':')[0]}", packets(tabs[0], numbers), check, share=0.15)
        tabs[0].close()

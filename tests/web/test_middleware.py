"""What every answer carries, whom the middleware turns away, how large a body may be (rules R-30 to R-35)."""

import json
import re
import socket
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import httpx
import pytest

from components.nicegui_adapter import static_files
from tests.server import BREAKS_FAMILIES, Server, wait_for
from tests.web.http_client import Person, Tab, open_socket, refused_socket, text_of

Come, Launch = Callable[..., Person], Callable[..., Server]
CARRIED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def assert_carried(answer: httpx.Response) -> None:
    missing = {name for name, value in CARRIED.items() if answer.headers.get(name) != value}
    assert not missing, (answer.request.url, answer.status_code, missing)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers


def policy_of(answer: httpx.Response) -> dict[str, str]:
    return {
        name: sources
        for name, _, sources in (
            part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";")
        )
    }


@pytest.mark.parametrize(
    "path",
    [
        "/connexion",
        "/",
        "/nowhere",
        "/eleves/x/identite",
        "/healthz",
        "/readyz",
        "/metrics",
        "/favicon.ico",
        "/theme/nothing/portal.css",
        f"{static_files.ADDRESS}/nicegui.js",
        "/_nicegui/nothing",
        "/documents/nothing",
        "/docs",
        "/openapi.json",
        "/redoc",
        "//evil.example",
        "/%00",
        "/.env",
        "/_nicegui_ws/socket.io/?EIO=4&transport=polling",
        "/static/../main.py",
        "/_nicegui/auto/static/x",
    ],
)
def test_every_answer_carries_the_headers(claire: Person, path: str) -> None:
    answer = claire.get(path)
    assert_carried(answer)
    assert answer.status_code < 500


def test_refusals_carry_them_too(come: Come, portal: Server) -> None:
    person = come()
    answers = {
        405: person.put("/connexion"),
        413: person.post("/connexion", content=b"a" * 4_000_000, headers=FORM),
        404: person.post("/nowhere"),
        403: httpx.post(f"{portal.url}/connexion"),
        400: person.post("/mot-de-passe-perdu", data={}),
        401: person.sign_in("aubry.claire", word="wrong"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        assert_carried(answer)


def test_no_script_but_ours_runs_and_nobody_frames_the_portal(claire: Person) -> None:
    policy = policy_of(claire.get("/famille"))
    assert policy["script-src"] == policy["manifest-src"] == policy["worker-src"] == policy["form-action"] == "'self'"
    assert re.fullmatch(r"'self'( 'sha256-[\w+/]{43}=')+", policy["style-src"])
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == "'none'"


@pytest.mark.parametrize(
    "path", ["/connexion", "/famille", "/eleves/2042/identite", "/mot-de-passe", "/aide", "/nowhere"]
)
def test_nothing_inline_and_nothing_from_another_host(claire: Person, path: str) -> None:
    page = Tab(claire, path).soup if path in {"/famille", "/mot-de-passe"} else claire.get(path).text
    text = str(page)
    assert " style=" not in text
    assert " onclick=" not in text
    assert 'src="http' not in text
    assert 'href="http' not in text


@pytest.fixture
def broken(launch: Launch) -> Iterator[Server]:
    """A server that is going to fail."""
    own = launch()
    yield own
    own.expects_faults = True


def test_the_fault_page_has_a_reference_that_stands_in_the_log_and_no_detail(broken: Server, come: Come) -> None:
    person = come("aubry.claire", to=broken)
    with broken.connection() as opened:
        opened.execute(BREAKS_FAMILIES)
    answer = person.get("/famille")
    assert answer.status_code == 500
    assert_carried(answer)
    reference = text_of(answer.text).partition("Référence à donner au conservatoire : ")[2].split()[0]
    assert len(reference) == 8
    assert reference in broken.log
    assert "Traceback" not in answer.text
    assert "ValueError" not in answer.text
    assert "Retour à l’accueil" in answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/deconnexion"),
        ("POST", "/langue"),
        ("POST", "/rester"),
        ("POST", "/mot-de-passe"),
        ("POST", "/eleves/2042/photo"),
        ("PUT", "/famille"),
        ("DELETE", "/famille"),
        ("POST", "/_nicegui/client/x/upload/1"),
        ("POST", "/_nicegui_ws/socket.io/?EIO=4"),
    ],
)
@pytest.mark.parametrize("origin", [None, "https://evil.example", "null", "http://127.0.0.1"])
def test_writing_from_another_site_is_refused(claire: Person, method: str, path: str, origin: str | None) -> None:
    request = claire.build_request(method, path)
    del request.headers["origin"]
    if origin:
        request.headers["origin"] = origin
    answer = claire.send(request)
    assert answer.status_code == 403
    assert "ne vient pas d’une page du portail" in answer.text
    assert claire.get("/").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://127.0.0.1", "http://localhost.evil"])
def test_a_websocket_from_another_site_is_refused(claire: Person, origin: str | None) -> None:
    tab = Tab(claire, "/famille")
    assert refused_socket(claire, tab.boot["query"], origin) == 403


def test_a_websocket_of_no_page_is_asked_to_load_again(claire: Person) -> None:
    socket_ = open_socket(
        claire, {"client_id": "00000000-0000-4000-8000-000000000000", "next_message_id": 0, "implicit_handshake": True}
    )
    socket_.send("40")
    assert "Implicit handshake failed" in str(socket_.recv(timeout=240))
    socket_.close()


def test_the_page_of_one_session_is_not_taken_up_by_another(come: Come) -> None:
    tab, stranger = Tab(come("aubry.claire"), "/famille"), come()
    for other in (stranger, come("aubry.marc")):
        assert refused_socket(other, tab.boot["query"], other.portal.url) == 403
    assert tab.connect().act("nothing of ours")["n"] == 1
    tab.close()


def test_events_for_the_page_of_another_are_not_taken_from_ones_own_socket(portal: Server, come: Come) -> None:
    victim, evil = Tab(come("aubry.claire"), "/famille").connect(), Tab(come("aubry.marc"), "/famille").connect()
    element, listener, _ = victim.panel()
    values = {"profession": "Luthière"}
    evil.send_raw(
        "event",
        {
            "id": element,
            "client_id": victim.client_id,
            "listener_id": listener,
            "args": [
                json.dumps(
                    {"do": "save", "of": victim.soup.select_one("form[data-do=save]")["data-of"], "values": values}
                )
            ],
        },
    )
    assert evil.act("nothing of ours")["n"] == 1
    assert victim.act("nothing of ours")["n"] == 1
    assert portal.rows("SELECT * FROM guardian WHERE profession = 'Luthière'") == []
    victim.close()
    evil.close()


@pytest.mark.parametrize("name", ["handshake", "connect"])  # socketio hands a packet to whatever handler it names
def test_a_socket_that_names_no_page_does_not_take_up_another_persons(come: Come, name: str) -> None:
    victim, evil = Tab(come("aubry.claire"), "/famille"), come("aubry.marc")
    asked = {"client_id": victim.client_id, "document_id": "x", "tab_id": "x", "next_message_id": 0}
    socket_ = open_socket(evil, {"next_message_id": 0, "implicit_handshake": False})
    socket_.send("40")
    assert str(socket_.recv(timeout=240)).startswith("40")
    query = {"QUERY_STRING": urlencode({**asked, "implicit_handshake": "true"})}
    socket_.send("42" + json.dumps([name, query if name == "connect" else asked]))
    socket_.send("420" + json.dumps(["handshake", {**asked, "client_id": "nobody"}]))
    assert str(socket_.recv(timeout=240)) == "430[false]"
    socket_.close()
    assert victim.connect().act("nothing of ours")["n"] == 1
    victim.close()


def test_the_address_of_the_base_url_is_an_origin_of_ours(launch: Launch, come: Come) -> None:
    own = launch(BASE_URL="http://portail.example.org")
    person = come(to=own)
    person.headers["origin"] = "http://portail.example.org"
    assert person.sign_in("aubry.claire").status_code == 303


def test_a_body_without_length_is_counted_as_it_comes(come: Come) -> None:  # row 71
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b"a" * 65536

    person = come()
    try:
        answer = person.post("/connexion", content=endless(), headers=FORM)
    except httpx.TransportError:
        answer = None
    assert answer is None or 400 <= answer.status_code < 500
    assert person.get("/connexion").status_code == 200


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999", "1e3", "", "0x10", "²"])
def test_a_length_that_is_none_is_refused(portal: Server, length: str) -> None:
    head = f"POST /connexion HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\nOrigin: {portal.url}\r\nContent-Length: {length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", portal.port), timeout=240) as plain:
        plain.sendall(head.encode("latin-1"))
        answer = plain.recv(400).decode()
    assert answer.split()[1] in {"400", "413"}


def test_a_photograph_may_be_larger_than_a_form_but_not_endless(claire: Person) -> None:
    raised = claire.post("/eleves/2042/photo", files={"fichier": ("a.jpg", b"a" * 5_000_000)})
    assert raised.headers["location"] == "/eleves/2042/identite?photo=photo"
    assert claire.post("/eleves/2042/photo", files={"fichier": ("a.jpg", b"a" * 22_000_000)}).status_code == 413


def test_what_may_be_kept_is_kept_and_what_is_personal_is_not(claire: Person) -> None:
    page = claire.soup("/famille")
    for tag in page.select("link[href]:not([rel=manifest], [rel=expect]), script[src]"):
        answer = claire.get(str(tag.get("href") or tag.get("src")))
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert claire.get("/famille").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("coding", ["br", "gzip", "identity"])
def test_the_script_comes_whole_in_every_coding(claire: Person, coding: str) -> None:
    address = str(claire.soup("/famille").select_one("script[type=module]")["src"])
    answer = claire.get(address, headers={"accept-encoding": coding})
    assert answer.headers.get("content-encoding", "identity") == coding
    assert "portal-panel" in answer.text
    head = claire.head(address, headers={"accept-encoding": coding})
    assert head.content == b""
    assert head.headers["content-length"] == answer.headers["content-length"]


def test_figures_are_for_this_machine_only(portal: Server, come: Come) -> None:
    assert come(address="203.0.113.5").get("/metrics").status_code == 404
    assert come(address="127.0.0.1").get("/metrics").status_code == 404
    answer = httpx.get(f"{portal.url}/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/plain; version=")
    gauges = ("uptime_seconds", "clients", "clients_connected", "requests_waiting", "letters_waiting", "letters_oldest_seconds",
              "disk_free_bytes", "last_backup_timestamp_seconds")  # fmt: skip
    assert {tuple(line.split()[2:]) for line in lines if line.startswith("# TYPE")} == {
        ("anacrouse_request_seconds", "histogram"), ("anacrouse_faults_total", "counter"),
        *((f"anacrouse_{name}", "gauge") for name in gauges),
    }  # fmt: skip
    values = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}
    assert values["anacrouse_requests_waiting"] > 0
    assert values['anacrouse_request_seconds_count{status="4xx"}'] >= 2
    assert values['anacrouse_request_seconds_bucket{le="+Inf",status="4xx"}'] >= 2
    assert min(values.values()) >= 0
    for name in ("Forwarded", "X-Real-IP", "X-Forwarded-Host", "X-Forwarded-Proto", "Via"):
        assert httpx.get(f"{portal.url}/metrics", headers={name: "127.0.0.1"}).status_code == 404, name


def test_health_says_what_fails_and_nothing_more(come: Come) -> None:
    assert come().get("/healthz").json() == {"etat": "ok"}
    assert come().get("/readyz").json() == {"etat": "ok", "en_cause": []}


def test_a_pages_client_id_is_written_nowhere(portal: Server, claire: Person) -> None:
    with Tab(claire, "/famille") as tab:
        tab.act("unknown")
        claire.post(f"/_nicegui/client/{tab.client_id}/upload/4", files={"a": b"b"})
        claire.get(f"/nowhere?client_id={tab.client_id}")
    assert tab.client_id not in portal.log


@pytest.mark.parametrize(
    "sent",
    [
        "no json",
        "42",
        "42[]",
        '42["event"]',
        '42["event",1]',
        '42["event",{}]',
        '42["event",{"client_id":1}]',
        '42["event",[]]',
        '42["ack",{}]',
        '42["log",{}]',
        '42["javascript_response",{}]',
        '42["handshake",{}]',
        '42["handshake",null]',
        '42["connect",null]',
        "41",
        "6",
        "9",
        "4",
        '451-["event",{"_placeholder":true,"num":0}]',
        "x" * 10_000,
    ],
)
def test_a_packet_that_no_script_sends_is_no_fault_of_the_server(portal: Server, claire: Person, sent: str) -> None:
    tab = Tab(claire, "/famille").connect()
    tab.socket.send(sent)
    tab.close()
    with Tab(claire, "/famille") as after:
        assert after.act(
            "towns", f"guardian-{after.soup.select_one('form[data-do=save]')['data-of']}", postcode="57220"
        )
    wait_for(lambda: claire.get("/healthz").status_code == 200, "the server")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "00000000-0000-4000-8000-000000000000"},
        {"id": 99_999},
        {"id": "4"},
        {"id": None},
        {"listener_id": "nothing"},
        {"listener_id": None},
        {"args": "x"},
        {"args": [1]},
        {"args": ["{"]},
        {"args": []},
        {"args": None},
    ],
)
def test_an_event_for_nobody_is_ignored(portal: Server, claire: Person, change: dict[str, object]) -> None:
    with Tab(claire, "/famille") as tab:
        element, listener, _ = tab.panel()
        event = {
            "id": element,
            "client_id": tab.client_id,
            "listener_id": listener,
            "args": [json.dumps({"do": "withdraw", "of": "1", "values": {}})],
        }
        tab.send_raw("event", {**event, **change})
        assert tab.act("nothing of ours")["n"] >= 1


def test_a_megabyte_in_one_packet_ends_only_that_socket(claire: Person) -> None:
    tab = Tab(claire, "/famille").connect()
    tab.socket.send("42" + json.dumps(["event", {"x": "y" * 5_000_000}]))
    with Tab(claire, "/famille") as after:
        assert after.act("nothing of ours")["n"] == 1
    tab.close()


def test_the_language_is_chosen_without_a_journey_to_another_site(come: Come) -> None:
    person = come()
    for referer, expected in (
        (f"{person.portal.url}/aide", "/aide"),
        ("https://evil.example//evil", "/"),
        ("", "/"),
        ("x:///\\y", "/"),
        ("https://[", "/"),
    ):
        answer = person.post("/langue", data={"langue": "en"}, headers={"referer": referer})
        assert (answer.status_code, answer.headers["location"]) == (303, expected)
    assert "Help" in text_of(person.get("/aide").text)
    person.post("/langue", data={"langue": "zz"})
    assert person.soup("/aide").html["lang"] == "fr"

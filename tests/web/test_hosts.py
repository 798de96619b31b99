"""By which names the portal is asked for, where its redirects lead, and who reads its figures (rules R-31, R-34, R-36)."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.server import PLAIN, ROOT, Server
from tests.web.http_client import Person

HOST, TOKEN = "portail.example.org", "a-token-of-the-tests"
SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket&client_id=00000000-0000-4000-8000-000000000000"
UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def behind_https(template: Path | str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose families type an https address, watched by who has a token."""
    folder = tmp_path_factory.mktemp("https")
    server = Server(folder, template, BASE_URL=f"https://{HOST}", METRICS_TOKEN=TOKEN).start()
    yield server
    server.leave()
    server.check_log()


def ask(server: Server, path: str, host: str = "", **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()} | ({"host": host} if host else {})
    return httpx.get(f"{server.url}{path}", headers=names, verify=PLAIN, trust_env=False)


@pytest.mark.parametrize("host", ["portail.example.org", "evil.example", "127.0.0.1:1"])
@pytest.mark.parametrize("path", ["/famille/", "/connexion/", "/gestion/familles/?page=2"])
def test_a_redirect_never_names_a_host(portal: Server, host: str, path: str) -> None:
    answer = ask(portal, path, host)
    assert (answer.status_code, answer.headers["location"]) == (307, path.replace("/?", "?").removesuffix("/"))


def test_a_redirect_behind_https_does_not_lead_to_http(behind_https: Server) -> None:
    assert ask(behind_https, "/famille/", HOST).headers["location"] == "/famille"


@pytest.mark.parametrize(
    "host", ["evil.example", f"{HOST}.evil.example", f"evil.example:443@{HOST}", "localhost.evil.example", "127.0.0.2"]
)
@pytest.mark.parametrize("path", ["/connexion", "/famille/", "/nowhere", "/theme/x/portal.css", SOCKET])
def test_another_host_is_answered_where_the_portal_is(behind_https: Server, host: str, path: str) -> None:
    answer = ask(behind_https, path, host)
    assert answer.status_code == 421
    assert answer.text == f"Le portail ne se trouve pas à cette adresse. Ouvrez https://{HOST}"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("host", [HOST, HOST.upper(), f"{HOST}:443", "localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_the_portals_own_names_are_served(behind_https: Server, host: str) -> None:
    assert ask(behind_https, "/connexion", host).status_code == 200


def test_without_a_base_url_any_name_is_served(portal: Server) -> None:
    assert ask(portal, "/connexion", "any.example").status_code == 200


def test_a_watch_asks_for_its_health_by_any_name(behind_https: Server) -> None:
    assert ask(behind_https, "/healthz", "10.0.0.7:8080").status_code == 200
    assert ask(behind_https, "/readyz", "10.0.0.7:8080").status_code == 200


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        (HOST, f"https://{HOST}", 101),
        (HOST, f"http://{HOST}", 403),
        ("evil.example", "https://evil.example", 403),
        ("evil.example", f"https://{HOST}", 403),
        (HOST, "http://[", 403),
        ("localhost:8080", "http://localhost:8080", 101),
    ],
)
def test_a_websocket_comes_from_the_https_address(behind_https: Server, host: str, origin: str, status: int) -> None:
    assert ask(behind_https, SOCKET, host, origin=origin, **UPGRADE).status_code == status


def test_a_form_sent_by_http_is_refused_behind_https(behind_https: Server) -> None:
    for origin, status in ((f"http://{HOST}", 403), (f"https://{HOST}", 303)):
        sent = httpx.post(
            f"{behind_https.url}/langue",
            data={"langue": "fr"},
            headers={"host": HOST, "origin": origin},
            verify=PLAIN,
            trust_env=False,
        )
        assert sent.status_code == status


@pytest.mark.parametrize(("token", "good"), [("", True), ("x" * 16, True), ("x" * 15, False), ("x" * 16 + " é", False)])
def test_a_token_is_long_or_not_set(token: str, good: bool) -> None:
    ask = [sys.executable, "-c", "from data.core.settings import settings; settings()"]
    known = {"PYTHONPATH": str(ROOT), "METRICS_TOKEN": token}
    done = subprocess.run(ask, cwd="/", capture_output=True, text=True, check=False, env=known)
    assert (done.returncode == 0) is good
    assert good or "METRICS_TOKEN: write 16 characters" in done.stderr


@pytest.mark.parametrize("shown", ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", "Bearer é"])
def test_figures_want_the_whole_token_when_there_is_one(behind_https: Server, shown: str) -> None:
    headers = {"authorization": shown.encode()} if shown else {}
    assert httpx.get(f"{behind_https.url}/metrics", headers=headers, verify=PLAIN, trust_env=False).status_code == 404


def test_the_token_suffices_from_anywhere(behind_https: Server) -> None:
    answer = ask(
        behind_https, "/metrics", "portal:8080", authorization=f"Bearer {TOKEN}", x_forwarded_for="203.0.113.5"
    )
    assert answer.status_code == 200
    assert "anacrouse_letters_waiting" in answer.text


def test_a_token_opens_nothing_where_none_is_set(come: Callable[..., Person]) -> None:
    assert come().get("/metrics", headers={"authorization": "Bearer"}).status_code == 404


def test_a_demonstration_that_is_shown_to_everybody_shows_nobody_its_letters(behind_https: Server) -> None:
    address = f"{behind_https.url}/demonstration/courriels"
    assert httpx.get(address, verify=PLAIN, trust_env=False).status_code == 404

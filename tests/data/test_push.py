"""Devices that are told of letters: what leaves, to whom it may leave, and when a device is forgotten (R-28)."""

import ssl
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from data.access_grants import grants
from data.accounts import passwords, push, sessions
from data.accounts.sessions import PushDevice
from data.core.errors import UserError
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.mail.outbox import Letter
from tests.conftest import move_to
from tests.data.login_helpers import lose
from tests.data.test_delivery import certificate, outbox, write  # noqa: F401
from tests.demo_users import CLAIRE, MARC, PAUL, SAMIR, account, as_, both, every, found, later


@dataclass
class Service:
    """A push service on this machine: what it was sent, and what it answers."""

    url: str = ""
    answer: int = 201
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def service(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:  # noqa: F811
    made = Service()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            made.got.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.answer)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    made.url = f"https://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("PUSH_SERVICES", made.url.removeprefix("https://"))
    move_to()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def leaves(number: int, at: Any) -> None:
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Letter, number)
        row.state, row.sent_at = "sent", at
        uow.add(row)


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@both
def test_a_device_is_notified_once_of_the_letters_of_its_account_and_nothing_of_them_leaves(
    outbox: str,  # noqa: F811
    service: Service,
) -> None:
    push.subscribe(account(CLAIRE), f"{service.url}/claire", "device of claire")
    push.subscribe(account(SAMIR), f"{service.url}/samir", "device of samir")
    assert push.go_round() == 0
    for number in (write(), write()):
        leaves(number, later(seconds=1))
    assert push.go_round(later(seconds=2)) == 1
    assert push.go_round(later(seconds=3)) == 0
    [(path, headers, body)] = service.got
    assert (path, body, headers["ttl"]) == ("/claire", b"", "86400")
    token, _, shown = headers["authorization"].removeprefix("vapid t=").partition(", k=")
    assert shown == push.public_key()
    head, payload, signature = token.split(".")
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(shown))
    r, s = (int.from_bytes(decoded(signature)[at : at + 32], "big") for at in (0, 32))
    point.verify(encode_dss_signature(r, s), f"{head}.{payload}".encode(), ec.ECDSA(hashes.SHA256()))
    assert loads(decoded(payload))["aud"] == service.url
    leaves(write(), later(minutes=1))
    assert push.go_round(later(minutes=2)) == 0  # it was told a moment ago
    assert push.go_round(later(minutes=11)) == 1


def test_a_device_that_is_gone_is_forgotten_and_a_service_that_fails_is_tried_later_and_later(
    outbox: str,  # noqa: F811
    service: Service,
) -> None:
    push.subscribe(account(CLAIRE), f"{service.url}/a", "device")
    leaves(write(), later(seconds=1))
    service.answer = 503
    now = later(seconds=2)
    for failures in range(1, push.MAX_FAILURES):
        assert push.go_round(now) == 0
        [row] = every(PushDevice)
        assert (row.failures, row.due_at) == (failures, now + timedelta(minutes=10) * 2 ** (failures - 1))
        now = row.due_at
    assert push.go_round(now) == 0
    assert every(PushDevice) == []
    push.subscribe(account(CLAIRE), f"{service.url}/b", "device")
    leaves(write(), later(days=9))
    service.answer = 410
    assert push.go_round(later(days=10)) == 0
    assert every(PushDevice) == []


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x", "https://169.254.169.254/latest", "https://localhost/x", "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com@evil.example/x", "https://evil.example/fcm.googleapis.com", "https://xfcm.googleapis.com/x",
        "https://fcm.googleapis.com/\r\nHost: x", "https://fcm.googleapis.com/é", "file:///etc/passwd", "https://[::1]/x", "", "x" * 900,
        "https://notify.windows.com.evil.example/x", "https://[", "https://fcm.googleapis.com/x#y",
    ],
)  # fmt: skip
def test_nothing_but_the_known_services_is_ever_spoken_to(database: str, endpoint: str) -> None:
    with pytest.raises(UserError):
        push.subscribe(account(CLAIRE), endpoint, "device")
    assert every(PushDevice) == []


def test_a_service_that_the_operator_takes_away_is_not_spoken_to_any_more(
    outbox: str,  # noqa: F811
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push.subscribe(account(CLAIRE), f"{service.url}/a", "device")
    leaves(write(), later(seconds=1))
    monkeypatch.setenv("PUSH_SERVICES", "fcm.googleapis.com")
    move_to()
    assert push.go_round(later(seconds=2)) == 0
    assert (service.got, every(PushDevice)) == ([], [])


@both
def test_a_device_that_was_let_in_with_an_old_password_is_notified_no_more(database: str) -> None:
    """Whoever had the password, and the device, went on being told whenever the conservatoire wrote."""

    def notified_after(login: str, act: Callable[[], object]) -> int:
        push.subscribe(account(login), "https://fcm.googleapis.com/fcm/send/1", "device")
        act()
        return len(every(PushDevice))

    new = grants.Password("un tuba vert 77", passwords.make_hash("un tuba vert 77"))
    _token, signin, _site = found(sessions.by_token(sessions.sign_in(account(CLAIRE))[0]))

    def elsewhere() -> None:
        with as_(CLAIRE) as uow:
            sessions.change_password(uow, signin.id, new.hashed)

    def by_staff(act: Callable[[UnitOfWork], object]) -> Callable[[], None]:
        def done() -> None:
            with as_(PAUL) as uow:
                act(uow)

        return done

    assert notified_after(SAMIR, elsewhere) == 1
    assert notified_after(CLAIRE, elsewhere) == 0
    assert notified_after(CLAIRE, lose) == 0
    assert notified_after(CLAIRE, by_staff(lambda uow: grants.mail(uow, account(CLAIRE).id, new))) == 0
    assert notified_after(CLAIRE, by_staff(lambda uow: grants.block(uow, account(CLAIRE).id))) == 0


def test_a_browser_is_notified_of_one_account_and_forgotten_with_it(database: str) -> None:
    known = "https://fcm.googleapis.com/fcm/send/"
    push.subscribe(account(CLAIRE), known + "1", "device")
    push.subscribe(account(CLAIRE), known + "2", "device")
    assert [known in row.endpoint for row in every(PushDevice)] == [False]
    with as_(CLAIRE, writes=False) as claire, as_(SAMIR, writes=False) as samir:
        assert (push.is_notified(claire, "device"), push.is_notified(samir, "device")) == (True, False)
    push.subscribe(account(MARC), known + "2", "other device")
    assert [row.account_id for row in every(PushDevice)] == [account(MARC).id]
    for number in range(12):
        push.subscribe(account(MARC), f"{known}{number + 10}", f"device {number}")
    assert len(every(PushDevice)) == push.MAX_DEVICES
    push.forget("device 11", but=account(MARC).id)
    assert len(every(PushDevice)) == push.MAX_DEVICES
    push.forget("device 11")
    push.forget("")
    assert len(every(PushDevice)) == push.MAX_DEVICES - 1

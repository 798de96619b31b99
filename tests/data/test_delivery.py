"""Letters leave over verified TLS, once each; what a server answers decides what becomes of each."""

# ruff: noqa: ARG002
import asyncio
import ipaddress
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlmodel import col, delete, select

from data.core.system_unit_of_work import system_unit_of_work
from data.mail import delivery
from data.mail import outbox as mail_outbox
from data.mail.delivery import Unreachable
from data.mail.outbox import Letter, Mail, Recipient
from data.mail.rendering import deliverable, html_of, message_of, text_of
from tests.conftest import move_to
from tests.demo_users import CLAIRE, account, both, every, later, site
from tests.ground import free_port

ROOT = Path(__file__).resolve().parents[2]
WORD = "k7Wm3xPqRt9aZb"


class Box:
    """A mail server's mind: what it received, and what it answers to whom."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.sender_answer = self.data_answer = ""
        self.on_data: Callable[[], None] = lambda: None
        self.silent = False

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.sender_answer or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.silent:
            await asyncio.Event().wait()
        if self.data_answer:
            return self.data_answer
        self.received.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        self.on_data()
        return "250 OK"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1, with its key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC)).not_valid_after(datetime(2200, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))  # fmt: skip
    return path


@contextmanager
def server(box: Box, certificate: Path | None = None, *, port: int = 0, word: str = "") -> Iterator[int]:
    """A real server on this machine; its port."""
    tls = None
    if certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate)

    def right(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> AuthResult:
        return AuthResult(success=given.password == word.encode(), handled=False)

    running = Controller(box, "127.0.0.1", port or free_port(), tls_context=tls, require_starttls=bool(tls), auth_required=bool(word),
                         authenticator=right if word else None, auth_require_tls=bool(tls))  # fmt: skip
    running.start()
    try:
        yield running.port
    finally:
        running.stop(no_assert=True)


@contextmanager
def postbox(**more: Any) -> Iterator[Box]:
    """A server without TLS, which the settings name."""
    box = Box()
    with server(box, **more) as port:
        move_to(SMTP_URL=f"smtp+plain://127.0.0.1:{port}")
        yield box


@pytest.fixture(autouse=True)
def _back_to_no_server() -> Iterator[None]:
    yield
    os.environ.update(SMTP_URL="", SMTP_CA_FILE="")


@pytest.fixture
def outbox(database: str) -> str:
    """The demonstration's own letters have left."""
    with system_unit_of_work(writes=True) as uow:
        for letter in uow.all(select(Letter)):
            letter.state = "sent"
            uow.add(letter)
    return database


def write(
    address: str = "claire.aubry@example.org", kind: str = "new_password", name: str = "Claire Aubry", **more: Any
) -> int:
    claire = account(CLAIRE)
    to = Recipient(address, name, "fr", claire.site_id, claire.family_id, claire.id)
    given: dict[str, Any] = {"secret": WORD, "path": "/connexion", **more}
    with system_unit_of_work(writes=True) as uow:
        return mail_outbox.write(uow, Mail(kind, to, {"login": CLAIRE, "hours": 24}, **given)).id


def letter(number: int) -> Any:
    return next(each for each in every(Letter) if each.id == number)


def tried_again(number: int, minutes: float, since: datetime) -> bool:
    """Whether it is due so long after it was tried, between `since` and now, a fifth more or less."""
    return since + timedelta(minutes=minutes * 0.79) < letter(number).due_at < later(minutes=minutes * 1.21)


def end_wait(number: int, **values: Any) -> None:
    """As if time had passed."""
    with system_unit_of_work(writes=True) as uow:
        row = uow.get(Letter, number)
        for name, value in {"due_at": later(seconds=-1), **values}.items():
            setattr(row, name, value)
        uow.add(row)


def parts(message: EmailMessage) -> tuple[str, str]:
    kinds = {part.get_content_type(): part.get_content() for part in message.walk() if not part.is_multipart()}
    assert list(kinds) == ["text/plain", "text/html"]
    return kinds["text/plain"], kinds["text/html"]


@both
def test_a_letter_leaves_over_verified_tls_and_its_secret_is_forgotten(outbox: str, certificate: Path) -> None:
    number, box = write(), Box()
    assert WORD not in text_of(letter(number)) + html_of(letter(number)) + str(letter(number).model_dump())
    assert "••••••••" in text_of(letter(number))
    with server(box, certificate, word="s3cret/@") as port:
        move_to(SMTP_URL=f"smtp://portail:s3cret%2F%40@127.0.0.1:{port}", SMTP_CA_FILE=str(certificate))
        assert delivery.deliver() == 1
        assert delivery.deliver() == 0
    sent = letter(number)
    assert (sent.state, sent.secret, sent.error, sent.attempts, sent.lease_until) == ("sent", "", "", 1, None)
    message = box.received[0]
    assert message["Message-ID"] == sent.message_id
    assert (message["To"], message["Auto-Submitted"]) == ("claire.aubry@example.org", "auto-generated")
    assert message["Subject"] == "Votre nouveau mot de passe – Conservatoire de Valmont"
    assert message["From"] == "Conservatoire de Valmont <portail@example.org>"
    text, html = parts(message)
    assert WORD in text
    assert WORD in html


def test_a_certificate_that_is_not_trusted_gets_nothing(outbox: str, certificate: Path) -> None:
    number, box = write(), Box()
    with server(box, certificate) as port:
        for url in (f"smtp://127.0.0.1:{port}", f"smtp://localhost:{port}"):
            move_to(SMTP_URL=url, SMTP_CA_FILE=str(certificate) if "localhost" in url else "")
            with pytest.raises(Unreachable, match="certificate"):
                delivery.deliver()
    with server(box) as port:
        move_to(SMTP_URL=f"smtp://127.0.0.1:{port}", SMTP_CA_FILE=str(certificate))
        with pytest.raises(Unreachable, match="STARTTLS"):
            delivery.deliver()
    assert (box.received, letter(number).state, letter(number).attempts) == ([], "waiting", 0)


def test_a_refused_account_leaves_the_letters_waiting(outbox: str, certificate: Path) -> None:
    number, box = write(), Box()
    with server(box, certificate, word="right") as port:
        move_to(SMTP_URL=f"smtp://portail:wrong@127.0.0.1:{port}", SMTP_CA_FILE=str(certificate))
        with pytest.raises(Unreachable, match="535"):
            delivery.deliver()
    assert (box.received, letter(number).state) == ([], "waiting")


def test_a_server_that_is_down_and_back_gets_each_letter_once(outbox: str) -> None:
    numbers, port, box = [write(), write("marc.aubry@example.org")], free_port(), Box()
    move_to(SMTP_URL=f"smtp+plain://127.0.0.1:{port}")
    with pytest.raises(Unreachable):
        delivery.deliver()
    assert [letter(number).attempts for number in numbers] == [0, 0]
    assert delivery.waiting()[0] == 2
    with server(box, port=port):
        assert delivery.deliver() == 2
        assert delivery.deliver() == 0
    assert [message["To"] for message in box.received] == ["claire.aubry@example.org", "marc.aubry@example.org"]
    assert delivery.waiting() == (0, 0)


def test_what_the_server_says_of_an_address_decides_for_that_letter_only(outbox: str) -> None:
    """Row 98."""
    later_, never, fine = write("full@example.org"), write("nobody@example.org"), write()
    with postbox() as box:
        box.answers = {"full@example.org": "451 4.2.1 try later", "nobody@example.org": "550 5.1.1 no such user"}
        since = later()
        assert delivery.deliver() == 1
        assert [letter(number).state for number in (later_, never, fine)] == ["waiting", "failed", "sent"]
        assert letter(later_).error.startswith("451")
        assert letter(never).error.startswith("550")
        assert (letter(never).secret, bool(letter(later_).secret)) == ("", True)
        assert tried_again(later_, 1, since)
        assert delivery.deliver() == 0
        for attempts, minutes in ((1, 5), (2, 15), (3, 60), (4, 240), (9, 240)):
            end_wait(later_, attempts=attempts)
            since = later()
            delivery.deliver()
            assert tried_again(later_, minutes, since)
        box.answers = {}
        end_wait(later_)
        assert delivery.deliver() == 1
    assert len(box.received) == 2


def test_a_secret_that_cannot_be_read_fails_its_letter_and_holds_up_no_other(outbox: str) -> None:
    unreadable, fine = write(), write()
    end_wait(unreadable, secret=mail_outbox.encrypt(WORD)[:-8])  # as a key that was changed leaves it
    with postbox():
        assert delivery.deliver() == 1
    assert [letter(number).state for number in (unreadable, fine)] == ["failed", "sent"]


def test_a_letter_is_given_up_after_two_days_and_a_password_after_one(outbox: str) -> None:
    plain, secret, old = write(kind="password_changed", secret=""), write(), write()
    with postbox() as box:
        box.answers = {"claire.aubry@example.org": "451 later"}
        end_wait(plain, created_at=later(hours=-49))
        end_wait(secret, created_at=later(hours=-23))
        end_wait(old, created_at=later(hours=-25))
        delivery.deliver()
        assert [letter(number).state for number in (plain, secret, old)] == ["abandoned", "waiting", "cancelled"]
        assert (letter(old).secret, box.received) == ("", [])


@pytest.mark.parametrize("answer", ["550 5.7.1 sender refused", "451 later"])
def test_a_server_that_refuses_the_sender_condemns_no_letter(outbox: str, answer: str) -> None:
    numbers = [write(), write("marc.aubry@example.org")]
    with postbox() as box:
        box.sender_answer = answer
        with pytest.raises(Unreachable, match="MAIL_FROM"):
            delivery.deliver()
    assert [letter(number).state for number in numbers] == ["waiting", "waiting"]
    assert letter(numbers[1]).attempts == 0


@pytest.mark.parametrize(("answer", "state"), [("452 full", "waiting"), ("554 5.7.1 spam", "failed")])
def test_what_the_server_says_of_the_words_decides_too(outbox: str, answer: str, state: str) -> None:
    number = write()
    with postbox() as box:
        box.data_answer = answer
        assert delivery.deliver() == 0
    assert (letter(number).state, letter(number).error[:3]) == (state, answer[:3])


def test_a_server_that_falls_silent_is_left_after_ten_seconds(outbox: str) -> None:
    number = write()
    with postbox() as box:
        box.silent = True
        with pytest.raises(Unreachable, match="timed out"):
            delivery.deliver()
    assert (letter(number).state, letter(number).attempts) == ("waiting", 1)


def test_a_letter_erased_while_it_is_on_its_way_is_no_fault(outbox: str) -> None:
    number = write()

    def erase() -> None:
        with system_unit_of_work(writes=True) as uow:
            uow.change(delete(Letter).where(col(Letter.id) == number))

    with postbox() as box:
        box.on_data = erase
        delivery.deliver()
    assert len(box.received) == 1
    assert all(each.id != number for each in every(Letter))


def test_a_crash_after_the_servers_yes_sends_the_same_letter_again_and_no_third(outbox: str) -> None:
    """Row 99: the process is killed between the server's 250 and our commit."""
    number = write()
    with postbox() as box:
        victim = subprocess.Popen([sys.executable, "-c", "from data.mail import delivery; delivery.deliver()"], cwd="/",
                                  env={**os.environ, "PYTHONPATH": str(ROOT)})  # fmt: skip
        box.on_data = lambda: os.kill(victim.pid, signal.SIGKILL)
        assert victim.wait(timeout=120) == -signal.SIGKILL
        box.on_data = lambda: None
        assert letter(number).state == "sending"
        assert delivery.deliver() == 0
        end_wait(number, lease_until=later(seconds=-1))
        assert delivery.deliver() == 1
        assert delivery.deliver() == 0
    assert [message["Message-ID"] for message in box.received] == [letter(number).message_id] * 2
    assert letter(number).secret == ""


@both
def test_two_deliveries_send_each_letter_once(outbox: str) -> None:
    for turn in range(12):
        write(f"famille.{turn}@example.org")
    with postbox() as box, ThreadPoolExecutor(2) as pool:
        sent = [each.result() for each in [pool.submit(delivery.deliver), pool.submit(delivery.deliver)]]
    assert sum(sent) == len(box.received) == len({message["To"] for message in box.received}) == 12


def test_without_a_server_letters_stay(outbox: str) -> None:
    number = write()
    assert (delivery.deliver(), letter(number).state) == (0, "waiting")


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_text_and_html_say_the_same(outbox: str) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}}\"'"
    changes = [("Ville", "Valmont", hostile, ""), ("Nom", "", "Aubry & fils", "Acceptée")]
    number = write(kind="request_decided", changes=changes, message=hostile, secret="")
    html, text = html_of(letter(number)), text_of(letter(number))
    assert "<img" not in html
    assert hostile in text
    seen = set(tokens(unescape(re.sub(r"<[^>]*>", " ", html))))
    for word in tokens(text.replace("-- ", "")):
        assert word in seen or word in html or word in {"avant", "après"}, word
    assert 'lang="fr"' in html


@pytest.mark.parametrize("name", ["Claire\r\nBcc: evil@example.org", "Claire\nX: y"])
def test_a_line_break_in_a_header_is_refused(outbox: str, name: str) -> None:
    """Row 100."""
    number = write(name=name)
    with postbox() as box:
        assert delivery.deliver() == 0
    assert (letter(number).state, box.received) == ("failed", [])


@pytest.mark.parametrize("address", [
    "a@x.fr\r\nBcc: evil@x.fr", "a@x.fr,evil@x.fr", "a@x.fr evil@x.fr", "<a@x.fr>", "a@x", "@x.fr", "a@x.fr\n", "a" * 65 + "@x.fr",
])  # fmt: skip
def test_an_address_that_hides_another_is_refused_before_sending(outbox: str, address: str) -> None:
    assert not deliverable(address)
    number = write(address)
    with postbox() as box:
        assert delivery.deliver() == 0
    assert (letter(number).state, letter(number).error, box.received) == ("failed", "unsafe address or header", [])


def test_quotes_and_accents_in_the_senders_name_leave_the_header_whole(outbox: str) -> None:
    number = write()
    for name in ('École « Œuvre », "Les Amis" <x@y.fr>, Šimić', "A" * 120, "a, b; c: d"):
        message = message_from_bytes(
            message_of(letter(number), WORD, "portail@example.org", name), policy=policy.default
        )
        sender = message["From"].addresses
        assert [(each.display_name, each.addr_spec) for each in sender] == [(name, "portail@example.org")]
        assert len(message.get_all("To")) == len(message.get_all("From")) == 1


def test_the_demonstrations_sites_sign_their_letters(outbox: str) -> None:
    assert site("belrive").name not in text_of(letter(write()))
    assert "Conservatoire de Valmont" in text_of(letter(write()))

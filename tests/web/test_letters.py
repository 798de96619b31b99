"""Letters on their way: the real delivery, a real SMTP server, and what happens while there is none."""

import asyncio
import email
import re
import signal
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller

from data.core import encryption
from data.office import daily_digest
from tests.ground import free_port
from tests.server import PASSWORD, PLAIN, Server, wait_for
from tests.web.http_client import Person, Tab, text_of
from tests.web.test_change_requests import decide

Come = Callable[..., Person]


class MailServer:
    """Keeps what it is given; refuses the recipients it was told to refuse, with their code."""

    def __init__(self) -> None:
        self.port, self.controller = free_port(), None
        self.received: list[EmailMessage] = []
        self.refusals: dict[str, str] = {}

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
            self.controller = None

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = email.message_from_bytes(envelope.content, policy=default)
        assert envelope.rcpt_tos == [message["to"].addresses[0].addr_spec]
        self.received.append(message)
        return "250 OK"

    def to(self, recipient: str, subject: str) -> EmailMessage | None:
        return next((each for each in self.received if recipient in each["to"] and subject in each["subject"]), None)

    def wait(self, recipient: str, subject: str) -> tuple[str, str]:
        """(plain text, HTML) of the letter, once it has arrived."""
        found = wait_for(lambda: self.to(recipient, subject), f"« {subject} » for {recipient}")
        plain, html = found.get_body(("plain",)), found.get_body(("html",))
        assert plain is not None
        assert html is not None
        return plain.get_content(), html.get_content()


@pytest.fixture(scope="module")
def running_mail() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def running_mailed(
    template: Path | str, tmp_path_factory: pytest.TempPathFactory, running_mail: MailServer
) -> Iterator[Server]:
    server = Server(
        tmp_path_factory.mktemp("mailed"),
        template,
        SMTP_URL=f"smtp+plain://127.0.0.1:{running_mail.port}",
        PERIODIC_JOBS="1",
    )
    server.change("DELETE FROM letter")
    yield server.start()
    server.leave()


@pytest.fixture
def post(running_mail: MailServer) -> MailServer:
    running_mail.received.clear()
    running_mail.refusals.clear()
    return running_mail


@pytest.fixture
def mailed(running_mailed: Server) -> Iterator[Server]:
    """A server with a delivery; no letter of the demonstration waits."""
    running_mailed.reset()
    running_mailed.change("DELETE FROM letter")
    yield running_mailed
    running_mailed.check_log()


def test_from_a_change_to_the_decision_by_mail(mailed: Server, post: MailServer, come: Come) -> None:
    with Tab(come("aubry.claire", to=mailed), "/famille") as family:
        family.save(phone_mobile="06 12 34 56 78")
    plain, html = post.wait(
        "claire.aubry@example.org", "Votre demande de modification a été reçue – Conservatoire de Valmont"
    )
    for expected in ("Téléphone mobile", "06 98 76 54 32", "06 12 34 56 78", "/famille"):
        assert expected in plain
        assert expected in html.replace("\xa0", " ")
    request = mailed.value("SELECT max(id) FROM change_request")
    with Tab(come("renard.paul", to=mailed), f"/gestion/demandes?demande={request}") as office_tab:
        decide(office_tab, "accepted", message="Merci de nous avoir prévenus.")
    plain, _ = post.wait("claire.aubry@example.org", "Réponse à votre demande")
    assert "Acceptée" in plain
    assert "Merci de nous avoir prévenus." in plain
    received = next(each for each in post.received if "reçue" in each["subject"])
    assert "Conservatoire de Valmont" in str(received["from"])
    assert received["auto-submitted"] == "auto-generated"
    assert len({each["message-id"] for each in post.received}) == len(post.received)


def test_a_lost_password_comes_by_mail_works_once_chosen_and_is_kept_nowhere(
    mailed: Server, post: MailServer, come: Come
) -> None:
    come(to=mailed).post(
        "/mot-de-passe-perdu", data={"identifiant": "belkacem.samir", "email": "samir.belkacem@example.org"}
    )
    plain, html = post.wait("samir.belkacem@example.org", "Votre nouveau mot de passe")
    word = next(found for found in re.findall(r"\b[A-Za-z0-9]{14}\b", plain) if re.search(r"\d", found))
    assert word in html
    samir = come(to=mailed)
    assert samir.sign_in("belkacem.samir", word=word).headers["location"] == "/"
    chosen = samir.post(
        "/mot-de-passe/choisir", data={"nouveau": "quatre mots bien choisis", "encore": "quatre mots bien choisis"}
    )
    assert chosen.status_code == 303
    assert come(to=mailed).sign_in("belkacem.samir", word=word).status_code == 401
    assert come(to=mailed).sign_in("belkacem.samir", word="quatre mots bien choisis").status_code == 303
    post.wait("samir.belkacem@example.org", "Votre mot de passe a été modifié")
    assert mailed.value("SELECT secret FROM letter WHERE kind = 'new_password'") == ""
    assert word not in mailed.log
    assert word.encode() not in mailed.beneath.written()


def test_a_new_address_is_confirmed_by_its_own_letter_before_staff_accept_it(
    mailed: Server, post: MailServer, come: Come
) -> None:
    with Tab(come("aubry.claire", to=mailed), "/famille") as family:
        family.save(email="claire.new@example.org", current_password=PASSWORD)
    plain, _ = post.wait("claire.new@example.org", "Confirmez votre adresse e-mail")
    post.wait("claire.aubry@example.org", "e-mail")
    link = re.search(r"https?://[^/\s]+(/confirmer/[\w-]+)", plain)
    assert link
    request = mailed.value("SELECT max(id) FROM change_request")
    with Tab(come("renard.paul", to=mailed), f"/gestion/demandes?demande={request}") as office_tab:
        assert "Adresse pas encore confirmée" in office_tab.shown()
        stranger = come(to=mailed)
        assert stranger.get(link[1]).status_code == 200
        assert mailed.value("SELECT confirmed_at FROM field_change WHERE field = 'email' AND state = 'pending'") is None
        assert "claire.new@example.org est confirmée" in stranger.post(link[1]).text
        office_tab.wait_until(lambda: "Adresse pas encore confirmée" not in office_tab.shown())
        decide(office_tab, "accepted")
    assert (
        mailed.value("SELECT email FROM guardian WHERE id = ?", mailed.account("aubry.claire")["guardian_id"])
        == "claire.new@example.org"
    )
    assert come(to=mailed).post("/confirmer/" + "x" * 32).status_code == 404


def test_without_a_mail_server_screens_work_and_letters_leave_when_it_is_back(
    mailed: Server, post: MailServer, come: Come
) -> None:
    post.stop()
    claire = come("aubry.claire", to=mailed)
    with Tab(claire, "/famille") as family:
        assert "mise à jour" in family.save(phone_mobile="06 12 34 56 78")["dialog"]
    come(to=mailed).post(
        "/mot-de-passe-perdu", data={"identifiant": "belkacem.samir", "email": "samir.belkacem@example.org"}
    )
    wait_for(lambda: "the mail server cannot be reached" in mailed.log, "a round of the postman")
    assert claire.get("/").status_code == 200
    assert [state for (state,) in mailed.rows("SELECT DISTINCT state FROM letter ORDER BY id DESC LIMIT 2")] != [
        "failed"
    ]
    post.start()
    post.wait("claire.aubry@example.org", "Votre demande de modification a été reçue")
    post.wait("samir.belkacem@example.org", "Votre nouveau mot de passe")
    wait_for(lambda: not mailed.rows("SELECT 1 FROM letter WHERE state IN ('waiting', 'sending')"), "an empty outbox")
    assert len(post.received) == 2


def test_one_refused_address_holds_no_other_letter_back(mailed: Server, post: MailServer, come: Come) -> None:
    post.refusals = {"claire.aubry@example.org": "550 no such mailbox", "marc.aubry@example.org": "451 try later"}
    for login in ("aubry.claire", "aubry.marc", "belkacem.samir"):
        with Tab(come(login, to=mailed), "/famille") as family:
            family.save(phone_work="03 82 55 66 77")
    post.wait("samir.belkacem@example.org", "Votre demande de modification a été reçue")

    def states() -> dict[str, str]:
        return dict(
            mailed.rows("SELECT recipient, state FROM letter WHERE kind = 'request_received' ORDER BY id DESC LIMIT 3")
        )

    wait_for(lambda: states()["claire.aubry@example.org"] == "failed", "the refusal")
    wait_for(lambda: states()["samir.belkacem@example.org"] == "sent", "the postman's note")
    wait_for(
        lambda: mailed.rows("SELECT 1 FROM letter WHERE recipient = 'marc.aubry@example.org' AND error LIKE '451%'"),
        "the delay",
    )
    assert states() == {
        "claire.aubry@example.org": "failed",
        "marc.aubry@example.org": "waiting",
        "samir.belkacem@example.org": "sent",
    }


def test_a_mail_program_ends_the_digest_by_itself_and_opening_its_link_does_not(portal: Server, come: Come) -> None:
    """R-37."""
    helene = portal.account("lemoine.helene")["id"]
    path = f"{daily_digest.UNSUBSCRIBE}/{encryption.encrypt(daily_digest.SEALED_FOR, str(helene))}"

    def wanted() -> str:
        return str(portal.account("lemoine.helene")["digest"])

    page = come().soup(path)
    assert (
        page.select_one(f"form[method=post][action='{path}'] button[type=submit]").get_text() == "Ne plus le recevoir"
    )
    assert wanted() != "no"
    for _ in range(2):
        answer = httpx.post(
            f"{portal.url}{path}", data={"List-Unsubscribe": "One-Click"}, verify=PLAIN, trust_env=False
        )
        assert (answer.status_code, wanted()) == (200, "no")
        assert "Vous ne recevrez plus le récapitulatif du matin." in text_of(answer.text)
        assert "set-cookie" not in answer.headers
    assert httpx.post(f"{portal.url}{path[:60]}", verify=PLAIN, trust_env=False).status_code == 404
    assert portal.value("SELECT count(*) FROM audit_entry WHERE action = 'digest chosen'") == 1


class SlowServer(MailServer):
    """Takes a letter, and says so once it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.given, self.may_answer = threading.Event(), threading.Event()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.given.set()
        await asyncio.to_thread(self.may_answer.wait, 60)
        return await super().handle_DATA(server, session, envelope)


def test_a_stop_waits_for_the_letter_that_is_being_sent(launch: Callable[..., Server]) -> None:
    post = SlowServer()
    post.start()
    mailed = launch(SMTP_URL=f"smtp+plain://127.0.0.1:{post.port}", PERIODIC_JOBS="1")
    Person(mailed).post(
        "/mot-de-passe-perdu", data={"identifiant": "belkacem.samir", "email": "samir.belkacem@example.org"}
    )
    assert post.given.wait(60)
    process = mailed.process
    assert process
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: "stopping" in mailed.log or process.poll() is not None, "the stop to begin")
    post.may_answer.set()
    process.wait(60)
    sent = [str(each["message-id"]) for each in post.received]
    assert len(sent) == 1
    assert mailed.value("SELECT state FROM letter WHERE message_id = ?", sent[0]) == "sent"
    assert mailed.value("SELECT count(*) FROM letter WHERE state = 'sending'") == 0
    post.stop()


def test_a_letter_to_a_group_is_read_over_sent_read_and_accepted(mailed: Server, post: MailServer, come: Come) -> None:
    paul, values = come("renard.paul", to=mailed), {"numbers": "1042", "subject": "Le règlement", "asks": "on"}
    with Tab(paul, "/gestion/courriels/groupes/nouveau") as tab:
        tab.act("save", 0, **values, text="Bonjour {prenom}.")
        assert "La variable {prenom} n’existe pas" in tab.shown()
        tab.act("save", 0, **values, text="Venez avec {élèves}.")
    number = mailed.value("SELECT max(id) FROM group_letter")
    with Tab(paul, f"/gestion/courriels/groupes/{number}") as tab:
        assert "Irina Aubry et Nino Aubry" in tab.shown()
        tab.act("send", number, **values, text="Voici {élèves}.")
        assert mailed.value("SELECT state FROM group_letter ORDER BY id DESC LIMIT 1") == "draft"
        tab.act("send", number, **values, text="Voici {élèves}.")
    path = f"/mot-de-passe/courriers?groupe={number}"
    plain, _ = post.wait("claire.aubry@example.org", "Le règlement")
    assert "Voici Irina Aubry et Nino Aubry." in plain
    assert path in plain
    claire = come("aubry.claire", to=mailed)
    assert "À lire et accepter : Le règlement" in claire.text("/")
    with Tab(claire, path) as tab:
        wait_for(
            lambda: mailed.value("SELECT read_by FROM group_recipient ORDER BY id DESC LIMIT 1"),
            "the mark that it was read",
        )
        tab.act("accept", number)
        assert "Accepté le" in tab.shown()
    assert "À lire et accepter" not in claire.text("/")
    assert come("belkacem.samir", to=mailed).get(path).status_code == 404
    assert "Claire Aubry" in paul.text(f"/gestion/courriels/groupes/{number}?vue=acceptes")
    assert paul.get(f"/gestion/courriels/groupes/{number}/familles.xlsx").content[:2] == b"PK"

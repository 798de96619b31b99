"""« Mot de passe perdu »: the same sentence and the same time, and what really happens behind it (rows 18-29)."""

from collections.abc import Callable

import httpx
import pytest
from bs4 import BeautifulSoup

from data.mail.outbox import decrypt
from tests.server import PASSWORD, PLAIN, Server
from tests.web.http_client import Person, Tab, ended, text_of

Come = Callable[..., Person]
SENT = "Si ces renseignements correspondent à un compte, un nouveau mot de passe vient d’être envoyé par e-mail."
MINE = ("belkacem.samir", "samir.belkacem@example.org")
NEW = "quatre mots bien choisis"


def ask(person: Person, login: str, email: str) -> str:
    answer = person.post("/mot-de-passe-perdu", data={"identifiant": login, "email": email})
    assert answer.status_code == 200
    return text_of(answer.text)


def letters(portal: Server, kind: str = "new_password") -> list[tuple[str, str, str]]:
    """(recipient, state, password) of the letters of that kind."""
    return [
        (to, state, decrypt(secret))
        for to, state, secret in portal.rows(
            "SELECT recipient, state, secret FROM letter WHERE kind = ? ORDER BY id", kind
        )
    ]


def test_the_right_pair_is_mailed_a_password_and_the_old_one_dies_at_once(portal: Server, come: Come) -> None:
    assert SENT in ask(come(), *MINE)
    [(to, state, word)] = letters(portal)
    assert (to, state) == (MINE[1], "waiting")
    assert come().sign_in(MINE[0]).status_code == 401
    assert come().sign_in(MINE[0], word=word).status_code == 303


def test_a_demonstration_shows_its_letters_to_whoever_sits_at_this_machine_so_that_the_password_is_found(
    portal: Server, come: Come
) -> None:
    ask(come(), *MINE)
    with httpx.Client(base_url=portal.url, verify=PLAIN, trust_env=False) as here:
        newest = BeautifulSoup(here.get("/demonstration/courriels").text, "lxml").select("tbody a")[0]
        text = BeautifulSoup(here.get(str(newest["href"])).text, "lxml").select("main pre")[0].get_text()
        message = here.get(f"{newest['href']}.html")
    [(_, _, word)] = letters(portal)
    assert word in text
    assert word in message.text
    assert "script-src" not in message.headers["content-security-policy"]
    assert come().sign_in(MINE[0], word=word).status_code == 303
    for address in ("", f"/{portal.value('SELECT max(id) FROM letter')}", "/1.html"):
        assert come().get(f"/demonstration/courriels{address}").status_code == 404


def test_every_open_session_of_the_account_stops_at_that_moment(portal: Server, come: Come) -> None:
    samir = come(MINE[0])
    with Tab(samir, "/famille") as tab:
        ask(come(), *MINE)
        assert samir.get("/famille").headers["location"].startswith("/connexion")
        assert ended(tab)


@pytest.mark.parametrize(
    ("login", "email"),
    [
        (MINE[0], "somebody@example.org"),
        ("no.such.person", MINE[1]),
        (MINE[0], f"{MINE[1]}\r\nBcc: evil@example.org"),
        (MINE[0], f"{MINE[1]},evil@example.org"),
        (MINE[0], "samir.belkacem+x@example.org"),
        (MINE[0], "samirbelkacem@example.org"),
        (MINE[0], "a" * 100_000),
        ("' OR 1=1 --", "' OR 1=1 --"),
        ("\x00", "\x00"),
    ],
)
def test_a_wrong_pair_gets_the_same_sentence_and_nothing_happens(
    portal: Server, come: Come, login: str, email: str
) -> None:
    assert SENT in ask(come(), login, email)
    assert letters(portal) == []
    assert come().sign_in(MINE[0]).status_code == 303


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(portal: Server, come: Come) -> None:
    """That it costs one hash is shown where it can be counted (tests/data/test_login.py)."""
    shown = set()
    for login, email in (MINE, (MINE[0], "somebody@example.org"), ("no.such.person", MINE[1])):
        answer = come().post("/mot-de-passe-perdu", data={"identifiant": login, "email": email})
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        shown.add((answer.status_code, answer.text, str(headers)))
    assert len(shown) == 1
    assert [state for _, state, _ in letters(portal)] == ["waiting"]  # no mail server was waited for


def test_case_and_spaces_do_not_matter_and_only_the_recorded_address_is_written_to(portal: Server, come: Come) -> None:
    ask(come(), "  Belkacem.Samir", " Samir.BELKACEM@Example.org ")
    assert [to for to, *_ in letters(portal)] == [MINE[1]]


@pytest.mark.parametrize(
    ("login", "email", "missing"),
    [
        ("", "a@example.org", "Indiquez votre identifiant."),
        ("someone", "", "Indiquez votre e-mail."),
        (" ", " ", "Indiquez votre e-mail."),
    ],
)
def test_an_empty_field_opens_a_message_closed_with_ok(come: Come, login: str, email: str, missing: str) -> None:
    answer = come().post("/mot-de-passe-perdu", data={"identifiant": login, "email": email})
    assert answer.status_code == 400
    assert "Vérifiez les renseignements saisis : l’identifiant et l’e-mail sont obligatoires. OK" in text_of(
        answer.text
    )
    assert missing in text_of(answer.text)


def test_five_times_quickly_is_one_letter(portal: Server, come: Come) -> None:
    person = come()
    assert all(SENT in ask(person, *MINE) for _ in range(5))
    assert len(letters(portal)) == 1


def test_three_a_day_are_enough_and_the_newest_cancels_those_that_wait(portal: Server, come: Come) -> None:
    for _ in range(5):
        ask(come(), *MINE)
        portal.change("UPDATE account SET reset_at = datetime(now(), '-10 minutes') WHERE login = ?", MINE[0])
    assert [(state, bool(word)) for _, state, word in letters(portal)] == [
        ("cancelled", False),
        ("cancelled", False),
        ("waiting", True),
    ]


def test_one_network_may_ask_for_twenty_identifiers_an_hour(portal: Server, come: Come) -> None:
    person = come()
    for number in range(20):
        ask(person, f"somebody.{number}", MINE[1])
    ask(person, *MINE)
    assert letters(portal) == []
    ask(come(), *MINE)
    assert len(letters(portal)) == 1


def test_the_mailed_password_is_forgiven_the_spaces_of_a_copy(portal: Server, come: Come) -> None:
    ask(come(), *MINE)
    assert come().sign_in(MINE[0], word=f" {letters(portal)[0][2]} ").status_code == 303


def test_the_mailed_password_is_over_after_a_day_and_another_can_be_asked_for(portal: Server, come: Come) -> None:
    ask(come(), *MINE)
    portal.change(
        "UPDATE account SET password_expires_at = datetime(now(), '-1 seconds'), reset_at = NULL WHERE login = ?",
        MINE[0],
    )
    assert come().sign_in(MINE[0], word=letters(portal)[0][2]).status_code == 401
    ask(come(), *MINE)
    assert come().sign_in(MINE[0], word=letters(portal)[1][2]).status_code == 303


def test_the_mailed_password_opens_only_the_page_where_one_chooses_another(portal: Server, come: Come) -> None:
    ask(come(), *MINE)
    samir, word = come(), letters(portal)[0][2]
    samir.sign_in(MINE[0], word=word)
    for address in ("/", "/famille", "/eleves", "/eleves/2077/identite", "/mot-de-passe", "/documents/x"):
        assert samir.get(address).headers["location"].partition("?")[0] == "/mot-de-passe/choisir", address
    assert samir.post("/eleves/2077/photo", files={"fichier": b"x"}).headers["location"] == "/mot-de-passe/choisir"
    choose = samir.post("/mot-de-passe/choisir", data={"nouveau": NEW, "encore": NEW})
    assert (choose.status_code, choose.headers["location"]) == (303, "/")
    assert "Bonjour Samir" in samir.text("/")
    assert come().sign_in(MINE[0], word=word).status_code == 401
    assert come().sign_in(MINE[0], word=NEW).status_code == 303


def test_the_mailed_password_cannot_be_chosen_again(portal: Server, come: Come) -> None:
    ask(come(), *MINE)
    samir, word = come(), letters(portal)[0][2]
    samir.sign_in(MINE[0], word=word)
    answer = samir.post("/mot-de-passe/choisir", data={"nouveau": word, "encore": word})
    assert answer.status_code == 400
    assert "différent de l’ancien" in text_of(answer.text)


def test_a_page_drawn_before_the_reset_does_nothing_while_a_password_is_to_be_chosen(
    portal: Server, come: Come
) -> None:
    samir = come(MINE[0])
    with Tab(samir, "/famille") as tab:
        portal.change("UPDATE account SET must_change = true WHERE login = ?", MINE[0])
        assert tab.save("form[data-do=save]", profession="Luthier")["reload"] is True
    assert portal.rows("SELECT profession FROM guardian WHERE first_name = 'Samir'") == [("Menuisier",)]


def test_one_identifier_at_two_sites_with_one_address_gets_a_letter_from_each(portal: Server, come: Come) -> None:
    portal.change(
        "UPDATE guardian SET email = 'claire@example.org' WHERE first_name = 'Claire' AND last_name = 'Aubry'"
    )
    ask(come(), "aubry.claire", "claire@example.org")
    subjects = [
        subject for (subject,) in portal.rows("SELECT subject FROM letter WHERE kind = 'new_password' ORDER BY subject")
    ]
    assert [subject.rpartition(" – ")[2] for subject in subjects] == [
        "Conservatoire de Valmont",
        "École de musique de Belrive",
    ]


def test_only_the_parent_who_asked_changes(portal: Server, come: Come) -> None:
    marc = come("aubry.marc")
    ask(come(), "aubry.claire", "claire.aubry@example.org")
    assert come().sign_in("aubry.claire").status_code == 401
    assert marc.get("/").status_code == 200
    assert come().sign_in("aubry.claire", "belrive").status_code == 303


def test_an_address_that_waits_for_validation_receives_nothing(portal: Server, come: Come) -> None:
    with Tab(come(MINE[0]), "/famille") as tab:
        answer = tab.save(email="new.samir@example.org", current_password=PASSWORD)
    assert "mise à jour" in answer["dialog"]
    ask(come(), MINE[0], "new.samir@example.org")
    assert letters(portal) == []

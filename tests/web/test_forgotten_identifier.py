"""« Identifiant oublié » and an e-mail address in the place of the identifier, by plain HTTP."""

from collections.abc import Callable

import pytest

from tests.server import PASSWORD, Server, wait_for
from tests.web.http_client import Person, text_of

Come = Callable[..., Person]
PATH = "/identifiant-oublie"
MINE = "samir.belkacem@example.org"
SENT = "Si cette adresse est celle d’un compte, un e-mail avec votre identifiant y arrive dans quelques minutes."


def letters(portal: Server) -> list[tuple[str]]:
    return portal.rows("SELECT recipient FROM letter WHERE kind = 'identifiers'")


def test_the_answer_is_the_same_whoever_asks_and_the_letter_comes_after_it(portal: Server, come: Come) -> None:
    shown = set()
    for email in ("nobody@example.org", MINE, "claire.aubry+x@example.org"):
        answer = come().post(PATH, data={"email": email})
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        shown.add((answer.status_code, answer.text, str(headers)))
        assert SENT in text_of(answer.text)
    assert len(shown) == 1
    wait_for(lambda: letters(portal) == [(MINE,)], "the letter")


def test_nothing_is_asked_of_the_accounts_before_the_answer(portal: Server, come: Come) -> None:
    """While another program writes, the letter waits and the person does not."""
    person = come()
    with portal.beneath.held():
        assert SENT in text_of(person.post(PATH, data={"email": MINE}).text)
        assert letters(portal) == []
    wait_for(lambda: letters(portal) == [(MINE,)], "the letter")


@pytest.mark.parametrize(
    ("email", "said"), [("", "Indiquez votre e-mail."), ("  ", "Indiquez"), ("belkacem.samir", "camille@example.org")]
)
def test_what_is_no_address_is_reported_beside_the_field(come: Come, email: str, said: str) -> None:
    answer = come().post(PATH, data={"email": email})
    assert answer.status_code == 400
    assert said in text_of(answer.text)


@pytest.mark.parametrize("files", [{"email": ("a.txt", b"x@y")}, {"autre": ("b", b"y")}])
def test_a_file_in_the_place_of_the_address_is_no_fault_of_the_server(
    come: Come, files: dict[str, tuple[str, bytes]]
) -> None:
    assert come().post(PATH, files=files).status_code == 400


@pytest.mark.parametrize("typed", [MINE, f" {MINE.upper()}\u200b", "samir.belkacem\uff20example.org", "@"])
def test_an_address_in_the_place_of_the_identifier_is_reported_beside_it_with_the_way_to_get_it(
    portal: Server, come: Come, typed: str
) -> None:
    person = come()
    for answer in (
        person.sign_in(typed, word=PASSWORD),
        person.post("/mot-de-passe-perdu", data={"identifiant": typed, "email": MINE}),
    ):
        assert answer.status_code == 400
        assert "Écrivez ici votre identifiant, et non votre adresse e-mail." in text_of(answer.text)
        assert f'href="{PATH}"' in answer.text
    assert portal.rows("SELECT * FROM throttle") == []


@pytest.mark.parametrize("around", ["\u200b{}", " {}\u00a0", "{}\x00", "Identifiant : {}", "{}\u2060\t"])
def test_what_came_along_with_a_pasted_identifier_is_forgiven(come: Come, around: str) -> None:
    assert come().sign_in(around.format("Aubry.Claire")).status_code == 303

"""A letter's blocks are drawn alike as text, as HTML and on screens."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from types import SimpleNamespace
from typing import Any

import pytest

from components.ui import letter_view
from components.ui.letter_view import SCREEN
from data.mail.blocks import BLOCKS
from data.mail.outbox import Letter
from data.mail.rendering import HTML, TEXT, html_of, message_of, text_of

READER: Any = SimpleNamespace(language="fr")


def drawn(*blocks: list[str]) -> list[str]:
    letter = Letter(language="fr", name="Claire", subject="", blocks=list(blocks))
    return [text_of(letter), html_of(letter), str(letter_view.draw(READER, letter))]


def test_text_html_and_screen_know_the_same_kinds() -> None:
    assert set(BLOCKS) == set(TEXT) == set(HTML) == set(SCREEN)


@pytest.mark.parametrize("kind", sorted(set(BLOCKS) - {"paper"}))
def test_all_that_a_block_holds_is_drawn(kind: str) -> None:
    held = [f"{field}-of-{kind}" for field in BLOCKS[kind]]
    for each in drawn([kind, *held]):
        assert all(text in each for text in held)


def test_a_paper_goes_with_the_message_and_is_named_on_screens() -> None:
    text, html, screen = drawn(["paper", "summary.pdf", "title", "opening", "closing", "label", "value"])
    assert "summary.pdf" not in text + html
    assert "summary.pdf" in screen


def test_neighbours_of_one_kind_are_one_table() -> None:
    text, html, screen = drawn(["fact", "Choix", "Piano"], ["fact", "Pièces", "Photo"], ["fact", "Note", "–"])
    assert "  Choix : Piano\n  Pièces : Photo\n  Note : –\n" in text.replace("\N{NO-BREAK SPACE}", " ").replace(
        "\u202f", " "
    )
    assert html.count("<tbody>") == screen.count("<dl") == 1


def test_the_parts_of_a_line_make_room_for_each_other_by_their_own_styles() -> None:
    """Not by the style sheet: some mail programs take it away. Beside each other where 400 pixels have room, each a line below that."""
    _, html, _ = drawn(["fact", "Rattachement", "v"], ["change", "Autorisation", "a", "b", ""])
    body = html[html.index("<body") :]
    shares = re.findall(r"min-width:(\d+)%;max-width:100%;width:calc\(\(400px - 100%\)\*400\)", body)
    assert [int(one) + int(other) for one, other in (shares[:2], shares[2:])] == [98, 96]
    assert "<th" not in body


@pytest.mark.parametrize(
    ("recorded", "answers"), [("accueil@example.org", "accueil@example.org"), ("", None), ("a\n@b", None)]
)
def test_who_answers_a_letter_writes_to_its_site_and_the_sender_stays_the_portals(
    recorded: str, answers: str | None
) -> None:
    letter = Letter(
        language="fr", name="Claire", subject="Objet", recipient="claire@example.org", blocks=[["foot", "Valmont", "", recorded]],
        message_id="<a@example.org>", created_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip
    message = message_from_bytes(message_of(letter, "", "portail@example.org", "Valmont"))
    assert message["Reply-To"] == answers
    assert message["From"] == "Valmont <portail@example.org>"


def message(*blocks: list[str], name: str = "Claire", language: str = "fr") -> tuple[Any, list[str]]:
    """The message, and its text as each reader meets it."""
    letter = Letter(
        language=language, name=name, subject="Objet", recipient="claire@example.org", blocks=list(blocks),
        message_id="<a@example.org>", created_at=datetime(2026, 11, 24, tzinfo=UTC),
    )  # fmt: skip
    texts = [text_of(letter), html_of(letter), str(letter_view.draw(READER, letter))]
    return message_from_bytes(message_of(letter, "", "portail@example.org", "Valmont")), texts


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("accueil@example.org", "Vous pouvez répondre à ce message : votre réponse arrive à accueil@example.org."),
        ("", "Message automatique du portail : merci de ne pas y répondre."),
    ],
)
def test_the_foot_says_where_an_answer_arrives(recorded: str, said: str) -> None:
    sent, texts = message(["foot", "Valmont", "", recorded])
    assert (sent["Reply-To"] or "") == recorded
    for text in texts:
        assert said in text.replace("\N{NO-BREAK SPACE}", " ")
        assert "attend pas de réponse" not in text


@pytest.mark.parametrize(("language", "hello"), [("fr", "Bonjour,"), ("en", "Hello,")])
def test_a_letter_to_somebody_without_a_name_begins_well(language: str, hello: str) -> None:
    for text in message(["p", "Texte."], name="", language=language)[1]:
        assert hello in text
        assert " ," not in text


@pytest.mark.parametrize(("address", "press"), [
    (f"https://portail.example.org/recapitulatif/arret/{'gAAAAABq' * 15}==", "List-Unsubscribe=One-Click"), ("http://localhost:8080/x", None),
])  # fmt: skip
def test_a_letter_that_one_may_do_without_says_how_in_its_headers(address: str, press: str | None) -> None:
    sent, _ = message(["foot", "Valmont", "", ""], ["opt_out", address])
    assert (sent["List-Unsubscribe"].strip(), sent["List-Unsubscribe-Post"]) == (f"<{address}>", press)
    duty, _ = message(["foot", "Valmont", "", ""])
    assert (duty["List-Unsubscribe"], duty["List-Unsubscribe-Post"]) == (None, None)

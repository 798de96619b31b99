"""What a sentence becomes: the form that a count wants, elision, figures, a language."""

import logging
from datetime import date, time

import pytest

from data.core import formats
from data.core.errors import UserError
from data.core.i18n import LANGUAGES, _, ngettext, plural, translate, translate_or_same

LINES = plural("{count} ligne", "{count} lignes")


@pytest.mark.parametrize(("count", "french", "english"), [
    (0, "0 ligne", "0 lines"), (1, "1 ligne", "1 line"), (2, "2 lignes", "2 lines"), (12_000, "12\N{NO-BREAK SPACE}000 lignes", "12,000 lines"),
])  # fmt: skip
def test_each_language_counts_in_its_own_way(count: int, french: str, english: str) -> None:
    assert (ngettext(*LINES, count=count), ngettext(*LINES, "en", count=count)) == (french, english)


def test_figures_amounts_hours_and_lists_are_written_as_the_language_does() -> None:
    """One set a language: no “15.25” stands beside « 1 190,00 € »."""
    day = date(2026, 3, 1)
    written = [
        [
            formats.euros(119_000, language), formats.euros(-5, language), formats.decimal(1525, language), formats.decimal(50, language, places=0),
            formats.clock(time(17, 5), language), formats.duration(90, language), formats.long_day(day, language), formats.day(day),
            formats.listed(["Nino", "Irina", "Lou"], language), UserError("À payer : {amount}", amount=formats.Euros(119_000)).message(language),
        ]
        for language in LANGUAGES
    ]  # fmt: skip
    french, english = ([each.replace("\N{NO-BREAK SPACE}", " ") for each in of_one] for of_one in written)
    assert french == [
        "1 190,00 €", "−0,05 €", "15,25", "0,5", "17 h 05", "1 h 30", "dimanche 1er mars 2026", "01/03/2026", "Nino, Irina et Lou",
        "À payer : 1 190,00 €",
    ]  # fmt: skip
    assert english == [
        "€1,190.00", "−€0.05", "15.25", "0.5", "17:05", "1 h 30 min", "Sunday 1 March 2026", "01/03/2026", "Nino, Irina and Lou",
        "To pay: €1,190.00",
    ]  # fmt: skip


def test_an_error_counts_too() -> None:
    lacking = plural("Il manque une pièce obligatoire : {names}.", "Il manque {count} pièces obligatoires : {names}.")
    one, two = UserError(lacking, count=1, names="RIB"), UserError(lacking, count=2, names="RIB, photo")
    assert (one.message(), two.message("en")) == (
        "Il manque une pièce obligatoire : RIB.",
        "2 compulsory documents are missing: RIB, photo.",
    )


def test_french_elides_where_the_name_wants_it() -> None:
    sentence = _("La réinscription de {name} est commencée")
    names = ("Irina", "Hélène", "Harpe", "Yann", "Yves")
    assert [translate("Réinscription de {name}, {year}", name=each, year=2027).split(",")[0][14:] for each in names] == [
        "d’Irina", "d’Hélène", "de Harpe", "de Yann", "d’Yves",
    ]  # fmt: skip
    assert translate(sentence, name="Irina") == "La réinscription d’Irina est commencée"


def test_what_the_catalogue_does_not_know_is_said_in_french_and_noted(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "anacrouse.i18n"):
        assert translate_or_same("Groupe de chant de Valmont", "en") == "Groupe de chant de Valmont"
        assert not caplog.records
        assert translate("Une phrase inconnue de {name}", "en", name="Irina") == "Une phrase inconnue de Irina"
        assert ngettext("{count} inconnue", "{count} inconnues", "en", count=2) == "2 inconnues"
    assert [each.getMessage() for each in caplog.records] == [
        "no English twin: Une phrase inconnue de {name}",
        "no English twin: {count} inconnues",
    ]


def test_a_colour_in_a_sentence_is_no_plural() -> None:
    assert translate("Écrivez la couleur ainsi : #17495a.", "en") == "Write the colour like this: #17495a."

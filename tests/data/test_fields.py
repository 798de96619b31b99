"""What a person types is read once and for all: what is kept reads back as itself, what is shown too."""

from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from data.core import fields
from data.core.errors import UserError
from data.core.fields import (
    COUNTRY,
    DATE,
    EMAIL,
    NAME,
    PHONE,
    PLACE,
    POSTCODE,
    TEXT,
    TOWN,
    YES_NO,
    EditableField,
    Kind,
    editables,
)
from data.families.models import Guardian, Pupil, check_together
from data.mail.rendering import deliverable

ANYTHING = some.text(some.characters(), max_size=60)  # surrogates, controls and marks included
KINDS: dict[str, Kind] = {
    "text": TEXT, "name": NAME, "place": PLACE, "town": TOWN, "date": DATE, "phone": PHONE, "email": EMAIL, "postcode": POSTCODE,
    "country": COUNTRY, "yes or no": YES_NO,
}  # fmt: skip
FIELDS: list[EditableField] = [*editables(Guardian).values(), *editables(Pupil).values()]


@pytest.mark.parametrize(
    ("postcode", "country", "town", "doubtful"),
    [
        ("57000", "FR", "Metz", False),
        ("57000", "FR", "METZ", False),
        ("57000", "", "Thionville", True),
        ("57220", "FR", "Metz", True),
        ("42000", "FR", "St-Étienne", False),
        ("57045", "FR", "Metz Cedex 1", False),
        ("57220", "FR", "", False),
        ("57220", "LU", "Metz", False),
        ("00200", "FR", "HUB ARMEES", False),
    ],
)
def test_a_post_code_and_a_town_that_do_not_go_together_are_doubted(
    postcode: str, country: str, town: str, doubtful: bool
) -> None:
    assert fields.is_doubtful(postcode, country, town) is doubtful


def outcome(kind: Kind | EditableField, typed: object) -> Any:
    """The value, or why there is none."""
    try:
        return kind.read(typed)  # type: ignore[arg-type]
    except UserError as raised:
        return raised


def reads_back(kind: Kind, value: Any) -> None:
    assert kind.read(kind.show(value)) == value
    for language in ("fr", "en"):
        assert kind.read(kind.format_value(kind.show(value), language)) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=150)
@given(typed=ANYTHING)
def test_whatever_is_typed_is_refused_in_words_or_reads_back(kind: str, typed: str) -> None:
    value = outcome(KINDS[kind], typed)
    if isinstance(value, UserError):
        assert str(value) != value.sentence or not value.placeholders
    else:
        reads_back(KINDS[kind], value)
        KINDS[kind].show(value).encode()


@settings(max_examples=200)
@given(day=some.dates(min_value=date(1232, 1, 1)))  # before, 19011231 is another day
def test_every_day_reads_back(day: date) -> None:
    reads_back(DATE, day)
    for typed in (f"{day.day}/{day.month}/{day.year:04}", f"{day.day:02}{day.month:02}{day.year:04}", day.isoformat()):
        assert DATE.read(typed) == day


@example("+310000000")
@settings(max_examples=300)
@given(typed=some.from_regex(r"\A(\+|00|0)[1-9][0-9 .]{3,16}\Z", fullmatch=True))
def test_every_phone_number_reads_back(typed: str) -> None:
    value = outcome(PHONE, typed)
    if isinstance(value, UserError):
        return
    reads_back(PHONE, value)
    assert value.startswith("+")


@settings(max_examples=200)
@given(typed=some.emails())
def test_every_email_that_is_kept_can_be_written_to(typed: str) -> None:
    value = outcome(EMAIL, typed)
    if isinstance(value, UserError):
        return
    reads_back(EMAIL, value)
    assert deliverable(value)


@pytest.mark.parametrize("one", FIELDS, ids=lambda one: one.name)
@settings(max_examples=40)
@given(
    typed=some.text(some.characters(), max_size=400)
    | some.none()
    | some.integers()
    | some.dictionaries(ANYTHING, ANYTHING)
)
def test_what_a_field_reads_fits_its_column(one: EditableField, typed: object) -> None:
    """Row 49, and row 42: whatever Unicode does to a length, the row can be written."""
    value = outcome(one, typed)
    if isinstance(value, UserError):
        return
    assert len(one.kind.show(value)) <= one.length
    for table in (Guardian, Pupil):
        if one.name in table.model_fields and editables(table).get(one.name) is one:
            setattr(table(site_id=1, family_id=1, number=1), one.name, value)


def test_the_widest_characters_do_not_overflow_a_column() -> None:
    town = editables(Guardian)["town"]
    with pytest.raises(UserError, match="80 au plus"):
        town.read("\N{DEVANAGARI LETTER QA}" * 80)  # one character typed, two once normalised
    with pytest.raises(UserError, match="80 au plus"):
        town.read("a" * 81)
    assert town.read("a" * 80) == "a" * 80


@pytest.mark.parametrize("name", [
    "O’Brien", "D'ARTAGNAN", "Nguyễn", "Jean-Éloi", "Šimić", "Œuvrard", "Le Goff", "Ba", "Å", "李", "Müller-Lüdenscheidt",
    "Adébáyọ̀", "M. de La Fontaine", "अर्जुन", "María José", "Ó Súilleabháin", "Martin (Durand)",
])  # fmt: skip
def test_names_are_kept_as_they_are_written(name: str) -> None:
    """Row 47."""
    assert NAME.read(f"  {name} ") == name


@pytest.mark.parametrize("typed", ["Zoé😀", "R2D2", "Jean_Paul", "<script>", "Jean;Paul", "a\N{PARTY POPPER}", "50 %"])
def test_a_name_has_no_figure_no_sign_and_no_emoji(typed: str) -> None:
    """Row 42."""
    with pytest.raises(UserError):
        NAME.read(typed)


def test_invisible_and_direction_changing_characters_leave_no_trace() -> None:
    """Row 42."""
    hidden = "\u202eab\u200bc\u2066d\u00ade\ufefff\u061cg\x00h\x7fi\x9bj\ud800k"
    assert TEXT.read(hidden) == "abcdefghijk"
    assert TEXT.read("a\tb\r\nc\u00a0 d\u2028e") == "a b c d e"
    assert TEXT.read("e\u200b\u0301") == "é"
    assert TEXT.read("Bravo 😀") == "Bravo 😀"


@pytest.mark.parametrize(("typed", "stored"), [
    ("16/06/2012", "2012-06-16"), ("6-6-2012", "2012-06-06"), ("16 06 2012", "2012-06-16"), ("16.6.2012", "2012-06-16"),
    ("16062012", "2012-06-16"), ("2012-06-16", "2012-06-16"), (" 29/02/2012 ", "2012-02-29"), ("", ""),
])  # fmt: skip
def test_dates_are_read_as_they_are_written(typed: str, stored: str) -> None:
    assert DATE.show(DATE.read(typed)) == stored


@pytest.mark.parametrize(("typed", "text"), [
    ("31/02/2012", "Le 31/02/2012 n’existe pas"), ("01/13/2015", "Le 01/13/2015 n’existe pas"), ("29/02/2011", "n’existe pas"),
    ("0/0/0000", "n’est aucune date"), ("hier", "16/06/2012"), ("16/06/12", "16/06/2012"), ("1112012", "16/06/2012"),
    ("16/06/20122", "16/06/2012"), ("16//06/2012", "16/06/2012"),
])  # fmt: skip
def test_a_wrong_date_says_what_is_wrong(typed: str, text: str) -> None:
    """Row 43."""
    with pytest.raises(UserError, match=text):
        DATE.read(typed)


@pytest.mark.parametrize(("typed", "stored", "shown"), [
    ("06.12.34.56.78", "+33612345678", "06 12 34 56 78"), ("+33 6 12 34 56 78", "+33612345678", "06 12 34 56 78"),
    ("0033612345678", "+33612345678", "06 12 34 56 78"), ("06 12 34 56 78", "+33612345678", "06 12 34 56 78"),
    ("+41 21 123 45 67", "+41211234567", "+41 21 123 45 67"), ("", "", ""),
])  # fmt: skip
def test_phone_numbers_are_kept_one_way_and_shown_the_french_way(typed: str, stored: str, shown: str) -> None:
    """Row 45."""
    assert PHONE.read(typed) == stored
    assert PHONE.format_value(stored, "fr") == shown


@pytest.mark.parametrize(
    "typed", ["06 12", "0612345678901", "coucou", "06 12 34 56 7a", "+", "1" * 30, "06 12 34 56 78 ou 06"]
)
def test_a_number_that_is_not_one_is_refused(typed: str) -> None:
    with pytest.raises(UserError):
        PHONE.read(typed)


@pytest.mark.parametrize(("typed", "stored"), [
    ("a@b.fr", "a@b.fr"), ("Prenom.Nom@Example.ORG", "Prenom.Nom@example.org"), ("a@café.fr", "a@xn--caf-dma.fr"),
    ("o'brien@example.org", "o'brien@example.org"), ("a+b@example.org", "a+b@example.org"), ("", ""),
])  # fmt: skip
def test_emails_are_kept_deliverable(typed: str, stored: str) -> None:
    """Row 46."""
    assert EMAIL.read(typed) == stored
    assert not stored or deliverable(stored)


@pytest.mark.parametrize("typed", [
    "a@b", "a", "@b.fr", "a@b.fr, c@d.fr", "a@b.fr;c@d.fr", "a b@c.fr", "Claire <a@b.fr>", "a@b..fr", f"{'a' * 65}@b.fr",
    f"a@{'b' * 250}.fr", "é@b.fr", "a@[127.0.0.1]", '"a b"@c.fr', "a@b.fr\r\nBcc: evil@x.fr",
])  # fmt: skip
def test_an_address_that_is_not_one_is_refused(typed: str) -> None:
    with pytest.raises(UserError):
        EMAIL.read(typed)


@pytest.mark.parametrize(("postcode", "country", "good"), [
    ("57220", "FR", True), ("20000", "FR", True), ("98000", "FR", True), ("97410", "FR", True), ("2A004", "FR", False),
    ("5722", "FR", False), ("00100", "FR", False), ("", "FR", True), ("L-1234", "LU", True), ("SW1A 1AA", "GB", True),
])  # fmt: skip
def test_a_post_code_is_that_of_its_country(postcode: str, country: str, good: bool) -> None:
    """Row 44."""
    field, value = editables(Guardian)["postcode"], POSTCODE.read(postcode.lower())
    assert value == postcode
    if good:
        check_together(field, value, {"country": country})
    else:
        with pytest.raises(UserError):
            check_together(field, value, {"country": country})


def test_every_town_that_is_proposed_can_be_kept() -> None:
    assert fields.towns("57220") == fields.towns("57220")
    assert "Metz" in fields.towns("57000")
    assert fields.towns("99999") == ()
    for names in fields._towns().values():
        for name in names:
            assert TOWN.read(name) == name


@pytest.mark.parametrize("town", ["Paris 14e", "Metz Cedex 1", "L’Haÿ-les-Roses", "Saint-Rémy-lès-Chevreuse", "Y"])
def test_towns_and_places_may_hold_figures(town: str) -> None:
    assert TOWN.read(town) == PLACE.read(town) == town
    with pytest.raises(UserError):
        TOWN.read(town + "😀")


def test_a_choice_reads_its_key_and_its_words_in_both_languages() -> None:
    civility = editables(Guardian)["civility"].kind
    assert [civility.read(typed) for typed in ("mme", "Madame", "")] == ["mme", "mme", ""]
    assert [COUNTRY.read(typed) for typed in ("DE", "Allemagne", "Germany")] == ["DE"] * 3
    for kind, typed in ((civility, "duc"), (COUNTRY, "Atlantide"), (COUNTRY, "")):
        with pytest.raises(UserError):
            kind.read(typed)

"""Whatever the order of a file's lines and columns, its coding and its separator, the records are the same; and so are they
when they leave and come back."""

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from data.billing.models import Invoice
from data.core import spreadsheets
from data.core.system_unit_of_work import system_unit_of_work
from data.families.models import Family, Guardian, Pupil, PupilLink
from tests.conftest import FOLDER, move_to
from tests.data.import_helpers import bring, take_all
from tests.data.site_helpers import an_empty_site
from tests.days import THOROUGH
from tests.demo_users import every
from tests.sample_files import bills, school_program

pytestmark = pytest.mark.usefixtures("in_the_files_year")

HEADS = [
    "Nom élève", "Prénom élève", "Date naissance", "Nom responsable", "Prénom responsable", "Adresse responsable",
    "CP responsable", "Commune responsable", "Courriel", "Tél. portable",
]  # fmt: skip
PEOPLE = [
    ("Roy", "Eva", "3 rue Haute", "57220", "Boulay", "eva@example.org", "06 12 34 56 78", ("Léa", "Tom", "Zoé")),
    ("Petit", "Luc", "1, rue Basse", "57220", "Boulay", "luc@example.org", "06 12 34 56 79", ("Nina",)),
    ("Roy", "Max", "9 quai Neuf", "01000", "Bourg-en-Bresse", "max@example.org", "", ("Ali", "Léa")),
    ("Œhler-d’Août", "Zoë", "1 place « Ney »", "57000", "Metz", "", "+352 621 123 456", ("Ève", "Élie")),
]
CODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman", "iso8859_15", "cp850")
SEPARATORS = (";", ",", "\t", "|")
WRITTEN = st.tuples(
    st.sampled_from(CODINGS), st.sampled_from(SEPARATORS), st.sampled_from(("\r\n", "\n")), st.booleans()
)
# Without shrinking: each example is a file imported into a new database.
MANY = settings(
    phases=[Phase.generate], max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
FEW = settings(MANY, max_examples=6 if THOROUGH else 3)


def rows() -> list[tuple[str, ...]]:
    return [
        (last, child, f"0{n + 1}/02/201{n}", last, first, *said)
        for last, first, *said, children in PEOPLE
        for n, child in enumerate(children)
    ]


def lacking(coding: str, text: str) -> str:
    """As a program writes it that has no such signs."""
    return (
        text
        if coding not in {"iso8859_15", "cp850"}
        else text.replace("’", "'").replace("Œ", "Oe" if coding == "cp850" else "Œ")
    )


def file_of(table: Sequence[Sequence[str]], coding: str, separator: str, end: str, quoted: bool) -> bytes:
    def cell(text: str) -> str:
        must = quoted or any(sign in text for sign in (separator, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if must else text

    return end.join(separator.join(map(cell, row)) for row in table).encode(coding)


def everybody() -> set[tuple[object, ...]]:
    """Each pupil with the adults of each of their households, as they are known there."""
    found = set()
    with system_unit_of_work() as uow:
        links = uow.rows(select(PupilLink, Pupil).join(Pupil, Pupil.id == PupilLink.pupil_id))
        for link, pupil in links:
            adults = uow.all(select(Guardian).where(Guardian.family_id == link.family_id).order_by(Guardian.rank))
            known = tuple(
                (each.first_name, each.last_name, each.address, each.postcode, each.town, each.email, each.phone_mobile)
                for each in adults
            )
            found.add((pupil.first_name, pupil.last_name, str(pupil.birth_date), link.household, known))
    return found


@cache
def wanted(coding: str) -> set[tuple[object, ...]]:
    mobiles = {"06 12 34 56 78": "+33612345678", "06 12 34 56 79": "+33612345679", "+352 621 123 456": "+352621123456"}
    found = set()
    for last, child, birth, _, first, *where, email, phone in rows():
        day = "-".join(reversed(birth.split("/")))
        last_name = lacking(coding, last)
        found.add((child, last_name, day, "principal", ((first, last_name, *where, email, mobiles.get(phone, "")),)))
    return found


@MANY
@given(st.permutations(range(len(rows()))), st.permutations(range(len(HEADS))), WRITTEN)
def test_whatever_the_order_the_coding_and_the_separator_the_people_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], columns: list[int], written: tuple[str, str, str, bool]
) -> None:
    an_empty_site(f"sqlite:///{tmp_path_factory.mktemp('order')}/new.db")
    people = rows()
    table = [[lacking(written[0], row[at]) for at in columns] for row in (HEADS, *(people[n] for n in order))]
    bring("", file_of(table, *written))
    assert everybody() == wanted(written[0])


@cache
def _with_pupils() -> Path:
    """A site that has the pupils whose families the invoices are of."""
    path = Path(FOLDER) / "with_pupils.db"
    an_empty_site(f"sqlite:///{path}")
    bring("", school_program()[1])
    move_to()
    return path


def invoices() -> set[tuple[object, ...]]:
    numbers = {each.id: each.number for each in every(Family)}
    return {
        (
            each.number,
            numbers[each.family_id],
            each.nature,
            each.total,
            str(each.day),
            str(each.due_day),
            each.school_year,
        )
        for each in every(Invoice)
    }


@FEW
@given(st.randoms(use_true_random=False), WRITTEN)
def test_whatever_the_order_the_coding_and_the_separator_the_invoices_are_the_same(
    database: str, tmp_path_factory: pytest.TempPathFactory, dice: random.Random, written: tuple[str, str, str, bool]
) -> None:
    made, folder = _with_pupils().read_bytes(), tmp_path_factory.mktemp("invoices")
    table = [line.split(";") for line in bills()[1].decode("cp1252").split("\r\n")]
    heads, lines = table[0], table[1:]
    found = []
    for name, rows_, columns in (
        ("one", lines, [*range(len(heads))]),
        ("other", dice.sample(lines, len(lines)), dice.sample(range(len(heads)), len(heads))),
    ):
        (folder / name).write_bytes(made)
        move_to(DATABASE_URL=f"sqlite:///{folder / name}")
        text = [[row[at].replace("€", "EUR") for at in columns] for row in (heads, *rows_)]
        bring("", file_of(text, *written), answers={"negative-invoices": "credit"})
        found.append(invoices())
    assert found[0] == found[1]
    assert len(found[0]) == len(lines)


# Out, and in again


WORD = st.text("abcdeéèïœñ", min_size=2, max_size=8).map(str.capitalize)
SURNAME = st.builds("{}{}{}".format, WORD, st.sampled_from(("-", " ", "’", " de ")), WORD)
TEXT = st.text("abcdéœ €;,'\"=+-@|/0123456789", max_size=20).map(str.strip)
PHONE = st.sampled_from(("", "06 12 34 56 78", "+32 2 555 12 12", "0692 12 34 56"))


@st.composite
def households(draw: st.DrawFn) -> list[list[str]]:
    """Lines of adults: families of one to three, of other names; a key of figures, with zeros before them, or of letters."""
    found = []
    for at, last in enumerate(draw(st.lists(SURNAME, min_size=1, max_size=5, unique=True))):
        key = draw(st.sampled_from((str(101 + at), f"00{201 + at}", f"F-{301 + at}")))
        for first in draw(st.lists(WORD, min_size=1, max_size=3, unique=True)):
            town = draw(st.sampled_from((("57220", "Valmont"), ("01000", "Bourg-en-Bresse"), ("", ""))))
            found.append([key, last, first, draw(TEXT), *town, draw(PHONE), draw(TEXT)])
    return found


@FEW
@given(households(), st.sampled_from(("csv", "xlsx")))
def test_what_leaves_enters_nothing_and_leaves_the_same(
    tmp_path_factory: pytest.TempPathFactory, adults: list[list[str]], form: str
) -> None:
    folder = tmp_path_factory.mktemp("round")
    an_empty_site(f"sqlite:///{folder}/first.db")
    heads = ["N° famille", "Nom", "Prénom", "Adresse", "Code postal", "Ville", "Téléphone mobile", "Profession"]
    bring("families", spreadsheets.write("xlsx", heads, [[cell or None for cell in row] for row in adults]))
    bring("pupils", spreadsheets.write("csv", *_pupils(adults)))
    taken = take_all(form)
    an_empty_site(f"sqlite:///{folder}/second.db")
    for name in ("families", "pupils", "links"):
        bring(name, taken[name])
    again = take_all("csv")
    move_to(DATABASE_URL=f"sqlite:///{folder}/first.db")
    assert again == take_all("csv")


def _pupils(adults: Sequence[Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """A pupil of each family."""
    families = list(dict.fromkeys((row[0], row[1]) for row in adults))
    rows_ = [
        [f"P{at:03d}", last, f"Léa{'abcde'[at]}", f"0{at + 1}/02/2014", key] for at, (key, last) in enumerate(families)
    ]
    return ["N° élève", "Nom", "Prénom", "Date de naissance", "N° famille"], rows_

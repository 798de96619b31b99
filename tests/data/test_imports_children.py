"""Lists of children: nobody's child becomes an adult, and one child on a line for each parent is one pupil."""

from pathlib import Path

import pytest

from data.families.models import Guardian, Pupil
from data.importing import jobs
from data.importing import runs as import_runs
from data.importing.runs import ImportRun
from tests.data.import_helpers import HELENES, bring, carry, check, faults, give
from tests.data.site_helpers import an_empty_site
from tests.data.test_imports_households import KIND, asked, homes, lines
from tests.demo_users import every, last

EVA, MAX = "Roy;Eva;3 rue Haute;57220;Boulay;eva@example.org", "Petit;Max;{};max@example.org"
TITLES = "Nom élève;Prénom élève;Date naissance;Nom responsable;Prénom responsable;Adresse responsable;CP responsable;Commune responsable;Courriel"
NOETHYS = "IDindividu;IDfamille;nom;prenom;date_naiss;rue_resid;cp_resid;ville_resid;tel_mobile;mail"


@pytest.fixture(autouse=True)
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


def both(place: str) -> bytes:
    """Two children, each on a line for their mother and a line for their father, who lives at `place`."""
    adults = (EVA, MAX.format(place))
    return lines(
        TITLES, *(f"{child};{each}" for child in ("Roy;Léa;01/02/2017", "Roy;Tom;03/04/2015") for each in adults)
    )


def test_a_child_on_a_line_for_each_parent_of_one_address_is_one_pupil_of_one_family() -> None:
    report = bring(KIND, both("3, rue haute;57220;BOULAY"))
    assert [each.key for each in report.questions] == []
    assert homes() == [(["Max Petit", "Eva Roy"], [("Léa Roy", "principal"), ("Tom Roy", "principal")])]


@pytest.mark.parametrize("place", ["9 quai Neuf;57000;Metz", ";;"])
def test_a_child_on_a_line_for_each_parent_of_two_addresses_is_asked_once_for_all(place: str) -> None:
    assert asked(carry(give(KIND, both(place)))) == {
        "same-child": ["Léa Roy : Eva Roy / Max Petit", "Tom Roy : Eva Roy / Max Petit"]
    }
    assert homes() == []
    bring(KIND, both(place), answers={"same-child": "homes"})
    children = ["Léa Roy", "Tom Roy"]
    assert homes() == [
        (["Max Petit"], [(name, "principal") for name in children]), (["Eva Roy"], [(name, "second") for name in children]),
    ]  # fmt: skip


@pytest.mark.parametrize(("answer", "families", "pupils"), [("one", [2], 2), ("two", [1, 1], 4)])
def test_such_a_child_is_of_one_family_or_two_children_as_it_is_answered(
    answer: str, families: list[int], pupils: int
) -> None:
    bring(KIND, both("9 quai Neuf;57000;Metz"), answers={"same-child": answer})
    assert [len(adults) for adults, _ in homes()] == families
    assert len(every(Pupil)) == pupils


def received(*text: str) -> ImportRun:
    number = jobs.receive(HELENES, "", "liste.csv", lines(*text))
    return last(ImportRun, ImportRun.id == number)


def test_a_list_of_children_with_their_parents_telephone_makes_no_adult_of_them() -> None:
    row = "{};4;Roy;{};2015-03-14;3 rue Haute;57220;Boulay;0612345678;eva@example.org"
    bring("families", "N° famille;Nom;Prénom\n4;Roy;Eva\n")
    run = received(NOETHYS, row.format(12, "Léa"), row.format(13, "Tom"))
    assert run.kind == KIND
    report = carry(run)
    assert (faults(report), asked(report)) == ([], {})
    assert homes() == [(["Eva Roy"], [("Léa Roy", "principal"), ("Tom Roy", "principal")])]
    [lea] = every(Pupil, Pupil.number == 12)
    assert (lea.address, lea.phone, lea.email) == ("3 rue Haute", "+33612345678", "eva@example.org")


def test_children_among_families_are_asked_about_and_left_aside() -> None:
    text = "N° famille;Nom;Prénom;Né le\n4;Roy;Léa;14/03/2015\n5;Petit;Tom;14/03/2017\n6;Blanc;Ana;14/03/1980\n"
    assert asked(check(give("families", text))) == {"young-adults": ["Léa Roy, 14/03/2015", "Tom Petit, 14/03/2017"]}
    bring("families", text, answers={"young-adults": "out"})
    assert [each.first_name for each in every(Guardian)] == ["Ana"]


def test_a_parent_named_without_a_word_beside_three_first_names_is_no_child() -> None:
    titles = "N° famille;Nom;Prénom;Téléphone;Prénom enfant;Né(e) le;Prénom enfant;Né(e) le;Prénom enfant"
    bring(KIND, lines(titles, "7;Roy;Eva;0387001122;Léa;01/02/2012;Tom;03/04/2014;Zoé"))
    assert homes() == [(["Eva Roy"], [(f"{name} Roy", "principal") for name in ("Léa", "Tom", "Zoé")])]


def test_several_numbers_or_a_note_of_a_cell_are_reported() -> None:
    titles = "N° famille;Nom responsable;Prénom responsable;Portable responsable;Prénom enfant"
    report = bring(
        KIND, lines(titles, "7;Roy;Eva;maman 0612345678 papa 0750000000;Léa", "8;Blanc;Ana;06 12 34 56 79 (soir);Tom")
    )
    assert [each.value for each in report.understood] == ["06 12 34 56 78 / 07 50 00 00 00", "06 12 34 56 79"]
    assert every(Guardian, Guardian.first_name == "Eva")[0].phone_home == "+33750000000"


def test_keys_of_letters_that_look_alike_are_not_one_household_in_silence() -> None:
    others = ("a12", "A-12", "A 012", "A12.0")
    people = (
        "A12;Roy;Eva;Léa",
        *(f"{key};Petit;Max{'im' * n};Tom" for n, key in enumerate(others)),
        "B12;Blanc;Ana;Zoé",
    )
    text = lines("N° famille;Nom responsable;Prénom responsable;Prénom enfant", *people)
    assert asked(carry(give(KIND, text))) == {"numbers:family": [f"A12 / {each}" for each in others]}
    bring(KIND, text, answers={"numbers:family": "apart"})
    assert len(homes()) == 6
    text = b"N\xc2\xb0 facture;N\xc2\xb0 famille;Date;Montant\nF1;A.12;01/10/2026;12,00\n"
    assert asked(carry(give("invoices", text))) == {"numbers:family": ["A12 / A.12"]}


def test_each_child_of_a_line_has_its_own_discipline_and_a_misspelt_one_is_asked(database: str) -> None:
    text = "N° famille;Nom responsable;Prénom responsable;Prénom enfant 1;Discipline enfant 1;Prénom enfant 2;Discipline enfant 2\n" + "".join(
        f"810{at};Vauquelin{letter};Anna;Zélie;Piano;Nora;{'Violn' if at == 2 else 'Violon'}\n" for at, letter in enumerate("abcd")
    )  # fmt: skip
    run = give("pupils-and-adults", text)
    assert {each.key for each in check(run).questions if each.is_open} == {"near:pupil2_discipline:violn"}
    with HELENES(writes=True) as uow:
        import_runs.answer(uow, run.id, {"near:pupil2_discipline:violn": "same"})
    assert carry(last(ImportRun, ImportRun.id == run.id)).written
    found = every(Pupil, Pupil.last_name.startswith("Vauquelin"))
    assert (
        sorted((each.first_name, each.discipline) for each in found)
        == [("Nora", "Violon")] * 4 + [("Zélie", "Piano")] * 4
    )

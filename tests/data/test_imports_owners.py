"""Whose a column, a number or a name is: told by titles, places and numbers; what they do not tell is asked, nothing is another's in silence."""

from datetime import date
from pathlib import Path

import pytest

from data.families.models import Guardian, Pupil
from data.importing.name_cells import is_nobody, read_people
from tests.data.import_helpers import bring, carry, check, faults, give
from tests.data.site_helpers import an_empty_site
from tests.data.test_imports_households import KIND, asked, homes, lines
from tests.data.test_imports_recognition import guessed
from tests.demo_users import every

KLEIN = "Responsable;Tél;Mail;Élève;Naissance;Adresse;CP;Ville;Discipline"
HERE = "KLEIN Paul;0612345678;paul@example.org;KLEIN Ana;01/02/2012;3 rue Haute;57220;Boulay;Piano"
ELSEWHERE = "KLEIN Paul;0798765432;klein.p@example.org;KLEIN Ana;{};9 quai Neuf;57000;Metz;Harpe"


@pytest.fixture
def empty_site(database: str, tmp_path: Path) -> None:
    an_empty_site(f"sqlite:///{tmp_path}/new.db")


def test_an_adult_and_a_child_of_the_names_of_others_are_another_family(empty_site: None) -> None:
    bring(KIND, lines(KLEIN, HERE))
    undated = lines(KLEIN, ELSEWHERE.format(""))
    report = carry(give(KIND, undated))
    assert asked(report) == {"same-family": ["Paul KLEIN, Ana KLEIN : 1"]}
    assert not report.written
    bring(KIND, lines(KLEIN, ELSEWHERE.format("11/10/2015")))
    assert [(each.town, each.email) for each in every(Guardian)] == [
        ("Boulay", "paul@example.org"),
        ("Metz", "klein.p@example.org"),
    ]
    assert [family for _, family in homes()] == [[("Ana KLEIN", "principal")]] * 2


def test_a_family_that_moved_is_shown_with_each_value_before_and_after(empty_site: None) -> None:
    bring(KIND, lines(KLEIN, HERE))
    report = check(give(KIND, lines(KLEIN, ELSEWHERE.format("01/02/2012"))))
    assert {(each.column, each.old, each.new) for each in report.changes} == {
        ("Adresse", "3 rue Haute", "9 quai Neuf"),
        ("Code postal", "57220", "57000"),
        ("Ville", "Boulay", "Metz"),
        ("Téléphone mobile", "06 12 34 56 78", "07 98 76 54 32"),
        ("E-mail", "paul@example.org", "klein.p@example.org"),
        ("Discipline", "Piano", "Harpe"),
    }
    assert report.counts == {"added": 0, "updated": 1, "unchanged": 0}
    brother = HERE.replace("KLEIN Ana;01/02/2012", "KLEIN Tom;05/06/2014").replace("06123", "06999")
    assert check(give(KIND, lines(KLEIN, brother))).counts["updated"] == 1, (
        "a line that adds and changes is told to change"
    )


def test_a_child_of_the_same_names_and_another_birth_date_in_one_family_is_asked(empty_site: None) -> None:
    bring(KIND, lines(KLEIN, HERE))
    text = lines(KLEIN, HERE.replace("01/02/2012", "02/01/2012"))
    assert asked(carry(give(KIND, text))) == {"other-birth": ["Ana KLEIN : 01/02/2012 / 02/01/2012"]}
    bring(KIND, text, answers={"other-birth": "same"})
    assert [each.birth_date for each in every(Pupil)] == [date(2012, 1, 2)]
    again = lines(KLEIN, HERE.replace("01/02/2012", "03/01/2012"))
    assert asked(check(give(KIND, again))).keys() == {"other-birth"}, "the answer was about the child of that file"


def test_a_number_of_another_family_of_the_portal_puts_nobody_into_it(empty_site: None) -> None:
    titles = "N° famille;Nom responsable;Prénom responsable;Nom élève;Prénom élève"
    bring(KIND, lines(titles, "1;Roy;Eva;Roy;Léa"))
    text = lines(titles, "1;Petit;Luc;Petit;Nina")
    assert asked(carry(give(KIND, text))) == {"other-family": ["1 : Eva Roy / Luc Petit"]}
    bring(KIND, text, answers={"other-family": "other"})
    assert [adults for adults, _ in homes()] == [["Eva Roy"], ["Luc Petit"]]


BOTH = "0612345678;0698765432;eva@example.org;max@example.org"
OWNERS: dict[str, tuple[str, str, dict[str, str | None]]] = {
    "a parent's birth date before a child's": (
        "Nom;Prénom;Date de naissance;Adresse;Téléphone;Nom enfant;Prénom enfant;Né(e) le;Instrument",
        "Roy;Eva;01/02/1982;3 rue Haute;0612345678;Roy;Léa;03/04/2014;Piano",
        {"Date de naissance": "adult1_birth_date", "Né(e) le": "pupil_birth_date", "Adresse": "adult1_address"},
    ),
    "a child's birth date after a parent's name": (
        "Responsable;Né le;Prénom enfant",
        "ROY Eva;03/04/2014;Léa",
        {"Né le": "pupil_birth_date"},
    ),
    "numbers beside numbered adults": (
        "Élève;Responsable 1;2ème responsable;Tél 1;Tél 2;Mail 1;Mail n°2",
        f"ROY Léa;ROY Eva;PETIT Max;{BOTH}",
        {
            "2ème responsable": "adult2_name",
            "Tél 1": "adult1_phone_home",
            "Tél 2": "adult2_phone_home",
            "Mail 1": "adult1_email",
            "Mail n°2": "adult2_email",
        },
    ),
    "numbers beside numbered children": (
        "Maman;Autre parent;Enfant 1;Né le 1;Enfant 2;Né le 2;Cours 2",
        "ROY Eva;PETIT Max;ROY Léa;03/04/2014;ROY Tom;03/04/2016;Harpe",
        {"Autre parent": "adult2_name", "Né le 1": "pupil_birth_date", "Né le 2": "pupil2_birth_date", "Cours 2": "pupil2_discipline"},
    ),
    "telephones after each adult's name": (
        "Élève;Papa;Portable;Mail;Maman;Portable (2);Mail (2)",
        "ROY Léa;PETIT Max;0698765432;max@example.org;ROY Eva;0612345678;eva@example.org",
        {
            "Portable": "adult1_phone_mobile",
            "Mail": "adult1_email",
            "Portable (2)": "adult2_phone_mobile",
            "Mail (2)": "adult2_email",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OWNERS)
def test_a_column_is_whose_its_place_and_its_number_say(what: str) -> None:
    titles, row, wanted = OWNERS[what]
    found = guessed(KIND, titles, row, row)
    assert {title: found.get(title) for title in wanted} == wanted


@pytest.mark.parametrize(
    ("titles", "row", "answers"),
    [
        ("Élève;Papa;Maman;Mail;Portable", "ROY Léa;PETIT Max;ROY Eva;eva@example.org;0612345678", ("second", "second")),
        ("Élève;Portable;Mail;Papa;Maman", "ROY Léa;0612345678;eva@example.org;PETIT Max;ROY Eva", ("second", "second")),
        ("Élève;Papa;Maman;Portable 1;Portable 2;Mail", "ROY Léa;PETIT Max;ROY Eva;;0612345678;eva@example.org", ("second", "second")),
    ],
)  # fmt: skip
def test_a_telephone_that_may_be_either_parents_is_asked(
    empty_site: None, titles: str, row: str, answers: tuple[str, str]
) -> None:
    single = (
        row.replace("PETIT Max", "")
        .replace("ROY Léa", "GRIS Tom")
        .replace("ROY Eva", "GRIS Ana")
        .replace("eva@", "ana@")
        .replace("45678", "45699")
    )
    text = lines(titles, row, single)
    questions = {key.split(":")[1]: samples for key, samples in asked(carry(give(KIND, text))).items()}
    phone = next(key for key in questions if "phone" in key)
    assert questions == {
        phone: ["Max PETIT / Eva ROY : 06 12 34 56 78"],
        "adult1_email": ["Max PETIT / Eva ROY : eva@example.org"],
    }
    bring(KIND, text, answers={f"whose-column:{key}": answer for key, answer in zip(questions, answers, strict=True)})
    assert {each.first_name: (each.phone_mobile, each.email) for each in every(Guardian)} == {
        "Max": ("", ""),
        "Eva": ("+33612345678", "eva@example.org"),
        "Ana": ("+33612345699", "ana@example.org"),
    }, "a mother alone has what stands on her line, without a question"


def test_pupils_of_age_are_their_own_adults_and_their_children_are_not_dropped(empty_site: None) -> None:
    titles = "Responsable;Portable;Enfant 1;Né le 1;Enfant 2;Né le 2"
    who = {"AUBE": "lui-même", "BOIS": "elle-même", "CLOS": "adulte", "DUNE": "idem élève"}
    rows = [
        f"{word};061234567{n};{name} Ana;01/02/1981;{name} Tom;03/04/2014" for n, (name, word) in enumerate(who.items())
    ]
    report = bring(KIND, lines(titles, *rows, ";0612345678;ÎLES Ana;01/02/1981;;"))
    assert [(each.key, each.lines) for each in report.questions] == [("grown", [6])]
    assert [(adults, [name for name, _ in pupils]) for adults, pupils in homes()] == [
        *(([f"Ana {name}"], [f"Ana {name}", f"Tom {name}"]) for name in who),
        (["Ana ÎLES"], ["Ana ÎLES"]),
    ]
    assert [each.phone_mobile[-1] for each in every(Guardian)] == ["0", "1", "2", "3", "8"]


def test_who_died_or_is_not_known_is_no_adult_and_the_other_parent_enters_alone(empty_site: None) -> None:
    titles = "Élève;Né le;Papa;Maman;Adresse;CP;Ville;Portable"
    who = ("décédé", "", "inconnu", "?", "néant", "-", "RAS", "HUBE Max (décédé)")
    rows = [
        f"{'ABCDEFGH'[n]}UBE Tom;03/04/2014;{word};{'ABCDEFGH'[n]}UBE Eva;{n} rue Haute;57220;Boulay;061234567{n}"
        for n, word in enumerate(who)
    ]
    report = bring(KIND, lines(titles, *rows, "NOIR Ive;01/02/1981;-;RAS;9 rue Haute;57220;Boulay;0612345679"))
    assert {each.key: (each.is_open, each.samples) for each in report.questions if each.key != "capitals"} == {
        "nobody": (False, ["décédé", "inconnu", "?", "néant", "-"]),
        "grown": (False, ["Ive NOIR"]),
    }
    assert {each.first_name for each in every(Guardian)} == {"Eva", "Ive"}
    assert [(each.rank, each.address, each.phone_mobile) for each in every(Guardian, Guardian.first_name == "Eva")][
        :2
    ] == [
        (1, "0 rue Haute", "+33612345670"),
        (1, "1 rue Haute", "+33612345671"),
    ]


def test_idem_beside_another_pupil_is_the_same_family(empty_site: None) -> None:
    text = lines(
        "Élève;Né le;Maman;2e parent",
        "RIOU Max;03/04/2014;RIOU Rose née PRAT 06 12 34 56 78 / 03 87 00 11 22;RIOU Luc",
        "RIOU Zoé;03/04/2016;Idem Max;",
        "BLEU Ali;03/04/2016;Idem Jo;",
    )
    assert faults(carry(give(KIND, text)))[0][0] == 4
    report = bring(KIND, text.rpartition(b"\n")[0])
    assert [(each.key, each.samples) for each in report.questions if each.key == "idem-pupil"] == [
        ("idem-pupil", ["max : Rose RIOU, Luc RIOU"])
    ]
    assert homes() == [(["Rose RIOU", "Luc RIOU"], [("Max RIOU", "principal"), ("Zoé RIOU", "principal")])]
    [rose] = every(Guardian, Guardian.first_name == "Rose")
    assert (rose.birth_name, rose.phone_mobile, rose.phone_home) == ("PRAT", "+33612345678", "+33387001122")


def test_names_of_one_cell_with_a_birth_name_or_numbers() -> None:
    cells = {
        "RIOU Rose née PRAT": [("RIOU", "Rose", "PRAT")],
        "Mme RIOU Rose (née PRAT)": [("RIOU", "Rose", "PRAT")],
        "PRAT Rose épouse RIOU": [("RIOU", "Rose", "PRAT")],
        "RIOU née PRAT Rose": [("RIOU", "Rose", "PRAT")],
        "RIOU Luc 06 98 76 54 32 / RIOU Rose 06 12 34 56 78": [("RIOU", "Luc", ""), ("RIOU", "Rose", "")],
        "RIOU Rose (06.12.34.56.78) rose@example.org": [("RIOU", "Rose", "")],
        "NÉ Ana": [("NÉ", "Ana", "")],
    }
    assert {cell: [(each.last, each.first, each.born) for each in read_people(cell).names] for cell in cells} == cells
    assert [each.reached for each in read_people("RIOU Luc 06 98 76 54 32 / RIOU Rose (06.12.34.56.78) rose@example.org").names] == [
        ("06 98 76 54 32",), ("06.12.34.56.78", "rose@example.org"),
    ]  # fmt: skip
    assert not [name for name in ("Ras Ali", "Inconnu Max", "AUCUN Luc", "Absalon", "NC Ana") if is_nobody(name)]


def test_several_children_of_one_cell_are_several_pupils_or_a_fault(empty_site: None) -> None:
    titles = "Responsable;Portable;Enfants"
    text = lines(
        titles, "ROY Eva;0612345678;Léa et Tom", "PETIT Ana;0612345679;Nina, Jules", "BLEU Luc;0612345670;BLEU, Zoé"
    )
    assert asked(carry(give(KIND, text))) == {"comma:pupil_name": ["Nina, Jules"]}
    bring(KIND, text, answers={"comma:pupil_name": "several"})
    assert [[name for name, _ in pupils] for _, pupils in homes()] == [
        ["Léa ROY", "Tom ROY"],
        ["Jules PETIT", "Nina PETIT"],
        ["Zoé BLEU"],
    ]
    dated = lines(f"{titles};Né le", "GRIS Ana;0612345677;Léa et Tom;03/04/2014")
    assert [why[:37] for _, _, why in faults(carry(give(KIND, dated)))] == ["Cette cellule nomme plusieurs élèves,"]


def test_two_telephones_beside_two_parents_of_one_cell_are_asked(empty_site: None) -> None:
    text = lines("Élève;Parents;Tél 1;Tél 2", "RIOU Max;M. RIOU Luc / Mme PRAT Rose (séparés);0698765432;0612345678")
    assert asked(carry(give(KIND, text))) == {"whose:phone": ["06 98 76 54 32 / 06 12 34 56 78"]}
    bring(KIND, text, answers={"whose:phone": "each"})
    assert [each.phone_mobile for each in every(Guardian)] == ["+33698765432", "+33612345678"]
    more = lines("Élève;Parents;Tél", "GRIS Tom;M. GRIS Max et Mme GRIS Eva;0698765431 / 0612345671 / 0387001122")
    assert asked(check(give(KIND, more))) == {"whose-more:phone": ["06 98 76 54 31 / 06 12 34 56 71 / 03 87 00 11 22"]}

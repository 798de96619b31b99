"""Cells that hold more than their column says: a town with its post code, several telephones, a note. Right, asked or told."""

from data.families.models import Guardian
from data.importing.pipeline import Report
from tests.data.import_helpers import bring, carry, check, conflicts, faults, give
from tests.demo_users import every

HEADS = "N° famille;Nom;Prénom;Adresse;CP;Ville;Tél. fixe;Portable"


def of_families(*cells: str) -> str:
    """Adults of families 8001 and on, with these last five cells."""
    return "\n".join([HEADS, *(f"{8001 + at};Durand;A{'bcdefghijkl'[at]};{each}" for at, each in enumerate(cells))])


def understood(report: Report) -> dict[tuple[int, str], str]:
    return {(each.line, each.column): each.value for each in report.understood}


def test_a_post_code_in_another_cell_goes_where_it_belongs_and_is_reported(database: str) -> None:
    places = ("3 rue Haute;;57000 Metz;;", "3 rue Haute;57000;Metz (57);;", "3 rue Haute;57000 Metz;;;", "3 rue Haute 57000 Metz;;;;",
              "3 rue Haute, 57000 METZ;57000;Metz;;", "3 rue Haute;;Metz 57000;;")  # fmt: skip
    report = bring("families", of_families(*places))
    adults = every(Guardian, Guardian.last_name == "Durand")
    assert {(each.address, each.postcode, each.town) for each in adults} == {("3 rue Haute", "57000", "Metz")}
    assert {line for line, _ in understood(report)} == set(range(2, 8))
    assert understood(report)[2, "CP"] == "57000"
    bring("families", of_families("3 rue Haute;57036;METZ CEDEX 1;;"))  # an address of its own
    assert [each.town for each in every(Guardian, Guardian.postcode == "57036")] == ["METZ CEDEX 1"]


def test_a_town_and_a_post_code_that_say_two_things_are_reported(database: str) -> None:
    report = check(
        give(
            "families",
            of_families(
                "3 rue;57220;57000 Metz;;",
                "3 rue;54000;Metz (57);;",
                "3 rue, 57000 Metz;54000;Nancy;;",
                "57999 Nulle;;;;",
            ),
        )
    )
    assert [(line, column) for line, column, _ in faults(report)] == [(2, "Ville"), (3, "Ville")]
    assert faults(report)[0][2] == "« 57000 Metz » ne va pas avec le code postal de la ligne, 57220. Gardez le bon."
    conflicting = [(line, why.split("«")[0].strip()) for line, why in conflicts(report) if "dresse" in why]
    assert conflicting == [(4, "L’adresse"), (5, "Le code postal et la ville sont dans l’adresse :")]


def test_who_has_no_town_of_their_own_keeps_it_in_the_address(database: str) -> None:
    report = check(give("pupils", "N° élève;Nom;Prénom;Adresse\n9001;Durand;Zoé;3 rue Haute 57000 Metz\n"))
    assert (report.understood, faults(report)) == ([], [])


def test_a_note_beside_a_number_is_reported_and_work_has_its_field(database: str) -> None:
    numbers = (
        "03 87 12 34 56 (trav.)",
        "03 87 12 34 56 poste 12",
        "06 12 34 56 78 (maman)",
        "06 12 34 56 78 / 03 87 12 34 56",
    )
    report = bring("families", of_families(*(f"3 rue;57000;Metz;{each};" for each in numbers)))
    work, extension, mother, both = every(Guardian, Guardian.last_name == "Durand")
    assert (work.phone_work, work.phone_home, extension.phone_home) == ("+33387123456", "", "+33387123456")
    assert (mother.phone_home, both.phone_home, both.phone_mobile) == ("+33612345678", "+33387123456", "+33612345678")
    assert {line for line, _ in understood(report)} == {2, 3, 4, 5}
    wrong = check(give("families", of_families("3 rue;57000;Metz;06 12 34 56 78 / 79;")))
    assert [why for _, _, why in faults(wrong)] == [
        "« 06 12 34 56 78 / 79 » n’est pas un numéro seul. Gardez 06 12 34 56 78."
    ]


def test_whose_a_second_number_is_is_asked(database: str) -> None:
    cells = ("06 12 34 56 78, 06 12 34 56 79", "06 12 34 56 78 (maman) / 06 98 76 54 32 (papa)")
    text = of_families(*(f"3 rue;57000;Metz;;{each}" for each in cells))
    report = carry(give("families", text))
    [question] = [each for each in report.questions if each.is_open]
    assert (question.key, question.lines, question.samples) == ("second-numbers:phone_mobile", [2, 3], [*cells])
    bring("families", text, answers={question.key: "first"})
    adults = every(Guardian, Guardian.last_name == "Durand")
    assert [(each.phone_mobile, each.phone_home) for each in adults] == [("+33612345678", "")] * 2

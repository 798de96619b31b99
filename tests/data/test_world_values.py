"""Cells as offices really write them: the right value, a question asked once, or a fault that says the mend."""

# ruff: noqa: DTZ001
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from data.billing.models import Payment
from data.core.errors import UserError
from data.core.spreadsheets import Cell, write_xlsx
from data.families.models import Guardian, Pupil
from data.importing import columns
from data.importing.columns import Conventions, column
from data.importing.conventions import Unanswered, conventions_of
from data.importing.pipeline import Report
from data.importing.questions import Questions
from tests.data.import_helpers import bring, check, faults, give
from tests.demo_users import every

TODAY = date(2026, 11, 28)


def read(kind: Any, cells: list[Cell], answers: Mapping[str, str] | None = None, name: str = "it") -> list[Any]:
    """The values of a whole column; a fault's sentence, « ? » for what waits for an answer."""
    one, questions = column(name, "Colonne", kind), Questions(answers or {})
    conventions = conventions_of(name, one.form, "Colonne", cells, questions, zeros=False, today=TODAY)
    found: list[Any] = []
    for cell in cells:
        try:
            found.append(one.read(cell, conventions))
        except Unanswered:
            found.append("?")
        except UserError as why:
            found.append(str(why))
    return found


def questions(report: Report) -> dict[str, list[str]]:
    return {each.key: each.samples for each in report.questions}


@pytest.mark.parametrize(("typed", "cents"), [
    ("12,50-", -1250), ("(12,50)", -1250), ("162,00 €", 16200), ("1.234,50", 123450), ("1 234,50", 123450), ("1'234.50", 123450),
    ("1’234,50", 123450), ("-12,5", -1250), ("1.234.567,00", 123456700), ("1.234.567", 123456700), ("12", 1200), ("162 EUR", 16200),
    ("1.234,50 €-", -123450), ("+50", 5000), ("12,--", 1200), ("1'200.–", 120000), ("12.-", 1200), ("12 euros", 1200), ("EUR 12", 1200),
    ("- €", 0), ("(45,00)", -4500),
])  # fmt: skip
def test_amounts_are_read_as_accountants_mean_them(typed: str, cents: int) -> None:
    assert read(columns.MONEY, [typed]) == [cents]


@pytest.mark.parametrize(
    "typed", ["20€50", "15 50", "45 00", "1 20", "€ 12 5", "1 2 3", "10€5", "12 50", "1'50", "12 34 567", "1 2345"]
)
def test_an_amount_whose_figures_are_split_is_a_fault(typed: str) -> None:
    """« 45 00 » became 4 500 euros, unsaid."""
    assert read(columns.MONEY, [typed]) == [f"« {typed} » ne se lit pas comme un nombre. Écrivez-le ainsi : 1234,50."]


@pytest.mark.parametrize(("typed", "why"), [
    ("170,00 C", "est-ce en plus ou en moins ? Écrivez 170,00, ou -170,00."), ("<10,00>", "Écrivez 10,00, ou -10,00."),
    ("50 Cr.", "Écrivez 50, ou -50."), ("1O,00", "ne se lit pas comme un nombre"), ("3 x 40,00", "ne se lit pas"), ("gratuit", "ne se lit pas"),
])  # fmt: skip
def test_a_wrong_amount_is_quoted_with_what_to_write(typed: str, why: str) -> None:
    [said] = read(columns.MONEY, [typed])
    assert said.startswith(f"« {typed} »")
    assert why in said


@pytest.mark.parametrize("cell", [
    "31/02/2015", "00/00/0000", "2015", 2015, "été 2015", "2015-03-00", "15/06/215", "15/06/2915", "01/01/1900", "vers 2015",
])  # fmt: skip
def test_a_wrong_day_is_quoted_and_never_guessed(cell: Cell) -> None:
    [said] = read(columns.fields.DATE, [cell])
    assert isinstance(said, str)
    assert str(cell) in said


def test_an_amount_of_other_money_is_a_fault() -> None:
    assert read(columns.MONEY, ["CHF 12.50", "12,50"]) == [
        "Ce montant n’est pas en euros (CHF). Convertissez-le, et corrigez.", 1250
    ]  # fmt: skip


@pytest.mark.parametrize(("cells", "cents"), [
    (["1.500", "12,50"], [150000, 1250]), (["1.500", "1.234,56"], [150000, 123456]), (["1,500", "12.50"], [150000, 1250]),
    (["1.500", "12.50"], [150, 1250]), (["1,500", "12,50"], [150, 1250]), ([Decimal("12.5"), 12], [1250, 1200]),
])  # fmt: skip
def test_other_amounts_of_the_column_say_which_sign_is_the_decimal_one(cells: list[Cell], cents: list[int]) -> None:
    assert read(columns.MONEY, cells) == cents


def test_an_amount_that_may_be_two_is_asked_about_once_a_column() -> None:
    cells: list[Cell] = ["1.500", "12", "2.000"]
    assert read(columns.MONEY, cells) == ["?", 1200, "?"]
    assert read(columns.MONEY, cells, {"amounts:it": "thousands"}) == [150000, 1200, 200000]
    assert read(columns.MONEY, cells, {"amounts:it": "decimal"}) == [150, 1200, 200]
    assert read(columns.MONEY, ["1,500"], {"amounts:it": "thousands"}) == [150]
    assert read(columns.MONEY, ["1,500"], {"amounts:it": "decimal"}) == [150000]


DAYS: list[Cell] = ["05/14/2012", "05/04/2012"]


def test_a_month_that_comes_first_questions_the_whole_column() -> None:
    assert read(columns.fields.DATE, DAYS) == ["?", "?"]
    assert read(columns.fields.DATE, DAYS, {"months:it": "month"}) == [date(2012, 5, 14), date(2012, 5, 4)]
    assert read(columns.fields.DATE, DAYS, {"months:it": "day"})[1] == date(2012, 4, 5)
    assert "n’existe pas" in read(columns.fields.DATE, DAYS, {"months:it": "day"})[0]
    assert read(columns.fields.DATE, [*DAYS, "14/05/2012"])[1:] == [date(2012, 4, 5), date(2012, 5, 14)]


def test_years_of_two_figures_are_asked_about_once_a_column() -> None:
    cells: list[Cell] = ["16/06/12", "16/06/82", "16/06/1990"]
    assert read(columns.fields.DATE, cells, name="birth_date") == ["?", "?", date(1990, 6, 16)]
    assert read(columns.fields.DATE, cells, {"years:birth_date": "past"}, "birth_date")[:2] == [
        date(2012, 6, 16),
        date(1982, 6, 16),
    ]
    assert read(columns.fields.DATE, ["31/12/27"], {"years:it": "near"}) == [date(2027, 12, 31)]
    assert "quatre chiffres" in read(columns.fields.DATE, cells, {"years:it": "written"})[0]


@pytest.mark.parametrize(("cell", "day"), [
    (datetime(2012, 6, 15, 23, 59, 16), date(2012, 6, 16)), (datetime(2012, 6, 16), date(2012, 6, 16)),
    (datetime(2012, 6, 16, 0, 0, 20), date(2012, 6, 16)), (datetime(2026, 10, 12, 14, 32), date(2026, 10, 12)),
    ("2012-06-15 23:59:16", date(2012, 6, 16)), ("14/3/1982 0:00:00", date(1982, 3, 14)), ("14-mars-1982", date(1982, 3, 14)),
    ("1er septembre 2012", date(2012, 9, 1)), ("16 / 06 / 2012", date(2012, 6, 16)), ("12/10/2026 14:32", date(2026, 10, 12)),
    ("20120616", date(2012, 6, 16)), (20120616, date(2012, 6, 16)), ("20122012", date(2012, 12, 20)), ("2012.06.16", date(2012, 6, 16)),
])  # fmt: skip
def test_a_day_is_read_with_the_hour_that_programs_put_beside_it(cell: Cell, day: date) -> None:
    assert read(columns.fields.DATE, [cell]) == [day]


def test_days_that_begin_in_another_zone_are_asked_about_once_a_column() -> None:
    cells: list[Cell] = [
        datetime(2012, 6, 15, 22),
        datetime(2012, 12, 15, 23),
        datetime(2012, 6, 16),
        "2012-06-15T22:00:00Z",
    ]
    assert read(columns.fields.DATE, cells) == ["?", "?", date(2012, 6, 16), "?"]
    moved = [date(2012, 6, 16), date(2012, 12, 16), date(2012, 6, 16), date(2012, 6, 16)]
    assert read(columns.fields.DATE, cells, {"hours:it": "next"}) == moved
    assert read(columns.fields.DATE, cells, {"hours:it": "same"})[0] == date(2012, 6, 15)


@pytest.mark.parametrize("typed", ["6E2", "3e1", "2E10", "5E", "1e 2"])
def test_a_class_or_a_room_is_no_short_number(typed: str) -> None:
    assert read(columns.fields.TEXT, [typed]) == [typed]


@pytest.mark.parametrize(("kind", "cell"), [
    (columns.NUMBER, "6E2"), (columns.MONEY, "1,5E+03"), (columns.fields.TEXT, "8.78263E+17"), (columns.fields.TEXT, 8.78263e17),
    (columns.fields.TEXT, 878263123456789012),
])  # fmt: skip
def test_a_number_that_a_spreadsheet_shortened_is_a_fault(kind: Any, cell: Cell) -> None:
    assert "Le tableur a" in read(kind, [cell])[0]


@pytest.mark.parametrize("typed", ["26/27", "26-27", "2026/27", "2026-2027", "2026", "26–27"])
def test_school_years_are_read_however_short(typed: str) -> None:
    assert read(columns.YEAR, [typed]) == ["2026-2027"]


@pytest.mark.parametrize("typed", ['="00123"', "'00123", "00123"])
def test_a_number_that_is_marked_as_text_keeps_its_zeros(typed: str) -> None:
    assert read(columns.fields.TEXT, [typed]) == ["00123"]


HEADS = "N° famille;Nom;Prénom;CP;Ville;Pays;Téléphone;Portable;E-mail;Civilité\n"


def home(*cells: str, **matched: Any) -> Report:
    text = HEADS + ";".join(("8001", "Durand", "Anne", *cells))
    return bring("families", text, **matched)


def anne() -> Guardian:
    return every(Guardian, Guardian.first_name == "Anne", Guardian.last_name == "Durand")[0]


@pytest.mark.parametrize(("cells", "kept"), [
    (("1000", "Bruxelles", "Belgique"), ("1000", "BE")), (("1003", "Lausanne", "Suisse"), ("1003", "CH")),
    (("1000", "Bourg-en-Bresse", ""), ("01000", "FR")), (("1000", "BOURG EN BRESSE", "France"), ("01000", "FR")),
])  # fmt: skip
def test_zeros_are_given_back_to_french_post_codes_alone(
    database: str, cells: tuple[str, ...], kept: tuple[str, str]
) -> None:
    home(*cells, "", "", "", "", zeros=True)
    assert (anne().postcode, anne().country) == kept


@pytest.mark.parametrize(("written", "code"), [
    ("Royaume Uni", "GB"), ("ETATS-UNIS", "US"), ("USA", "US"), ("FRA", "FR"), ("Cote d'Ivoire", "CI"), ("République tchèque", "CZ"), ("be", "BE"),
])  # fmt: skip
def test_countries_are_read_as_other_programs_write_them(written: str, code: str) -> None:
    assert read(columns.COUNTRY, [written, "Nations Unies"])[0] == code


def test_four_figures_of_an_unknown_country_are_asked_about_once(database: str) -> None:
    text = HEADS + "8001;Durand;Anne;1000;Bruxelles;;;;;\n8002;Durand;Bea;1000;Bruxelles;;;;;\n"
    assert questions(check(give("families", text, zeros=True))) == {"country:1000 bruxelles": ["1000 Bruxelles"]}
    bring("families", text, zeros=True, answers={"country:1000 bruxelles": "BE"})
    assert (anne().postcode, anne().country) == ("1000", "BE")


def test_a_foreign_telephone_gets_no_zero(database: str) -> None:
    home("L-1234", "Luxembourg", "Luxembourg", "621 123 456", "", "", "", zeros=True)
    assert anne().phone_home == "+352621123456"


@pytest.mark.parametrize(("fixed", "mobile", "kept"), [
    ("0612345678;0387001122", "", ("+33387001122", "+33612345678")), ("06 12 34 56 78 / 07 50 00 00 00", "", ("+33750000000", "+33612345678")),
    ("maman : 0612345678 papa : 07 50 00 00 00", "", ("+33750000000", "+33612345678")),
    ("0387001122 0611223355", "", ("+33387001122", "+33611223355")),
    ("03.87.00.11.22 ou 0611223355", "", ("+33387001122", "+33611223355")), ("06 12 34 56 78 (maman)", "", ("+33612345678", "")),
    ("03 87 00 11 22", "06 12 34 56 78 / 06 12 34 56 78", ("+33387001122", "+33612345678")),
])  # fmt: skip
def test_two_numbers_of_a_cell_go_into_free_fields(
    database: str, fixed: str, mobile: str, kept: tuple[str, str]
) -> None:
    report = home("", "", "", f'"{fixed}"', f'"{mobile}"', "", "", answers={"second-numbers:phone_home": "same"})
    assert (anne().phone_home, anne().phone_mobile) == kept
    assert report.understood


def test_more_numbers_than_fields_are_a_fault_and_none_is_dropped(database: str) -> None:
    text = HEADS + '8001;Durand;Anne;;;;"03 87 00 11 22; 03 87 00 11 23; 03 87 00 11 24; 03 87 00 11 25";;;\n'
    assert "plus de numéros" in faults(check(give("families", text)))[0][2]
    text = "N° élève;Nom;Prénom;Téléphone\n9001;Durand;Zoé;06 12 34 56 78 / 06 12 34 56 79\n"
    assert "plus de numéros" in faults(check(give("pupils", text)))[0][2]


def test_a_number_cell_that_lost_its_zero_is_a_french_mobile(database: str) -> None:
    bring("pupils", write_xlsx(["N° élève", "Nom", "Prénom", "Téléphone"], [[9001, "Durand", "Zoé", 612345678]]))
    assert every(Pupil, Pupil.number == 9001)[0].phone == "+33612345678"


def test_two_addresses_of_a_cell_are_asked_about_once_a_column(database: str) -> None:
    cells = ("", "", "", "", "", '"a@example.org; b@example.org"', "")
    text = HEADS + ";".join(("8001", "Durand", "Anne", *cells))
    assert list(questions(check(give("families", text)))) == ["emails:email"]
    home(*cells, answers={"emails:email": "second"})
    assert anne().email == "b@example.org"


def test_unknown_words_of_a_choice_are_asked_about_once_each(database: str) -> None:
    words = ["M. et Mme", "Dr", "Dr", "Mlle", "dr", "M."]
    text = HEADS + "\n".join(f"{8001 + n};Durand;Anne;;;;;;;{word}" for n, word in enumerate(words))
    report = check(give("families", text))
    assert questions(report) == {"word:civility:m. et mme": ["M. et Mme"], "word:civility:dr": ["Dr", "dr"]}
    assert faults(report) == []
    assert [each.lines for each in report.questions] == [[2], [3, 4, 6]]
    bring("families", text, answers={"word:civility:m. et mme": "-", "word:civility:dr": "mme"})
    found = every(Guardian, Guardian.first_name == "Anne", Guardian.last_name == "Durand")
    assert [each.civility for each in found] == ["", "mme", "mme", "mme", "mme", "m"]


def test_a_gender_without_word_of_ours_is_asked_about(database: str) -> None:
    text = "N° élève;Nom;Prénom;Sexe\n9001;Durand;Zoé;Non binaire\n"
    assert list(questions(check(give("pupils", text)))) == ["word:gender:non binaire"]
    bring("pupils", text, answers={"word:gender:non binaire": "x"})
    assert every(Pupil, Pupil.number == 9001)[0].gender == "x"


@pytest.mark.parametrize(("written", "names"), [
    ("Durand épouse Martin", ("Martin", "Durand")), ("Martin née Durand", ("Martin", "Durand")), ("DURAND ép. MARTIN", ("MARTIN", "DURAND")),
])  # fmt: skip
def test_a_married_name_is_asked_about_once(database: str, written: str, names: tuple[str, str]) -> None:
    text = f"N° famille;Nom;Prénom\n8001;{written};Anne\n8002;{written};Bea\n"
    report = check(give("families", text))
    assert [each.lines for each in report.questions] == [[2, 3]]
    bring("families", text, answers={"married:last_name": "split"})
    found = every(Guardian, Guardian.first_name == "Anne")[-1]
    assert (found.last_name, found.birth_name) == names


@pytest.mark.parametrize(("word", "kept"), [
    ("PRLV", "Prélèvement"), ("CHQ", "Chèque"), ("chq", "Chèque"), ("CB", "Carte bancaire"), ("ESP", "Espèces"), ("3x", "3x"), ("VIR", "Virement"),
])  # fmt: skip
def test_short_forms_of_payment_means_are_written_out(database: str, word: str, kept: str) -> None:
    bring("payments", f"N° règlement;N° famille;Date;Mode;Montant\nR9;1042;12/10/2026;{word};12,50\n")
    assert every(Payment, Payment.number == "R9")[0].method == kept


def test_what_is_read_otherwise_than_written_is_reported(database: str) -> None:
    text = HEADS.strip() + ";Né(e) le\n8001;Durand;Anne;1000;Bourg-en-Bresse;;;;;;16/06/82\n"
    report = bring("families", text, answers={"years:birth_date": "past"})
    assert [(each.line, each.column, each.written, each.value) for each in report.understood] == [
        (2, "CP", "1000", "01000"), (2, "Né(e) le", "16/06/82", "16/06/1982"),
    ]  # fmt: skip


def test_an_hour_beside_a_day_is_not_left_out_without_a_word(database: str) -> None:
    rows: list[list[Any]] = [
        ["8001", "Durand", "Anne", datetime(1982, 6, 15, 14, 30)],
        ["8002", "Durand", "Bea", "15/06/1982 08:05"],
        ["8003", "Durand", "Cléo", datetime(1982, 6, 15, 23, 59, 30)],
        ["8004", "Durand", "Dora", datetime(1982, 6, 15)],
        ["8005", "Durand", "Emma", datetime(1982, 6, 15, 0, 0, 20)],
    ]
    report = check(give("families", write_xlsx(["N° famille", "Nom", "Prénom", "Né(e) le"], rows), file="foyers.xlsx"))
    assert faults(report) == []
    assert [(each.line, each.written, each.value) for each in report.understood] == [
        (2, "15/06/1982 14:30", "15/06/1982"), (3, "15/06/1982 08:05", "15/06/1982"), (4, "15/06/1982 23:59", "16/06/1982"),
    ]  # fmt: skip


def test_a_zero_convention_is_that_of_a_fixed_value_too() -> None:
    assert column("it", "CP", columns.fields.POSTCODE).read("1000", Conventions(zeros=True)) == "01000"

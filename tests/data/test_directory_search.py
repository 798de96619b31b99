"""« Familles » are found by anything, however it is typed, by staff only and in their site only."""

import pytest
from sqlmodel import select

from data.billing.models import Payment
from data.core import database as database_module
from data.core import search_text
from data.core.errors import NotFound
from data.core.system_unit_of_work import system_unit_of_work
from data.directory import edit_families
from data.directory import search as family_search
from data.directory.search import COLUMNS
from data.families import models as families
from data.families import protection
from data.families.models import Guardian
from data.schooling import models as schooling
from tests.counting import statements
from tests.demo_users import CLAIRE, HELENE, PAUL, account, as_, both, every, found, guardian, pupil


def numbers(typed: str, login: str = PAUL, code: str = "valmont", **more: object) -> list[int]:
    with as_(login, code, writes=False) as uow:
        return [each.family.number for each in family_search.find(uow, typed, **more).families]  # type: ignore[arg-type]


KNOWN = {
    1077: [
        "1077", "belkacem", "BELKACEM  samir", "samir.belkacem@EXAMPLE.org", "belkacem.samir", "06 55 44 33 22",
        "06.55.44.33.22", "0655443322", "+33 (0)6 55 44 33 22", "0033 6 55 44 33 22", "2077", "kacem",
    ],
    1105: ["nguyen", "Nguyễn", "Minh Anh", "minh-anh", "minhanh"],
    1042: ["marchal", "nino aubry", "aubry claire 1042", "2043"],
}  # fmt: skip
SIGNS = ["%", "_", "\\", "'", '"', "%%%", "a%b", "' OR 1=1 --", "'" * 5000, "%_" * 2500, "[a-z]+", ".*"]


@both
def test_a_family_is_found_by_all_that_is_known_of_it(database: str) -> None:
    for wanted, ways in KNOWN.items():
        for typed in ways:
            assert wanted in numbers(typed), typed


@both
def test_the_first_figures_of_a_number_find_it(database: str) -> None:
    assert numbers("1042")[0] == 1042
    for typed in ("1", "10", "104"):
        assert 1042 in numbers(typed, most=10_000), typed
    for typed in ("00000", "2147483648", "999999999"):  # nobody’s; one that no column holds
        assert numbers(typed) == [], typed


@both
def test_typing_errors_are_forgiven_and_said(database: str) -> None:
    for typed in ("belcacem", "belkaçen", "blekacem", "belkasem samir", "balkacem"):
        assert numbers(typed) == [1077], typed
    assert 1105 in numbers("ngyuen")
    with as_(PAUL, writes=False) as uow:
        assert family_search.find(uow, "belcasem").guessed == {"belcasem": ("belkacem",)}
        assert family_search.find(uow, "belkacem").guessed == {}
        assert family_search.find(uow, "xqzwvk").families == []


@both
def test_signs_are_meant_as_they_are_typed(database: str) -> None:
    """Row 89."""
    for typed in SIGNS:
        assert numbers(typed) == [], typed


@both
def test_the_words_follow_the_record_whoever_changes_it(database: str) -> None:
    assert numbers("zyrtec") == []
    with as_(CLAIRE) as uow:
        own = guardian(uow)
        own.profession, own.last_name = "Luthière", "Zyrtec"
        uow.add(own)
    assert numbers("zyrtec") == [1042]
    with as_(PAUL) as uow:
        edit_families.correct(uow, uow.get(Guardian, own.id), {"phone_mobile": "07 11 22 33 44"})
    assert numbers("07 11 22 33 44") == [1042]
    with system_unit_of_work() as uow:
        row = uow.get(Guardian, own.id)
        assert row.search == families.found_by(row)


@both
def test_lists_are_sorted_by_each_column_both_ways_and_cut_into_pages(database: str) -> None:
    with as_(PAUL, writes=False) as uow:
        whole = family_search.find(uow, most=500)
        for order in family_search.COLUMNS:
            up = family_search.find(uow, order=order, most=500)
            down = family_search.find(uow, order=order, down=True, most=500)
            assert up.total == down.total == whole.total == len(up.families)
            assert {each.family.id for each in up.families} == {each.family.id for each in down.families}
        names = [each.adults[0].search for each in family_search.find(uow, order="adult", most=500).families]
        assert names == sorted(names)
        first, second = family_search.find(uow, most=5), family_search.find(uow, most=5, skip=5)
        assert first.total == second.total == whole.total
        assert [each.family.id for each in (*first.families, *second.families)] == [
            each.family.id for each in whole.families[:10]
        ]
        assert family_search.find(uow, skip=10_000).families == []
        for odd in ("password_hash", "search; DROP TABLE family", "9" * 50):  # row 90
            assert [each.family.id for each in family_search.find(uow, order=odd, most=500).families] == [
                each.family.id for each in whole.families
            ]


@both
def test_one_site_does_not_find_the_others_families_and_families_find_nobody(database: str) -> None:
    assert numbers("aubry", "petit.jean", "belrive") == [1042]
    assert numbers("belkacem", "petit.jean", "belrive") == []
    assert numbers("belcasem", "petit.jean", "belrive") == []
    with as_(CLAIRE, writes=False) as uow, pytest.raises(NotFound):
        family_search.find(uow, "belkacem")


@both
def test_those_who_were_never_notified_are_found_separately(database: str) -> None:
    workers = numbers("", without_access=True)
    assert {3018, 3019, 3022} <= set(workers)
    assert not {1042, 1077, 3020, 3021, 3023} & set(workers)


def test_a_hidden_address_is_read_by_the_responsable_and_the_family_only(database: str) -> None:
    with as_(PAUL) as uow:
        edit_families.hide_contact(uow, uow.get(Guardian, 1), hidden=True)
    for login, shown in ((PAUL, False), (HELENE, True), (CLAIRE, True)):
        with as_(login, writes=False) as uow:
            assert protection.contact_shown(uow, uow.get(Guardian, 1)) == shown, login


@both
def test_a_protected_number_finds_its_owner_for_the_responsable_alone(database: str) -> None:
    """Typed figure by figure, a search that answers would spell the number out."""
    shown = ("0655443322", "+33 (0)6 55 44 33 22", "06 55 44", "a.part@example.org", "a.part belkacem")
    with as_(PAUL) as uow:
        samir = found(uow.one(select(Guardian).where(Guardian.last_name == "Belkacem")))
        edit_families.correct(uow, samir, {"email": "a.part@example.org"})
        edit_families.hide_contact(uow, samir, hidden=True)
    assert numbers("belkacem") == numbers("1077") == numbers("belkacem.samir") == [1077]
    for typed in shown:
        assert 1077 not in numbers(typed), typed
        assert 1077 in numbers(typed, HELENE), typed
    with as_(HELENE) as uow:
        edit_families.hide_contact(
            uow, found(uow.one(select(Guardian).where(Guardian.last_name == "Belkacem"))), hidden=False
        )
    assert all(1077 in numbers(typed) for typed in shown)


@both
def test_a_protected_address_has_no_place_in_a_list_sorted_by_towns(database: str) -> None:
    def place(login: str) -> int:
        with as_(login, writes=False) as uow:
            page = family_search.find(uow, order="town", most=500)
        return [each.family.number for each in page.families].index(1077) - len(page.families)

    before = place(PAUL)
    with as_(PAUL) as uow:
        edit_families.hide_contact(
            uow, found(uow.one(select(Guardian).where(Guardian.last_name == "Belkacem"))), hidden=True
        )
    assert place(HELENE) == before < place(PAUL)


@both
def test_words_are_written_anew_after_other_hands(database: str) -> None:
    assert families.find_anew() == 0
    with database_module.engine().begin() as connection:
        connection.execute(database_module.metadata.tables["guardian"].update().values(search="nobody"))
    assert numbers("marchal") == []
    assert families.find_anew() == len(every(Guardian))
    assert 1042 in numbers("marchal")


def test_a_list_of_thousands_is_put_in_order_by_one_question(database: str) -> None:
    """A sub-question for each family that answers took six seconds for five thousand."""
    with statements() as asked:
        for typed, order in (("example.org", ""), ("a", ""), ("belcacem", ""), *(("a", each) for each in COLUMNS)):
            assert numbers(typed, order=order)
    with database_module.engine().connect() as connection:
        for statement, values in asked:
            if statement.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
                assert not any("CORRELATED" in line[3] for line in plan), statement


def test_words_are_cut_as_people_mean_them() -> None:
    assert search_text.search_text_of(["Le Fort", "Jean-Éloi"]) == "le fort lefort jean eloi jeaneloi"
    assert search_text.search_text_of([], ["+33612345678"]) == "33612345678 0612345678"
    assert [word.forms[0] for word in search_text.terms_in("D’Artagnan 1042")] == ["dartagnan", "1042"]
    assert search_text.terms_in("   ") == []
    assert search_text.near("dupond", ["durand", "dupont", "martin"])[0] == "dupont"


@both
def test_a_town_a_teacher_and_a_receipt_find_their_families(database: str) -> None:
    (receipt,) = {each.number for each in every(Payment, Payment.family_id == account("aubry.claire").family_id)[:1]}
    assert numbers(receipt) == [1042]
    with as_(PAUL) as uow:
        adult = uow.all(select(Guardian).where(Guardian.family_id == account("belkacem.samir").family_id))[0]
        adult.town, adult.contact_hidden = "Épinal-sur-Lac", True
        uow.add(adult)
    assert (numbers("epinal"), numbers("lac", HELENE), numbers("valm") != []) == ([], [1077], True)
    with as_(PAUL) as uow:
        irina = pupil(uow, "Irina")
        teacher = schooling.courses(uow, irina.id)[0].teacher
        assert teacher
        taught = family_search.find(uow, teacher.full_name, most=500).families
    assert 1042 in {each.family.number for each in taught}


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("question", "index"), [
    ("SELECT family_id FROM guardian WHERE search LIKE '%elkace%' ESCAPE '\\'", "search_guardian_search"),
    ("SELECT id FROM pupil WHERE search LIKE '%elkace%' ESCAPE '\\'", "search_pupil_search"),
    ("SELECT family_id FROM account WHERE login LIKE '%elkace%' ESCAPE '\\'", "search_account_login"),
    ("SELECT family_id FROM invoice WHERE lower(number) IN ('f-1', '1')", "search_invoice_number"),
    ("SELECT family_id FROM payment WHERE lower(number) IN ('r-1', '1')", "search_payment_number"),
    ("SELECT row_id FROM outside_key WHERE lower(key) IN ('a12')", "search_outside_key_key"),
])  # fmt: skip
def test_what_is_searched_by_has_an_index_on_postgresql(database: str, question: str, index: str) -> None:
    """As few rows are there, it is asked how it would be read if reading all were dear."""
    with database_module.engine().connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_indexscan = off")  # leaves the bitmap of the index that fits
        plan = connection.exec_driver_sql("EXPLAIN " + question.replace("%", "%%")).scalars().all()
    assert any(index in line for line in plan), plan

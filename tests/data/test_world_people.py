"""Names, numbers and addresses as people really write them: taken, turned into one form, or told with the mend."""

# ruff: noqa: RUF001
from datetime import date

import pytest
from sqlmodel import select

from data.access_grants import grants
from data.core.countries import countries
from data.core.errors import UserError, ValidationErrors
from data.core.fields import COUNTRY, DATE, EMAIL, PERSON_NAME, PLACE, POSTCODE, check_postcode, editables
from data.core.phones import is_mobile, read_phone
from data.directory import edit_families, search
from data.families.models import Guardian, Pupil
from tests.demo_users import HELENE, as_


@pytest.mark.parametrize("name", [
    "Mayotte", "Yémen", "Afrique du Sud", "Zambie", "Zimbabwe", "Kosovo", "Territoires palestiniens", "Åland", "South Africa", "Taïwan",
])  # fmt: skip
def test_every_country_is_in_the_list(name: str) -> None:
    known = {
        **{each: code for code, each in countries("en").items()},
        **{each: code for code, each in countries().items()},
    }
    found = next(each for each in known if each.startswith(name))
    assert COUNTRY.read(found) == known[found]
    assert len(countries()) == 250


@pytest.mark.parametrize("name", ["zone euro", "Nations Unies", "Union européenne", "Ceuta et Melilla"])
def test_what_is_no_country_is_not_in_the_list(name: str) -> None:
    assert name.casefold() not in {each.casefold() for each in countries().values()}


def test_countries_are_sorted_as_people_look_for_them() -> None:
    names = list(countries().values())
    assert names[0] == "France"
    assert names.index("Égypte") < names.index("Finlande")


@pytest.mark.parametrize(("typed", "country", "kept"), [
    ("0692 12 34 56", "FR", "+262692123456"), ("+262 692 12 34 56", "FR", "+262692123456"), ("+33692123456", "FR", "+262692123456"),
    ("0033 692 12 34 56", "FR", "+262692123456"), ("0692123456", "RE", "+262692123456"), ("0690 12 34 56", "FR", "+590690123456"),
    ("0696 12 34 56", "FR", "+596696123456"), ("0694 12 34 56", "FR", "+594694123456"), ("0639 12 34 56", "FR", "+262639123456"),
    ("0262 20 12 34", "FR", "+262262201234"), ("06 12 34 56 78", "RE", "+33612345678"),
    ("75.12.34", "NC", "+687751234"), ("93 30 12 34", "MC", "+37793301234"), ("+377 93 30 12 34", "FR", "+37793301234"),
    ("021 123 45 67", "CH", "+41211234567"), ("061 234 56 78", "CH", "+41612345678"), ("06 12 34 56 78", "CH", "+33612345678"),
    ("0470 12 34 56", "BE", "+32470123456"), ("02 502 34 56", "BE", "+3225023456"), ("06 12 34 56 78", "BE", "+33612345678"),
    ("621 123 456", "LU", "+352621123456"), ("+33 (0)6 12 34 56 78", "FR", "+33612345678"), ("06,12,34,56,78", "FR", "+33612345678"), ("", "CH", ""),
])  # fmt: skip
def test_a_number_is_kept_with_the_code_of_its_own_country(typed: str, country: str, kept: str) -> None:
    assert read_phone(typed, country) == kept


@pytest.mark.parametrize(("typed", "country"), [
    ("06 12 34 56 7", "FR"), ("75.12.34", "FR"), ("+33 6 12 34 56", "FR"), ("3949", "FR"), ("0612345678901", "CH"), ("06 12 34 56 78 9", "FR"),
])  # fmt: skip
def test_a_number_that_lacks_figures_is_not_complete(typed: str, country: str) -> None:
    with pytest.raises(UserError, match="pas complet"):
        read_phone(typed, country)


@pytest.mark.parametrize(("typed", "text"), [
    ("0612345678;0387001122", "plusieurs numéros"), ("06 12 34 56 78 / 07 00 00 00 00", "plusieurs numéros"),
    ("06 12 34 56 78 (maman)", "seul : 06 12 34 56 78"), ("Tél : 06 12 34 56 78", "seul : 06 12 34 56 78"),
])  # fmt: skip
def test_what_stands_beside_a_number_is_reported(typed: str, text: str) -> None:
    with pytest.raises(UserError, match=text):
        read_phone(typed)


def test_a_mobile_is_one_by_its_own_plan_of_its_country() -> None:
    mobiles = (
        "+33612345678",
        "+33712345678",
        "+262692123456",
        "+262639123456",
        "+590690123456",
        "+596696123456",
        "+687751234",
        "+508551234",
        "+68987123456",
    )
    fixed = ("+33387001122", "+262262123456", "+687281234", "+68940123456", "+508411234", "+74951234567", "")
    assert [each for each in (*mobiles, *fixed) if is_mobile(each)] == [*mobiles]


def test_a_number_of_two_countries_is_asked_about() -> None:
    with pytest.raises(UserError, match=r"\+41 61 234 56 78, \+33 6 12 34 56 78"):
        read_phone("0612345678", "CH")


def test_a_local_number_is_that_of_the_country_where_the_person_lives(database: str) -> None:
    with as_(HELENE, "valmont", writes=True) as uow:
        adult = uow.all(select(Guardian).where(Guardian.last_name == "Aubry", Guardian.rank == 1))[0]
        edit_families.correct(uow, adult, {"country": "NC", "phone_home": "75.12.34"})
        assert adult.phone_home == "+687751234"
        assert [each.family.id for each in search.find(uow, "75.12.34").families] == [adult.family_id]
        assert [each.family.id for each in search.find(uow, "+687 751234").families] == [adult.family_id]
        edit_families.correct(uow, adult, {"country": "MC", "phone_home": "+33 6 12 34 56 78"})
        shown = editables(Guardian)["phone_home"].format_value(adult.phone_home)
        edit_families.correct(uow, adult, {"country": "MC", "phone_home": shown, "town": "Monaco"})
        assert (adult.phone_home, adult.town) == ("+33612345678", "Monaco")


@pytest.mark.parametrize(("kept", "typed"), [
    ("+262692123456", "0692 12 34 56"), ("+262692123456", "+262 692 12 34 56"), ("+262692123456", "0033692123456"),
    ("+262692123456", "0692 12"), ("+41211234567", "021 123 45 67"), ("+32470123456", "0470123456"), ("+33612345678", "06.12.34.56.78"),
    ("+37793301234", "93 30 12 34"),
])  # fmt: skip
def test_a_number_is_found_whichever_way_it_is_typed(database: str, kept: str, typed: str) -> None:
    with as_(HELENE, "valmont", writes=True) as uow:
        adult = uow.all(select(Guardian).where(Guardian.last_name == "Aubry", Guardian.rank == 1))[0]
        adult.phone_home = kept
        uow.add(adult)
        assert [each.family.id for each in search.find(uow, typed).families] == [adult.family_id]


@pytest.mark.parametrize(("typed", "kept"), [
    ("Jean\u2010Luc", "Jean-Luc"), ("Jean—Luc", "Jean-Luc"),
     ("Jean\u2011Luc", "Jean-Luc"), ("Jean–Luc", "Jean-Luc"), ("O’Brien", "O’Brien"), ("OʼBrien", "O’Brien"),
    ("O‘Brien", "O’Brien"), ("D´Arc", "D’Arc"), ("N`Diaye", "N’Diaye"), ("Gal·la", "Gal·la"), ("Sant Marcel·lí", "Sant Marcel·lí"),
])  # fmt: skip
def test_signs_of_other_keyboards_are_taken_in_names(typed: str, kept: str) -> None:
    assert PERSON_NAME.read(typed) == PLACE.read(typed) == kept


@pytest.mark.parametrize(("typed", "kept"), [
    ("57 000", "57000"), ("F-57000", "57000"), ("F 57000", "57000"), ("57045", "57045"), ("L-1234", "L-1234"), ("CH-1003", "CH-1003"),
])  # fmt: skip
def test_post_codes_are_taken_as_envelopes_have_them(typed: str, kept: str) -> None:
    assert POSTCODE.read(typed) == kept


def test_soldiers_have_an_address() -> None:
    assert editables(Guardian)["address"].read("SP 85010 / BPM 301") == "SP 85010 / BPM 301"
    check_postcode("00200", "FR", "HUB ARMEES")
    check_postcode("00852", "FR", "ARMÉES")
    assert PLACE.read("HUB ARMEES") == "HUB ARMEES"
    assert PLACE.read("METZ CEDEX 01") == "METZ CEDEX 01"
    with pytest.raises(UserError):
        check_postcode("00852", "FR", "Metz")


@pytest.mark.parametrize(("last_name", "first_name", "typed", "login"), [
    ("Đặng", "Minh", "dang", "dang.minh"), ("Kowalski", "Łukasz", "lukasz", "kowalski.lukasz"), ("Işık", "Ece", "isik", "isik.ece"),
    ("Sørensen", "Ida", "sorensen", "sorensen.ida"), ("Sørensen", "Ida", "soerensen", "sorensen.ida"), ("Jónsson", "Þór", "thor", "jonsson.thor"),
    ("Müller", "Eva", "muller", "muller.eva"), ("Müller", "Eva", "mueller", "muller.eva"), ("Mueller", "Eva", "Müller", "mueller.eva"),
    ("St Étienne", "Ana", "saint etienne", "st-etienne.ana"), ("Saint-Étienne", "Ana", "st etienne", "saint-etienne.ana"),
    ("Saint-Étienne", "Ana", "St-Étienne", "saint-etienne.ana"), ("N’Diaye", "Awa", "N`Diaye", "n-diaye.awa"),
    ("Gal·la", "Pau", "galla", "gal-la.pau"),
])  # fmt: skip
def test_names_are_found_and_make_identifiers_in_plain_letters(
    database: str, last_name: str, first_name: str, typed: str, login: str
) -> None:
    with as_(HELENE, "valmont", writes=True) as uow:
        adult = uow.all(select(Guardian).where(Guardian.last_name == "Aubry", Guardian.rank == 1))[0]
        adult.last_name, adult.first_name = last_name, first_name
        uow.add(adult)
        page = search.find(uow, typed)
        assert adult.family_id in [each.family.id for each in page.families]
        assert page.guessed == {}
        assert grants.propose_login(uow, adult) == login


@pytest.mark.parametrize("sign", ["-", "–", "XXX", "xx", "SNP", "Sans prénom", "néant", ".", "—", "S.N.P.", "N/A"])
def test_a_person_may_have_one_name(database: str, sign: str) -> None:
    with as_(HELENE, "valmont", writes=True) as uow:
        adult = uow.all(select(Guardian).where(Guardian.last_name == "Aubry", Guardian.rank == 1))[0]
        edit_families.correct(uow, adult, {"last_name": "Soeharto", "first_name": sign})
        assert adult.first_name == "-"
        assert (adult.full_name, adult.called) == ("Soeharto", "Soeharto")
        assert grants.propose_login(uow, adult) == "soeharto"
        with pytest.raises(ValidationErrors) as nobody:
            edit_families.correct(uow, adult, {"last_name": sign, "first_name": sign})
        assert list(nobody.value.faults) == ["last_name"]
    assert Pupil(site_id=1, number=1, last_name="-", first_name="Ravi").full_name == "Ravi"


@pytest.mark.parametrize(
    "typed", ["16 juin 2012", "16-06-2012", "16.06.2012", "16 / 06 / 2012", "Sam. 16 juin 2012", "2012-06-16 00:00:00"]
)
def test_birth_dates_are_read_as_papers_have_them(typed: str) -> None:
    assert DATE.read(typed) == date(2012, 6, 16)


@pytest.mark.parametrize(("typed", "day"), [
    ("1er septembre 2012", date(2012, 9, 1)), ("14-mars-1982", date(1982, 3, 14)), ("14/3/1982 0:00:00", date(1982, 3, 14)),
    ("3 août 1980", date(1980, 8, 3)), ("2 déc. 1979", date(1979, 12, 2)), ("3 March 1980", date(1980, 3, 3)),
])  # fmt: skip
def test_months_may_be_words(typed: str, day: date) -> None:
    assert DATE.read(typed) == day


@pytest.mark.parametrize(("typed", "text"), [
    ("00/00/1985", "Il manque le jour ou le mois"), ("16.06.12", "16/06/2012 ou 16/06/1912"), ("sept. 2012", "Il manque le jour"),
    ("31 juin 2012", "n’existe pas"), ("16 jui 2012", "16/06/2012"),
])  # fmt: skip
def test_a_date_that_lacks_a_part_says_what_to_write(typed: str, text: str) -> None:
    with pytest.raises(UserError, match=text):
        DATE.read(typed)


@pytest.mark.parametrize(("typed", "text"), [
    ("rené@example.org", "« é »"), ("claire@example.con", "claire@example.com"), ("claire@example.fe", "claire@example.fr"),
    ("a@example.org, b@example.org", "deux adresses"), ("a@example.org / b@example.org", "deux adresses"), ("claire@example", "pas complète"),
    ("claire@example,org", "pas de virgule.*« claire@example.org »"), ("M. claire@example.org", "seule : claire@example.org"),
    ("Claire Aubry <claire@example.org>", "seule : claire@example.org"), ("claire@example.org (maman)", "seule : claire@example.org"),
])  # fmt: skip
def test_a_wrong_address_is_reported_precisely(typed: str, text: str) -> None:
    with pytest.raises(UserError, match=text):
        EMAIL.read(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "claire@example.org.",
        "claire@example.org;",
        " mailto:claire@example.org ",
        "claire@Example.org ,",
        "claire @example.org",
        "claire@ example. org",
    ],
)
def test_what_stands_around_an_address_is_left_out(typed: str) -> None:
    assert EMAIL.read(typed) == "claire@example.org"

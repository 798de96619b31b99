"""The people of the demonstration: the demonstration's people, and as many families more as asked. All invented."""

import random
from datetime import date, timedelta
from typing import Any, NamedTuple

from data.accounts.models import Account
from data.core import formats
from data.core.fields import fold
from data.core.phones import OVERSEAS
from data.core.roles import Role
from data.core.sites import Site
from data.core.unit_of_work import UnitOfWork
from data.families.models import Family, Guardian, HouseholdRank, Pupil, PupilLink, Rights

FIRST = (
    "Adèle Agathe Alban Amine Anaïs Aurore Basile Camille Céleste Clément Diane Élie Éloïse Emma Enzo "
    "Fanny Gabin Hugo Inès Jade Joséphine Karim Léa Lina Louise Lucas Maël Manon Marius Mathilde Mia "
    "Mohamed Nadia Noé Océane Olivia Pablo Rose Sacha Salomé Simon Thaïs Théo Ulysse Victor Yanis Zélie "
).split()
LAST = (
    "Arnaud Bailly Barbier Benali Besson Blanchet Bouvier Carlier Chevalier Collet Cordier Da-Silva "
    "Delorme Diallo Dubreuil Etcheverry Ferrand Fontaine Gaudin Guérin Hamon Haddad Jacquet Kowalski "
    "Lacombe Lefort Le-Goff Marchal Mercier Moreau Œuvrard Paillet Perrin Prévost Quentin Rey Robin "
    "Roussel Sanchez Schmitt Tessier Traoré Vasseur Weber Yilmaz "
).split()
STREETS = (
    "place du Marché",
    "rue des Tilleuls",
    "rue de l’Église",
    "avenue de la Gare",
    "chemin des Vignes",
    "rue du Moulin",
    "impasse des Lilas",
    "quai de la Rivière",
    "rue Hector-Berlioz",
    "allée des Platanes",
)
DISCIPLINES = (
    "Piano", "Violon", "Violoncelle", "Flûte traversière", "Guitare", "Clarinette", "Chant", "Danse classique",
    "Danse contemporaine", "Art dramatique", "Éveil musical", "Trompette", "Harpe", "Percussions",
)  # fmt: skip
CYCLES = ("Éveil", "1er cycle", "2e cycle", "3e cycle", "Hors cursus")
AWAKENING = "Éveil musical"
YOUNGEST = 7  # who plays an instrument; younger ones are in the awakening
LARGE = 3024  # from this number on, families of a large demonstration, whose pupils all have four years behind them


class Child(NamedTuple):
    """A child of the named families; `age` as the present school year begins, and the day of birth."""

    number: int
    first: str
    last: str
    age: int
    birthday: tuple[int, int]  # month, day
    gender: str
    discipline: str
    cycle: str
    school: str = ""
    school_class: str = ""


IRINA = Child(
    2042, "Irina", "Aubry", 13, (5, 4), "f", "Piano, formation musicale", "2e cycle", "Collège Jean-Moulin", "5e B"
)
NINO = Child(2043, "Nino", "Aubry", 6, (8, 21), "m", "Éveil musical", "Éveil", "École Pauline-Kergomard", "CP")
MINH_ANH = Child(
    2105, "Minh-Anh", "Nguyễn", 8, (2, 12), "f", "Danse classique", "1er cycle", "École Pauline-Kergomard", "CE2"
)
GASPARD = Child(2042, "Gaspard", "Aubry", 9, (10, 17), "m", "Guitare", "1er cycle")

# What is known of the adults, beside their names
CLAIRE = {
    "birth_name": "Marchal",
    "birth_date": date(1982, 3, 14),
    "profession": "Infirmière",
    "phone_home": "+33382001122",
    "emergency_contact": "Jeanne Marchal",
    "emergency_phone": "+33612003400",
    "image_right": "oui",
    "leaves_alone": "non",
}
MARC = {"address": "8 rue du Moulin", "birth_date": date(1980, 11, 2), "phone_mobile": "+33611223344"}
SAMIR = {
    "address": "27 rue Hector-Berlioz",
    "birth_date": date(1991, 1, 30),
    "profession": "Menuisier",
    "phone_mobile": "+33655443322",
}
LINH = {"address": "5 allée des Platanes", "birth_date": date(1988, 7, 9)}
NAMESAKE = {
    "address": "40 quai des Peintres",
    "postcode": "68320",
    "town": "Belrive",
    "email": "c.aubry.belrive@example.org",
    "phone_mobile": "+33677889900",
    "birth_date": date(1990, 12, 5),
}


def _family(uow: UnitOfWork, site: Site, number: int, since: date) -> Family:
    return uow.add(Family(site_id=site.id, number=number, since=since))


def _adult(uow: UnitOfWork, family: Family, civility: str, first: str, last: str, **more: object) -> Guardian:
    given: dict[str, Any] = {
        "address": "3 place du Marché",
        "postcode": "57220",
        "town": "Valmont",
        "email": f"{_plain(first)}.{_plain(last)}@example.org",
        "phone_mobile": "+33698765432",
        **more,
    }
    return uow.add(
        Guardian(
            site_id=family.site_id, family_id=family.id, civility=civility, first_name=first, last_name=last, **given
        )
    )


def _pupil(
    uow: UnitOfWork, families: list[Family], number: int, first: str, last: str, born: date, **more: Any
) -> Pupil:
    """Linked to the first family as principal, to the second as one that may consult."""
    pupil = uow.add(
        Pupil(
            site_id=families[0].site_id,
            number=number,
            first_name=first,
            last_name=last,
            birth_date=born,
            nationality="Française",
            image_right="oui",
            **more,
        )
    )
    for family, household, rights in zip(
        families, (HouseholdRank.PRINCIPAL, HouseholdRank.SECOND), (Rights.ALL, Rights.CONSULT), strict=False
    ):
        uow.add(
            PupilLink(
                site_id=family.site_id, family_id=family.id, pupil_id=pupil.id, household=household, rights=rights
            )
        )
    return pupil


def _child(uow: UnitOfWork, families: list[Family], child: Child, year: int, **more: str) -> None:
    """`year`: in which the present school year began."""
    _pupil(
        uow,
        families,
        child.number,
        child.first,
        child.last,
        date(year - child.age, *child.birthday),
        gender=child.gender,
        discipline=child.discipline,
        cycle=child.cycle,
        school=child.school,
        school_class=child.school_class,
        **more,
    )


def _account(uow: UnitOfWork, login: str, adult: Guardian, hashed: str, *, must_change: bool = False) -> Account:
    return uow.add(
        Account(
            site_id=adult.site_id,
            family_id=adult.family_id,
            guardian_id=adult.id,
            role=Role.FAMILY,
            login=login,
            name=adult.full_name,
            password_hash=hashed,
            must_change=must_change,
        )
    )


def _staff(uow: UnitOfWork, site: Site, login: str, name: str, role: Role, hashed: str) -> Account:
    return uow.add(
        Account(site_id=site.id, role=role, login=login, name=name, email=f"{login}@example.org", password_hash=hashed)
    )


def _plain(name: str) -> str:
    return "".join(char for char in fold(name) if char.isalnum())


def today_at(uow: UnitOfWork, site: Site) -> date:
    """The site's own day, at the moment of the unit of work."""
    return uow.now.astimezone(site.zone).date()


def first_year(uow: UnitOfWork, site: Site) -> int:
    """The year in which the present school year began: people are as old as their class wants, whatever the day."""
    return int(formats.school_year(today_at(uow, site))[:4])


def named_people(uow: UnitOfWork, valmont: Site, belrive: Site, hashed: str) -> None:
    _aubry(uow, valmont, hashed)
    _belkacem(uow, valmont, hashed)
    _nguyen(uow, valmont, hashed)
    _staff(uow, valmont, "renard.paul", "Paul Renard", Role.OFFICE, hashed)
    _staff(uow, valmont, "lemoine.helene", "Hélène Lemoine", Role.MANAGER, hashed)
    _namesake(uow, belrive, hashed)
    _staff(uow, belrive, "petit.jean", "Jean Petit", Role.MANAGER, hashed)


def _aubry(uow: UnitOfWork, valmont: Site, hashed: str) -> None:
    """Two households; Irina belongs to both."""
    first = first_year(uow, valmont)
    aubry = _family(uow, valmont, 1042, date(first - 6, 9, 1))
    second = _family(uow, valmont, 1043, date(first - 4, 9, 1))
    claire = _adult(uow, aubry, "mme", "Claire", "Aubry", **CLAIRE)
    marc = _adult(uow, second, "m", "Marc", "Aubry", **MARC)
    _child(uow, [aubry, second], IRINA, first, birth_place="Metz", insurance="MAIF 4012345")
    _child(uow, [aubry], NINO, first, birth_place="Metz")
    _account(uow, "aubry.claire", claire, hashed)
    _account(uow, "aubry.marc", marc, hashed)


def _belkacem(uow: UnitOfWork, valmont: Site, hashed: str) -> None:
    """Who learns is who pays."""
    first = first_year(uow, valmont)
    alone = _family(uow, valmont, 1077, date(first - 2, 9, 1))
    samir = _adult(uow, alone, "m", "Samir", "Belkacem", **SAMIR)
    _pupil(
        uow,
        [alone],
        2077,
        "Samir",
        "Belkacem",
        date(1991, 1, 30),
        gender="m",
        discipline="Violon",
        cycle="Hors cursus",
        email="samir.belkacem@example.org",
    )
    _account(uow, "belkacem.samir", samir, hashed)


def _nguyen(uow: UnitOfWork, valmont: Site, hashed: str) -> None:
    """Has never come in."""
    today, first = today_at(uow, valmont), first_year(uow, valmont)
    first_time = _family(uow, valmont, 1105, today)
    linh = _adult(uow, first_time, "mme", "Linh", "Nguyễn", **LINH)
    _child(uow, [first_time], MINH_ANH, first)
    _account(uow, "nguyen.linh", linh, hashed, must_change=True)


def _namesake(uow: UnitOfWork, belrive: Site, hashed: str) -> None:
    """Of another conservatoire, with the same numbers, login and name."""
    first = first_year(uow, belrive)
    other = _family(uow, belrive, 1042, date(first - 1, 9, 1))
    namesake = _adult(uow, other, "mme", "Claire", "Aubry", **NAMESAKE)
    _child(uow, [other], GASPARD, first)
    _account(uow, "aubry.claire", namesake, hashed)


def others(uow: UnitOfWork, site: Site, hashed: str, count: int, dice: random.Random) -> None:
    """Families beside the demonstration's people, the same ones for the same seed."""
    today, first = today_at(uow, site), first_year(uow, site)
    for number in range(3000, 3000 + count):
        family = _family(uow, site, number, today - timedelta(days=dice.randint(30, 2500)))
        last, pupils = dice.choice(LAST), dice.choice((1, 2))
        street = f"{dice.randint(1, 90)} {dice.choice(STREETS)}"
        adult = _adult(
            uow,
            family,
            dice.choice(("mme", "m")),
            dice.choice(FIRST),
            last,
            address=street,
            postcode="57220",
            phone_mobile=_mobile(dice.randint(10_000_000, 99_999_999)),
            email=f"famille.{number}@example.org",
            birth_date=date(first - 2026 + dice.randint(1968, 1995), dice.randint(1, 12), dice.randint(1, 28)),
        )
        for child in range(pupils):
            name, drawn = dice.choice(FIRST), dice.randint(5, 17)
            month, day, gender = dice.randint(1, 12), dice.randint(1, 28), dice.choice("fm")
            discipline, cycle = dice.choice(DISCIPLINES), dice.choice(CYCLES)
            age, cycle = _stage(number, discipline, drawn, cycle)
            _pupil(
                uow,
                [family],
                number * 10 + child,
                name,
                last,
                date(first - age, month, day),
                gender=gender,
                discipline=discipline,
                cycle=cycle,
                birth_place="Metz",
            )
            grown = first - age - 22
            if adult.birth_date and adult.birth_date.year > grown:
                adult.birth_date = adult.birth_date.replace(year=grown)
        uow.add(adult)
        _account(uow, f"famille.{number}", adult, hashed)


def _stage(number: int, discipline: str, age: int, cycle: str) -> tuple[int, str]:
    """The age and the cycle that go together, from those drawn."""
    if discipline == AWAKENING:
        return 5 + age % 2, "Éveil"
    age = max(YOUNGEST, age) if number < LARGE else 11 + age % 7
    if cycle == "Hors cursus" or (cycle == "3e cycle" and age >= 15):
        return age, cycle
    return age, "1er cycle" if age < 11 else "2e cycle"


def _mobile(number: int) -> str:
    """A number of mainland France: 06 39 and 06 9x are often overseas."""
    return f"+336{number - 30_000_000 if f'6{number}'[:3] in OVERSEAS else number}"

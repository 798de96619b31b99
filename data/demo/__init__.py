"""The demonstration: two sites, the demonstration's people that also plays the tests, and as many families more as asked. All invented."""

import random
from datetime import timedelta

from sqlmodel import select

from data.accounts import passwords
from data.core import audit, database, formats
from data.core.audit import Action
from data.core.sites import Policy, Site
from data.core.system_unit_of_work import system_unit_of_work
from data.core.unit_of_work import UnitOfWork
from data.demo import access, letters, messages, money, office, people, reenrolment, requests, schooling
from data.office.news import News
from data.schooling import school_days

PASSWORD = passwords.DEMONSTRATION
REAL = "this database holds a real conservatoire: the demonstration stays out of it"
MADE = Action.DEMONSTRATION_MADE  # the last line of its journal; data/demo/renewal.py looks at what came after
PAYMENT = {  # no bank has that number
    "gateway": "simulator",
    "iban": "FR7699999000420000104200101",
    "beneficiary": "Régie du Conservatoire de Valmont",
}
CLOSINGS = (  # the holidays that a closing of each month is for
    *["d’hiver"] * 2, *["de printemps"] * 2, *["d’été"] * 4, *["de la Toussaint"] * 2, *["de fin d’année"] * 2,
)  # fmt: skip


class NotADemonstration(RuntimeError):
    """The database holds real families: the demonstration never mixes with them."""


def fill(more: int = 0, *, seed: int = 1042) -> bool:
    """Make the demonstration in an empty database, with `more` families; False when it is there already."""
    with database.one_after_the_other("demonstration"):
        return _fill(more, seed)


def _fill(more: int, seed: int) -> bool:
    with system_unit_of_work() as uow:
        sites = uow.all(select(Site))
        if any(not site.demonstration for site in sites):
            raise NotADemonstration(REAL)
        if sites:
            return False
    hashed = passwords.make_hash(PASSWORD)
    dice = random.Random(seed)  # noqa: S311
    with system_unit_of_work(writes=True) as uow:
        valmont = _site(uow, "valmont", "Conservatoire de Valmont", "3 place de l’Opéra, 57220 Valmont")
        belrive = _site(uow, "belrive", "École de musique de Belrive", "12 quai des Peintres, 68320 Belrive")
        people.named_people(uow, valmont, belrive, hashed)
        people.others(uow, valmont, hashed, 24 + more, dice)
        for site in (valmont, belrive):
            schooling.fill(uow, site, dice)
            money.fill(uow, site, dice)
        _news(uow, valmont)
    if database.file() is None:  # PostgreSQL asks of what was just written as if there were nothing
        database.take_stock()
    requests.fill()
    reenrolment.fill()
    messages.fill()
    access.fill()
    office.fill()
    letters.fill()
    with system_unit_of_work(writes=True) as uow:
        audit.note(
            uow,
            MADE,
            subject="site",
            subject_id=valmont.id,
            by=audit.Author(valmont.id),
            changes={"families": ["", more]},
        )
    if more:  # until they are counted, SQLite reads all of the site's rows
        database.take_stock()
    return True


def _news(uow: UnitOfWork, site: Site) -> None:
    """One piece that is shown, one to come, one that is over."""
    day = people.today_at(uow, site)
    shown = "Audition du stage d’été" if day.month in {7, 8} else "Audition des classes de piano"
    closing = day + timedelta(days=20)
    for rank, (title, body, first, last) in enumerate(
        (
            (
                shown,
                "Samedi en huit à 15 h, auditorium Hector-Berlioz. Entrée libre, dans la limite des places.",
                day - timedelta(days=3),
                day + timedelta(days=14),
            ),
            (
                f"Fermeture {CLOSINGS[closing.month - 1]}",
                "Le conservatoire est fermé pendant les vacances scolaires. Les cours reprennent le premier lundi.",
                closing,
                closing + timedelta(days=25),
            ),
            ("Portes ouvertes", "Merci à tous les visiteurs.", day - timedelta(days=90), day - timedelta(days=60)),
        )
    ):
        uow.add(News(site_id=site.id, rank=rank, title=title, body=body, first_day=first, last_day=last))


def _site(uow: UnitOfWork, code: str, name: str, address: str) -> Site:
    legal = {
        "publisher": name,
        "director": "Hélène Lemoine, responsable de l’établissement" if code == "valmont" else "Jean Petit",
        "host": "Hébergé par la collectivité, sur ses serveurs",
        "dpo": f"dpo.{code}@example.org",
        "siret": "215 700 422 00019" if code == "valmont" else "216 800 201 00027",
        "signatory": "Hélène Lemoine, responsable de l’établissement" if code == "valmont" else "Jean Petit, directeur",
    }
    return uow.add(
        Site(
            code=code,
            name=name,
            address=address,
            phone="03 82 00 10 42" if code == "valmont" else "03 89 00 20 17",
            email=f"accueil.{code}@example.org",
            opening_hours="du mardi au samedi, de 14 h à 19 h",
            legal=legal,
            field_policies={"guardian.profession": Policy.IMMEDIATE, "pupil.gender": Policy.READONLY},
            payment=PAYMENT if code == "valmont" else {},
            calendar={"zone": "B", "closures": _closures(uow)} if code == "valmont" else {},
            demonstration=True,
        )
    )


def _closures(uow: UnitOfWork) -> str:
    """Of Christmas, in this school year."""
    first = int(formats.school_year(uow.today)[:4])
    return school_days.tidy_closures(f"du 24/12/{first} au 02/01/{first + 1} : fin d’année")

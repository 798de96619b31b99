"""Pupils with their adults, one line each: the columns. Adults 1 to 3, further children of the line 2 to 4, each its own group."""

from dataclasses import replace
from functools import partial

from data.core.fields import TEXT
from data.importing.columns import COUNTRY, LINES, YEAR, Field, column
from data.importing.kinds.courses import TEACHER, TEACHER_FIRST, TEACHER_KEY
from data.importing.kinds.families import (
    ADULT,
    CIVILITIES,
    FAMILY_KEY,
    GENDERS,
    HOUSEHOLD,
    PUPIL_FIELDS,
    PUPIL_KEY,
    RIGHTS,
)
from data.importing.name_cells import EMAILS, PHONES

ADULTS, CHILDREN = 3, 4
OF_ADULTS = {each.name: each for each in ADULT}
OF_PUPILS = {each.name: each for each in PUPIL_FIELDS}
NAMES_IN_A_CELL = ("Nom et prénom", "Nom prénom", "Nom complet", "Nom Prénoms", "Identité", "Name")
LOGIN = ("Login", "Identifiant extranet", "Compte", "Username")
DISCIPLINE = (
    "Discipline",
    "Instrument",
    "Disciplines",
    "Cours",
    "Cours choisi",
    "Activité choisie",
    "Activité",
    "Discipline 1",
    "Instrument 1",
    "Activité 1",
    "Cours 1",
)
TEACHER_1 = ("Nom enseignant", "Nom professeur", "Professeur 1", "Prof. 1", "Enseignant 1", "Intervenant 1")
LEVEL = ("Niveau", "Niveau musical", "Cursus", "Cycle 1", "Niveau 1")
PUPIL_NUMBER = (*PUPIL_KEY, "Identifiant élève", "INE", "Num. élève établissement", "idnumber", "IDindividu", "id_adh")
MORE_TITLES = {
    "last_name": ("Nom", "Nom de famille"),
    "first_name": ("Prénom", "Prénoms"),
    "birth_date": ("Date naissance",),
    "school": ("School",),
    "school_class": ("Classe", "Division", "Libellé classe"),
}


def _of(one: Field, group: str, whose: str, *titles: str) -> Field:
    """A table's column, as one group of the line has it."""
    made = replace(one, name=f"{group}_{one.name}", label=f"{one.label} ({whose})", group=group, required=False)
    return replace(made, also=(one.label, *one.also, *titles), example=one.example if group in FIRST else "")


FIRST = {"adult1", "pupil"}  # the groups that a model shows an example of


def adult(number: int) -> tuple[Field, ...]:
    """The columns of one adult: `adult1_last_name`. Telephones and e-mails may hold several."""
    group, whose = f"adult{number}", f"responsable {number}"
    of = {name: _of(one, group, whose) for name, one in OF_ADULTS.items()}
    name = column(f"{group}_name", f"Nom complet ({whose})", TEXT, *NAMES_IN_A_CELL, "Famille", "Parents", "Payeur")
    login = column(f"{group}_login", f"Identifiant ({whose})", TEXT, *LOGIN, length=40, group=group)
    phone = partial(replace, kind=PHONES, form="phone", editable=None, length=400)
    address = replace(of["address"], kind=LINES, form="lines", editable=None, length=400)
    return (
        replace(name, length=170, group=group),
        replace(of["civility"], kind=CIVILITIES),
        of["last_name"],
        of["birth_name"],
        of["first_name"],
        of["birth_date"],
        of["profession"],
        replace(address, also=(*address.also, "Domicile", "Adresse complète")),
        of["complement"],
        of["postcode"],
        of["town"],
        replace(of["country"], kind=COUNTRY),
        phone(of["phone_home"]),
        phone(of["phone_mobile"]),
        phone(of["phone_work"]),
        replace(of["email"], kind=EMAILS, editable=None, length=400, also=(*of["email"].also, "Mails", "E-mails")),
        login,
    )


def child(number: int) -> tuple[Field, ...]:
    """The columns of a further child of the line."""
    group, whose = f"pupil{number}", f"enfant {number}"
    of = {name: _of(one, group, whose, *MORE_TITLES.get(name, ())) for name, one in OF_PUPILS.items()}
    return (
        column(f"{group}_name", f"Nom complet ({whose})", TEXT, *NAMES_IN_A_CELL, "Élève", length=170, group=group),
        of["last_name"],
        of["first_name"],
        replace(of["gender"], kind=GENDERS),
        of["birth_date"],
        of["school_class"],
        column(f"{group}_discipline", f"Discipline ({whose})", TEXT, *DISCIPLINE, length=120, group=group),
        column(f"{group}_cycle", f"Cycle ({whose})", TEXT, "Cycle", *LEVEL, length=40, group=group),
    )


PUPIL = (
    column("number", "N° élève", TEXT, *PUPIL_NUMBER, key=True, length=80, group="pupil", example="2042"),
    column("pupil_name", "Nom complet (élève)", TEXT, *NAMES_IN_A_CELL, "Élève", length=170, group="pupil"),
    *(_of(one, "pupil", "élève", *MORE_TITLES.get(one.name, ())) for one in PUPIL_FIELDS),
    column("discipline", "Discipline", TEXT, *DISCIPLINE, length=120, group="pupil", example="Piano"),
    column("cycle", "Cycle", TEXT, *LEVEL, length=40, group="pupil", example="2e cycle"),
)
COLUMNS = (
    *PUPIL,
    column("family", "N° famille", TEXT, *FAMILY_KEY, key=True, length=80, example="1042"),
    column("school_year", "Année scolaire", YEAR, "Année", "Saison", "Exercice", length=9),
    replace(TEACHER, also=(*TEACHER_KEY, *TEACHER_1), example="", only_read=True),
    replace(TEACHER_FIRST, also=(*TEACHER_FIRST.also, "Prénom enseignant 1", "Prénom professeur 1")),
    column("household", "Rattachement", HOUSEHOLD, "Type de foyer", example="principal"),
    column("rights", "Droits", RIGHTS, "Accès", example="tout"),
    *(one for number in range(1, ADULTS + 1) for one in adult(number)),
    *(one for number in range(2, CHILDREN + 1) for one in child(number)),
)
OF_GROUPS = {one.name: (one.group, one.name.removeprefix(f"{one.group}_")) for one in COLUMNS if one.group}
PUPIL_COLUMNS = {each.name.removeprefix("pupil_"): each.name for each in PUPIL if each.name != "pupil_name"}

"""Families and their adults, pupils, links: their columns, and how a line becomes rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from data.accounts import models as accounts
from data.accounts.models import Account
from data.core.errors import UserError
from data.core.fields import DATE, NO_NAME, TEXT, fold, full_name
from data.core.roles import Role
from data.families.models import CIVILITY, GENDER, Family, Guardian, HouseholdRank, Pupil, PupilLink, Rights
from data.importing import columns
from data.importing.columns import column, loose, of_table, pick
from data.importing.kinds.adult_checks import check_birth
from data.importing.kinds.pupil_links import link_pupil
from data.importing.records import Record, Shown, need, new_number, numbered, required, shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot

CIVILITIES = loose(
    CIVILITY, {"mme": "mme", "mlle": "mme", "mademoiselle": "mme", "mrs": "mme", "m": "m", "mr": "m", "monsieur": "m"}
)
GENDERS = loose(
    GENDER,
    {"fille": "f", "femme": "f", "2": "f", "h": "m", "garcon": "m", "homme": "m", "g": "m", "1": "m"},
)
HOUSEHOLD = pick(
    {HouseholdRank.PRINCIPAL: "principal", HouseholdRank.SECOND: "second foyer"},
    {"secondaire": HouseholdRank.SECOND, "2": HouseholdRank.SECOND, "1": HouseholdRank.PRINCIPAL},
)
RIGHTS = pick(
    {Rights.ALL: "tout", Rights.CONSULT: "consulter"},
    {"tous": Rights.ALL, "lecture": Rights.CONSULT, "consultation": Rights.CONSULT},
)

ADULT = of_table(
    Guardian,
    {
        "civility": ("Titre", "Civ", "Civilité responsable", "Qualité"),
        "last_name": ("Nom de famille", "Nom responsable", "Nom usuel", "Nom du responsable légal", "Nom d'usage", "Nom payeur"),
        "birth_name": ("Nom de jeune fille", "Nom naissance"),
        "first_name": ("Prénom responsable", "Prénom usuel", "Prénom du responsable légal", "Prénom payeur"),
        "birth_date": ("Date naiss.", "Né le", "Née le", "Né(e) le", "DDN", "Naissance"),
        "profession": ("Métier", "CSP"),
        "address": ("Adresse 1", "Adr.", "Rue", "Adresse postale", "Voie", "Adresse ligne 1"),
        "complement": ("Adresse 2", "Adresse2", "Complément d'adresse", "Compl. adresse", "Adresse ligne 2"),
        "postcode": ("CP", "Code post.", "C.P."),
        "town": ("Commune", "Localité", "Bureau distributeur"),
        "phone_home": ("Tél.", "Tél. fixe", "Téléphone", "Tél. domicile", "Téléphone domicile", "Fixe", "Téléphone 1"),
        "phone_mobile": ("Tél. port.", "Portable", "Mobile", "GSM", "Tél. mobile", "Téléphone portable", "Téléphone 2"),
        "phone_work": ("Tél. prof.", "Tél. travail", "Tél. bureau"),
        "email": ("Mail", "Courriel", "Adresse e-mail", "Adresse mél", "Mél", "E-mail responsable", "Mail 1"),
        "emergency_contact": ("Contact urgence", "Personne à contacter"),
        "emergency_phone": ("Tél. urgence", "Téléphone urgence"),
        "image_right": ("Droit image", "Autorisation photo"),
        "leaves_alone": ("Autorisé à sortir seul",),
    },
    {"civility": CIVILITIES, "country": columns.COUNTRY, "image_right": columns.YES_NO, "leaves_alone": columns.YES_NO},
    examples={
        "civility": "Madame", "last_name": "Aubry", "first_name": "Claire", "birth_date": "14/03/1982", "address": "3 place du Marché",
        "postcode": "57220", "town": "Valmont", "country": "France", "phone_mobile": "06 98 76 54 32", "email": "claire.aubry@example.org",
    },
)  # fmt: skip
NEAR = 75  # of 100: under it, two first names are two people's
FAMILY_KEY = (
    "Numéro famille",
    "Code famille",
    "Id famille",
    "N° foyer",
    "Réf. famille",
    "Famille",
    "N° dossier famille",
    "Foyer",
    "Réf. foyer",
    "N° adhérent",
    "Compte tiers",
    "Tiers",
    "N° client",
    "Client",
    "Compte client",
    "Compte auxiliaire",
)
PUPIL_KEY = (
    "Numéro élève",
    "Code élève",
    "Id élève",
    "N° dossier",
    "Matricule",
    "Élève",
    "Numéro de dossier",
    "N° adhérent",
    "Réf. élève",
)
FAMILIES = (
    column("number", "N° famille", TEXT, *FAMILY_KEY, "id_adh", key=True, required=True, length=80, example="1042"),
    column("rank", "Rang", columns.NUMBER, "N° responsable", "Ordre", "Responsable n°", key=True, example="1"),
    column("since", "Famille depuis", DATE, "Date d'entrée", "Date entrée", "Inscrite depuis", example="01/09/2020"),
    *ADULT,
    column("login", "Identifiant", TEXT, "Login", "Identifiant extranet", "Compte", length=40, example="aubry.claire"),
)
PUPIL_FIELDS = of_table(
    Pupil,
    {
        "last_name": ("Nom élève", "Nom de famille", "Nom de l'élève"),
        "first_name": ("Prénom élève", "Prénom de l'élève"),
        "gender": ("Genre", "Sexe élève", "S"),
        "birth_date": ("Date naiss.", "Né le", "Née le", "Né(e) le", "DDN", "Naissance", "Date de naissance élève"),
        "birth_place": ("Lieu naiss.", "Né à", "Ville de naissance"),
        "nationality": ("Nat.",),
        "address": ("Adresse élève",),
        "email": ("Mail", "Courriel", "E-mail élève"),
        "phone": ("Tél.", "Portable", "Tél. élève", "Tél. port."),
        "school": ("Établissement", "École", "Collège", "Etab. scolaire"),
        "school_class": ("Classe scolaire", "Niveau scolaire", "Classe de rattachement"),
        "insurance": ("Assureur", "Assurance scolaire"),
        "image_right": ("Droit image", "Autorisation photo"),
    },
    {"gender": GENDERS, "image_right": columns.YES_NO},
    but=("photo",),
    examples={"last_name": "Aubry", "first_name": "Irina", "gender": "Féminin", "birth_date": "16/06/2012"},
)
PUPILS = (
    column("number", "N° élève", TEXT, *PUPIL_KEY, key=True, required=True, length=80, example="2042"),
    *PUPIL_FIELDS,
    column("discipline", "Discipline", TEXT, "Instrument", "Disciplines", length=120, example="Piano"),
    column("cycle", "Cycle", TEXT, "Niveau", "Cursus", length=40, example="2e cycle"),
    column("family", "N° famille", TEXT, *FAMILY_KEY, length=80, example="1042"),
    column(
        "second_family",
        "N° second foyer",
        TEXT,
        "N° famille 2",
        "2e famille",
        "Second foyer",
        length=80,
        example="1043",
    ),
    column("second_rights", "Droits du second foyer", RIGHTS, "Droits 2e famille", example="consulter"),
)
LINKS = (
    column("pupil", "N° élève", TEXT, *PUPIL_KEY, key=True, required=True, length=80, example="2042"),
    column("family", "N° famille", TEXT, *FAMILY_KEY, key=True, required=True, length=80, example="1043"),
    column("household", "Rattachement", HOUSEHOLD, "Foyer", "Type de foyer", example="second foyer"),
    column("rights", "Droits", RIGHTS, "Accès", example="consulter"),
)
OWN = tuple(each for each in PUPILS if each.name not in {"number", "family", "second_family", "second_rights"})


@dataclass
class Seen:
    """What lines above said: the adults of each family by rank."""

    adults: dict[Entity, dict[int, Line]] = field(default_factory=dict)


def _family(line: Line, snapshot: Snapshot) -> None:
    values, typed = line.own(ADULT), line.get("number", "")
    called = full_name(line.get("first_name", ""), line.get("last_name", ""))
    if not check_birth(line, snapshot, values, "birth_date", called, alone=True):
        return
    found = numbered(line, snapshot, Family, typed, "number")
    number, code = (found["number"], snapshot.code_of(found)) if found else new_number(snapshot, Family, typed)
    since = {"since": line.values["since"]} if "since" in line.values else {}
    family = snapshot.put(
        line, Draft(Family, [("number", number)], since, code=code, new={"number": number}, found=found), once=False
    )
    given_values = [
        value for name, value in values.items() if value not in ("", None) and name not in {"country", "civility"}
    ]
    if not given_values and not line.bad:
        if line.get("login"):
            line.fault("login", UserError("Cet identifiant n’est celui d’aucun adulte : la ligne n’en nomme pas."))
        return
    seen = snapshot.context(Seen).adults.setdefault(family, {})
    rank = line.get("rank") or _rank(line, snapshot, family, seen)
    twin = seen.get(rank)
    if twin is not None:
        line.fault(
            "number",
            UserError("Cet adulte de la famille est déjà à la ligne {line}. Gardez l’une des deux.", line=twin.number),
        )
        return
    seen[rank] = line
    before = snapshot.find(Guardian, (family, rank))
    if before is not None and before.id is not None and _another(before, values):
        warn_of_another(line, snapshot, before, values)
    adult = snapshot.put(
        line, Draft(Guardian, [(family, rank)], values, refs={"family_id": family}, new={"rank": rank}, found=before)
    )
    need(line, adult, "last_name", "first_name")
    if login := line.get("login"):
        create_account(line, snapshot, family, adult, login)


def warn_of_another(line: Line, snapshot: Snapshot, before: Entity, values: Mapping[str, object]) -> None:
    """The record would take somebody else's name."""
    why = UserError(
        "La fiche de {before} prendrait le nom de {name} : est-ce la même personne ?",
        before=full_name(before["first_name"], before["last_name"]),
        name=full_name(str(values.get("first_name", "")), str(values.get("last_name", ""))),
    )
    snapshot.add_conflict(line, "person", why)


def _names(values: Mapping[str, object], adult: Mapping[str, object] | None = None) -> list[str]:
    """Last and first name as they are compared, "" for none; what the line does not give is the adult's."""
    given = (values.get(name, adult[name] if adult else "") for name in ("last_name", "first_name"))
    return ["" if each == NO_NAME else fold(str(each or "")) for each in given]


def _alike(one: list[str], other: list[str]) -> bool:
    """The same names; who has a single one has it in either column."""
    return one == other or ("" in one and "" in other and set(one) == set(other))


def _same(adult: Entity, values: dict[str, object]) -> bool:
    return _alike(_names(values, adult.values), _names(adult.values))


def _another(adult: Entity, values: dict[str, object]) -> bool:
    """Neither name is the one recorded, or the first name is another one, as of who shares the surname."""
    given, recorded = _names(values, adult.values), _names(adult.values)
    if _alike(given, recorded):
        return False
    if all(mine != theirs or not mine for mine, theirs in zip(given, recorded, strict=True)):
        return True
    if (birth := values.get("birth_date")) and birth == adult["birth_date"]:
        return False
    return all((given[1], recorded[1])) and fuzz.partial_ratio(given[1], recorded[1]) < NEAR  # « Max » is « Maxime »


def _rank(line: Line, snapshot: Snapshot, family: Entity, seen: dict[int, Line]) -> int:
    """Without a rank: the adult of the same name; else the next one, in the order of the file.

    A line that names the adult of an earlier one again falls on its rank: it is told as the same adult twice.
    """
    values = line.own(ADULT)
    for rank, earlier in seen.items():
        if _alike(_names(earlier.values), _names(values)):
            return rank
    adults = {rank: found for rank in range(1, 12) if (found := snapshot.find(Guardian, (family, rank)))}
    for rank, adult in adults.items():
        if rank not in seen and _same(adult, values):
            return rank
    return next(rank for rank in range(1, 10**6) if rank not in seen)


def create_account(
    line: Line, snapshot: Snapshot, family: Entity, adult: Entity, typed: str, *, column: str = "login"
) -> None:
    """An account without password, for the adult that a login names."""
    login = accounts.normal_login(typed)
    try:
        accounts.check_login(login)
    except UserError as error:
        line.fault(column, error)
        return
    theirs, taken = snapshot.find(Account, ("guardian", adult)), snapshot.find(Account, ("login", login))
    if theirs is not None and theirs["login"] != login:
        line.fault(
            column, UserError("Cet adulte a déjà un compte, sous l’identifiant « {login} ».", login=theirs["login"])
        )
    elif taken is not None and taken is not theirs:
        line.fault(column, UserError("Cet identifiant est déjà celui d’une autre personne."))
    elif theirs is None:
        name = full_name(adult["first_name"], adult["last_name"])
        snapshot.put(
            line,
            Draft(
                Account,
                [("login", login), ("guardian", adult)],
                {"login": login},
                refs={"family_id": family, "guardian_id": adult},
                new={"name": name[:120], "role": Role.FAMILY},
            ),
            once=False,
        )


def adults_out(snapshot: Snapshot) -> tuple[dict[int, list[Entity]], dict[int | None, str]]:
    """The adults of each family, and the login of those who have one."""
    adults: dict[int, list[Entity]] = {}
    for each in snapshot.every(Guardian):
        adults.setdefault(each["family_id"], []).append(each)
    logins = {each["guardian_id"]: each["login"] for each in snapshot.every(Account) if each["role"] == Role.FAMILY}
    return adults, logins


def _families_out(snapshot: Snapshot) -> Iterator[Shown]:
    adults, logins = adults_out(snapshot)
    for family in snapshot.every(Family):
        shared = {"number": shown_number(snapshot, family), "since": family["since"]}
        for adult in adults.get(family.id or 0, ()):
            yield {**adult.values, **shared, "login": logins.get(adult.id)}
        if not adults.get(family.id or 0):
            yield shared


def _pupil(line: Line, snapshot: Snapshot) -> None:
    typed = line.get("number", "")
    found = numbered(line, snapshot, Pupil, typed, "number")
    number, code = (found["number"], snapshot.code_of(found)) if found else new_number(snapshot, Pupil, typed)
    values = line.own(OWN)
    if found is not None and found.id is not None and _another(found, values):
        warn_of_another(line, snapshot, found, values)
    pupil = snapshot.put(
        line, Draft(Pupil, [("number", number)], values, code=code, new={"number": number}, found=found)
    )
    need(line, pupil, "last_name", "first_name")
    for name, household, rights in (
        ("family", HouseholdRank.PRINCIPAL, Rights.ALL),
        ("second_family", HouseholdRank.SECOND, line.get("second_rights", Rights.ALL)),
    ):
        if line.get(name) and (family := required(line, snapshot, Family, name)):
            there = {"rights": rights} if name == "second_family" and line.get("second_rights") else {}
            link_pupil(line, snapshot, (pupil, family), {"household": household, **there}, {"rights": rights})


def _pupils_out(snapshot: Snapshot) -> Iterator[Shown]:
    links: dict[tuple[int, str], Entity] = {}
    for link in snapshot.every(PupilLink):
        links.setdefault((link["pupil_id"], link["household"]), link)
    for pupil in snapshot.every(Pupil):
        first, second = (
            links.get((pupil.id or 0, HouseholdRank.PRINCIPAL)),
            links.get((pupil.id or 0, HouseholdRank.SECOND)),
        )
        yield {
            **pupil.values,
            "number": shown_number(snapshot, pupil),
            "family": shown_number(snapshot, snapshot.at(Family, first["family_id"])) if first else "",
            "second_family": shown_number(snapshot, snapshot.at(Family, second["family_id"])) if second else "",
            "second_rights": second["rights"] if second else "",
        }


def _link_line(line: Line, snapshot: Snapshot) -> None:
    pupil, family = required(line, snapshot, Pupil, "pupil"), required(line, snapshot, Family, "family")
    if pupil and family:
        link_pupil(line, snapshot, (pupil, family), line.own(LINKS, but=("pupil", "family")), {}, once=True)


def _links_out(snapshot: Snapshot) -> Iterator[Shown]:
    for link in snapshot.every(PupilLink):
        pupil, family = snapshot.at(Pupil, link["pupil_id"]), snapshot.at(Family, link["family_id"])
        yield {**link.values, "pupil": shown_number(snapshot, pupil), "family": shown_number(snapshot, family)}


RECORDS = (
    Record(
        "families",
        "Familles et adultes",
        FAMILIES,
        (Family, Guardian, Account),
        _family,
        _families_out,
        Guardian,
        numbers=((Family, "number"),),
    ),
    Record(
        "pupils", "Élèves", PUPILS, (Family, Pupil, PupilLink), _pupil, _pupils_out, Pupil, numbers=((Pupil, "number"),)
    ),
    Record("links", "Rattachements des élèves", LINKS, (Family, Pupil, PupilLink), _link_line, _links_out, PupilLink),
)

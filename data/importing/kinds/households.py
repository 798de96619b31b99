"""« Élèves et responsables »: pupils and their adults from one line. Families come first, then their adults, then pupils and links."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from data.accounts.models import Account
from data.core.errors import UserError
from data.core.fields import fold, full_name
from data.families.models import Family, Guardian, HouseholdRank, Pupil, PupilLink, Rights
from data.importing.kinds.families import adults_out, create_account, warn_of_another
from data.importing.kinds.household_columns import ADULTS, COLUMNS, PUPIL_COLUMNS
from data.importing.kinds.household_contacts import CONTACTS
from data.importing.kinds.household_groups import Group, Home, Households, name_of, named, plain_text, prepare
from data.importing.kinds.household_people import Adult, Child, Entry
from data.importing.kinds.pupil_courses import enrol
from data.importing.kinds.pupil_links import link_pupil
from data.importing.kinds.same_household import Known, home_of, known_people, names_of, pupil_of
from data.importing.questions import Choice, Question
from data.importing.records import Record, Shown, new_number, numbered, shown_number
from data.importing.snapshot import Draft, Entity, Line, Snapshot
from data.schooling.models import Course, Enrolment, Teacher


def place(line: Line, snapshot: Snapshot) -> None:
    """A line's families, adults, pupils, links."""
    found = snapshot.context(Households)
    if line.number not in found.entries:
        return  # left out
    entry, group = found.entries[line.number], found.groups[line.number]
    if not entry.key and not entry.adults and not group.homes[0].adults and not entry.children:
        line.fault("", UserError("Cette ligne ne nomme personne."))
        return
    for home in group.homes:
        if home.entity is None and (home.adults or home.key):
            _home(line, snapshot, group, home)
    for child in entry.children:
        _child(line, snapshot, entry, group, child)


def _home(line: Line, snapshot: Snapshot, group: Group, home: Home) -> None:
    found, (number, code) = home_of(line, snapshot, group, home)
    draft = Draft(Family, [("number", number)], {}, code=code, new={"number": number}, found=found)
    home.entity = snapshot.put(line, draft, once=False)
    if not home.adults and home.entity.id is None and not any(entry.adults for entry in group.entries):
        line.fault("family", UserError("Cette famille est nouvelle, et le fichier ne nomme aucun de ses adultes."))
    before_first = 0 if found else min((adult.slot for adult in home.adults), default=1) - 1
    for adult in home.adults:
        _adult(line, snapshot, home.entity, adult, adult.slot - before_first)


def _adult(line: Line, snapshot: Snapshot, family: Entity, adult: Adult, place: int) -> None:
    """`place`: of the family's adults, from 1; the first one of a new family is its « responsable »."""
    there = known_people(snapshot).of_family.get(family.id or 0, [])
    found = next((each for each in there if names_of(each) == name_of(adult)), None)
    ranks = snapshot.context(Known).ranks.setdefault(family, {each["rank"]: names_of(each) for each in there})
    rank = (
        found["rank"]
        if found is not None
        else place
        if place not in ranks
        else next(n for n in range(1, 10**6) if n not in ranks)
    )
    ranks[rank] = name_of(adult)
    values = {name: value for name, value in adult.values.items() if value not in ("", None) or found is not None}
    if not adult.text("last_name"):
        line.fault(f"adult{adult.slot}_last_name", UserError("Ce champ ne peut pas rester vide."))
    elif not adult.text("first_name") and found is None:
        _ask_first_name(line, snapshot, adult)
    draft = Draft(Guardian, [(family, rank)], values, refs={"family_id": family}, new={"rank": rank}, found=found)
    entity = snapshot.put(line, draft, once=False)
    _ask_elsewhere(line, snapshot, family, adult)
    if adult.login:
        create_account(line, snapshot, family, entity, adult.login, column=f"adult{adult.slot}_login")


def _ask_first_name(line: Line, snapshot: Snapshot, adult: Adult) -> None:
    sentence = UserError("Ces adultes n’ont pas de prénom dans le fichier.")
    choices = (Choice("blank", UserError("Les enregistrer sans prénom, à compléter ensuite")),)
    asked = Question("first-names", sentence, choices, stops=False)
    snapshot.questions.ask(asked, line=line.number, sample=adult.called)


def _ask_elsewhere(line: Line, snapshot: Snapshot, family: Entity, adult: Adult) -> None:
    """The e-mail of an adult of another family that is there already."""
    email = adult.text("email").casefold()
    if not email:
        return
    for other in _emails(snapshot).get(email, ()):
        if other["family_id"] != family.id:
            sentence = UserError("Ces adresses e-mail sont déjà celles d’une autre famille du portail.")
            choices = (Choice("keep", UserError("Ce sont bien deux familles, qui partagent cette adresse")),)
            number = shown_number(snapshot, snapshot.at(Family, other["family_id"]))
            asked = Question("known-email", sentence, choices)
            snapshot.questions.ask(asked, line=line.number, sample=f"{adult.called}, {email} : {number}")


@dataclass
class Emails:
    of: dict[str, list[Entity]] | None = None


def _emails(snapshot: Snapshot) -> dict[str, list[Entity]]:
    known = snapshot.context(Emails)
    if known.of is None:
        known.of = {}
        for each in snapshot.every(Guardian):
            if each["email"]:
                known.of.setdefault(each["email"].casefold(), []).append(each)
    return known.of


def _child(line: Line, snapshot: Snapshot, entry: Entry, group: Group, child: Child) -> None:
    found, again = (
        (None, False) if not child.number and _lacks_name(child) else _find_child(line, snapshot, group, child)
    )
    if found is None and (lost := _lacks_name(child)):
        for name in lost:
            line.fault(_column(child, name), UserError("Ce champ ne peut pas rester vide."))
        return
    if found is not None and _is_another(child, found):
        if again:
            why = UserError(
                "Ce numéro est déjà celui de {name}, à la ligne {line}. Corrigez l’un des deux.",
                name=full_name(found["first_name"], found["last_name"]), line=found.line_number,
            )  # fmt: skip
            line.fault(_column(child, "number"), why)
            return
        warn_of_another(line, snapshot, found, child.values)
    if found is None and _is_left_alone(line, snapshot, group, child):
        return
    if found is not None:
        number, code = found["number"], snapshot.code_of(found)
    else:
        number, code = new_number(snapshot, Pupil, child.number)
    values = _joined(line, snapshot, found, child) if again else _given(child, found)
    draft = Draft(Pupil, [("number", number)], values, code=code, new={"number": number}, found=found)
    pupil = snapshot.put(line, draft, once=False)
    _remember(snapshot, group, child, pupil)
    _links(line, snapshot, group, pupil, again=again)
    enrol(line, snapshot, entry, child, pupil)


def _is_left_alone(line: Line, snapshot: Snapshot, group: Group, child: Child) -> bool:
    """A new pupil of whom the file names no family is told, and left aside when it is answered so."""
    if any(home.entity for home in group.homes):
        return False
    sentence = UserError("Le fichier ne nomme aucun responsable de ces élèves : ils sont enregistrés sans famille.")
    choices = (
        Choice("keep", UserError("Oui, leur famille sera donnée ensuite")),
        Choice("out", UserError("Non, les laisser de côté")),
    )
    asked = Question("no-family", sentence, choices, stops=False)
    return snapshot.questions.ask(asked, line=line.number, sample=child.called) == "out"


def _lacks_name(child: Child) -> list[str]:
    return [name for name in ("first_name", "last_name") if not child.text(name)]


def _is_another(child: Child, found: Entity) -> bool:
    """Whether a number is now somebody else's: of names and birth date, one at most is the same."""
    given = [name for name in ("first_name", "last_name", "birth_date") if child.text(name) and found[name]]
    return sum(plain_text(child.text(name)) != plain_text(str(found[name])) for name in given) > 1


def _column(child: Child, name: str) -> str:
    return PUPIL_COLUMNS.get(name, name) if child.slot == 1 else f"pupil{child.slot}_{name}"


def _given(child: Child, found: Entity | None) -> dict[str, Any]:
    return {name: value for name, value in child.values.items() if value not in ("", None) or found is not None}


def _identity(group: Group, child: Child) -> tuple[int, str, str, object]:
    return (
        id(group),
        *named(child.text("last_name"), child.text("first_name")),
        child.values.get("birth_date"),
    )


def _find_child(line: Line, snapshot: Snapshot, group: Group, child: Child) -> tuple[Entity | None, bool]:
    """The pupil, and whether an earlier line of the file was about them."""
    known = known_people(snapshot)
    if child.number:
        if child.number in known.numbers:
            return known.numbers[child.number][0], True
        return numbered(line, snapshot, Pupil, child.number, _column(child, "number")), False
    if (placed := known.placed.get(_identity(group, child))) is not None:
        return placed, True
    return pupil_of(line, snapshot, group, child), False


def _remember(snapshot: Snapshot, group: Group, child: Child, pupil: Entity) -> None:
    known = known_people(snapshot)
    known.placed.setdefault(_identity(group, child), pupil)
    if child.number:
        known.numbers.setdefault(child.number, (pupil, group))


def _joined(line: Line, snapshot: Snapshot, pupil: Entity | None, child: Child) -> dict[str, Any]:
    """A further line about a pupil: another discipline is added; any other difference is asked."""
    if pupil is None:
        return child.values
    values: dict[str, Any] = {}
    for name, value in child.values.items():
        before = pupil.values.get(name)
        if value in ("", None) or value == before:
            continue
        if before in ("", None):
            values[name] = value
        elif name in {"discipline", "cycle"}:
            parts = [part.strip() for part in str(before).split(",")]
            if fold(str(value)) not in map(fold, parts):
                values[name] = ", ".join([*parts, str(value)])
        elif plain_text(str(before)) != plain_text(str(value)):
            sentence = UserError("La même personne n’a pas la même valeur sur toutes ses lignes. Laquelle garder ?")
            choices = (
                Choice("first", UserError("La première du fichier")),
                Choice("last", UserError("La dernière du fichier")),
            )
            column = line.fields[_column(child, name)].label
            asked = Question(f"differs:pupil_{name}", sentence, choices, column=column)
            if snapshot.questions.ask(asked, line=line.number, sample=f"{child.called} : {value}") == "last":
                values[name] = value
    return values


def _links(line: Line, snapshot: Snapshot, group: Group, pupil: Entity, *, again: bool) -> None:
    second_line = again and _of_another(snapshot, group, pupil)
    for home in group.homes:
        if home.entity is None:
            continue
        household = HouseholdRank.SECOND if home.second else line.get("household", HouseholdRank.PRINCIPAL)
        said = bool(home.second or line.get("household"))
        if second_line and not line.get("household"):
            household, said = _ask_second(line, snapshot, pupil), True
        rights = line.get("rights", Rights.ALL)
        stated = {
            **({"household": household} if said else {}),
            **({"rights": rights} if line.get("rights") else {}),
        }
        link_pupil(line, snapshot, (pupil, home.entity), stated, {"household": household, "rights": rights})


def _of_another(snapshot: Snapshot, group: Group, pupil: Entity) -> bool:
    return any(each is pupil and of is not group for each, of in snapshot.context(Known).numbers.values())


def _ask_second(line: Line, snapshot: Snapshot, pupil: Entity) -> str:
    sentence = UserError("Ces élèves sont dans deux familles du fichier. Que voit la seconde ?")
    choices = (
        Choice("second", UserError("C’est leur second foyer : elle voit leur dossier aussi")),
        Choice("principal", UserError("Les deux familles sont des foyers principaux")),
    )
    sample = full_name(pupil["first_name"], pupil["last_name"])
    answer = snapshot.questions.ask(Question("second-homes", sentence, choices), line=line.number, sample=sample)
    return HouseholdRank.PRINCIPAL if answer == "principal" else HouseholdRank.SECOND


def lines_of(snapshot: Snapshot) -> Iterator[Shown]:
    """A line for each link of a pupil to a family, with that family's adults of rank 1 to 3."""
    adults, logins = adults_out(snapshot)
    for link in snapshot.every(PupilLink):
        pupil, family = snapshot.at(Pupil, link["pupil_id"]), snapshot.at(Family, link["family_id"])
        if pupil is None or family is None:
            continue
        shown: Shown = {name: pupil[own] for own, name in PUPIL_COLUMNS.items() if own in pupil.values}
        shown |= {"number": shown_number(snapshot, pupil), "family": shown_number(snapshot, family)}
        shown |= {"household": link["household"], "rights": link["rights"]}
        for adult in adults.get(family.id or 0, ()):
            if adult["rank"] <= ADULTS:
                group = f"adult{adult['rank']}"
                shown |= {f"{group}_{name}": _shown(name, value) for name, value in adult.values.items()}
                shown[f"{group}_login"] = logins.get(adult.id)
        yield shown


def _shown(name: str, value: Any) -> Any:
    return (value,) if name in CONTACTS and value else value


REACHED = (
    "adult1_email",
    "adult1_phone_mobile",
    "adult1_phone_home",
    "adult1_address",
)  # of pupils of age, who are their own adults
RECORDS = (
    Record(
        "pupils-and-adults",
        "Élèves et responsables",
        COLUMNS,
        (Family, Guardian, Account, Pupil, PupilLink, Teacher, Course, Enrolment),
        place,
        lines_of,
        PupilLink,
        (
            ("pupil_first_name", "pupil_name", "adult2_name", "adult2_last_name"),  # or a couple
            ("family", "adult1_name", "adult1_last_name", "adult2_name", "adult2_last_name", *REACHED),
        ),
        prepare=prepare,
        numbers=((Family, "family"), (Pupil, "number")),
    ),
)

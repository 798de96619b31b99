"""Which family of the portal a file speaks of, and which of its pupils. Names alone are never identity: what contradicts is asked."""

from dataclasses import dataclass, field

from data.core.errors import UserError
from data.families.models import Family, Guardian, Pupil, PupilLink
from data.importing.kinds.household_groups import Group, Home, address_of, contacts_of, name_of, named
from data.importing.kinds.household_people import Adult, Child
from data.importing.questions import Choice, Question
from data.importing.records import new_number, numbered, shown_number
from data.importing.snapshot import Entity, Line, Snapshot

Person = tuple[str, str]


@dataclass
class Known:
    """Who is there already, by name, and who was placed."""

    adults: dict[Person, list[Entity]] | None = None
    of_family: dict[int, list[Entity]] = field(default_factory=dict)  # family's key -> its adults
    pupils: dict[int, list[Entity]] = field(default_factory=dict)  # family's key -> its pupils
    placed: dict[tuple[int, str, str, object], Entity] = field(
        default_factory=dict
    )  # of this file: group, names, birth
    numbers: dict[str, tuple[Entity, Group]] = field(default_factory=dict)
    ranks: dict[Entity, dict[int, Person]] = field(default_factory=dict)


def known_people(snapshot: Snapshot) -> Known:
    known = snapshot.context(Known)
    if known.adults is None:
        known.adults = {}
        for each in snapshot.every(Guardian):
            known.adults.setdefault(names_of(each), []).append(each)
            known.of_family.setdefault(each["family_id"], []).append(each)
        for link in snapshot.every(PupilLink):
            if pupil := snapshot.at(Pupil, link["pupil_id"]):
                known.pupils.setdefault(link["family_id"], []).append(pupil)
    return known


def names_of(entity: Entity) -> Person:
    return named(entity["last_name"], entity["first_name"])


def home_of(line: Line, snapshot: Snapshot, group: Group, home: Home) -> tuple[Entity | None, tuple[int, str]]:
    """The family of a home, if it is there; with its number, and its key in another program."""
    found = numbered(line, snapshot, Family, home.key, "family") if home.key else None
    key = home.key
    if found is None and not home.key:
        found = _same_home(line, snapshot, group, home)
    elif found is not None and _is_anothers(line, snapshot, found, group, home):
        found, key = _same_home(line, snapshot, group, home), ""
    if found is not None:
        return found, (found["number"], snapshot.code_of(found))
    return None, new_number(snapshot, Family, key)


def _same_home(line: Line, snapshot: Snapshot, group: Group, home: Home) -> Entity | None:
    """The family that is there already: one of its adults, at the same address, reached alike, or with the same pupils."""
    known = known_people(snapshot)
    found: dict[int, int] = {}  # family's key -> how many of the adults it has
    doubtful: dict[int, Adult] = {}
    for adult in home.adults:
        for other in (known.adults or {}).get(name_of(adult), ()):
            there, key = Adult(1, other.values), other["family_id"]
            children = _same_children(group, known.pupils.get(key, ()))
            if (
                _reached_alike(adult, there)
                or children == "same"
                or (children == "perhaps" and not _contradict(adult, there))
            ):
                found[key] = found.get(key, 0) + 1
            elif children == "perhaps":
                doubtful[key] = adult
    if not found and doubtful and _ask_same(line, snapshot, group, doubtful) == "same":
        found = dict.fromkeys(doubtful, 1)
    best = max(found.values(), default=0)
    families = [key for key, count in found.items() if count == best]
    if len(families) > 1:
        names = ", ".join(shown_number(snapshot, snapshot.at(Family, key)) for key in sorted(families))
        line.fault(
            "family",
            UserError(
                "Cet adulte est dans plusieurs familles ({numbers}). Donnez le numéro de la sienne.", numbers=names
            ),
        )
    return snapshot.at(Family, families[0]) if families else None


def _reached_alike(adult: Adult, there: Adult) -> bool:
    same_place = bool(address_of(adult)) and address_of(adult) == address_of(there)
    return same_place or bool(set(contacts_of(adult)) & set(contacts_of(there)))


def _contradict(adult: Adult, there: Adult) -> bool:
    """Whether both are known to live somewhere, to be reached, or to be born, and not alike."""
    pairs = (
        (address_of(adult), address_of(there)),
        (contacts_of(adult), contacts_of(there)),
        (adult.values.get("birth_date"), there.values.get("birth_date")),
    )
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def _same_children(group: Group, pupils: list[Entity] | tuple[()]) -> str:
    """« same » when a pupil of the names has the birth date too, « perhaps » when one of the dates is not known, else ""."""
    found = ""
    for child in [each for entry in group.entries for each in entry.children]:
        for pupil in pupils:
            if names_of(pupil) == named(child.text("last_name"), child.text("first_name")):
                births = child.values.get("birth_date"), pupil["birth_date"]
                if None not in births and "" not in births and births[0] == births[1]:
                    return "same"
                if not all(births):
                    found = "perhaps"
    return found


def _ask_same(line: Line, snapshot: Snapshot, group: Group, doubtful: dict[int, Adult]) -> str:
    sentence = UserError(
        "Ces familles portent les mêmes noms qu’une famille du portail, mais leurs coordonnées diffèrent. Est-ce la même ?"
    )
    choices = (
        Choice("other", UserError("Non, ce sont d’autres personnes : elles ont leur propre famille")),
        Choice("same", UserError("Oui : ses coordonnées sont remplacées par celles du fichier")),
    )
    asked, answer = Question("same-family", sentence, choices), ""
    children = ", ".join(dict.fromkeys(child.called for entry in group.entries for child in entry.children))
    for key, adult in doubtful.items():
        number = shown_number(snapshot, snapshot.at(Family, key))
        answer = snapshot.questions.ask(asked, line=line.number, sample=f"{adult.called}, {children} : {number}")
    return answer


def _is_anothers(line: Line, snapshot: Snapshot, family: Entity, group: Group, home: Home) -> bool:
    """Whether a number is, here, that of other people: asked when the file knows none of its adults and pupils."""
    known = known_people(snapshot)
    there = known.of_family.get(family.id or 0, [])
    if not there or not home.adults or _same_children(group, known.pupils.get(family.id or 0, ())):
        return False
    names = {names_of(each) for each in there}
    for adult in home.adults:
        if name_of(adult) in names or any(_reached_alike(adult, Adult(1, each.values)) for each in there):
            return False
    sentence = UserError("Ces numéros de famille sont, dans le portail, ceux d’autres personnes. De qui s’agit-il ?")
    choices = (
        Choice("other", UserError("D’autres familles : leur donner un autre numéro")),
        Choice("same", UserError("Des mêmes familles : ces adultes s’ajoutent à ceux du portail")),
    )
    names_there = ", ".join(Adult(1, each.values).called for each in there)
    sample = f"{shown_number(snapshot, family)} : {names_there} / {', '.join(each.called for each in home.adults)}"
    asked = Question("other-family", sentence, choices)
    return snapshot.questions.ask(asked, line=line.number, sample=sample) == "other"


def pupil_of(line: Line, snapshot: Snapshot, group: Group, child: Child) -> Entity | None:
    """The pupil of the group's families who bears a child's names; of another birth date it is asked."""
    known = known_people(snapshot)
    families = [home.entity.id for home in group.homes if home.entity and home.entity.id]
    theirs = {id(each): each for key in families for each in known.pupils.get(key, ())}.values()
    names, birth = named(child.text("last_name"), child.text("first_name")), child.values.get("birth_date")
    alike = [each for each in theirs if names_of(each) == names]
    same = [each for each in alike if birth and each["birth_date"] == birth]
    near = same or [each for each in alike if not birth or not each["birth_date"]]
    if len(near) == 1:
        return near[0]
    if near:
        why = UserError(
            "Plusieurs élèves de cette famille portent ce nom. Donnez la date de naissance, ou le numéro d’élève."
        )
        line.fault("pupil_first_name" if child.slot == 1 else f"pupil{child.slot}_first_name", why)
    elif len(alike) == 1 and _ask_birth(line, snapshot, child, alike[0]) == "same":
        return alike[0]
    return None


def _ask_birth(line: Line, snapshot: Snapshot, child: Child, pupil: Entity) -> str:
    sentence = UserError("Un élève du même nom est déjà dans cette famille, avec une autre date de naissance.")
    choices = (
        Choice("same", UserError("C’est le même élève : sa date de naissance est corrigée")),
        Choice("two", UserError("Ce sont deux enfants, chacun a sa fiche")),
    )
    sample = f"{child.called} : {pupil['birth_date']:%d/%m/%Y} / {child.values['birth_date']:%d/%m/%Y}"
    asked = Question("other-birth", sentence, choices)
    return snapshot.questions.ask_part(asked, sample, line=line.number, sample=sample)
